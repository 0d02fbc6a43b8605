//! Values with `*` and `?` in them.

use std::fmt;

use super::lexer::is_word;

/// What an attribute's value is compared with, case by case: `*` stands for any run of characters (`/` and
/// nothing at all included), `?` for exactly one character, everything else for itself.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Pattern {
    /// The pieces between the stars, so never empty; no star means one piece that is the whole pattern.
    /// Pieces between two stars are never empty, because `**` means the same as `*`.
    pieces: Vec<Piece>,
}

/// One character of a pattern as it was written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Atom {
    Char(char),
    AnyOne,
    AnyRun,
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum Piece {
    /// Without `?`, which is searched for with the standard library's linear search.
    Text(String),
    /// With at least one `?`, which is `None`.
    Holes(Vec<Option<char>>),
}

impl Pattern {
    /// The pattern that only `text` itself matches.
    pub fn literal(text: impl Into<String>) -> Self {
        Self { pieces: vec![Piece::Text(text.into())] }
    }

    /// The pattern of an unquoted word.
    pub(crate) fn glob(word: &str) -> Self {
        Self::from_atoms(word.chars().map(|c| match c {
            '*' => Atom::AnyRun,
            '?' => Atom::AnyOne,
            c => Atom::Char(c),
        }))
    }

    pub(crate) fn from_atoms(atoms: impl IntoIterator<Item = Atom>) -> Self {
        let mut pieces = Vec::new();
        let mut piece = Vec::new();
        for atom in atoms {
            match atom {
                Atom::Char(c) => piece.push(Some(c)),
                Atom::AnyOne => piece.push(None),
                Atom::AnyRun if piece.is_empty() && !pieces.is_empty() => {}
                Atom::AnyRun => pieces.push(Piece::new(std::mem::take(&mut piece))),
            }
        }
        pieces.push(Piece::new(piece));
        Self { pieces }
    }

    /// The text, if the pattern has neither `*` nor `?`.
    pub fn as_literal(&self) -> Option<&str> {
        match self.pieces.as_slice() {
            [Piece::Text(text)] => Some(text),
            _ => None,
        }
    }

    /// Does the whole of `value` match?
    ///
    /// The first place where a piece fits is always a right one, so nothing is tried twice: the time is
    /// linear in the value, times the length of the longest piece that contains `?`.
    pub fn matches(&self, value: &str) -> bool {
        let (first, rest) = match self.pieces.split_first() {
            Some((only, [])) => return only.prefix(value) == Some(value.len()),
            Some(split) => split,
            None => return value.is_empty(),
        };
        let Some((last, middle)) = rest.split_last() else {
            return false;
        };
        let Some(start) = first.prefix(value) else {
            return false;
        };
        let mut value = &value[start..];
        for piece in middle {
            let Some(end) = piece.find_end(value) else {
                return false;
            };
            value = &value[end..];
        }
        last.is_suffix(value)
    }
}

impl Piece {
    fn new(chars: Vec<Option<char>>) -> Self {
        match chars.iter().copied().collect::<Option<String>>() {
            Some(text) => Self::Text(text),
            None => Self::Holes(chars),
        }
    }

    /// Length in bytes of the start of `value` that matches.
    fn prefix(&self, value: &str) -> Option<usize> {
        match self {
            Self::Text(text) => value.starts_with(text).then_some(text.len()),
            Self::Holes(chars) => {
                let mut rest = value.chars();
                chars
                    .iter()
                    .all(|want| rest.next().is_some_and(|c| want.is_none_or(|w| w == c)))
                    .then(|| value.len() - rest.as_str().len())
            }
        }
    }

    /// Where the first match inside `value` ends.
    fn find_end(&self, value: &str) -> Option<usize> {
        match self {
            Self::Text(text) => value.find(text).map(|at| at + text.len()),
            Self::Holes(_) => {
                value.char_indices().find_map(|(at, _)| self.prefix(&value[at..]).map(|length| at + length))
            }
        }
    }

    fn is_suffix(&self, value: &str) -> bool {
        match self {
            Self::Text(text) => value.ends_with(text),
            Self::Holes(chars) => {
                let start = value.char_indices().rev().nth(chars.len() - 1);
                start.is_some_and(|(at, _)| self.prefix(&value[at..]).is_some())
            }
        }
    }

    fn chars(&self) -> Vec<Option<char>> {
        match self {
            Self::Text(text) => text.chars().map(Some).collect(),
            Self::Holes(chars) => chars.clone(),
        }
    }

    fn needs_quotes(&self) -> bool {
        self.chars().into_iter().flatten().any(|c| !is_word(c) || c == '*' || c == '?')
    }
}

/// As it is written in a selection: in double quotes only where a word would mean something else.
impl fmt::Display for Pattern {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let empty = self.as_literal() == Some("");
        let quoted = empty || self.pieces.iter().any(Piece::needs_quotes);
        let mut out = String::new();
        for (number, piece) in self.pieces.iter().enumerate() {
            if number > 0 {
                out.push('*');
            }
            for c in piece.chars() {
                match c {
                    None => out.push('?'),
                    Some(c @ ('"' | '\\' | '*' | '?')) => out.extend(['\\', c]),
                    Some(c) => out.push(c),
                }
            }
        }
        if quoted { write!(f, "\"{out}\"") } else { f.write_str(&out) }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn stars_and_question_marks() {
        let cases = [
            ("", "", true),
            ("", "a", false),
            ("*", "", true),
            ("a*", "a", true),
            ("a*", "shop/a", false),
            ("*/orders", "shop/eu/orders", true),
            ("a*a", "a", false),
            ("a*a", "aa", true),
            ("prefix_*_mid_*_end", "prefix_x_mid__mid_y_end", true),
            ("?", "é", true),
            ("?", "", false),
            ("*?", "é", true),
            ("a?c*", "abcd", true),
            ("*b?d*", "abbcdd", true),
            ("*ab?", "ab", false),
        ];
        for (pattern, value, expected) in cases {
            assert_eq!(Pattern::glob(pattern).matches(value), expected, "{pattern} on {value}");
        }
    }

    #[test]
    fn many_stars_on_a_long_value_take_no_time() {
        let pattern = Pattern::glob(&format!("{}b", "a*".repeat(5_000)));
        assert!(!pattern.matches(&"a".repeat(100_000)));
    }

    /// Tries everything, which is easy to believe.
    fn reference(pattern: &[char], value: &[char]) -> bool {
        match (pattern.split_first(), value.split_first()) {
            (None, None) => true,
            (Some(('*', rest)), _) => (0..=value.len()).any(|n| reference(rest, &value[n..])),
            (Some(('?', p)), Some((_, v))) => reference(p, v),
            (Some((a, p)), Some((b, v))) => a == b && reference(p, v),
            _ => false,
        }
    }

    proptest! {
        #[test]
        fn agrees_with_the_reference(pattern in "[abé*?]{0,8}", value in "[abé]{0,10}") {
            let (p, v): (Vec<_>, Vec<_>) = (pattern.chars().collect(), value.chars().collect());
            prop_assert_eq!(Pattern::glob(&pattern).matches(&value), reference(&p, &v));
        }
    }
}

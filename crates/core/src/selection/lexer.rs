//! Text to tokens. It never fails: what cannot be a token is one that says so, so that an editor can colour
//! and complete a text that is still being written.

use super::error::Span;

/// A piece of a selection and what it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Token {
    /// What it is.
    pub kind: TokenKind,
    /// Where it stands.
    pub span: Span,
}

/// What a token can be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TokenKind {
    /// A name, a value, a number, or something with `*` or `?` in it.
    Word,
    /// A text between double quotes, quotes included.
    Quoted,
    /// A text whose closing quote is missing.
    Unterminated,
    /// `<null>`: the attribute has no value.
    Null,
    /// `and`
    And,
    /// `or`
    Or,
    /// `not`
    Not,
    /// `+`
    Plus,
    /// `:`
    Colon,
    /// `=`
    Equals,
    /// `(`
    Open,
    /// `)`
    Close,
    /// A character that means nothing here.
    Unknown,
}

/// The tokens of a text from left to right; white space is between them.
pub fn tokens(text: &str) -> Vec<Token> {
    let mut found = Vec::new();
    let mut at = 0;
    while let Some(first) = text[at..].chars().next() {
        if first.is_whitespace() {
            at += first.len_utf8();
            continue;
        }
        let (kind, length) = token(&text[at..], first);
        found.push(Token { kind, span: Span::new(at, at + length) });
        at += length;
    }
    found
}

/// Can this character be part of a value that is not quoted?
///
/// Letters and symbols of every language can. Of ASCII only what has no meaning in the language and none in
/// an ordinary shell line can, so that more operators may be added later without changing what a text means.
pub(crate) fn is_word(c: char) -> bool {
    if c.is_ascii() {
        c.is_ascii_alphanumeric() || "_-./*?@".contains(c)
    } else {
        !c.is_whitespace() && !c.is_control()
    }
}

/// Kind and length in bytes of the token that `rest` starts with.
fn token(rest: &str, first: char) -> (TokenKind, usize) {
    let kind = match first {
        '+' => TokenKind::Plus,
        ':' => TokenKind::Colon,
        '=' => TokenKind::Equals,
        '(' => TokenKind::Open,
        ')' => TokenKind::Close,
        '"' => return quoted(rest),
        '<' if rest.starts_with("<null>") => return (TokenKind::Null, "<null>".len()),
        _ if is_word(first) => return word(rest),
        _ => return (TokenKind::Unknown, first.len_utf8()),
    };
    (kind, 1)
}

fn word(rest: &str) -> (TokenKind, usize) {
    let length = rest.find(|c| !is_word(c)).unwrap_or(rest.len());
    let text = &rest[..length];
    let kind = [("and", TokenKind::And), ("or", TokenKind::Or), ("not", TokenKind::Not)]
        .into_iter()
        .find(|(name, _)| text.eq_ignore_ascii_case(name))
        .map_or(TokenKind::Word, |(_, kind)| kind);
    (kind, length)
}

/// Up to the quote that is not behind a backslash.
fn quoted(rest: &str) -> (TokenKind, usize) {
    let mut escaped = false;
    for (at, c) in rest.char_indices().skip(1) {
        match c {
            _ if escaped => escaped = false,
            '\\' => escaped = true,
            '"' => return (TokenKind::Quoted, at + 1),
            _ => {}
        }
    }
    (TokenKind::Unterminated, rest.len())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn spell(text: &str) -> String {
        let list: Vec<_> = tokens(text).iter().map(|t| format!("{:?}({})", t.kind, &text[t.span.range()])).collect();
        list.join(" ")
    }

    #[test]
    fn every_kind_of_token() {
        assert_eq!(spell("2+key:shop/a*"), "Word(2) Plus(+) Word(key) Colon(:) Word(shop/a*)");
        assert_eq!(spell("NOT (a Or b)aNd c"), "Not(NOT) Open(() Word(a) Or(Or) Word(b) Close()) And(aNd) Word(c)");
        assert_eq!(spell(r#"tag:"k\"1"="#), r#"Word(tag) Colon(:) Quoted("k\"1") Equals(=)"#);
        assert_eq!(spell("owner:<null>"), "Word(owner) Colon(:) Null(<null>)");
        assert_eq!(spell("a & <x \"b"), "Word(a) Unknown(&) Unknown(<) Word(x) Unterminated(\"b)");
        assert_eq!(spell("größe 🦀"), "Word(größe) Word(🦀)");
        assert_eq!(spell("android nothing order"), "Word(android) Word(nothing) Word(order)");
    }

    #[test]
    fn a_backslash_before_the_last_quote_leaves_the_text_open() {
        assert_eq!(spell(r#""a\""#), r#"Unterminated("a\")"#);
        assert_eq!(spell(r#""a\\""#), r#"Quoted("a\\")"#);
    }
}

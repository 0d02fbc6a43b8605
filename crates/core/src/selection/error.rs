//! Where in the text something is wrong, and how to show it.

use std::{fmt, ops::Range};

use serde::{Deserialize, Serialize};

/// A piece of a selection's text, in bytes of UTF-8: `start` is inside, `end` is not.
///
/// Both ends always lie on character boundaries of the text they belong to.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Span {
    /// First byte.
    pub start: usize,
    /// One past the last byte.
    pub end: usize,
}

impl Span {
    pub(crate) const fn new(start: usize, end: usize) -> Self {
        Self { start, end }
    }

    /// From the start of `self` to the end of `other`.
    pub(crate) const fn to(self, other: Self) -> Self {
        Self { start: self.start, end: other.end }
    }

    /// The same piece as a range to index the text with.
    pub const fn range(self) -> Range<usize> {
        self.start..self.end
    }
}

/// A text that is not a selection: what is wrong, where, and what to write instead.
///
/// The only thing a caller can do is to show it; [`SelectionError::render`] is made for that.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SelectionError {
    /// What is wrong, one sentence without a full stop.
    pub message: String,
    /// The piece of the text that is wrong; empty and at the end if something is missing there.
    pub span: Span,
    /// What to do about it.
    pub hint: Option<String>,
    /// The whole text.
    pub text: String,
}

impl SelectionError {
    pub(crate) fn new(text: &str, span: Span, message: impl Into<String>) -> Self {
        Self { message: message.into(), span, hint: None, text: text.to_owned() }
    }

    pub(crate) fn hint(mut self, hint: impl Into<String>) -> Self {
        self.hint = Some(hint.into());
        self
    }

    /// The message, the line of the text with carets under the wrong piece, and the hint.
    ///
    /// Several lines without a line break at the end, for a terminal or a `<pre>`.
    pub fn render(&self) -> String {
        let shown = format!("{}\n{}", self.message, underline(&self.text, self.span));
        match &self.hint {
            Some(hint) => format!("{shown}\nhint: {hint}"),
            None => shown,
        }
    }
}

impl fmt::Display for SelectionError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // Counting characters, because people count what they see, from one.
        let before = self.text.get(..self.span.start).unwrap_or_default();
        write!(f, "{} (at character {})", self.message, before.chars().count() + 1)?;
        match &self.hint {
            Some(hint) => write!(f, "; {hint}"),
            None => Ok(()),
        }
    }
}

impl std::error::Error for SelectionError {}

/// The line that holds the start of `span`, and under it carets that mark the span, both indented.
///
/// Carets are placed by character, not by byte. A span that goes on over a line break is marked up to it.
pub(crate) fn underline(text: &str, span: Span) -> String {
    let (before, after) = text.split_at_checked(span.start).unwrap_or((text, ""));
    let line_start = before.rfind('\n').map_or(0, |at| at + 1);
    let head = &before[line_start..];
    let line_rest = after.split('\n').next().unwrap_or_default();
    let marked = line_rest.get(..span.end.saturating_sub(span.start)).unwrap_or(line_rest);
    // A tab in the text must stay a tab below it, or the caret would stand elsewhere.
    let pad: String = head.chars().map(|c| if c == '\t' { '\t' } else { ' ' }).collect();
    let carets = "^".repeat(marked.chars().count().max(1));
    format!("  {head}{line_rest}\n  {pad}{carets}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn carets_count_characters_and_stay_on_their_line() {
        assert_eq!(underline("é+ü!x", Span::new(5, 6)), "  é+ü!x\n     ^");
        assert_eq!(underline("a or\n\tb !", Span::new(8, 9)), "  \tb !\n  \t  ^");
        assert_eq!(underline("\"a\nb", Span::new(0, 4)), "  \"a\n  ^^");
        assert_eq!(underline("a and ", Span::new(6, 6)), "  a and \n        ^");
    }

    #[test]
    fn a_span_from_elsewhere_does_not_panic() {
        assert_eq!(underline("é", Span::new(1, 9)), "  é\n   ^");
        assert_eq!(underline("", Span::new(7, 3)), "  \n  ^");
    }
}

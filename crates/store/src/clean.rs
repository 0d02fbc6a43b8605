//! NUL characters: text that holds one is kept with U+FFFD in its place, since Postgres can store none.
//! Every store does the same, so that a pipeline behaves alike on each.

use std::borrow::Cow;

/// What stands where a NUL was.
const REPLACEMENT: &str = "\u{fffd}";

/// The text as it is stored.
pub fn text(text: &str) -> Cow<'_, str> {
    if text.as_bytes().contains(&0) { Cow::Owned(text.replace('\0', REPLACEMENT)) } else { Cow::Borrowed(text) }
}

/// JSON as it is stored: an escaped NUL is one too.
pub fn json(json: &str) -> Cow<'_, str> {
    if !json.contains("\\u0000") {
        return text(json);
    }
    let mut kept = String::with_capacity(json.len());
    let mut rest = json;
    while let Some(at) = rest.find('\\') {
        kept.push_str(&rest[..at]);
        let escape = &rest[at..];
        // An escape is a backslash with the character after it, so `\\u0000` is a backslash and five letters.
        let length = if escape.starts_with("\\u0000") {
            kept.push_str(REPLACEMENT);
            6
        } else {
            let length = 1 + escape[1..].chars().next().map_or(0, char::len_utf8);
            kept.push_str(&escape[..length]);
            length
        };
        rest = &escape[length..];
    }
    kept.push_str(rest);
    Cow::Owned(kept)
}

/// A JSON value as it is stored.
pub fn value(value: serde_json::Value) -> serde_json::Value {
    let written = value.to_string();
    match json(&written) {
        Cow::Borrowed(_) => value,
        // Cleaning changes characters inside of texts only, so it is JSON still.
        Cow::Owned(cleaned) => serde_json::from_str(&cleaned).unwrap_or(value),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nul_becomes_the_replacement_character() {
        assert_eq!(text("a\0b"), "a\u{fffd}b");
        assert!(matches!(text("plain"), Cow::Borrowed("plain")));
    }

    #[test]
    fn only_escaped_nuls_of_json_are_replaced() {
        let value = serde_json::json!({ "a\0": ["\0", "\\u0000", "\\\0", "é\\"] });
        let kept: serde_json::Value = serde_json::from_str(&json(&value.to_string())).unwrap();
        assert_eq!(kept, serde_json::json!({ "a\u{fffd}": ["\u{fffd}", "\\u0000", "\\\u{fffd}", "é\\"] }));
    }
}

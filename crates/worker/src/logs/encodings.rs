//! The forms in which a secret shows up in output.

use std::collections::BTreeSet;

use base64::{
    Engine as _,
    engine::general_purpose::{STANDARD_NO_PAD, URL_SAFE_NO_PAD},
};

/// Every byte sequence that gives the secret away: as it is, in base64 at each
/// of the three alignments, percent-encoded and escaped for JSON.
pub(super) fn forms(secret: &str) -> BTreeSet<Vec<u8>> {
    let mut forms = BTreeSet::from([secret.as_bytes().to_vec()]);
    forms.extend(base64_forms(secret.as_bytes()));
    forms.extend(percent_forms(secret.as_bytes()));
    for escaped in json_forms(secret) {
        // A JSON document within a JSON string is common in structured logs.
        forms.insert(json_escape(&escaped, Ascii::Keep).into_bytes());
        forms.insert(escaped.into_bytes());
    }
    forms
}

/// Where a secret stands within a longer text that is encoded as a whole, its
/// first byte can fall on any of three positions of a base64 group. Only the
/// characters that depend on nothing but the secret are kept.
fn base64_forms(secret: &[u8]) -> impl Iterator<Item = Vec<u8>> + '_ {
    (0..3).flat_map(move |before| {
        let mut padded = vec![0; before];
        padded.extend_from_slice(secret);
        let first = (before * 8).div_ceil(6);
        let end = padded.len() * 8 / 6;
        [STANDARD_NO_PAD.encode(&padded), URL_SAFE_NO_PAD.encode(&padded)]
            .map(|encoded| encoded.as_bytes()[first..end].to_vec())
    })
}

/// The characters that common encoders leave alone beside letters and digits.
const UNRESERVED: [&[u8]; 4] = [
    b"-_.~",                    // RFC 3986, most libraries
    b"-_.!~*'()",               // encodeURIComponent
    b"-_.*",                    // HTML forms
    b"-_.!~*'():/?#[]@$&+,;=%", // whole-URL encoders such as encodeURI
];

fn percent_forms(secret: &[u8]) -> impl Iterator<Item = Vec<u8>> + '_ {
    UNRESERVED.into_iter().flat_map(move |keep| {
        [b"0123456789ABCDEF", b"0123456789abcdef"].into_iter().flat_map(move |digits| {
            let encoded = percent_encode(secret, keep, digits);
            let form = replace_spaces(&encoded);
            [encoded, form]
        })
    })
}

fn percent_encode(secret: &[u8], keep: &[u8], digits: &[u8; 16]) -> Vec<u8> {
    let mut encoded = Vec::with_capacity(secret.len() * 3);
    for &byte in secret {
        if byte.is_ascii_alphanumeric() || keep.contains(&byte) {
            encoded.push(byte);
        } else {
            encoded.extend([b'%', digits[usize::from(byte >> 4)], digits[usize::from(byte & 15)]]);
        }
    }
    encoded
}

/// HTML forms write a space as a plus sign.
fn replace_spaces(encoded: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(encoded.len());
    let mut rest = encoded;
    while let Some(at) = memchr::memmem::find(rest, b"%20") {
        out.extend_from_slice(&rest[..at]);
        out.push(b'+');
        rest = &rest[at + 3..];
    }
    out.extend_from_slice(rest);
    out
}

/// What an encoder does with characters outside ASCII.
#[derive(Clone, Copy, PartialEq)]
enum Ascii {
    Keep,
    Escape,
}

/// JSON escapes differ between libraries: Python escapes all but ASCII, PHP
/// escapes slashes, Go escapes what is special in HTML. Rust's debug form
/// differs from JSON only in control characters.
fn json_forms(secret: &str) -> Vec<String> {
    let plain = json_escape(secret, Ascii::Keep);
    let ascii = json_escape(secret, Ascii::Escape);
    vec![
        plain.replace('/', "\\/"),
        ascii.replace('/', "\\/"),
        escape_html(&plain),
        plain,
        ascii,
        secret.escape_debug().to_string(),
    ]
}

fn escape_html(escaped: &str) -> String {
    escaped.replace('<', "\\u003c").replace('>', "\\u003e").replace('&', "\\u0026")
}

fn json_escape(text: &str, ascii: Ascii) -> String {
    let mut escaped = String::with_capacity(text.len());
    for character in text.chars() {
        match character {
            '"' => escaped.push_str("\\\""),
            '\\' => escaped.push_str("\\\\"),
            '\n' => escaped.push_str("\\n"),
            '\r' => escaped.push_str("\\r"),
            '\t' => escaped.push_str("\\t"),
            '\u{8}' => escaped.push_str("\\b"),
            '\u{c}' => escaped.push_str("\\f"),
            c if c < ' ' || (ascii == Ascii::Escape && !c.is_ascii()) => {
                for unit in c.encode_utf16(&mut [0; 2]) {
                    escaped.push_str(&format!("\\u{unit:04x}"));
                }
            }
            c => escaped.push(c),
        }
    }
    escaped
}

#[cfg(test)]
mod tests {
    use super::*;

    fn has(secret: &str, form: &str) -> bool {
        forms(secret).contains(form.as_bytes())
    }

    #[test]
    fn knows_the_usual_encodings() {
        assert!(has("pa ss/wörd", "pa%20ss%2Fw%C3%B6rd"), "percent, upper case");
        assert!(has("pa ss/wörd", "pa%20ss%2fw%c3%b6rd"), "percent, lower case");
        assert!(has("pa ss/wörd", "pa+ss%2Fw%C3%B6rd"), "HTML form");
        assert!(has("pa ss/wörd", "pa ss\\/w\\u00f6rd"), "JSON, escaped slash and non-ASCII");
        assert!(has("say \"hi\"\n", "say \\\"hi\\\"\\n"), "JSON");
        assert!(has("say \"hi\"\n", "say \\\\\\\"hi\\\\\\\"\\\\n"), "JSON within JSON");
        assert!(has("a<b>&cd", "a\\u003cb\\u003e\\u0026cd"), "JSON, safe for HTML");
        assert!(has("😀secret", "\\ud83d\\ude00secret"), "surrogate pair");
    }

    #[test]
    fn base64_of_any_text_around_the_secret_holds_a_form() {
        let secret = "s3cr3t?>~ÿ";
        for before in 0..7 {
            for after in 0..4 {
                let text = format!("{}{secret}{}", "x".repeat(before), "y".repeat(after));
                for encoded in [STANDARD_NO_PAD.encode(&text), URL_SAFE_NO_PAD.encode(&text)] {
                    let found =
                        forms(secret).iter().any(|form| memchr::memmem::find(encoded.as_bytes(), form).is_some());
                    assert!(found, "{before} bytes before, {after} after: {encoded}");
                }
            }
        }
    }
}

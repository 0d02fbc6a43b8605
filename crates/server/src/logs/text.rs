//! Bytes to text without cutting a character in two.

/// How many of these bytes to show now: all of them, or all but the start of a character whose rest is still to
/// come. Bytes that are no UTF-8 anyway are not waited for.
pub(crate) fn whole_characters(bytes: &[u8]) -> usize {
    let start = bytes.len().saturating_sub(3);
    for at in (start..bytes.len()).rev() {
        let needs = match bytes[at] {
            0xc2..=0xdf => 2,
            0xe0..=0xef => 3,
            0xf0..=0xf4 => 4,
            0x80..=0xbf => continue,
            _ => return bytes.len(),
        };
        return if bytes.len() - at < needs { at } else { bytes.len() };
    }
    bytes.len()
}

#[cfg(test)]
mod tests {
    use super::whole_characters;

    #[test]
    fn characters_are_not_cut() {
        let text = "aé€😀z".as_bytes();
        for end in 0..=text.len() {
            let whole = whole_characters(&text[..end]);
            assert!(std::str::from_utf8(&text[..whole]).is_ok() && end - whole < 4, "{end}");
        }
        assert_eq!(whole_characters(b"\xff\xff\xff"), 3);
        assert_eq!(whole_characters(b"\x80\x80\x80\x80"), 4);
        assert_eq!(whole_characters(b"abc\xf0"), 3);
    }
}

//! User text as a file name.

use std::{
    fmt::Write,
    hash::{Hash, Hasher},
};

/// The longest encoded name. Most file systems allow 255 bytes; the rest is for extensions and temporary names.
const MAX: usize = 180;

/// Everything but ASCII letters, digits, `_` and `-` as `%xx`; capitals as well, because some file systems do not tell
/// them from small letters. A name that would be too long is cut, and a hash of the whole makes it unique.
pub(super) fn encode(key: &str, partition: &str) -> String {
    let mut name = escaped(key);
    if !partition.is_empty() {
        // A dot is never part of an escaped text, so the two parts cannot run into each other.
        name.push('.');
        name.push_str(&escaped(partition));
    }
    if name.len() > MAX {
        let hash = hash(&name);
        name.truncate(MAX);
        // Two dots cannot come from anything else.
        let _ = write!(name, "..{hash}");
    }
    name
}

fn escaped(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len() + 8);
    for byte in text.bytes() {
        match byte {
            b'a'..=b'z' | b'0'..=b'9' | b'_' | b'-' => escaped.push(char::from(byte)),
            other => {
                // Writing to a text cannot fail.
                let _ = write!(escaped, "%{other:02x}");
            }
        }
    }
    escaped
}

/// 128 bits that are the same on every machine and in every version.
fn hash(text: &str) -> String {
    let mut halves = [Fnv(0xcbf2_9ce4_8422_2325), Fnv(0x6c62_272e_07bb_0142)];
    for half in &mut halves {
        text.as_bytes().iter().for_each(|byte| byte.hash(half));
    }
    format!("{:016x}{:016x}", halves[0].finish(), halves[1].finish())
}

/// The FNV-1a hash with a basis of choice.
struct Fnv(u64);

impl Hasher for Fnv {
    fn write(&mut self, bytes: &[u8]) {
        for byte in bytes {
            self.0 = (self.0 ^ u64::from(*byte)).wrapping_mul(0x0000_0100_0000_01b3);
        }
    }

    fn finish(&self) -> u64 {
        self.0
    }
}

#[cfg(test)]
mod tests {
    use super::encode;
    use std::collections::BTreeSet;

    #[test]
    fn no_user_text_reaches_the_file_system() {
        let hostile =
            ["../../etc/passwd", "CON", "a\\b", ".", "a:b", "-rf", "ü/🛒", "%2f", "A", "a", "a b", "x.y", "a/b"];
        let names: BTreeSet<String> = hostile.iter().map(|key| encode(key, "")).collect();
        assert_eq!(names.len(), hostile.len());
        for name in &names {
            assert!(name.bytes().all(|byte| matches!(byte, b'a'..=b'z' | b'0'..=b'9' | b'_' | b'-' | b'%')), "{name}");
        }
        assert_eq!(encode("shop/orders", ""), "shop%2forders");
    }

    #[test]
    fn key_and_partition_stay_apart_and_long_names_are_cut() {
        assert_ne!(encode("a", "b"), encode("a.b", ""));
        let (one, two) = (encode(&"é".repeat(250), "x"), encode(&"é".repeat(250), "y"));
        assert_ne!(one, two);
        assert!(one.len() < 220, "{one}");
    }
}

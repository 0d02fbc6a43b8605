//! A chunk's name: everything about it that a reader has to know before reading it.

use std::fmt;

use zstd::zstd_safe;

use super::LogError;

/// The most uncompressed bytes of one chunk.
const MAX_RAW: u32 = 16 * 1024 * 1024;

/// What a chunk's name says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct ChunkName {
    /// Its place among the chunks of its stream.
    pub(crate) number: u32,
    /// The first byte, uncompressed.
    pub(crate) offset: u64,
    /// The length, uncompressed.
    pub(crate) raw_len: u32,
    /// How many newlines it has.
    pub(crate) lines: u32,
    /// Whether the stream ends with it.
    pub(crate) ends: bool,
}

impl ChunkName {
    /// The byte after its last one.
    pub(crate) fn end(&self) -> u64 {
        self.offset.saturating_add(u64::from(self.raw_len))
    }

    pub(super) fn parse(name: &str) -> Option<Self> {
        let mut parts = name.strip_suffix(".zst")?.split('.');
        let name = Self {
            number: parts.next()?.parse().ok()?,
            offset: parts.next()?.parse().ok()?,
            raw_len: parts.next()?.parse().ok()?,
            lines: parts.next()?.parse().ok()?,
            ends: match parts.next()? {
                "end" => true,
                "more" => false,
                _ => return None,
            },
        };
        parts.next().is_none().then_some(name)
    }

    /// Whether bytes are the one frame that the name promises. A forged length would expand without bound.
    pub(super) fn check(&self, bytes: &[u8]) -> Result<(), LogError> {
        if self.raw_len > MAX_RAW {
            return Err(LogError::Refused("a chunk has at most 16 MB of output"));
        }
        if self.offset > i64::MAX as u64 {
            return Err(LogError::Refused("the offset is too large"));
        }
        let one = zstd_safe::find_frame_compressed_size(bytes).is_ok_and(|length| length == bytes.len());
        let said = zstd_safe::get_frame_content_size(bytes).ok().flatten();
        match one && said.is_none_or(|said| said == u64::from(self.raw_len)) {
            true => Ok(()),
            false => Err(LogError::Refused("the bytes are not one zstd frame of the stated length")),
        }
    }
}

impl fmt::Display for ChunkName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let kind = if self.ends { "end" } else { "more" };
        write!(f, "{:08}.{}.{}.{}.{kind}.zst", self.number, self.offset, self.raw_len, self.lines)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_read_back() {
        let name = ChunkName { number: 7, offset: 1 << 40, raw_len: 3, lines: 1, ends: true };
        assert_eq!(ChunkName::parse(&name.to_string()), Some(name));
        for other in ["", "1.zst", "1.2.3.4.more", "1.2.3.4.soon.zst", "1.2.3.4.end.5.zst", "x.2.3.4.end.zst"] {
            assert_eq!(ChunkName::parse(other), None, "{other}");
        }
    }

    #[test]
    fn only_one_frame_of_the_stated_length_is_taken() {
        let frame = zstd::bulk::compress(b"hello\n", 1).unwrap();
        let name = ChunkName { number: 0, offset: 0, raw_len: 6, lines: 1, ends: false };
        assert!(name.check(&frame).is_ok());
        assert!(ChunkName { raw_len: 5, ..name }.check(&frame).is_err());
        assert!(ChunkName { raw_len: MAX_RAW + 1, ..name }.check(&frame).is_err());
        assert!(name.check(&[frame.clone(), frame.clone()].concat()).is_err());
        assert!(name.check(&frame[..frame.len() - 1]).is_err());
        assert!(name.check(b"hello").is_err());
    }
}

//! The last bytes of a stream, kept in bounded memory.

use std::borrow::Cow;

/// The last `limit` bytes of everything pushed.
#[derive(Debug)]
pub(super) struct LastBytes {
    limit: usize,
    /// Up to twice the limit, so that moving bytes to the front is rare.
    bytes: Vec<u8>,
    total: u64,
}

impl LastBytes {
    pub(super) fn new(limit: usize) -> Self {
        Self { limit, bytes: Vec::new(), total: 0 }
    }

    pub(super) fn push(&mut self, bytes: &[u8]) {
        self.total += bytes.len() as u64;
        let fresh = &bytes[bytes.len().saturating_sub(self.limit)..];
        if self.bytes.len() + fresh.len() > 2 * self.limit {
            let keep = self.limit - fresh.len();
            self.bytes.drain(..self.bytes.len().saturating_sub(keep));
        }
        self.bytes.extend_from_slice(fresh);
    }

    pub(super) fn bytes(&self) -> &[u8] {
        &self.bytes[self.bytes.len().saturating_sub(self.limit)..]
    }

    /// How many bytes are no longer here.
    pub(super) fn dropped(&self) -> u64 {
        self.total - self.bytes().len() as u64
    }
}

/// The last lines of a stream, for the error message of a failed step.
#[derive(Debug)]
pub struct Tail {
    lines: usize,
    last: LastBytes,
}

impl Tail {
    /// Keeps at most `lines` lines and `bytes` bytes.
    #[must_use]
    pub fn new(lines: usize, bytes: usize) -> Self {
        Self { lines, last: LastBytes::new(bytes) }
    }

    /// Takes the next bytes of the stream.
    pub fn push(&mut self, bytes: &[u8]) {
        self.last.push(bytes);
    }

    /// The last lines, without blank space at the end. A first line that is
    /// no longer complete is left out unless it is the only one.
    #[must_use]
    pub fn text(&self) -> String {
        let bytes = self.last.bytes();
        let text = String::from_utf8_lossy(whole_lines(bytes, self.last.dropped()));
        let text = text.trim_end();
        let start = text.rmatch_indices('\n').nth(self.lines.saturating_sub(1)).map_or(0, |(at, _)| at + 1);
        Cow::Borrowed(&text[start..]).into_owned()
    }
}

impl Default for Tail {
    /// 20 lines, 4 kB.
    fn default() -> Self {
        Self::new(20, 4096)
    }
}

fn whole_lines(bytes: &[u8], dropped: u64) -> &[u8] {
    match memchr::memchr(b'\n', bytes) {
        Some(end) if dropped > 0 && end + 1 < bytes.len() => &bytes[end + 1..],
        _ => bytes,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keeps_exactly_the_last_bytes() {
        for piece in [1, 2, 3, 7, 10, 11, 50] {
            let all: Vec<u8> = (0..100).collect();
            let mut last = LastBytes::new(10);
            all.chunks(piece).for_each(|bytes| last.push(bytes));
            assert_eq!((last.bytes(), last.dropped()), (&all[90..], 90), "pieces of {piece}");
            assert!(last.bytes.len() <= 20);
        }
    }

    #[test]
    fn shows_the_last_lines() {
        let mut tail = Tail::new(2, 100);
        tail.push(b"one\ntwo\nthree\n\n");
        assert_eq!(tail.text(), "two\nthree");
    }

    #[test]
    fn leaves_out_a_line_that_lost_its_start() {
        let mut tail = Tail::new(20, 10);
        tail.push(b"a long line\nshort\n");
        assert_eq!(tail.text(), "short");
        tail.push(&[b'x'; 50]);
        assert_eq!(tail.text(), "x".repeat(10));
    }

    #[test]
    fn decodes_lossily() {
        let mut tail = Tail::default();
        tail.push(b"ok \xff\x00 end\r\n");
        assert_eq!(tail.text(), "ok \u{fffd}\0 end");
    }
}

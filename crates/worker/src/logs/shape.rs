//! Bounds for what a stream may store: line length and total size.

use super::retain::LastBytes;

/// Ends a line that was cut because it is too long.
const CUT: &[u8] = b" [headwater: long line cut here]\n";

/// Breaks lines that are too long for a viewer.
#[derive(Debug)]
pub(super) struct LineCutter {
    limit: usize,
    /// Bytes of the current line so far.
    column: usize,
}

impl LineCutter {
    pub(super) fn new(limit: usize) -> Self {
        Self { limit, column: 0 }
    }

    pub(super) fn feed(&mut self, mut input: &[u8], out: &mut Vec<u8>) {
        while self.column + input.len() > self.limit {
            let room = self.limit - self.column;
            match memchr::memchr(b'\n', &input[..input.len().min(room + 1)]) {
                Some(end) => {
                    out.extend_from_slice(&input[..=end]);
                    input = &input[end + 1..];
                }
                None => {
                    out.extend_from_slice(&input[..room]);
                    out.extend_from_slice(CUT);
                    input = &input[room..];
                }
            }
            self.column = 0;
        }
        // What is left cannot make a line too long.
        out.extend_from_slice(input);
        self.column = match memchr::memrchr(b'\n', input) {
            Some(end) => input.len() - end - 1,
            None => self.column + input.len(),
        };
    }
}

/// Keeps the head and the tail of a stream and drops what is between.
#[derive(Debug)]
pub(super) struct Cap {
    limit: u64,
    head_left: u64,
    tail: LastBytes,
    announced: bool,
}

impl Cap {
    /// At most `limit` bytes, of which the last `tail` come from the end.
    pub(super) fn new(limit: u64, tail: usize) -> Self {
        let tail = tail.min(usize::try_from(limit / 2).unwrap_or(usize::MAX));
        Self { limit, head_left: limit - tail as u64, tail: LastBytes::new(tail), announced: false }
    }

    pub(super) fn feed(&mut self, input: &[u8], out: &mut Vec<u8>) {
        let head = usize::try_from(self.head_left).unwrap_or(usize::MAX).min(input.len());
        out.extend_from_slice(&input[..head]);
        self.head_left -= head as u64;
        self.tail.push(&input[head..]);
        if self.tail.dropped() > 0 && !self.announced {
            self.announced = true;
            let notice = format!(
                "\n[headwater: the output limit of {} bytes is reached; from here only the end is kept]\n",
                self.limit,
            );
            out.extend_from_slice(notice.as_bytes());
        }
    }

    pub(super) fn finish(&mut self, out: &mut Vec<u8>) {
        if self.announced {
            let marker = format!("[headwater: {} bytes dropped]\n", self.tail.dropped());
            out.extend_from_slice(marker.as_bytes());
        }
        out.extend_from_slice(self.tail.bytes());
    }

    /// Bytes that will never be stored.
    pub(super) fn dropped(&self) -> u64 {
        self.tail.dropped()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn cut(limit: usize, input: &[u8], piece: usize) -> Vec<u8> {
        let mut cutter = LineCutter::new(limit);
        let mut out = Vec::new();
        input.chunks(piece).for_each(|bytes| cutter.feed(bytes, &mut out));
        out
    }

    #[test]
    fn cuts_only_long_lines_wherever_the_pieces_end() {
        for piece in 1..20 {
            let out = cut(5, b"12345\n1234567\n\n12345678901", piece);
            let cut = String::from_utf8_lossy(CUT);
            let expected = format!("12345\n12345{cut}67\n\n12345{cut}67890{cut}1");
            assert_eq!(String::from_utf8_lossy(&out), expected, "pieces of {piece}");
        }
    }

    fn cap(limit: u64, tail: usize, input: &[u8], piece: usize) -> (String, u64) {
        let mut cap = Cap::new(limit, tail);
        let mut out = Vec::new();
        input.chunks(piece).for_each(|bytes| cap.feed(bytes, &mut out));
        cap.finish(&mut out);
        (String::from_utf8(out).unwrap(), cap.dropped())
    }

    #[test]
    fn output_within_the_limit_is_whole() {
        for piece in 1..12 {
            assert_eq!(cap(10, 4, b"0123456789", piece), ("0123456789".into(), 0));
        }
    }

    #[test]
    fn head_and_tail_of_longer_output_are_kept() {
        for piece in 1..21 {
            let (out, dropped) = cap(10, 4, b"0123456789abcdefghij", piece);
            assert_eq!(dropped, 10);
            assert!(out.starts_with("012345\n[headwater: the output limit of 10 bytes"), "{out}");
            assert!(out.ends_with("[headwater: 10 bytes dropped]\nghij"), "{out}");
        }
    }
}

//! Replaces secrets by `***`, across piece borders and in encoded forms.
//!
//! Masking is a seat belt, not a permission: a step that wants to give away
//! its secrets can always write them in a form nobody foresaw.

use std::{borrow::Cow, fmt, ops::Range, sync::Arc};

use aho_corasick::{AhoCorasick, AhoCorasickKind, MatchKind};
use thiserror::Error;

use super::encodings;

/// Values shorter than this (in bytes) are not masked: they would turn up by
/// chance all over the output.
pub const MIN_SECRET_LENGTH: usize = 6;

/// Lines of a secret of several lines are masked by themselves from this
/// length on, because programs like to print such a secret line by line.
const MIN_LINE_LENGTH: usize = 16;

/// Above this many needle bytes the compact automaton is used: the fast one
/// would take several megabytes.
const COMPACT_FROM: usize = 16 * 1024;

const MASK: &[u8] = b"***";

/// A named secret value. Its `Debug` form shows only the name.
#[derive(Clone)]
pub struct Secret {
    name: String,
    value: String,
}

impl Secret {
    /// A secret with the name under which warnings speak of it.
    #[must_use]
    pub fn new(name: impl Into<String>, value: impl Into<String>) -> Self {
        Self { name: name.into(), value: value.into() }
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Secret").field("name", &self.name).finish_non_exhaustive()
    }
}

/// Why a masker could not be built. Nothing may be stored without it.
#[derive(Debug, Error)]
#[error("the secrets are too many or too long to be masked: {0}")]
pub struct MaskerError(#[from] aho_corasick::BuildError);

/// The set of everything that must not be stored.
///
/// Guarantee: no masked output contains a needle, unless the needle itself
/// contains `***` (text that surrounds a mask can then complete it by chance).
pub struct Masker {
    search: Option<AhoCorasick>,
    /// Sorted, so that "is this the start of a needle" is a binary search.
    needles: Vec<Vec<u8>>,
    longest: usize,
    first_bytes: [bool; 256],
    too_short: Vec<String>,
}

impl Masker {
    /// A masker for these secrets. A value shorter than
    /// [`MIN_SECRET_LENGTH`] is left out with a warning; blanks around a value
    /// do not count.
    ///
    /// # Errors
    ///
    /// When the secrets together exceed what can be searched for (gigabytes).
    pub fn new(secrets: impl IntoIterator<Item = Secret>) -> Result<Self, MaskerError> {
        let mut needles = Vec::new();
        let mut too_short = Vec::new();
        for secret in secrets {
            let value = secret.value.trim();
            if value.len() < MIN_SECRET_LENGTH {
                tracing::warn!(
                    secret = %secret.name,
                    "secret has fewer than {MIN_SECRET_LENGTH} bytes and is not masked in output",
                );
                too_short.push(secret.name);
                continue;
            }
            needles.extend(encodings::forms(value));
            for line in secret_lines(value) {
                needles.extend(encodings::forms(line));
            }
        }
        needles.sort_unstable();
        needles.dedup();
        Self::from_needles(needles, too_short)
    }

    /// A masker that masks nothing.
    #[must_use]
    pub fn none() -> Self {
        Self { search: None, needles: Vec::new(), longest: 0, first_bytes: [false; 256], too_short: Vec::new() }
    }

    fn from_needles(needles: Vec<Vec<u8>>, too_short: Vec<String>) -> Result<Self, MaskerError> {
        if needles.is_empty() {
            return Ok(Self { too_short, ..Self::none() });
        }
        let total: usize = needles.iter().map(Vec::len).sum();
        let kind = (total > COMPACT_FROM).then_some(AhoCorasickKind::ContiguousNFA);
        let search = AhoCorasick::builder().match_kind(MatchKind::Standard).kind(kind).build(&needles)?;
        let mut first_bytes = [false; 256];
        for needle in &needles {
            first_bytes[usize::from(needle[0])] = true;
        }
        let longest = needles.iter().map(Vec::len).max().unwrap_or(0);
        Ok(Self { search: Some(search), needles, longest, first_bytes, too_short })
    }

    /// Whether it masks nothing.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.search.is_none()
    }

    /// Names of the secrets that are not masked because they are too short.
    #[must_use]
    pub fn too_short(&self) -> &[String] {
        &self.too_short
    }

    /// Masks a complete text, such as an error message or metadata.
    #[must_use]
    pub fn mask_str<'a>(&self, text: &'a str) -> Cow<'a, str> {
        match self.mask_bytes(text.as_bytes()) {
            Cow::Borrowed(_) => Cow::Borrowed(text),
            // Needles are whole characters, so what is left is still UTF-8.
            Cow::Owned(masked) => Cow::Owned(String::from_utf8_lossy(&masked).into_owned()),
        }
    }

    /// Masks a complete byte sequence.
    #[must_use]
    pub fn mask_bytes<'a>(&self, bytes: &'a [u8]) -> Cow<'a, [u8]> {
        let spans = self.spans(bytes, 0);
        if spans.is_empty() {
            return Cow::Borrowed(bytes);
        }
        let mut masked = Vec::with_capacity(bytes.len());
        write_masked(bytes, &spans, 0, bytes.len(), &mut masked);
        Cow::Owned(masked)
    }

    /// The parts of `bytes` to mask, disjoint and in order. The first
    /// `already` bytes belong to a mask that was written earlier.
    fn spans(&self, bytes: &[u8], already: usize) -> Vec<Range<usize>> {
        let mut spans: Vec<Range<usize>> = Vec::new();
        if already > 0 {
            spans.push(0..already);
        }
        let Some(search) = &self.search else {
            return spans;
        };
        for found in search.find_overlapping_iter(bytes) {
            let mut span = found.start()..found.end();
            while let Some(last) = spans.pop_if(|last| span.start < last.end) {
                span = last.start.min(span.start)..last.end.max(span.end);
            }
            spans.push(span);
        }
        spans
    }

    /// From where on `bytes` could be the start of a needle that is not
    /// complete yet.
    fn hold_from(&self, bytes: &[u8]) -> usize {
        let earliest = bytes.len().saturating_sub(self.longest.saturating_sub(1));
        (earliest..bytes.len())
            .find(|&at| self.first_bytes[usize::from(bytes[at])] && self.starts_needle(&bytes[at..]))
            .unwrap_or(bytes.len())
    }

    /// Whether some needle is longer than `prefix` and starts with it.
    fn starts_needle(&self, prefix: &[u8]) -> bool {
        let next = self.needles.partition_point(|needle| needle.as_slice() <= prefix);
        self.needles.get(next).is_some_and(|needle| needle.starts_with(prefix))
    }
}

impl fmt::Debug for Masker {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Masker").field("needles", &self.needles.len()).finish_non_exhaustive()
    }
}

/// The lines of a secret of several lines that are secret by themselves. The
/// frame of a PEM file is the same in all of them.
fn secret_lines(value: &str) -> impl Iterator<Item = &str> {
    let several = value.contains('\n');
    value
        .lines()
        .map(str::trim)
        .filter(move |line| several && line.len() >= MIN_LINE_LENGTH && !line.starts_with("-----"))
}

/// Writes `bytes[..until]` with the spans replaced. Returns how many bytes
/// from `until` on belong to a mask that is already written.
fn write_masked(bytes: &[u8], spans: &[Range<usize>], already: usize, until: usize, out: &mut Vec<u8>) -> usize {
    let mut at = 0;
    for span in spans {
        let continues = already > 0 && span.start == 0;
        if !continues {
            if span.start >= until {
                break;
            }
            out.extend_from_slice(&bytes[at..span.start]);
            out.extend_from_slice(MASK);
        }
        if span.end > until {
            return span.end - until;
        }
        at = span.end;
    }
    out.extend_from_slice(&bytes[at..until]);
    0
}

/// Masks a stream that arrives in pieces.
///
/// Holds back only what could be the start of a secret, at most one byte less
/// than the longest needle. The result does not depend on where the pieces
/// are cut.
#[derive(Debug)]
pub struct StreamMasker {
    masker: Arc<Masker>,
    held: Vec<u8>,
    /// How many of the held bytes belong to a mask that is already written.
    already: usize,
}

impl StreamMasker {
    /// A masker at the start of a stream.
    #[must_use]
    pub fn new(masker: Arc<Masker>) -> Self {
        Self { masker, held: Vec::new(), already: 0 }
    }

    /// Takes the next piece and appends what is safe to `out`.
    pub fn feed(&mut self, piece: &[u8], out: &mut Vec<u8>) {
        if self.masker.search.is_none() {
            out.extend_from_slice(piece);
            return;
        }
        if self.held.is_empty() {
            self.held = self.emit(piece, out);
            return;
        }
        let mut joined = std::mem::take(&mut self.held);
        joined.extend_from_slice(piece);
        self.held = self.emit(&joined, out);
    }

    fn emit(&mut self, bytes: &[u8], out: &mut Vec<u8>) -> Vec<u8> {
        let spans = self.masker.spans(bytes, self.already);
        let until = self.masker.hold_from(bytes);
        self.already = write_masked(bytes, &spans, self.already, until, out);
        bytes[until..].to_vec()
    }

    /// Ends the stream: what is held back turned out to be no secret, except
    /// for the complete secrets in it.
    pub fn finish(&mut self, out: &mut Vec<u8>) {
        let held = std::mem::take(&mut self.held);
        let spans = self.masker.spans(&held, self.already);
        write_masked(&held, &spans, self.already, held.len(), out);
        self.already = 0;
    }
}

#[cfg(test)]
#[path = "masker_tests.rs"]
mod tests;

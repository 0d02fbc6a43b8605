//! Chance by seed. Every purpose has a stream of its own, so that a further draw in one place does not change what
//! an old seed does in the others.

use uuid::Uuid;

/// A stream of numbers that follows from a seed and a purpose.
#[derive(Clone, Debug)]
pub struct Chance(u64);

impl Chance {
    /// The stream of a purpose.
    pub fn new(seed: u64, purpose: &str) -> Self {
        let mut hasher = blake3::Hasher::new();
        hasher.update(&seed.to_le_bytes());
        hasher.update(purpose.as_bytes());
        let mut bytes = [0; 8];
        hasher.finalize_xof().fill(&mut bytes);
        Self(u64::from_le_bytes(bytes))
    }

    /// The next number (splitmix64).
    pub fn draw(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    /// A number from zero to below the limit; zero for a limit of zero.
    pub fn below(&mut self, limit: u64) -> u64 {
        if limit == 0 { 0 } else { self.draw() % limit }
    }

    /// A number from the first to below the second.
    pub fn between(&mut self, low: u64, high: u64) -> u64 {
        low + self.below(high.saturating_sub(low))
    }

    /// True so many times in a thousand.
    pub fn permille(&mut self, times: u64) -> bool {
        self.below(1_000) < times
    }

    /// An index into a list of that length.
    pub fn index(&mut self, length: usize) -> usize {
        self.below(length as u64) as usize
    }

    /// One of several.
    pub fn of<'t, T: ?Sized>(&mut self, choices: &[&'t T]) -> Option<&'t T> {
        choices.get(self.index(choices.len())).copied()
    }

    /// A fresh id.
    pub fn uuid(&mut self) -> Uuid {
        let (high, low) = (self.draw(), self.draw());
        Uuid::from_u128((u128::from(high) << 64) | u128::from(low))
    }
}

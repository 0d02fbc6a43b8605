//! A set of nodes as one bit each.

/// A set of node numbers below a fixed bound, kept in order.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NodeSet {
    words: Vec<u64>,
    bound: usize,
}

impl NodeSet {
    /// No node of a universe with `bound` nodes.
    pub fn empty(bound: usize) -> Self {
        Self { words: vec![0; bound.div_ceil(64)], bound }
    }

    /// All nodes of a universe with `bound` nodes.
    pub fn full(bound: usize) -> Self {
        let mut set = Self { words: vec![u64::MAX; bound.div_ceil(64)], bound };
        set.clear_beyond_bound();
        set
    }

    /// How many nodes the universe has.
    pub const fn bound(&self) -> usize {
        self.bound
    }

    /// Adds a node; false if it was there already, or is not a node of this universe.
    pub fn insert(&mut self, node: usize) -> bool {
        let bit = 1_u64 << (node % 64);
        match self.words.get_mut(node / 64) {
            Some(word) if node < self.bound && *word & bit == 0 => {
                *word |= bit;
                true
            }
            _ => false,
        }
    }

    /// Is the node in the set?
    pub fn contains(&self, node: usize) -> bool {
        self.words.get(node / 64).is_some_and(|word| word >> (node % 64) & 1 == 1)
    }

    /// How many nodes are in the set.
    pub fn len(&self) -> usize {
        self.words.iter().map(|word| word.count_ones() as usize).sum()
    }

    /// Is no node in the set?
    pub fn is_empty(&self) -> bool {
        self.words.iter().all(|word| *word == 0)
    }

    /// The nodes from the smallest number to the largest.
    pub fn iter(&self) -> impl Iterator<Item = usize> + '_ {
        self.words.iter().enumerate().flat_map(|(index, &word)| {
            let mut rest = word;
            std::iter::from_fn(move || {
                let bit = rest.trailing_zeros() as usize;
                // The lowest bit that is set is taken away; nothing is left when the word is zero.
                rest &= rest.checked_sub(1)?;
                Some(index * 64 + bit)
            })
        })
    }

    /// Adds the nodes of `other`.
    pub fn union_with(&mut self, other: &Self) {
        self.combine(other, |mine, theirs| mine | theirs);
    }

    /// Keeps the nodes that are also in `other`.
    pub fn intersect_with(&mut self, other: &Self) {
        self.combine(other, |mine, theirs| mine & theirs);
    }

    /// Takes away the nodes of `other`.
    pub fn subtract(&mut self, other: &Self) {
        self.combine(other, |mine, theirs| mine & !theirs);
    }

    /// Swaps inside and outside.
    pub fn invert(&mut self) {
        self.words.iter_mut().for_each(|word| *word = !*word);
        self.clear_beyond_bound();
    }

    fn combine(&mut self, other: &Self, operator: impl Fn(u64, u64) -> u64) {
        for (index, mine) in self.words.iter_mut().enumerate() {
            *mine = operator(*mine, other.words.get(index).copied().unwrap_or(0));
        }
        self.clear_beyond_bound();
    }

    fn clear_beyond_bound(&mut self) {
        if let (Some(last), used @ 1..) = (self.words.last_mut(), self.bound % 64) {
            *last &= (1 << used) - 1;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_bits_beyond_the_bound_never_show() {
        for bound in [0, 1, 63, 64, 65, 130] {
            let mut set = NodeSet::full(bound);
            assert_eq!(set.len(), bound);
            assert!(set.iter().eq(0..bound));
            set.invert();
            assert!(set.is_empty());
            assert!(!set.insert(bound));
            set.invert();
            assert_eq!(set, NodeSet::full(bound));
        }
    }

    #[test]
    fn inserting_twice_says_so() {
        let mut set = NodeSet::empty(100);
        assert!(set.insert(70));
        assert!(!set.insert(70));
        assert!(set.contains(70) && !set.contains(6) && !set.contains(700));
        assert!(set.iter().eq([70]));
    }
}

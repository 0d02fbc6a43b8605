//! What selections are evaluated over.

use std::collections::BTreeMap;

/// Assets and the edges between them, as selections see them.
///
/// Nodes are the numbers from zero to `len`; every method is only asked about those. Edges form a graph
/// without cycles; a cycle does no harm, but its members are then upstream of themselves.
pub trait Universe {
    /// How many assets there are.
    fn len(&self) -> usize;

    /// Are there no assets?
    fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The asset's key.
    fn key(&self, node: usize) -> &str;

    /// The asset with exactly this key.
    ///
    /// Looks at every asset unless it is overridden; an implementation with an index should do that.
    fn find(&self, key: &str) -> Option<usize> {
        (0..self.len()).find(|&node| self.key(node) == key)
    }

    /// The group the asset belongs to.
    fn group(&self, node: usize) -> &str;

    /// The asset's owners, as they were declared (`team:data`, `anna@shop.example`).
    fn owners(&self, node: usize) -> &[String];

    /// The asset's tags by name; a label has an empty value.
    fn tags(&self, node: usize) -> &BTreeMap<String, String>;

    /// The asset's kinds.
    fn kinds(&self, node: usize) -> &[String];

    /// The domain the asset belongs to.
    fn domain(&self, node: usize) -> Option<&str>;

    /// The asset's quality tier.
    fn tier(&self, node: usize) -> Option<&str>;

    /// The assets that this one is made from.
    fn upstream(&self, node: usize) -> &[u32];

    /// The assets that are made from this one.
    fn downstream(&self, node: usize) -> &[u32];
}

//! A store in memory: the reference.
/// Placeholder until written.
#[derive(Debug)] pub struct MemoryStore;

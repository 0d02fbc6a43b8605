//! The storage port on PostgreSQL and SQLite.
//!
//! One text of each statement serves both databases; what cannot is in [`dialect`]. A commit is folded in Rust
//! first ([`fold`]): whatever the size of a batch, it becomes one statement per table.

mod cell;
mod commit;
mod db;
mod decode;
mod dialect;
mod error;
mod fold;
mod journal;
mod load;
mod migrate;
mod postgres;
#[cfg(test)]
mod prepared;
mod prune;
mod reader;
mod sqlite;
mod statements;
mod store;
mod tables;

pub use migrate::MigrationStatus;
pub use store::{SqlOptions, SqlStore};

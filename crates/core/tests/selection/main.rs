//! The selection language, from the outside: a table of cases and laws that hold for all texts and graphs.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a panic is how a test fails")]

mod fixtures;
mod graph;
mod laws;

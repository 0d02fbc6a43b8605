//! The rules, from the outside: a table of small worlds with what happens in them, and laws that hold for all.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a panic is how a test fails")]

mod events;
mod fixtures;
mod laws;
mod notation;
mod play;
mod says;
mod tables;
mod watch;

//! The product under faults: real servers and workers, killed, paused, starved of disk and database.
//!
//! Every scenario waits for conditions, never for a time to pass, and ends with an audit of what is recorded. Those
//! with chance in them print their seed; `HEADWATER_TEST_SEED` repeats it.

#![allow(
    clippy::expect_used,
    clippy::panic,
    clippy::print_stderr,
    clippy::unwrap_used,
    reason = "a harness that cannot do its part must fail the test"
)]
#![cfg(target_os = "linux")]

mod harness;

mod alerts;
mod bad_steps;
mod database;
mod disk;
mod door;
mod killed;
mod lost;
mod network;
mod once;
mod restarts;
mod stopping;
mod takeover;

//! Real processes under supervision, and their output on its way to the log
//! store.
#![allow(
    clippy::panic,
    clippy::print_stdout,
    clippy::unwrap_used,
    reason = "the helpers of tests may do what tests may do"
)]

#[cfg(target_os = "linux")]
mod exits;
#[cfg(target_os = "linux")]
mod leftovers;
mod logs;
#[cfg(target_os = "linux")]
mod output;
mod support;
#[cfg(target_os = "linux")]
mod trees;

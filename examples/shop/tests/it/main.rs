//! The example's own tests: real HTTP, a real process, real files.

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::print_stderr,
    reason = "a helper that cannot set a test up must fail it"
)]

mod api;
mod assets;
mod demo;
mod export;
mod pipeline;
mod support;

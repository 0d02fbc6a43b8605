//! The typed HTTP client: every route that the command line and the worker need, as a method.
//!
//! ```no_run
//! # async fn example() -> Result<(), headwater_client::ClientError> {
//! use headwater_client::{Client, IdempotencyKey, api::LaunchRequest};
//!
//! let client = Client::new("http://127.0.0.1:4000", None)?;
//! let request = LaunchRequest { selection: "group:curated+".into(), ..LaunchRequest::default() };
//! let launched = client.launch(&request, &IdempotencyKey::random()).await?;
//! println!("run {} with {} steps", launched.run, launched.steps);
//! # Ok(())
//! # }
//! ```
//!
//! Reads, and commands (which all carry an [`IdempotencyKey`]), are tried again while a new leader takes over or the
//! server restarts, for as long as [`Patience`] says. Worker calls are tried once: a worker has its own loop.

mod alerts;
mod assets;
mod call;
mod client;
mod control;
mod error;
mod feed;
mod follow;
mod key;
mod runs;
mod sse;
mod tail;
mod worker;

pub use headwater_api as api;

pub use client::{Client, Patience};
pub use error::ClientError;
pub use feed::Feed;
pub use key::IdempotencyKey;

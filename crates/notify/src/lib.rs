//! Telling people: rendering alerts and delivering them (D18).
//!
//! The rules of alerts are in `headwater_core::decide`; they leave messages in the outbox, in the transaction of the
//! change that they are about. [`Notifier`] delivers them, on the leading server. The way of a message:
//!
//! 1. `deliver` sees that it waits, and when its turn is;
//! 2. `secret` finds where its channel goes;
//! 3. `template` puts it into words;
//! 4. `channel` turns it into requests, one file for each kind of channel;
//! 5. `outbound` makes them, the only place from which anything leaves.
//!
//! # What a webhook gets
//!
//! A `POST` with JSON, version 1 of a shape to which fields are added and of which none is changed or taken away:
//!
//! ```json
//! {
//!   "version": 1, "id": "…", "event": "alert.opened", "at": "2026-11-28T03:00:00.000000Z",
//!   "policy": "…", "channel": "…", "status": "New", "text": "…",
//!   "incident": {
//!     "id": "…", "url": "…", "title": "…", "state": "open", "severity": "critical",
//!     "kind": "asset_failed", "cause": { "kind": "asset", "asset": "raw/orders" }, "error": "…",
//!     "location": "shop", "policies": ["…"], "owners": ["…"], "affected": ["…"], "affected_count": 17,
//!     "count": 1, "since_last": 1, "opened_at": "…", "last_at": "…", "resolved_at": null,
//!     "acknowledged": { "by": "ann", "at": "…" }, "asset": { "id": "raw/orders", "url": "…" },
//!     "run": { "id": "…", "url": "…" }, "told": ["…"]
//!   }
//! }
//! ```
//!
//! `event` is `alert.opened`, `alert.repeated`, `alert.acknowledged`, `alert.resolved` or `alert.test`; it is also in
//! the header `Headwater-Event`. `Idempotency-Key` is the same on every try of a message. `Headwater-Timestamp` is when
//! it was sent, in seconds since 1970, and `Headwater-Signature` is `v1=` and the HMAC-SHA256, in hexadecimal, of the
//! timestamp, a dot and the body as it was sent, under the channel's secret. A receiver computes it again, compares in
//! constant time, and refuses timestamps that are more than five minutes away from its own clock. Any status from 200
//! to 299 takes the message; 408, 425, 429 and 500 to 599 have it sent again, and `Retry-After` is heeded.

mod channel;
mod deliver;
mod outbound;
mod secret;
mod show;
mod template;
mod time;

#[cfg(test)]
mod tests;

pub use deliver::{Notifier, NotifyOptions, Progress};
pub use outbound::{AllowError, OutboundError, OutboundOptions};
pub use secret::{MissingSecret, Secret, Secrets};
pub use show::{mask, missing};
pub use template::{Context, FIELDS, check_templates};
pub use time::{SystemTime, Time};

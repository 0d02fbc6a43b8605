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
pub use show::{mask, missing, missing_in};
pub use template::{Context, FIELDS, check_templates};
pub use time::{SystemTime, Time};

//! Alerts and incidents.

use clap::{Subcommand, ValueEnum};
use headwater_core::time::Millis;

#[derive(Debug, Subcommand)]
pub(crate) enum AlertCommand {
    /// List alert policies: what they watch, whom they tell
    Ls,
    /// List channels, and what they miss to send anything
    Channels,
    /// Send a sample message, and wait for its delivery
    #[command(after_long_help = "\
Examples:
  headwater alerts test curated-blocked
  headwater alerts test --channel data-team")]
    Test {
        /// A policy; every channel of it gets the message
        #[arg(required_unless_present = "channel")]
        policy: Option<String>,
        /// A channel
        #[arg(long, value_name = "CHANNEL", conflicts_with = "policy")]
        channel: Option<String>,
    },
    /// Silence a policy for a while; its incidents are recorded all the same
    Mute {
        /// The policy
        policy: String,
        /// For how long, as in 2h or 1d
        #[arg(long = "for", value_name = "SPAN", default_value = "1h", value_parser = span)]
        span: Millis,
    },
    /// End the silence of a policy
    Unmute {
        /// The policy
        policy: String,
    },
    /// List messages and their delivery, newest first
    Deliveries {
        /// Only those in this state
        #[arg(long, value_name = "STATE")]
        state: Option<DeliveryChoice>,
        /// At most so many
        #[arg(long, short = 'n', value_name = "COUNT", default_value_t = 20)]
        limit: u32,
    },
}

/// Where the delivery of a message is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum DeliveryChoice {
    /// It is still to be delivered
    Waiting,
    /// The channel took it
    Delivered,
    /// It was not needed any more
    Withdrawn,
    /// It was given up
    Dead,
}

impl DeliveryChoice {
    pub(crate) const fn as_str(self) -> &'static str {
        match self {
            Self::Waiting => "waiting",
            Self::Delivered => "delivered",
            Self::Withdrawn => "withdrawn",
            Self::Dead => "dead",
        }
    }
}

#[derive(Debug, Subcommand)]
pub(crate) enum IncidentCommand {
    /// List incidents, newest first
    Ls {
        /// Resolved ones too
        #[arg(long, short)]
        all: bool,
        /// At most so many
        #[arg(long, short = 'n', value_name = "COUNT", default_value_t = 20)]
        limit: u32,
    },
    /// Show an incident: what is wrong, what it holds up, who was told
    Show {
        /// Its id, or four or more characters of its start or end
        id: String,
    },
    /// Take an incident: its repeats are no longer told, its end is
    Ack {
        /// Its id, or four or more characters of its start or end
        id: String,
    },
    /// Silence an incident for a while
    Mute {
        /// Its id, or four or more characters of its start or end
        id: String,
        /// For how long, as in 2h or 1d
        #[arg(long = "for", value_name = "SPAN", default_value = "1h", value_parser = span)]
        span: Millis,
    },
    /// End the silence of an incident
    Unmute {
        /// Its id, or four or more characters of its start or end
        id: String,
    },
}

fn span(text: &str) -> Result<Millis, String> {
    text.parse().map_err(|error: headwater_core::time::TimeError| error.to_string())
}

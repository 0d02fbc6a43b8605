//! Incidents: what is wrong, since when, why, and who was told.
//!
//! An incident stands for one root cause. A failed asset, the run that failed because of it and everything that was
//! skipped because of it are one incident; it counts when it happens again, and ends when the cause is gone. The
//! rules are in [`crate::decide`]; messages leave through the outbox (D18).

mod cause;
mod quiet;

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

pub use cause::{Cause, SignalKind};
pub use quiet::{Quiet, QuietError};

use crate::{
    id::{DeploymentId, IncidentId, RunId, Seq},
    key::AssetKey,
    manifest::AlertSeverity,
    record::text_enum,
    time::Timestamp,
};

text_enum! {
    /// Where an incident is. A resolved one is final; the same cause opens a new one.
    IncidentState {
        /// Nobody has taken it.
        Open = "open",
        /// Somebody has taken it; repeats are no longer told.
        Acknowledged = "acknowledged",
        /// Its cause is gone.
        Resolved = "resolved",
    }
}

text_enum! {
    /// What a message is about.
    AlertTopic {
        /// An incident began, or a channel hears of it for the first time.
        Opened = "alert.opened",
        /// It happened again.
        Repeated = "alert.repeated",
        /// Somebody has taken it.
        Acknowledged = "alert.acknowledged",
        /// Its cause is gone.
        Resolved = "alert.resolved",
        /// A person tries a channel.
        Test = "alert.test",
    }
}

/// The most names of assets that an incident keeps; the rest is counted.
pub const MOST_AFFECTED: usize = 50;

/// The most that is kept of an error, in bytes.
pub const MOST_ERROR: usize = 2_000;

/// An incident.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct IncidentRecord {
    /// Its id.
    pub id: IncidentId,
    /// The deployment.
    pub deployment: DeploymentId,
    /// Its place among all incidents: the event that opened it.
    pub opened_seq: Seq,
    /// Where it is.
    pub state: IncidentState,
    /// The worst that a policy says of it.
    pub severity: AlertSeverity,
    /// What is wrong.
    pub cause: Cause,
    /// What is wrong, in one line.
    pub title: String,
    /// The first lines of the error.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub error: Option<String>,
    /// The code location in whose manifest its policies and channels are.
    pub location: String,
    /// Policies that watch it.
    pub policies: Vec<String>,
    /// Owners of what is wrong.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub owners: Vec<String>,
    /// What is held up downstream, at most [`MOST_AFFECTED`].
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub affected: Vec<AssetKey>,
    /// How many assets are held up.
    #[serde(default)]
    pub affected_count: u32,
    /// How often it happened.
    pub count: u32,
    /// When it began.
    pub opened_at: Timestamp,
    /// When it happened last.
    pub last_at: Timestamp,
    /// When its cause was gone.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub resolved_at: Option<Timestamp>,
    /// Who has taken it, and when.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub acknowledged: Option<Acknowledged>,
    /// No messages until then.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub muted_until: Option<Timestamp>,
    /// The run in which it happened last.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub run: Option<RunId>,
    /// Which channel was told last when; by the time at which the message may leave.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub told: BTreeMap<String, Timestamp>,
    /// How often it had happened when each channel was told.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub told_of: BTreeMap<String, u32>,
    /// How many messages it made, which numbers them.
    #[serde(default)]
    pub messages: u32,
}

/// Who has taken an incident.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Acknowledged {
    /// Who, as the server knows them.
    pub by: String,
    /// When.
    pub at: Timestamp,
}

text_enum! {
    /// What changed about an incident; its event says so.
    IncidentChange {
        /// It began.
        Opened = "opened",
        /// It happened again.
        Repeated = "repeated",
        /// More became known of the same occurrence: another policy watches it, or more is held up.
        Extended = "extended",
        /// Somebody has taken it.
        Acknowledged = "acknowledged",
        /// Somebody silenced it for a while, or no longer does.
        Muted = "muted",
        /// Its cause is gone.
        Resolved = "resolved",
    }
}

/// The state of an alert policy that outlives deploys.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PolicyRecord {
    /// The deployment.
    pub deployment: DeploymentId,
    /// The policy's name.
    pub name: String,
    /// No messages until then.
    pub muted_until: Option<Timestamp>,
    /// When it happened lately, for a policy with a threshold.
    pub recent: Vec<Timestamp>,
}

/// What a message of the outbox says: everything that a channel needs to render it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct AlertMessage {
    /// The incident as it was then.
    pub incident: IncidentRecord,
    /// The policy because of which the channel hears of it.
    pub policy: String,
    /// Everybody who is told.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub told: Vec<String>,
    /// How often it happened since the channel heard of it last.
    #[serde(default)]
    pub since_last: u32,
}

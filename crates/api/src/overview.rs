//! A deployment at a glance.

use headwater_core::{
    alert::SignalKind,
    id::{RunId, Seq},
    key::AssetKey,
    manifest::Severity,
};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::{control::Deploy, schema, time::Time};

/// A deployment at a glance.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Overview {
    /// The state is at least as new as this number of the event log.
    #[schema(value_type = i64)]
    pub seq: Seq,
    /// All assets by state.
    pub assets: StateCounts,
    /// The same for each group, by name.
    pub groups: Vec<GroupSummary>,
    /// Checks by their latest result.
    pub checks: CheckCounts,
    /// Assets whose last try failed or that have a failed check, the latest first, at most 50.
    pub failing: Vec<AssetBrief>,
    /// Assets that are older than they may be, the oldest first, at most 50.
    pub late: Vec<AssetBrief>,
    /// Runs that have not ended, by state.
    pub runs: ActiveRuns,
    /// What happened since midnight in UTC.
    pub today: Today,
    /// The next ticks of schedules that are on, soonest first, at most 20.
    pub next: Vec<NextTick>,
    /// How many incidents are not resolved, counted up to 500.
    pub open_incidents: u32,
}

/// Assets by state. An asset is counted under each state that it is in.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct StateCounts {
    /// All of them.
    pub total: u32,
    /// Never made.
    pub missing: u32,
    /// Made, and its last try did not fail.
    pub present: u32,
    /// Its last try failed.
    pub failed: u32,
    /// A run is about to make it.
    pub in_progress: u32,
    /// Made from other code or inputs than there are now.
    pub stale: u32,
    /// Older than it may be.
    pub late: u32,
    /// Made by others.
    pub external: u32,
    /// With a check that failed with an error.
    pub failed_checks: u32,
    /// With a check that failed with a warning.
    pub warned_checks: u32,
}

/// A group's assets by state.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct GroupSummary {
    /// The group.
    pub group: String,
    /// Its assets by state.
    pub counts: StateCounts,
}

/// Checks by their latest result.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct CheckCounts {
    /// Passed.
    pub passed: u32,
    /// Failed with a warning.
    pub warned: u32,
    /// Failed with an error.
    pub failed: u32,
    /// Never evaluated.
    pub never: u32,
}

/// An asset with what is wrong with it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct AssetBrief {
    /// The asset.
    #[schema(value_type = String)]
    pub key: AssetKey,
    /// Its group.
    pub group: String,
    /// Its owners.
    pub owners: Vec<String>,
    /// Since when, or when it was made last.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub at: Option<Time>,
    /// The run in which it went wrong.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<uuid::Uuid>)]
    pub run: Option<RunId>,
    /// Which kind of happening it is.
    #[schema(value_type = schema::SignalKind)]
    pub kind: SignalKind,
    /// How bad it is: of failed checks, the worst.
    #[schema(value_type = schema::Severity)]
    pub severity: Severity,
    /// What is wrong, in words.
    pub reason: String,
}

/// Runs that have not ended, by state.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct ActiveRuns {
    /// Waiting for their turn.
    pub queued: u64,
    /// In progress.
    pub running: u64,
    /// Being stopped.
    pub canceling: u64,
}

/// What happened since midnight in UTC.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Today {
    /// That midnight.
    pub since: Time,
    /// Assets that were made or looked at since then.
    pub updated_assets: u32,
    /// Runs that were accepted since then, at most 1,000 are counted.
    pub runs: u32,
    /// Of those, how many succeeded.
    pub succeeded: u32,
    /// Of those, how many failed.
    pub failed: u32,
    /// Deploys since then, newest first, at most 20.
    pub deploys: Vec<Deploy>,
}

/// A tick that is to come.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct NextTick {
    /// The schedule.
    pub schedule: String,
    /// When it is due.
    pub at: Time,
    /// What it launches.
    pub selection: String,
}

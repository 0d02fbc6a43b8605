//! Schedules and their ticks.

use std::collections::BTreeMap;

use headwater_core::{
    id::{RunId, Seq},
    manifest::{CatchUp, Overlap, Switch},
    record::{TickOutcome, TickRecord},
    time::Millis,
};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use crate::{schema, time::Time};

/// A schedule with how it is.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Schedule {
    /// Its name.
    pub name: String,
    /// The code location that declares it.
    pub location: String,
    /// Five-field crontab expressions; a tick is due when any of them is.
    pub crons: Vec<String>,
    /// IANA time zone.
    pub zone: String,
    /// When it ticks, in words.
    pub when: String,
    /// What it launches, in the selection language, or `job:name`.
    pub selection: String,
    /// What it is for, in Markdown.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub description: String,
    /// Tags of its runs.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub tags: BTreeMap<String, String>,
    /// Runs with a higher number start first.
    #[serde(default)]
    pub priority: i32,
    /// The longest a run may take from its start, in milliseconds.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<u64>)]
    pub timeout: Option<Millis>,
    /// What happens to ticks that were due while no server ran.
    #[schema(value_type = Object)]
    pub catch_up: CatchUp,
    /// What happens when the run of an earlier tick has not ended.
    #[schema(value_type = schema::Overlap)]
    pub overlap: Overlap,
    /// Whether it ticks.
    #[schema(value_type = schema::Switch)]
    pub switch: Switch,
    /// Whether it ticks when it is first deployed.
    #[schema(value_type = schema::Switch)]
    pub default: Switch,
    /// The next ticks that are due, also where it is off.
    pub next: Vec<Time>,
    /// Its latest tick.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub last: Option<Tick>,
}

/// A tick, or a range of ticks that were skipped for one reason.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Tick {
    /// Its place in history.
    #[schema(value_type = i64)]
    pub seq: Seq,
    /// When it was due; of a range, when its first tick was.
    pub due_at: Time,
    /// Of a range, when its last tick was due.
    pub through_at: Time,
    /// How many ticks it stands for.
    pub count: u64,
    /// When it was decided.
    pub at: Time,
    /// What came of it.
    #[schema(value_type = schema::TickOutcome)]
    pub outcome: TickOutcome,
    /// The run that it launched.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<uuid::Uuid>)]
    pub run: Option<RunId>,
    /// Why nothing was launched.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
}

impl From<TickRecord> for Tick {
    fn from(tick: TickRecord) -> Self {
        Self {
            seq: tick.seq,
            due_at: tick.due_at.into(),
            through_at: tick.through_at.into(),
            count: tick.count,
            at: tick.at.into(),
            outcome: tick.outcome,
            run: tick.run,
            reason: tick.reason,
        }
    }
}

/// A request to switch a schedule.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct SwitchRequest {
    /// On or off.
    #[schema(value_type = schema::Switch)]
    pub switch: Switch,
}

/// How many ticks to look ahead.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, IntoParams)]
#[serde(default, deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct PreviewQuery {
    /// How many ticks, up to 500; 10 without it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub count: Option<u32>,
    /// The ticks after this instant; after now without it.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[param(value_type = Option<String>, format = DateTime)]
    pub after: Option<Time>,
}

/// The next ticks of a schedule.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Preview {
    /// When it ticks, in words.
    pub when: String,
    /// IANA time zone.
    pub zone: String,
    /// The ticks.
    pub ticks: Vec<Time>,
    /// How many steps a run would have now.
    pub steps: u32,
}

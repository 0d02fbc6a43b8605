//! Jobs and schedules.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::asset::SourceRef;
use crate::time::Millis;

/// A named selection, so that it can be launched and scheduled by name.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct JobDef {
    /// Its name.
    pub name: String,
    /// What it materializes, in the selection language.
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
    /// The longest a run may take, in milliseconds, counted from its start.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub timeout: Option<Millis>,
}

/// A schedule: launches a selection at civil times in a zone.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ScheduleDef {
    /// Its name.
    pub name: String,
    /// Five-field crontab expressions; a tick is due when any of them is.
    pub crons: Vec<String>,
    /// IANA time zone.
    #[serde(default = "default_zone")]
    pub zone: String,
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
    /// The longest a run may take, in milliseconds, counted from its start.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub timeout: Option<Millis>,
    /// Config per step name, given to each run.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub config: BTreeMap<String, serde_json::Value>,
    /// Whether it is on when it is first deployed; after that, people decide.
    #[serde(default)]
    pub default: Switch,
    /// What happens to ticks that were due while no server ran.
    #[serde(default)]
    pub catch_up: CatchUp,
    /// What happens when the run of an earlier tick has not ended.
    #[serde(default)]
    pub overlap: Overlap,
    /// Where it is declared.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub source: Option<SourceRef>,
}

fn default_zone() -> String {
    "UTC".to_owned()
}

impl ScheduleDef {
    /// A schedule in UTC with the defaults for everything else.
    pub fn new(name: impl Into<String>, cron: impl Into<String>, selection: impl Into<String>) -> Self {
        Self {
            name: name.into(),
            crons: vec![cron.into()],
            zone: default_zone(),
            selection: selection.into(),
            description: String::new(),
            tags: BTreeMap::new(),
            priority: 0,
            timeout: None,
            config: BTreeMap::new(),
            default: Switch::Off,
            catch_up: CatchUp::Latest,
            overlap: Overlap::Skip,
            source: None,
        }
    }
}

/// On or off.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Switch {
    /// Ticks.
    On,
    /// Does not tick.
    #[default]
    Off,
}

/// What happens to ticks that were due while no server ran. Every tick that is not run is recorded with its reason.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(tag = "kind", rename_all = "snake_case", deny_unknown_fields)]
pub enum CatchUp {
    /// None of them runs.
    Skip,
    /// The last of them runs.
    #[default]
    Latest,
    /// All of them run, oldest first, at most so many of the newest.
    All {
        /// The most that run.
        max: u32,
    },
}

/// What happens at a tick when the run of an earlier tick has not ended.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Overlap {
    /// The new run starts beside it.
    Allow,
    /// The tick is skipped and recorded as such.
    #[default]
    Skip,
    /// The new run waits; at most one waits at a time.
    QueueOne,
    /// The earlier run is cancelled.
    CancelPrevious,
}

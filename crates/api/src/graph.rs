//! The asset graph, compact enough for ten thousand assets.

use headwater_core::id::Seq;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::{asset::Staleness, overview::StateCounts, time::Time};

/// Assets and the edges between them.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Graph {
    /// The definitions that it shows: the live snapshots, joined by `+`.
    pub snapshot: String,
    /// The number of the event log that its states are at least as new as; follow the event stream from there.
    #[schema(value_type = i64)]
    pub seq: Seq,
    /// Selected assets by key.
    pub nodes: Vec<GraphNode>,
    /// Edges between selected assets, from upstream to downstream, as places in `nodes`.
    pub edges: Vec<(u32, u32)>,
    /// Groups of what is selected, by name.
    pub groups: Vec<GraphGroup>,
    /// Width of the drawing, in pixels at a zoom of one.
    pub width: f64,
    /// Height of the drawing.
    pub height: f64,
}

/// A group of the graph.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct GraphGroup {
    /// Its name.
    pub name: String,
    /// Whether one box stands for all of it.
    pub collapsed: bool,
    /// Its assets by state.
    pub counts: StateCounts,
}

/// An asset in the graph.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct GraphNode {
    /// Its name.
    pub key: String,
    /// Its group.
    pub group: String,
    /// Who makes it: `materialized`, `observed` or `external`.
    pub role: String,
    /// What it is made with or kept in.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub kinds: Vec<String>,
    /// Its place in the topological order.
    pub rank: u32,
    /// How it is, in one word.
    pub state: NodeState,
    /// When its latest version was recorded.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub at: Option<Time>,
    /// How many of its checks failed with an error.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub failed_checks: u32,
    /// How many of its checks failed with a warning.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub warned_checks: u32,
    /// Whether it is up to date; absent on a group.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub staleness: Option<Staleness>,
    /// Whether it is older than it may be.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub late: bool,
    /// Its owners.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub owners: Vec<String>,
    /// The left edge of its box of 220 by 56 pixels.
    pub x: f64,
    /// The upper edge of its box.
    pub y: f64,
    /// Its layer, counted from the left.
    pub layer: u32,
    /// Of a box that stands for a group: its assets by state.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub counts: Option<StateCounts>,
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde hands out references")]
fn is_zero(value: &u32) -> bool {
    *value == 0
}

/// How an asset is, in one word. Staleness is told by the asset list, which compares versions.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum NodeState {
    /// It never had a version.
    Missing,
    /// It has a version.
    Present,
    /// The last attempt to make it failed.
    Failed,
    /// A run is about to make it.
    InProgress,
}

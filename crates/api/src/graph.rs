//! The asset graph, compact enough for ten thousand assets.

use headwater_core::{id::Seq, key::AssetKey};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::time::Time;

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
}

/// An asset in the graph.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct GraphNode {
    /// Its name.
    #[schema(value_type = String)]
    pub key: AssetKey,
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
    /// How many of its checks failed.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub failed_checks: u32,
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

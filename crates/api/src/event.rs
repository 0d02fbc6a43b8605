//! The event log.

use headwater_core::{
    id::{AssetId, RunId, Seq},
    key::AssetKey,
};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use crate::time::Time;

/// The name of the server-sent event that says: you were too slow, what you show may have gaps, load it again and
/// follow from the number in its data.
pub const RESYNC: &str = "resync";

/// The name of the server-sent event that says: something changed that the log has no entry for, as when a step starts
/// or a message is delivered. It has no number.
pub const MOVED: &str = "moved";

/// An entry of the event log.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Event {
    /// Its place in the log; numbers only grow, and have gaps.
    #[schema(value_type = i64)]
    pub seq: Seq,
    /// When it was decided.
    pub at: Time,
    /// What happened, as in `step_succeeded`.
    pub kind: String,
    /// The run that it is about.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<uuid::Uuid>)]
    pub run: Option<RunId>,
    /// The step of that run.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub step: Option<u32>,
    /// The asset that it is about.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>)]
    pub asset: Option<AssetKey>,
    /// The identity of that asset.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<uuid::Uuid>)]
    pub asset_id: Option<AssetId>,
    /// What it is about otherwise: a worker, a schedule, a location.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub subject: Option<String>,
    /// Details; absent where there are none.
    #[serde(default, skip_serializing_if = "serde_json::Value::is_null")]
    #[schema(value_type = Object)]
    pub data: serde_json::Value,
}

/// Which events. The log is read from old to new.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, IntoParams)]
#[serde(default, deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct EventQuery {
    /// Only later than this number. A stream without it starts at the end of the log, a list at its start.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub after: Option<i64>,
    /// Only of this run.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[param(value_type = Option<uuid::Uuid>)]
    pub run: Option<RunId>,
    /// At most so many, up to 500; 50 without it. Streams have no limit.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub limit: Option<u32>,
}

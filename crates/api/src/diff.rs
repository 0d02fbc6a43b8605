//! What changed between two definition snapshots.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// What changed from one snapshot to another.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct SnapshotDiff {
    /// Assets, by key.
    pub assets: Changes,
    /// Steps, by name.
    pub steps: Changes,
    /// Checks, as `check on asset`.
    pub checks: Changes,
    /// Schedules, by name.
    pub schedules: Changes,
    /// Jobs, by name.
    pub jobs: Changes,
    /// Alert policies, by name.
    pub alerts: Changes,
    /// Channels, by name.
    pub channels: Changes,
    /// Pools, by name.
    pub pools: Changes,
}

/// What changed among things of one kind.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Changes {
    /// Names that are new.
    pub added: Vec<String>,
    /// Names that are gone.
    pub removed: Vec<String>,
    /// What is there in both and differs.
    pub changed: Vec<Changed>,
}

/// One thing that differs.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Changed {
    /// Its name.
    pub name: String,
    /// What of it differs.
    pub fields: Vec<FieldChange>,
}

/// One field that differs. A value that is not set is null.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct FieldChange {
    /// The field, as in the manifest.
    pub field: String,
    /// Its value before.
    #[schema(value_type = Option<Object>)]
    pub was: serde_json::Value,
    /// Its value now.
    #[schema(value_type = Option<Object>)]
    pub now: serde_json::Value,
}

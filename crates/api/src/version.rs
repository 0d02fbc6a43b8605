//! Versions of assets and results of checks.

use std::collections::BTreeMap;

use headwater_core::{
    id::{RunId, Seq},
    key::AssetKey,
    manifest::Severity,
    metadata::Metadata,
    record::VersionKind,
    time::Millis,
};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use crate::{schema, time::Time};

/// A version of an asset: a materialization or an observation.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Version {
    /// Its place in history; the event of the same number tells of it.
    #[schema(value_type = i64)]
    pub seq: Seq,
    /// The asset; absent where it is no longer declared.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>)]
    pub asset: Option<AssetKey>,
    /// The partition; absent for an asset without partitions.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub partition: String,
    /// Made or looked at.
    #[schema(value_type = schema::VersionKind)]
    pub kind: VersionKind,
    /// The run; absent for what was reported from outside.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<uuid::Uuid>)]
    pub run: Option<RunId>,
    /// The step of that run.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub step: Option<u32>,
    /// The attempt of that step.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub attempt: Option<u32>,
    /// When it was recorded.
    pub at: Time,
    /// How long user code took to make it, in milliseconds; absent for what was reported from outside.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<u64>)]
    pub duration_ms: Option<Millis>,
    /// The data version.
    pub version: String,
    /// The code version that made it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub code_version: Option<String>,
    /// The upstream versions that went into it.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub inputs: Vec<Input>,
    /// Facts about the data.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    #[schema(value_type = BTreeMap<String, schema::MetadataValue>)]
    pub metadata: Metadata,
    /// Where the next run goes on.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<Object>)]
    pub cursor: Option<serde_json::Value>,
}

/// An upstream version that went into another one.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Input {
    /// The upstream asset.
    #[schema(value_type = String)]
    pub asset: AssetKey,
    /// Its version's place in history; absent where it had none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<i64>)]
    pub seq: Option<Seq>,
    /// Its data version.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub version: Option<String>,
}

/// How an asset's numbers went over its latest versions.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Series {
    /// One point per version, oldest first.
    pub points: Vec<SeriesPoint>,
}

/// The numbers of one version.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct SeriesPoint {
    /// The version's place in history.
    #[schema(value_type = i64)]
    pub seq: Seq,
    /// When it was recorded.
    pub at: Time,
    /// The run.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<uuid::Uuid>)]
    pub run: Option<RunId>,
    /// How long it took to make, in milliseconds.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<u64>)]
    pub duration_ms: Option<Millis>,
    /// Its numeric metadata.
    pub values: BTreeMap<String, f64>,
}

/// Which versions of an asset.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, IntoParams)]
#[serde(default, deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct VersionQuery {
    /// The `next` of the part before.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub cursor: Option<String>,
    /// At most so many, up to 500; 50 without it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub limit: Option<u32>,
    /// Only of this partition.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub partition: Option<String>,
    /// Only of this run.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[param(value_type = Option<uuid::Uuid>)]
    pub run: Option<RunId>,
}

/// A version that somebody else made and tells of.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ReportVersion {
    /// Made or looked at.
    #[schema(value_type = schema::VersionKind)]
    pub kind: VersionKind,
    /// The partition; none for an asset without partitions.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub partition: String,
    /// The data version; made up where there is none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub version: Option<String>,
    /// Facts about the data.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    #[schema(value_type = BTreeMap<String, schema::MetadataValue>)]
    pub metadata: Metadata,
}

/// The result of a check.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct CheckResult {
    /// Its place in history.
    #[schema(value_type = i64)]
    pub seq: Seq,
    /// The asset; absent where it is no longer declared.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>)]
    pub asset: Option<AssetKey>,
    /// The check's name.
    pub check: String,
    /// The partition; absent for an asset without partitions.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub partition: String,
    /// The run.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<uuid::Uuid>)]
    pub run: Option<RunId>,
    /// The step of that run.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub step: Option<u32>,
    /// When it was recorded.
    pub at: Time,
    /// The version that was checked.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<i64>)]
    pub version_seq: Option<Seq>,
    /// Whether the asset is as it should be.
    pub passed: bool,
    /// Whether a failure holds back what is downstream.
    pub blocking: bool,
    /// How bad a failure is.
    #[schema(value_type = schema::Severity)]
    pub severity: Severity,
    /// One sentence for people.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub description: String,
    /// Facts that the check found.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    #[schema(value_type = BTreeMap<String, schema::MetadataValue>)]
    pub metadata: Metadata,
}

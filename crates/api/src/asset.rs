//! Assets and how they are.

use std::collections::BTreeMap;

use headwater_core::{
    id::{AssetId, RunId, Seq},
    key::AssetKey,
    manifest::Severity,
    record::VersionKind,
};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::{schema, time::Time, version::CheckResult};

/// An asset with how it is.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Asset {
    /// Its stable identity; absent until its definitions were deployed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<uuid::Uuid>)]
    pub id: Option<AssetId>,
    /// Its name.
    #[schema(value_type = String)]
    pub key: AssetKey,
    /// The code location that declares it.
    pub location: String,
    /// Who makes it: `materialized`, `observed` or `external`.
    pub role: String,
    /// The step that makes or observes it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub step: Option<String>,
    /// Its group.
    pub group: String,
    /// The domain that answers for it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub domain: Option<String>,
    /// Its quality tier.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tier: Option<String>,
    /// E-mail addresses, or teams as in `team:data`.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub owners: Vec<String>,
    /// Labels with a value; an empty value is a bare label.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub tags: BTreeMap<String, String>,
    /// What it is made with or kept in.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub kinds: Vec<String>,
    /// The code version that is declared.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub code_version: Option<String>,
    /// Its latest version; absent where it never had one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub latest: Option<AssetLatest>,
    /// Whether that is up to date.
    pub staleness: Staleness,
    /// Why it is stale; empty otherwise.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub causes: Vec<StaleCause>,
    /// The oldest run that is about to make it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub in_progress: Option<InProgress>,
    /// The last time that it could not be made, where that is later than its latest version.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub failed: Option<Failed>,
    /// Whether it is older than it may be.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub late: bool,
    /// Its checks.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub checks: Vec<AssetCheck>,
}

/// An asset with everything about it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct AssetDetail {
    /// The asset.
    #[serde(flatten)]
    pub asset: Asset,
    /// What it is, in Markdown.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub description: String,
    /// The assets that it is made from.
    #[schema(value_type = Vec<String>)]
    pub upstream: Vec<AssetKey>,
    /// The assets that are made from it.
    #[schema(value_type = Vec<String>)]
    pub downstream: Vec<AssetKey>,
    /// The definition as it is declared, see the manifest's JSON Schema.
    #[schema(value_type = Object)]
    pub definition: serde_json::Value,
    /// The definition of its step.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<Object>)]
    pub step_definition: Option<serde_json::Value>,
    /// Schedules that select it.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub schedules: Vec<String>,
    /// How many partitions have a version; zero for an asset without partitions.
    #[serde(default)]
    pub partitions: u64,
}

/// The latest version of an asset.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct AssetLatest {
    /// Its place in history.
    #[schema(value_type = i64)]
    pub seq: Seq,
    /// Made or looked at.
    #[schema(value_type = schema::VersionKind)]
    pub kind: VersionKind,
    /// When it was recorded.
    pub at: Time,
    /// The run that made it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<uuid::Uuid>)]
    pub run: Option<RunId>,
    /// The data version.
    pub version: String,
    /// The code version that made it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub code_version: Option<String>,
    /// The partition; absent for an asset without partitions.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub partition: String,
}

/// Whether an asset is up to date with its code and with what it is made from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Staleness {
    /// It never had a version.
    Missing,
    /// Its code or a direct upstream changed since its latest version.
    Stale,
    /// Nothing changed since.
    Fresh,
    /// Others make it, so nothing is known.
    External,
}

/// One reason why an asset is stale.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct StaleCause {
    /// What changed.
    pub kind: StaleKind,
    /// The upstream asset that it is about.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>)]
    pub asset: Option<AssetKey>,
    /// What went into the latest version.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub was: Option<String>,
    /// What is there now.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub now: Option<String>,
    /// The same for people.
    pub message: String,
}

/// What changed since an asset's latest version.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum StaleKind {
    /// Its code version.
    Code,
    /// The data version of a direct upstream.
    Data,
    /// What it is made from: an upstream came or went.
    Dependencies,
}

/// A run that is about to make an asset.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct InProgress {
    /// The run.
    #[schema(value_type = uuid::Uuid)]
    pub run: RunId,
    /// The step in its plan.
    pub step: u32,
    /// Where the step is.
    #[schema(value_type = schema::StepState)]
    pub state: headwater_core::record::StepState,
}

/// The last time that an asset could not be made.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Failed {
    /// When.
    pub at: Time,
    /// In which run.
    #[schema(value_type = uuid::Uuid)]
    pub run: RunId,
}

/// A check of an asset with its latest result.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct AssetCheck {
    /// Its name.
    pub name: String,
    /// Whether a failure holds back what is downstream.
    pub blocking: bool,
    /// How bad a failure is, unless the check itself says so.
    #[schema(value_type = schema::Severity)]
    pub severity: Severity,
    /// What it makes sure of, in Markdown.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub description: String,
    /// Its latest result; absent where it was never evaluated.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub latest: Option<CheckResult>,
}

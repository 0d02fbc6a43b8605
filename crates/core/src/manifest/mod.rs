//! What a team declares: the manifest.
//!
//! A manifest is data. Whoever produces it (the Rust SDK, later a project folder or a dbt project), the
//! control plane reads only this and never runs user code (D1). [`Manifest::FORMAT`] names its version;
//! a newer one is refused, never half understood. Later kinds of executors, partitions and sensors are
//! added as variants and optional fields, so that today's manifests stay valid.

mod alert;
mod asset;
mod policy;
mod schedule;
mod step;

pub use alert::{
    AlertOn, AlertPolicyDef, AlertSeverity, ChannelDef, ChannelKind, Openness, QuietHours, SecretPlace, SecretRef,
    Threshold, WhichChecks,
};
pub use asset::{AssetDef, AssetRole, Automation, Freshness, SourceRef};
pub use policy::{Backoff, ErrorClass, Jitter, PoolDef, RetryPolicy, RunLimit};
pub use schedule::{CatchUp, JobDef, Overlap, ScheduleDef, Switch};
pub use step::{CheckDef, Executor, ProcessDef, ResourceDef, Severity, StepDef, Subset};

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::id::SnapshotId;

/// Everything that one code location declares.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Manifest {
    /// Version of this format, [`Manifest::FORMAT`].
    pub format: u32,
    /// The code location: the name under which workers offer to run these steps.
    pub location: String,
    /// What wrote the manifest, as in `headwater-sdk 0.1.0`.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub generator: String,
    /// Assets, in any order.
    #[serde(default)]
    pub assets: Vec<AssetDef>,
    /// Units of execution. Every asset that is not external belongs to one.
    #[serde(default)]
    pub steps: Vec<StepDef>,
    /// Checks on assets; each is evaluated by one step.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub checks: Vec<CheckDef>,
    /// Named selections.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub jobs: Vec<JobDef>,
    /// Schedules.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub schedules: Vec<ScheduleDef>,
    /// Resources that steps use, for people to see; their values never leave the worker.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub resources: Vec<ResourceDef>,
    /// Pools with their limits. A pool that a step names and nobody declares has no limit.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub pools: Vec<PoolDef>,
    /// Limits on how many runs with certain tags are in progress at once.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub run_limits: Vec<RunLimit>,
    /// How many runs may be in progress at once; none means no limit.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub max_running: Option<u32>,
    /// Who is told of what.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub alerts: Vec<AlertPolicyDef>,
    /// Where alerts go.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub channels: Vec<ChannelDef>,
}

impl Manifest {
    /// The format that this version reads and writes.
    pub const FORMAT: u32 = 1;

    /// An empty manifest of a code location.
    pub fn new(location: impl Into<String>) -> Self {
        Self {
            format: Self::FORMAT,
            location: location.into(),
            generator: String::new(),
            assets: Vec::new(),
            steps: Vec::new(),
            checks: Vec::new(),
            jobs: Vec::new(),
            schedules: Vec::new(),
            resources: Vec::new(),
            pools: Vec::new(),
            run_limits: Vec::new(),
            max_running: None,
            alerts: Vec::new(),
            channels: Vec::new(),
        }
    }

    /// Reads a manifest from JSON.
    ///
    /// # Errors
    /// [`ManifestError::Newer`] where the document says that it has a newer format, and
    /// [`ManifestError::Malformed`] with line and column where it is not a manifest.
    pub fn from_json(text: &str) -> Result<Self, ManifestError> {
        #[derive(Deserialize)]
        struct Head {
            format: u32,
        }
        // The version is looked at first and leniently: a newer format has fields that this version does not know.
        if let Ok(Head { format }) = serde_json::from_str::<Head>(text)
            && format > Self::FORMAT
        {
            return Err(ManifestError::Newer { found: format, known: Self::FORMAT });
        }
        let manifest: Self = serde_json::from_str(text).map_err(|error| ManifestError::Malformed {
            line: error.line(),
            column: error.column(),
            reason: reason(&error),
        })?;
        if manifest.format == 0 {
            return Err(ManifestError::Malformed { line: 1, column: 1, reason: "format 0 never existed".into() });
        }
        Ok(manifest)
    }

    /// Sorts every list by name, so that two declarations of the same things are the same bytes.
    #[must_use]
    pub fn canonical(mut self) -> Self {
        self.assets.sort_by(|a, b| a.key.cmp(&b.key));
        self.steps.sort_by(|a, b| a.name.cmp(&b.name));
        self.checks.sort_by(|a, b| (&a.asset, &a.name).cmp(&(&b.asset, &b.name)));
        self.jobs.sort_by(|a, b| a.name.cmp(&b.name));
        self.schedules.sort_by(|a, b| a.name.cmp(&b.name));
        self.resources.sort_by(|a, b| a.name.cmp(&b.name));
        self.pools.sort_by(|a, b| a.name.cmp(&b.name));
        self.alerts.sort_by(|a, b| a.name.cmp(&b.name));
        self.channels.sort_by(|a, b| a.name.cmp(&b.name));
        self.run_limits.sort_by(|a, b| (&a.tag, &a.value).cmp(&(&b.tag, &b.value)));
        for asset in &mut self.assets {
            asset.deps.sort();
            asset.deps.dedup();
        }
        self
    }

    /// The manifest as canonical JSON with its address.
    pub fn address(self) -> (Self, String, SnapshotId) {
        let manifest = self.canonical();
        // The types above serialize to JSON without any fallible part: no maps with other than text keys.
        let text = serde_json::to_string(&manifest).unwrap_or_default();
        let id = SnapshotId(blake3::hash(text.as_bytes()).to_hex().to_string());
        (manifest, text, id)
    }

    /// The published JSON Schema of this format.
    pub fn json_schema() -> serde_json::Value {
        schemars::schema_for!(Self).to_value()
    }
}

/// What was expected, without the place, which is told beside it.
fn reason(error: &serde_json::Error) -> String {
    let text = error.to_string();
    text.rsplit_once(" at line ").map_or_else(|| text.clone(), |(reason, _)| reason.to_owned())
}

/// A document that is not a manifest of a known format.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ManifestError {
    /// The manifest comes from a newer version.
    #[error("the manifest has format {found}, this version reads up to {known}; upgrade the server first")]
    Newer {
        /// The document's format.
        found: u32,
        /// The newest known format.
        known: u32,
    },
    /// The document is not JSON, or not of this shape.
    #[error("not a manifest (line {line}, column {column}): {reason}")]
    Malformed {
        /// Line, counted from one.
        line: usize,
        /// Column, counted from one.
        column: usize,
        /// What was expected.
        reason: String,
    },
}

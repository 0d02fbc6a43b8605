//! What people and programs may ask of the control plane, and what it answers.

use std::{collections::BTreeMap, sync::Arc};

use serde::{Deserialize, Serialize};

use crate::{
    graph::{Finding, Snapshot},
    id::{AssetId, DeploymentId, IncidentId, RunId, SnapshotId, StepNo},
    manifest::{Manifest, Switch},
    plan::Plan,
    record::{RunRecord, RunState, VersionKind},
    report::Materialized,
    time::{Millis, Timestamp},
};

/// A command with what is known about who asks.
#[derive(Clone, Debug)]
pub struct Request {
    /// The deployment that it is about.
    pub deployment: DeploymentId,
    /// Who asks, as the server knows them.
    pub principal: String,
    /// The caller's idempotency key: the same key with the same command is one command (D4).
    pub key: Option<String>,
    /// What is asked.
    pub command: Command,
}

/// One thing that can be asked.
#[derive(Clone, Debug)]
pub enum Command {
    /// Materialize a selection.
    Launch(Launch),
    /// Stop a run.
    Cancel {
        /// The run.
        run: RunId,
    },
    /// Run again what an ended run was asked to do.
    Retry(Retry),
    /// Make a manifest live for its location.
    Deploy(Deploy),
    /// Switch a schedule.
    SwitchSchedule {
        /// Its name.
        name: String,
        /// On or off.
        switch: Switch,
    },
    /// Set a pool's limit; none goes back to what is declared.
    SetPool {
        /// Its name.
        name: String,
        /// Its limit.
        limit: Option<u32>,
    },
    /// Record that broken definitions were refused.
    RefuseDeploy {
        /// Their location.
        location: String,
        /// The address that they would have had.
        snapshot: SnapshotId,
        /// What is wrong with them.
        reason: String,
    },
    /// Take an incident, so that its repeats are no longer told.
    AcknowledgeIncident {
        /// The incident.
        incident: IncidentId,
    },
    /// Silence an incident.
    MuteIncident {
        /// The incident.
        incident: IncidentId,
        /// Until when; none ends the silence.
        until: Option<Timestamp>,
    },
    /// Silence an alert policy.
    MutePolicy {
        /// Its name.
        policy: String,
        /// Until when; none ends the silence.
        until: Option<Timestamp>,
    },
    /// Send a sample message.
    TestAlert(AlertTarget),
    /// Record a version of an asset that others make (or that was made outside of a run).
    ReportVersion {
        /// Made or looked at.
        kind: VersionKind,
        /// The version. It needs no run.
        version: Materialized,
    },
}

/// What is tried.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum AlertTarget {
    /// Every channel of a policy.
    Policy(String),
    /// One channel.
    Channel(String),
}

impl Command {
    /// The command's name in the audit log.
    pub const fn kind(&self) -> &'static str {
        match self {
            Self::Launch(_) => "run.launch",
            Self::Cancel { .. } => "run.cancel",
            Self::Retry(_) => "run.retry",
            Self::Deploy(_) => "deploy",
            Self::SwitchSchedule { .. } => "schedule.switch",
            Self::SetPool { .. } => "pool.set",
            Self::RefuseDeploy { .. } => "deploy.refuse",
            Self::AcknowledgeIncident { .. } => "incident.acknowledge",
            Self::MuteIncident { .. } => "incident.mute",
            Self::MutePolicy { .. } => "alert.mute",
            Self::TestAlert(_) => "alert.test",
            Self::ReportVersion { .. } => "asset.report",
        }
    }

    /// A hash of what is asked, without what differs between two tries of the same command.
    pub fn digest(&self) -> String {
        let text = match self {
            Self::Launch(l) => {
                format!("{:?}", (&l.selection, &l.location, &l.partition, &l.tags, &l.config, l.priority, l.timeout))
            }
            Self::Cancel { run } => run.to_string(),
            Self::Retry(retry) => {
                format!("{} {}", retry.of, matches!(retry.scope, RetryScope::All(_)))
            }
            Self::Deploy(deploy) => deploy.snapshot.id().to_string(),
            Self::SwitchSchedule { name, switch } => format!("{name} {switch:?}"),
            Self::SetPool { name, limit } => format!("{name} {limit:?}"),
            Self::RefuseDeploy { location, snapshot, reason } => format!("{location} {snapshot} {reason}"),
            Self::AcknowledgeIncident { incident } => incident.to_string(),
            Self::MuteIncident { incident, until } => format!("{incident} {until:?}"),
            Self::MutePolicy { policy, until } => format!("{policy} {until:?}"),
            Self::TestAlert(target) => format!("{target:?}"),
            Self::ReportVersion { kind, version } => format!("{kind} {version:?}"),
        };
        let mut hasher = blake3::Hasher::new();
        hasher.update(self.kind().as_bytes());
        hasher.update(b"\0");
        hasher.update(text.as_bytes());
        hasher.finalize().to_hex().as_str()[..32].to_owned()
    }
}

/// A request to materialize a selection.
#[derive(Clone, Debug, PartialEq)]
pub struct Launch {
    /// The new run's id, made by the server that took the request.
    pub run: RunId,
    /// What, in the selection language, or `job:name`.
    pub selection: String,
    /// The code location whose assets are meant; none where the selection says enough.
    pub location: Option<String>,
    /// The partition; empty for assets without partitions.
    pub partition: String,
    /// Tags of the run.
    pub tags: BTreeMap<String, String>,
    /// Config per step name.
    pub config: BTreeMap<String, serde_json::Value>,
    /// Runs with a higher number start first; none takes the job's, or zero.
    pub priority: Option<i32>,
    /// The longest it may take from its start; none takes the job's.
    pub timeout: Option<Millis>,
}

/// A request to run again.
#[derive(Clone, Debug)]
pub struct Retry {
    /// The new run's id, made by the server that took the request.
    pub run: RunId,
    /// The ended run.
    pub of: RunId,
    /// Which of its steps, given by the server from the ended run's records.
    pub scope: RetryScope,
}

/// Which steps of an ended run are run again.
#[derive(Clone, Debug)]
pub enum RetryScope {
    /// All of them.
    All(RetrySource),
    /// Those that did not succeed.
    FromFailure(RetrySource, Vec<StepNo>),
}

/// What a retry takes over from the run that it repeats.
#[derive(Clone, Debug)]
pub struct RetrySource {
    /// The ended run.
    pub run: Arc<RunRecord>,
    /// Its plan.
    pub plan: Arc<Plan>,
    /// Its definitions.
    pub snapshot: Arc<Snapshot>,
}

/// A request to make a manifest live. Reading and validating a large one takes a while, so that it is done where the
/// request arrives and not where decisions are made.
#[derive(Clone, Debug)]
pub struct Deploy {
    /// The validated manifest.
    pub snapshot: Arc<Snapshot>,
    /// The canonical manifest as JSON.
    pub text: Arc<str>,
    /// Ids for assets that have none yet, as many as the manifest has assets.
    pub ids: Vec<AssetId>,
}

impl Deploy {
    /// Reads and validates a manifest. `new_id` gives a fresh id for each of its assets.
    ///
    /// # Errors
    /// A [`RefusalCode::BrokenManifest`] with everything that is wrong.
    pub fn read(manifest: &str, new_id: impl FnMut() -> AssetId) -> Result<Self, Refusal> {
        let manifest = Manifest::from_json(manifest)
            .map_err(|error| Refusal::new(RefusalCode::BrokenManifest, error.to_string()))?;
        let (manifest, text, id) = manifest.address();
        let ids = std::iter::repeat_with(new_id).take(manifest.assets.len()).collect();
        match Snapshot::accept(manifest, id) {
            Ok(snapshot) => Ok(Self { snapshot: Arc::new(snapshot), text: text.into(), ids }),
            Err(findings) => Err(Refusal::broken(findings)),
        }
    }
}

/// The first findings, for those who see the message only.
fn summary(what: &str, findings: &[Finding]) -> String {
    let first: Vec<_> = findings.iter().take(3).map(Finding::to_string).collect();
    let more = findings.len().saturating_sub(3);
    let tail = if more > 0 { format!("; and {more} more") } else { String::new() };
    format!("{what}: {}{tail}", first.join("; "))
}

/// What a command did. It is durable when it is given (D4).
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Answer {
    /// A run was accepted.
    Launched {
        /// Its id.
        run: RunId,
        /// How many steps its plan has.
        steps: u32,
        /// What was odd about the request, as in "no asset matches key:orders2".
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        warnings: Vec<String>,
    },
    /// A run will stop, or had ended already.
    Canceled {
        /// The run's state now.
        state: RunState,
    },
    /// A manifest is live.
    Deployed {
        /// Its snapshot.
        snapshot: SnapshotId,
        /// Whether something changed.
        changed: bool,
        /// How many assets it has.
        assets: u32,
    },
    /// Done; there is nothing else to say.
    Done,
}

/// Why a command was refused. Nothing changed.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error, Serialize, Deserialize)]
#[error("{message}")]
pub struct Refusal {
    /// What kind of refusal.
    pub code: RefusalCode,
    /// What is wrong, where, and what to do.
    pub message: String,
    /// Single findings with their places, where there are several.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub findings: Vec<Finding>,
}

impl Refusal {
    /// A refusal with a message.
    pub fn new(code: RefusalCode, message: impl Into<String>) -> Self {
        Self { code, message: message.into(), findings: Vec::new() }
    }

    /// The refusal of a manifest, with everything that is wrong with it.
    pub fn broken(findings: Vec<Finding>) -> Self {
        Self { code: RefusalCode::BrokenManifest, message: summary("the manifest is broken", &findings), findings }
    }

    /// The refusal of a manifest that declares what another location declares.
    pub fn clashing(findings: Vec<Finding>) -> Self {
        let message = summary("the definitions clash with those of another code location", &findings);
        Self { code: RefusalCode::Conflict, message, findings }
    }
}

/// What kind of refusal.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RefusalCode {
    /// Nothing has that name or id.
    NotFound,
    /// The request contradicts itself, the definitions or the language.
    Invalid,
    /// The thing is in a state in which this cannot be done.
    Conflict,
    /// The idempotency key was used for another command.
    KeyReused,
    /// The manifest is broken; what was live stays live.
    BrokenManifest,
}

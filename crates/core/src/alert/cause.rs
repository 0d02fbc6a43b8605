//! Root causes.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::{id::RunId, key::AssetKey, record::text_enum};

text_enum! {
    /// Which kind of happening a policy can ask for.
    SignalKind {
        /// A run failed.
        RunFailed = "run_failed",
        /// An asset could not be made.
        AssetFailed = "asset_failed",
        /// A check failed.
        CheckFailed = "check_failed",
        /// An asset is older than it may be.
        AssetLate = "asset_late",
        /// A tick launched nothing, or its run did not start in time.
        ScheduleMissed = "schedule_missed",
        /// A run takes too long.
        RunLong = "run_long",
        /// A worker went silent.
        WorkerLost = "worker_lost",
        /// A deploy was refused.
        DeployBroken = "deploy_broken",
    }
}

/// A root cause. Two happenings with an equal cause are one incident.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Cause {
    /// An asset cannot be made. Of a step that makes several, the first.
    Asset {
        /// The asset.
        asset: AssetKey,
        /// The partition; empty for an asset without partitions.
        #[serde(default, skip_serializing_if = "String::is_empty")]
        partition: String,
    },
    /// A check fails.
    Check {
        /// The asset.
        asset: AssetKey,
        /// The check's name.
        check: String,
        /// The partition; empty for an asset without partitions.
        #[serde(default, skip_serializing_if = "String::is_empty")]
        partition: String,
    },
    /// An asset is older than it may be.
    Late {
        /// The asset.
        asset: AssetKey,
    },
    /// Runs of a schedule or a selection fail for a reason that is no single step's.
    Runs {
        /// The schedule's name or the selection, as `schedule nightly` or `group:raw`.
        line: String,
    },
    /// A schedule does not run when it should.
    Schedule {
        /// Its name.
        schedule: String,
    },
    /// A run takes too long.
    Long {
        /// The run.
        run: RunId,
    },
    /// A worker is silent.
    Worker {
        /// The name that people gave it.
        worker: String,
    },
    /// A location's definitions are broken.
    Deploy {
        /// The location.
        location: String,
    },
}

impl Cause {
    /// The asset that it is about.
    pub const fn asset(&self) -> Option<&AssetKey> {
        match self {
            Self::Asset { asset, .. } | Self::Check { asset, .. } | Self::Late { asset } => Some(asset),
            _ => None,
        }
    }

    /// The kind of happening that shows this cause by itself.
    pub const fn kind(&self) -> SignalKind {
        match self {
            Self::Asset { .. } => SignalKind::AssetFailed,
            Self::Check { .. } => SignalKind::CheckFailed,
            Self::Late { .. } => SignalKind::AssetLate,
            Self::Runs { .. } => SignalKind::RunFailed,
            Self::Schedule { .. } => SignalKind::ScheduleMissed,
            Self::Long { .. } => SignalKind::RunLong,
            Self::Worker { .. } => SignalKind::WorkerLost,
            Self::Deploy { .. } => SignalKind::DeployBroken,
        }
    }
}

impl fmt::Display for Cause {
    /// As in `asset raw/orders`, one text per cause.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let of = |partition: &str| if partition.is_empty() { String::new() } else { format!("[{partition}]") };
        match self {
            Self::Asset { asset, partition } => write!(f, "asset {asset}{}", of(partition)),
            Self::Check { asset, check, partition } => write!(f, "check {check} on {asset}{}", of(partition)),
            Self::Late { asset } => write!(f, "late {asset}"),
            Self::Runs { line } => write!(f, "runs of {line}"),
            Self::Schedule { schedule } => write!(f, "schedule {schedule}"),
            Self::Long { run } => write!(f, "long run {run}"),
            Self::Worker { worker } => write!(f, "worker {worker}"),
            Self::Deploy { location } => write!(f, "deploy {location}"),
        }
    }
}

//! The HTTP API's wire types and error codes.
//!
//! These are the bodies that the server sends and takes, no more: a client needs this crate and a way to send a
//! request. Instants are RFC 3339 text ([`Time`]), ids are UUIDs as text, lists come as a [`List`] with an opaque
//! cursor. Everything that is refused is answered with a [`Problem`].
//!
//! The worker protocol sends the types of `headwater_core::lease` as they are; [`worker`] names its routes.

mod alert;
mod asset;
mod code;
mod control;
mod diff;
mod event;
mod graph;
mod list;
mod log;
mod overview;
mod problem;
mod run;
mod schedule;
pub mod schema;
mod selection;
mod step;
mod time;
mod version;
pub mod worker;

pub use alert::{AlertChannel, AlertPolicy, Delivery, DeliveryQuery, Incident, IncidentDetail, IncidentQuery, Mute};
pub use asset::{Asset, AssetCheck, AssetDetail, AssetLatest, Failed, InProgress, StaleCause, StaleKind, Staleness};
pub use code::ErrorCode;
pub use control::{
    Commanded, Deploy, Deployed, Deployment, Health, Job, Leading, Location, Pool, PoolLimit, Principal, Queue,
    QueuedRun, QueuedStep, Resource, Role, ServerVersion, Status, StoreInfo, Worker, WorkerStep,
};
pub use diff::{Changed, Changes, FieldChange, SnapshotDiff};
pub use event::{Event, EventQuery, MOVED, RESYNC};
pub use graph::{Graph, GraphGroup, GraphNode, NodeState};
pub use list::{List, ListQuery};
pub use log::{LogPage, LogQuery, LogStream, TailEnd};
pub use overview::{ActiveRuns, AssetBrief, CheckCounts, GroupSummary, NextTick, Overview, StateCounts, Today};
pub use problem::{Finding, Place, Problem, Source, Span};
pub use run::{LaunchRequest, Launched, Retry, RetryFrom, Run, RunDetail, RunQuery, RunState, StepCounts, Trigger};
pub use schedule::{Preview, PreviewQuery, Schedule, SwitchRequest, Tick};
pub use selection::{ParseQuery, ParsedSelection, SelectionFault, SelectionToken, SelectionWarning};
pub use step::{Attempt, Failure, Step};
pub use time::Time;
pub use version::{CheckResult, Input, ReportVersion, Series, SeriesPoint, Version, VersionQuery};

/// The header that makes a repeated command one command (D4).
pub const IDEMPOTENCY_KEY: &str = "idempotency-key";
/// The header with which a server that does not lead passes a request on; such a request is never passed on again.
pub const FORWARDED_BY: &str = "x-headwater-forwarded-by";
/// The root of all routes but the probes.
pub const ROOT: &str = "/api/v1";
/// The deployment that every server has.
pub const DEFAULT_DEPLOYMENT: &str = "default";
/// The longest list that is given at once.
pub const MAX_LIMIT: u32 = 500;

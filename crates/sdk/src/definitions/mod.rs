//! Everything that one binary declares.

mod build;
mod needs;

use std::{any::TypeId, collections::BTreeMap, fmt};

use headwater_core::{
    graph::Finding,
    manifest::{AlertPolicyDef, ChannelDef, PoolDef, ProcessDef, RunLimit},
};
use headwater_worker::registry::BodyFuture;

pub(crate) use build::{Built, Values};
pub use needs::Needs;

use crate::{
    alert::{AlertPolicy, Channel},
    asset::Define,
    io::JsonFiles,
    process::ProcessAsset,
    resource::{AnyProvider, Provider},
    run::Invocation,
    schedule::{Job, Schedule},
    spec::{Source, StepSpec},
};

/// Everything that one binary declares. [`definitions!`](crate::definitions) starts it; methods add the rest.
///
/// ```
/// use headwater::prelude::*;
///
/// #[asset(group = "raw", pool = "shop")]
/// async fn raw_orders() {}
///
/// #[asset(group = "curated", deps = [raw_orders])]
/// async fn orders() {}
///
/// let definitions = definitions![raw_orders, orders]
///     .job(Job::new("refresh", "group:raw+"))
///     .schedule(Schedule::new("nightly", "0 6 * * *", "job:refresh").zone("Europe/Berlin").on())
///     .pool("shop", 2)
///     .max_running(10);
/// let registry = definitions.build()?;
/// assert_eq!(registry.manifest().assets.len(), 2);
/// # Ok::<(), headwater::DefinitionsError>(())
/// ```
#[derive(Clone)]
pub struct Definitions {
    location: String,
    steps: Vec<StepEntry>,
    externals: Vec<fn(&mut Needs)>,
    processes: Vec<ProcessAsset>,
    providers: BTreeMap<TypeId, AnyProvider>,
    jobs: Vec<Job>,
    schedules: Vec<Schedule>,
    pools: Vec<PoolDef>,
    run_limits: Vec<RunLimit>,
    alerts: Vec<AlertPolicyDef>,
    channels: Vec<ChannelDef>,
    max_running: Option<u32>,
    /// What was wrong while definitions were added.
    findings: Vec<Finding>,
}

/// A step that an attribute declares.
#[derive(Clone)]
struct StepEntry {
    spec: &'static StepSpec,
    describe: fn(&mut Needs),
    runs: Runs,
}

/// What runs a step.
#[derive(Clone, Copy, Debug)]
pub enum Runs {
    /// A Rust function.
    Rust(fn(Invocation) -> BodyFuture),
    /// A process, which this function names.
    Process(fn() -> ProcessDef),
}

impl Definitions {
    /// Nothing yet. The location is the name under which this binary's workers offer to run its steps.
    pub fn new(location: impl Into<String>) -> Self {
        let mut definitions = Self {
            location: location.into(),
            steps: Vec::new(),
            externals: Vec::new(),
            processes: Vec::new(),
            providers: BTreeMap::new(),
            jobs: Vec::new(),
            schedules: Vec::new(),
            pools: Vec::new(),
            run_limits: Vec::new(),
            alerts: Vec::new(),
            channels: Vec::new(),
            max_running: None,
            findings: Vec::new(),
        };
        definitions.replace(Provider::ready(JsonFiles::new(JsonFiles::DEFAULT_FOLDER)));
        definitions
    }

    /// The definitions that a list of functions adds; what [`definitions!`](crate::definitions) calls.
    #[doc(hidden)]
    pub fn of(location: &str, list: &[fn(&mut Self)]) -> Self {
        let mut definitions = Self::new(location);
        list.iter().for_each(|define| define(&mut definitions));
        definitions
    }

    /// The definitions with another name of the code location; by default it is the package's name.
    #[must_use]
    pub fn location(mut self, name: impl Into<String>) -> Self {
        self.location = name.into();
        self
    }

    /// The definitions with one more asset or check.
    #[must_use]
    pub fn with<D: Define>(mut self) -> Self {
        D::define(&mut self);
        self
    }

    /// The definitions with all those of others: of another module or crate. Their location is dropped.
    #[must_use]
    pub fn merge(mut self, other: Self) -> Self {
        let defaults = TypeId::of::<JsonFiles>();
        self.steps.extend(other.steps);
        self.externals.extend(other.externals);
        self.processes.extend(other.processes);
        self.jobs.extend(other.jobs);
        self.schedules.extend(other.schedules);
        self.pools.extend(other.pools);
        self.run_limits.extend(other.run_limits);
        self.alerts.extend(other.alerts);
        self.channels.extend(other.channels);
        self.max_running = self.max_running.or(other.max_running);
        self.findings.extend(other.findings);
        for provider in other.providers.into_values().filter(|provider| provider.id != defaults) {
            self.add(provider);
        }
        self
    }

    /// The definitions with an asset that a process makes.
    #[must_use]
    pub fn process(mut self, asset: ProcessAsset) -> Self {
        self.processes.push(asset);
        self
    }

    /// The definitions with a resource that exists already; steps take it as `Res<R>`.
    #[must_use]
    pub fn resource<R: Send + Sync + 'static>(self, resource: R) -> Self {
        self.provide(Provider::ready(resource))
    }

    /// The definitions with a resource that is built when a step first needs it.
    #[must_use]
    pub fn provide<R: Send + Sync + 'static>(mut self, provider: Provider<R>) -> Self {
        if TypeId::of::<R>() == TypeId::of::<JsonFiles>() {
            self.replace(provider);
        } else {
            self.add(provider.erase());
        }
        self
    }

    fn add(&mut self, provider: AnyProvider) {
        if let Some(other) = self.providers.get(&provider.id) {
            let message = format!("there are two resources of type {}", other.definition.type_name);
            let hint = "a resource is found by its type: keep one, or wrap one of them in a type of its own";
            self.findings.push(Finding::new("resource-duplicate", message).hint(hint));
        } else {
            self.providers.insert(provider.id, provider);
        }
    }

    pub(crate) fn replace<R: Send + Sync + 'static>(&mut self, provider: Provider<R>) {
        let provider = provider.erase();
        self.providers.insert(provider.id, provider);
    }

    /// The definitions with a named selection.
    #[must_use]
    pub fn job(mut self, job: Job) -> Self {
        self.jobs.push(job);
        self
    }

    /// The definitions with a schedule.
    #[must_use]
    pub fn schedule(mut self, schedule: Schedule) -> Self {
        self.schedules.push(schedule);
        self
    }

    /// The definitions with an alert policy.
    #[must_use]
    pub fn alert(mut self, policy: AlertPolicy) -> Self {
        self.alerts.push(policy.0);
        self
    }

    /// The definitions with a channel for alerts.
    #[must_use]
    pub fn channel(mut self, channel: Channel) -> Self {
        self.channels.push(channel.0);
        self
    }

    /// The definitions with the policies and channels of a YAML file, whose text is usually included:
    /// `.alerts_yaml("alerts.yaml", include_str!("alerts.yaml"))`. Its name is what findings point to.
    #[must_use]
    pub fn alerts_yaml(mut self, file: &str, text: &str) -> Self {
        match crate::alert::read_yaml(file, text) {
            Ok((policies, channels)) => {
                self.alerts.extend(policies);
                self.channels.extend(channels);
            }
            Err(finding) => self.findings.push(*finding),
        }
        self
    }

    /// The definitions with a pool: at most so many attempts that name it run at once, over all runs.
    #[must_use]
    pub fn pool(mut self, name: impl Into<String>, limit: u32) -> Self {
        self.pools.push(PoolDef { name: name.into(), limit });
        self
    }

    /// The definitions with a limit on how many runs with this value of a tag are in progress at once.
    #[must_use]
    pub fn run_limit(mut self, tag: impl Into<String>, value: impl Into<String>, limit: u32) -> Self {
        self.run_limits.push(RunLimit { tag: tag.into(), value: Some(value.into()), limit });
        self
    }

    /// The definitions with a limit on how many runs with the same value of a tag, whichever it is, are in progress at
    /// once.
    #[must_use]
    pub fn run_limit_per_value(mut self, tag: impl Into<String>, limit: u32) -> Self {
        self.run_limits.push(RunLimit { tag: tag.into(), value: None, limit });
        self
    }

    /// The definitions with a limit on how many runs are in progress at once.
    #[must_use]
    pub fn max_running(mut self, limit: u32) -> Self {
        self.max_running = Some(limit);
        self
    }

    /// Adds a step; what the attributes call.
    #[doc(hidden)]
    pub fn step(&mut self, spec: &'static StepSpec, describe: fn(&mut Needs), runs: Runs) {
        self.steps.push(StepEntry { spec, describe, runs });
    }

    /// Adds an asset without a step; what `external_asset!` calls.
    #[doc(hidden)]
    pub fn external(&mut self, describe: fn(&mut Needs)) {
        self.externals.push(describe);
    }
}

impl fmt::Debug for Definitions {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Definitions")
            .field("location", &self.location)
            .field("steps", &self.steps.len())
            .finish_non_exhaustive()
    }
}

/// Why definitions cannot be used: everything that is wrong with them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DefinitionsError {
    /// What is wrong, each with its place and what to do.
    pub findings: Vec<Finding>,
}

impl fmt::Display for DefinitionsError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "the definitions are not valid:")?;
        self.findings.iter().try_for_each(|finding| write!(f, "\n  {finding}"))
    }
}

impl std::error::Error for DefinitionsError {}

/// A place as findings show it.
fn place(source: Source) -> Option<headwater_core::manifest::SourceRef> {
    source.define()
}

//! Assets that a process makes.

use std::collections::BTreeMap;

use headwater_core::{
    graph::Finding,
    key::{AssetKey, KeyError},
    manifest::{AssetDef, AssetRole, Executor, ProcessDef, RetryPolicy, StepDef},
    metadata::MetadataValue,
    time::Millis,
};

use crate::{asset::Asset, spec::Source};

/// A command: program and arguments, never given to a shell. Exit code 0 is success.
///
/// With `#[process_asset]` it makes an asset that others name by its path:
///
/// ```
/// use headwater::prelude::*;
///
/// /// Demand for the coming two weeks.
/// #[process_asset(group = "activation", timeout = "10m")]
/// fn forecast() -> Process {
///     Process::new(["python3", "-c", "print('trained')"]).env("HORIZON", "14")
/// }
///
/// #[asset(deps = [forecast])]
/// fn report() {}
/// # let run = headwater::testing::materialize(&definitions![forecast, report], "*");
/// # assert!(run.is_materialized("report"), "{run:?}");
/// ```
#[derive(Clone, Debug)]
pub struct Process(ProcessDef);

impl Process {
    /// A command from program and arguments.
    pub fn new(argv: impl IntoIterator<Item = impl Into<String>>) -> Self {
        let argv = argv.into_iter().map(Into::into).collect();
        Self(ProcessDef { argv, env: BTreeMap::new(), pass_env: Vec::new(), cwd: None })
    }

    /// The command with one more argument.
    #[must_use]
    pub fn arg(mut self, argument: impl Into<String>) -> Self {
        self.0.argv.push(argument.into());
        self
    }

    /// The command with an environment variable, in addition to a short list that is inherited.
    #[must_use]
    pub fn env(mut self, name: impl Into<String>, value: impl Into<String>) -> Self {
        self.0.env.insert(name.into(), value.into());
        self
    }

    /// The command with a variable that it inherits from the worker, such as a secret; its value is masked in logs.
    #[must_use]
    pub fn pass_env(mut self, name: impl Into<String>) -> Self {
        self.0.pass_env.push(name.into());
        self
    }

    /// The command with a working directory; relative ones start at the worker's project directory.
    #[must_use]
    pub fn cwd(mut self, directory: impl Into<String>) -> Self {
        self.0.cwd = Some(directory.into());
        self
    }
}

impl From<Process> for ProcessDef {
    fn from(process: Process) -> Self {
        process.0
    }
}

/// An asset that a process makes and whose key is only known at run time. Where it is known, `#[process_asset]` is
/// better: others can name the asset by its path.
///
/// ```
/// use headwater::prelude::*;
/// use headwater::ProcessAsset;
///
/// # #[asset] fn orders() {}
/// # let definitions =
/// definitions![orders].process(
///     ProcessAsset::new("activation/forecast", ["python3", "forecast.py"]).group("activation").dep::<orders>().retries(2),
/// )
/// # ;
/// # assert!(definitions.build().is_ok());
/// ```
#[derive(Clone, Debug)]
pub struct ProcessAsset {
    asset: Result<AssetDef, KeyError>,
    deps: Vec<Result<AssetKey, KeyError>>,
    step: StepDef,
}

impl ProcessAsset {
    /// An asset and the command that makes it, as program and arguments or as a [`Process`].
    #[track_caller]
    pub fn new(key: &str, command: impl IntoProcess) -> Self {
        let source = Source::here().define();
        let mut step = StepDef::new(key, Executor::Process(command.into_process().0));
        step.source.clone_from(&source);
        let asset = AssetKey::new(key).map(|key| {
            let mut asset = AssetDef::new(key, AssetRole::Materialized { step: step.name.clone() });
            asset.source = source;
            asset
        });
        Self { asset, deps: Vec::new(), step }
    }

    /// Changes the asset, unless its key is none, which definitions say when they are built.
    fn change(mut self, change: impl FnOnce(&mut AssetDef)) -> Self {
        if let Ok(asset) = &mut self.asset {
            change(asset);
        }
        self
    }

    /// The asset with an upstream asset.
    #[must_use]
    pub fn dep<A: Asset>(self) -> Self {
        self.dep_key(A::SPEC.key)
    }

    /// The asset with an upstream asset by its key.
    #[must_use]
    pub fn dep_key(mut self, key: &str) -> Self {
        self.deps.push(AssetKey::new(key));
        self
    }

    /// The asset in a group.
    #[must_use]
    pub fn group(self, name: impl Into<String>) -> Self {
        self.change(|asset| asset.group = name.into())
    }

    /// The asset with one more owner.
    #[must_use]
    pub fn owner(self, owner: impl Into<String>) -> Self {
        self.change(|asset| asset.owners.push(owner.into()))
    }

    /// The asset with a tag.
    #[must_use]
    pub fn tag(self, name: impl Into<String>, value: impl Into<String>) -> Self {
        self.change(|asset| drop(asset.tags.insert(name.into(), value.into())))
    }

    /// The asset with one more kind.
    #[must_use]
    pub fn kind(self, kind: impl Into<String>) -> Self {
        self.change(|asset| asset.kinds.push(kind.into()))
    }

    /// What it is, in Markdown.
    #[must_use]
    pub fn description(self, text: impl Into<String>) -> Self {
        self.change(|asset| asset.description = text.into())
    }

    /// The asset with the version of the code that makes it.
    #[must_use]
    pub fn code_version(self, version: impl Into<String>) -> Self {
        self.change(|asset| asset.code_version = Some(version.into()))
    }

    /// The asset with a fact that is known without running anything.
    #[must_use]
    pub fn meta(self, name: impl Into<String>, value: impl Into<MetadataValue>) -> Self {
        self.change(|asset| drop(asset.metadata.insert(name.into(), value.into())))
    }

    /// So many further attempts after a failure.
    #[must_use]
    pub fn retries(mut self, retries: u32) -> Self {
        self.step.retry.max_retries = retries;
        self
    }

    /// The whole retry policy.
    #[must_use]
    pub fn retry(mut self, policy: RetryPolicy) -> Self {
        self.step.retry = policy;
        self
    }

    /// The longest that an attempt may take.
    #[must_use]
    pub fn timeout(mut self, longest: std::time::Duration) -> Self {
        self.step.timeout = Some(Millis(u64::try_from(longest.as_millis()).unwrap_or(u64::MAX)));
        self
    }

    /// The pool from which an attempt takes a slot.
    #[must_use]
    pub fn pool(mut self, name: impl Into<String>) -> Self {
        self.step.pool = Some(name.into());
        self
    }

    pub(crate) fn define(&self) -> Result<(AssetDef, StepDef), Finding> {
        let refuse = |error: &KeyError| Finding::new("asset-key", error.to_string()).at(self.step.source.as_ref());
        let mut asset = self.asset.as_ref().map_err(refuse)?.clone();
        asset.deps =
            self.deps.iter().map(|dep| dep.clone().map_err(|error| refuse(&error))).collect::<Result<_, _>>()?;
        Ok((asset, self.step.clone()))
    }
}

/// What can be a command: a list of program and arguments, or a [`Process`].
pub trait IntoProcess {
    /// The command.
    fn into_process(self) -> Process;
}

impl IntoProcess for Process {
    fn into_process(self) -> Process {
        self
    }
}

impl<T: Into<String>> IntoProcess for Vec<T> {
    fn into_process(self) -> Process {
        Process::new(self)
    }
}

impl<T: Into<String>, const N: usize> IntoProcess for [T; N] {
    fn into_process(self) -> Process {
        Process::new(self)
    }
}

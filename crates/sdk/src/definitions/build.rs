//! From definitions to a registry that a worker can run, or to everything that is wrong with them.

use std::{collections::BTreeMap, sync::Arc};

use headwater_core::{
    graph::{Finding, Snapshot},
    key::{AssetKey, KeyError},
    manifest::{AssetRole, Executor, Manifest},
};
use headwater_worker::registry::{Registry, StepBody};

use super::{
    Definitions, DefinitionsError, Needs, Runs, StepEntry,
    needs::{OutputNeeds, ResourceNeed, Role},
    place,
};
use crate::{
    io::Memory,
    resource::Resources,
    run::{RustStep, Shared},
};

/// Where the values of assets are kept.
pub(crate) enum Values {
    /// With each asset's IO manager.
    Managed,
    /// In memory, all of them.
    Memory(Memory),
}

/// A registry with what the test kit wants to look into.
pub(crate) struct Built {
    pub(crate) registry: Registry,
    pub(crate) snapshot: Snapshot,
    pub(crate) shared: Arc<Shared>,
}

impl Definitions {
    /// Checks everything and gives what a worker runs.
    ///
    /// # Errors
    /// Everything that is wrong: a resource that nobody provides, a key that is declared twice, an unknown dependency,
    /// a cycle, a cron expression that is none, and so on, each with its place.
    pub fn build(&self) -> Result<Registry, DefinitionsError> {
        self.build_with(Values::Managed).map(|built| built.registry)
    }

    /// What is declared, checked or not: for tools that show what is wrong themselves.
    pub fn manifest(&self) -> Manifest {
        let mut build = Build::new(self);
        build.declare();
        build.manifest
    }

    pub(crate) fn build_with(&self, values: Values) -> Result<Built, DefinitionsError> {
        let mut build = Build::new(self);
        build.declare();
        build.check_resources(matches!(values, Values::Managed));
        let Build { manifest, mut findings, runs, .. } = build;
        let snapshot = match Snapshot::new(manifest) {
            Ok(snapshot) => snapshot,
            Err(more) => {
                findings.extend(more);
                return Err(DefinitionsError { findings });
            }
        };
        if !findings.is_empty() {
            return Err(DefinitionsError { findings });
        }
        let memory = match values {
            Values::Managed => None,
            Values::Memory(memory) => Some(memory),
        };
        let shared = Arc::new(Shared { resources: Resources::new(self.providers.values().cloned()), memory });
        let body = |(name, run)| (name, Arc::new(RustStep { run, shared: Arc::clone(&shared) }) as Arc<dyn StepBody>);
        let bodies = runs.into_iter().map(body).collect();
        let closing = Arc::clone(&shared);
        let registry = Registry::new(snapshot.manifest().clone(), bodies).with_teardown(Arc::new(move || {
            let shared = Arc::clone(&closing);
            Box::pin(async move { shared.resources.teardown().await })
        }));
        Ok(Built { registry, snapshot, shared })
    }
}

type Run = fn(crate::run::Invocation) -> headwater_worker::registry::BodyFuture;

struct Build<'a> {
    definitions: &'a Definitions,
    manifest: Manifest,
    findings: Vec<Finding>,
    runs: BTreeMap<String, Run>,
    /// What each step needs, under its name.
    needs: Vec<(String, Needs)>,
}

impl<'a> Build<'a> {
    fn new(definitions: &'a Definitions) -> Self {
        let mut manifest = Manifest::new(&definitions.location);
        manifest.generator = concat!("headwater-sdk ", env!("CARGO_PKG_VERSION")).to_owned();
        Self { definitions, manifest, findings: definitions.findings.clone(), runs: BTreeMap::new(), needs: Vec::new() }
    }

    fn declare(&mut self) {
        let definitions = self.definitions;
        definitions.steps.iter().for_each(|entry| self.step(entry));
        for describe in &definitions.externals {
            let mut needs = Needs::default();
            describe(&mut needs);
            self.assets("", &needs);
        }
        for process in &definitions.processes {
            match process.define() {
                Ok((asset, step)) => {
                    self.manifest.assets.push(asset);
                    self.manifest.steps.push(step);
                }
                Err(finding) => self.findings.push(finding),
            }
        }
        self.manifest.jobs = definitions.jobs.iter().map(|job| job.0.clone()).collect();
        self.manifest.schedules = definitions.schedules.iter().map(|schedule| schedule.0.clone()).collect();
        self.manifest.resources = definitions.providers.values().map(|provider| provider.definition.clone()).collect();
        self.manifest.pools.clone_from(&definitions.pools);
        self.manifest.run_limits.clone_from(&definitions.run_limits);
        self.manifest.alerts.clone_from(&definitions.alerts);
        self.manifest.channels.clone_from(&definitions.channels);
        self.manifest.max_running = definitions.max_running;
    }

    fn step(&mut self, entry: &StepEntry) {
        let mut needs = Needs::default();
        (entry.describe)(&mut needs);
        let name = step_name(entry, &needs);
        self.assets(&name, &needs);
        self.checks(&name, &needs);
        let executor = match entry.runs {
            Runs::Rust(run) => {
                self.runs.insert(name.clone(), run);
                Executor::Rust
            }
            Runs::Process(process) => Executor::Process(process()),
        };
        let mut step = entry.spec.define(name.clone(), executor);
        step.resources = self.resource_names(&needs);
        if needs.configs > 1 {
            let message = format!("step {name} takes Config<…> {} times; a step has one config", needs.configs);
            self.findings.push(Finding::new("config-twice", message).at(place(entry.spec.source).as_ref()));
        }
        step.config_schema = needs.config.take();
        self.manifest.steps.push(step);
        self.needs.push((name, needs));
    }

    fn assets(&mut self, step: &str, needs: &Needs) {
        for output in &needs.outputs {
            let role = match output.role {
                Role::Made => AssetRole::Materialized { step: step.to_owned() },
                Role::Observed => AssetRole::Observed { step: step.to_owned() },
                Role::External => AssetRole::External,
            };
            match asset(output, role, &needs.deps) {
                Ok(asset) => self.manifest.assets.push(asset),
                Err(error) => {
                    self.findings
                        .push(Finding::new("asset-key", error.to_string()).at(place(output.spec.source).as_ref()));
                }
            }
        }
    }

    fn checks(&mut self, step: &str, needs: &Needs) {
        let own = needs.outputs.iter().flat_map(|output| output.spec.checks.iter().map(|check| (output.spec, check)));
        for (asset, check) in own.chain(needs.check) {
            // A key that is none was found with its asset.
            if let Ok(key) = asset.key() {
                self.manifest.checks.push(check.define(key, step.to_owned()));
            }
        }
    }

    fn resource_names(&self, needs: &Needs) -> Vec<String> {
        let managers = needs.ios.iter().map(|io| &io.manager);
        let found = managers.chain(&needs.resources).filter_map(|need| self.definitions.providers.get(&need.id));
        let mut names: Vec<_> = found.map(|provider| provider.definition.name.clone()).collect();
        names.sort();
        names.dedup();
        names
    }

    /// Names what a step needs and nobody provides.
    fn check_resources(&mut self, managers: bool) {
        let absent = |need: &ResourceNeed| !self.definitions.providers.contains_key(&need.id);
        for (step, needs) in &self.needs {
            let source =
                needs.outputs.first().map(|output| output.spec.source).or(needs.check.map(|(_, check)| check.source));
            let at = source.and_then(place);
            for need in needs.resources.iter().filter(|need| absent(need)) {
                let message = format!("{step} takes Res<{}>, and there is no such resource", need.type_name);
                let hint = "add it to the definitions with .resource(…) or .provide(…)";
                self.findings.push(Finding::new("resource-missing", message).at(at.as_ref()).hint(hint));
            }
            for need in needs.ios.iter().filter(|io| managers && absent(&io.manager)) {
                let (asset, manager) = (need.asset, need.manager.type_name);
                let message =
                    format!("{step} needs the IO manager {manager} of asset {asset}, and there is no such resource");
                let hint = "add it to the definitions with .resource(…) or .provide(…)";
                self.findings.push(Finding::new("io-missing", message).at(at.as_ref()).hint(hint));
            }
        }
        let mut names: Vec<_> = self.manifest.resources.iter().map(|resource| &resource.name).collect();
        names.sort();
        if let Some(pair) = names.windows(2).find(|pair| pair[0] == pair[1]) {
            let message = format!("two resources have the name {}", pair[0]);
            self.findings.push(
                Finding::new("resource-name-duplicate", message).hint("give one of them another with Provider::named"),
            );
        }
    }
}

fn asset(
    output: &OutputNeeds,
    role: AssetRole,
    shared: &[&'static str],
) -> Result<headwater_core::manifest::AssetDef, KeyError> {
    let mut asset = output.spec.define(role)?;
    let deps = output.deps.as_deref().unwrap_or(shared);
    asset.deps = deps.iter().map(|key| AssetKey::new(key)).collect::<Result<_, _>>()?;
    asset.deps.sort();
    asset.deps.dedup();
    asset.value_type = output.value_type.map(str::to_owned);
    Ok(asset)
}

/// A step is named by itself, by its asset, or by the check that it evaluates.
fn step_name(entry: &StepEntry, needs: &Needs) -> String {
    match (entry.spec.name, needs.outputs.first(), needs.check) {
        (Some(name), _, _) => name.to_owned(),
        (None, Some(output), _) => output.spec.key.to_owned(),
        (None, None, Some((asset, check))) => format!("{}:{}", asset.key, check.name),
        (None, None, None) => String::new(),
    }
}

//! From a manifest to a snapshot, or to everything that is wrong with it.

use std::collections::{BTreeMap, BTreeSet};

use super::{Finding, Snapshot, alerts, topology::Topology};
use crate::{
    cron::CronSchedule,
    id::SnapshotId,
    manifest::{AssetRole, Executor, Manifest, ScheduleDef, SourceRef},
    selection::{Selection, nearest::nearest},
    time::Millis,
};

/// Collects findings up to a limit.
#[derive(Default)]
struct Findings(Vec<Finding>);

impl Findings {
    fn add(&mut self, finding: Finding) {
        if self.0.len() < Snapshot::MAX_FINDINGS {
            self.0.push(finding);
        }
    }
}

pub(super) fn snapshot(manifest: Manifest, id: SnapshotId) -> Result<Snapshot, Vec<Finding>> {
    let mut findings = Findings::default();
    names(&manifest, &mut findings);
    let links = Links::new(&manifest, &mut findings);
    let schedules = manifest.schedules.iter().map(|schedule| crons(&manifest, schedule, &mut findings)).collect();
    steps(&manifest, &links, &mut findings);
    alerts::findings(&manifest).into_iter().for_each(|finding| findings.add(finding));
    // Orders are looked for only where names are sound; otherwise a cycle may be an artefact of a duplicate.
    if !findings.0.is_empty() {
        return Err(findings.0);
    }
    let assets = Topology::build(manifest.assets.len(), links.asset_edges.clone())
        .map_err(|cycle| vec![asset_cycle(&manifest, &cycle)])?;
    let steps = Topology::build(manifest.steps.len(), links.step_edges(&manifest))
        .map_err(|cycle| vec![step_cycle(&manifest, &cycle)])?;
    let mut snapshot = Snapshot {
        id,
        assets,
        steps,
        step_of: links.step_of,
        assets_of: links.assets_of,
        checks_of: links.checks_of,
        checks_on: links.checks_on,
        schedules,
        watches: Vec::new(),
        empty_tags: BTreeMap::new(),
        manifest,
    };
    snapshot.watches = alerts::watches(&snapshot);
    Ok(snapshot)
}

/// Names as numbers.
struct Links {
    step_of: Vec<Option<u32>>,
    assets_of: Vec<Vec<u32>>,
    checks_of: Vec<Vec<u32>>,
    checks_on: Vec<Vec<u32>>,
    /// The asset of each check.
    checked: Vec<Option<u32>>,
    /// Upstream first.
    asset_edges: Vec<(u32, u32)>,
}

impl Links {
    fn new(manifest: &Manifest, findings: &mut Findings) -> Self {
        let mut links = Self {
            step_of: Vec::with_capacity(manifest.assets.len()),
            assets_of: vec![Vec::new(); manifest.steps.len()],
            checks_of: vec![Vec::new(); manifest.steps.len()],
            checks_on: vec![Vec::new(); manifest.assets.len()],
            checked: Vec::with_capacity(manifest.checks.len()),
            asset_edges: Vec::with_capacity(manifest.assets.len() * 2),
        };
        links.assets(manifest, findings);
        links.checks(manifest, findings);
        links
    }

    fn assets(&mut self, manifest: &Manifest, findings: &mut Findings) {
        let find = |key: &str| manifest.assets.binary_search_by(|asset| asset.key.as_str().cmp(key)).ok();
        for (number, asset) in manifest.assets.iter().enumerate() {
            let step = asset.role.step().and_then(|name| find_step(manifest, name));
            match (step, &asset.role) {
                (Some(step), _) => self.assets_of[step].push(number as u32),
                (None, AssetRole::External) => {}
                (None, role) => findings.add(
                    Finding::new(
                        "asset-step-unknown",
                        format!(
                            "asset {} is made by step `{}`, which does not exist",
                            asset.key,
                            role.step().unwrap_or("")
                        ),
                    )
                    .at(asset.source.as_ref()),
                ),
            }
            self.step_of.push(step.map(|step| step as u32));
            for dep in &asset.deps {
                match find(dep.as_str()) {
                    Some(upstream) => self.asset_edges.push((upstream as u32, number as u32)),
                    None => {
                        findings.add(unknown_dep(manifest, asset.key.as_str(), dep.as_str(), asset.source.as_ref()));
                    }
                }
            }
        }
    }

    fn checks(&mut self, manifest: &Manifest, findings: &mut Findings) {
        for (number, check) in manifest.checks.iter().enumerate() {
            let asset = manifest.assets.binary_search_by(|asset| asset.key.cmp(&check.asset)).ok();
            self.checked.push(asset.map(|asset| asset as u32));
            match asset {
                Some(asset) => self.checks_on[asset].push(number as u32),
                None => findings.add(unknown_dep(
                    manifest,
                    &format!("check {}", check.name),
                    check.asset.as_str(),
                    check.source.as_ref(),
                )),
            }
            match find_step(manifest, &check.step) {
                Some(step) => self.checks_of[step].push(number as u32),
                None => findings.add(
                    Finding::new(
                        "check-step-unknown",
                        format!(
                            "check {} on {} is evaluated by step `{}`, which does not exist",
                            check.name, check.asset, check.step
                        ),
                    )
                    .at(check.source.as_ref()),
                ),
            }
        }
    }

    /// Upstream first: a step follows the steps of what its assets are made from, and the blocking checks on those;
    /// a check's own step follows the step of the asset it is about.
    fn step_edges(&self, manifest: &Manifest) -> Vec<(u32, u32)> {
        let mut edges = Vec::with_capacity(self.asset_edges.len());
        let mut edge = |from: Option<u32>, to: Option<u32>| {
            if let (Some(from), Some(to)) = (from, to)
                && from != to
            {
                edges.push((from, to));
            }
        };
        let check_step =
            |check: u32| find_step(manifest, &manifest.checks[check as usize].step).map(|step| step as u32);
        for (number, asset) in self.checked.iter().enumerate() {
            edge(asset.and_then(|asset| self.step_of[asset as usize]), check_step(number as u32));
        }
        for &(upstream, asset) in &self.asset_edges {
            let consumer = self.step_of[asset as usize];
            edge(self.step_of[upstream as usize], consumer);
            for &check in &self.checks_on[upstream as usize] {
                if manifest.checks[check as usize].blocking {
                    edge(check_step(check), consumer);
                }
            }
        }
        edges
    }
}

fn find_step(manifest: &Manifest, name: &str) -> Option<usize> {
    manifest.steps.binary_search_by(|step| step.name.as_str().cmp(name)).ok()
}

fn unknown_dep(manifest: &Manifest, who: &str, dep: &str, source: Option<&SourceRef>) -> Finding {
    let near = nearest(dep, manifest.assets.iter().map(|asset| asset.key.as_str()));
    let hint = if near.is_empty() {
        "declare it, or declare it as external if somebody else makes it".to_owned()
    } else {
        format!("did you mean {}?", near.join(" or "))
    };
    Finding::new("asset-unknown", format!("{who} depends on asset {dep}, which does not exist")).at(source).hint(hint)
}

/// Names that must be there and must be unique.
fn names(manifest: &Manifest, findings: &mut Findings) {
    if manifest.location.trim().is_empty() {
        findings.add(Finding::new("location-empty", "the manifest has no location").hint("give the project a name"));
    }
    for pair in manifest.assets.windows(2) {
        if pair[0].key == pair[1].key {
            findings.add(
                Finding::new("asset-duplicate", format!("asset {} is declared twice", pair[0].key))
                    .at(pair[0].source.as_ref())
                    .at(pair[1].source.as_ref())
                    .hint("rename one of them"),
            );
        }
    }
    for asset in &manifest.assets {
        for alias in &asset.aliases {
            if manifest.assets.binary_search_by(|other| other.key.cmp(alias)).is_ok() {
                findings.add(
                    Finding::new(
                        "alias-taken",
                        format!("asset {} has the alias {alias}, which is the key of another asset", asset.key),
                    )
                    .at(asset.source.as_ref())
                    .hint("remove the alias, or the other asset"),
                );
            }
        }
    }
    let mut aliases = BTreeSet::new();
    for (asset, alias) in manifest.assets.iter().flat_map(|asset| asset.aliases.iter().map(move |alias| (asset, alias)))
    {
        if !aliases.insert(alias) {
            findings.add(
                Finding::new("alias-duplicate", format!("the alias {alias} is used twice")).at(asset.source.as_ref()),
            );
        }
    }
    unique(manifest.steps.iter().map(|step| (step.name.as_str(), step.source.as_ref())), "step", findings);
    unique(manifest.schedules.iter().map(|s| (s.name.as_str(), s.source.as_ref())), "schedule", findings);
    unique(manifest.alerts.iter().map(|a| (a.name.as_str(), a.source.as_ref())), "alert policy", findings);
    unique(manifest.channels.iter().map(|c| (c.name.as_str(), c.source.as_ref())), "channel", findings);
    unique(manifest.jobs.iter().map(|job| (job.name.as_str(), None)), "job", findings);
    unique(manifest.pools.iter().map(|pool| (pool.name.as_str(), None)), "pool", findings);
    unique(manifest.resources.iter().map(|resource| (resource.name.as_str(), None)), "resource", findings);
    for pair in manifest.checks.windows(2) {
        if (&pair[0].asset, &pair[0].name) == (&pair[1].asset, &pair[1].name) {
            findings.add(
                Finding::new(
                    "check-duplicate",
                    format!("check {} on {} is declared twice", pair[0].name, pair[0].asset),
                )
                .at(pair[0].source.as_ref())
                .at(pair[1].source.as_ref()),
            );
        }
    }
    for job in &manifest.jobs {
        if let Err(error) = Selection::parse(&job.selection) {
            findings.add(Finding::new("job-selection", format!("job {}: {}", job.name, error.render())));
        }
    }
}

/// Names of one kind, sorted, each with its place.
fn unique<'a>(names: impl Iterator<Item = (&'a str, Option<&'a SourceRef>)>, what: &str, findings: &mut Findings) {
    let code = what.replace(' ', "-");
    let mut last: Option<(&str, Option<&SourceRef>)> = None;
    for (name, source) in names {
        if name.trim().is_empty()
            || name.len() > 512
            || name.chars().any(char::is_control)
            || matches!(name, "." | "..")
        {
            findings.add(
                Finding::new(
                    &format!("{code}-name"),
                    format!("a {what} has the name {:?}", name.chars().take(40).collect::<String>()),
                )
                .at(source)
                .hint("use 1 to 512 bytes of printable characters, and more than dots"),
            );
        }
        if let Some((previous, place)) = last
            && previous == name
        {
            findings.add(
                Finding::new(&format!("{code}-duplicate"), format!("{what} {name} is declared twice"))
                    .at(place)
                    .at(source),
            );
        }
        last = Some((name, source));
    }
}

fn steps(manifest: &Manifest, links: &Links, findings: &mut Findings) {
    let resources: BTreeSet<&str> = manifest.resources.iter().map(|resource| resource.name.as_str()).collect();
    for (number, step) in manifest.steps.iter().enumerate() {
        let mut problem = |code: &str, message: String, hint: &str| {
            findings.add(Finding::new(code, message).at(step.source.as_ref()).hint(hint));
        };
        if links.assets_of[number].is_empty() && links.checks_of[number].is_empty() {
            problem(
                "step-empty",
                format!("step {} makes no asset and evaluates no check", step.name),
                "remove it, or say what it makes",
            );
        }
        if step.timeout == Some(Millis::ZERO) {
            problem("step-timeout", format!("step {} has a timeout of zero", step.name), "leave it out for no timeout");
        }
        if let Executor::Process(process) = &step.executor
            && process.argv.first().is_none_or(|program| program.is_empty())
        {
            problem(
                "step-argv",
                format!("step {} runs a process without a program", step.name),
                "give argv its program as the first item",
            );
        }
        for resource in &step.resources {
            if !resources.contains(resource.as_str()) {
                problem(
                    "resource-unknown",
                    format!("step {} uses resource {resource}, which is not declared", step.name),
                    "add the resource to the definitions",
                );
            }
        }
    }
}

fn crons(manifest: &Manifest, schedule: &ScheduleDef, findings: &mut Findings) -> Vec<CronSchedule> {
    let mut problem = |code: &str, message: String| {
        findings.add(Finding::new(code, format!("schedule {}: {message}", schedule.name)).at(schedule.source.as_ref()));
    };
    if schedule.crons.is_empty() {
        problem("schedule-cron", "it has no cron expression".into());
    }
    if let Some(job) = schedule.selection.trim().strip_prefix("job:") {
        if !manifest.jobs.iter().any(|known| known.name == job) {
            problem("schedule-job", format!("no job is named `{job}`"));
        }
    } else if let Err(error) = Selection::parse(&schedule.selection) {
        problem("schedule-selection", error.render());
    }
    let mut crons = Vec::with_capacity(schedule.crons.len());
    for expr in &schedule.crons {
        match CronSchedule::parse(expr, &schedule.zone) {
            Ok(cron) if cron.is_never() => {
                problem("schedule-never", format!("`{expr}` never comes; no such date exists"));
            }
            Ok(cron) => crons.push(cron),
            Err(error) => problem("schedule-cron", error.to_string()),
        }
    }
    crons
}

fn asset_cycle(manifest: &Manifest, cycle: &[u32]) -> Finding {
    let names: Vec<&str> = cycle.iter().map(|&asset| manifest.assets[asset as usize].key.as_str()).collect();
    let mut finding =
        Finding::new("asset-cycle", format!("assets depend on each other in a circle: {}", circle(&names)))
            .hint("remove one of these dependencies");
    for &asset in cycle.iter().take(10) {
        finding = finding.at(manifest.assets[asset as usize].source.as_ref());
    }
    finding
}

fn step_cycle(manifest: &Manifest, cycle: &[u32]) -> Finding {
    let names: Vec<&str> = cycle.iter().map(|&step| manifest.steps[step as usize].name.as_str()).collect();
    Finding::new("step-cycle", format!("steps wait for each other in a circle: {}", circle(&names)))
        .hint("split the step that makes several assets, or let the check run in the asset's own step")
}

fn circle(names: &[&str]) -> String {
    let mut text = names.join(" → ");
    if let Some(first) = names.first() {
        text.push_str(" → ");
        text.push_str(first);
    }
    text
}

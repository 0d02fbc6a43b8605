//! Effects in words, short enough to read a hundred of them.

use std::collections::BTreeMap;

use headwater_core::{
    alert::{IncidentChange, IncidentRecord},
    effect::{Effect, Recorded},
    id::{AssetId, IncidentId, RunId, StepNo, WorkerId},
    lease::Stop,
    record::{RunRecord, StepState, TickOutcome, TickRecord, VersionRecord, WorkerState},
    report::StepFailure,
    time::Timestamp,
};

use crate::watch::Watch;

/// Names for what has only an id.
#[derive(Clone, Debug, Default)]
pub(crate) struct Names {
    pub(crate) runs: Vec<RunId>,
    pub(crate) workers: BTreeMap<WorkerId, String>,
    pub(crate) assets: BTreeMap<AssetId, String>,
    versions: Vec<String>,
    pub(crate) incidents: Vec<IncidentId>,
}

impl Names {
    pub(crate) fn run(&self, id: RunId) -> String {
        self.runs.iter().position(|run| *run == id).map_or_else(|| id.to_string(), |at| format!("r{}", at + 1))
    }

    pub(crate) fn worker(&self, id: WorkerId) -> &str {
        self.workers.get(&id).map_or("?", String::as_str)
    }

    fn step(&self, watch: &Watch, run: RunId, step: StepNo) -> String {
        format!("{}.{}", self.run(run), watch.runs[&run].steps[step.index()].name)
    }

    /// Derived versions are long hashes; they are told apart by the order in which they appear.
    fn version(&mut self, version: &str) -> String {
        if version.len() != 16 {
            return version.to_owned();
        }
        let at = self.versions.iter().position(|known| known == version).unwrap_or_else(|| {
            self.versions.push(version.to_owned());
            self.versions.len() - 1
        });
        format!("#{}", at + 1)
    }

    pub(crate) fn stop(&self, watch: &Watch, worker: WorkerId, stop: &Stop) -> String {
        let step = self.step(watch, stop.at.run, stop.at.step);
        format!("stop {step} {} on {}: {:?}", stop.at.attempt.0, self.worker(worker), stop.why).to_lowercase()
    }

    /// One change in words; none for what every command and deploy does.
    pub(crate) fn say(&mut self, watch: &Watch, now: Timestamp, recorded: &Recorded) -> Option<String> {
        Some(match &recorded.effect {
            Effect::SnapshotStored(_) | Effect::CommandAccepted(_) => return None,
            Effect::Deployed(deploy) => match &deploy.refused {
                Some(why) => format!("{} refused: {why}", deploy.location),
                None => format!("{} is live", deploy.location),
            },
            Effect::AssetsNamed(assets) => {
                let mut renamed = Vec::new();
                for asset in assets {
                    let before = self.assets.insert(asset.id, asset.key.to_string());
                    renamed.extend(before.map(|old| format!("{old} is {} now", asset.key)));
                }
                if renamed.is_empty() {
                    return None;
                }
                renamed.join(", ")
            }
            Effect::RunCreated { run, .. } => self.created(watch, run),
            Effect::RunStarted { run } => format!("{} running", self.run(*run)),
            Effect::RunCanceling { run, by } => format!("{} canceling: {by}", self.run(*run)),
            Effect::RunEnded { run, state, reason } => {
                format!("{} {state}{}", self.run(*run), because(reason.as_deref()))
            }
            Effect::StepLeased { run, step, attempt, worker, .. } => {
                format!("{} {} -> {}", self.step(watch, *run, *step), attempt.0, self.worker(*worker))
            }
            Effect::StepRetried { run, step, end, failure, retry_at, failures, losses, .. } => {
                let wait = retry_at.since(now);
                let counts = format!("failures {failures}, losses {losses}");
                format!("{} {end}{}, again in {wait} ({counts})", self.step(watch, *run, *step), why(failure.as_ref()))
            }
            Effect::StepEnded { run, step, state, failure, cause, .. } => {
                let more = if *state == StepState::Failed { why(failure.as_ref()) } else { because(cause.as_deref()) };
                format!("{} {state}{more}", self.step(watch, *run, *step))
            }
            Effect::VersionRecorded(version) => self.made(version),
            Effect::AssetFailed { asset, .. } => format!("{} not made", self.assets[asset]),
            Effect::CheckRecorded(check) => {
                let asset = &self.assets[&check.asset];
                let result = if check.passed { "passed" } else { "failed" };
                let severity =
                    if check.passed { String::new() } else { format!(" ({:?})", check.severity).to_lowercase() };
                let of = if check.version_seq.is_some() { "" } else { ", of no version" };
                format!(
                    "check {} on {asset} {result}{severity}{of}{}",
                    check.check,
                    because(Some(&*check.description).filter(|d| !d.is_empty()))
                )
            }
            Effect::WorkerJoined(worker) => {
                self.workers.insert(worker.id, worker.name.clone());
                format!("{} joined", worker.name)
            }
            Effect::WorkerChanged { worker, state } => match state {
                WorkerState::Active => format!("{} is back", self.worker(*worker)),
                state => format!("{} {state}", self.worker(*worker)),
            },
            Effect::ScheduleMoved(schedule) => {
                format!("{} {:?} after {}", schedule.name, schedule.switch, clock(schedule.watermark)).to_lowercase()
            }
            Effect::Ticked(tick) => self.ticked(tick),
            Effect::PoolSet { pool, limit, .. } => {
                format!("pool {pool} {}", limit.map_or("as declared".into(), |l| l.to_string()))
            }
            Effect::IncidentChanged { incident, change } => self.incident(incident, *change),
            Effect::PolicyMoved(policy) => match policy.muted_until {
                Some(until) => format!("policy {} muted until {}", policy.name, clock(until)),
                None => format!("policy {} counts {}", policy.name, policy.recent.len()),
            },
            Effect::MessageQueued(message) => {
                let wait = message.not_before.since(now);
                let later = if wait.0 == 0 { String::new() } else { format!(" in {wait}") };
                let of = message.incident.map(|id| self.incident_name(id)).unwrap_or_default();
                format!("{} {of} to {}{later}", message.topic, message.channel)
            }
            Effect::MessagesWithdrawn { incident, channel } => {
                format!("withdrawn {} to {channel}", self.incident_name(*incident))
            }
        })
    }

    fn incident_name(&mut self, id: IncidentId) -> String {
        let at = self.incidents.iter().position(|known| *known == id).unwrap_or_else(|| {
            self.incidents.push(id);
            self.incidents.len() - 1
        });
        format!("i{}", at + 1)
    }

    fn incident(&mut self, incident: &IncidentRecord, change: IncidentChange) -> String {
        let mut text =
            format!("{} {change} ({}): {}", self.incident_name(incident.id), incident.severity, incident.title);
        if let Some(error) = &incident.error {
            text.push_str(&format!(" | {}", error.replace('\n', " ")));
        }
        if incident.count != 1 {
            text.push_str(&format!(" | {} times", incident.count));
        }
        if incident.affected_count > 0 {
            let names: Vec<String> = incident.affected.iter().map(ToString::to_string).collect();
            text.push_str(&format!(" | holds up {}", names.join(" ")));
        }
        text.push_str(&format!(" | {}", incident.policies.join(" ")));
        let silent = incident.muted_until.map(|until| format!(" | muted until {}", clock(until)));
        text.push_str(&silent.unwrap_or_default());
        // Ids of runs are named as everywhere else.
        for run in &self.runs {
            text = text.replace(&run.to_string(), &self.run(*run));
        }
        text
    }

    fn created(&mut self, watch: &Watch, run: &RunRecord) -> String {
        self.runs.push(run.id);
        let seen = &watch.runs[&run.id];
        let steps: Vec<String> = seen
            .steps
            .iter()
            .zip(&seen.plan.steps)
            .map(|(step, plan)| {
                let assets: Vec<&str> =
                    plan.assets.iter().map(|&asset| seen.snapshot.asset(asset).key.as_str()).collect();
                if assets.is_empty() || assets == [step.name.as_str()] {
                    step.name.clone()
                } else {
                    format!("{}({})", step.name, assets.join(" "))
                }
            })
            .collect();
        let mut extra = String::new();
        if run.priority != 0 {
            extra.push_str(&format!(", priority {}", run.priority));
        }
        if let Some(timeout) = run.timeout {
            extra.push_str(&format!(", at most {timeout}"));
        }
        for (tag, value) in &run.tags {
            extra.push_str(&format!(", {tag}={value}"));
        }
        if run.root != run.id {
            extra.push_str(&format!(", root {}", self.run(run.root)));
        }
        format!("{} queued: {}{extra}", self.run(run.id), steps.join(" "))
    }

    fn made(&mut self, version: &VersionRecord) -> String {
        let inputs: Vec<String> = version
            .inputs
            .iter()
            .map(|input| {
                let of = input.version.as_deref().map_or_else(|| "none".to_owned(), |version| self.version(version));
                format!("{} {of}", input.asset)
            })
            .collect();
        let from = if inputs.is_empty() { String::new() } else { format!(" from {}", inputs.join(", ")) };
        let facts = if version.metadata.is_empty() { String::new() } else { format!(" with {:?}", version.metadata) };
        let name = self.version(&version.version);
        format!("{} {} {name}{from}{facts}", self.assets[&version.asset], version.kind)
    }

    fn ticked(&self, tick: &TickRecord) -> String {
        let due = if tick.due_at == tick.through_at {
            clock(tick.due_at)
        } else {
            format!("{} to {} ({} ticks)", clock(tick.due_at), clock(tick.through_at), tick.count)
        };
        match (tick.outcome, tick.run) {
            (TickOutcome::Launched, Some(run)) => {
                format!("tick {} {due} launched {}", tick.schedule, self.run(run))
            }
            (outcome, _) => format!("tick {} {due} {outcome}{}", tick.schedule, because(tick.reason.as_deref())),
        }
    }
}

/// The time of day; the day too where it is not the first of the year.
fn clock(at: Timestamp) -> String {
    let text = at.to_string();
    let (day, time) = text.split_once('T').unwrap();
    let time = &time[..8];
    if day == "2026-01-01" { time.to_owned() } else { format!("{day} {time}") }
}

fn because(reason: Option<&str>) -> String {
    reason.map_or(String::new(), |reason| format!(": {reason}"))
}

fn why(failure: Option<&StepFailure>) -> String {
    failure.map_or(String::new(), |failure| format!(" ({}: {})", failure.class, failure.message))
}

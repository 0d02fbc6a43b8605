//! What happens, in words.
//!
//! | event | meaning |
//! |---|---|
//! | `worker w 2 gpu=yes at north snapshot 1 unknown` | a worker with two slots joins |
//! | `launch a+ \| key k priority 2 timeout 5m tag x=y config s=1 partition p` | a run is asked for |
//! | `cancel r1`, `retry r1`, `retry all r1` | commands about runs, with `\| key k` too |
//! | `pool p 3`, `pool p declared`, `on s`, `off s` | settings |
//! | `ack i1`, `mute i1 1h`, `mute policy p 1h`, `unmute policy p`, `test policy p`, `test channel c` | commands about alerts |
//! | `broken main why` | broken definitions are refused |
//! | `report e v1`, `observe e v1` | a version from outside |
//! | `ok a …`, `fail a …`, `back a`, `stopped a` | the end of an attempt, see [`output`] and [`failure`] |
//! | `poll w held a#1 b \| draining leaving capacity 3 old term 1` | a poll with something in it |
//! | `silence w`, `speak w` | the worker stops polling, or goes on |
//! | `leader` | another server takes over |
//! | `rejoin w` | the worker joins again, since it did not hear the answer |
//! | `+10s`, `-10s` | time passes, or the clock is put back; what comes after it is a batch of its own |

use std::collections::BTreeMap;

use headwater_core::{
    command::{AlertTarget, Command, Launch, Retry, RetryScope, RetrySource},
    id::{Attempt, IncidentId, RunId, SnapshotId, StepNo, Term, Token, WorkerId},
    lease::{Lease, Mood},
    manifest::{ErrorClass, Severity, Switch},
    metadata::MetadataValue,
    record::{StepState, VersionKind},
    report::{CheckOutcome, Materialized, Outcome, Report, RetryHint, StepFailure, StepOutput},
};

use crate::{
    notation::{key, pair, span},
    play::{Happens, Play},
};

impl Play {
    /// Plays one line of events that are separated by semicolons.
    pub(crate) fn line(&mut self, line: &str) -> Vec<String> {
        let mut lines = Vec::new();
        let mut batch = Vec::new();
        let mut open = false;
        for event in line.split(';').map(str::trim) {
            if let Some(time) = event.strip_prefix('+') {
                if open {
                    lines.extend(self.happen(&std::mem::take(&mut batch)));
                }
                self.pass(span(time));
            } else if let Some(time) = event.strip_prefix('-') {
                self.now = self.now.minus(span(time));
            } else if event == "leader" {
                self.lead();
            } else if let Some(name) = event.strip_prefix("silence ") {
                let id = self.worker(name);
                self.crew.get_mut(&id).unwrap().silent = true;
            } else if let Some(name) = event.strip_prefix("speak ") {
                let id = self.worker(name);
                self.crew.get_mut(&id).unwrap().silent = false;
            } else {
                let happens = self.read(event);
                batch.push(happens);
            }
            open = true;
        }
        lines.extend(self.happen(&batch));
        lines
    }

    fn read(&mut self, event: &str) -> Happens {
        let (head, options) = event.split_once('|').unwrap_or((event, ""));
        let words: Vec<&str> = head.split_whitespace().collect();
        let options = Options::read(options);
        let key = options.0.get("key").cloned();
        let command = match words.as_slice() {
            ["worker", rest @ ..] => return self.new_worker(rest),
            ["rejoin", worker] => return Happens::Join(self.joins[&self.worker(worker)].clone()),
            ["poll", worker, rest @ ..] => return self.special_poll(worker, rest, &options),
            ["ok" | "fail" | "back" | "stopped", step, rest @ ..] => {
                return self.end(words[0], step, rest);
            }
            ["launch", ..] => {
                let selection = head.trim().strip_prefix("launch").unwrap().trim().to_owned();
                let run = self.run_id();
                Command::Launch(options.launch(run, selection))
            }
            ["cancel", run] => Command::Cancel { run: self.run(run) },
            ["retry", "all", of] => self.retry(of, false),
            ["retry", of] => self.retry(of, true),
            ["pool", name, limit] => Command::SetPool { name: (*name).into(), limit: limit.parse().ok() },
            ["on", name] => Command::SwitchSchedule { name: (*name).into(), switch: Switch::On },
            ["off", name] => Command::SwitchSchedule { name: (*name).into(), switch: Switch::Off },
            ["ack", incident] => Command::AcknowledgeIncident { incident: self.incident(incident) },
            ["mute", "policy", policy, span] => {
                Command::MutePolicy { policy: (*policy).into(), until: Some(self.now.plus(self::span(span))) }
            }
            ["unmute", "policy", policy] => Command::MutePolicy { policy: (*policy).into(), until: None },
            ["mute", incident, span] => Command::MuteIncident {
                incident: self.incident(incident),
                until: Some(self.now.plus(self::span(span))),
            },
            ["test", "policy", policy] => Command::TestAlert(AlertTarget::Policy((*policy).into())),
            ["test", "channel", channel] => Command::TestAlert(AlertTarget::Channel((*channel).into())),
            ["broken", location, reason @ ..] => Command::RefuseDeploy {
                location: (*location).into(),
                snapshot: SnapshotId("0".repeat(64)),
                reason: reason.join(" "),
            },
            ["report", asset, version] => outside(VersionKind::Materialized, asset, version),
            ["observe", asset, version] => outside(VersionKind::Observed, asset, version),
            _ => panic!("`{event}` is no event"),
        };
        self.request(command, key)
    }

    fn incident(&self, name: &str) -> IncidentId {
        let number: usize = name.trim_start_matches('i').parse().unwrap();
        self.names.incidents.get(number.wrapping_sub(1)).copied().unwrap_or(IncidentId(uuid::Uuid::nil()))
    }

    fn run(&self, name: &str) -> RunId {
        let number: usize = name.trim_start_matches('r').parse().unwrap();
        self.names.runs.get(number.wrapping_sub(1)).copied().unwrap_or(RunId(uuid::Uuid::nil()))
    }

    fn retry(&mut self, of: &str, from_failure: bool) -> Command {
        let of = self.run(of);
        let run = self.run_id();
        let stored = &self.tables.runs[&of];
        let seen = &self.watch.runs[&of];
        let source = RetrySource {
            run: stored.record.clone().into(),
            plan: seen.plan.clone().into(),
            snapshot: seen.snapshot.clone(),
        };
        let steps = seen.steps.iter().enumerate().filter(|(_, step)| step.state != StepState::Succeeded);
        let steps = steps.map(|(number, _)| StepNo(number as u32)).collect();
        let scope = if from_failure { RetryScope::FromFailure(source, steps) } else { RetryScope::All(source) };
        Command::Retry(Retry { run, of, scope })
    }

    fn new_worker(&mut self, words: &[&str]) -> Happens {
        let [name, slots, rest @ ..] = words else { panic!("worker name slots") };
        let (mut location, mut snapshot, mut tags) = ("main", None, BTreeMap::new());
        let mut rest = rest.iter();
        while let Some(word) = rest.next() {
            match *word {
                "at" => location = rest.next().unwrap(),
                "unknown" => snapshot = Some(SnapshotId("0".repeat(64))),
                "snapshot" => {
                    snapshot = Some(self.snapshots[rest.next().unwrap().parse::<usize>().unwrap() - 1].clone());
                }
                tag => tags.extend([pair(tag)]),
            }
        }
        let snapshot = match snapshot {
            Some(snapshot) => snapshot,
            None => {
                let live = self.world.live(headwater_core::id::DeploymentId::DEFAULT);
                live.filter(|bound| bound.snapshot.location() == location).last().unwrap().snapshot.id().clone()
            }
        };
        self.join(name, location, slots.parse().unwrap(), tags, snapshot)
    }

    fn special_poll(&mut self, worker: &str, words: &[&str], options: &Options) -> Happens {
        let id = self.worker(worker);
        let crew = self.crew.get_mut(&id).unwrap();
        if options.0.contains_key("draining") {
            crew.mood = Mood::Draining;
        }
        if options.0.contains_key("leaving") {
            crew.mood = Mood::Leaving;
        }
        if let Some(capacity) = options.0.get("capacity") {
            crew.capacity = capacity.parse().unwrap();
        }
        let mut poll = self.poll(id);
        if options.0.contains_key("old") {
            poll.number = 1;
        }
        if options.0.contains_key("unacknowledged") {
            poll.acknowledged.clear();
        }
        if let Some(term) = options.0.get("term") {
            poll.term = Term(term.parse().unwrap());
        }
        if let ["held", steps @ ..] = words {
            poll.held = Some(steps.iter().map(|step| self.lease(step, None).1.at).collect());
        }
        Happens::Poll(poll)
    }

    /// The newest lease of a step, or that of the attempt after a `#`.
    fn lease(&self, name: &str, of: Option<RunId>) -> (WorkerId, Lease) {
        let (name, attempt) =
            name.split_once('#').map_or((name, None), |(name, n)| (name, Some(Attempt(n.parse().unwrap()))));
        let fits = |lease: &Lease| {
            lease.name == name
                && attempt.is_none_or(|n| lease.at.attempt == n)
                && of.is_none_or(|run| lease.at.run == run)
        };
        let found = self.given.iter().rev().find(|(_, lease)| fits(lease));
        found.unwrap_or_else(|| panic!("{name} was not leased")).clone()
    }

    fn end(&mut self, how: &str, step: &str, words: &[&str]) -> Happens {
        let find = |name: &str| words.iter().position(|word| *word == name).map(|at| words[at + 1]);
        let (mut worker, lease) = self.lease(step, find("of").map(|run| self.run(run)));
        let outcome = match how {
            "ok" => Outcome::Succeeded(self.output(&lease, words)),
            "fail" => Outcome::Failed(failure(words)),
            "back" => Outcome::HandedBack,
            _ => Outcome::Canceled,
        };
        let mut report =
            Report { at: lease.at, started_at: self.now, ended_at: self.now, inputs: lease.inputs, outcome };
        if let Some(name) = find("by") {
            worker = self.worker(name);
        }
        if let Some(token) = find("token") {
            report.at.token = Token(token.parse().unwrap());
        }
        if let Some(attempt) = find("attempt") {
            report.at.attempt = Attempt(attempt.parse().unwrap());
        }
        Happens::Report(worker, report)
    }

    /// All that was asked for, but: `without x` (not made), `failing u` (check failed), `warning u` (failed, a
    /// warning), `silent u` (check not evaluated), `extra x` (not asked for), `version v`, `cursor 5`, `fact nan`.
    fn output(&self, lease: &Lease, words: &[&str]) -> StepOutput {
        let given = |word: &str, value: &str| words.windows(2).any(|pair| pair == [word, value]);
        let value = |word: &str| words.iter().position(|w| *w == word).map(|at| words[at + 1]);
        let snapshot = &self.watch.runs[&lease.at.run].snapshot;
        let mut output = StepOutput::default();
        let extra = value("extra").map(key);
        for asset in lease.assets.iter().filter(|asset| !given("without", asset.as_str())).chain(&extra) {
            let mut made = Materialized::new(asset.clone());
            made.version = value("version").map(str::to_owned);
            made.cursor = value("cursor").map(|text| serde_json::from_str(text).unwrap());
            if let Some(fact) = value("fact") {
                made.metadata.insert("fact".into(), MetadataValue::from(fact.parse::<f64>().unwrap()));
            }
            let observed = snapshot.find_asset(asset.as_str()).is_some_and(|number| !snapshot.is_materialized(number));
            if observed { output.observed.push(made) } else { output.materialized.push(made) }
        }
        for (asset, check) in lease.checks.iter().filter(|(_, check)| !given("silent", check)) {
            output.checks.push(CheckOutcome {
                asset: asset.clone(),
                check: check.clone(),
                partition: String::new(),
                passed: !given("failing", check) && !given("warning", check),
                severity: if given("warning", check) { Severity::Warn } else { Severity::Error },
                description: String::new(),
                metadata: BTreeMap::new(),
            });
        }
        output
    }
}

/// `fail a rate_limited never`, `fail a after 5s`
fn failure(words: &[&str]) -> StepFailure {
    let mut failure = StepFailure::new(ErrorClass::FAILURE, "no");
    let mut words = words.iter();
    while let Some(word) = words.next() {
        match *word {
            "never" => failure.retry = RetryHint::Never,
            "after" => failure.retry = RetryHint::After { wait: span(words.next().unwrap()) },
            "of" | "by" | "token" | "attempt" => drop(words.next()),
            class => failure.class = ErrorClass::custom(class),
        }
    }
    failure
}

fn outside(kind: VersionKind, asset: &str, version: &str) -> Command {
    let mut made = Materialized::new(key(asset));
    made.version = Some(version.to_owned());
    Command::ReportVersion { kind, version: made }
}

/// `key k priority 2 tag x=y tag z=w draining`
#[derive(Debug, Default)]
struct Options(BTreeMap<String, String>);

impl Options {
    fn read(text: &str) -> Self {
        let mut options = BTreeMap::new();
        let mut words = text.split_whitespace();
        while let Some(word) = words.next() {
            let flag = matches!(word, "draining" | "leaving" | "old" | "unacknowledged");
            let value = if flag {
                String::new()
            } else {
                words.next().unwrap_or_else(|| panic!("{word} needs a value")).to_owned()
            };
            let name = if word == "tag" { format!("tag {value}") } else { word.to_owned() };
            options.insert(name, value);
        }
        Self(options)
    }

    fn launch(&self, run: RunId, selection: String) -> Launch {
        let get = |name: &str| self.0.get(name).cloned();
        let config = get("config").map(|text| pair(&text)).map(|(step, value)| (step, value.into()));
        Launch {
            run,
            selection,
            location: get("at"),
            partition: get("partition").unwrap_or_default(),
            tags: self.0.iter().filter(|(name, _)| name.starts_with("tag ")).map(|(_, tag)| pair(tag)).collect(),
            config: config.into_iter().collect(),
            priority: get("priority").map(|text| text.parse().unwrap()),
            timeout: get("timeout").map(|text| span(&text)),
        }
    }
}

//! A manifest in one line: `a -> b -> c; b: retries 1 delay 10s; pool p 2`.
//!
//! | statement | meaning |
//! |---|---|
//! | `a b -> c -> d` | assets; each is made from all of the group before it |
//! | `m = x y`, `m ~ x y` | one step makes several assets; with `~` it can make some of them |
//! | `external e`, `observed o` | assets of others |
//! | `check u on a by s blocking warn` | a check; without `by` it is evaluated by the step that makes `a` |
//! | `a: retries 2 delay 10s …` | settings of a step, see [`settings`] |
//! | `code a 3`, `alias new old` | an asset's code version and earlier name |
//! | `pool p 2`, `limit tag=value 1`, `max 3` | limits |
//! | `schedule s: 0 * * * * \| * \| on all 3` | a schedule: crons, selection, words |
//! | `job j: a+ \| priority 2` | a job: selection, words |
//! | `alert p: failed late 1h \| a+ \| slack mail \| every 15m` | an alert policy: kinds, selection, channels, words |
//! | `fresh a 1h`, `owner a team:x` | how old an asset may be, and whose it is |
//! | `location north` | the code location; `main` without |

use std::collections::BTreeMap;

use headwater_core::{
    key::AssetKey,
    manifest::{
        AlertOn, AlertPolicyDef, AlertSeverity, AssetDef, AssetRole, Backoff, CatchUp, ChannelDef, ChannelKind,
        CheckDef, ErrorClass, Executor, Freshness, Jitter, JobDef, Manifest, Overlap, PoolDef, ProcessDef, QuietHours,
        RunLimit, ScheduleDef, SecretRef, Severity, StepDef, Subset, Switch, Threshold, WhichChecks,
    },
    time::Millis,
};

pub(crate) fn key(text: &str) -> AssetKey {
    AssetKey::new(text).unwrap()
}

pub(crate) fn span(text: &str) -> Millis {
    text.parse().unwrap_or_else(|error| panic!("{text}: {error}"))
}

pub(crate) fn pair(text: &str) -> (String, String) {
    let (name, value) = text.split_once('=').unwrap_or((text, ""));
    (name.to_owned(), value.to_owned())
}

#[derive(Default)]
struct Draft {
    assets: BTreeMap<String, Vec<String>>,
    made_by: BTreeMap<String, String>,
    roles: BTreeMap<String, &'static str>,
    steps: BTreeMap<String, StepDef>,
    codes: BTreeMap<String, String>,
    aliases: BTreeMap<String, String>,
    fresh: BTreeMap<String, Millis>,
    owners: BTreeMap<String, String>,
}

impl Draft {
    fn step(&mut self, name: &str) -> &mut StepDef {
        self.steps.entry(name.to_owned()).or_insert_with(|| StepDef::new(name, Executor::Rust))
    }

    fn chain(&mut self, statement: &str) {
        let mut before: Vec<String> = Vec::new();
        for group in statement.split("->") {
            let names: Vec<String> = group.split_whitespace().map(str::to_owned).collect();
            for name in &names {
                self.assets.entry(name.clone()).or_default().extend(before.iter().cloned());
            }
            before = names;
        }
    }
}

/// Reads a manifest.
pub(crate) fn manifest(text: &str) -> Manifest {
    let mut manifest = Manifest::new("main");
    let mut draft = Draft::default();
    for statement in text.split(';').map(str::trim).filter(|statement| !statement.is_empty()) {
        let words: Vec<&str> = statement.split_whitespace().collect();
        match words.as_slice() {
            ["external", names @ ..] => names.iter().for_each(|name| {
                draft.assets.entry((*name).to_owned()).or_default();
                draft.roles.insert((*name).to_owned(), "external");
            }),
            ["observed", names @ ..] => names.iter().for_each(|name| {
                draft.assets.entry((*name).to_owned()).or_default();
                draft.roles.insert((*name).to_owned(), "observed");
            }),
            ["code", asset, version] => drop(draft.codes.insert((*asset).to_owned(), (*version).to_owned())),
            ["alias", new, old] => drop(draft.aliases.insert((*new).to_owned(), (*old).to_owned())),
            ["location", name] => manifest.location = (*name).to_owned(),
            ["pool", name, limit] => {
                manifest.pools.push(PoolDef { name: (*name).to_owned(), limit: limit.parse().unwrap() });
            }
            ["max", limit] => manifest.max_running = Some(limit.parse().unwrap()),
            ["limit", tag, limit] => {
                let (tag, value) = pair(tag);
                let value = Some(value).filter(|value| !value.is_empty());
                manifest.run_limits.push(RunLimit { tag, value, limit: limit.parse().unwrap() });
            }
            ["check", name, "on", asset, rest @ ..] => {
                let by = rest.iter().position(|word| *word == "by").map(|at| rest[at + 1].to_owned());
                if let Some(step) = &by {
                    draft.step(step);
                }
                manifest.checks.push(CheckDef {
                    name: (*name).to_owned(),
                    asset: key(asset),
                    step: by.unwrap_or_default(),
                    blocking: rest.contains(&"blocking"),
                    severity: if rest.contains(&"warn") { Severity::Warn } else { Severity::Error },
                    description: String::new(),
                    source: None,
                });
            }
            ["alert", ..] => alert(&mut manifest, statement),
            ["fresh", asset, limit] => drop(draft.fresh.insert((*asset).to_owned(), span(limit))),
            ["owner", asset, owner] => drop(draft.owners.insert((*asset).to_owned(), (*owner).to_owned())),
            ["schedule", ..] => manifest.schedules.push(schedule(statement)),
            ["job", ..] => manifest.jobs.push(job(statement)),
            [step, sign @ ("=" | "~"), assets @ ..] => {
                draft.step(step).subset = if *sign == "~" { Subset::Any } else { Subset::Whole };
                for asset in assets {
                    draft.assets.entry((*asset).to_owned()).or_default();
                    draft.made_by.insert((*asset).to_owned(), (*step).to_owned());
                }
            }
            [step, rest @ ..] if step.ends_with(':') => settings(draft.step(step.trim_end_matches(':')), rest),
            _ => draft.chain(statement),
        }
    }
    finish(manifest, draft)
}

fn finish(mut manifest: Manifest, mut draft: Draft) -> Manifest {
    for (name, deps) in draft.assets.clone() {
        let role = draft.roles.get(&name).copied().unwrap_or("made");
        let step = draft.made_by.get(&name).cloned().unwrap_or_else(|| name.clone());
        if role != "external" {
            draft.step(&step);
        }
        let role = match role {
            "external" => AssetRole::External,
            "observed" => AssetRole::Observed { step },
            _ => AssetRole::Materialized { step },
        };
        let mut asset = AssetDef::new(key(&name), role);
        asset.deps = deps.iter().map(|dep| key(dep)).collect();
        asset.code_version = draft.codes.get(&name).cloned();
        asset.aliases = draft.aliases.get(&name).map(|old| key(old)).into_iter().collect();
        asset.owners = draft.owners.get(&name).cloned().into_iter().collect();
        asset.freshness = draft.fresh.get(&name).map(|limit| Freshness { warn_after: None, fail_after: *limit });
        manifest.assets.push(asset);
    }
    for check in &mut manifest.checks {
        if check.step.is_empty() {
            let asset = check.asset.as_str();
            check.step = draft.made_by.get(asset).cloned().unwrap_or_else(|| asset.to_owned());
        }
    }
    manifest.steps = draft.steps.into_values().collect();
    manifest
}

/// `retries 2 delay 10s backoff linear jitter full most 1h only rate never config timeout 5m pool p priority 3
/// requires gpu=yes process`
fn settings(step: &mut StepDef, words: &[&str]) {
    let mut words = words.iter().copied();
    while let Some(word) = words.next() {
        let mut value = || words.next().unwrap_or_else(|| panic!("{word} needs a value"));
        match word {
            "retries" => step.retry.max_retries = value().parse().unwrap(),
            "delay" => step.retry.delay = span(value()),
            "most" => step.retry.max_delay = span(value()),
            "backoff" => step.retry.backoff = if value() == "linear" { Backoff::Linear } else { Backoff::Exponential },
            "jitter" => step.retry.jitter = if value() == "full" { Jitter::Full } else { Jitter::PlusMinus },
            "only" => step.retry.only.push(ErrorClass::custom(value())),
            "never" => step.retry.never.push(ErrorClass::custom(value())),
            "timeout" => step.timeout = Some(span(value())),
            "pool" => step.pool = Some(value().to_owned()),
            "priority" => step.priority = value().parse().unwrap(),
            "requires" => step.requires.extend([pair(value())]),
            "process" => {
                let argv = vec!["true".to_owned()];
                step.executor =
                    Executor::Process(ProcessDef { argv, env: BTreeMap::new(), pass_env: Vec::new(), cwd: None });
            }
            other => panic!("a step has no setting `{other}`"),
        }
    }
}

fn schedule(statement: &str) -> ScheduleDef {
    let (head, rest) = statement.split_once(':').unwrap();
    let name = head.split_whitespace().nth(1).unwrap();
    let parts: Vec<&str> = rest.split('|').map(str::trim).collect();
    let [crons, selection, words] = parts.as_slice() else { panic!("a schedule is crons | selection | words") };
    let mut schedule = ScheduleDef::new(name, "", *selection);
    schedule.crons = crons.split(',').map(|cron| cron.trim().to_owned()).collect();
    let mut words = words.split_whitespace();
    while let Some(word) = words.next() {
        match word {
            "on" => schedule.default = Switch::On,
            "zone" => schedule.zone = words.next().unwrap().to_owned(),
            "catch-up-skip" => schedule.catch_up = CatchUp::Skip,
            "all" => schedule.catch_up = CatchUp::All { max: words.next().unwrap().parse().unwrap() },
            "allow" => schedule.overlap = Overlap::Allow,
            "queue-one" => schedule.overlap = Overlap::QueueOne,
            "cancel-previous" => schedule.overlap = Overlap::CancelPrevious,
            "priority" => schedule.priority = words.next().unwrap().parse().unwrap(),
            "timeout" => schedule.timeout = Some(span(words.next().unwrap())),
            "tag" => schedule.tags.extend([pair(words.next().unwrap())]),
            other => panic!("a schedule has no setting `{other}`"),
        }
    }
    schedule
}

/// `alert p: asset run check blocking late missed 5m long 1h usual lost broken | a+ | slack mail | info every 15m
/// threshold 3 1h quiet 22:00 06:00`; the selection may be `-`.
fn alert(manifest: &mut Manifest, statement: &str) {
    let (head, rest) = statement.split_once(':').unwrap();
    let parts: Vec<&str> = rest.split('|').map(str::trim).collect();
    let [kinds, selection, channels, words] = parts.as_slice() else {
        panic!("an alert is kinds | selection | channels | words")
    };
    let mut on = Vec::new();
    let mut kinds = kinds.split_whitespace();
    while let Some(kind) = kinds.next() {
        on.push(match kind {
            "asset" => AlertOn::AssetFailed,
            "run" => AlertOn::RunFailed,
            "check" => AlertOn::CheckFailed { which: WhichChecks::Errors },
            "blocking" => AlertOn::CheckFailed { which: WhichChecks::Blocking },
            "warnings" => AlertOn::CheckFailed { which: WhichChecks::All },
            "late" => AlertOn::AssetLate,
            "missed" => AlertOn::ScheduleMissed { within: span(kinds.next().unwrap()) },
            "long" => AlertOn::RunLong { limit: Some(span(kinds.next().unwrap())) },
            "usual" => AlertOn::RunLong { limit: None },
            "lost" => AlertOn::WorkerLost,
            "broken" => AlertOn::DeployBroken,
            other => panic!("there is no `{other}` to be told of"),
        });
    }
    let channels: Vec<String> = channels.split_whitespace().map(str::to_owned).collect();
    for name in &channels {
        if !manifest.channels.iter().any(|known| known.name == *name) {
            let to = ChannelKind::SlackWebhook { url: SecretRef::env("SLACK") };
            manifest.channels.push(ChannelDef { name: name.clone(), to, source: None });
        }
    }
    let mut policy = AlertPolicyDef::new(head.split_whitespace().nth(1).unwrap(), on, channels);
    policy.select = Some((*selection).to_owned()).filter(|selection| selection != "-");
    policy.min_interval = Millis::ZERO;
    let mut words = words.split_whitespace();
    while let Some(word) = words.next() {
        let mut value = || words.next().unwrap();
        match word {
            "info" => policy.severity = AlertSeverity::Info,
            "warning" => policy.severity = AlertSeverity::Warning,
            "every" => policy.min_interval = span(value()),
            "threshold" => {
                policy.threshold = Some(Threshold { count: value().parse().unwrap(), within: span(value()) });
            }
            "quiet" => {
                policy.quiet = Some(QuietHours { from: value().into(), to: value().into(), zone: "UTC".into() });
            }
            other => panic!("an alert has no setting `{other}`"),
        }
    }
    manifest.alerts.push(policy);
}

fn job(statement: &str) -> JobDef {
    let (head, rest) = statement.split_once(':').unwrap();
    let (selection, words) = rest.split_once('|').unwrap_or((rest, ""));
    let mut job = JobDef {
        name: head.split_whitespace().nth(1).unwrap().to_owned(),
        selection: selection.trim().to_owned(),
        description: String::new(),
        tags: BTreeMap::new(),
        priority: 0,
        timeout: None,
    };
    let mut words = words.split_whitespace();
    while let Some(word) = words.next() {
        match word {
            "priority" => job.priority = words.next().unwrap().parse().unwrap(),
            "timeout" => job.timeout = Some(span(words.next().unwrap())),
            "tag" => job.tags.extend([pair(words.next().unwrap())]),
            other => panic!("a job has no setting `{other}`"),
        }
    }
    job
}

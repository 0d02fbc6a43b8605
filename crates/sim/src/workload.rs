//! What a seed's team declares and asks for, and how its steps behave.

use std::collections::BTreeMap;

use headwater_core::{
    command::{Deploy, Refusal},
    id::{AssetId, Attempt, RunId},
    key::AssetKey,
    manifest::{
        AssetDef, AssetRole, Backoff, CatchUp, CheckDef, Executor, Jitter, Manifest, Overlap, PoolDef, RunLimit,
        ScheduleDef, Severity, StepDef, Subset, Switch,
    },
    time::Millis,
};

use crate::chance::Chance;

/// One thing that a person asks for, and when.
#[derive(Clone, Debug)]
pub struct Ask {
    /// Milliseconds after the start.
    pub at: u64,
    /// What.
    pub what: What,
}

/// What a person asks for.
#[derive(Clone, Debug)]
pub enum What {
    /// Deploy one of the manifests.
    Deploy(usize),
    /// Launch a selection.
    Launch {
        /// What.
        selection: String,
        /// How urgent.
        priority: i32,
        /// A tag's value.
        team: Option<&'static str>,
        /// The longest it may take.
        timeout: Option<Millis>,
    },
    /// Cancel one of the runs so far, by a number that is taken modulo their count.
    Cancel(u64),
    /// Retry one of the runs so far.
    Retry(u64, bool),
    /// Switch the schedule.
    Switch(Switch),
    /// Set the pool.
    Pool(Option<u32>),
}

/// A seed's team.
#[derive(Clone, Debug)]
pub struct Workload {
    /// Definitions; the first is deployed at the start.
    pub manifests: Vec<String>,
    /// What is asked, in the order of time.
    pub asks: Vec<Ask>,
    seed: u64,
}

/// How one attempt behaves.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Behaviour {
    /// Milliseconds of work.
    pub takes: u64,
    /// How it ends.
    pub ends: Ends,
    /// Whether it does not stop at its timeout.
    pub stuck: bool,
}

/// How an attempt ends by itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ends {
    /// All that was asked for.
    Well,
    /// All but the first asset.
    WithoutFirst,
    /// With every check failed.
    ChecksFailed,
    /// A failure.
    Failed,
    /// A failure that is not worth a retry.
    FailedForGood,
}

const NAMES: [&str; 8] = ["a", "b", "c", "d", "e", "f", "g", "h"];

impl Workload {
    /// The workload of a seed. `most` limits how much is asked.
    pub fn new(seed: u64, most: usize) -> Self {
        let mut chance = Chance::new(seed, "definitions");
        let first = manifest(&mut chance);
        let mut second = first.clone();
        for asset in &mut second.assets {
            if chance.permille(300) {
                asset.code_version = Some("2".to_owned());
            }
        }
        let manifests = [first, second].into_iter().map(|m| m.address().1).collect();
        let mut chance = Chance::new(seed, "asks");
        let count = 2 + chance.index(10);
        let mut asks: Vec<Ask> =
            (0..count).map(|_| Ask { at: chance.between(500, 120_000), what: what(&mut chance) }).collect();
        asks.sort_by_key(|ask| ask.at);
        asks.truncate(most);
        asks.insert(0, Ask { at: 0, what: What::Deploy(0) });
        Self { manifests, asks, seed }
    }

    /// Reads a manifest for its deploy.
    ///
    /// # Errors
    /// A refusal is a defect of the generator.
    pub fn deploy(&self, number: usize, ids: &mut Chance) -> Result<Deploy, Refusal> {
        let text = self.manifests.get(number).map_or("", String::as_str);
        Deploy::read(text, || AssetId(ids.uuid()))
    }

    /// How an attempt behaves: it follows from the seed, the step and the attempt, not from when and where it runs.
    pub fn behaviour(&self, run: RunId, step: &str, attempt: Attempt) -> Behaviour {
        let mut chance = Chance::new(self.seed, &format!("{step} {} {run}", attempt.0));
        let takes = match chance.below(10) {
            0..=5 => chance.between(1, 200),
            6..=8 => chance.between(200, 5_000),
            _ => chance.between(5_000, 50_000),
        };
        let ends = match chance.below(100) {
            0..=74 => Ends::Well,
            75..=78 => Ends::WithoutFirst,
            79..=82 => Ends::ChecksFailed,
            83..=97 => Ends::Failed,
            _ => Ends::FailedForGood,
        };
        Behaviour { takes, ends, stuck: chance.permille(100) }
    }
}

fn what(chance: &mut Chance) -> What {
    match chance.below(20) {
        0..=10 => What::Launch {
            selection: chance.of(&["*", "a+", "+b", "b or a", "+c", "b+"]).unwrap_or("*").to_owned(),
            priority: chance.below(3) as i32,
            team: [None, Some("x"), Some("y")][chance.index(3)],
            timeout: chance.permille(200).then(|| Millis(chance.between(1_000, 60_000))),
        },
        11..=13 => What::Cancel(chance.draw()),
        14 | 15 => What::Retry(chance.draw(), chance.permille(700)),
        16 | 17 => What::Switch(if chance.permille(600) { Switch::On } else { Switch::Off }),
        18 => What::Pool([None, Some(1), Some(3)][chance.index(3)]),
        _ => What::Deploy(1),
    }
}

fn key(name: &str) -> Option<AssetKey> {
    AssetKey::new(name).ok()
}

fn manifest(chance: &mut Chance) -> Manifest {
    let mut manifest = Manifest::new("main");
    let count = 2 + chance.index(7);
    let mut steps: BTreeMap<String, StepDef> = BTreeMap::new();
    for (number, name) in NAMES.iter().enumerate().take(count) {
        // Neighbours may share a step; an asset is made from assets of earlier steps only, so that there is no circle.
        let own = if number % 2 == 1 && chance.permille(250) { NAMES[number - 1] } else { name };
        let reach = if own == *name { number } else { number - 1 };
        let step = steps.entry(own.to_owned()).or_insert_with(|| step(own, chance));
        if own != *name && chance.permille(500) {
            step.subset = Subset::Any;
        }
        let Some(key_of) = key(name) else { continue };
        let mut asset = AssetDef::new(key_of.clone(), AssetRole::Materialized { step: own.to_owned() });
        asset.deps = NAMES[..reach].iter().filter(|_| chance.permille(350)).filter_map(|dep| key(dep)).collect();
        asset.code_version = chance.permille(300).then(|| "1".to_owned());
        manifest.assets.push(asset);
        if chance.permille(300) {
            let by = if chance.permille(400) { format!("check {name}") } else { own.to_owned() };
            steps.entry(by.clone()).or_insert_with(|| StepDef::new(by.clone(), Executor::Rust));
            manifest.checks.push(CheckDef {
                name: "sound".to_owned(),
                asset: key_of,
                step: by,
                blocking: chance.permille(600),
                severity: if chance.permille(200) { Severity::Warn } else { Severity::Error },
                description: String::new(),
                source: None,
            });
        }
    }
    manifest.steps = steps.into_values().collect();
    manifest.pools = vec![PoolDef { name: "warehouse".to_owned(), limit: 1 + chance.below(3) as u32 }];
    if chance.permille(300) {
        manifest.max_running = Some(1 + chance.below(3) as u32);
    }
    if chance.permille(300) {
        manifest.run_limits = vec![RunLimit { tag: "team".to_owned(), value: None, limit: 1 }];
    }
    let mut schedule = ScheduleDef::new("often", "* * * * *", "a+");
    schedule.default = if chance.permille(500) { Switch::On } else { Switch::Off };
    schedule.catch_up = [CatchUp::Latest, CatchUp::Skip, CatchUp::All { max: 3 }][chance.index(3)];
    schedule.overlap = [Overlap::Allow, Overlap::Skip, Overlap::QueueOne, Overlap::CancelPrevious][chance.index(4)];
    manifest.schedules = vec![schedule];
    manifest
}

fn step(name: &str, chance: &mut Chance) -> StepDef {
    let mut step = StepDef::new(name, Executor::Rust);
    if chance.permille(500) {
        step.retry.max_retries = chance.below(4) as u32;
        step.retry.delay = Millis(chance.below(3) * 2_000);
        step.retry.backoff = [Backoff::Constant, Backoff::Linear, Backoff::Exponential][chance.index(3)];
        step.retry.jitter = [Jitter::None, Jitter::Full, Jitter::PlusMinus][chance.index(3)];
    }
    if chance.permille(400) {
        step.pool = Some("warehouse".to_owned());
    }
    if chance.permille(250) {
        step.timeout = Some(Millis(chance.between(500, 20_000)));
    }
    step.priority = chance.below(3) as i32;
    step
}

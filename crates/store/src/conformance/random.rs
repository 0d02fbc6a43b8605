//! Random histories from a seed: batches that fit what is stored, as a leader would write them.

mod alerts;

use std::{collections::BTreeMap, sync::Arc};

use headwater_core::{
    effect::{Effect, Recorded},
    id::{AssetId, Attempt, RunId, Seq, StepNo, Token},
    key::AssetKey,
    manifest::{ErrorClass, Switch},
    metadata::{Float, MetadataValue},
    record::{AttemptEnd, RunState, ScheduleRecord, StepState, Trigger, WorkerState},
    report::{InputVersion, StepFailure},
    time::{Millis, Timestamp},
};

use self::alerts::AlertPlay;
use super::{
    builder::{
        DEPLOYMENT, asset_id, claim, command, deploy, message, named, new_check, new_run, new_version, new_worker,
        run_created, run_id, snapshot, tick, worker_id,
    },
    everything,
    odd::TEXTS,
};
use crate::{StepInHand, Store};

/// A small generator of numbers, the same on every machine.
#[derive(Clone, Debug)]
pub struct Rng(u64);

impl Rng {
    /// A generator from a seed.
    pub const fn new(seed: u64) -> Self {
        Self(seed)
    }

    /// The next number.
    pub const fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    /// A number below a bound.
    pub const fn below(&mut self, bound: u64) -> u64 {
        self.next() % bound
    }

    fn one_in(&mut self, chances: u64) -> bool {
        self.below(chances) == 0
    }

    fn pick<'t, T>(&mut self, list: &'t [T]) -> &'t T {
        &list[usize::try_from(self.below(list.len() as u64)).unwrap()]
    }

    /// One of a list that may be empty.
    fn pick_of<'t, T>(&mut self, list: &'t [T]) -> Option<&'t T> {
        if list.is_empty() { None } else { Some(self.pick(list)) }
    }

    fn text(&mut self) -> String {
        (*self.pick(&TEXTS)).to_owned()
    }
}

#[derive(Clone, Debug)]
struct StepPlay {
    state: StepState,
    attempt: u32,
    failures: u32,
    losses: u32,
}

#[derive(Clone, Debug)]
struct RunPlay {
    id: RunId,
    state: RunState,
    steps: BTreeMap<u32, StepPlay>,
}

/// Writes a history.
#[derive(Clone, Debug)]
pub struct History {
    rng: Rng,
    seq: Seq,
    now: Timestamp,
    runs: Vec<RunPlay>,
    made: u128,
    workers: u128,
    alerts: AlertPlay,
    /// The latest version of each asset.
    versions: BTreeMap<AssetId, (Seq, String)>,
}

impl History {
    /// An empty history from a seed.
    pub fn new(seed: u64) -> Self {
        let now = Timestamp::from_secs(1_795_489_200);
        let alerts = AlertPlay::default();
        let versions = BTreeMap::new();
        Self { rng: Rng::new(seed), seq: Seq(0), now, runs: Vec::new(), made: 0, workers: 0, alerts, versions }
    }

    /// The time of the last effect.
    pub const fn now(&self) -> Timestamp {
        self.now
    }

    /// Says no more about runs that have ended, since the store may have forgotten them.
    pub fn forget_ended_runs(&mut self) {
        self.runs.retain(|run| !run.state.is_final());
    }

    /// The next batch: from one to sixty effects that fit what came before.
    pub fn batch(&mut self) -> Vec<Recorded> {
        let length = 1 + self.rng.below(60);
        let mut batch = Vec::new();
        for _ in 0..length {
            let seq = self.seq.next();
            let at = self.now.plus(Millis(self.rng.below(2_000)));
            if let Some(effect) = self.effect(seq, at) {
                (self.seq, self.now) = (seq, at);
                batch.push(Recorded { seq, at, effect });
            }
        }
        batch
    }

    /// One effect; none where the dice ask for something that is not there.
    fn effect(&mut self, seq: Seq, at: Timestamp) -> Option<Effect> {
        Some(match self.rng.below(24) {
            0 | 1 => self.create_run(seq, at),
            2..=4 => self.move_run()?,
            5..=11 => self.move_step(at)?,
            12..=13 => self.version(seq, at),
            14 => self.check(seq, at),
            15 => Effect::AssetFailed { asset: self.asset(), partition: self.partition(), run: self.runs.last()?.id },
            16..=19 => self.control(seq, at),
            _ => self.alert(seq, at)?,
        })
    }

    fn asset(&mut self) -> AssetId {
        asset_id(u128::from(self.rng.below(6)))
    }

    fn partition(&mut self) -> String {
        self.rng.pick(&["", "", "2026-11-24", "a|b"]).to_string()
    }

    fn create_run(&mut self, seq: Seq, at: Timestamp) -> Effect {
        self.made += 1;
        let mut run = new_run(run_id(self.made), seq, at);
        run.selection = self.rng.text();
        run.priority = i32::try_from(self.rng.below(7)).unwrap() - 3;
        if self.rng.one_in(3) {
            run.tags.insert(self.rng.text(), self.rng.text());
            run.config.insert(self.rng.text(), serde_json::json!({ "v": self.rng.text() }));
        }
        match self.rng.below(4) {
            0 => run.trigger = Trigger::Schedule { name: "nightly".to_owned(), due_at: at },
            1 if self.made > 1 => {
                let of = run_id(1 + u128::from(self.rng.below(u64::try_from(self.made - 1).unwrap())));
                run.trigger = Trigger::Retry { by: self.rng.text(), of };
                run.root = of;
            }
            _ => {}
        }
        self.runs.push(RunPlay { id: run.id, state: run.state, steps: BTreeMap::new() });
        run_created(run)
    }

    fn move_run(&mut self) -> Option<Effect> {
        let open: Vec<usize> = (0..self.runs.len()).filter(|at| !self.runs[*at].state.is_final()).collect();
        if open.is_empty() {
            return None;
        }
        let (at, to) = (*self.rng.pick(&open), *self.rng.pick(RunState::ALL));
        let reason = self.rng.one_in(2).then(|| self.rng.text());
        let play = &mut self.runs[at];
        if !play.state.may_become(to) {
            return None;
        }
        play.state = to;
        let run = play.id;
        Some(match to {
            RunState::Running => Effect::RunStarted { run },
            RunState::Canceling => Effect::RunCanceling { run, by: "ada".to_owned() },
            state => Effect::RunEnded { run, state, reason },
        })
    }

    fn move_step(&mut self, at: Timestamp) -> Option<Effect> {
        if self.runs.is_empty() {
            return None;
        }
        let pick = usize::try_from(self.rng.below(self.runs.len() as u64)).unwrap();
        let (run, step) = (self.runs[pick].id, u32::try_from(self.rng.below(5)).unwrap());
        let pending = StepPlay { state: StepState::Pending, attempt: 0, failures: 0, losses: 0 };
        let mut play = self.runs[pick].steps.get(&step).cloned().unwrap_or(pending);
        let to = *self.rng.pick(StepState::ALL);
        if !play.state.may_become(to) {
            return None;
        }
        let failure = self.rng.one_in(2).then(|| StepFailure::new(ErrorClass::FAILURE, self.rng.text()));
        play.state = to;
        let (no, started_at) = (StepNo(step), (play.attempt > 0).then_some(at));
        let effect = match to {
            StepState::Running => {
                play.attempt += 1;
                let worker = worker_id(u128::from(self.rng.below(3)));
                Effect::StepLeased {
                    run,
                    step: no,
                    attempt: Attempt(play.attempt),
                    token: Token(self.rng.next()),
                    worker,
                }
            }
            StepState::RetryWait => {
                let end = *self.rng.pick(&[AttemptEnd::Failed, AttemptEnd::Lost, AttemptEnd::HandedBack]);
                play.failures += u32::from(end == AttemptEnd::Failed);
                play.losses += u32::from(end == AttemptEnd::Lost);
                Effect::StepRetried {
                    run,
                    step: no,
                    attempt: Attempt(play.attempt),
                    end,
                    started_at,
                    failure,
                    failures: play.failures,
                    losses: play.losses,
                    retry_at: at.plus(Millis::secs(5)),
                }
            }
            state => {
                play.failures += u32::from(state == StepState::Failed);
                Effect::StepEnded {
                    run,
                    step: no,
                    attempt: Attempt(play.attempt),
                    state,
                    started_at,
                    failure,
                    failures: play.failures,
                    losses: play.losses,
                    cause: self.rng.one_in(3).then(|| self.rng.text()),
                }
            }
        };
        self.runs[pick].steps.insert(step, play);
        Some(effect)
    }

    fn version(&mut self, seq: Seq, at: Timestamp) -> Effect {
        let mut version = new_version(self.asset(), seq, at);
        version.partition = self.partition();
        version.run = self.runs.last().map(|run| run.id);
        version.step = version.run.map(|_| StepNo(1));
        version.duration = self.rng.one_in(2).then(|| Millis(self.rng.below(100_000)));
        version.code_version = self.rng.one_in(2).then(|| self.rng.text());
        version.cursor = self.rng.one_in(4).then(|| serde_json::json!([self.rng.text()]));
        if self.rng.one_in(3) {
            let number = f64::from_bits(self.rng.next());
            version.metadata.insert(self.rng.text(), MetadataValue::Float(Float(number)));
        }
        version.inputs = self.inputs();
        self.versions.insert(version.asset, (seq, version.version.clone()));
        Effect::VersionRecorded(Box::new(version))
    }

    /// Some of what is there, under the keys `a0`, `a1` and so on.
    fn inputs(&mut self) -> Vec<InputVersion> {
        let mut inputs = Vec::new();
        for number in 0..6 {
            if self.rng.one_in(3) {
                continue;
            }
            let known = self.versions.get(&asset_id(number));
            inputs.push(InputVersion {
                asset: AssetKey::new(&format!("a{number}")).unwrap(),
                seq: known.map(|(seq, _)| *seq),
                version: known.map(|(_, version)| version.clone()),
            });
        }
        inputs
    }

    fn check(&mut self, seq: Seq, at: Timestamp) -> Effect {
        let mut check = new_check(self.asset(), "unique", seq, at);
        check.partition = self.partition();
        check.run = self.runs.first().map(|run| run.id);
        check.passed = self.rng.one_in(2);
        check.description = self.rng.text();
        check.version_seq = self.rng.one_in(2).then_some(seq);
        Effect::CheckRecorded(Box::new(check))
    }

    fn control(&mut self, seq: Seq, at: Timestamp) -> Effect {
        match self.rng.below(9) {
            0 => Effect::SnapshotStored(snapshot(["1", "2", "5", "6"][usize::try_from(self.rng.below(4)).unwrap()])),
            1 => {
                let (location, digit) = (*self.rng.pick(&["shop", "crm"]), *self.rng.pick(&["1", "2"]));
                let mut deploy = deploy(location, digit, seq, at);
                deploy.refused = self.rng.one_in(3).then(|| self.rng.text());
                Effect::Deployed(deploy)
            }
            2 => {
                let number = self.rng.below(6);
                let alias = self.rng.below(2);
                Effect::AssetsNamed(vec![named(asset_id(u128::from(number)), &format!("a{number}/alias{alias}"))])
            }
            3 => {
                let key = self.rng.one_in(2).then(|| format!("key {}", seq.0));
                Effect::CommandAccepted(command(key.as_deref(), seq, at))
            }
            4 if self.workers > 0 => {
                let worker = worker_id(u128::from(self.rng.below(u64::try_from(self.workers).unwrap())));
                Effect::WorkerChanged { worker, state: *self.rng.pick(WorkerState::ALL) }
            }
            4 | 5 => {
                let id = worker_id(self.workers);
                self.workers += 1;
                Effect::WorkerJoined(Box::new(new_worker(id, at)))
            }
            6 => {
                let name = self.rng.pick(&["nightly", "hourly"]).to_string();
                let switch = *self.rng.pick(&[Switch::On, Switch::Off]);
                Effect::ScheduleMoved(ScheduleRecord { deployment: DEPLOYMENT, name, switch, watermark: at })
            }
            7 => {
                let pool = self.rng.text();
                let limit = self.rng.one_in(2).then(|| u32::try_from(self.rng.below(9)).unwrap());
                Effect::PoolSet { deployment: DEPLOYMENT, pool, limit }
            }
            _ if self.rng.one_in(2) => {
                let due_at = Timestamp::from_micros(seq.0);
                Effect::Ticked(tick(self.rng.pick::<&str>(&["nightly", "hourly"]), due_at, seq, at))
            }
            _ => Effect::MessageQueued(message(&format!("m{}", self.rng.below(30)), seq, at)),
        }
    }
}

pub async fn a_long_random_history_is_consistent(store: Arc<dyn Store>) {
    let seed = 20_261_124;
    println!("seed {seed}");
    let term = store.lead(&claim(1, Millis::secs(3_600))).await.unwrap().unwrap();
    let mut history = History::new(seed);
    for _ in 0..40 {
        let batch = history.batch();
        store.commit(term, &batch).await.unwrap();
        store.outbox_mark(&history.tries(), history.now()).await.unwrap();
    }
    let all = everything(&*store).await;
    assert!(all.events.is_sorted_by_key(|event| event.seq), "the log is out of order");
    let active = all.runs.iter().rev().filter(|run| !run.listed.state.is_final());
    let loaded: Vec<_> = all.image.runs.iter().map(|run| (&run.run, &run.steps)).collect();
    assert_eq!(active.map(|run| (&run.listed, &run.steps)).collect::<Vec<_>>(), loaded);
    for run in &all.runs {
        assert_eq!(run.found.as_ref(), Some(&run.listed));
    }
    some_of_all_is_found(&*store, &all).await;
    let mut unresolved = all.alerts.unresolved.clone();
    unresolved.reverse();
    assert_eq!(unresolved, all.image.incidents);
    assert!(!all.image.history.is_empty() && !all.alerts.receipts.is_empty(), "{:#?}", all.alerts);
}

/// What is asked for by name is what the lists of everything have.
async fn some_of_all_is_found(store: &dyn Store, all: &everything::Everything) {
    let wanted: Vec<AssetId> = all.assets.iter().map(|asset| asset.id).skip(1).collect();
    let named = |asset: &AssetId| wanted.contains(asset);
    assert!(wanted.len() > 4, "too few to fill a list up");
    let current: Vec<_> = all.current.iter().filter(|current| named(&current.asset)).cloned().collect();
    assert_eq!(store.current_of(&wanted).await.unwrap(), current);
    let checks: Vec<_> = all.current_checks.iter().filter(|check| named(&check.asset)).cloned().collect();
    assert_eq!(store.current_checks_of(&wanted).await.unwrap(), checks);
    let versions = all.history.iter().flat_map(|(versions, _)| versions).filter(|version| version.seq.0 % 3 > 0);
    let mut versions: Vec<_> = versions.cloned().collect();
    let seqs: Vec<Seq> = versions.iter().map(|version| version.seq).collect();
    versions.sort_by_key(|version| version.seq);
    assert!(versions.len() > 16, "too few to fill a list up");
    assert_eq!(store.versions_at(&seqs).await.unwrap(), versions);
    assert_eq!(store.versions_at(&[]).await.unwrap(), []);
    counts_are_those_of_the_lists(store, all).await;
    let active = all.runs.iter().filter(|run| !run.listed.state.is_final()).flat_map(|run| &run.steps);
    let mut in_hand: Vec<StepInHand> = active
        .filter(|step| matches!(step.state, StepState::Running | StepState::RetryWait))
        .map(|step| StepInHand { run: step.run, step: step.step, state: step.state })
        .collect();
    in_hand.sort_unstable();
    assert!(!in_hand.is_empty(), "no step is in hand");
    assert_eq!(all.in_hand, in_hand);
}

async fn counts_are_those_of_the_lists(store: &dyn Store, all: &everything::Everything) {
    let count = all.alerts.unresolved.len();
    assert!(count > 1, "too few incidents");
    for limit in [1, 100_000] {
        assert_eq!(store.unresolved(DEPLOYMENT, limit).await.unwrap() as usize, count.min(limit as usize));
    }
    let since = all.runs[all.runs.len() / 2].listed.created_at;
    for (since, limit) in [(since, 100_000), (Timestamp::EPOCH, 3)] {
        let mut counts = BTreeMap::new();
        for run in all.runs.iter().filter(|run| run.listed.created_at >= since).take(limit as usize) {
            *counts.entry(run.listed.state).or_default() += 1;
        }
        assert_eq!(store.run_states_since(DEPLOYMENT, since, limit).await.unwrap(), counts);
    }
}

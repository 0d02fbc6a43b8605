//! A world on a stage: batches happen to it one after the other, and every rule that must always hold is looked at
//! after each.

use std::{collections::BTreeMap, fmt::Debug, sync::Arc};

use headwater_core::{
    command::{Answer, Command, Deploy, Refusal, Request},
    decide::{Batch, Input, decide},
    id::{AssetId, DeploymentId, RunId, SnapshotId, Term, WorkerId},
    lease::{Join, Lease, Mood, Poll, Stop},
    report::Report,
    time::{Millis, Timestamp},
    world::{Settings, Timer, World},
};
use uuid::Uuid;

use crate::{says::Names, tables::Tables, watch::Watch};

/// One thing that happens in a batch.
#[derive(Clone, Debug)]
pub(crate) enum Happens {
    Request(Request),
    Join(Join),
    Poll(Poll),
    Report(WorkerId, Report),
}

/// A worker as the stage plays it: it polls in every batch unless it is silent.
#[derive(Clone, Debug)]
pub(crate) struct Crew {
    pub(crate) capacity: u32,
    pub(crate) mood: Mood,
    pub(crate) number: u64,
    pub(crate) silent: bool,
    pub(crate) term: Term,
    pub(crate) received: Vec<u64>,
}

#[derive(Debug)]
pub(crate) struct Play {
    pub(crate) world: World,
    pub(crate) now: Timestamp,
    pub(crate) watch: Watch,
    pub(crate) tables: Tables,
    pub(crate) names: Names,
    pub(crate) crew: BTreeMap<WorkerId, Crew>,
    /// Every lease that was ever given, oldest first.
    pub(crate) given: Vec<(WorkerId, Lease)>,
    pub(crate) snapshots: Vec<SnapshotId>,
    pub(crate) joins: BTreeMap<WorkerId, Join>,
    ids: u128,
}

impl Play {
    pub(crate) fn new() -> Self {
        let now: Timestamp = "2026-01-01T00:00:00Z".parse().unwrap();
        let tables = Tables::default();
        let world = World::restore(tables.image(), Term(1), 7, Settings::default(), now).unwrap();
        Self {
            world,
            now,
            watch: Watch::default(),
            tables,
            names: Names::default(),
            crew: BTreeMap::new(),
            given: Vec::new(),
            snapshots: Vec::new(),
            joins: BTreeMap::new(),
            ids: 0,
        }
    }

    fn id(&mut self) -> Uuid {
        self.ids += 1;
        Uuid::from_u128(self.ids)
    }

    pub(crate) fn run_id(&mut self) -> RunId {
        RunId(self.id())
    }

    pub(crate) fn request(&self, command: Command, key: Option<String>) -> Happens {
        Happens::Request(Request { deployment: DeploymentId::DEFAULT, principal: "ann".into(), key, command })
    }

    pub(crate) fn deploy(&mut self, manifest: &str) -> Vec<String> {
        let text = serde_json::to_string(&crate::notation::manifest(manifest)).unwrap();
        let deploy = match Deploy::read(&text, || AssetId(self.id())) {
            Ok(deploy) => deploy,
            Err(refusal) => return vec![said(&Err(refusal)).unwrap()],
        };
        self.snapshots.push(deploy.snapshot.id().clone());
        let request = self.request(Command::Deploy(deploy), None);
        self.happen(&[request])
    }

    pub(crate) fn join(
        &mut self,
        name: &str,
        location: &str,
        slots: u32,
        tags: BTreeMap<String, String>,
        snapshot: SnapshotId,
    ) -> Happens {
        let worker = WorkerId(self.id());
        self.names.workers.insert(worker, name.to_owned());
        let term = self.world.term;
        let crew = Crew { capacity: slots, mood: Mood::Working, number: 0, silent: false, term, received: Vec::new() };
        self.crew.insert(worker, crew);
        let join = Join {
            worker,
            name: name.into(),
            host: "host".into(),
            pid: 1,
            location: location.into(),
            snapshot,
            slots,
            tags,
            version: "0".into(),
        };
        self.joins.insert(worker, join.clone());
        Happens::Join(join)
    }

    /// The worker's next poll, with nothing special in it.
    pub(crate) fn poll(&mut self, id: WorkerId) -> Poll {
        let crew = self.crew.get_mut(&id).unwrap();
        crew.number += 1;
        let acknowledged = std::mem::take(&mut crew.received);
        Poll {
            worker: id,
            term: crew.term,
            number: crew.number,
            acknowledged,
            capacity: crew.capacity,
            mood: crew.mood,
            reports: Vec::new(),
            held: None,
        }
    }

    pub(crate) fn worker(&self, name: &str) -> WorkerId {
        let found = self.names.workers.iter().rev().find(|(_, known)| *known == name);
        *found.unwrap_or_else(|| panic!("no worker {name}")).0
    }

    pub(crate) fn pass(&mut self, span: Millis) {
        self.now = self.now.plus(span);
    }

    /// Another server takes over.
    pub(crate) fn lead(&mut self) {
        let term = Term(self.world.term.0 + 1);
        self.world = World::restore(self.tables.image(), term, 7, Settings::default(), self.now).unwrap();
    }

    /// One batch: every worker that is not silent polls, then the events, then what is due, then leases.
    pub(crate) fn happen(&mut self, events: &[Happens]) -> Vec<String> {
        let mut all = Vec::new();
        let ids: Vec<WorkerId> = self.crew.iter().filter(|(_, crew)| !crew.silent).map(|(id, _)| *id).collect();
        let polls = |event: &Happens, id: WorkerId| matches!(event, Happens::Poll(poll) if poll.worker == id);
        for id in ids {
            if self.world.worker(id).is_some() && !events.iter().any(|event| polls(event, id)) {
                all.push(Happens::Poll(self.poll(id)));
            }
        }
        for event in events {
            all.push(event.clone());
            if let Happens::Join(join) = event {
                all.push(Happens::Poll(self.poll(join.worker)));
            }
        }
        let mut lines = Vec::new();
        let mut batch = Batch::new(&mut self.world, self.now);
        for event in &all {
            match event {
                Happens::Request(request) => {
                    let answer = once(&mut batch, Input::Request(request), self.now, request.key.is_some());
                    lines.extend(answer.and_then(|answer| said(&answer)));
                }
                Happens::Join(join) => {
                    let answer = once(&mut batch, Input::Join(join), self.now, true);
                    lines.extend(answer.and_then(|answer| said(&answer)));
                }
                Happens::Report(worker, report) => {
                    drop(once(&mut batch, Input::Report { worker: *worker, report }, self.now, true));
                }
                Happens::Poll(poll) => {
                    if !batch.poll(poll).unwrap() {
                        lines.push(format!("{} is not known", self.names.worker(poll.worker)));
                    } else if let Some(crew) = self.crew.get_mut(&poll.worker) {
                        crew.term = batch.world().term;
                    }
                }
            }
        }
        batch.dispatch().unwrap();
        for input in [Input::Admit, Input::Lease] {
            let again = decide(batch.world(), input, self.now);
            assert_eq!(again.effects, [], "{input:?} right after itself decides nothing more");
        }
        let Batch { recorded, leases, stops, .. } = batch;
        for one in &recorded {
            self.watch.see(one);
            self.tables.apply(one);
            lines.extend(self.names.say(&self.watch, self.now, one));
        }
        self.grant(leases);
        for (worker, stops) in stops {
            lines.extend(stops.iter().map(|stop: &Stop| self.names.stop(&self.watch, worker, stop)));
        }
        self.look();
        lines
    }

    fn grant(&mut self, leases: BTreeMap<WorkerId, Vec<Lease>>) {
        for (worker, leases) in leases {
            let number = self.world.granted(worker, &leases, self.now);
            self.crew.get_mut(&worker).unwrap().received.push(number);
            self.given.extend(leases.into_iter().map(|lease| (worker, lease)));
        }
    }

    /// What must hold whenever a batch is over.
    fn look(&self) {
        let mut again = World::restore(self.tables.image(), self.world.term, 7, Settings::default(), self.now).unwrap();
        let mut batch = Batch::new(&mut again, self.now);
        batch.timers().unwrap();
        assert_eq!(batch.recorded, [], "a new leader finds nothing that the old one left undone");
        same_lines(&self.world.picture(), &again.picture(), "a world that went on and one that was loaded");
        for run in self.world.runs() {
            let running = self.watch.runs[&run.record.id].steps.iter().filter(|step| step.worker.is_some()).count();
            assert_eq!(run.running as usize, running);
        }
        let bound: Vec<_> = self.world.live(DeploymentId::DEFAULT).map(Arc::clone).collect();
        for manifest in bound.iter().map(|bound| bound.snapshot.manifest()) {
            for pool in &manifest.pools {
                assert_eq!(self.world.pool_used(DeploymentId::DEFAULT, &pool.name), self.watch.in_pool(&pool.name));
            }
            if let (Some(max), 1) = (manifest.max_running, self.snapshots.len()) {
                assert!(self.watch.in_progress() <= max, "more than {max} runs are in progress");
            }
        }
        self.stale_timers();
    }

    /// A wake-up that is no longer true decides nothing.
    fn stale_timers(&self) {
        let workers = self.world.workers().map(|worker| Timer::Worker(worker.record.id));
        let runs = self.world.runs().map(|run| Timer::Run(run.record.id));
        let live: Vec<_> = self.world.live(DeploymentId::DEFAULT).collect();
        let schedules = live.iter().flat_map(|bound| bound.snapshot.schedules());
        let schedules = schedules.map(|(schedule, _)| Timer::Schedule(DeploymentId::DEFAULT, schedule.name.clone()));
        for timer in workers.chain(runs).chain(schedules) {
            let decision = decide(&self.world, Input::Timer(&timer), self.now);
            assert_eq!(decision.effects, [], "{timer:?} was dealt with already");
        }
    }
}

/// Decides an input twice, which must give the same, applies it, and decides it once more, which must give nothing.
fn once(batch: &mut Batch<'_>, input: Input<'_>, now: Timestamp, again: bool) -> Option<Result<Answer, Refusal>> {
    let (first, second) = (decide(batch.world(), input, now), decide(batch.world(), input, now));
    same(&first, &second, "two decisions of the same");
    let answer = batch.input(input).unwrap();
    if again {
        let repeated = decide(batch.world(), input, now);
        assert_eq!(repeated.effects, [], "an input that was decided decides nothing more: {input:?}");
    }
    answer
}

fn same(left: &impl Debug, right: &impl Debug, what: &str) {
    assert_eq!(format!("{left:?}"), format!("{right:?}"), "{what}");
}

fn same_lines(left: &[String], right: &[String], what: &str) {
    let only = |a: &[String], b: &[String]| {
        a.iter().filter(|line| !b.contains(line)).cloned().collect::<Vec<_>>().join("\n  ")
    };
    assert!(left == right, "{what} differ:\n  {}\nagainst\n  {}", only(left, right), only(right, left));
}

/// An answer in words; none where it says only that all is well.
fn said(answer: &Result<Answer, Refusal>) -> Option<String> {
    match answer {
        Ok(Answer::Launched { warnings, .. }) if !warnings.is_empty() => {
            Some(format!("warning: {}", warnings.join("; ")))
        }
        Ok(Answer::Canceled { state }) => Some(format!("answer: {state}")),
        Ok(Answer::Deployed { changed: false, .. }) => Some("answer: nothing changed".into()),
        Ok(_) => None,
        Err(refusal) => Some(format!("refused ({:?}): {}", refusal.code, refusal.message.replace('\n', " "))),
    }
}

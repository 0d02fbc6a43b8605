//! The world of one seed: servers, workers, people, a network and a database on one clock.

use std::{
    collections::{BTreeMap, BTreeSet},
    fmt::Write,
    future::Future,
    pin::pin,
    task::{Context, Poll as Polled, Waker},
};

use headwater_core::{
    command::{Answer, Refusal, Request},
    effect::Recorded,
    id::{ServerId, SnapshotId, Term, WorkerId},
    lease::{Grant, Join, Poll, Welcome},
    time::Timestamp,
    world::Settings,
};
use headwater_store::{CommitError, MemoryStore};

use crate::{
    chance::Chance,
    client::Asking,
    faults::{Fault, Faults},
    ledger::Ledger,
    model,
    server::Server,
    witness::Witness,
    worker::Crew,
    workload::Workload,
};

/// Who asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Origin {
    Client(usize),
    Worker { worker: usize, life: u64, poll: u64 },
}

/// What is asked of a server.
#[derive(Clone, Debug)]
pub(crate) enum Body {
    Command(Box<Request>),
    Join(Box<Join>),
    Poll(Box<Poll>),
}

/// What a server says.
#[derive(Clone, Debug)]
pub(crate) enum ReplyBody {
    Answer(Result<Answer, Refusal>),
    Welcome(Welcome),
    Refused,
    Grant(Box<Grant>),
    UnknownWorker,
    NotLeading,
}

/// An answer on its way.
#[derive(Clone, Debug)]
pub(crate) struct Reply {
    pub(crate) origin: Origin,
    pub(crate) server: usize,
    pub(crate) body: ReplyBody,
}

/// What happens at an instant.
#[derive(Clone, Debug)]
pub(crate) enum Event {
    ToServer(usize, Origin, Body),
    ToOrigin(Reply),
    ServerWake(usize, u64),
    WorkerWake(usize, u64),
    Commit { server: usize, life: u64, term: Term, batch: Vec<Recorded> },
    Committed { server: usize, life: u64, result: Result<(), CommitError> },
    Ask(usize),
    Nemesis,
    Heal(Heal),
    Quiet,
    Look,
}

/// The end of a fault.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Heal {
    Server(usize),
    ServerRuns(usize, u64),
    WorkerRuns(usize, u64),
    Database,
}

/// Streams of chance, one for each purpose.
#[derive(Debug)]
pub(crate) struct Chances {
    pub(crate) network: Chance,
    pub(crate) store: Chance,
    pub(crate) nemesis: Chance,
    pub(crate) order: Chance,
    pub(crate) checks: Chance,
}

/// The first instant: the start of 2026.
const START: i64 = 1_767_225_600_000_000;

/// When faults end, in microseconds.
const FAULTS_UNTIL: u64 = 130_000_000;

/// So long after the last fault nothing may have stood still.
const SETTLE: u64 = 200_000_000;

/// When a seed is given up.
const LATEST: u64 = 7_200_000_000;

/// One seed in progress.
#[derive(Debug)]
pub(crate) struct Sim {
    pub(crate) now: u64,
    pub(crate) faults: Faults,
    pub(crate) quiet: bool,
    pub(crate) chance: Chances,
    pub(crate) ids: Chance,
    pub(crate) store: MemoryStore,
    pub(crate) outage: bool,
    database_ahead: i64,
    pub(crate) highest: Term,
    pub(crate) ledger: Ledger,
    pub(crate) witness: Witness,
    pub(crate) servers: Vec<Server>,
    pub(crate) crews: Vec<Crew>,
    pub(crate) workload: Workload,
    pub(crate) asking: Vec<Asking>,
    pub(crate) deployed: Option<SnapshotId>,
    /// When something was written last.
    pub(crate) written: u64,
    queue: BTreeSet<(u64, u64, u64)>,
    events: BTreeMap<u64, Event>,
    serial: u64,
    broken: Option<String>,
    hasher: blake3::Hasher,
    keep: bool,
    trace: Vec<String>,
    line: String,
}

/// What came of a seed.
#[derive(Clone, Debug)]
pub struct Outcome {
    /// The seed.
    pub seed: u64,
    /// The rule that was broken.
    pub broken: Option<String>,
    /// A hash of everything that happened.
    pub hash: String,
    /// What happened, where it was asked for.
    pub trace: Vec<String>,
    /// How many runs there were.
    pub runs: usize,
    /// How many attempts were started.
    pub attempts: u64,
    /// How many changes were committed.
    pub changes: i64,
    /// The last term.
    pub terms: i64,
}

/// What to simulate.
#[derive(Clone, Copy, Debug)]
pub struct Scenario {
    /// The seed.
    pub seed: u64,
    /// Kinds of faults.
    pub faults: Faults,
    /// At most so many things are asked for.
    pub most_asks: usize,
    /// Whether the trace is kept.
    pub keep_trace: bool,
}

impl Scenario {
    /// Everything that belongs to a seed.
    pub fn of_seed(seed: u64) -> Self {
        Self { seed, faults: Faults::of_seed(seed), most_asks: usize::MAX, keep_trace: false }
    }

    /// Plays it to its end.
    pub fn run(self) -> Outcome {
        let mut sim = Sim::new(self);
        sim.play();
        Outcome {
            seed: self.seed,
            broken: sim.broken,
            hash: sim.hasher.finalize().to_hex().to_string(),
            trace: sim.trace,
            runs: sim.ledger.runs.len(),
            attempts: sim.witness.started,
            changes: sim.ledger.last().0,
            terms: sim.highest.0,
        }
    }

    /// Plays it and gives the batches that were committed, for other stores.
    pub fn batches(self) -> Vec<Vec<Recorded>> {
        let mut sim = Sim::new(self);
        sim.play();
        sim.ledger.batches
    }
}

/// The memory store answers at once, so that nothing has to be waited for.
pub(crate) fn now_or_never<T>(future: impl Future<Output = T>) -> Option<T> {
    match pin!(future).poll(&mut Context::from_waker(Waker::noop())) {
        Polled::Ready(value) => Some(value),
        Polled::Pending => None,
    }
}

impl Sim {
    fn new(scenario: Scenario) -> Self {
        let seed = scenario.seed;
        let stream = |purpose: &str| Chance::new(seed, purpose);
        let mut shape = stream("servers and workers");
        let mut ids = stream("ids");
        let skewed = scenario.faults.has(Fault::Skew);
        let servers = (0..1 + shape.index(3))
            .map(|_| Server {
                id: ServerId(ids.uuid()),
                life: 0,
                up: true,
                paused: false,
                skew: if skewed { shape.below(8_000_000) as i64 - 4_000_000 } else { 0 },
                wake: 0,
                lead: None,
                backlog: Vec::new(),
            })
            .collect();
        let crews =
            (0..1 + shape.index(3)).map(|_| Crew::new(WorkerId(ids.uuid()), 1 + shape.below(4) as u32)).collect();
        let workload = Workload::new(seed, scenario.most_asks);
        let asking = workload.asks.iter().cloned().enumerate().map(|(number, ask)| Asking::new(number, ask)).collect();
        let excused = [Fault::ServerPause, Fault::WorkerPause, Fault::Stuck];
        let strict = !excused.into_iter().any(|fault| scenario.faults.has(fault));
        Self {
            now: 0,
            faults: scenario.faults,
            quiet: false,
            chance: Chances {
                network: stream("network"),
                store: stream("store"),
                nemesis: stream("nemesis"),
                order: stream("order"),
                checks: stream("checks"),
            },
            ids,
            store: MemoryStore::new(),
            outage: false,
            database_ahead: 0,
            highest: Term(0),
            ledger: Ledger::default(),
            witness: Witness { strict, ..Witness::default() },
            servers,
            crews,
            workload,
            asking,
            deployed: None,
            written: 0,
            queue: BTreeSet::new(),
            events: BTreeMap::new(),
            serial: 0,
            broken: None,
            hasher: blake3::Hasher::new(),
            keep: scenario.keep_trace,
            trace: Vec::new(),
            line: String::new(),
        }
    }

    /// Whether a kind of fault may happen now.
    pub(crate) fn on(&self, fault: Fault) -> bool {
        !self.quiet && self.faults.has(fault)
    }

    pub(crate) fn stamp(&self, now: u64) -> Timestamp {
        Timestamp::from_micros(START + now as i64)
    }

    pub(crate) fn at(&self) -> Timestamp {
        self.stamp(self.now)
    }

    pub(crate) fn tell_store_the_time(&self) {
        self.store.set_clock(Timestamp::from_micros(self.at().as_micros() + self.database_ahead));
    }

    /// Notes the first rule that is broken; the seed ends with it.
    pub(crate) fn fail(&mut self, what: String) {
        self.note(|| format!("BROKEN {what}"));
        self.broken.get_or_insert(what);
    }

    pub(crate) fn note(&mut self, what: impl FnOnce() -> String) {
        self.line.clear();
        // Writing to a string does not fail.
        let _ = write!(self.line, "{:>11.6} {}", self.now as f64 / 1e6, what());
        self.hasher.update(self.line.as_bytes());
        if self.keep {
            self.trace.push(self.line.clone());
        }
    }

    pub(crate) fn push(&mut self, delay: u64, event: Event) {
        self.serial += 1;
        let tie = self.chance.order.draw();
        self.queue.insert((self.now.saturating_add(delay), tie, self.serial));
        self.events.insert(self.serial, event);
    }

    /// A message to a server, over a network that may lose it, bring it twice, or late.
    pub(crate) fn send(&mut self, server: usize, origin: Origin, body: Body) {
        for delay in self.ways() {
            self.push(delay, Event::ToServer(server, origin, body.clone()));
        }
    }

    pub(crate) fn reply(&mut self, reply: Reply) {
        for delay in self.ways() {
            self.push(delay, Event::ToOrigin(reply.clone()));
        }
    }

    /// After how long a message arrives; never, or twice, where the network is bad.
    fn ways(&mut self) -> Vec<u64> {
        let one = |sim: &mut Self| {
            let late = sim.on(Fault::Late) && sim.chance.network.permille(30);
            if late { sim.chance.network.between(100_000, 25_000_000) } else { sim.chance.network.between(100, 3_000) }
        };
        let mut ways = Vec::new();
        if !(self.on(Fault::Lost) && self.chance.network.permille(40)) {
            ways.push(one(self));
        }
        if self.on(Fault::Duplicated) && self.chance.network.permille(40) {
            ways.push(one(self));
        }
        ways
    }

    fn play(&mut self) {
        for server in 0..self.servers.len() {
            let delay = 1_000 * (1 + server as u64);
            self.wake_server(server, delay);
        }
        for worker in 0..self.crews.len() {
            self.wake_worker(worker, 5_000);
        }
        let times: Vec<u64> = self.asking.iter().map(|asking| asking.ask.at * 1_000).collect();
        for (number, at) in times.into_iter().enumerate() {
            self.push(at + 10_000, Event::Ask(number));
        }
        self.push(1_000_000, Event::Nemesis);
        self.push(FAULTS_UNTIL, Event::Quiet);
        while self.broken.is_none() {
            let Some((at, _, serial)) = self.queue.pop_first() else {
                break;
            };
            self.now = at;
            let Some(event) = self.events.remove(&serial) else {
                continue;
            };
            if matches!(event, Event::Look) && self.is_done() {
                break;
            }
            self.happen(event);
            if self.now > LATEST {
                self.fail("the seed did not come to its end".to_owned());
            }
        }
        if self.broken.is_none() {
            self.conclude();
        }
    }

    fn happen(&mut self, event: Event) {
        match event {
            Event::ToServer(server, origin, body) => self.tell_server(server, origin, body),
            Event::ToOrigin(reply) => match reply.origin {
                Origin::Client(number) => self.tell_client(number, reply.server, reply.body),
                Origin::Worker { worker, life, poll } => self.tell_worker(worker, life, poll, reply.server, reply.body),
            },
            Event::ServerWake(server, at) => self.server_wakes(server, at),
            Event::WorkerWake(worker, at) => self.worker_wakes(worker, at),
            Event::Commit { server, life, term, batch } => self.commit(server, life, term, batch),
            Event::Committed { server, life, result } => self.committed(server, life, result),
            Event::Ask(number) => self.ask(number),
            Event::Nemesis => self.nemesis(),
            Event::Heal(heal) => self.heal(heal),
            Event::Quiet => self.fall_quiet(),
            Event::Look => self.look(),
        }
    }

    /// From here on nothing goes wrong any more.
    fn fall_quiet(&mut self) {
        self.note(|| "all is quiet".to_owned());
        self.quiet = true;
        self.outage = false;
        for server in 0..self.servers.len() {
            self.resume_server(server);
            self.start_server(server);
        }
        for worker in 0..self.crews.len() {
            self.resume_worker(worker);
            if !self.crews[worker].up {
                self.crews[worker].up = true;
                self.wake_worker(worker, 1_000);
            }
        }
        self.written = self.now;
        self.ask_for_quiet();
        self.push(1_000_000, Event::Look);
    }

    fn is_done(&self) -> bool {
        let ended = self.ledger.runs.values().all(|run| run.state.is_final());
        ended && self.asking.iter().all(|asking| asking.answered) && self.witness.count() == 0
    }

    /// Whether anything goes on.
    fn look(&mut self) {
        if self.now > self.written + SETTLE && self.witness.count() == 0 {
            let open: Vec<String> = self
                .ledger
                .runs
                .values()
                .filter(|run| !run.state.is_final())
                .map(|run| {
                    let steps: Vec<String> =
                        run.steps.iter().map(|step| format!("{} {}", step.name, step.state)).collect();
                    format!("run {} is {}: {}", run.record.id, run.state, steps.join(", "))
                })
                .collect();
            let asked = self.asking.iter().filter(|asking| !asking.answered).count();
            return self.fail(format!("nothing goes on, with {asked} unanswered: {}", open.join("; ")));
        }
        self.push(1_000_000, Event::Look);
    }

    fn conclude(&mut self) {
        if let Err(broken) = model::compare(&self.ledger, Settings::default().max_losses) {
            self.fail(broken);
        }
        let pools: Vec<String> = self.ledger.widest.keys().cloned().collect();
        for pool in pools {
            let used = self.ledger.in_pool(&pool);
            if used > 0 {
                self.fail(format!("pool {pool} has {used} slots taken, and nothing runs"));
            }
        }
        let accepted: Vec<Answer> = self.asking.iter().filter_map(|asking| asking.accepted.clone()).collect();
        for answer in accepted {
            if let Answer::Launched { run, .. } = answer
                && !self.ledger.runs.contains_key(&run)
            {
                self.fail(format!("run {run} was acknowledged and is gone"));
            }
        }
    }

    fn resume_server(&mut self, server: usize) {
        if std::mem::take(&mut self.servers[server].paused) {
            self.note(|| format!("server {server} goes on"));
            self.servers[server].wake = 0;
            for event in std::mem::take(&mut self.servers[server].backlog) {
                if !matches!(event, Event::ServerWake(..)) {
                    self.push(0, event);
                }
            }
            self.wake_server(server, 100);
        }
    }

    fn resume_worker(&mut self, worker: usize) {
        if std::mem::take(&mut self.crews[worker].paused) {
            self.note(|| format!("worker {worker} goes on"));
            for event in std::mem::take(&mut self.crews[worker].backlog) {
                if !matches!(event, Event::WorkerWake(..)) {
                    self.push(50, event);
                }
            }
            self.wake_worker(worker, 1);
        }
    }

    fn heal(&mut self, heal: Heal) {
        match heal {
            Heal::Server(server) => self.start_server(server),
            Heal::ServerRuns(server, life) if self.servers[server].life == life => self.resume_server(server),
            Heal::WorkerRuns(worker, life) if self.crews[worker].life == life => self.resume_worker(worker),
            Heal::ServerRuns(..) | Heal::WorkerRuns(..) => {}
            Heal::Database => {
                self.note(|| "the database is back".to_owned());
                self.outage = false;
            }
        }
    }

    /// Something breaks, now and then.
    fn nemesis(&mut self) {
        if self.quiet {
            return;
        }
        let pause = self.chance.nemesis.between(500_000, 12_000_000);
        self.push(pause, Event::Nemesis);
        let server = self.chance.nemesis.index(self.servers.len());
        let worker = self.chance.nemesis.index(self.crews.len());
        let long = self.chance.nemesis.between(1_000_000, 50_000_000);
        // Whoever leads is the more interesting victim.
        let leading = self.servers.iter().position(|server| server.lead.is_some());
        let server = if self.chance.nemesis.permille(700) { leading.unwrap_or(server) } else { server };
        let which = self.chance.nemesis.below(8);
        match which {
            0 | 1 if self.on(Fault::ServerCrash) && self.servers[server].up => {
                self.crash_server(server);
                self.push(long / 4, Event::Heal(Heal::Server(server)));
            }
            2 if self.on(Fault::ServerPause) && self.servers[server].up => {
                self.note(|| format!("server {server} stands still"));
                self.servers[server].paused = true;
                let life = self.servers[server].life;
                self.push(long, Event::Heal(Heal::ServerRuns(server, life)));
            }
            3 if self.on(Fault::WorkerCrash) => self.restart_worker(worker, "it is killed"),
            4 if self.on(Fault::WorkerPause) && !self.crews[worker].paused => {
                self.note(|| format!("worker {worker} stands still"));
                self.crews[worker].paused = true;
                let life = self.crews[worker].life;
                self.push(long * 2, Event::Heal(Heal::WorkerRuns(worker, life)));
            }
            5 if self.on(Fault::Outage) && !self.outage => {
                self.note(|| "the database is away".to_owned());
                self.outage = true;
                self.push(long / 2, Event::Heal(Heal::Database));
            }
            6 if self.on(Fault::DatabaseClock) => {
                let jump = self.chance.nemesis.below(20_000_000) as i64 - 10_000_000;
                self.note(|| format!("the database's clock jumps by {jump} microseconds"));
                self.database_ahead += jump;
            }
            7 if self.on(Fault::Restart) => {
                let hands_back = self.chance.nemesis.permille(500);
                self.drain_worker(worker, hands_back);
            }
            _ => {}
        }
    }
}

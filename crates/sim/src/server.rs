//! A server: the shell around `decide` as `headwater-scheduler` is one, on the simulator's clock.

use std::collections::BTreeMap;

use headwater_core::{
    command::{Answer, Refusal},
    decide::{Batch, Input},
    effect::Recorded,
    id::{ServerId, Term, WorkerId},
    lease::{Grant, Lease, Mood, Poll, Stop, Welcome},
    time::{Millis, Timestamp},
    world::{Settings, World},
};
use headwater_store::{CommitError, Journal, LeaderClaim};

use crate::{
    faults::Fault,
    sim::{Body, Event, Origin, Reply, ReplyBody, Sim, now_or_never},
};

/// How long a lead lasts.
pub(crate) const LEAD: Millis = Millis::secs(6);

/// A server process, or the place where one was.
#[derive(Debug)]
pub(crate) struct Server {
    pub(crate) id: ServerId,
    /// Counts its starts; what belongs to an earlier one is dropped.
    pub(crate) life: u64,
    pub(crate) up: bool,
    pub(crate) paused: bool,
    /// How far its clock is ahead, in microseconds.
    pub(crate) skew: i64,
    pub(crate) wake: u64,
    pub(crate) lead: Option<Lead>,
    /// What came while it stood still.
    pub(crate) backlog: Vec<Event>,
}

/// A poll that waits for something to say.
#[derive(Debug)]
struct Waiting {
    origin: Origin,
    number: u64,
    until: Timestamp,
}

/// What was decided and is not durable, with the answers that depend on it.
#[derive(Debug, Default)]
struct Pending {
    recorded: Vec<Recorded>,
    replies: Vec<(Origin, ReplyBody)>,
}

/// A server that believes that it leads.
#[derive(Debug)]
pub(crate) struct Lead {
    pub(crate) term: Term,
    pub(crate) world: World,
    inbox: Vec<(Origin, Body)>,
    pending: Pending,
    waiting: BTreeMap<WorkerId, Waiting>,
    commit: Option<Pending>,
    /// When the lead was last known to be renewed, by the simulator's clock.
    renewed: u64,
    decided: Timestamp,
}

impl Lead {
    fn nothing(&self) -> Grant {
        Grant { term: self.term, ..Grant::default() }
    }

    /// Decides what came, as one batch.
    fn decide(&mut self, now: Timestamp) -> Result<(), String> {
        self.decided = now;
        let mut polled = Vec::new();
        let mut batch = Batch::new(&mut self.world, now);
        for (origin, body) in std::mem::take(&mut self.inbox) {
            match body {
                Body::Command(request) => {
                    let answer = batch.input(Input::Request(&request)).map_err(|error| error.to_string())?;
                    let answer: Result<Answer, Refusal> = answer.unwrap_or(Ok(Answer::Done));
                    self.pending.replies.push((origin, ReplyBody::Answer(answer)));
                }
                Body::Join(join) => {
                    let answer = batch.input(Input::Join(&join)).map_err(|error| error.to_string())?;
                    let (term, settings) = (batch.world().term, batch.world().settings);
                    let welcome = match answer {
                        Some(Err(_)) => ReplyBody::Refused,
                        _ => ReplyBody::Welcome(Welcome { term, lease: settings.lease, hold: settings.hold }),
                    };
                    self.pending.replies.push((origin, welcome));
                }
                Body::Poll(poll) => {
                    if batch.poll(&poll).map_err(|error| error.to_string())? {
                        polled.push((origin, poll));
                    } else {
                        self.pending.replies.push((origin, ReplyBody::UnknownWorker));
                    }
                }
            }
        }
        batch.dispatch().map_err(|error| error.to_string())?;
        let Batch { recorded, leases, stops, .. } = batch;
        self.pending.recorded.extend(recorded);
        for (origin, poll) in polled {
            self.hold(origin, &poll, now);
        }
        self.answer(leases, stops, now);
        Ok(())
    }

    fn hold(&mut self, origin: Origin, poll: &Poll, now: Timestamp) {
        let at_once = !poll.reports.is_empty() || poll.mood != Mood::Working;
        let until = if at_once { now } else { now.plus(self.world.settings.hold) };
        let new = Waiting { origin, number: poll.number, until };
        let superseded = match self.waiting.remove(&poll.worker) {
            Some(old) if old.number > new.number => {
                self.waiting.insert(poll.worker, old);
                Some(new.origin)
            }
            old => {
                self.waiting.insert(poll.worker, new);
                old.map(|old| old.origin)
            }
        };
        if let Some(origin) = superseded {
            let nothing = self.nothing();
            self.pending.replies.push((origin, ReplyBody::Grant(Box::new(nothing))));
        }
    }

    fn answer(
        &mut self,
        mut leases: BTreeMap<WorkerId, Vec<Lease>>,
        mut stops: BTreeMap<WorkerId, Vec<Stop>>,
        now: Timestamp,
    ) {
        let waiting: Vec<WorkerId> = self.waiting.keys().copied().collect();
        for id in waiting {
            let mut given = leases.remove(&id).unwrap_or_default();
            let mut stop = self.world.take_stops(id);
            stop.extend(stops.remove(&id).unwrap_or_default());
            let say_held = self.world.worker(id).is_some_and(|worker| !worker.session.reconciled);
            given.extend(self.world.lost_grants(id, now));
            let due = self.waiting.get(&id).is_some_and(|waiting| waiting.until <= now);
            if given.is_empty() && stop.is_empty() && !say_held && !due {
                continue;
            }
            if let Some(waiting) = self.waiting.remove(&id) {
                self.world.mute(id);
                let number = if given.is_empty() { 0 } else { self.world.granted(id, &given, now) };
                let grant = Grant { term: self.term, number, leases: given, stop, say_held };
                self.pending.replies.push((waiting.origin, ReplyBody::Grant(Box::new(grant))));
            }
        }
        for (worker, stop) in stops {
            self.world.remember_stops(worker, stop);
        }
    }
}

impl Sim {
    fn claim(&self, server: usize) -> LeaderClaim {
        LeaderClaim { server: self.servers[server].id, address: format!("server {server}"), ttl: LEAD }
    }

    /// The time by a server's own clock.
    fn clock(&self, server: usize) -> Timestamp {
        Timestamp::from_micros(self.at().as_micros() + self.servers[server].skew)
    }

    pub(crate) fn tell_server(&mut self, server: usize, origin: Origin, body: Body) {
        let of = &mut self.servers[server];
        if of.paused {
            of.backlog.push(Event::ToServer(server, origin, body));
            return;
        }
        match of.lead.as_mut().filter(|_| of.up) {
            Some(lead) => {
                lead.inbox.push((origin, body));
                self.wake_server(server, 0);
            }
            None => self.reply(Reply { origin, server, body: ReplyBody::NotLeading }),
        }
    }

    /// Sets the next look of a server; a later one that was set before is dropped.
    pub(crate) fn wake_server(&mut self, server: usize, delay: u64) {
        let at = self.now + delay;
        let of = &mut self.servers[server];
        if of.wake > self.now && of.wake <= at {
            return;
        }
        of.wake = at;
        self.push(delay, Event::ServerWake(server, at));
    }

    pub(crate) fn server_wakes(&mut self, server: usize, at: u64) {
        let of = &mut self.servers[server];
        if !of.up || of.wake != at {
            return;
        }
        if of.paused {
            of.backlog.push(Event::ServerWake(server, at));
            return;
        }
        of.wake = 0;
        if of.lead.is_some() { self.lead_on(server) } else { self.try_to_lead(server) }
    }

    fn try_to_lead(&mut self, server: usize) {
        if self.outage {
            return self.wake_server(server, 1_000_000);
        }
        self.tell_store_the_time();
        let claim = self.claim(server);
        let Some(Ok(Some(term))) = now_or_never(self.store.lead(&claim)) else {
            return self.wake_server(server, 500_000);
        };
        self.highest = self.highest.max(term);
        let now = self.clock(server);
        let Some(Ok(image)) = now_or_never(self.store.load(now.minus(Settings::default().remember))) else {
            return self.wake_server(server, 50_000);
        };
        let salt = self.ids.draw();
        match World::restore(image, term, salt, Settings::default(), now) {
            Ok(world) => {
                self.note(|| format!("server {server} leads, term {}", term.0));
                let lead = Lead {
                    term,
                    world,
                    inbox: Vec::new(),
                    pending: Pending::default(),
                    waiting: BTreeMap::new(),
                    commit: None,
                    renewed: self.now,
                    decided: now,
                };
                self.servers[server].lead = Some(lead);
                self.wake_server(server, 0);
            }
            Err(error) => self.fail(format!("a stored world cannot be loaded: {error}")),
        }
    }

    /// What a leader does when it looks: renew, decide, start a commit.
    fn lead_on(&mut self, server: usize) {
        let now = self.clock(server);
        let claim = self.claim(server);
        let Some(lead) = &mut self.servers[server].lead else {
            return;
        };
        let has_work = !lead.inbox.is_empty();
        let third = LEAD.as_micros().unsigned_abs() / 3;
        let stale = self.now - lead.renewed;
        let (term, busy) = (lead.term, lead.commit.is_some());
        if !has_work && stale >= third && !busy {
            self.tell_store_the_time();
            let renewed =
                if self.outage { None } else { now_or_never(self.store.renew(&claim, term)).and_then(Result::ok) };
            match renewed {
                Some(true) => self.servers[server].lead.iter_mut().for_each(|lead| lead.renewed = self.now),
                Some(false) => return self.depose(server, "another server leads"),
                None if stale >= LEAD.as_micros().unsigned_abs() => {
                    return self.depose(server, "the lead ran out");
                }
                None => return self.wake_server(server, 200_000),
            }
        }
        let Some(lead) = &mut self.servers[server].lead else {
            return;
        };
        if let Err(error) = lead.decide(now) {
            return self.fail(error);
        }
        self.start_commit(server);
        self.sleep(server);
    }

    fn sleep(&mut self, server: usize) {
        let now = self.clock(server);
        let Some(lead) = &self.servers[server].lead else {
            return;
        };
        let held = lead.waiting.values().map(|waiting| waiting.until).min();
        let next = [held, lead.world.wake_at()].into_iter().flatten().min();
        let third = LEAD.as_micros().unsigned_abs() / 3;
        let renew = (lead.renewed + third).saturating_sub(self.now).max(1_000);
        let renew = if lead.commit.is_some() { third } else { renew };
        let wait = next
            .map_or(renew, |at| at.as_micros().saturating_sub(now.as_micros()).max(1_000).unsigned_abs().min(renew));
        self.wake_server(server, wait);
    }

    pub(crate) fn depose(&mut self, server: usize, why: &str) {
        self.note(|| format!("server {server} stops leading: {why}"));
        self.servers[server].lead = None;
        self.servers[server].wake = 0;
        self.wake_server(server, 50_000);
    }

    fn start_commit(&mut self, server: usize) {
        let Some(lead) = &mut self.servers[server].lead else {
            return;
        };
        if lead.commit.is_some() {
            return;
        }
        let mut pending = std::mem::take(&mut lead.pending);
        if pending.recorded.is_empty() {
            for (origin, body) in pending.replies {
                self.reply(Reply { origin, server, body });
            }
            return;
        }
        let batch = std::mem::take(&mut pending.recorded);
        let term = lead.term;
        lead.commit = Some(pending);
        let mut takes = self.chance.network.between(300, 6_000);
        if self.on(Fault::CommitSlow) && self.chance.store.permille(20) {
            takes = self.chance.store.between(1_000_000, 9_000_000);
        }
        let life = self.servers[server].life;
        self.push(takes, Event::Commit { server, life, term, batch });
    }

    /// A commit reaches the database, whatever became of the server meanwhile.
    pub(crate) fn commit(&mut self, server: usize, life: u64, term: Term, batch: Vec<Recorded>) {
        let gone = self.servers[server].life != life;
        if gone && self.chance.store.permille(500) {
            self.note(|| format!("a commit of server {server} never left it"));
            return;
        }
        let failed = self.outage || (self.on(Fault::CommitFailed) && self.chance.store.permille(10));
        let result =
            if failed { Err(CommitError::Unknown("the database is away".into())) } else { self.write(term, &batch) };
        let lost = self.on(Fault::CommitUnknown) && self.chance.store.permille(15);
        let result = if lost && result.is_ok() {
            self.note(|| format!("the answer to a commit of server {server} is lost"));
            Err(CommitError::Unknown("the answer was lost".into()))
        } else {
            result
        };
        let delay = self.chance.network.between(50, 2_000);
        self.push(delay, Event::Committed { server, life, result });
    }

    fn write(&mut self, term: Term, batch: &[Recorded]) -> Result<(), CommitError> {
        self.tell_store_the_time();
        let result = now_or_never(self.store.commit(term, batch)).unwrap_or(Err(CommitError::Stale));
        match &result {
            Ok(()) => {
                if term != self.highest {
                    self.fail(format!("a leader of term {} wrote while {} is the latest term", term.0, self.highest.0));
                }
                for recorded in batch {
                    self.note(|| format!("{} {:?}", recorded.seq.0, recorded.effect));
                    if let Err(broken) = self.ledger.see(recorded) {
                        self.fail(broken);
                    }
                }
                self.ledger.batches.push(batch.to_vec());
                self.written = self.now;
            }
            Err(CommitError::Conflict(why)) => self.fail(format!("a batch does not fit: {why}")),
            Err(_) => self.note(|| format!("a commit of term {} was refused", term.0)),
        }
        result
    }

    pub(crate) fn committed(&mut self, server: usize, life: u64, result: Result<(), CommitError>) {
        let of = &mut self.servers[server];
        if of.life != life {
            return;
        }
        if of.paused {
            of.backlog.push(Event::Committed { server, life, result });
            return;
        }
        let Some(lead) = &mut of.lead else { return };
        let Some(pending) = lead.commit.take() else {
            return;
        };
        match result {
            Ok(()) => {
                lead.renewed = self.now;
                for (origin, body) in pending.replies {
                    self.reply(Reply { origin, server, body });
                }
                self.compare_worlds(server);
                self.start_commit(server);
            }
            Err(error) => self.depose(server, &error.to_string()),
        }
    }

    /// Now and then: a world that went on is the one that would be loaded.
    fn compare_worlds(&mut self, server: usize) {
        let Some(lead) = &self.servers[server].lead else {
            return;
        };
        if !lead.pending.recorded.is_empty() || lead.commit.is_some() || !self.chance.checks.permille(100) {
            return;
        }
        let Some(Ok(image)) = now_or_never(self.store.load(lead.decided.minus(Settings::default().remember))) else {
            return;
        };
        let mut again = match World::restore(image, lead.term, 0, Settings::default(), lead.decided) {
            Ok(world) => world,
            Err(error) => return self.fail(format!("a stored world cannot be loaded: {error}")),
        };
        let mut batch = Batch::new(&mut again, lead.decided);
        let timers = batch.timers();
        let left = batch.recorded.len();
        let (ours, theirs) = (lead.world.picture(), again.picture());
        if timers.is_err() || left > 0 {
            return self.fail(format!("a new leader would find {left} things undone"));
        }
        if ours != theirs {
            let only = |a: &[String], b: &[String]| {
                a.iter().filter(|line| !b.contains(line)).cloned().collect::<Vec<_>>().join("\n  ")
            };
            self.fail(format!(
                "the world differs from what is stored:\n  {}\nagainst\n  {}",
                only(&ours, &theirs),
                only(&theirs, &ours)
            ));
        }
    }

    pub(crate) fn crash_server(&mut self, server: usize) {
        self.note(|| format!("server {server} is killed"));
        let id = ServerId(self.ids.uuid());
        let of = &mut self.servers[server];
        of.life += 1;
        of.id = id;
        of.up = false;
        of.paused = false;
        of.backlog.clear();
        of.lead = None;
    }

    pub(crate) fn start_server(&mut self, server: usize) {
        if !self.servers[server].up {
            self.note(|| format!("server {server} starts"));
            self.servers[server].up = true;
            self.servers[server].wake = 0;
            self.wake_server(server, 10_000);
        }
    }
}

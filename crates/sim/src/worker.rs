//! A worker by the protocol that `headwater_core::lease` describes.

use std::collections::{BTreeMap, BTreeSet};

use headwater_core::{
    id::{Term, WorkerId},
    lease::{Grant, Join, Lease, Mood, Poll, Stop, StopReason},
    manifest::ErrorClass,
    report::{AttemptRef, CheckOutcome, Materialized, Outcome, Report, RetryHint, StepFailure, StepOutput},
};

use crate::{
    ledger::Said,
    sim::{Body, Event, Origin, ReplyBody, Sim},
    workload::{Behaviour, Ends},
};

/// A worker that was not answered for so long stops its steps, before its lease ends.
const SELF_FENCE: u64 = 20_000_000;

/// A poll that is not answered in this time is given up.
const POLL_TIMEOUT: u64 = 13_000_000;

/// An attempt that a worker executes.
#[derive(Clone, Debug)]
pub(crate) struct Job {
    pub(crate) lease: Lease,
    started: u64,
    until: u64,
    outcome: Planned,
    /// It runs on although it should have ended.
    pub(crate) stuck: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Planned {
    Ends(Ends),
    TimesOut,
    Stops,
}

/// What one poll carried, until it is answered.
#[derive(Clone, Debug, Default)]
struct Carried {
    sent: u64,
    reports: BTreeSet<AttemptRef>,
    acknowledged: BTreeSet<u64>,
    leaving: bool,
}

/// A worker process.
#[derive(Debug)]
pub(crate) struct Crew {
    pub(crate) id: WorkerId,
    pub(crate) life: u64,
    pub(crate) up: bool,
    pub(crate) paused: bool,
    pub(crate) backlog: Vec<Event>,
    pub(crate) jobs: BTreeMap<AttemptRef, Job>,
    pub(crate) mood: Mood,
    joined: bool,
    join_sent: u64,
    server: usize,
    slots: u32,
    term: Term,
    number: u64,
    out: BTreeMap<u64, Carried>,
    acknowledge: BTreeSet<u64>,
    reports: Vec<Report>,
    done: BTreeSet<AttemptRef>,
    say_held: bool,
    /// When the last poll that was answered was sent.
    heard: u64,
    next_poll: u64,
    wake: u64,
}

impl Crew {
    pub(crate) fn new(id: WorkerId, slots: u32) -> Self {
        Self {
            id,
            life: 0,
            up: true,
            paused: false,
            backlog: Vec::new(),
            jobs: BTreeMap::new(),
            mood: Mood::Working,
            joined: false,
            join_sent: 0,
            server: 0,
            slots,
            term: Term(0),
            number: 0,
            out: BTreeMap::new(),
            acknowledge: BTreeSet::new(),
            reports: Vec::new(),
            done: BTreeSet::new(),
            say_held: false,
            heard: 0,
            next_poll: 0,
            wake: 0,
        }
    }

    /// Another process at the same place.
    fn begin_again(&mut self, id: WorkerId) {
        let fresh = Self::new(id, self.slots);
        let (life, server) = (self.life + 1, self.server);
        *self = Self { life, server, ..fresh };
    }

    fn capacity(&self) -> u32 {
        if self.mood == Mood::Working { self.slots } else { 0 }
    }
}

impl Sim {
    pub(crate) fn wake_worker(&mut self, worker: usize, delay: u64) {
        let at = self.now + delay;
        let crew = &mut self.crews[worker];
        if crew.wake > self.now && crew.wake <= at {
            return;
        }
        crew.wake = at;
        self.push(delay, Event::WorkerWake(worker, at));
    }

    pub(crate) fn worker_wakes(&mut self, worker: usize, at: u64) {
        let crew = &mut self.crews[worker];
        if !crew.up || crew.wake != at {
            return;
        }
        if crew.paused {
            crew.backlog.push(Event::WorkerWake(worker, at));
            return;
        }
        crew.wake = 0;
        self.fence_itself(worker);
        self.end_jobs(worker);
        if self.crews[worker].joined {
            self.talk(worker);
        } else {
            self.join(worker);
        }
        self.rest(worker);
    }

    fn rest(&mut self, worker: usize) {
        let now = self.now;
        let crew = &self.crews[worker];
        let mut next: Vec<u64> = crew.jobs.values().map(|job| job.until).collect();
        if crew.joined {
            next.push(if crew.out.is_empty() { crew.next_poll } else { u64::MAX });
            next.extend(crew.out.values().map(|carried| carried.sent + POLL_TIMEOUT));
        } else {
            next.push(crew.join_sent + 3_000_000);
        }
        if !crew.jobs.is_empty() {
            next.push(crew.heard + SELF_FENCE);
        }
        let at = next.into_iter().min().unwrap_or(now + 1_000_000);
        self.wake_worker(worker, at.saturating_sub(now).max(100));
    }

    /// A worker that cannot renew stops its steps before somebody else gets them.
    fn fence_itself(&mut self, worker: usize) {
        let crew = &mut self.crews[worker];
        if crew.jobs.is_empty() || self.now < crew.heard + SELF_FENCE {
            return;
        }
        let killed: Vec<Job> = std::mem::take(&mut crew.jobs).into_values().collect();
        self.note(|| format!("worker {worker} was not answered and stops {} steps", killed.len()));
        for job in killed {
            self.witness.ends(worker, &job.lease);
            self.report(worker, &job, Outcome::HandedBack);
        }
    }

    fn end_jobs(&mut self, worker: usize) {
        let now = self.now;
        let over: Vec<AttemptRef> =
            self.crews[worker].jobs.iter().filter(|(_, job)| job.until <= now).map(|(at, _)| *at).collect();
        for at in over {
            let Some(job) = self.crews[worker].jobs.remove(&at) else {
                continue;
            };
            self.witness.ends(worker, &job.lease);
            let outcome = match job.outcome {
                Planned::Stops => Outcome::Canceled,
                Planned::TimesOut => Outcome::Failed(StepFailure::new(ErrorClass::TIMEOUT, "it took too long")),
                Planned::Ends(ends) => self.outcome(&job.lease, ends),
            };
            self.report(worker, &job, outcome);
        }
    }

    fn report(&mut self, worker: usize, job: &Job, outcome: Outcome) {
        let at = job.lease.at;
        let said = match &outcome {
            Outcome::Succeeded(output) => Said::Succeeded {
                without: job
                    .lease
                    .assets
                    .iter()
                    .filter(|asset| !output.materialized.iter().any(|made| made.asset == **asset))
                    .map(ToString::to_string)
                    .collect(),
                checks_failed: output.checks.iter().any(|check| !check.passed),
            },
            _ => Said::NotSucceeded,
        };
        self.ledger.said.insert(at, said);
        let (started_at, ended_at) = (self.stamp(job.started), self.at());
        let crew = &mut self.crews[worker];
        crew.done.insert(at);
        crew.reports.push(Report { at, started_at, ended_at, inputs: job.lease.inputs.clone(), outcome });
    }

    fn outcome(&self, lease: &Lease, ends: Ends) -> Outcome {
        if matches!(ends, Ends::Failed | Ends::FailedForGood) {
            let mut failure = StepFailure::new(ErrorClass::FAILURE, "it did not work");
            if ends == Ends::FailedForGood {
                failure.retry = RetryHint::Never;
            }
            return Outcome::Failed(failure);
        }
        let left_out = usize::from(ends == Ends::WithoutFirst);
        let snapshot = self.ledger.runs.get(&lease.at.run).map(|run| &run.snapshot);
        let checks = lease.checks.iter().map(|(asset, check)| CheckOutcome {
            asset: asset.clone(),
            check: check.clone(),
            partition: String::new(),
            passed: ends != Ends::ChecksFailed,
            severity: snapshot
                .and_then(|snapshot| Some(snapshot.check(snapshot.find_check(asset, check)?).severity))
                .unwrap_or_default(),
            description: String::new(),
            metadata: BTreeMap::new(),
        });
        Outcome::Succeeded(StepOutput {
            materialized: lease.assets.iter().skip(left_out).cloned().map(Materialized::new).collect(),
            observed: Vec::new(),
            checks: checks.collect(),
        })
    }

    fn join(&mut self, worker: usize) {
        let Some(snapshot) = self.deployed.clone() else {
            return;
        };
        let now = self.now;
        let servers = self.servers.len();
        let pick = self.chance.network.index(servers);
        let crew = &mut self.crews[worker];
        if crew.join_sent > 0 && now < crew.join_sent + 3_000_000 {
            return;
        }
        crew.join_sent = now;
        crew.server = pick;
        let join = Join {
            worker: crew.id,
            name: format!("worker {worker}"),
            host: "host".to_owned(),
            pid: 1,
            location: "main".to_owned(),
            snapshot,
            slots: crew.slots,
            tags: BTreeMap::new(),
            version: "0".to_owned(),
        };
        let origin = Origin::Worker { worker, life: crew.life, poll: 0 };
        let server = crew.server;
        self.send(server, origin, Body::Join(Box::new(join)));
    }

    /// Polls, where there is something to say or nothing under way.
    fn talk(&mut self, worker: usize) {
        let now = self.now;
        let crew = &mut self.crews[worker];
        let late: Vec<u64> =
            crew.out.iter().filter(|(_, carried)| now >= carried.sent + POLL_TIMEOUT).map(|(n, _)| *n).collect();
        for number in &late {
            crew.out.remove(number);
        }
        if !late.is_empty() && crew.out.is_empty() {
            crew.server = (crew.server + 1) % self.servers.len();
            crew.next_poll = now;
        }
        let on_its_way: BTreeSet<AttemptRef> =
            crew.out.values().flat_map(|carried| &carried.reports).copied().collect();
        let news = crew.reports.iter().any(|report| !on_its_way.contains(&report.at));
        if (news && crew.out.len() < 3) || (crew.out.is_empty() && now >= crew.next_poll) {
            self.poll(worker);
        }
    }

    fn poll(&mut self, worker: usize) {
        let now = self.now;
        let crew = &mut self.crews[worker];
        let empty = crew.jobs.is_empty() && crew.reports.is_empty();
        if crew.mood == Mood::Draining && empty {
            crew.mood = Mood::Leaving;
        }
        crew.number += 1;
        let held = crew.say_held.then(|| {
            let unreported = crew.reports.iter().map(|report| report.at);
            crew.jobs.keys().copied().chain(unreported).collect()
        });
        let poll = Poll {
            worker: crew.id,
            term: crew.term,
            number: crew.number,
            acknowledged: crew.acknowledge.iter().copied().collect(),
            capacity: crew.capacity(),
            mood: crew.mood,
            reports: crew.reports.clone(),
            held,
        };
        let carried = Carried {
            sent: now,
            reports: crew.reports.iter().map(|report| report.at).collect(),
            acknowledged: crew.acknowledge.clone(),
            leaving: crew.mood == Mood::Leaving,
        };
        crew.out.insert(crew.number, carried);
        let origin = Origin::Worker { worker, life: crew.life, poll: crew.number };
        let server = crew.server;
        self.send(server, origin, Body::Poll(Box::new(poll)));
    }

    pub(crate) fn tell_worker(&mut self, worker: usize, life: u64, poll: u64, server: usize, body: ReplyBody) {
        let now = self.now;
        let crew = &mut self.crews[worker];
        if crew.life != life || !crew.up {
            return;
        }
        if crew.paused {
            crew.backlog.push(Event::ToOrigin(crate::sim::Reply {
                origin: Origin::Worker { worker, life, poll },
                server,
                body,
            }));
            return;
        }
        match body {
            ReplyBody::Welcome(welcome) => {
                crew.joined = true;
                crew.server = server;
                crew.term = welcome.term;
                crew.heard = crew.join_sent;
                crew.next_poll = now;
            }
            ReplyBody::Grant(grant) => {
                if let Some(carried) = crew.out.remove(&poll) {
                    self.granted(worker, server, &carried, *grant);
                }
            }
            ReplyBody::UnknownWorker => self.restart_worker(worker, "the server does not know it"),
            ReplyBody::NotLeading | ReplyBody::Refused | ReplyBody::Answer(_) => {
                crew.out.remove(&poll);
                crew.server = (server + 1) % self.servers.len();
                crew.join_sent = 0;
                crew.next_poll = now + 100_000;
            }
        }
        self.wake_worker(worker, 100);
    }

    fn granted(&mut self, worker: usize, server: usize, carried: &Carried, grant: Grant) {
        let now = self.now;
        let crew = &mut self.crews[worker];
        crew.heard = crew.heard.max(carried.sent);
        crew.reports.retain(|report| !carried.reports.contains(&report.at));
        crew.acknowledge.retain(|number| !carried.acknowledged.contains(number));
        if carried.leaving {
            return self.restart_worker(worker, "it left");
        }
        if grant.term < crew.term {
            return;
        }
        if grant.term > crew.term {
            crew.acknowledge.clear();
        }
        crew.term = grant.term;
        crew.server = server;
        crew.say_held = grant.say_held;
        if crew.out.is_empty() {
            crew.next_poll = now;
        }
        if grant.number > 0 {
            crew.acknowledge.insert(grant.number);
        }
        let in_time = now < crew.heard + SELF_FENCE;
        for lease in grant.leases {
            let known = self.crews[worker].jobs.contains_key(&lease.at) || self.crews[worker].done.contains(&lease.at);
            if !known {
                self.start_job(worker, lease, in_time);
            }
        }
        for stop in grant.stop {
            self.stop_job(worker, stop);
        }
    }

    fn start_job(&mut self, worker: usize, lease: Lease, in_time: bool) {
        let behaviour = self.workload.behaviour(lease.at.run, &lease.name, lease.at.attempt);
        let stuck_on = self.on(crate::faults::Fault::Stuck);
        let Behaviour { takes, ends, stuck } = behaviour;
        let mut job = Job {
            started: self.now,
            until: self.now + takes * 1_000,
            outcome: Planned::Ends(ends),
            stuck: false,
            lease,
        };
        if !in_time {
            // The answer came so late that somebody else may have it by now.
            self.report(worker, &job, Outcome::HandedBack);
            return;
        }
        if let Some(timeout) = job.lease.timeout
            && takes > timeout.0
        {
            job.outcome = Planned::TimesOut;
            job.until = self.now + timeout.0 * 1_000;
            if stuck && stuck_on {
                job.stuck = true;
                job.until += 90_000_000;
            }
        }
        if let Some(broken) = self.witness.starts(self.now, worker, &job, &self.crews) {
            self.fail(broken);
        }
        self.crews[worker].jobs.insert(job.lease.at, job);
    }

    fn stop_job(&mut self, worker: usize, stop: Stop) {
        let kill = self.chance.network.between(1_000, 2_000_000);
        let now = self.now;
        let crew = &mut self.crews[worker];
        match (stop.why, crew.jobs.get_mut(&stop.at)) {
            (StopReason::Canceled, Some(job)) => {
                if job.outcome != Planned::Stops && now + kill < job.until {
                    job.until = now + kill;
                    job.outcome = Planned::Stops;
                }
            }
            (StopReason::Canceled, None) => {
                // Its grant never arrived: nothing of it is there.
                if crew.done.insert(stop.at) {
                    let at = self.at();
                    let report = Report {
                        at: stop.at,
                        started_at: at,
                        ended_at: at,
                        inputs: Vec::new(),
                        outcome: Outcome::Canceled,
                    };
                    self.crews[worker].reports.push(report);
                }
            }
            (StopReason::Fenced, _) => {
                if let Some(job) = crew.jobs.remove(&stop.at) {
                    self.witness.ends(worker, &job.lease);
                }
                let crew = &mut self.crews[worker];
                crew.done.insert(stop.at);
                crew.reports.retain(|report| report.at != stop.at);
            }
        }
    }

    /// The process ends, whatever it was doing, and another one comes in its place.
    pub(crate) fn restart_worker(&mut self, worker: usize, why: &str) {
        self.note(|| format!("worker {worker} starts anew: {why}"));
        let id = WorkerId(self.ids.uuid());
        let jobs = std::mem::take(&mut self.crews[worker].jobs);
        for job in jobs.values() {
            self.witness.ends(worker, &job.lease);
        }
        self.crews[worker].begin_again(id);
        self.wake_worker(worker, 10_000);
    }

    /// The worker goes away: it hands back what it has, or finishes it first.
    pub(crate) fn drain_worker(&mut self, worker: usize, hands_back: bool) {
        self.note(|| format!("worker {worker} drains"));
        if self.crews[worker].mood != Mood::Working || !self.crews[worker].joined {
            return;
        }
        self.crews[worker].mood = Mood::Draining;
        if hands_back {
            let jobs = std::mem::take(&mut self.crews[worker].jobs);
            for job in jobs.into_values() {
                self.witness.ends(worker, &job.lease);
                self.report(worker, &job, Outcome::HandedBack);
            }
        }
        self.crews[worker].next_poll = self.now;
        self.wake_worker(worker, 100);
    }
}

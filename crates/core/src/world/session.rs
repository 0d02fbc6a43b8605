//! What a worker said last. Not durable.

use std::collections::{BTreeMap, VecDeque};

use super::World;
use crate::{
    id::{RunId, StepNo, WorkerId},
    lease::{Lease, Mood, Poll, Stop, StopReason},
    report::AttemptRef,
    time::{Millis, Timestamp},
};

/// A worker's side of the conversation with this leader.
#[derive(Clone, Debug, Default)]
pub struct Session {
    /// When its leases end unless it polls again.
    pub expires_at: Timestamp,
    /// The highest poll number seen; zero before the first poll under this leader.
    pub poll: u64,
    /// How many attempts it is willing to hold at once; zero while no poll of it waits for an answer.
    pub capacity: u32,
    /// Whether it takes new steps.
    pub mood: Mood,
    /// Whether it told this leader what it holds.
    pub reconciled: bool,
    /// The last grant's number.
    pub granted: u64,
    /// Grants that it has not acknowledged, with the time at which they were last sent.
    pub outstanding: VecDeque<(u64, Timestamp, Vec<Lease>)>,
    /// Attempts that it must stop and was not told of yet.
    pub stops: Vec<crate::lease::Stop>,
    /// When it was last told to stop an attempt that it holds.
    pub(crate) told: BTreeMap<(RunId, StepNo), Timestamp>,
}

/// An answer that was not acknowledged for so long is sent again.
const RESEND_AFTER: Millis = Millis::secs(2);

/// An attempt that was to be stopped and did not end for so long is stopped again: the answer may have been lost.
const REPEAT_STOP_AFTER: Millis = Millis::secs(5);

impl World {
    /// Notes that a worker polled. False where the worker is not known, or where a later poll was seen already.
    pub fn hear(&mut self, poll: &Poll, now: Timestamp) -> bool {
        let lease = self.settings.lease;
        let Some(worker) = self.workers.get_mut(&poll.worker) else {
            return false;
        };
        let session = &mut worker.session;
        session.expires_at = now.plus(lease);
        // Every leader counts its grants from one.
        if poll.term == self.term {
            session.outstanding.retain(|(number, _, _)| !poll.acknowledged.contains(number));
        }
        if poll.number <= session.poll {
            return false;
        }
        session.poll = poll.number;
        session.capacity = if poll.mood == Mood::Working { poll.capacity } else { 0 };
        session.mood = poll.mood;
        let held = &worker.held;
        session.told.retain(|at, _| held.contains(at));
        true
    }

    /// Notes that a worker's poll is no longer waiting, so that nothing can be granted to it.
    pub fn mute(&mut self, worker: WorkerId) {
        if let Some(worker) = self.workers.get_mut(&worker) {
            worker.session.capacity = 0;
        }
    }

    /// Notes that a worker told what it holds.
    pub fn reconciled(&mut self, worker: WorkerId) {
        if let Some(worker) = self.workers.get_mut(&worker) {
            worker.session.reconciled = true;
        }
    }

    /// Takes a grant's leases into the care of the session and gives the grant's number.
    pub fn granted(&mut self, worker: WorkerId, leases: &[Lease], now: Timestamp) -> u64 {
        let Some(worker) = self.workers.get_mut(&worker) else {
            return 0;
        };
        let session = &mut worker.session;
        session.granted += 1;
        session.outstanding.push_back((session.granted, now, leases.to_vec()));
        session.granted
    }

    /// Takes leases that were granted a while ago and not acknowledged: their answer was lost on the way, and they
    /// are granted again under a new number. Those that ended meanwhile are not.
    pub fn lost_grants(&mut self, worker: WorkerId, now: Timestamp) -> Vec<Lease> {
        let runs = &self.runs;
        let alive = |lease: &Lease| {
            let step = runs.get(&lease.at.run).and_then(|run| run.steps.get(lease.at.step.index()));
            step.is_some_and(|step| step.token == Some(lease.at.token))
        };
        let Some(worker) = self.workers.get_mut(&worker) else {
            return Vec::new();
        };
        let mut again = Vec::new();
        worker.session.outstanding.retain_mut(|(_, sent, leases)| {
            let lost = sent.plus(RESEND_AFTER) <= now;
            if lost {
                again.append(leases);
            }
            !lost
        });
        again.retain(alive);
        again
    }

    /// Notes that a worker is being told to stop attempts.
    pub(crate) fn told(&mut self, worker: WorkerId, stop: &Stop, now: Timestamp) {
        if let Some(worker) = self.workers.get_mut(&worker) {
            worker.session.told.insert((stop.at.run, stop.at.step), now);
        }
    }

    /// Attempts of runs that are being stopped of which a worker was not told, or was told a while ago in vain.
    pub(crate) fn unheard_stops(&self, worker: WorkerId, now: Timestamp) -> Vec<Stop> {
        let Some(worker) = self.workers.get(&worker) else {
            return Vec::new();
        };
        let told = &worker.session.told;
        let quiet = worker.held.iter().filter(|held| told.get(held).is_none_or(|at| at.plus(REPEAT_STOP_AFTER) <= now));
        let stop = |&(run, step): &(RunId, StepNo)| {
            let of = self.runs.get(&run).filter(|run| run.is_stopping())?.steps.get(step.index())?;
            let at = AttemptRef { run, step, attempt: of.attempt, token: of.token? };
            Some(Stop { at, why: StopReason::Canceled })
        };
        quiet.filter_map(stop).collect()
    }
}

impl World {
    /// Forgets idempotency keys that are older than is promised.
    pub fn forget_commands(&mut self, now: Timestamp) {
        let oldest = now.minus(self.settings.remember);
        self.commands.retain(|_, command| command.at >= oldest);
    }
}

impl World {
    /// Keeps what a worker must stop until its next poll waits for an answer.
    pub fn remember_stops(&mut self, worker: WorkerId, stops: Vec<crate::lease::Stop>) {
        if let Some(worker) = self.workers.get_mut(&worker) {
            worker.session.stops.extend(stops);
        }
    }

    /// Takes what a worker must stop and was not told yet.
    pub fn take_stops(&mut self, worker: WorkerId) -> Vec<crate::lease::Stop> {
        self.workers.get_mut(&worker).map(|worker| std::mem::take(&mut worker.session.stops)).unwrap_or_default()
    }
}

impl World {
    /// Moves the end of all leases by as much as the clock was set, in microseconds; negative where it was set back.
    ///
    /// Leases are spans. A clock that is put an hour forward must not make every worker silent for an hour.
    pub fn clock_was_set(&mut self, by: i64) {
        for worker in self.workers.values_mut() {
            let end = worker.session.expires_at.as_micros().saturating_add(by);
            worker.session.expires_at = Timestamp::from_micros(end);
        }
        // A timer that is too early looks at the session and is set again; one that is too late must be set here.
        let timers: Vec<_> =
            self.workers.values().map(|worker| (worker.session.expires_at, worker.record.id)).collect();
        self.timers.extend(timers.into_iter().map(|(at, id)| (at, super::Timer::Worker(id))));
    }
}

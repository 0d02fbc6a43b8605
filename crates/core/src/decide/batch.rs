//! Many inputs, one commit.

use std::collections::BTreeMap;

use super::{Decision, Input, decide};
use crate::{
    alert::IncidentChange,
    command::{Answer, Refusal},
    effect::{Effect, Recorded},
    id::{AssetId, Seq, WorkerId},
    lease::{Lease, Poll, Stop},
    time::Timestamp,
    world::{RestoreError, Timer, World},
};

/// Effects of many inputs, decided one after the other against a world that moves on with each.
///
/// The world is ahead of the store until the batch is committed. Where the commit fails the world must be loaded anew.
#[derive(Debug)]
pub struct Batch<'w> {
    world: &'w mut World,
    now: Timestamp,
    /// Changes to commit, with their numbers.
    pub recorded: Vec<Recorded>,
    /// Attempts for workers.
    pub leases: BTreeMap<WorkerId, Vec<Lease>>,
    /// Attempts that workers must stop.
    pub stops: BTreeMap<WorkerId, Vec<Stop>>,
}

/// A decision that does not fit its own world. It is a defect; the world must be loaded anew.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("a decision does not fit the world: {0}")]
pub struct BatchError(#[from] RestoreError);

impl<'w> Batch<'w> {
    /// A batch without inputs. All of its decisions happen at `now`.
    pub fn new(world: &'w mut World, now: Timestamp) -> Self {
        Self { world, now, recorded: Vec::new(), leases: BTreeMap::new(), stops: BTreeMap::new() }
    }

    /// The world as it is after the inputs so far.
    pub fn world(&self) -> &World {
        self.world
    }

    /// Decides one input and applies what follows. Gives the answer where the input is a request or a join.
    ///
    /// # Errors
    /// [`BatchError`] for a defect in a rule.
    pub fn input(&mut self, input: Input<'_>) -> Result<Option<Result<Answer, Refusal>>, BatchError> {
        let decision = decide(self.world, input, self.now);
        self.take(decision)
    }

    /// Decides a worker's poll: its reports, what it holds, its mood. False where the worker is not known.
    ///
    /// # Errors
    /// [`BatchError`] for a defect in a rule.
    pub fn poll(&mut self, poll: &Poll) -> Result<bool, BatchError> {
        if self.world.worker(poll.worker).is_none() {
            return Ok(false);
        }
        let newest = self.world.hear(poll, self.now);
        for report in &poll.reports {
            self.input(Input::Report { worker: poll.worker, report })?;
        }
        // What an overtaken poll says it holds is out of date.
        if newest {
            self.input(Input::Poll(poll))?;
            if poll.held.is_some() && poll.term == self.world.term {
                self.world.reconciled(poll.worker);
            }
            let stops = self.world.unheard_stops(poll.worker, self.now);
            self.stop(stops.into_iter().map(|stop| (poll.worker, stop)));
        }
        Ok(true)
    }

    /// Decides every timer that is due.
    ///
    /// # Errors
    /// [`BatchError`] for a defect in a rule.
    pub fn timers(&mut self) -> Result<(), BatchError> {
        while let Some((at, timer)) = self.world.timers.first().cloned() {
            if at > self.now {
                break;
            }
            self.world.timers.pop_first();
            match &timer {
                Timer::Retry(run, step) => self.world.retry_due(*run, *step, self.now),
                Timer::Worker(id) => {
                    // Polls move the end of the leases and not the timer, which is set again here.
                    if let Some(expires) = self.world.worker(*id).map(|worker| worker.session.expires_at)
                        && expires > self.now
                    {
                        self.world.timers.insert((expires, timer));
                        continue;
                    }
                }
                _ => {}
            }
            self.input(Input::Timer(&timer))?;
        }
        Ok(())
    }

    /// Starts runs and leases steps, after everything else of the batch.
    ///
    /// # Errors
    /// [`BatchError`] for a defect in a rule.
    pub fn dispatch(&mut self) -> Result<(), BatchError> {
        // A free retry is due at once, and its timer was set in this very batch.
        self.timers()?;
        self.input(Input::Admit)?;
        self.input(Input::Lease)?;
        Ok(())
    }

    fn take(&mut self, decision: Decision) -> Result<Option<Result<Answer, Refusal>>, BatchError> {
        let mut versions: BTreeMap<(AssetId, String), Seq> = BTreeMap::new();
        self.recorded.reserve(decision.effects.len());
        for effect in decision.effects {
            let seq = self.world.last_seq.next();
            let recorded = Recorded { seq, at: self.now, effect: numbered(effect, seq, &mut versions) };
            self.world.apply(&recorded)?;
            self.recorded.push(recorded);
        }
        for (worker, lease) in decision.leases {
            self.leases.entry(worker).or_default().push(lease);
        }
        self.stop(decision.stops);
        Ok(decision.answer)
    }

    fn stop(&mut self, stops: impl IntoIterator<Item = (WorkerId, Stop)>) {
        for (worker, stop) in stops {
            self.world.told(worker, &stop, self.now);
            self.stops.entry(worker).or_default().push(stop);
        }
    }
}

/// Gives the record inside an effect the number of its event. A check of a version that the same decision brought
/// gets that version's number.
fn numbered(mut effect: Effect, seq: Seq, versions: &mut BTreeMap<(AssetId, String), Seq>) -> Effect {
    match &mut effect {
        Effect::Deployed(deploy) => deploy.seq = seq,
        Effect::CommandAccepted(command) => command.seq = seq,
        Effect::RunCreated { run, .. } => run.created_seq = seq,
        Effect::VersionRecorded(version) => {
            version.seq = seq;
            versions.insert((version.asset, version.partition.clone()), seq);
        }
        Effect::CheckRecorded(check) => {
            check.seq = seq;
            if check.version_seq.is_none() {
                check.version_seq = versions.get(&(check.asset, check.partition.clone())).copied();
            }
        }
        Effect::Ticked(tick) => tick.seq = seq,
        Effect::IncidentChanged { incident, change: IncidentChange::Opened } => incident.opened_seq = seq,
        Effect::MessageQueued(message) => message.seq = seq,
        _ => {}
    }
    effect
}

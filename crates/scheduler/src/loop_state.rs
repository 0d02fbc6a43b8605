//! What one leader's loop has in hand: the world, what was decided and not yet committed, and who waits for what.

use std::collections::BTreeMap;

use headwater_core::{
    command::{Answer, Request},
    decide::{Batch, BatchError, Input, QueueView},
    effect::Recorded,
    id::WorkerId,
    lease::{Grant, Join, Lease, Poll, Stop, Welcome},
    time::Timestamp,
    world::World,
};
use tokio::sync::oneshot;

use crate::control::{ControlError, Message};

type Reply<T> = oneshot::Sender<Result<T, ControlError>>;

/// A poll that waits for something to say.
#[derive(Debug)]
struct Held {
    reply: Reply<Grant>,
    /// When it is answered even with nothing.
    until: Timestamp,
}

/// What was decided and is not yet durable, with the answers that depend on it.
#[derive(Debug, Default)]
pub(crate) struct Pending {
    pub(crate) recorded: Vec<Recorded>,
    answers: Vec<(Reply<Answer>, Result<Answer, ControlError>)>,
    welcomes: Vec<(Reply<Welcome>, Result<Welcome, ControlError>)>,
    grants: Vec<(Reply<Grant>, Grant)>,
}

impl Pending {
    pub(crate) fn is_empty(&self) -> bool {
        self.recorded.is_empty() && self.answers.is_empty() && self.welcomes.is_empty() && self.grants.is_empty()
    }

    /// Gives everybody their answer. Somebody who no longer waits is passed over.
    pub(crate) fn acknowledge(self) {
        for (reply, answer) in self.answers {
            let _ = reply.send(answer);
        }
        for (reply, welcome) in self.welcomes {
            let _ = reply.send(welcome);
        }
        for (reply, grant) in self.grants {
            let _ = reply.send(Ok(grant));
        }
    }
}

/// The loop's state.
#[derive(Debug)]
pub(crate) struct LoopState {
    pub(crate) world: World,
    pub(crate) pending: Pending,
    held: BTreeMap<WorkerId, Held>,
}

impl LoopState {
    pub(crate) fn new(world: World) -> Self {
        Self { world, pending: Pending::default(), held: BTreeMap::new() }
    }

    /// When something has to be done although nobody says anything.
    pub(crate) fn wake_at(&self) -> Option<Timestamp> {
        let held = self.held.values().map(|held| held.until).min();
        [held, self.world.wake_at()].into_iter().flatten().min()
    }

    /// Decides a drained batch of messages, and whatever is due.
    pub(crate) fn decide(&mut self, messages: Vec<Message>, now: Timestamp) -> Result<(), BatchError> {
        self.drop_closed();
        let mut batch = Batch::new(&mut self.world, now);
        let mut polled = Vec::new();
        for message in messages {
            match message {
                Message::Command(request, reply) => {
                    let answer = command(&mut batch, &request)?;
                    self.pending.answers.push((reply, answer));
                }
                Message::Join(join, reply) => {
                    let welcome = welcome(&mut batch, &join)?;
                    self.pending.welcomes.push((reply, welcome));
                }
                Message::Poll(poll, reply) => {
                    if batch.poll(&poll)? {
                        polled.push((poll, reply));
                    } else {
                        let _ = reply.send(Err(ControlError::UnknownWorker));
                    }
                }
                Message::Explain(reply) => {
                    let _ = reply.send(QueueView::of(batch.world()));
                }
            }
        }
        batch.dispatch()?;
        let Batch { recorded, leases, stops, .. } = batch;
        self.pending.recorded.extend(recorded);
        self.hold(polled, now);
        self.answer_polls(leases, stops, now);
        Ok(())
    }

    /// Workers that gave up waiting get nothing.
    fn drop_closed(&mut self) {
        let world = &mut self.world;
        self.held.retain(|worker, held| {
            let waits = !held.reply.is_closed();
            if !waits {
                world.mute(*worker);
            }
            waits
        });
    }

    /// Takes polls into the waiting room. A later poll of a worker sends the earlier one home with nothing.
    fn hold(&mut self, polled: Vec<(Box<Poll>, Reply<Grant>)>, now: Timestamp) {
        for (poll, reply) in polled {
            // A poll that was overtaken on its way says nothing about what the worker can take now. Holding it would
            // keep the worker from sending a fresh one.
            if self.world.worker(poll.worker).is_some_and(|worker| worker.session.poll > poll.number) {
                self.pending.grants.push((reply, self.nothing()));
                continue;
            }
            // Reports want to be acknowledged, so that a poll with reports is answered with this very commit.
            let at_once = !poll.reports.is_empty() || poll.mood != headwater_core::lease::Mood::Working;
            let until = if at_once { now } else { now.plus(self.world.settings.hold) };
            let new = Held { reply, until };
            if let Some(old) = self.held.insert(poll.worker, new) {
                self.pending.grants.push((old.reply, self.nothing()));
            }
        }
    }

    fn nothing(&self) -> Grant {
        Grant { term: self.world.term, ..Grant::default() }
    }

    /// Answers the polls of workers to whom there is something to say, or that have waited long enough.
    fn answer_polls(
        &mut self,
        mut leases: BTreeMap<WorkerId, Vec<Lease>>,
        mut stops: BTreeMap<WorkerId, Vec<Stop>>,
        now: Timestamp,
    ) {
        let waiting: Vec<WorkerId> = self.held.keys().copied().collect();
        for id in waiting {
            let mut given = leases.remove(&id).unwrap_or_default();
            let mut stop = self.world.take_stops(id);
            stop.extend(stops.remove(&id).unwrap_or_default());
            let say_held = self.world.worker(id).is_some_and(|worker| !worker.session.reconciled);
            given.extend(self.world.lost_grants(id, now));
            let due = self.held.get(&id).is_some_and(|held| held.until <= now);
            if given.is_empty() && stop.is_empty() && !say_held && !due {
                continue;
            }
            if let Some(held) = self.held.remove(&id) {
                self.world.mute(id);
                let number = if given.is_empty() { 0 } else { self.world.granted(id, &given, now) };
                let grant = Grant { term: self.world.term, number, leases: given, stop, say_held };
                self.pending.grants.push((held.reply, grant));
            }
        }
        // No poll of that worker waits: it is told when it polls next.
        for (worker, stop) in stops {
            self.world.remember_stops(worker, stop);
        }
    }
}

fn command(batch: &mut Batch<'_>, request: &Request) -> Result<Result<Answer, ControlError>, BatchError> {
    let answer = batch.input(Input::Request(request))?;
    Ok(answer.unwrap_or(Ok(Answer::Done)).map_err(ControlError::Refused))
}

fn welcome(batch: &mut Batch<'_>, join: &Join) -> Result<Result<Welcome, ControlError>, BatchError> {
    if let Some(Err(refusal)) = batch.input(Input::Join(join))? {
        return Ok(Err(ControlError::Refused(refusal)));
    }
    let world = batch.world();
    Ok(Ok(Welcome { term: world.term, lease: world.settings.lease, hold: world.settings.hold }))
}

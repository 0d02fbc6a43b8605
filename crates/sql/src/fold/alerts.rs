//! What a batch leaves of incidents, policies and messages, and what tries to deliver leave of messages.

use std::collections::BTreeMap;

use headwater_core::{
    alert::{IncidentRecord, IncidentState, PolicyRecord},
    effect::Effect,
    id::{DeploymentId, IncidentId, Seq},
    record::OutboxRecord,
    time::Timestamp,
};
use headwater_store::{CommitError, Delivery, DeliveryOutcome, DeliveryState};

use super::{Expect, Writes, json, rows, time};
use crate::{cell::Cell, dialect::Rows, tables};

/// The messages that go to one channel about one incident.
type Lane<'a> = (IncidentId, &'a str);

/// A message of this batch, with what the batch does to it.
struct NewMessage<'a> {
    seq: Seq,
    message: &'a OutboxRecord,
    withdrawn_at: Option<Timestamp>,
}

#[derive(Default)]
pub(super) struct Alerts<'a> {
    incidents: BTreeMap<IncidentId, &'a IncidentRecord>,
    policies: BTreeMap<(DeploymentId, &'a str), &'a PolicyRecord>,
    messages: Vec<NewMessage<'a>>,
    /// Places in `messages` of those that wait.
    waiting: BTreeMap<Lane<'a>, Vec<usize>>,
    withdrawn: BTreeMap<Lane<'a>, Timestamp>,
}

impl<'a> Alerts<'a> {
    pub(super) fn add(&mut self, effect: &'a Effect, seq: Seq, at: Timestamp) {
        match effect {
            Effect::IncidentChanged { incident, .. } => {
                self.incidents.insert(incident.id, incident);
            }
            Effect::PolicyMoved(policy) => {
                self.policies.insert((policy.deployment, &policy.name), policy);
            }
            Effect::MessageQueued(message) => {
                if let Some(incident) = message.incident {
                    let lane = self.waiting.entry((incident, &message.channel)).or_default();
                    lane.push(self.messages.len());
                }
                self.messages.push(NewMessage { seq, message, withdrawn_at: None });
            }
            Effect::MessagesWithdrawn { incident, channel } => self.withdraw((*incident, channel), at),
            _ => {}
        }
    }

    /// Ends the waiting of what is queued so far; what is queued later in the batch leaves.
    fn withdraw(&mut self, lane: Lane<'a>, at: Timestamp) {
        for place in self.waiting.remove(&lane).unwrap_or_default() {
            self.messages[place].withdrawn_at = Some(at);
        }
        // What was stored before is withdrawn by the first of several.
        self.withdrawn.entry(lane).or_insert(at);
    }

    pub(super) fn put(self, writes: &mut Writes<'a>) -> Result<(), CommitError> {
        // A cause that ends and comes back in one batch has two incidents, and only one may go on at any time.
        let (over, unresolved): (Vec<_>, Vec<_>) =
            self.incidents.into_values().partition(|incident| incident.state == IncidentState::Resolved);
        writes.put(Expect::Every, rows(&tables::INCIDENTS, over, incident)?);
        writes.put(Expect::Every, rows(&tables::INCIDENTS, unresolved, incident)?);
        writes.put(
            Expect::Every,
            rows(&tables::ALERT_POLICIES, self.policies, |((deployment, name), policy)| {
                let recent = if policy.recent.is_empty() { Cell::Null } else { json(&policy.recent)? };
                Ok([deployment.0.into(), name.into(), time(policy.muted_until), recent])
            })?,
        );
        writes.put(
            Expect::Any,
            rows(&tables::OUTBOX_WITHDRAWN, self.withdrawn, |((incident, channel), at)| {
                Ok([incident.0.into(), channel.into(), at.as_micros().into()])
            })?,
        );
        writes.put(Expect::Any, rows(&tables::OUTBOX, self.messages, |new| message(&new))?);
        Ok(())
    }
}

fn incident(incident: &IncidentRecord) -> Result<[Cell<'_>; 9], CommitError> {
    Ok([
        incident.id.0.into(),
        incident.opened_seq.0.into(),
        incident.opened_at.as_micros().into(),
        time(incident.resolved_at),
        incident.deployment.0.into(),
        incident.state.as_str().into(),
        incident.severity.as_str().into(),
        json(&incident.cause)?,
        json(incident)?,
    ])
}

fn message<'a>(new: &NewMessage<'a>) -> Result<[Cell<'a>; 11], CommitError> {
    let message = new.message;
    let state = if new.withdrawn_at.is_some() { DeliveryState::Withdrawn } else { DeliveryState::Waiting };
    Ok([
        new.seq.0.into(),
        message.at.as_micros().into(),
        message.deployment.0.into(),
        (&message.topic).into(),
        (&message.dedup).into(),
        (&message.channel).into(),
        message.incident.map(|incident| incident.0).into(),
        message.not_before.as_micros().into(),
        json(&message.payload)?,
        state.as_str().into(),
        time(new.withdrawn_at),
    ])
}

/// What tries leave of one message.
struct Mark<'a> {
    state: DeliveryState,
    attempts: u32,
    next_at: Option<Timestamp>,
    closed_at: Option<Timestamp>,
    error: Option<&'a str>,
    receipt: Option<&'a serde_json::Value>,
}

impl<'a> Mark<'a> {
    const NONE: Self =
        Self { state: DeliveryState::Waiting, attempts: 0, next_at: None, closed_at: None, error: None, receipt: None };

    /// Adds a try. Nothing follows on an end.
    fn add(&mut self, tried: &'a Delivery, at: Timestamp) {
        if self.state != DeliveryState::Waiting {
            return;
        }
        self.attempts = tried.attempts;
        match &tried.outcome {
            DeliveryOutcome::Delivered { receipt } => {
                self.state = DeliveryState::Delivered;
                self.closed_at = Some(at);
                self.receipt = receipt.as_ref();
            }
            DeliveryOutcome::Again { at, error } => {
                self.next_at = Some(*at);
                self.error = Some(error);
            }
            DeliveryOutcome::Dead { error } => {
                self.state = DeliveryState::Dead;
                self.closed_at = Some(at);
                self.error = Some(error);
            }
        }
    }
}

/// One row per message, however often it was tried.
pub(crate) fn marks(tries: &[Delivery], at: Timestamp) -> Result<Rows<'_>, CommitError> {
    let mut marks: BTreeMap<Seq, Mark<'_>> = BTreeMap::new();
    for tried in tries {
        marks.entry(tried.seq).or_insert(Mark::NONE).add(tried, at);
    }
    rows(&tables::OUTBOX_MARKS, marks, |(seq, mark)| {
        Ok([
            seq.0.into(),
            mark.state.as_str().into(),
            mark.attempts.into(),
            time(mark.next_at),
            time(mark.closed_at),
            mark.error.into(),
            mark.receipt.map(json).transpose()?.unwrap_or(Cell::Null),
        ])
    })
}

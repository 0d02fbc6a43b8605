//! Messages and what became of them.

use headwater_core::{
    id::{IncidentId, Seq},
    record::OutboxRecord,
    time::Timestamp,
};

use super::State;
use crate::{
    clean,
    journal::{Delivery, DeliveryOutcome},
    reader::{DeliveryState, OutboxItem},
};

impl State {
    /// Keeps a message, unless there is one with its key.
    pub(super) fn queue(&mut self, message: &OutboxRecord, seq: Seq) {
        let same =
            |other: &OutboxItem| other.message.deployment == message.deployment && other.message.dedup == message.dedup;
        if self.outbox.values().any(same) {
            return;
        }
        let item = OutboxItem {
            message: message.clone(),
            state: DeliveryState::Waiting,
            attempts: 0,
            next_at: message.not_before,
            closed_at: None,
            error: None,
            receipt: None,
        };
        self.outbox.insert(seq, item);
    }

    /// Ends the waiting of an incident's messages to a channel.
    pub(super) fn withdraw(&mut self, incident: IncidentId, channel: &str, at: Timestamp) {
        let is_meant = |item: &&mut OutboxItem| {
            item.state == DeliveryState::Waiting
                && item.message.incident == Some(incident)
                && item.message.channel == channel
        };
        for item in self.outbox.values_mut().filter(is_meant) {
            item.state = DeliveryState::Withdrawn;
            item.closed_at = Some(at);
        }
    }

    /// Records what came of a try. A message that is no longer waiting is left as it is.
    pub(super) fn mark(&mut self, tried: &Delivery, at: Timestamp) {
        let item = self.outbox.get_mut(&tried.seq).filter(|item| item.state == DeliveryState::Waiting);
        let Some(item) = item else {
            return;
        };
        item.attempts = tried.attempts;
        match &tried.outcome {
            DeliveryOutcome::Delivered { receipt } => {
                item.state = DeliveryState::Delivered;
                item.closed_at = Some(at);
                item.receipt = receipt.clone().map(clean::value);
            }
            DeliveryOutcome::Again { at, error } => {
                item.next_at = *at;
                item.error = Some(clean::text(error).into_owned());
            }
            DeliveryOutcome::Dead { error } => {
                item.state = DeliveryState::Dead;
                item.closed_at = Some(at);
                item.error = Some(clean::text(error).into_owned());
            }
        }
    }

    /// The receipt of an incident's first message that got one from a channel.
    pub(super) fn receipt(&self, incident: IncidentId, channel: &str) -> Option<serde_json::Value> {
        let of_both = |item: &&OutboxItem| item.message.incident == Some(incident) && item.message.channel == channel;
        self.outbox.values().filter(of_both).find_map(|item| item.receipt.clone())
    }
}

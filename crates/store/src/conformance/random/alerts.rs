//! Incidents, policies and messages of a random history.

use headwater_core::{
    alert::{Acknowledged, Cause, IncidentChange, IncidentRecord, IncidentState, PolicyRecord},
    effect::Effect,
    id::Seq,
    key::AssetKey,
    record::OutboxRecord,
    time::{Millis, Timestamp},
};
use serde_json::json;

use super::{
    super::builder::{DEPLOYMENT, incident_id, message, new_incident},
    History,
};
use crate::{Delivery, DeliveryOutcome};

const CHANNELS: [&str; 3] = ["slack", "mail", "it's \"odd\" é"];

/// What is there of alerts.
#[derive(Clone, Debug, Default)]
pub(super) struct AlertPlay {
    incidents: Vec<IncidentRecord>,
    messages: Vec<Seq>,
}

impl History {
    pub(super) fn alert(&mut self, seq: Seq, at: Timestamp) -> Option<Effect> {
        Some(match self.rng.below(9) {
            0 | 1 => self.open(seq, at)?,
            2 | 3 => self.change(at)?,
            4 => {
                let muted_until = self.rng.one_in(2).then_some(at);
                let recent = (0..self.rng.below(4)).map(|back| at.minus(Millis::secs(back))).collect();
                let name = self.rng.pick(&["pages", "quiet", "Ä"]).to_string();
                Effect::PolicyMoved(PolicyRecord { deployment: DEPLOYMENT, name, muted_until, recent })
            }
            5 => {
                let incident = self.rng.pick_of(&self.alerts.incidents)?.id;
                Effect::MessagesWithdrawn { incident, channel: self.rng.pick(&CHANNELS).to_string() }
            }
            _ => {
                self.alerts.messages.push(seq);
                Effect::MessageQueued(OutboxRecord {
                    channel: self.rng.pick(&CHANNELS).to_string(),
                    incident: self.rng.pick_of(&self.alerts.incidents).map(|incident| incident.id),
                    not_before: at.plus(Millis(self.rng.below(9_000))),
                    payload: json!({ "text": self.rng.text() }),
                    ..message(&format!("m{}", self.rng.below(200)), seq, at)
                })
            }
        })
    }

    fn open(&mut self, seq: Seq, at: Timestamp) -> Option<Effect> {
        let asset = AssetKey::new(&format!("a{}", self.rng.below(3))).unwrap();
        let cause = match self.rng.below(3) {
            0 => Cause::Late { asset },
            1 => Cause::Runs { line: self.rng.text() },
            _ => Cause::Asset { asset, partition: self.partition() },
        };
        let goes_on = |other: &IncidentRecord| other.state != IncidentState::Resolved && other.cause == cause;
        if self.alerts.incidents.iter().any(goes_on) {
            return None;
        }
        let number = self.alerts.incidents.len() as u128;
        // Later incidents have smaller ids, so that nothing comes in order by chance.
        let mut incident = new_incident(incident_id(1_000_000 - number), cause, seq, at);
        incident.error = self.rng.one_in(2).then(|| self.rng.text());
        incident.owners.push(self.rng.text());
        incident.run = self.runs.last().map(|run| run.id);
        incident.told.insert(self.rng.pick(&CHANNELS).to_string(), at);
        self.alerts.incidents.push(incident.clone());
        Some(Effect::IncidentChanged { incident: Box::new(incident), change: IncidentChange::Opened })
    }

    fn change(&mut self, at: Timestamp) -> Option<Effect> {
        let open = |incident: &IncidentRecord| incident.state != IncidentState::Resolved;
        let open: Vec<usize> =
            (0..self.alerts.incidents.len()).filter(|number| open(&self.alerts.incidents[*number])).collect();
        let number = *self.rng.pick_of(&open)?;
        let title = self.rng.text();
        let incident = &mut self.alerts.incidents[number];
        let change = match self.rng.below(3) {
            0 => {
                incident.state = IncidentState::Resolved;
                incident.resolved_at = Some(at);
                IncidentChange::Resolved
            }
            1 => {
                incident.state = IncidentState::Acknowledged;
                incident.acknowledged = Some(Acknowledged { by: title, at });
                IncidentChange::Acknowledged
            }
            _ => {
                incident.count += 1;
                incident.last_at = at;
                incident.title = title;
                IncidentChange::Repeated
            }
        };
        Some(Effect::IncidentChanged { incident: Box::new(incident.clone()), change })
    }

    /// What came of some tries to deliver messages; some of them are over, or never were.
    pub fn tries(&mut self) -> Vec<Delivery> {
        (0..self.rng.below(20)).filter_map(|_| self.one_try()).collect()
    }

    fn one_try(&mut self) -> Option<Delivery> {
        let seq = if self.rng.one_in(9) { Seq(1) } else { *self.rng.pick_of(&self.alerts.messages)? };
        let attempts = u32::try_from(self.rng.below(5)).unwrap();
        let outcome = match self.rng.below(5) {
            0 => DeliveryOutcome::Delivered { receipt: None },
            1 => DeliveryOutcome::Delivered { receipt: Some(json!({ "ts": self.rng.text() })) },
            2 => DeliveryOutcome::Dead { error: self.rng.text() },
            _ => DeliveryOutcome::Again { at: self.now.plus(Millis(self.rng.below(9_000))), error: self.rng.text() },
        };
        Some(Delivery { seq, attempts, outcome })
    }
}

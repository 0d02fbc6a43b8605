//! The incidents that one decision touches, and the messages that it makes.

use std::collections::{BTreeMap, BTreeSet};

use super::{live, signal::Signal, words};
use crate::{
    alert::{
        AlertMessage, AlertTopic, Cause, IncidentChange, IncidentRecord, IncidentState, MOST_AFFECTED, PolicyRecord,
    },
    effect::Effect,
    graph::Snapshot,
    id::{DeploymentId, IncidentId, Seq},
    manifest::{AlertOn, AlertPolicyDef},
    record::OutboxRecord,
    time::Timestamp,
    world::World,
};

/// An incident that is touched.
struct Touched {
    incident: IncidentRecord,
    change: IncidentChange,
}

/// The incidents that one decision touches.
pub(super) struct Book<'w> {
    world: &'w World,
    now: Timestamp,
    touched: BTreeMap<(DeploymentId, Cause), Touched>,
    /// Incidents that ended and whose cause may have come back in the same decision.
    ended: Vec<Touched>,
    policies: BTreeMap<(DeploymentId, String), PolicyRecord>,
    /// Who was told of what in this decision: several policies may use one channel.
    told: BTreeSet<(IncidentId, String)>,
    out: Vec<Effect>,
}

impl<'w> Book<'w> {
    pub(super) fn new(world: &'w World, now: Timestamp) -> Self {
        Self {
            world,
            now,
            touched: BTreeMap::new(),
            ended: Vec::new(),
            policies: BTreeMap::new(),
            told: BTreeSet::new(),
            out: Vec::new(),
        }
    }

    /// What changes: incidents first, so that a message never tells of one that is not stored.
    pub(super) fn close(self) -> Vec<Effect> {
        let touched = self.ended.into_iter().chain(self.touched.into_values());
        let mut effects: Vec<Effect> = touched
            .map(|Touched { incident, change }| Effect::IncidentChanged { incident: Box::new(incident), change })
            .collect();
        effects.extend(self.policies.into_values().map(Effect::PolicyMoved));
        effects.extend(self.out);
        effects
    }

    /// Something is wrong: opens an incident, counts on, or adds to it, and tells whoever should know.
    pub(super) fn signal(&mut self, signal: &Signal) {
        let Some(live) = live(self.world, signal.deployment, &signal.location) else {
            return;
        };
        let snapshot = &live.snapshot;
        let asked: Vec<usize> = snapshot
            .policies()
            .filter(|(at, policy)| policy.on.iter().any(|on| signal.is(on)) && snapshot.watches(*at, &signal.assets))
            .map(|(at, _)| at)
            .collect();
        let matched: Vec<usize> = asked.into_iter().filter(|&at| self.reached(signal, snapshot, at)).collect();
        if matched.is_empty() {
            return;
        }
        let names = matched.iter().map(|&at| &snapshot.manifest().alerts[at]);
        let severity = names.clone().map(|policy| policy.severity).max().unwrap_or_default();
        let policies: Vec<String> = names.map(|policy| policy.name.clone()).collect();
        let place = (signal.deployment, signal.cause.clone());
        let mut touched = match self.find(&place) {
            Some(known) => known,
            None => Touched { incident: self.opened(signal, snapshot), change: IncidentChange::Opened },
        };
        let before = touched.incident.clone();
        let fresh = before.count == 0;
        // The run that failed because of a failed asset is the same happening, seen from another side.
        let known = !fresh && signal.run.is_some() && touched.incident.run == signal.run;
        grow(&mut touched.incident, signal, &policies, severity);
        if !known {
            touched.incident.count += 1;
            touched.incident.last_at = self.now;
            touched.incident.run = signal.run.or(touched.incident.run);
            if touched.change != IncidentChange::Opened {
                touched.change = IncidentChange::Repeated;
            }
        }
        for at in matched {
            self.tell(&mut touched.incident, snapshot, at);
        }
        if touched.incident != before {
            self.touched.insert(place, touched);
        }
    }

    /// The cause is gone.
    pub(super) fn recover(&mut self, deployment: DeploymentId, cause: &Cause) {
        let place = (deployment, cause.clone());
        let Some(Touched { mut incident, .. }) = self.find(&place) else {
            return;
        };
        self.touched.remove(&place);
        incident.state = IncidentState::Resolved;
        incident.resolved_at = Some(self.now);
        let heard: Vec<(String, Timestamp)> = incident.told.iter().map(|(name, at)| (name.clone(), *at)).collect();
        for (channel, told_at) in heard {
            if told_at > self.now {
                // It waits for the end of quiet hours: nobody needs to hear of what came and went.
                self.out.push(Effect::MessagesWithdrawn { incident: incident.id, channel });
            } else if !self.is_muted(&incident) {
                let quiet = self.quiet_of(&incident, &channel);
                let policy = incident.policies.first().cloned().unwrap_or_default();
                self.message(&mut incident, AlertTopic::Resolved, channel, policy, quiet.unwrap_or(self.now), 0);
            }
        }
        self.ended.push(Touched { incident, change: IncidentChange::Resolved });
    }

    /// Incidents about what new definitions no longer declare are over.
    pub(super) fn forget_undeclared(&mut self, deployment: DeploymentId, new: &Snapshot) {
        let gone = |cause: &Cause| match cause {
            Cause::Schedule { schedule } => new.find_schedule(schedule).is_none(),
            Cause::Check { asset, check, .. } => new.find_check(asset, check).is_none(),
            _ => cause.asset().is_some_and(|asset| new.find_asset(asset.as_str()).is_none()),
        };
        let over: Vec<Cause> = self
            .world
            .incidents(deployment)
            .filter(|incident| incident.location == new.location() && gone(&incident.cause))
            .map(|incident| incident.cause.clone())
            .collect();
        for cause in over {
            self.recover(deployment, &cause);
        }
    }

    /// The incident as it is now, in this decision or before it.
    fn find(&mut self, place: &(DeploymentId, Cause)) -> Option<Touched> {
        if let Some(Touched { incident, change }) = self.touched.get(place) {
            return Some(Touched { incident: incident.clone(), change: *change });
        }
        if self.ended.iter().any(|ended| (ended.incident.deployment, &ended.incident.cause) == (place.0, &place.1)) {
            return None;
        }
        let incident = self.world.incident_of(place.0, &place.1)?.clone();
        Some(Touched { incident, change: IncidentChange::Extended })
    }

    fn opened(&self, signal: &Signal, snapshot: &Snapshot) -> IncidentRecord {
        let owners: BTreeSet<String> = match signal.cause.asset().and_then(|key| snapshot.find_asset(key.as_str())) {
            Some(asset) => snapshot.asset(asset).owners.iter().cloned().collect(),
            None => signal.assets.iter().flat_map(|&asset| snapshot.asset(asset).owners.iter().cloned()).collect(),
        };
        IncidentRecord {
            id: self.new_id(signal),
            deployment: signal.deployment,
            opened_seq: Seq(0),
            state: IncidentState::Open,
            severity: crate::manifest::AlertSeverity::Info,
            cause: signal.cause.clone(),
            title: signal.title.clone(),
            error: None,
            location: signal.location.clone(),
            policies: Vec::new(),
            owners: owners.into_iter().take(20).collect(),
            affected: Vec::new(),
            affected_count: 0,
            count: 0,
            opened_at: self.now,
            last_at: self.now,
            resolved_at: None,
            acknowledged: None,
            muted_until: None,
            run: signal.run,
            told: BTreeMap::new(),
            told_of: BTreeMap::new(),
            messages: 0,
        }
    }

    /// The id follows from the cause and its place in history, so that the same decision makes the same incident.
    fn new_id(&self, signal: &Signal) -> IncidentId {
        let mut hasher = blake3::Hasher::new();
        hasher.update(&signal.deployment.0.to_le_bytes());
        hasher.update(&self.world.last_seq.0.to_le_bytes());
        hasher.update(signal.cause.to_string().as_bytes());
        let mut bytes = [0; 10];
        hasher.finalize_xof().fill(&mut bytes);
        let millis = u64::try_from(self.now.as_micros() / 1_000).unwrap_or(0);
        IncidentId(uuid::Builder::from_unix_timestamp_millis(millis, &bytes).into_uuid())
    }

    /// Whether it happened often enough for a policy, which counts it.
    fn reached(&mut self, signal: &Signal, snapshot: &Snapshot, at: usize) -> bool {
        let policy = &snapshot.manifest().alerts[at];
        let Some(threshold) = policy.threshold else {
            return true;
        };
        let mut record = self.policy(signal.deployment, &policy.name);
        let since = self.now.minus(threshold.within);
        record.recent.retain(|at| *at >= since);
        // The failed run of a failed asset is the same happening once more.
        let counted = signal.cause.kind() != signal.kind
            && policy.on.iter().any(|on| matches!(on, AlertOn::AssetFailed | AlertOn::CheckFailed { .. }));
        if !counted {
            record.recent.push(self.now);
        }
        let keep = record.recent.len().saturating_sub(threshold.count as usize);
        record.recent.drain(..keep);
        let reached = record.recent.len() >= threshold.count as usize;
        self.policies.insert((signal.deployment, policy.name.clone()), record);
        reached
    }

    fn policy(&self, deployment: DeploymentId, name: &str) -> PolicyRecord {
        let key = (deployment, name.to_owned());
        let known = self.policies.get(&key).or_else(|| self.world.policies.get(&key)).cloned();
        known.unwrap_or_else(|| PolicyRecord { deployment, name: key.1, muted_until: None, recent: Vec::new() })
    }

    fn is_muted(&self, incident: &IncidentRecord) -> bool {
        incident.muted_until.is_some_and(|until| until > self.now)
    }

    /// Tells a policy's channels what they do not know yet: of the incident, or that it happened again.
    fn tell(&mut self, incident: &mut IncidentRecord, snapshot: &Snapshot, at: usize) {
        let policy: &AlertPolicyDef = &snapshot.manifest().alerts[at];
        let record = self.policy(incident.deployment, &policy.name);
        let silent = self.is_muted(incident)
            || record.muted_until.is_some_and(|until| until > self.now)
            || incident.state == IncidentState::Acknowledged;
        if silent {
            return;
        }
        let leaves = snapshot.quiet(at).and_then(|quiet| quiet.until(self.now)).unwrap_or(self.now);
        for channel in &policy.channels {
            // Each channel is told of what it has not heard, whichever side of a happening its policy is about.
            let news = incident.told_of.get(channel).is_none_or(|&told| told < incident.count);
            let topic = match incident.told.get(channel) {
                None => AlertTopic::Opened,
                Some(told) if news && self.now >= told.plus(policy.min_interval) => AlertTopic::Repeated,
                Some(_) => continue,
            };
            if !self.told.insert((incident.id, channel.clone())) {
                continue;
            }
            incident.told.insert(channel.clone(), leaves);
            let known = incident.told_of.insert(channel.clone(), incident.count).unwrap_or(0);
            let since_last = incident.count.saturating_sub(known);
            self.message(incident, topic, channel.clone(), policy.name.clone(), leaves, since_last);
        }
    }

    /// When a channel may hear of an incident again, by the quiet hours of the policies that tell it.
    fn quiet_of(&self, incident: &IncidentRecord, channel: &str) -> Option<Timestamp> {
        let live = live(self.world, incident.deployment, &incident.location)?;
        let telling = incident.policies.iter().filter_map(|name| live.snapshot.find_policy(name));
        telling
            .filter(|(_, policy)| policy.channels.iter().any(|name| name == channel))
            .filter_map(|(at, _)| live.snapshot.quiet(at)?.until(self.now))
            .max()
    }

    pub(super) fn message(
        &mut self,
        incident: &mut IncidentRecord,
        topic: AlertTopic,
        channel: String,
        policy: String,
        not_before: Timestamp,
        since_last: u32,
    ) {
        incident.messages += 1;
        let message = AlertMessage {
            policy,
            told: incident.told.keys().cloned().collect(),
            since_last,
            incident: incident.clone(),
        };
        self.out.push(Effect::MessageQueued(OutboxRecord {
            seq: Seq(0),
            deployment: incident.deployment,
            topic: topic.as_str().to_owned(),
            dedup: format!("{}/{}/{channel}", incident.id, incident.messages),
            at: self.now,
            channel,
            incident: Some(incident.id),
            not_before,
            // The message is made of maps with text keys, lists and numbers, which all have a form in JSON.
            payload: serde_json::to_value(&message).unwrap_or_default(),
        }));
    }

    /// Puts an incident that a person changed into the book.
    pub(super) fn changed(&mut self, incident: IncidentRecord, change: IncidentChange) {
        self.touched.insert((incident.deployment, incident.cause.clone()), Touched { incident, change });
    }
}

/// Adds what a signal says to an incident.
fn grow(incident: &mut IncidentRecord, signal: &Signal, policies: &[String], severity: crate::manifest::AlertSeverity) {
    incident.severity = incident.severity.max(severity);
    for policy in policies {
        if !incident.policies.contains(policy) {
            incident.policies.push(policy.clone());
        }
    }
    if let Some(error) = &signal.error {
        incident.error = Some(words::first_lines(error));
    }
    if signal.affected.is_empty() {
        return;
    }
    let known: BTreeSet<_> = incident.affected.iter().cloned().collect();
    let more: Vec<_> = signal.affected.iter().filter(|key| !known.contains(*key)).cloned().collect();
    // A repeat holds up the same assets, as far as their names are kept.
    let held = incident.affected_count.max(signal.affected.len() as u32);
    incident.affected.extend(more.into_iter().take(MOST_AFFECTED.saturating_sub(known.len())));
    incident.affected_count = held.max(incident.affected.len() as u32);
}

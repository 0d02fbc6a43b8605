//! What people do about incidents and policies.

use std::collections::BTreeMap;

use super::{book::Book, words};
use crate::{
    alert::{Acknowledged, AlertTopic, Cause, IncidentChange, IncidentRecord, IncidentState, PolicyRecord},
    command::{AlertTarget, Answer, Refusal, RefusalCode, Request},
    decide::Decision,
    effect::Effect,
    graph::Snapshot,
    id::{IncidentId, Seq},
    time::Timestamp,
    world::World,
};

fn find<'w>(world: &'w World, request: &Request, id: IncidentId) -> Result<&'w IncidentRecord, Refusal> {
    world.incidents(request.deployment).find(|incident| incident.id == id).ok_or_else(|| {
        let message = format!("no incident {id} is open");
        Refusal::new(RefusalCode::NotFound, message)
    })
}

/// Somebody takes an incident: repeats are no longer told.
pub(in crate::decide) fn acknowledge(world: &World, request: &Request, id: IncidentId, now: Timestamp) -> Decision {
    let mut incident = match find(world, request, id) {
        Ok(incident) => incident.clone(),
        Err(refusal) => return Decision::refused(refusal),
    };
    if incident.state == IncidentState::Acknowledged {
        return Decision::answered(Answer::Done, Vec::new());
    }
    incident.state = IncidentState::Acknowledged;
    incident.acknowledged = Some(Acknowledged { by: request.principal.clone(), at: now });
    let mut book = Book::new(world, now);
    let heard: Vec<String> =
        incident.told.iter().filter(|(_, told)| **told <= now).map(|(channel, _)| channel.clone()).collect();
    for channel in heard {
        let policy = incident.policies.first().cloned().unwrap_or_default();
        book.message(&mut incident, AlertTopic::Acknowledged, channel, policy, now, 0);
    }
    book.changed(incident, IncidentChange::Acknowledged);
    Decision::answered(Answer::Done, book.close())
}

/// Silences an incident until an instant; none ends the silence.
pub(in crate::decide) fn mute_incident(
    world: &World,
    request: &Request,
    id: IncidentId,
    until: Option<Timestamp>,
    now: Timestamp,
) -> Decision {
    let mut incident = match find(world, request, id) {
        Ok(incident) => incident.clone(),
        Err(refusal) => return Decision::refused(refusal),
    };
    let until = until.filter(|until| *until > now);
    if incident.muted_until == until {
        return Decision::answered(Answer::Done, Vec::new());
    }
    incident.muted_until = until;
    let mut book = Book::new(world, now);
    book.changed(incident, IncidentChange::Muted);
    Decision::answered(Answer::Done, book.close())
}

/// A live policy or channel, with the snapshot that declares it.
fn declared<'w>(world: &'w World, request: &Request, target: &AlertTarget) -> Result<&'w Snapshot, Refusal> {
    let declares = |snapshot: &Snapshot| match target {
        AlertTarget::Policy(name) => snapshot.find_policy(name).is_some(),
        AlertTarget::Channel(name) => snapshot.find_channel(name).is_some(),
    };
    let found = world.live(request.deployment).map(|bound| &*bound.snapshot).find(|snapshot| declares(snapshot));
    found.ok_or_else(|| {
        let message = match target {
            AlertTarget::Policy(name) => format!("no alert policy is named `{name}`"),
            AlertTarget::Channel(name) => format!("no channel is named `{name}`"),
        };
        Refusal::new(RefusalCode::NotFound, message)
    })
}

/// Silences a policy until an instant; none ends the silence.
pub(in crate::decide) fn mute_policy(
    world: &World,
    request: &Request,
    name: &str,
    until: Option<Timestamp>,
    now: Timestamp,
) -> Decision {
    if let Err(refusal) = declared(world, request, &AlertTarget::Policy(name.to_owned())) {
        return Decision::refused(refusal);
    }
    let until = until.filter(|until| *until > now);
    let deployment = request.deployment;
    let known = world.policies.get(&(deployment, name.to_owned())).cloned();
    let mut record = known.unwrap_or_else(|| PolicyRecord {
        deployment,
        name: name.to_owned(),
        muted_until: None,
        recent: Vec::new(),
    });
    if record.muted_until == until {
        return Decision::answered(Answer::Done, Vec::new());
    }
    record.muted_until = until;
    Decision::answered(Answer::Done, vec![Effect::PolicyMoved(record)])
}

/// Sends a sample to a channel, or to every channel of a policy.
pub(in crate::decide) fn test(world: &World, request: &Request, target: &AlertTarget, now: Timestamp) -> Decision {
    let snapshot = match declared(world, request, target) {
        Ok(snapshot) => snapshot,
        Err(refusal) => return Decision::refused(refusal),
    };
    let (policy, channels) = match target {
        AlertTarget::Policy(name) => {
            (name.clone(), snapshot.find_policy(name).map(|(_, policy)| policy.channels.clone()).unwrap_or_default())
        }
        AlertTarget::Channel(name) => (String::new(), vec![name.clone()]),
    };
    if channels.is_empty() {
        let message = format!("alert policy {policy} tells nobody: it names no channel");
        return Decision::refused(Refusal::new(RefusalCode::Invalid, message));
    }
    let mut incident = sample(request, snapshot, &policy, world.last_seq, now);
    incident.told = channels.iter().map(|channel| (channel.clone(), now)).collect();
    let mut book = Book::new(world, now);
    for channel in channels {
        book.message(&mut incident, AlertTopic::Test, channel, policy.clone(), now, 1);
    }
    Decision::answered(Answer::Done, book.close())
}

/// An incident that never happened, about the first asset that there is.
fn sample(request: &Request, snapshot: &Snapshot, policy: &str, seq: Seq, now: Timestamp) -> IncidentRecord {
    let number = snapshot.find_policy(policy).map(|(at, _)| at);
    let severity = snapshot.find_policy(policy).map(|(_, policy)| policy.severity).unwrap_or_default();
    let count = snapshot.manifest().assets.len() as u32;
    let watched = (0..count).find(|&asset| number.is_none_or(|at| snapshot.watches(at, &[asset])));
    let asset = watched.map(|asset| snapshot.asset(asset));
    let cause = match asset {
        Some(asset) => Cause::Asset { asset: asset.key.clone(), partition: String::new() },
        None => Cause::Deploy { location: snapshot.location().to_owned() },
    };
    let mut hasher = blake3::Hasher::new();
    hasher.update(b"test");
    hasher.update(&seq.0.to_le_bytes());
    hasher.update(policy.as_bytes());
    let mut bytes = [0; 10];
    hasher.finalize_xof().fill(&mut bytes);
    let millis = u64::try_from(now.as_micros() / 1_000).unwrap_or(0);
    let downstream = watched.map(|asset| snapshot.downstream_of(asset)).unwrap_or_default();
    IncidentRecord {
        id: IncidentId(uuid::Builder::from_unix_timestamp_millis(millis, &bytes).into_uuid()),
        deployment: request.deployment,
        opened_seq: seq,
        state: IncidentState::Open,
        severity,
        title: words::title(&cause),
        cause,
        error: Some("This is a test. Nothing is wrong.".to_owned()),
        location: snapshot.location().to_owned(),
        policies: if policy.is_empty() { Vec::new() } else { vec![policy.to_owned()] },
        owners: asset.map(|asset| asset.owners.clone()).unwrap_or_default(),
        affected: downstream.iter().take(3).map(|&asset| snapshot.asset(asset).key.clone()).collect(),
        affected_count: downstream.len() as u32,
        count: 1,
        opened_at: now,
        last_at: now,
        resolved_at: None,
        acknowledged: None,
        muted_until: None,
        run: None,
        told: BTreeMap::new(),
        told_of: BTreeMap::new(),
        messages: 0,
    }
}

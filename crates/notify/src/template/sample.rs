//! Events that never happened, to try templates with.

use std::collections::BTreeMap;

use headwater_core::{
    alert::{Acknowledged, AlertMessage, AlertTopic, Cause, IncidentRecord, IncidentState},
    id::{DeploymentId, IncidentId, RunId, Seq},
    key::AssetKey,
    manifest::{AlertPolicyDef, Manifest},
    time::{Millis, Timestamp},
};
use uuid::Uuid;

/// An event with everything that an event can have.
pub(super) fn full(manifest: &Manifest, policy: &AlertPolicyDef, topic: AlertTopic) -> AlertMessage {
    let mut message = bare(manifest, policy, topic);
    let keys: Vec<AssetKey> = manifest.assets.iter().map(|asset| asset.key.clone()).take(7).collect();
    let key = keys.first().cloned().or_else(|| AssetKey::new("raw/orders").ok());
    let incident = &mut message.incident;
    if let Some(asset) = key.clone() {
        let (check, partition) = ("unique".to_owned(), "2026-11-28".to_owned());
        incident.title = format!("check {check} on {asset} failed");
        incident.cause = Cause::Check { asset, check, partition };
    }
    incident.error = Some("3 rows have the same id\nthe first is 4711".to_owned());
    incident.owners = vec!["team:data".to_owned(), "ann@example.com".to_owned()];
    incident.affected = if keys.is_empty() { key.into_iter().collect() } else { keys };
    incident.affected_count = 17;
    incident.count = 3;
    incident.last_at = incident.opened_at.plus(Millis::secs(300));
    incident.resolved_at = Some(incident.opened_at.plus(Millis::secs(720)));
    incident.acknowledged = Some(Acknowledged { by: "ann".to_owned(), at: incident.last_at });
    incident.run = Some(RunId(Uuid::from_u128(2)));
    message.told = policy.channels.iter().cloned().chain(["everybody else".to_owned()]).collect();
    message.since_last = 2;
    message
}

/// An event with as little as an event can have.
pub(super) fn bare(manifest: &Manifest, policy: &AlertPolicyDef, topic: AlertTopic) -> AlertMessage {
    let at = Timestamp::from_secs(1_795_834_800);
    let incident = IncidentRecord {
        id: IncidentId(Uuid::from_u128(1)),
        deployment: DeploymentId::DEFAULT,
        opened_seq: Seq(1),
        state: match topic {
            AlertTopic::Opened | AlertTopic::Repeated | AlertTopic::Test => IncidentState::Open,
            AlertTopic::Acknowledged => IncidentState::Acknowledged,
            AlertTopic::Resolved => IncidentState::Resolved,
        },
        severity: policy.severity,
        cause: Cause::Worker { worker: "worker-1".to_owned() },
        title: "worker worker-1 went silent".to_owned(),
        error: None,
        location: manifest.location.clone(),
        policies: vec![policy.name.clone()],
        owners: Vec::new(),
        affected: Vec::new(),
        affected_count: 0,
        count: 1,
        opened_at: at,
        last_at: at,
        resolved_at: None,
        acknowledged: None,
        muted_until: None,
        run: None,
        told: BTreeMap::new(),
        told_of: BTreeMap::new(),
        messages: 1,
    };
    AlertMessage { incident, policy: policy.name.clone(), told: Vec::new(), since_last: 0 }
}

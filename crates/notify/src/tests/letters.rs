//! Incidents and messages for tests, with everything nasty that an error can hold.

use std::collections::BTreeMap;

use headwater_core::{
    alert::{Acknowledged, AlertMessage, AlertTopic, Cause, IncidentRecord, IncidentState},
    id::{DeploymentId, IncidentId, RunId, Seq},
    key::AssetKey,
    manifest::AlertSeverity,
    time::{Millis, Timestamp},
};
use uuid::Uuid;

/// When everything here begins.
pub(super) const START: Timestamp = Timestamp::from_secs(1_795_834_800);

/// The id of an incident.
pub(super) fn incident_id(number: u128) -> IncidentId {
    IncidentId(Uuid::from_u128(0x0193_0000_0000_7000_8000_0000_0000_0000 + number))
}

fn key(text: &str) -> AssetKey {
    AssetKey::new(text).unwrap()
}

/// An incident after something happened to it.
pub(super) fn incident(number: u128, topic: AlertTopic) -> IncidentRecord {
    let ended = START.plus(Millis::secs(725));
    let mut incident = IncidentRecord {
        id: incident_id(number),
        deployment: DeploymentId::DEFAULT,
        opened_seq: Seq(7),
        state: IncidentState::Open,
        severity: AlertSeverity::Critical,
        cause: Cause::Asset { asset: key("raw/été <b>"), partition: String::new() },
        title: "raw/été <b> could not be made".into(),
        error: Some("KeyError: 'a' < b && c\n<!here> @channel ```fence``` <@U123>\n*bold* _it_ [x](http://y)".into()),
        location: "shop".into(),
        policies: vec!["raw & failing".into()],
        owners: vec!["team:data".into(), "ann@shop.example".into()],
        affected: ["a", "b", "c", "d", "e", "f"].map(|name| key(&format!("curated/{name}_1"))).to_vec(),
        affected_count: 17,
        count: 1,
        opened_at: START,
        last_at: START,
        resolved_at: None,
        acknowledged: None,
        muted_until: None,
        run: Some(RunId(Uuid::from_u128(0x0193_0000_0000_7000_8000_0000_0000_0abc))),
        told: BTreeMap::new(),
        told_of: BTreeMap::new(),
        messages: 1,
    };
    match topic {
        AlertTopic::Opened | AlertTopic::Test => {}
        AlertTopic::Repeated => {
            incident.count = 3;
            incident.last_at = START.plus(Millis::secs(600));
        }
        AlertTopic::Acknowledged => {
            incident.state = IncidentState::Acknowledged;
            incident.acknowledged = Some(Acknowledged { by: "ann <a>".into(), at: ended });
        }
        AlertTopic::Resolved => {
            incident.state = IncidentState::Resolved;
            incident.resolved_at = Some(ended);
        }
    }
    incident
}

/// A message about it.
pub(super) fn message(number: u128, topic: AlertTopic) -> AlertMessage {
    AlertMessage {
        incident: incident(number, topic),
        policy: "raw & failing".into(),
        told: vec!["chat".into(), "mail".into(), "pager & co".into()],
        since_last: u32::from(topic == AlertTopic::Repeated) * 2,
    }
}

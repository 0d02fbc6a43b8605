//! PagerDuty, by its Events API v2: an incident of ours is one of theirs, under the same key.

use headwater_core::{alert::AlertTopic, manifest::AlertSeverity};
use serde_json::{Value, json};

use super::{
    Channel, Failure, Letter, Post, Purpose, http,
    text::{Markup, cut},
};
use crate::{outbound::Answer, secret::Secret};

/// Where the API is.
const API: &str = "https://events.pagerduty.com";

/// The longest summary that is taken, in characters.
const MOST_SUMMARY: usize = 1_024;

#[derive(Debug)]
pub(super) struct PagerDuty {
    pub(super) routing_key: Secret,
    pub(super) api: Option<String>,
}

impl PagerDuty {
    fn post(&self, action: &str, letter: &Letter<'_>) -> Post {
        let mut body = json!({
            "routing_key": self.routing_key.expose(),
            "event_action": action,
            "dedup_key": letter.context.incident,
        });
        if action == "trigger" {
            body["payload"] = payload(letter);
            body["client"] = json!("Headwater");
            if !letter.context.incident_url.is_empty() {
                body["client_url"] = json!(letter.context.incident_url);
            }
            body["links"] =
                letter.context.links().into_iter().map(|(text, url)| json!({ "href": url, "text": text })).collect();
        }
        let base = self.api.as_deref().unwrap_or(API).trim_end_matches('/');
        Post::Http(Purpose::Tell, http::json(&Secret::new(format!("{base}/v2/enqueue")), &body))
    }
}

fn payload(letter: &Letter<'_>) -> Value {
    let (context, incident) = (letter.context, &letter.message.incident);
    let severity = match (letter.topic, incident.severity) {
        (AlertTopic::Test, _) | (_, AlertSeverity::Info) => "info",
        (_, AlertSeverity::Warning) => "warning",
        (_, AlertSeverity::Critical) => "critical",
    };
    let component = if context.asset.is_empty() { &context.cause } else { &context.asset };
    json!({
        "summary": cut(&super::one_line(&letter.headline()), MOST_SUMMARY),
        "source": incident.location,
        "severity": severity,
        "timestamp": incident.last_at.to_string(),
        "component": component,
        "group": context.policy,
        "class": context.kind,
        "custom_details": {
            "message": cut(&letter.body(Markup::Plain), 8_000),
            "error": cut(&context.error, 2_000),
            "since": context.since,
            "count": incident.count,
            "held_up": context.held_up(),
            "held_up_count": incident.affected_count,
            "owners": context.owners,
            "also_told": context.told,
            "policies": incident.policies,
        },
    })
}

impl Channel for PagerDuty {
    fn posts(&self, letter: &Letter<'_>) -> Result<Vec<Post>, Failure> {
        Ok(match letter.topic {
            AlertTopic::Opened | AlertTopic::Repeated => vec![self.post("trigger", letter)],
            AlertTopic::Acknowledged => vec![self.post("acknowledge", letter)],
            AlertTopic::Resolved => vec![self.post("resolve", letter)],
            // Nobody should have to close what was only a test.
            AlertTopic::Test => vec![self.post("trigger", letter), self.post("resolve", letter)],
        })
    }

    fn read(&self, _: Purpose, answer: &Answer) -> Result<Option<Value>, Failure> {
        http::taken(answer, |answer| match answer.status {
            400 => Some("check the routing key; it is the integration key of an Events API v2 integration".to_owned()),
            _ => None,
        })?;
        Ok(None)
    }

    fn secrets(&self) -> Vec<Secret> {
        vec![self.routing_key.clone()]
    }
}

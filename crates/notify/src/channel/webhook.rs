//! Any HTTP endpoint: JSON of a stable shape, signed. The crate's documentation says what a receiver gets.

use std::fmt::Write as _;

use headwater_core::{alert::Cause, time::Timestamp};
use hmac::{Hmac, KeyInit, Mac};
use serde::Serialize;
use serde_json::Value;
use sha2::Sha256;

use super::{Channel, Failure, Letter, Post, Purpose, http, text::Markup};
use crate::{outbound::Answer, secret::Secret};

#[derive(Debug)]
pub(super) struct Webhook {
    pub(super) url: Secret,
    pub(super) key: Option<Secret>,
}

/// The body, version 1. Fields may be added; none is changed or taken away.
#[derive(Serialize)]
struct Body<'a> {
    version: u32,
    /// The same on every try.
    id: &'a str,
    /// As in `alert.opened`.
    event: &'a str,
    /// When it was decided.
    at: String,
    policy: &'a str,
    channel: &'a str,
    /// Where things stand, in two or three words.
    status: &'a str,
    /// The message in words, by the policy's template or the default one.
    text: String,
    incident: Incident<'a>,
}

#[derive(Serialize)]
struct Incident<'a> {
    id: String,
    url: Option<&'a str>,
    title: &'a str,
    state: &'a str,
    severity: &'a str,
    kind: &'a str,
    cause: &'a Cause,
    error: Option<&'a str>,
    location: &'a str,
    policies: &'a [String],
    owners: &'a [String],
    /// What is held up downstream; the first of them, of `affected_count`.
    affected: Vec<&'a str>,
    affected_count: u32,
    count: u32,
    since_last: u32,
    opened_at: String,
    last_at: String,
    resolved_at: Option<String>,
    acknowledged: Option<Acknowledged<'a>>,
    asset: Option<Link<'a>>,
    run: Option<Link<'a>>,
    /// Every channel that is told.
    told: &'a [String],
}

#[derive(Serialize)]
struct Acknowledged<'a> {
    by: &'a str,
    at: String,
}

#[derive(Serialize)]
struct Link<'a> {
    id: &'a str,
    url: Option<&'a str>,
}

fn some(text: &str) -> Option<&str> {
    (!text.is_empty()).then_some(text)
}

fn body(letter: &Letter<'_>) -> String {
    let (context, incident) = (letter.context, &letter.message.incident);
    let body = Body {
        version: 1,
        id: letter.dedup,
        event: letter.topic.as_str(),
        at: letter.at.to_string(),
        policy: &context.policy,
        channel: &context.channel,
        status: &context.status,
        text: format!("{}\n{}", letter.headline(), letter.body(Markup::Plain)),
        incident: Incident {
            id: incident.id.to_string(),
            url: some(&context.incident_url),
            title: &incident.title,
            state: incident.state.as_str(),
            severity: incident.severity.as_str(),
            kind: incident.cause.kind().as_str(),
            cause: &incident.cause,
            error: incident.error.as_deref(),
            location: &incident.location,
            policies: &incident.policies,
            owners: &incident.owners,
            affected: incident.affected.iter().map(headwater_core::key::AssetKey::as_str).collect(),
            affected_count: incident.affected_count,
            count: incident.count,
            since_last: letter.message.since_last,
            opened_at: incident.opened_at.to_string(),
            last_at: incident.last_at.to_string(),
            resolved_at: incident.resolved_at.map(|at| at.to_string()),
            acknowledged: incident.acknowledged.as_ref().map(|by| Acknowledged { by: &by.by, at: by.at.to_string() }),
            asset: some(&context.asset).map(|id| Link { id, url: some(&context.asset_url) }),
            run: some(&context.run).map(|id| Link { id, url: some(&context.run_url) }),
            told: &letter.message.told,
        },
    };
    // A body is made of maps with text keys, lists and numbers, which all have a form in JSON.
    serde_json::to_string(&body).unwrap_or_default()
}

/// The signature of a body that was sent at a time.
fn signature(key: &Secret, timestamp: i64, body: &str) -> Option<String> {
    let mut mac = Hmac::<Sha256>::new_from_slice(key.expose().as_bytes()).ok()?;
    mac.update(format!("{timestamp}.{body}").as_bytes());
    let mut text = "v1=".to_owned();
    for byte in mac.finalize().into_bytes() {
        let _ = write!(text, "{byte:02x}");
    }
    Some(text)
}

const fn seconds(at: Timestamp) -> i64 {
    at.as_micros().div_euclid(1_000_000)
}

impl Channel for Webhook {
    fn posts(&self, letter: &Letter<'_>) -> Result<Vec<Post>, Failure> {
        let mut post = http::json(&self.url, &());
        post.body = body(letter);
        let timestamp = seconds(letter.now);
        post.headers.push(("headwater-event", letter.topic.as_str().to_owned()));
        post.headers.push(("headwater-timestamp", timestamp.to_string()));
        // The name of a channel is a part of the key, and may have letters that no header has.
        let key = percent_encoding::utf8_percent_encode(letter.dedup, percent_encoding::CONTROLS);
        post.headers.push(("idempotency-key", key.to_string()));
        if let Some(key) = &self.key {
            let signature = signature(key, timestamp, &post.body);
            let signature = signature.ok_or_else(|| Failure::never("its secret cannot sign; set another one"))?;
            post.headers.push(("headwater-signature", signature));
        }
        Ok(vec![Post::Http(Purpose::Tell, post)])
    }

    fn read(&self, _: Purpose, answer: &Answer) -> Result<Option<Value>, Failure> {
        http::taken(answer, |_| None)?;
        Ok(None)
    }

    fn secrets(&self) -> Vec<Secret> {
        self.url.parts_of_address().into_iter().chain(self.key.clone()).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_signature_is_what_other_libraries_compute() {
        // printf '1764331200.{"a":1}' | openssl dgst -sha256 -hmac geheim
        let signature = signature(&Secret::new("geheim"), 1_764_331_200, "{\"a\":1}").unwrap();
        assert_eq!(signature, "v1=f195b4b88059078a77b78cfc9e40ba11f0512f043da7ac126ceb8aa9c0e83fc6");
    }
}

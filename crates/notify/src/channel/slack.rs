//! Blocks as Slack wants them, for the webhook and the bot alike.

use headwater_core::{alert::AlertTopic, manifest::AlertSeverity};
use serde_json::{Value, json};

use super::{
    Letter,
    text::{Markup, cut, fit, parts},
};

/// Slack's limits, in characters and in blocks.
const MOST_HEADER: usize = 150;
const MOST_SECTION: usize = 3_000;
const MOST_SECTIONS: usize = 10;
const MOST_LINK: usize = 800;

/// The message in blocks, with the line that notifications show.
pub(super) fn message(letter: &Letter<'_>) -> Value {
    let headline = format!("{} {}", sign(letter), super::one_line(&letter.headline()));
    let mut blocks = vec![json!({
        "type": "header",
        "text": { "type": "plain_text", "text": fit(&headline, MOST_HEADER, Markup::Slack), "emoji": true },
    })];
    let body = letter.body(Markup::Slack);
    blocks.extend(parts(&body, MOST_SECTION).into_iter().take(MOST_SECTIONS).map(|part| section(&part)));
    let facts = facts(letter);
    blocks.push(json!({ "type": "context", "elements": [{ "type": "mrkdwn", "text": facts }] }));
    json!({ "text": fit(&headline, MOST_SECTION, Markup::Slack), "blocks": blocks })
}

/// An answer in a thread: one line, as the message above it says the rest.
pub(super) fn follow_up(letter: &Letter<'_>) -> Value {
    let line = format!("{} {}", sign(letter), super::one_line(&letter.context.status));
    let line = fit(&line, 500, Markup::Slack);
    let link = Markup::Slack.link("Incident", &letter.context.incident_url);
    let shown = if letter.context.incident_url.is_empty() { line.clone() } else { format!("{line} · {link}") };
    json!({ "text": line, "blocks": [section(&shown)] })
}

fn section(text: &str) -> Value {
    json!({ "type": "section", "text": { "type": "mrkdwn", "text": text } })
}

/// The last line: how bad, because of which policy, and where to look.
fn facts(letter: &Letter<'_>) -> String {
    let context = letter.context;
    let mut facts = vec![context.severity.to_owned()];
    if !context.policy.is_empty() {
        facts.push(format!("policy {}", fit(&context.policy, 200, Markup::Slack)));
    }
    let links = context.links().into_iter().filter(|(_, url)| url.len() < MOST_LINK);
    facts.extend(links.map(|(name, url)| Markup::Slack.link(name, url)));
    facts.join(" · ")
}

fn sign(letter: &Letter<'_>) -> &'static str {
    match (letter.topic, letter.message.incident.severity) {
        (AlertTopic::Resolved, _) => ":white_check_mark:",
        (AlertTopic::Acknowledged, _) => ":eyes:",
        (AlertTopic::Test, _) => ":test_tube:",
        (AlertTopic::Opened | AlertTopic::Repeated, AlertSeverity::Critical) => ":red_circle:",
        (AlertTopic::Opened | AlertTopic::Repeated, AlertSeverity::Warning) => ":large_orange_circle:",
        (AlertTopic::Opened | AlertTopic::Repeated, AlertSeverity::Info) => ":large_blue_circle:",
    }
}

/// What Slack's own words for an error mean: whether it may pass, and what to do about it.
pub(super) fn advice(error: &str) -> Option<&'static str> {
    Some(match error {
        "channel_not_found" => {
            "the channel does not exist or is private; check its name, or use its id, and invite the app to it"
        }
        "not_in_channel" => "invite the app to the channel (/invite @app in Slack)",
        "is_archived" | "channel_is_archived" => "the channel is archived; unarchive it or name another one",
        "invalid_auth" | "not_authed" | "token_revoked" | "token_expired" | "account_inactive" | "invalid_token" => {
            "the token is not valid (any more); install the app again and set its new token"
        }
        "missing_scope" | "no_permission" | "not_allowed_token_type" => {
            "give the app the scope chat:write, install it again and set its new token"
        }
        "restricted_action" | "action_prohibited" | "posting_to_general_channel_denied" | "ekm_access_denied" => {
            "an administrator of the workspace forbids it; ask for permission or use another channel"
        }
        "no_service" | "no_service_id" | "invalid_token_format" | "no_team" | "team_disabled" | "user_not_found" => {
            "the webhook is gone; make a new one and set its address"
        }
        "msg_too_long" | "msg_blocks_too_long" | "invalid_blocks" | "invalid_blocks_format" | "invalid_payload" => {
            "Slack does not take the message's form; make the policy's template simpler"
        }
        _ => return None,
    })
}

/// Slack's word for an error, as it may stand in a sentence.
pub(super) fn word(text: &str) -> String {
    cut(&super::one_line(text), 100)
}

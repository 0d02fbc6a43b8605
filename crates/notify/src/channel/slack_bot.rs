//! Slack by bot token: one thread per incident, and its first message says how it stands.

use headwater_core::alert::AlertTopic;
use serde_json::{Value, json};

use super::{Channel, Failure, Letter, Post, Purpose, Then, http, slack};
use crate::{
    outbound::{Answer, HttpPost},
    secret::Secret,
};

/// Where the API is.
const API: &str = "https://slack.com/api";

/// Errors that pass.
const PASSING: [&str; 8] = [
    "ratelimited",
    "rate_limited",
    "internal_error",
    "fatal_error",
    "service_unavailable",
    "request_timeout",
    "team_added_to_org",
    "message_limit_exceeded",
];

#[derive(Debug)]
pub(super) struct SlackBot {
    pub(super) token: Secret,
    pub(super) channel: String,
    pub(super) api: Option<String>,
}

impl SlackBot {
    fn post(&self, purpose: Purpose, method: &str, body: &Value) -> Post {
        let base = self.api.as_deref().unwrap_or(API).trim_end_matches('/');
        let mut request: HttpPost = http::json(&Secret::new(format!("{base}/{method}")), body);
        request.headers.push(("authorization", format!("Bearer {}", self.token.expose())));
        Post::Http(purpose, request)
    }

    /// A new message, in the incident's thread where there is one.
    fn tell(&self, letter: &Letter<'_>, mut body: Value, thread: Option<(&str, &str)>) -> Post {
        body["channel"] = json!(thread.map_or(self.channel.as_str(), |(channel, _)| channel));
        body["unfurl_links"] = json!(false);
        body["unfurl_media"] = json!(false);
        // The same id on both, where a message had to be sent twice.
        body["metadata"] = json!({ "event_type": "headwater_alert", "event_payload": { "id": letter.dedup } });
        if let Some((_, ts)) = thread {
            body["thread_ts"] = json!(ts);
            body["reply_broadcast"] = json!(false);
        }
        self.post(Purpose::Tell, "chat.postMessage", &body)
    }

    /// The first message, saying how things stand now.
    fn correct(&self, letter: &Letter<'_>, (channel, ts): (&str, &str)) -> Post {
        let mut body = slack::message(letter);
        body["channel"] = json!(channel);
        body["ts"] = json!(ts);
        self.post(Purpose::Correct, "chat.update", &body)
    }
}

/// The place of the incident's first message.
fn place(receipt: &Value) -> Option<(&str, &str)> {
    Some((receipt.get("channel")?.as_str()?, receipt.get("ts")?.as_str()?))
}

impl Channel for SlackBot {
    fn posts(&self, letter: &Letter<'_>) -> Result<Vec<Post>, Failure> {
        let Some(first) = letter.receipt.and_then(place) else {
            return Ok(vec![self.tell(letter, slack::message(letter), None)]);
        };
        Ok(match letter.topic {
            AlertTopic::Acknowledged | AlertTopic::Resolved => {
                // To correct twice changes nothing, so it comes first: if the second request fails, both are repeated.
                vec![self.correct(letter, first), self.tell(letter, slack::follow_up(letter), Some(first))]
            }
            AlertTopic::Opened | AlertTopic::Repeated | AlertTopic::Test => {
                vec![self.tell(letter, slack::message(letter), Some(first))]
            }
        })
    }

    fn read(&self, purpose: Purpose, answer: &Answer) -> Result<Option<Value>, Failure> {
        http::taken(answer, |_| None)?;
        let said: Value = serde_json::from_str(&answer.body)
            .map_err(|_| Failure::again(format!("its answer is not Slack's{}", http::quote(&answer.body))))?;
        match (said.get("ok").and_then(Value::as_bool), said.get("error").and_then(Value::as_str)) {
            (Some(true), _) => {
                let place = place(&said).map(|(channel, ts)| json!({ "channel": channel, "ts": ts }));
                Ok(place.filter(|_| purpose == Purpose::Tell))
            }
            (_, Some(error)) => Err(refused(error, &said, answer)),
            _ => Err(Failure::again(format!("its answer is not Slack's{}", http::quote(&answer.body)))),
        }
    }

    fn secrets(&self) -> Vec<Secret> {
        vec![self.token.clone()]
    }
}

fn refused(error: &str, said: &Value, answer: &Answer) -> Failure {
    let word = slack::word(error);
    if matches!(error, "ratelimited" | "rate_limited") {
        let error = "Slack takes no more messages for now (ratelimited)".to_owned();
        return Failure { error, then: Then::Hold { after: answer.retry_after } };
    }
    if PASSING.contains(&error) {
        return Failure::again(format!("Slack could not take it for now ({word})"));
    }
    let needed = said.get("needed").and_then(Value::as_str).map(|scope| format!(", it needs {}", slack::word(scope)));
    let advice = slack::advice(error).unwrap_or("Slack's documentation of chat.postMessage says what it means");
    Failure::never(format!("Slack refused it ({word}{}): {advice}", needed.unwrap_or_default()))
}

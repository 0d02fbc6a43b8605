//! Microsoft Teams: an adaptive card, as the workflow "when a webhook request is received" takes it. It only adds
//! messages.

use headwater_core::{alert::AlertTopic, manifest::AlertSeverity};
use serde_json::{Value, json};

use super::{
    Channel, Failure, Letter, Post, Purpose, Then, http,
    text::{Markup, cut, fit},
};
use crate::{outbound::Answer, secret::Secret};

/// A card is refused when it is larger than 28 kB; these keep it well below, also where every character is escaped.
const MOST_BODY: usize = 6_000;
const MOST_FACT: usize = 500;

#[derive(Debug)]
pub(super) struct Teams {
    pub(super) url: Secret,
}

fn card(letter: &Letter<'_>) -> Value {
    let context = letter.context;
    let headline = fit(&super::one_line(&letter.headline()), MOST_FACT, Markup::Markdown);
    let mut body = vec![json!({
        "type": "TextBlock", "text": headline, "size": "Large", "weight": "Bolder", "wrap": true, "color": colour(letter),
    })];
    if letter.template.is_some() {
        // One line break is none in a card; two are.
        let text = cut(&letter.body(Markup::Markdown), MOST_BODY).replace('\n', "\n\n");
        body.push(json!({ "type": "TextBlock", "text": text, "wrap": true }));
    } else {
        if !context.error.is_empty() {
            let error = cut(&context.error, 1_500).replace('\n', "\n\n");
            let error = Markup::Markdown.escape(&error);
            body.push(json!({
                "type": "TextBlock", "text": error, "fontType": "Monospace", "wrap": true, "separator": true,
            }));
        }
        body.push(json!({ "type": "FactSet", "facts": facts(letter) }));
    }
    let links = context.links().into_iter();
    let actions: Vec<Value> =
        links.map(|(title, url)| json!({ "type": "Action.OpenUrl", "title": title, "url": url })).collect();
    json!({
        "$schema": "http://adaptivecards.io/schemas/adaptive-card.json",
        "type": "AdaptiveCard",
        "version": "1.4",
        "msteams": { "width": "Full" },
        "fallbackText": headline,
        "body": body,
        "actions": actions,
    })
}

fn facts(letter: &Letter<'_>) -> Vec<Value> {
    let context = letter.context;
    let rows = [
        ("Status", context.status.clone()),
        ("Severity", context.severity.to_owned()),
        ("Since", context.since.clone()),
        ("Held up", if letter.topic == AlertTopic::Resolved { String::new() } else { context.held_up() }),
        ("Owners", context.owners.join(", ")),
        ("Also told", context.told.join(", ")),
        ("Policy", context.policy.clone()),
    ];
    let rows = rows.into_iter().filter(|(_, value)| !value.is_empty());
    rows.map(|(title, value)| json!({ "title": title, "value": fit(&value, MOST_FACT, Markup::Markdown) })).collect()
}

fn colour(letter: &Letter<'_>) -> &'static str {
    match (letter.topic, letter.message.incident.severity) {
        (AlertTopic::Resolved, _) => "Good",
        (AlertTopic::Acknowledged | AlertTopic::Test, _) | (_, AlertSeverity::Info) => "Accent",
        (_, AlertSeverity::Warning) => "Warning",
        (_, AlertSeverity::Critical) => "Attention",
    }
}

impl Channel for Teams {
    fn posts(&self, letter: &Letter<'_>) -> Result<Vec<Post>, Failure> {
        let body = json!({
            "type": "message",
            "attachments": [{
                "contentType": "application/vnd.microsoft.card.adaptive",
                "contentUrl": null,
                "content": card(letter),
            }],
        });
        Ok(vec![Post::Http(Purpose::Tell, http::json(&self.url, &body))])
    }

    fn read(&self, _: Purpose, answer: &Answer) -> Result<Option<Value>, Failure> {
        http::taken(answer, |_| None)?;
        // The older connectors say 200 to everything, and what came of it in the text.
        if answer.body.contains("HTTP error 429") {
            let error = "Teams takes no more messages for now (429)".to_owned();
            return Err(Failure { error, then: Then::Hold { after: answer.retry_after } });
        }
        if answer.body.contains("delivery failed") {
            return Err(Failure::again(format!("Teams could not deliver it{}", http::quote(&answer.body))));
        }
        Ok(None)
    }

    fn secrets(&self) -> Vec<Secret> {
        self.url.parts_of_address()
    }
}

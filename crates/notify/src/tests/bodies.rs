//! What every kind of channel says on every occasion.

use std::fmt::Write as _;

use headwater_core::{
    alert::AlertTopic,
    manifest::{ChannelDef, ChannelKind, SecretRef},
};
use serde_json::{Value, json};

use super::letters::{START, message};
use crate::{
    channel::{self, Channel, Letter, Post},
    secret::Secrets,
    template::Context,
};

fn open(to: ChannelKind) -> Box<dyn Channel> {
    let secrets = Secrets::new(|name| Some(format!("https://hooks.example/{}", name.to_lowercase())));
    channel::open(&ChannelDef { name: "chat".into(), to, source: None }, &secrets).unwrap()
}

/// The requests of a letter as text: headers, then the body.
pub(super) fn requests(
    channel: &dyn Channel,
    topic: AlertTopic,
    receipt: Option<&Value>,
    template: Option<&str>,
) -> String {
    let message = message(1, topic);
    let context = Context::new(&message, topic, "chat", "https://headwater.example/");
    let letter = Letter {
        topic,
        message: &message,
        dedup: "0193/1/chat é",
        at: START,
        now: START,
        context: &context,
        template,
        receipt,
    };
    let mut out = String::new();
    for post in channel.posts(&letter).unwrap() {
        match post {
            Post::Http(purpose, post) => {
                writeln!(out, "{purpose:?} {}", post.url.expose()).unwrap();
                for (name, value) in &post.headers {
                    writeln!(out, "{name}: {value}").unwrap();
                }
                let body: Value = serde_json::from_str(&post.body).unwrap();
                writeln!(out, "{}", serde_json::to_string_pretty(&body).unwrap()).unwrap();
            }
            Post::Mail(post) => {
                let mail = String::from_utf8(post.message.formatted()).unwrap();
                writeln!(out, "{}", mail.replace("\r\n", "\n")).unwrap();
            }
        }
    }
    if out.is_empty() { "nothing\n".to_owned() } else { out }
}

/// Every occasion of an incident, one after the other.
fn story(channel: &dyn Channel, receipt: Option<&Value>) -> String {
    let mut out = String::new();
    for &topic in AlertTopic::ALL {
        let receipt = receipt.filter(|_| !matches!(topic, AlertTopic::Opened | AlertTopic::Test));
        write!(out, "=== {topic}\n{}\n", requests(channel, topic, receipt, None)).unwrap();
    }
    out
}

fn slack_webhook() -> Box<dyn Channel> {
    open(ChannelKind::SlackWebhook { url: SecretRef::env("SLACK") })
}

#[test]
fn slack_by_webhook() {
    insta::assert_snapshot!(story(&*slack_webhook(), None));
}

#[test]
fn slack_by_bot() {
    let bot = open(ChannelKind::SlackBot { token: SecretRef::env("TOKEN"), channel: "alerts".into(), api: None });
    insta::assert_snapshot!(story(&*bot, Some(&json!({ "channel": "C1", "ts": "17.1" }))));
}

#[test]
fn webhook() {
    let hook = ChannelKind::Webhook { url: SecretRef::env("HOOK"), secret: Some(SecretRef("geheim".into())) };
    insta::assert_snapshot!(story(&*open(hook), None));
}

#[test]
fn teams() {
    insta::assert_snapshot!(story(&*open(ChannelKind::Teams { url: SecretRef::env("TEAMS") }), None));
}

#[test]
fn pagerduty() {
    let pager = ChannelKind::Pagerduty { routing_key: SecretRef("R0".into()), api: None };
    insta::assert_snapshot!(story(&*open(pager), None));
}

fn email() -> Box<dyn Channel> {
    open(ChannelKind::Email {
        smtp: SecretRef("smtp://mail.example".into()),
        from: "Headwater <headwater@shop.example>".into(),
        to: vec!["ann@shop.example".into(), "Bob Ünal <bob@shop.example>".into()],
    })
}

#[test]
fn mail() {
    insta::assert_snapshot!(story(&*email(), Some(&json!({ "message_id": "<0193.1.mail@shop.example>" }))));
}

#[test]
fn an_own_template_is_escaped_for_each_channel() {
    let template = "{{status}}: {{title}}\n{{bold \"Why\"}} {{error}}\n{{link \"look\" run_url}} {{list told}} 1 < 2";
    let mut out = String::new();
    let teams = open(ChannelKind::Teams { url: SecretRef::env("TEAMS") });
    for channel in [&*slack_webhook(), &*teams, &*email()] {
        writeln!(out, "{}", requests(channel, AlertTopic::Opened, None, Some(template))).unwrap();
    }
    insta::assert_snapshot!(out);
}

#[test]
fn a_template_that_fails_does_not_keep_the_alert_back() {
    let said = requests(&*slack_webhook(), AlertTopic::Opened, None, Some("{{#if title}}{{tittle}}{{/if}}"));
    assert!(said.contains("(the template of policy raw &amp; failing failed: there is no field `tittle`)"), "{said}");
    assert!(said.contains("*Since* 2026-11-28"), "{said}");
}

/// The texts of all blocks.
fn texts(blocks: &Value) -> Vec<String> {
    let of = |block: &Value| block.pointer("/text/text").or_else(|| block.pointer("/elements/0/text")).cloned();
    let blocks = blocks.as_array().unwrap().iter();
    blocks.map(|block| of(block).unwrap().as_str().unwrap().to_owned()).collect()
}

#[test]
fn slack_gets_no_more_than_it_takes() {
    let long = "<&>é ".repeat(4_000);
    let mut message = message(1, AlertTopic::Opened);
    message.incident.title = long.clone();
    message.incident.error = Some(long.clone());
    message.policy = long.clone();
    message.told = vec![long.clone(); 20];
    let context = Context::new(&message, AlertTopic::Opened, "chat", &format!("https://headwater.example/{long}"));
    for template in [None, Some("{{error}} {{title}} {{list told}}")] {
        let letter = Letter {
            topic: AlertTopic::Opened,
            message: &message,
            dedup: "1",
            at: START,
            now: START,
            context: &context,
            template,
            receipt: None,
        };
        let Post::Http(_, post) = slack_webhook().posts(&letter).unwrap().remove(0) else { panic!("a mail") };
        let body: Value = serde_json::from_str(&post.body).unwrap();
        let texts = texts(&body["blocks"]);
        assert!(texts.len() <= 50 && texts.len() >= 3, "{}", texts.len());
        assert!(texts[0].chars().count() <= 150);
        assert!(texts.iter().all(|text| !text.is_empty() && text.chars().count() <= 3_000));
        let fences = texts.iter().map(|text| text.matches("```").count());
        assert!(fences.into_iter().all(|count| count == 0 || count == 2), "a block ends where it began");
        assert!(body["text"].as_str().unwrap().chars().count() <= 3_000);
    }
}

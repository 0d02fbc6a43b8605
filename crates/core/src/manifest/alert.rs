//! Alerts: what is worth telling, to whom, and how.

use std::fmt;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::asset::SourceRef;
use crate::time::Millis;

/// A rule: when something of these kinds happens to these assets, these channels hear of it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct AlertPolicyDef {
    /// Its name.
    pub name: String,
    /// What it is for, in Markdown.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub description: String,
    /// What is worth telling.
    pub on: Vec<AlertOn>,
    /// Only about these assets, in the selection language; unset, about everything. A run is about the assets that it
    /// makes and a schedule about those that it selects; workers and deploys are about no asset, so that a policy
    /// with a selection never tells of them.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub select: Option<String>,
    /// Who is told: names of channels of the same manifest.
    pub channels: Vec<String>,
    /// How bad it is.
    #[serde(default)]
    pub severity: AlertSeverity,
    /// Tell only when it happened so often.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub threshold: Option<Threshold>,
    /// The shortest time between two messages about one incident on one channel, in milliseconds. What happens in
    /// between counts up and is told with the next message.
    #[serde(default = "default_interval", deserialize_with = "span")]
    #[schemars(with = "SpanText")]
    pub min_interval: Millis,
    /// When messages wait until the morning.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub quiet: Option<QuietHours>,
    /// A handlebars template in place of the default message.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub template: Option<String>,
    /// Where it is declared.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub source: Option<SourceRef>,
}

fn default_interval() -> Millis {
    Millis::secs(15 * 60)
}

impl AlertPolicyDef {
    /// A policy about everything, with the defaults for the rest.
    pub fn new(name: impl Into<String>, on: Vec<AlertOn>, channels: Vec<String>) -> Self {
        Self {
            name: name.into(),
            description: String::new(),
            on,
            select: None,
            channels,
            severity: AlertSeverity::default(),
            threshold: None,
            min_interval: default_interval(),
            quiet: None,
            template: None,
            source: None,
        }
    }
}

/// What is worth telling.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(tag = "kind", rename_all = "snake_case", deny_unknown_fields)]
pub enum AlertOn {
    /// A run failed.
    RunFailed,
    /// An asset could not be made, after all of its retries.
    AssetFailed,
    /// A check failed.
    CheckFailed {
        /// Which failures.
        #[serde(default)]
        which: WhichChecks,
    },
    /// An asset is older than its freshness policy allows.
    AssetLate,
    /// A tick of a schedule launched nothing although it was due, or its run did not start in time.
    ScheduleMissed {
        /// How long after its time a run may start, in milliseconds.
        #[serde(default = "default_start", deserialize_with = "span")]
        #[schemars(with = "SpanText")]
        within: Millis,
    },
    /// A run takes longer than a limit, or than its own history.
    RunLong {
        /// The limit, in milliseconds. Unset, it is three times the median of the last runs of the same schedule or
        /// selection, once there are five of them.
        #[serde(default, skip_serializing_if = "Option::is_none", deserialize_with = "maybe_span")]
        #[schemars(with = "Option<SpanText>")]
        limit: Option<Millis>,
    },
    /// A worker went silent.
    WorkerLost,
    /// A deploy was refused, since its definitions are broken.
    DeployBroken,
}

fn default_start() -> Millis {
    Millis::secs(5 * 60)
}

/// A span as people write it, `15m`, or as it is stored, in milliseconds.
#[derive(Deserialize, JsonSchema)]
#[serde(untagged)]
enum SpanText {
    Millis(u64),
    Text(String),
}

impl SpanText {
    fn read<E: serde::de::Error>(self) -> Result<Millis, E> {
        match self {
            Self::Millis(millis) => Ok(Millis(millis)),
            Self::Text(text) => text.parse().map_err(|error| E::custom(format!("`{text}`: {error}"))),
        }
    }
}

fn span<'de, D: serde::Deserializer<'de>>(deserializer: D) -> Result<Millis, D::Error> {
    SpanText::deserialize(deserializer)?.read()
}

fn maybe_span<'de, D: serde::Deserializer<'de>>(deserializer: D) -> Result<Option<Millis>, D::Error> {
    Option::<SpanText>::deserialize(deserializer)?.map(SpanText::read).transpose()
}

impl AlertOn {
    /// A blocking check failed.
    pub const fn blocking_checks() -> Self {
        Self::CheckFailed { which: WhichChecks::Blocking }
    }

    /// A check failed with an error, whether or not it blocks.
    pub const fn failed_checks() -> Self {
        Self::CheckFailed { which: WhichChecks::Errors }
    }

    /// A schedule launched nothing, or its run did not start within five minutes.
    pub const fn schedule_missed() -> Self {
        Self::ScheduleMissed { within: Millis::secs(5 * 60) }
    }

    /// A run takes longer than this.
    pub const fn longer_than(limit: std::time::Duration) -> Self {
        Self::RunLong { limit: Some(Millis(limit.as_millis() as u64)) }
    }

    /// A run takes three times as long as usual.
    pub const fn longer_than_usual() -> Self {
        Self::RunLong { limit: None }
    }
}

/// Which failures of checks.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum WhichChecks {
    /// Errors, whether or not they block; warnings are not worth a message.
    #[default]
    Errors,
    /// Those that hold back what is downstream.
    Blocking,
    /// Warnings too.
    All,
}

/// How bad an incident is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum AlertSeverity {
    /// Good to know.
    Info,
    /// Somebody should look in working hours.
    Warning,
    /// Somebody should look now.
    #[default]
    Critical,
}

impl AlertSeverity {
    /// The severity as it is stored and sent.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Info => "info",
            Self::Warning => "warning",
            Self::Critical => "critical",
        }
    }
}

impl fmt::Display for AlertSeverity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// Tell only when it happened so often.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Threshold {
    /// How often, from two on.
    pub count: u32,
    /// Within which time, in milliseconds.
    #[serde(deserialize_with = "span")]
    #[schemars(with = "SpanText")]
    pub within: Millis,
}

/// A time of day in which messages wait. What was resolved meanwhile is not told at all.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct QuietHours {
    /// When it begins, as in `22:00`.
    pub from: String,
    /// When it ends, as in `06:30`; earlier than the beginning means the next day.
    pub to: String,
    /// IANA time zone.
    #[serde(default = "default_zone")]
    pub zone: String,
}

fn default_zone() -> String {
    "UTC".to_owned()
}

/// Where messages go.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ChannelDef {
    /// Its name.
    pub name: String,
    /// What it is, with its address.
    pub to: ChannelKind,
    /// Where it is declared.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub source: Option<SourceRef>,
}

/// A kind of channel, with its address.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(tag = "kind", rename_all = "snake_case", deny_unknown_fields)]
pub enum ChannelKind {
    /// A Slack incoming webhook. It can only add messages.
    SlackWebhook {
        /// The webhook's address.
        url: SecretRef,
    },
    /// A Slack bot: one thread per incident, and the first message is updated when it is resolved.
    SlackBot {
        /// The bot's token.
        token: SecretRef,
        /// The channel, by name or id.
        channel: String,
        /// The API's address; unset, it is Slack's own.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        api: Option<String>,
    },
    /// Any HTTP endpoint: JSON, signed with HMAC-SHA256 where a secret is given.
    Webhook {
        /// Its address. It may be written down, since it need not be secret.
        url: SecretRef,
        /// The key of the signature.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        secret: Option<SecretRef>,
    },
    /// E-mail.
    Email {
        /// The SMTP server, as in `smtps://user:password@mail.example:465`.
        smtp: SecretRef,
        /// The sender.
        from: String,
        /// The recipients.
        to: Vec<String>,
    },
    /// A Microsoft Teams workflow that takes adaptive cards.
    Teams {
        /// The workflow's address.
        url: SecretRef,
    },
    /// PagerDuty, by its Events API v2.
    Pagerduty {
        /// The integration's routing key.
        routing_key: SecretRef,
        /// The API's address; unset, it is PagerDuty's own.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        api: Option<String>,
    },
}

impl ChannelKind {
    /// Its name in the API and in templates.
    pub const fn as_str(&self) -> &'static str {
        match self {
            Self::SlackWebhook { .. } => "slack_webhook",
            Self::SlackBot { .. } => "slack_bot",
            Self::Webhook { .. } => "webhook",
            Self::Email { .. } => "email",
            Self::Teams { .. } => "teams",
            Self::Pagerduty { .. } => "pagerduty",
        }
    }

    /// What it refers to, each with its name, and whether the value itself may stand in the manifest.
    pub fn references(&self) -> Vec<(&'static str, &SecretRef, Openness)> {
        match self {
            Self::SlackWebhook { url } | Self::Teams { url } => vec![("url", url, Openness::Secret)],
            Self::SlackBot { token, .. } => vec![("token", token, Openness::Secret)],
            Self::Webhook { url, secret } => {
                let mut all = vec![("url", url, Openness::Open)];
                all.extend(secret.iter().map(|secret| ("secret", secret, Openness::Secret)));
                all
            }
            Self::Email { smtp, .. } => vec![("smtp", smtp, Openness::Open)],
            Self::Pagerduty { routing_key, .. } => vec![("routing_key", routing_key, Openness::Secret)],
        }
    }
}

/// Whether a value may stand in the manifest, which everybody who may read can read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Openness {
    /// It must be a reference.
    Secret,
    /// It may be written down.
    Open,
}

/// Where a server finds a value: `env:NAME`, `file:PATH`, or the value itself where it need not be secret.
///
/// A reference is resolved when a message is sent and never stored.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[serde(transparent)]
pub struct SecretRef(pub String);

/// A reference, read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SecretPlace<'a> {
    /// An environment variable of the server.
    Env(&'a str),
    /// A file on the server.
    File(&'a str),
    /// The value itself.
    Value(&'a str),
}

impl SecretRef {
    /// An environment variable of the server.
    pub fn env(name: &str) -> Self {
        Self(format!("env:{name}"))
    }

    /// Where to look.
    pub fn place(&self) -> SecretPlace<'_> {
        match self.0.split_once(':') {
            Some(("env", name)) => SecretPlace::Env(name.trim()),
            Some(("file", path)) => SecretPlace::File(path.trim()),
            _ => SecretPlace::Value(&self.0),
        }
    }
}

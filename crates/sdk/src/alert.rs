//! Alert policies and channels.

use std::time::Duration;

use headwater_core::{
    graph::Finding,
    manifest::{
        AlertOn, AlertPolicyDef, AlertSeverity, ChannelDef, ChannelKind, QuietHours, SecretRef, SourceRef, Threshold,
    },
};
use serde::Deserialize;
use serde_saphyr::Spanned;

use crate::{schedule::millis, spec::Source};

/// A rule: when something of these kinds happens to these assets, these channels hear of it.
///
/// ```
/// use std::time::Duration;
///
/// use headwater::prelude::*;
///
/// let policy = AlertPolicy::new("curated-blocked", [AlertOn::blocking_checks()])
///     .description("Nothing reaches the reports until this is looked at.")
///     .select("group:curated")
///     .severity(AlertSeverity::Critical)
///     .tell("data-team")
///     .quiet("22:00", "06:00", "Europe/Berlin")
///     .at_most_every(Duration::from_secs(15 * 60));
/// ```
#[derive(Clone, Debug)]
pub struct AlertPolicy(pub(crate) AlertPolicyDef);

impl AlertPolicy {
    /// A policy about everything that tells nobody yet.
    #[track_caller]
    pub fn new(name: impl Into<String>, on: impl IntoIterator<Item = AlertOn>) -> Self {
        let mut policy = AlertPolicyDef::new(name, on.into_iter().collect(), Vec::new());
        policy.source = Source::here().define();
        Self(policy)
    }

    /// What it is for, in Markdown.
    #[must_use]
    pub fn description(mut self, text: impl Into<String>) -> Self {
        self.0.description = text.into();
        self
    }

    /// Only about these assets, in the selection language: `group:raw`, `owner:"team:data"`, `domain:sales`, `tag:pii`.
    #[must_use]
    pub fn select(mut self, selection: impl Into<String>) -> Self {
        self.0.select = Some(selection.into());
        self
    }

    /// Tells one more channel.
    #[must_use]
    pub fn tell(mut self, channel: impl Into<String>) -> Self {
        self.0.channels.push(channel.into());
        self
    }

    /// How bad it is; critical without it.
    #[must_use]
    pub fn severity(mut self, severity: AlertSeverity) -> Self {
        self.0.severity = severity;
        self
    }

    /// Tells only when it happened so often within a while.
    #[must_use]
    pub fn threshold(mut self, count: u32, within: Duration) -> Self {
        self.0.threshold = Some(Threshold { count, within: millis(within) });
        self
    }

    /// The shortest time between two messages about one incident on one channel; a quarter of an hour without it.
    #[must_use]
    pub fn at_most_every(mut self, interval: Duration) -> Self {
        self.0.min_interval = millis(interval);
        self
    }

    /// Messages wait from one time of day to another, as in `22:00` and `06:00`, in an IANA time zone. What is over by
    /// then is not told.
    #[must_use]
    pub fn quiet(mut self, from: impl Into<String>, to: impl Into<String>, zone: impl Into<String>) -> Self {
        self.0.quiet = Some(QuietHours { from: from.into(), to: to.into(), zone: zone.into() });
        self
    }

    /// A handlebars template in place of the default message.
    #[must_use]
    pub fn template(mut self, template: impl Into<String>) -> Self {
        self.0.template = Some(template.into());
        self
    }
}

/// Where alerts go. Secrets are named and never written down: the server looks them up when it sends.
///
/// ```
/// use headwater::prelude::*;
///
/// let channels = [
///     Channel::slack_webhook("data-team", Secret::env("SLACK_WEBHOOK_URL")),
///     Channel::slack_bot("on-call", Secret::env("SLACK_BOT_TOKEN"), "#on-call"),
///     Channel::email("reports", Secret::env("SMTP_URL"), "headwater@shop.example", ["data@shop.example"]),
/// ];
/// ```
#[derive(Clone, Debug)]
pub struct Channel(pub(crate) ChannelDef);

impl Channel {
    #[track_caller]
    fn new(name: impl Into<String>, to: ChannelKind) -> Self {
        Self(ChannelDef { name: name.into(), to, source: Source::here().define() })
    }

    /// A Slack incoming webhook.
    #[track_caller]
    pub fn slack_webhook(name: impl Into<String>, url: Secret) -> Self {
        Self::new(name, ChannelKind::SlackWebhook { url: url.0 })
    }

    /// A Slack bot: one thread per incident, which says in its first message when it is over.
    #[track_caller]
    pub fn slack_bot(name: impl Into<String>, token: Secret, channel: impl Into<String>) -> Self {
        Self::new(name, ChannelKind::SlackBot { token: token.0, channel: channel.into(), api: None })
    }

    /// Any HTTP endpoint, without a signature.
    #[track_caller]
    pub fn webhook(name: impl Into<String>, url: Secret) -> Self {
        Self::new(name, ChannelKind::Webhook { url: url.0, secret: None })
    }

    /// Any HTTP endpoint, with an HMAC-SHA256 signature over time and body.
    #[track_caller]
    pub fn signed_webhook(name: impl Into<String>, url: Secret, secret: Secret) -> Self {
        Self::new(name, ChannelKind::Webhook { url: url.0, secret: Some(secret.0) })
    }

    /// E-mail by an SMTP server, named by an address like `smtps://user:password@mail.example:465`.
    #[track_caller]
    pub fn email<A: Into<String>>(
        name: impl Into<String>,
        smtp: Secret,
        from: impl Into<String>,
        to: impl IntoIterator<Item = A>,
    ) -> Self {
        let to = to.into_iter().map(Into::into).collect();
        Self::new(name, ChannelKind::Email { smtp: smtp.0, from: from.into(), to })
    }

    /// A Microsoft Teams workflow that takes adaptive cards.
    #[track_caller]
    pub fn teams(name: impl Into<String>, url: Secret) -> Self {
        Self::new(name, ChannelKind::Teams { url: url.0 })
    }

    /// PagerDuty, by its Events API v2.
    #[track_caller]
    pub fn pagerduty(name: impl Into<String>, routing_key: Secret) -> Self {
        Self::new(name, ChannelKind::Pagerduty { routing_key: routing_key.0, api: None })
    }
}

/// Where the server finds a value that is not to be written down.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Secret(pub(crate) SecretRef);

impl Secret {
    /// An environment variable of the server: `SLACK_*`, `TEAMS_*`, `PAGERDUTY_*`, `SMTP_*`, `WEBHOOK_*`, `ALERT_*`, or one
    /// that the server's `--alerts-secrets` allows.
    pub fn env(name: &str) -> Self {
        Self(SecretRef::env(name))
    }

    /// A file on the server, in `/run/secrets` or where the server's `--alerts-secrets` allows it; space around its content
    /// does not count.
    pub fn file(path: &str) -> Self {
        Self(SecretRef(format!("file:{path}")))
    }

    /// The value itself, for an address that everybody may know.
    pub fn open(value: impl Into<String>) -> Self {
        Self(SecretRef(value.into()))
    }
}

/// A file of policies and channels.
#[derive(Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
struct AlertsFile {
    channels: Vec<Spanned<ChannelDef>>,
    policies: Vec<Spanned<AlertPolicyDef>>,
}

/// Reads policies and channels from YAML; what is wrong becomes a finding with its place.
pub(crate) fn read_yaml(file: &str, text: &str) -> Result<(Vec<AlertPolicyDef>, Vec<ChannelDef>), Box<Finding>> {
    let read: AlertsFile = serde_saphyr::from_str(text).map_err(|error| {
        let place = error.location().map(|at| source(file, at.line(), at.column()));
        let first = error.to_string();
        Box::new(
            Finding::new("alerts-yaml", format!("{file} cannot be read: {first}"))
                .at(place.as_ref())
                .hint("it has two lists, `channels` and `policies`; see the JSON Schema of manifests"),
        )
    })?;
    let policies = read.policies.into_iter().map(|item| {
        let at = item.referenced;
        AlertPolicyDef { source: Some(source(file, at.line(), at.column())), ..item.value }
    });
    let channels = read.channels.into_iter().map(|item| {
        let at = item.referenced;
        ChannelDef { source: Some(source(file, at.line(), at.column())), ..item.value }
    });
    Ok((policies.collect(), channels.collect()))
}

fn source(file: &str, line: impl TryInto<u32>, column: impl TryInto<u32>) -> SourceRef {
    let number = |value: Option<u32>| value.unwrap_or_default();
    SourceRef { file: file.to_owned(), line: number(line.try_into().ok()), column: number(column.try_into().ok()) }
}

#[cfg(test)]
mod tests {
    use super::*;

    const GOOD: &str = "\
channels:
  - name: data-team
    to: { kind: slack_webhook, url: 'env:SLACK_WEBHOOK_URL' }
policies:
  - name: raw-fails
    description: The source is down, or changed.
    on: [{ kind: asset_failed }, { kind: run_long, limit: 90m }]
    select: group:raw
    channels: [data-team]
    severity: warning
    threshold: { count: 3, within: 1h }
    min_interval: 30m
    quiet: { from: '22:00', to: '06:00', zone: Europe/Berlin }
";

    #[test]
    fn a_file_says_the_same_as_rust() {
        let (policies, channels) = read_yaml("alerts.yaml", GOOD).unwrap();
        let minutes = |minutes: u64| Duration::from_secs(minutes * 60);
        let mut same = AlertPolicy::new("raw-fails", [AlertOn::AssetFailed, AlertOn::longer_than(minutes(90))])
            .description("The source is down, or changed.")
            .select("group:raw")
            .tell("data-team")
            .severity(AlertSeverity::Warning)
            .threshold(3, minutes(60))
            .at_most_every(minutes(30))
            .quiet("22:00", "06:00", "Europe/Berlin")
            .0;
        same.source = Some(SourceRef { file: "alerts.yaml".into(), line: 5, column: 5 });
        assert_eq!(policies, [same]);
        let channel = Channel::slack_webhook("data-team", Secret::env("SLACK_WEBHOOK_URL")).0;
        assert_eq!((channels[0].name.as_str(), &channels[0].to), ("data-team", &channel.to));
        assert_eq!(channels[0].source.as_ref().map(|at| at.line), Some(2));
    }

    #[test]
    fn what_is_wrong_has_its_place() {
        for (from, to, line, says) in [
            ("severity: warning", "severity: awful", 10, "awful"),
            ("select:", "selects:", 8, "selects"),
            ("within: 1h", "within: 1w", 11, "span"),
            ("kind: run_long", "kind: run_slow", 7, "run_slow"),
            ("policies:", "policies: [", 4, ""),
        ] {
            let error = read_yaml("alerts.yaml", &GOOD.replace(from, to)).unwrap_err();
            let place = error.at.first().map_or(0, |at| at.line);
            assert!(error.message.contains(says), "{error}");
            assert!(place.abs_diff(line) <= 1, "{from}: line {place} in place of {line}: {error}");
        }
    }
}

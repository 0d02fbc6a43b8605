//! What people see of a channel: where it goes, and what it lacks. Never a secret.

use headwater_core::manifest::{ChannelDef, ChannelKind, SecretPlace, SecretRef};
use reqwest::Url;

use crate::secret::Secrets;

/// Where a channel goes, without its secrets.
pub fn mask(definition: &ChannelDef) -> String {
    match &definition.to {
        ChannelKind::SlackWebhook { url } => format!("Slack, {}", address(url)),
        ChannelKind::SlackBot { channel, .. } => {
            let sign = if channel.starts_with(['#', '@']) || is_id(channel) { "" } else { "#" };
            format!("Slack {sign}{channel}")
        }
        ChannelKind::Webhook { url, .. } => address(url),
        ChannelKind::Email { smtp, to, .. } => format!("{} by {}", to.join(", "), address(smtp)),
        ChannelKind::Teams { url } => format!("Teams, {}", address(url)),
        ChannelKind::Pagerduty { routing_key, .. } => format!("PagerDuty, {}", address(routing_key)),
    }
}

fn is_id(channel: &str) -> bool {
    channel.len() >= 9 && channel.chars().all(|c| c.is_ascii_uppercase() || c.is_ascii_digit())
}

/// A reference as it is; of an address that is written down, its scheme and host alone.
fn address(reference: &SecretRef) -> String {
    match reference.place() {
        SecretPlace::Env(_) | SecretPlace::File(_) => reference.0.clone(),
        SecretPlace::Value(value) => {
            let host = value.parse::<Url>().ok().and_then(|url| {
                let port = url.port().map(|port| format!(":{port}")).unwrap_or_default();
                Some((format!("{}://{}{port}", url.scheme(), url.host_str()?), url.path().len() > 1))
            });
            match host {
                Some((host, true)) => format!("{host}/…"),
                Some((host, false)) => host,
                None => "…".to_owned(),
            }
        }
    }
}

/// What a channel lacks where secrets are found here; none where it is ready.
pub fn missing(secrets: &Secrets, definition: &ChannelDef) -> Option<String> {
    let references = definition.to.references();
    references
        .into_iter()
        .find_map(|(what, reference, _)| secrets.resolve(what, reference).err())
        .map(|e| e.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn channel(to: ChannelKind) -> ChannelDef {
        ChannelDef { name: "x".into(), to, source: None }
    }

    fn written(value: &str) -> SecretRef {
        SecretRef(value.into())
    }

    #[test]
    fn where_a_channel_goes_is_shown_without_its_secrets() {
        let email = |smtp: &str| ChannelKind::Email {
            smtp: written(smtp),
            from: "headwater@shop.example".into(),
            to: vec!["ann@shop.example".into(), "bob@shop.example".into()],
        };
        let bot =
            |name: &str| ChannelKind::SlackBot { token: SecretRef::env("TOKEN"), channel: name.into(), api: None };
        let hook = |url: &str| ChannelKind::Webhook { url: written(url), secret: Some(written("file:/run/key")) };
        for (to, shown) in [
            (ChannelKind::SlackWebhook { url: SecretRef::env("SLACK_WEBHOOK_URL") }, "Slack, env:SLACK_WEBHOOK_URL"),
            (
                ChannelKind::SlackWebhook { url: written("https://hooks.slack.com/T0/B0/s3cret") },
                "Slack, https://hooks.slack.com/…",
            ),
            (bot("alerts"), "Slack #alerts"),
            (bot("#alerts"), "Slack #alerts"),
            (bot("C012345678"), "Slack C012345678"),
            (hook("https://u:s3cret@hooks.example:8443/a?key=s3cret"), "https://hooks.example:8443/…"),
            (hook("https://hooks.example"), "https://hooks.example"),
            (hook("s3cret"), "…"),
            (email("smtps://u:s3cret@mail.example"), "ann@shop.example, bob@shop.example by smtps://mail.example"),
            (ChannelKind::Teams { url: written("file:/run/teams") }, "Teams, file:/run/teams"),
            (ChannelKind::Pagerduty { routing_key: SecretRef::env("PD"), api: None }, "PagerDuty, env:PD"),
            (ChannelKind::Pagerduty { routing_key: written("s3cret"), api: None }, "PagerDuty, …"),
        ] {
            assert_eq!(mask(&channel(to)), shown);
        }
    }

    #[test]
    fn what_is_missing_is_named() {
        let secrets = Secrets::new(|name| (name == "URL").then(|| "https://hooks.example".into()));
        let hook = |secret: Option<SecretRef>| channel(ChannelKind::Webhook { url: SecretRef::env("URL"), secret });
        assert_eq!(missing(&secrets, &hook(None)), None);
        let error = missing(&secrets, &hook(Some(SecretRef::env("KEY"))));
        assert_eq!(error.as_deref(), Some("KEY is not set in the server's environment"));
    }
}

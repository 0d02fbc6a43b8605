//! What templates read: one flat set of fields, the same for the default message and for a policy's own.

use headwater_core::{
    alert::{AlertMessage, AlertTopic, Cause},
    key::AssetKey,
    time::{Millis, Timestamp},
};
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use serde::Serialize;

/// How many names of assets that are held up stand in a message.
const MOST_NAMES: usize = 5;

/// The fields of a template and what they are, in the order of [`Context`].
pub const FIELDS: [(&str, &str); 31] = [
    ("event", "opened, repeated, acknowledged, resolved or test"),
    ("status", "how it stands, in words: New, Again (3 times), Taken by ann, Resolved after 12m, Test"),
    ("state", "open, acknowledged or resolved"),
    ("severity", "info, warning or critical"),
    ("title", "what is wrong, in one line"),
    (
        "kind",
        "asset_failed, check_failed, asset_late, run_failed, schedule_missed, run_long, worker_lost, deploy_broken",
    ),
    ("cause", "what it is about, as in asset raw/orders"),
    ("error", "the first lines of the error, or nothing"),
    ("count", "how often it happened"),
    ("since_last", "how often it happened since this channel heard of it last"),
    ("repeated", "whether it happened more than once"),
    ("since", "when it began, as in 2026-11-28 02:45:00 UTC"),
    ("last_at", "when it happened last"),
    ("resolved_at", "when it was over, or nothing"),
    ("duration", "how long it took until it was over or happened last, as in 12m, or nothing"),
    ("acknowledged_by", "who has taken it, or nothing"),
    ("asset", "the key of the asset, or nothing"),
    ("asset_url", "the page of the asset, or nothing"),
    ("partition", "the partition, or nothing"),
    ("check", "the name of the check, or nothing"),
    ("location", "the code location"),
    ("run", "the id of the run in which it happened last, or nothing"),
    ("run_url", "the page of the run, or nothing"),
    ("incident", "the id of the incident"),
    ("incident_url", "the page of the incident, or nothing"),
    ("affected", "a list: the first assets that are held up downstream"),
    ("affected_more", "how many more are held up"),
    ("owners", "a list: the owners of what is wrong"),
    ("told", "a list: the other channels that are told"),
    ("policy", "the policy because of which this channel hears of it, or nothing"),
    ("channel", "the channel that is told"),
];

/// What a template reads. What is not there is an empty text, so that `{{#if run}}` asks for it and no field is ever
/// missing. [`FIELDS`] says what each field is.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[allow(missing_docs, reason = "FIELDS documents them, for people who write templates too")]
pub struct Context {
    pub event: &'static str,
    pub status: String,
    pub state: &'static str,
    pub severity: &'static str,
    pub title: String,
    pub kind: &'static str,
    pub cause: String,
    pub error: String,
    pub count: u32,
    pub since_last: u32,
    pub repeated: bool,
    pub since: String,
    pub last_at: String,
    pub resolved_at: String,
    pub duration: String,
    pub acknowledged_by: String,
    pub asset: String,
    pub asset_url: String,
    pub partition: String,
    pub check: String,
    pub location: String,
    pub run: String,
    pub run_url: String,
    pub incident: String,
    pub incident_url: String,
    pub affected: Vec<String>,
    pub affected_more: u32,
    pub owners: Vec<String>,
    pub told: Vec<String>,
    pub policy: String,
    pub channel: String,
}

impl Context {
    /// What a message says to a channel, with links below the address of the UI; empty, there are none.
    pub fn new(message: &AlertMessage, topic: AlertTopic, channel: &str, base_url: &str) -> Self {
        let incident = &message.incident;
        let base = base_url.trim_end_matches('/');
        let link = |path: String| if base.is_empty() { String::new() } else { format!("{base}{path}") };
        let (partition, check) = match &incident.cause {
            Cause::Asset { partition, .. } => (partition.clone(), String::new()),
            Cause::Check { partition, check, .. } => (partition.clone(), check.clone()),
            _ => (String::new(), String::new()),
        };
        let asset = incident.cause.asset().map(AssetKey::as_str).unwrap_or_default();
        let run = incident.run.map(|run| run.to_string()).unwrap_or_default();
        let ended = incident.resolved_at.unwrap_or(incident.last_at);
        let took = ended.since(incident.opened_at);
        let shown = incident.affected.len().min(MOST_NAMES);
        let held = incident.affected_count.max(u32::try_from(incident.affected.len()).unwrap_or(u32::MAX));
        Self {
            event: topic.as_str().strip_prefix("alert.").unwrap_or(topic.as_str()),
            status: status(message, topic),
            state: incident.state.as_str(),
            severity: incident.severity.as_str(),
            title: incident.title.clone(),
            kind: incident.cause.kind().as_str(),
            cause: incident.cause.to_string(),
            error: incident.error.clone().unwrap_or_default(),
            count: incident.count,
            since_last: message.since_last,
            repeated: incident.count > 1,
            since: instant(incident.opened_at),
            last_at: instant(incident.last_at),
            resolved_at: incident.resolved_at.map(instant).unwrap_or_default(),
            duration: if took == Millis::ZERO { String::new() } else { span(took) },
            acknowledged_by: incident.acknowledged.as_ref().map(|taken| taken.by.clone()).unwrap_or_default(),
            asset_url: if asset.is_empty() { String::new() } else { link(format!("/assets/{}", path(asset))) },
            asset: asset.to_owned(),
            partition,
            check,
            location: incident.location.clone(),
            run_url: if run.is_empty() { String::new() } else { link(format!("/runs/{run}")) },
            run,
            incident: incident.id.to_string(),
            // The incident of a test is not kept.
            incident_url: match topic {
                AlertTopic::Test => String::new(),
                _ => link(format!("/alerts/incidents/{}", incident.id)),
            },
            affected: incident.affected[..shown].iter().map(ToString::to_string).collect(),
            affected_more: held - u32::try_from(shown).unwrap_or(0),
            owners: incident.owners.clone(),
            told: message.told.iter().filter(|name| *name != channel).cloned().collect(),
            policy: message.policy.clone(),
            channel: channel.to_owned(),
        }
    }

    /// The pages that there are, with their names.
    pub(crate) fn links(&self) -> Vec<(&'static str, &str)> {
        let links = [("Run", &self.run_url), ("Asset", &self.asset_url), ("Incident", &self.incident_url)];
        links.into_iter().map(|(name, url)| (name, url.as_str())).filter(|(_, url)| !url.is_empty()).collect()
    }

    /// What is held up, in words.
    pub(crate) fn held_up(&self) -> String {
        let names = self.affected.join(", ");
        if self.affected_more == 0 { names } else { format!("{names} and {} more", self.affected_more) }
    }
}

fn status(message: &AlertMessage, topic: AlertTopic) -> String {
    let incident = &message.incident;
    match topic {
        AlertTopic::Opened if incident.count > 1 => format!("New ({} times)", incident.count),
        AlertTopic::Opened => "New".to_owned(),
        AlertTopic::Repeated => format!("Again ({} times)", incident.count),
        AlertTopic::Acknowledged => match &incident.acknowledged {
            Some(taken) => format!("Taken by {}", taken.by),
            None => "Taken".to_owned(),
        },
        AlertTopic::Resolved => match incident.resolved_at {
            Some(at) => format!("Resolved after {}", span(at.since(incident.opened_at))),
            None => "Resolved".to_owned(),
        },
        AlertTopic::Test => "Test".to_owned(),
    }
}

/// A key or a name in an address: its slashes stay.
fn path(text: &str) -> String {
    const KEEP: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'_').remove(b'.').remove(b'~').remove(b'/');
    utf8_percent_encode(text, KEEP).to_string()
}

fn instant(at: Timestamp) -> String {
    match jiff::Timestamp::from_microsecond(at.as_micros()) {
        Ok(at) => at.strftime("%Y-%m-%d %H:%M:%S UTC").to_string(),
        Err(_) => at.to_string(),
    }
}

/// A span for people: its two largest units.
fn span(span: Millis) -> String {
    let seconds = span.0 / 1_000;
    let units = [(seconds / 86_400, "d"), (seconds / 3_600 % 24, "h"), (seconds / 60 % 60, "m"), (seconds % 60, "s")];
    let words: Vec<String> = units
        .iter()
        .skip_while(|(value, _)| *value == 0)
        .take(2)
        .filter(|(value, _)| *value > 0)
        .map(|(value, unit)| format!("{value}{unit}"))
        .collect();
    if words.is_empty() { "less than 1s".to_owned() } else { words.join(" ") }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn spans_are_short() {
        for (millis, text) in [
            (0, "less than 1s"),
            (999, "less than 1s"),
            (45_000, "45s"),
            (720_000, "12m"),
            (725_000, "12m 5s"),
            (7_500_000, "2h 5m"),
            (7_205_000, "2h"),
            (273_600_000, "3d 4h"),
        ] {
            assert_eq!(span(Millis(millis)), text);
        }
    }

    #[test]
    fn keys_are_encoded_and_keep_their_slashes() {
        assert_eq!(path("shop/été 🛒?#%"), "shop/%C3%A9t%C3%A9%20%F0%9F%9B%92%3F%23%25");
    }
}

//! Who is told of what. Incidents are recorded and shown in any case; Slack hears of them once `SLACK_WEBHOOK_URL` is set.

use headwater::prelude::*;
use std::time::Duration;

/// The channel of the data team.
const DATA_TEAM: &str = "data-team";
const HOUR: Duration = Duration::from_secs(3_600);

/// Adds the shop's policies. Without a webhook they tell nobody, and the UI shows their incidents.
pub(super) fn alerts(definitions: Definitions, slack: Slack) -> Definitions {
    let told = |policy: AlertPolicy| match slack {
        Slack::On => policy.tell(DATA_TEAM),
        Slack::Off => policy,
    };
    let definitions = match slack {
        Slack::On => definitions.channel(Channel::slack_webhook(DATA_TEAM, Secret::env(WEBHOOK))),
        Slack::Off => definitions,
    };
    policies().into_iter().fold(definitions, |definitions, policy| definitions.alert(told(policy)))
}

/// The variable with the webhook's address.
const WEBHOOK: &str = "SLACK_WEBHOOK_URL";

/// Whether Slack hears of incidents.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Slack {
    /// The webhook is configured.
    On,
    /// It is not.
    Off,
}

impl Slack {
    /// What the environment says.
    #[must_use]
    pub fn from_env() -> Self {
        if std::env::var_os(WEBHOOK).is_some_and(|url| !url.is_empty()) { Self::On } else { Self::Off }
    }
}

fn policies() -> [AlertPolicy; 3] {
    [
        AlertPolicy::new("curated-blocked", [AlertOn::blocking_checks()])
            .description("Reports keep yesterday's numbers until somebody has looked at what the check found.")
            .select("group:cleansed or group:curated")
            .severity(AlertSeverity::Critical),
        AlertPolicy::new("crm-sync", [AlertOn::AssetFailed, AlertOn::AssetLate, AlertOn::failed_checks()])
            .description("Marketing works with segments that are out of date.")
            .select("activation/crm_contacts or activation/crm_rejects")
            .severity(AlertSeverity::Critical)
            .at_most_every(HOUR),
        AlertPolicy::new("raw-unreliable", [AlertOn::AssetFailed, AlertOn::blocking_checks()])
            .description("A source that fails now and then heals by itself; three times in an hour it does not.")
            .select("group:raw")
            .severity(AlertSeverity::Warning)
            .threshold(3, HOUR)
            .quiet("22:00", "07:00", super::ZONE),
    ]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn slack_is_told_only_where_there_is_a_webhook() {
        for (slack, channels) in [(Slack::Off, 0), (Slack::On, 1)] {
            let manifest = alerts(Definitions::new("shop"), slack).manifest();
            assert_eq!(manifest.channels.len(), channels);
            assert_eq!(manifest.alerts.len(), 3);
            assert!(manifest.alerts.iter().all(|policy| policy.channels.len() == channels));
        }
    }
}

//! Alerts and incidents: listed, taken, silenced, tried.

use std::time::Duration;

use headwater_api::{
    AlertChannel, AlertPolicy, Delivery, DeliveryQuery, Incident, IncidentDetail, IncidentQuery, Time,
};
use headwater_client::{Client, IdempotencyKey};
use headwater_core::{
    alert::IncidentState,
    manifest::AlertSeverity,
    time::{Millis, Timestamp},
};

use super::{runs::short, where_ids_are};
use crate::{
    args::{AlertCommand, IncidentCommand},
    context::{Context, collect},
    edge,
    failure::{Done, Exit, Failure},
    output::{
        Style, Tone,
        table::{Cell, facts, table},
        time,
    },
};

/// How long a sample may take to be delivered before the command stops waiting.
const TEST_WITHIN: Duration = Duration::from_secs(20);
/// How often the command looks.
const LOOK_EVERY: Duration = Duration::from_millis(250);

pub(crate) async fn alerts(context: &Context, command: AlertCommand) -> Done {
    let client = context.client()?;
    match command {
        AlertCommand::Ls => {
            let policies = client.alert_policies().await?.items;
            context.output.show(&policies, |style| policy_table(style, &policies, edge::now()))?;
        }
        AlertCommand::Channels => {
            let channels = client.alert_channels().await?.items;
            context.output.show(&channels, |style| channel_table(style, &channels))?;
        }
        AlertCommand::Test { policy, channel } => return test(context, &client, policy, channel).await,
        AlertCommand::Mute { policy, span } => {
            let until = edge::now().plus(span);
            client.mute_policy(&policy, Some(until.into()), &IdempotencyKey::random()).await?;
            let document = serde_json::json!({ "policy": policy, "muted_until": Time(until) });
            context.output.record(&document, |_| format!("alert policy {policy} is silent for {span}"))?;
        }
        AlertCommand::Unmute { policy } => {
            client.mute_policy(&policy, None, &IdempotencyKey::random()).await?;
            let document = serde_json::json!({ "policy": policy, "muted_until": null });
            context.output.record(&document, |_| format!("alert policy {policy} tells again"))?;
        }
        AlertCommand::Deliveries { state, limit } => {
            let state = state.map(|state| state.as_str().to_owned());
            let deliveries = collect(limit, |cursor, limit| {
                let query = DeliveryQuery { state: state.clone(), incident: None, cursor, limit: Some(limit) };
                let client = &client;
                async move { client.deliveries(&query).await }
            })
            .await?;
            context.output.show(&deliveries, |style| delivery_table(style, &deliveries, edge::now()))?;
        }
    }
    Ok(Exit::Success)
}

fn policy_table(style: &Style, policies: &[AlertPolicy], now: Timestamp) -> String {
    let rows = policies.iter().map(|policy| {
        let state = match (&policy.muted_until, policy.missing.first()) {
            (Some(until), _) => Cell::toned(format!("muted, {}", time::ago(now, until.0)), Tone::Dim),
            (None, Some(missing)) => Cell::toned(missing, Tone::Warn),
            (None, None) => Cell::toned("on", Tone::Good),
        };
        vec![
            Cell::new(&policy.name),
            state,
            severity(policy.severity),
            Cell::new(&policy.when),
            Cell::new(policy.select.as_deref().unwrap_or("everything")),
            Cell::new(policy.channels.join(", ")),
            Cell::maybe(Some(policy.open_incidents).filter(|open| *open > 0)),
        ]
    });
    let head = ["policy", "", "severity", "when", "about", "tells", "open"];
    table(style, &head, rows.collect(), "no alert policies are declared")
}

fn severity(severity: AlertSeverity) -> Cell {
    let tone = match severity {
        AlertSeverity::Critical => Tone::Bad,
        AlertSeverity::Warning => Tone::Warn,
        AlertSeverity::Info => Tone::Dim,
    };
    Cell::toned(severity, tone)
}

fn channel_table(style: &Style, channels: &[AlertChannel]) -> String {
    let rows = channels.iter().map(|channel| {
        let state = match (&channel.missing, &channel.error) {
            (Some(missing), _) => Cell::toned(missing, Tone::Warn),
            (None, Some(error)) => Cell::toned(error, Tone::Bad),
            (None, None) => Cell::toned("ready", Tone::Good),
        };
        vec![
            Cell::new(&channel.name),
            Cell::new(&channel.kind),
            Cell::new(&channel.target),
            state,
            Cell::maybe(Some(channel.waiting).filter(|waiting| *waiting > 0)),
            Cell::new(channel.policies.join(", ")),
        ]
    });
    table(style, &["channel", "kind", "goes to", "", "waiting", "policies"], rows.collect(), "no channels are declared")
}

fn delivery_table(style: &Style, deliveries: &[Delivery], now: Timestamp) -> String {
    let rows = deliveries.iter().map(|delivery| {
        let tone = match delivery.state.as_str() {
            "delivered" => Tone::Good,
            "dead" => Tone::Bad,
            "waiting" => Tone::Warn,
            _ => Tone::Dim,
        };
        vec![
            Cell::toned(time::ago(now, delivery.at.0), Tone::Dim),
            Cell::new(&delivery.channel),
            Cell::new(delivery.topic.trim_start_matches("alert.")),
            Cell::toned(&delivery.state, tone),
            Cell::new(&delivery.title),
            Cell::maybe(delivery.error.as_deref()),
        ]
    });
    table(style, &["", "channel", "says", "state", "about", "error"], rows.collect(), "no messages")
}

/// Sends a sample and follows it, so that a wrong address is seen at once.
async fn test(context: &Context, client: &Client, policy: Option<String>, channel: Option<String>) -> Done {
    let query = DeliveryQuery { limit: Some(50), ..DeliveryQuery::default() };
    let before = client.deliveries(&query).await?.items.first().map(|delivery| delivery.seq);
    let key = IdempotencyKey::random();
    match (&policy, &channel) {
        (Some(policy), _) => client.test_policy(policy, &key).await?,
        (None, Some(channel)) => client.test_channel(channel, &key).await?,
        (None, None) => return Err(Failure::local("name a policy or a channel")),
    };
    let deadline = tokio::time::Instant::now() + TEST_WITHIN;
    loop {
        let all = client.deliveries(&query).await?.items;
        let sent: Vec<Delivery> =
            all.into_iter().filter(|delivery| delivery.topic == "alert.test" && Some(delivery.seq) > before).collect();
        let settled =
            !sent.is_empty() && sent.iter().all(|delivery| delivery.state != "waiting" || delivery.error.is_some());
        if settled || tokio::time::Instant::now() >= deadline {
            context.output.show(&sent, |style| delivery_table(style, &sent, edge::now()))?;
            let delivered = !sent.is_empty() && sent.iter().all(|delivery| delivery.state == "delivered");
            return Ok(if delivered { Exit::Success } else { Exit::Failed });
        }
        tokio::time::sleep(LOOK_EVERY).await;
    }
}

pub(crate) async fn incidents(context: &Context, command: IncidentCommand) -> Done {
    let client = context.client()?;
    match command {
        IncidentCommand::Ls { all, limit } => {
            let state = Some(if all { "all" } else { "open" }.to_owned());
            let incidents = collect(limit, |cursor, limit| {
                let query = IncidentQuery { state: state.clone(), cursor, limit: Some(limit) };
                let client = &client;
                async move { client.incidents(&query).await }
            })
            .await?;
            context.output.show(&incidents, |style| incident_table(style, &incidents, edge::now()))?;
        }
        IncidentCommand::Show { id } => {
            let incident = find(&client, &id).await?;
            context.output.show(&incident, |style| shown(style, &incident, edge::now()))?;
        }
        IncidentCommand::Ack { id } => {
            let id = find(&client, &id).await?.incident.id;
            client.acknowledge(id, &IdempotencyKey::random()).await?;
            let document = serde_json::json!({ "incident": id, "state": "acknowledged" });
            context.output.record(&document, |_| format!("incident {} is taken", short(id)))?;
        }
        IncidentCommand::Mute { id, span } => mute(context, &client, &id, Some(span)).await?,
        IncidentCommand::Unmute { id } => mute(context, &client, &id, None).await?,
    }
    Ok(Exit::Success)
}

/// The incident that a person means: a whole id, or the start or the end of one.
async fn find(client: &Client, text: &str) -> Result<IncidentDetail, Failure> {
    let hint = || format!("`{} incidents ls --all` lists them", edge::program());
    // An empty text would be the address of the list.
    if text.trim().is_empty() {
        return Err(Failure::usage("name an incident").hint(hint()));
    }
    client.find_incident(text.trim()).await.map_err(|error| where_ids_are(error.into(), &hint()))
}

async fn mute(context: &Context, client: &Client, text: &str, span: Option<Millis>) -> Result<(), Failure> {
    let id = find(client, text).await?.incident.id;
    let until = span.map(|span| Time(edge::now().plus(span)));
    client.mute_incident(id, until, &IdempotencyKey::random()).await?;
    let document = serde_json::json!({ "incident": id, "muted_until": until });
    context.output.record(&document, |_| match span {
        Some(span) => format!("incident {} is silent for {span}", short(id)),
        None => format!("incident {} tells again", short(id)),
    })
}

fn incident_table(style: &Style, incidents: &[Incident], now: Timestamp) -> String {
    let rows = incidents.iter().map(|incident| {
        vec![
            Cell::new(short(incident.id)).whole(),
            state(incident, now),
            severity(incident.severity).whole(),
            Cell::new(&incident.title),
            Cell::maybe(Some(incident.count).filter(|count| *count > 1).map(|count| format!("{count} times"))),
            Cell::maybe(held_up(incident).map(|held| format!("holds up {held}"))),
            Cell::toned(time::ago(now, incident.last_at.0), Tone::Dim),
            Cell::new(incident.owners.join(", ")),
        ]
    });
    let head = ["incident", "", "severity", "what", "", "", "last", "owners"];
    table(style, &head, rows.collect(), "nothing is wrong")
}

fn happened(incident: &Incident, now: Timestamp) -> String {
    let last = time::ago(now, incident.last_at.0);
    if incident.count == 1 { format!("once, {last}") } else { format!("{} times, last {last}", incident.count) }
}

/// How many assets an incident holds up; what is resolved holds up nothing.
fn held_up(incident: &Incident) -> Option<u32> {
    Some(incident.affected_count).filter(|held| *held > 0 && incident.state != IncidentState::Resolved)
}

fn state(incident: &Incident, now: Timestamp) -> Cell {
    let (text, tone) = match (incident.state, &incident.acknowledged_by) {
        (IncidentState::Resolved, _) => return Cell::toned("resolved", Tone::Good),
        (IncidentState::Open, _) => ("open".to_owned(), Tone::Bad),
        (IncidentState::Acknowledged, by) => (format!("taken by {}", by.as_deref().unwrap_or("somebody")), Tone::Warn),
    };
    match incident.muted_until.filter(|until| until.0 > now) {
        Some(until) => Cell::toned(format!("{text}, mute ends {}", time::ago(now, until.0)), Tone::Dim),
        None => Cell::toned(text, tone),
    }
}

fn shown(style: &Style, detail: &IncidentDetail, now: Timestamp) -> String {
    let incident = &detail.incident;
    let list = |names: &[String]| Some(names.join(", ")).filter(|names| !names.is_empty());
    let held = held_up(incident).map(|_| incident.affected.iter().map(ToString::to_string).collect::<Vec<_>>());
    let known = facts(
        style,
        [
            ("incident", Cell::new(incident.id)),
            ("state", state(incident, now)),
            ("severity", severity(incident.severity)),
            ("since", Cell::new(time::ago(now, incident.opened_at.0))),
            ("happened", Cell::new(happened(incident, now))),
            ("owners", Cell::maybe(list(&incident.owners))),
            ("holds up", Cell::maybe(held.and_then(|held| list(&held)))),
            ("policies", Cell::maybe(list(&incident.policies))),
            ("told", Cell::maybe(list(&incident.channels))),
            ("run", Cell::maybe(incident.run)),
            ("resolved", Cell::maybe(incident.resolved_at.map(|at| time::ago(now, at.0)))),
        ],
    );
    let mut text = format!("{}\n\n{known}\n", style.paint(Tone::Strong, &incident.title));
    if let Some(error) = &incident.error {
        text.push('\n');
        error.lines().for_each(|line| text.push_str(&format!("  {line}\n")));
    }
    if !detail.deliveries.is_empty() {
        text.push('\n');
        text.push_str(&delivery_table(style, &detail.deliveries, now));
    }
    text.trim_end().to_owned()
}

#[cfg(test)]
mod tests {
    use headwater_core::alert::{Cause, SignalKind};

    use super::*;
    use crate::commands::fixtures::at;

    fn incident(number: u32, state: IncidentState, muted_until: Option<Time>) -> Incident {
        Incident {
            id: format!("019ab2c3-{number:04}-7000-8000-{number:012}").parse().unwrap(),
            state,
            severity: AlertSeverity::Critical,
            kind: SignalKind::AssetFailed,
            cause: Cause::Late { asset: "shop/orders".parse().unwrap() },
            title: "shop/orders could not be made".into(),
            error: None,
            policies: Vec::new(),
            channels: Vec::new(),
            owners: vec!["team:data".into()],
            affected: Vec::new(),
            affected_count: 15,
            count: 2,
            opened_at: at(0),
            last_at: at(10),
            resolved_at: None,
            acknowledged_by: (state == IncidentState::Acknowledged).then(|| "anna".into()),
            acknowledged_at: None,
            muted_until,
            run: None,
        }
    }

    #[test]
    fn incidents_are_listed_as_they_are_now() {
        let muted = [
            incident(3, IncidentState::Acknowledged, Some(at(320))),
            incident(2, IncidentState::Open, Some(at(19))),
            incident(1, IncidentState::Resolved, Some(at(320))),
        ];
        insta::assert_snapshot!(incident_table(&Style::new(false, None), &muted, at(20).0), @r"
        INCIDENT                                       SEVERITY  WHAT                                                 LAST     OWNERS
        019ab2c3-0003  taken by anna, mute ends in 5m  critical  shop/orders could not be made  2 times  holds up 15  10s ago  team:data
        019ab2c3-0002  open                            critical  shop/orders could not be made  2 times  holds up 15  10s ago  team:data
        019ab2c3-0001  resolved                        critical  shop/orders could not be made  2 times  -            10s ago  team:data
        ");
    }
}

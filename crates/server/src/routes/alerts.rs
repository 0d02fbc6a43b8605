//! Alert policies and channels.

use std::collections::BTreeMap;

use axum::{Json, extract::State};
use headwater_api::{AlertChannel, AlertPolicy, Commanded, List, Mute};
use headwater_core::{
    alert::{IncidentRecord, PolicyRecord},
    command::{AlertTarget, Command},
    graph::Snapshot,
    manifest::{AlertOn, AlertPolicyDef, ChannelDef, WhichChecks},
    selection::Universe,
};
use headwater_notify::{Secrets, mask, missing};
use headwater_store::{DeliveryFilter, DeliveryState, IncidentFilter, OutboxItem, Page};

use crate::{
    app::App,
    extract::{Caller, Here, JsonBody, PathOf},
    problem::Reply,
};

/// How many open incidents and messages are looked at.
const MOST: u32 = 500;

/// Alert policies by name.
#[utoipa::path(
    get, path = "/api/v1/deployments/{deployment}/alerts/policies", tag = "alerts",
    params(("deployment" = String, Path)), responses((status = 200, body = List<AlertPolicy>)),
)]
pub(super) async fn policies(State(app): State<App>, here: Here) -> Reply<List<AlertPolicy>> {
    let catalog = app.views.catalog(&*app.store, &here.0).await?;
    let states = app.store.alert_policies(here.0.id).await?;
    let page = Page { before: None, limit: MOST };
    let open = app.store.incidents(here.0.id, IncidentFilter::Unresolved, page).await?;
    let now = app.now();
    let mut items: Vec<AlertPolicy> = Vec::new();
    for snapshot in &catalog.snapshots {
        for (number, def) in snapshot.policies() {
            let state = states.iter().find(|state| state.name == def.name);
            let muted = state.and_then(|state: &PolicyRecord| state.muted_until).filter(|until| *until > now);
            items.push(AlertPolicy {
                muted_until: muted.map(Into::into),
                ..policy(&app.options.secrets, snapshot, number, def, &open)
            });
        }
    }
    items.sort_by(|a, b| a.name.cmp(&b.name));
    Ok(Json(List::whole(items)))
}

fn policy(
    secrets: &Secrets,
    snapshot: &Snapshot,
    number: usize,
    def: &AlertPolicyDef,
    open: &[IncidentRecord],
) -> AlertPolicy {
    let count = snapshot.len() as u32;
    let watched = || (0..count).filter(|&asset| snapshot.watches(number, &[asset])).count() as u32;
    let channels = def.channels.iter().filter_map(|name| snapshot.find_channel(name));
    let missing = channels.filter_map(|channel| Some(format!("{}: {}", channel.name, missing(secrets, channel)?)));
    AlertPolicy {
        name: def.name.clone(),
        location: snapshot.location().to_owned(),
        description: def.description.clone(),
        when: def.on.iter().map(words).collect::<Vec<_>>().join("; "),
        on: def.on.clone(),
        select: def.select.clone(),
        assets: def.select.as_ref().map(|_| watched()),
        severity: def.severity,
        channels: def.channels.clone(),
        min_interval_ms: def.min_interval,
        quiet: def.quiet.clone(),
        threshold: def.threshold,
        missing: missing.collect(),
        muted_until: None,
        open_incidents: open.iter().filter(|incident| incident.policies.contains(&def.name)).count() as u32,
        source: def.source.clone(),
    }
}

/// What is worth telling, in words.
fn words(on: &AlertOn) -> String {
    match on {
        AlertOn::RunFailed => "a run failed".into(),
        AlertOn::AssetFailed => "an asset could not be made".into(),
        AlertOn::CheckFailed { which: WhichChecks::Errors } => "a check failed".into(),
        AlertOn::CheckFailed { which: WhichChecks::Blocking } => "a blocking check failed".into(),
        AlertOn::CheckFailed { which: WhichChecks::All } => "a check failed or warned".into(),
        AlertOn::AssetLate => "an asset is older than its freshness allows".into(),
        AlertOn::ScheduleMissed { within } => format!("a schedule did not start within {within}"),
        AlertOn::RunLong { limit: Some(limit) } => format!("a run takes longer than {limit}"),
        AlertOn::RunLong { limit: None } => "a run takes three times as long as usual".into(),
        AlertOn::WorkerLost => "a worker went silent".into(),
        AlertOn::DeployBroken => "a deploy was refused".into(),
    }
}

/// Silences a policy for a while, or ends the silence. Incidents are recorded all the same.
#[utoipa::path(
    post, path = "/api/v1/deployments/{deployment}/alerts/policies/{policy}/mute", tag = "alerts",
    params(("deployment" = String, Path), ("policy" = String, Path), ("Idempotency-Key" = Option<String>, Header)),
    request_body = Mute, responses((status = 200, body = Commanded)),
)]
pub(super) async fn mute_policy(
    State(app): State<App>,
    here: Here,
    caller: Caller,
    PathOf(at): PathOf<(String, String)>,
    JsonBody(body): JsonBody<Mute>,
) -> Reply<Commanded> {
    let command = Command::MutePolicy { policy: at.1, until: body.until.map(|until| until.0) };
    app.control.command(caller.request(&here, command)).await?;
    Ok(Json(Commanded { state: None }))
}

/// Sends a sample to every channel of a policy.
#[utoipa::path(
    post, path = "/api/v1/deployments/{deployment}/alerts/policies/{policy}/test", tag = "alerts",
    params(("deployment" = String, Path), ("policy" = String, Path), ("Idempotency-Key" = Option<String>, Header)),
    responses((status = 200, body = Commanded)),
)]
pub(super) async fn test_policy(
    State(app): State<App>,
    here: Here,
    caller: Caller,
    PathOf(at): PathOf<(String, String)>,
) -> Reply<Commanded> {
    let command = Command::TestAlert(AlertTarget::Policy(at.1));
    app.control.command(caller.request(&here, command)).await?;
    Ok(Json(Commanded { state: None }))
}

/// Channels by name, without their secrets.
#[utoipa::path(
    get, path = "/api/v1/deployments/{deployment}/alerts/channels", tag = "alerts",
    params(("deployment" = String, Path)), responses((status = 200, body = List<AlertChannel>)),
)]
pub(super) async fn channels(State(app): State<App>, here: Here) -> Reply<List<AlertChannel>> {
    let catalog = app.views.catalog(&*app.store, &here.0).await?;
    let page = Page { before: None, limit: MOST };
    let filter = |state| DeliveryFilter { state: Some(state), incident: None };
    let waiting = app.store.deliveries(here.0.id, &filter(DeliveryState::Waiting), page).await?;
    let dead = app.store.deliveries(here.0.id, &filter(DeliveryState::Dead), page).await?;
    let mut items: BTreeMap<String, AlertChannel> = BTreeMap::new();
    for snapshot in &catalog.snapshots {
        for def in &snapshot.manifest().channels {
            let shown = || channel(&app.options.secrets, snapshot, def, &waiting, &dead);
            items.entry(def.name.clone()).or_insert_with(shown);
        }
    }
    Ok(Json(List::whole(items.into_values().collect())))
}

fn channel(
    secrets: &Secrets,
    snapshot: &Snapshot,
    def: &ChannelDef,
    waiting: &[OutboxItem],
    dead: &[OutboxItem],
) -> AlertChannel {
    let here = |item: &&OutboxItem| item.message.channel == def.name;
    let policies = snapshot.policies().filter(|(_, policy)| policy.channels.contains(&def.name));
    AlertChannel {
        name: def.name.clone(),
        location: snapshot.location().to_owned(),
        kind: def.to.as_str().to_owned(),
        target: mask(def),
        missing: missing(secrets, def),
        policies: policies.map(|(_, policy)| policy.name.clone()).collect(),
        waiting: waiting.iter().filter(here).count() as u32,
        error: waiting.iter().chain(dead).filter(here).find_map(|item| item.error.clone()),
    }
}

/// Sends a sample to a channel.
#[utoipa::path(
    post, path = "/api/v1/deployments/{deployment}/alerts/channels/{channel}/test", tag = "alerts",
    params(("deployment" = String, Path), ("channel" = String, Path), ("Idempotency-Key" = Option<String>, Header)),
    responses((status = 200, body = Commanded)),
)]
pub(super) async fn test_channel(
    State(app): State<App>,
    here: Here,
    caller: Caller,
    PathOf(at): PathOf<(String, String)>,
) -> Reply<Commanded> {
    let command = Command::TestAlert(AlertTarget::Channel(at.1));
    app.control.command(caller.request(&here, command)).await?;
    Ok(Json(Commanded { state: None }))
}

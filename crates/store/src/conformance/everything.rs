//! All that a store shows, in one value that can be compared.

use std::collections::BTreeSet;

use headwater_core::{
    alert::{IncidentRecord, PolicyRecord},
    effect::Event,
    id::{DeploymentId, IncidentId, RunId, Seq},
    record::{
        AssetCurrent, AssetRecord, AttemptRecord, CheckRecord, DeployRecord, RunRecord, RunState, ScheduleRecord,
        StepRecord, TickRecord, VersionRecord, WorkerRecord,
    },
    time::Timestamp,
};

use crate::{
    DeliveryFilter, DeliveryState, EventFilter, Image, IncidentFilter, OutboxItem, Page, RunCounts, RunFilter,
    StepInHand, Store, VersionFilter, journal::StoredPlan,
};

/// All that a store shows of the deployment `default`.
#[derive(Clone, Debug, PartialEq)]
pub struct Everything {
    /// What a new leader would load.
    pub image: Image,
    /// The event log.
    pub events: Vec<Event>,
    /// Runs, newest first, with what belongs to each.
    pub runs: Vec<RunDetails>,
    /// Steps that are running or wait for their next attempt.
    pub in_hand: Vec<StepInHand>,
    /// Runs by state.
    pub runs_by_state: Vec<Vec<RunRecord>>,
    /// How many runs have not ended.
    pub counts: RunCounts,
    /// Assets by key.
    pub assets: Vec<AssetRecord>,
    /// What is there of all assets.
    pub current: Vec<AssetCurrent>,
    /// History per asset: versions, checks.
    pub history: Vec<(Vec<VersionRecord>, Vec<CheckRecord>)>,
    /// Latest check results.
    pub current_checks: Vec<CheckRecord>,
    /// Deploys, newest first, and those that are live.
    pub deploys: (Vec<DeployRecord>, Vec<DeployRecord>),
    /// Workers, with all that are gone.
    pub workers: Vec<WorkerRecord>,
    /// Schedules, each with its ticks.
    pub schedules: Vec<(ScheduleRecord, Vec<TickRecord>)>,
    /// Pool limits.
    pub pools: Vec<(String, u32)>,
    /// Messages that wait.
    pub outbox: Vec<OutboxItem>,
    /// Incidents, policies and deliveries.
    pub alerts: Alerts,
}

/// What a store shows of alerts.
#[derive(Clone, Debug, PartialEq)]
pub struct Alerts {
    /// All incidents, newest first, from the list.
    pub incidents: Vec<IncidentRecord>,
    /// The same, by their ids.
    pub found: Vec<Option<IncidentRecord>>,
    /// Those that go on.
    pub unresolved: Vec<IncidentRecord>,
    /// Those that are over.
    pub resolved: Vec<IncidentRecord>,
    /// States of policies.
    pub policies: Vec<PolicyRecord>,
    /// All messages, newest first.
    pub deliveries: Vec<OutboxItem>,
    /// Messages by state.
    pub by_state: Vec<Vec<OutboxItem>>,
    /// Messages by incident.
    pub by_incident: Vec<(IncidentId, Vec<OutboxItem>)>,
    /// The first receipt of each incident and channel that has one.
    pub receipts: Vec<(IncidentId, String, serde_json::Value)>,
}

/// A run with what belongs to it.
#[derive(Clone, Debug, PartialEq)]
pub struct RunDetails {
    /// The run, from the list.
    pub listed: RunRecord,
    /// The run, by its id.
    pub found: Option<RunRecord>,
    /// Its plan.
    pub plan: Option<StoredPlan>,
    /// Its steps.
    pub steps: Vec<StepRecord>,
    /// Its earlier attempts.
    pub attempts: Vec<AttemptRecord>,
    /// Its versions.
    pub versions: Vec<VersionRecord>,
    /// Its check results.
    pub checks: Vec<CheckRecord>,
    /// Its part of the event log.
    pub events: Vec<Event>,
}

const MANY: Page = Page { before: None, limit: 100_000 };

/// Reads all that a store shows.
pub async fn everything(store: &dyn Store) -> Everything {
    let of = DeploymentId::DEFAULT;
    let mut runs = Vec::new();
    for run in store.runs(of, &RunFilter::default(), MANY).await.unwrap() {
        runs.push(details(store, run).await);
    }
    let mut runs_by_state = Vec::new();
    for state in RunState::ALL {
        let filter = RunFilter { states: vec![*state], ..RunFilter::default() };
        runs_by_state.push(store.runs(of, &filter, MANY).await.unwrap());
    }
    let assets = store.assets(of).await.unwrap();
    let mut history = Vec::new();
    for asset in &assets {
        let versions = store.versions(asset.id, &VersionFilter::default(), MANY).await.unwrap();
        history.push((versions, store.checks(asset.id, &None, MANY).await.unwrap()));
    }
    let mut schedules = Vec::new();
    for schedule in store.schedules(of).await.unwrap() {
        let ticks = store.ticks(of, &schedule.name, MANY).await.unwrap();
        schedules.push((schedule, ticks));
    }
    Everything {
        image: store.load(Timestamp::EPOCH).await.unwrap(),
        events: log(store, None).await,
        runs,
        in_hand: store.steps_in_hand(of).await.unwrap(),
        runs_by_state,
        counts: store.run_counts(of).await.unwrap(),
        assets,
        current: store.current(of).await.unwrap(),
        history,
        current_checks: store.current_checks(of).await.unwrap(),
        deploys: (store.deploys(of, MANY).await.unwrap(), store.live(of).await.unwrap()),
        workers: store.workers(100_000).await.unwrap(),
        schedules,
        pools: store.pools(of).await.unwrap(),
        outbox: store.outbox(100_000).await.unwrap(),
        alerts: alerts(store).await,
    }
}

async fn alerts(store: &dyn Store) -> Alerts {
    let of = DeploymentId::DEFAULT;
    let incidents = store.incidents(of, IncidentFilter::All, MANY).await.unwrap();
    let mut found = Vec::new();
    for incident in &incidents {
        found.push(store.incident(incident.id).await.unwrap());
    }
    let deliveries = store.deliveries(of, &DeliveryFilter::default(), MANY).await.unwrap();
    let mut by_state = Vec::new();
    for state in DeliveryState::ALL {
        let filter = DeliveryFilter { state: Some(state), incident: None };
        by_state.push(store.deliveries(of, &filter, MANY).await.unwrap());
    }
    let told = |item: &OutboxItem| Some((item.message.incident?, item.message.channel.clone()));
    let told: BTreeSet<(IncidentId, String)> = deliveries.iter().filter_map(told).collect();
    let mut by_incident = Vec::new();
    for incident in told.iter().map(|(incident, _)| *incident).collect::<BTreeSet<_>>() {
        let filter = DeliveryFilter { state: None, incident: Some(incident) };
        by_incident.push((incident, store.deliveries(of, &filter, MANY).await.unwrap()));
    }
    let mut receipts = Vec::new();
    for (incident, channel) in told {
        let receipt = store.receipt(incident, &channel).await.unwrap();
        receipts.extend(receipt.map(|receipt| (incident, channel, receipt)));
    }
    Alerts {
        unresolved: store.incidents(of, IncidentFilter::Unresolved, MANY).await.unwrap(),
        resolved: store.incidents(of, IncidentFilter::Resolved, MANY).await.unwrap(),
        policies: store.alert_policies(of).await.unwrap(),
        incidents,
        found,
        deliveries,
        by_state,
        by_incident,
        receipts,
    }
}

async fn details(store: &dyn Store, run: RunRecord) -> RunDetails {
    let id = run.id;
    RunDetails {
        found: store.run(id).await.unwrap(),
        plan: store.plan(id).await.unwrap(),
        steps: store.steps(id).await.unwrap(),
        attempts: store.attempts(id, None).await.unwrap(),
        versions: store.run_versions(id, 100_000).await.unwrap(),
        checks: store.run_checks(id).await.unwrap(),
        events: log(store, Some(id)).await,
        listed: run,
    }
}

/// The event log, read in small pages.
pub(super) async fn log(store: &dyn Store, run: Option<RunId>) -> Vec<Event> {
    let mut log: Vec<Event> = Vec::new();
    loop {
        let after = log.last().map_or(Seq(0), |event| event.seq);
        let page = store.events(&EventFilter { after, run, limit: 37 }).await.unwrap();
        if page.is_empty() {
            return log;
        }
        log.extend(page);
    }
}

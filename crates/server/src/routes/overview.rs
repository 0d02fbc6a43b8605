//! A deployment at a glance.

use std::collections::BTreeMap;

use axum::{Json, extract::State};
use headwater_api::{
    ActiveRuns, AssetBrief, CheckCounts, Deploy, GroupSummary, NextTick, Overview, StateCounts, Today,
};
use headwater_core::{
    alert::SignalKind,
    manifest::{Severity, Switch},
    record::{CheckRecord, RunState},
    selection::Universe,
    time::{Millis, Timestamp},
};
use headwater_store::Page;

use super::{deploys, schedules::ahead};
use crate::{
    app::App,
    extract::Here,
    problem::{Refused, Reply},
    views::{Catalog, Current, Facts, failed_as},
};

/// How many assets are named in a list.
const MOST_NAMED: usize = 50;
/// How many ticks ahead are named, in all and per schedule.
const MOST_TICKS: usize = 20;
/// How many runs of today are counted.
const MOST_RUNS: u32 = 1_000;
/// How many incidents are counted.
const MOST_INCIDENTS: u32 = 500;
const DAY: i64 = 24 * 3_600 * 1_000_000;

/// A deployment at a glance: states by group, what is wrong, what happened today, what comes next.
#[utoipa::path(
    get, path = "/api/v1/deployments/{deployment}/overview", tag = "server",
    params(("deployment" = String, Path)), responses((status = 200, body = Overview)),
)]
pub(super) async fn overview(State(app): State<App>, here: Here) -> Reply<Overview> {
    let now = app.now();
    let catalog = app.views.catalog(&*app.store, &here.0).await?;
    let current = app.views.current(&*app.store, &here.0, &catalog).await?;
    let facts: Vec<Facts> = (0..catalog.len()).map(|node| Facts::of(&catalog, &current, node, now)).collect();
    let (mut all, mut groups): (_, BTreeMap<&str, StateCounts>) = (StateCounts::default(), BTreeMap::new());
    for (node, facts) in facts.iter().enumerate() {
        let role = &catalog.def(node).role;
        facts.count(role, &mut all);
        facts.count(role, groups.entry(catalog.group(node)).or_default());
    }
    let runs = app.store.run_counts(here.0.id).await?;
    Ok(Json(Overview {
        seq: current.seq,
        assets: all,
        groups: groups.into_iter().map(|(group, counts)| GroupSummary { group: group.to_owned(), counts }).collect(),
        checks: checks(&catalog, &current),
        failing: failing(&catalog, &current, &facts),
        late: late(&catalog, &facts),
        runs: ActiveRuns { queued: runs.queued, running: runs.running, canceling: runs.canceling },
        today: today(&app, &here, &facts, now).await?,
        next: next(&app, &here, &catalog, now).await?,
        open_incidents: app.store.unresolved(here.0.id, MOST_INCIDENTS).await?,
    }))
}

fn brief(catalog: &Catalog, node: usize, kind: SignalKind, at: Option<Timestamp>, reason: String) -> AssetBrief {
    let def = catalog.def(node);
    AssetBrief {
        key: def.key.clone(),
        group: def.group.clone(),
        owners: def.owners.clone(),
        at: at.map(Into::into),
        run: None,
        kind,
        severity: Severity::Error,
        reason,
    }
}

fn failing(catalog: &Catalog, current: &Current, facts: &[Facts]) -> Vec<AssetBrief> {
    let mut found = Vec::new();
    for (node, facts) in facts.iter().enumerate() {
        if let Some((at, run)) = facts.failed {
            let brief = brief(catalog, node, SignalKind::AssetFailed, Some(at), "its last try failed".to_owned());
            found.push(AssetBrief { run: Some(run), ..brief });
        } else if facts.failed_checks + facts.warned_checks > 0 {
            let (names, last) = named(&current.now(node).checks);
            found.push(AssetBrief {
                run: last.and_then(|check| check.run),
                severity: if facts.failed_checks > 0 { Severity::Error } else { Severity::Warn },
                ..brief(catalog, node, SignalKind::CheckFailed, last.map(|check| check.at), names)
            });
        }
    }
    found.sort_by(|a, b| b.at.cmp(&a.at).then_with(|| a.key.cmp(&b.key)));
    found.truncate(MOST_NAMED);
    found
}

/// Checks that did not pass in words, those with an error first, and the latest of them.
fn named(checks: &[CheckRecord]) -> (String, Option<&CheckRecord>) {
    let of = |severity, one: &str, many: &str| {
        let names: Vec<&str> =
            checks.iter().filter(|check| failed_as(check, severity)).map(|check| check.check.as_str()).collect();
        match names.as_slice() {
            [] => None,
            [name] => Some(format!("check {name} {one}")),
            names => Some(format!("checks {} {many}", names.join(", "))),
        }
    };
    let words = [of(Severity::Error, "failed", "failed"), of(Severity::Warn, "warns", "warn")];
    let words: Vec<String> = words.into_iter().flatten().collect();
    (words.join("; "), checks.iter().filter(|check| !check.passed).max_by_key(|check| check.seq))
}

fn late(catalog: &Catalog, facts: &[Facts]) -> Vec<AssetBrief> {
    let mut found: Vec<AssetBrief> = facts
        .iter()
        .enumerate()
        .filter(|(_, facts)| facts.late)
        .map(|(node, facts)| {
            let limit = catalog.def(node).freshness.as_ref().map_or(Millis::ZERO, |freshness| freshness.fail_after);
            brief(catalog, node, SignalKind::AssetLate, facts.at, format!("it may be at most {limit} old"))
        })
        .collect();
    found.sort_by(|a, b| a.at.cmp(&b.at).then_with(|| a.key.cmp(&b.key)));
    found.truncate(MOST_NAMED);
    found
}

fn checks(catalog: &Catalog, current: &Current) -> CheckCounts {
    let mut counts = CheckCounts::default();
    for node in 0..catalog.len() {
        let declared = catalog.snapshot(node).checks_on(catalog.number(node)).len();
        let results = &current.now(node).checks;
        let count = |wanted: fn(&CheckRecord) -> bool| results.iter().filter(|check| wanted(check)).count() as u32;
        counts.passed += count(|check| check.passed);
        counts.warned += count(|check| failed_as(check, Severity::Warn));
        counts.failed += count(|check| failed_as(check, Severity::Error));
        counts.never += declared.saturating_sub(results.len()) as u32;
    }
    counts
}

async fn today(app: &App, here: &Here, facts: &[Facts], now: Timestamp) -> Result<Today, Refused> {
    let since = Timestamp::from_micros(now.as_micros() - now.as_micros().rem_euclid(DAY));
    let runs = app.store.run_states_since(here.0.id, since, MOST_RUNS).await?;
    let ended = |state| runs.get(&state).copied().unwrap_or(0);
    let recent = app.store.deploys(here.0.id, Page { before: None, limit: 20 }).await?;
    let live = app.store.live(here.0.id).await?;
    let deploys: Vec<Deploy> =
        recent.into_iter().filter(|deploy| deploy.at >= since).map(|deploy| deploys::shown(deploy, &live)).collect();
    Ok(Today {
        since: since.into(),
        updated_assets: facts.iter().filter(|facts| facts.at.is_some_and(|at| at >= since)).count() as u32,
        runs: runs.values().sum(),
        succeeded: ended(RunState::Succeeded),
        failed: ended(RunState::Failed),
        deploys,
    })
}

async fn next(app: &App, here: &Here, catalog: &Catalog, now: Timestamp) -> Result<Vec<NextTick>, Refused> {
    let states = app.store.schedules(here.0.id).await?;
    let mut ticks = Vec::new();
    for (def, crons) in catalog.snapshots.iter().flat_map(|snapshot| snapshot.schedules()) {
        let switch = states.iter().find(|state| state.name == def.name).map_or(def.default, |state| state.switch);
        if switch == Switch::On {
            ticks.extend(ahead(crons, now, MOST_TICKS).into_iter().map(|at| NextTick {
                schedule: def.name.clone(),
                at: at.into(),
                selection: def.selection.clone(),
            }));
        }
    }
    ticks.sort_by(|a, b| (a.at, &a.schedule).cmp(&(b.at, &b.schedule)));
    ticks.truncate(MOST_TICKS);
    Ok(ticks)
}

//! Schedules.

use axum::{Json, extract::State};
use headwater_api::{Commanded, Launched, List, Schedule, SwitchRequest, Tick};
use headwater_core::{
    command::{self, Command},
    cron::CronSchedule,
    id::RunId,
    manifest::ScheduleDef,
    record::ScheduleRecord,
    time::Timestamp,
};
use headwater_store::Page;

use super::run_commands::launched;
use crate::{
    app::App,
    extract::{Caller, Here, JsonBody, PathOf},
    ids,
    problem::{Refused, Reply},
    views::Catalog,
};

/// How many ticks ahead the list shows.
const AHEAD: usize = 3;

/// The next ticks of a schedule that has several expressions.
pub(super) fn ahead(crons: &[CronSchedule], after: Timestamp, count: usize) -> Vec<Timestamp> {
    let mut ticks: Vec<Timestamp> = crons.iter().flat_map(|cron| cron.firings_after(after).take(count)).collect();
    ticks.sort_unstable();
    ticks.dedup();
    ticks.truncate(count);
    ticks
}

/// When it ticks, in words.
pub(super) fn words(crons: &[CronSchedule]) -> String {
    crons.iter().map(CronSchedule::describe).collect::<Vec<_>>().join("; ")
}

/// A schedule that is live.
pub(super) fn find<'c>(
    catalog: &'c Catalog,
    name: &str,
) -> Result<(usize, &'c ScheduleDef, &'c [CronSchedule]), Refused> {
    let mut all = catalog.snapshots.iter().enumerate();
    all.find_map(|(at, snapshot)| snapshot.find_schedule(name).map(|(def, crons)| (at, def, crons)))
        .ok_or_else(|| Refused::missing("schedule", name.escape_debug()))
}

/// Schedules by name.
#[utoipa::path(
    get, path = "/api/v1/deployments/{deployment}/schedules", tag = "schedules",
    params(("deployment" = String, Path)), responses((status = 200, body = List<Schedule>)),
)]
pub(super) async fn schedules(State(app): State<App>, here: Here) -> Reply<List<Schedule>> {
    let catalog = app.views.catalog(&*app.store, &here.0).await?;
    let states = app.store.schedules(here.0.id).await?;
    let now = app.now();
    let mut items = Vec::new();
    for snapshot in &catalog.snapshots {
        for (def, crons) in snapshot.schedules() {
            let last = app.store.ticks(here.0.id, &def.name, Page { before: None, limit: 1 }).await?.pop();
            let state = states.iter().find(|state| state.name == def.name);
            items.push(shown(snapshot.location(), def, crons, state, last.map(Tick::from), now));
        }
    }
    items.sort_by(|a, b| a.name.cmp(&b.name));
    Ok(Json(List::whole(items)))
}

fn shown(
    location: &str,
    def: &ScheduleDef,
    crons: &[CronSchedule],
    state: Option<&ScheduleRecord>,
    last: Option<Tick>,
    now: Timestamp,
) -> Schedule {
    Schedule {
        name: def.name.clone(),
        location: location.to_owned(),
        crons: def.crons.clone(),
        zone: def.zone.clone(),
        when: words(crons),
        selection: def.selection.clone(),
        description: def.description.clone(),
        tags: def.tags.clone(),
        priority: def.priority,
        timeout: def.timeout,
        catch_up: def.catch_up,
        overlap: def.overlap,
        switch: state.map_or(def.default, |state| state.switch),
        default: def.default,
        next: ahead(crons, now, AHEAD).into_iter().map(Into::into).collect(),
        last,
    }
}

/// Switches a schedule on or off. What people chose outlives deploys.
#[utoipa::path(
    post, path = "/api/v1/deployments/{deployment}/schedules/{schedule}/switch", tag = "schedules",
    params(("deployment" = String, Path), ("schedule" = String, Path), ("Idempotency-Key" = Option<String>, Header)),
    request_body = SwitchRequest, responses((status = 200, body = Commanded)),
)]
pub(super) async fn switch(
    State(app): State<App>,
    here: Here,
    caller: Caller,
    PathOf(at): PathOf<(String, String)>,
    JsonBody(body): JsonBody<SwitchRequest>,
) -> Reply<Commanded> {
    let (_, name) = at;
    let catalog = app.views.catalog(&*app.store, &here.0).await?;
    find(&catalog, &name)?;
    let command = Command::SwitchSchedule { name, switch: body.switch };
    app.control.command(caller.request(&here, command)).await?;
    Ok(Json(Commanded { state: None }))
}

/// Launches what a schedule launches, now. It is no tick: the schedule goes on as it would.
#[utoipa::path(
    post, path = "/api/v1/deployments/{deployment}/schedules/{schedule}/run", tag = "schedules",
    params(("deployment" = String, Path), ("schedule" = String, Path), ("Idempotency-Key" = Option<String>, Header)),
    responses((status = 200, body = Launched)),
)]
pub(super) async fn run_now(
    State(app): State<App>,
    here: Here,
    caller: Caller,
    PathOf(at): PathOf<(String, String)>,
) -> Reply<Launched> {
    let catalog = app.views.catalog(&*app.store, &here.0).await?;
    let (snapshot, def, _) = find(&catalog, &at.1)?;
    let launch = command::Launch {
        run: RunId(ids::fresh()),
        selection: def.selection.clone(),
        partition: String::new(),
        tags: def.tags.clone(),
        config: def.config.clone(),
        priority: Some(def.priority).filter(|priority| *priority != 0),
        timeout: def.timeout,
        location: Some(catalog.snapshots[snapshot].location().to_owned()),
    };
    launched(app.control.command(caller.request(&here, Command::Launch(launch))).await?)
}

//! Incidents.

use axum::{Json, extract::State};
use headwater_api::{Commanded, ErrorCode, Incident, IncidentDetail, IncidentQuery, List, Mute};
use headwater_core::{alert::IncidentRecord, command::Command, time::Timestamp};
use headwater_store::{DeliveryFilter, IncidentFilter, Page};

use super::deliveries;
use crate::{
    app::App,
    cursor,
    extract::{Caller, Here, JsonBody, QueryOf},
    part::{IncidentOf, IncidentPath},
    problem::{Refused, Reply},
};

const LIST: &str = "incidents";
/// How many messages are shown with an incident.
const MOST_DELIVERIES: u32 = 200;

/// Incidents, newest first.
#[utoipa::path(
    get, path = "/api/v1/deployments/{deployment}/alerts/incidents", tag = "alerts",
    params(("deployment" = String, Path), IncidentQuery), responses((status = 200, body = List<Incident>)),
)]
pub(super) async fn incidents(
    State(app): State<App>,
    here: Here,
    QueryOf(query): QueryOf<IncidentQuery>,
) -> Reply<List<Incident>> {
    let page = cursor::page(LIST, query.cursor.as_deref(), query.limit)?;
    let filter = match query.state.as_deref() {
        None | Some("all") => IncidentFilter::All,
        Some("open") => IncidentFilter::Unresolved,
        Some("resolved") => IncidentFilter::Resolved,
        Some(other) => {
            let message = format!("`{}` is no state of an incident", other.escape_debug());
            return Err(Refused::new(ErrorCode::InvalidParameter, message).hint("use open, resolved or all"));
        }
    };
    let mut found = app.store.incidents(here.0.id, filter, page).await?;
    let next = cursor::cut(LIST, &page, &mut found, |incident| incident.opened_seq);
    let now = app.now();
    Ok(Json(List { items: found.into_iter().map(|incident| shown(incident, now)).collect(), next }))
}

/// An incident with the messages about it.
#[utoipa::path(
    get, path = "/api/v1/deployments/{deployment}/alerts/incidents/{incident}", tag = "alerts",
    params(("deployment" = String, Path), IncidentPath),
    responses((status = 200, body = IncidentDetail)),
)]
pub(super) async fn incident(State(app): State<App>, here: Here, IncidentOf(id): IncidentOf) -> Reply<IncidentDetail> {
    let found = app.store.incident(id).await?.filter(|incident| incident.deployment == here.0.id);
    let incident = found.ok_or_else(|| Refused::missing("incident", id))?;
    let filter = DeliveryFilter { state: None, incident: Some(id) };
    let page = Page { before: None, limit: MOST_DELIVERIES };
    let messages = app.store.deliveries(here.0.id, &filter, page).await?;
    Ok(Json(IncidentDetail {
        incident: shown(incident, app.now()),
        deliveries: messages.into_iter().map(deliveries::shown).collect(),
    }))
}

fn shown(incident: IncidentRecord, now: Timestamp) -> Incident {
    let (by, at) = incident.acknowledged.map(|taken| (taken.by, taken.at)).unzip();
    Incident {
        id: incident.id,
        state: incident.state,
        severity: incident.severity,
        kind: incident.cause.kind(),
        cause: incident.cause,
        title: incident.title,
        error: incident.error,
        policies: incident.policies,
        channels: incident.told.into_keys().collect(),
        owners: incident.owners,
        affected: incident.affected,
        affected_count: incident.affected_count,
        count: incident.count,
        opened_at: incident.opened_at.into(),
        last_at: incident.last_at.into(),
        resolved_at: incident.resolved_at.map(Into::into),
        acknowledged_by: by,
        acknowledged_at: at.map(Into::into),
        muted_until: incident.muted_until.filter(|until| *until > now).map(Into::into),
        run: incident.run,
    }
}

/// Takes an incident: its repeats are no longer told, its end is.
#[utoipa::path(
    post, path = "/api/v1/deployments/{deployment}/alerts/incidents/{incident}/ack", tag = "alerts",
    params(
        ("deployment" = String, Path), IncidentPath, ("Idempotency-Key" = Option<String>, Header)
    ),
    responses((status = 200, body = Commanded)),
)]
pub(super) async fn acknowledge(
    State(app): State<App>,
    here: Here,
    caller: Caller,
    IncidentOf(incident): IncidentOf,
) -> Reply<Commanded> {
    let command = Command::AcknowledgeIncident { incident };
    app.control.command(caller.request(&here, command)).await?;
    Ok(Json(Commanded { state: None }))
}

/// Silences an incident for a while, or ends the silence.
#[utoipa::path(
    post, path = "/api/v1/deployments/{deployment}/alerts/incidents/{incident}/mute", tag = "alerts",
    params(
        ("deployment" = String, Path), IncidentPath, ("Idempotency-Key" = Option<String>, Header)
    ),
    request_body = Mute, responses((status = 200, body = Commanded)),
)]
pub(super) async fn mute_incident(
    State(app): State<App>,
    here: Here,
    caller: Caller,
    IncidentOf(incident): IncidentOf,
    JsonBody(body): JsonBody<Mute>,
) -> Reply<Commanded> {
    let command = Command::MuteIncident { incident, until: body.until.map(|until| until.0) };
    app.control.command(caller.request(&here, command)).await?;
    Ok(Json(Commanded { state: None }))
}

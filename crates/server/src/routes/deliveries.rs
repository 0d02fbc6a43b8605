//! Messages and their delivery.

use axum::{Json, extract::State};
use headwater_api::{Delivery, DeliveryQuery, ErrorCode, List};
use headwater_store::{DeliveryFilter, DeliveryState, OutboxItem};

use crate::{
    app::App,
    cursor,
    extract::{Here, QueryOf},
    problem::{Refused, Reply},
};

const LIST: &str = "deliveries";

/// Messages and their delivery, newest first.
#[utoipa::path(
    get, path = "/api/v1/deployments/{deployment}/alerts/deliveries", tag = "alerts",
    params(("deployment" = String, Path), DeliveryQuery), responses((status = 200, body = List<Delivery>)),
)]
pub(super) async fn deliveries(
    State(app): State<App>,
    here: Here,
    QueryOf(query): QueryOf<DeliveryQuery>,
) -> Reply<List<Delivery>> {
    let page = cursor::page(LIST, query.cursor.as_deref(), query.limit)?;
    let state = query.state.as_deref().filter(|state| *state != "all").map(|text| {
        DeliveryState::parse(text).ok_or_else(|| {
            let message = format!("`{}` is no state of a delivery", text.escape_debug());
            Refused::new(ErrorCode::InvalidParameter, message).hint("use waiting, delivered, withdrawn, dead or all")
        })
    });
    let filter = DeliveryFilter { state: state.transpose()?, incident: query.incident };
    let mut found = app.store.deliveries(here.0.id, &filter, page).await?;
    let next = cursor::cut(LIST, &page, &mut found, |item| item.message.seq);
    Ok(Json(List { items: found.into_iter().map(shown).collect(), next }))
}

pub(super) fn shown(item: OutboxItem) -> Delivery {
    let text = |path: &str| item.message.payload.pointer(path).and_then(|value| value.as_str()).unwrap_or_default();
    Delivery {
        seq: item.message.seq,
        at: item.message.at.into(),
        policy: text("/policy").to_owned(),
        title: text("/incident/title").to_owned(),
        channel: item.message.channel,
        topic: item.message.topic,
        incident: item.message.incident,
        state: item.state.as_str().to_owned(),
        attempts: item.attempts,
        next_at: Some(item.next_at.into()).filter(|_| item.state == DeliveryState::Waiting),
        closed_at: item.closed_at.map(Into::into),
        error: item.error,
    }
}

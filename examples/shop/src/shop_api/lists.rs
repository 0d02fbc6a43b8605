//! `GET /orders` and `GET /changes`.

use super::Mode;
use super::state::Shop;
use crate::world::{Change, Order};
use axum::Json;
use axum::extract::{Query, State};
use axum::http::StatusCode;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use std::sync::Arc;

const DEFAULT_PAGE: usize = 200;
const LARGEST_PAGE: usize = 500;

/// One page of a list.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Page<T> {
    /// The rows, oldest change first.
    pub data: Vec<T>,
    /// Path and query of the next page; absent on the last one.
    pub next: Option<String>,
}

/// A stretch of the change stream.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ChangesPage {
    /// Changes after the asked position, in order.
    pub data: Vec<Change>,
    /// The newest position there is, whether or not it is in `data`.
    pub last_seq: i64,
}

#[derive(Debug, Deserialize)]
pub(super) struct OrdersQuery {
    updated_since: Option<Timestamp>,
    /// Where the last page ended: `<seconds>-<order number>`.
    cursor: Option<String>,
    page_size: Option<usize>,
}

/// Orders by time of change, from `updated_since` on (inclusive).
pub(super) async fn orders(
    State(shop): State<Arc<Shop>>,
    Query(query): Query<OrdersQuery>,
) -> Result<Json<Page<Order>>, (StatusCode, String)> {
    let after = match query.cursor.as_deref().map(parse_cursor) {
        None => None,
        Some(Some(position)) => Some(position),
        Some(None) => {
            return Err((StatusCode::BAD_REQUEST, "cursor is not one of ours".to_owned()));
        }
    };
    let since = query.updated_since.unwrap_or(Timestamp::UNIX_EPOCH);
    let size = page_size(query.page_size);
    let mut data: Vec<Order> = shop
        .world
        .orders_at(shop.clock())
        .into_iter()
        .filter(|order| order.updated_at >= since)
        .filter(|order| after.is_none_or(|position| (order.updated_at.as_second(), order.order_id) > position))
        .take(size + 1)
        .collect();
    let has_more = data.len() > size;
    data.truncate(size);
    let next = data.last().filter(|_| has_more).map(|last| next_link(last, since, size));
    if shop.inner().mode == Mode::BadData {
        spoil(&mut data);
    }
    Ok(Json(Page { data, next }))
}

fn next_link(last: &Order, since: Timestamp, size: usize) -> String {
    let (seconds, id) = (last.updated_at.as_second(), last.order_id);
    format!("/orders?updated_since={since}&cursor={seconds}-{id}&page_size={size}")
}

fn parse_cursor(text: &str) -> Option<(i64, i64)> {
    let (seconds, id) = text.split_once('-')?;
    Some((seconds.parse().ok()?, id.parse().ok()?))
}

fn page_size(asked: Option<usize>) -> usize {
    asked.unwrap_or(DEFAULT_PAGE).clamp(1, LARGEST_PAGE)
}

/// What a careless release of the shop would send: a status nobody agreed on and a quantity that cannot be.
fn spoil(orders: &mut [Order]) {
    for order in orders.iter_mut().step_by(10) {
        "lost_in_space".clone_into(&mut order.status);
        if let Some(item) = order.items.first_mut() {
            item.quantity = -1;
        }
    }
}

#[derive(Debug, Deserialize)]
pub(super) struct ChangesQuery {
    after: Option<i64>,
    limit: Option<usize>,
}

/// Changes of products and customers after a position.
pub(super) async fn changes(State(shop): State<Arc<Shop>>, Query(query): Query<ChangesQuery>) -> Json<ChangesPage> {
    let visible = shop.world.changes_at(shop.clock());
    let after = query.after.unwrap_or(0);
    let from = visible.partition_point(|change| change.seq <= after);
    let data = visible.iter().skip(from).take(page_size(query.limit)).cloned().collect();
    Json(ChangesPage { data, last_seq: visible.last().map_or(0, |change| change.seq) })
}

//! Switches for people and tests: make the shop fail, make its time pass, ask what it saw.

use super::state::Shop;
use axum::Json;
use axum::extract::State;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use std::sync::Arc;

/// How the shop misbehaves.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Mode {
    /// It does not, apart from its usual few errors.
    Off,
    /// Every request is answered 503.
    Down,
    /// Every answer takes two seconds.
    Slow,
    /// Seven requests in ten fail with 500.
    Errors,
    /// Orders come with a status nobody agreed on.
    BadData,
}

/// Body of `POST /admin/misbehave`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Misbehave {
    /// The mode from now on.
    pub mode: Mode,
}

/// What the shop saw since it started.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Stats {
    /// Requests to the unreliable routes.
    pub requests: u64,
    /// Of these answered 429.
    pub limited: u64,
    /// Of these answered 500.
    pub failed: u64,
    /// Of these answered 503.
    pub unavailable: u64,
}

/// The shop's clock.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Clock {
    now: Timestamp,
}

/// `GET /health`
pub(super) async fn health(State(shop): State<Arc<Shop>>) -> Json<Clock> {
    Json(Clock { now: shop.clock() })
}

/// `POST /admin/misbehave`
pub(super) async fn misbehave(State(shop): State<Arc<Shop>>, Json(body): Json<Misbehave>) -> Json<Misbehave> {
    shop.inner().mode = body.mode;
    Json(body)
}

/// Body of `POST /admin/advance`.
#[derive(Debug, Clone, Copy, Deserialize)]
pub(super) struct Advance {
    hours: u32,
}

/// `POST /admin/advance`: lets logical time pass.
pub(super) async fn advance(State(shop): State<Arc<Shop>>, Json(body): Json<Advance>) -> Json<Clock> {
    shop.inner().advanced_seconds += i64::from(body.hours) * 3_600;
    Json(Clock { now: shop.clock() })
}

/// `GET /admin/stats`
pub(super) async fn stats(State(shop): State<Arc<Shop>>) -> Json<Stats> {
    Json(shop.inner().stats)
}

//! activation: segments, forecast and report.

use super::curated::{order_items, products};
use super::facts::{sample, table, verdict};
use super::reports::{cancellation_rate, customer_lifetime_value, daily_revenue, product_performance};
use crate::activation::{
    CustomerSegment, ForecastMetric, Segment, build_segments, build_weekly_report, forecast_command,
};
use crate::checks::accepted_values;
use crate::setup::{Place, Settings, Setup};
use headwater::ProcessAsset;
use headwater::manifest::{Backoff, ErrorClass, Jitter, RetryPolicy};
use headwater::prelude::*;
use headwater::{Millis, external_asset};
use std::time::Duration;

/// Below it the clusters overlap so much that the names mean little.
const LEAST_SILHOUETTE: f64 = 0.15;

/// Champions, loyal, occasional, lapsed: k-means over recency, frequency and money.
#[asset(
    key_prefix = "activation", group = "activation", owners = ["team:growth"], kinds = ["ml", "smartcore"],
    tags(zone = "activation"), code_version = "1", deps = [customer_lifetime_value],
    checks(clusters_are_apart(severity = warn, description = "Customers are closer to their own cluster than to the next.")),
    timeout = "10m", pool = "warehouse",
)]
pub async fn customer_segments(shop: Res<Setup>) -> Result<Materialized> {
    let found = build_segments(&shop.warehouse).await?;
    let apart = CheckResult::of(found.silhouette >= LEAST_SILHOUETTE)
        .meta("silhouette", found.silhouette)
        .meta("least", LEAST_SILHOUETTE);
    let sizes = found.sizes.iter().fold(Table::new(["segment", "customers"]), |table, row| table.row(row));
    Ok(table::<CustomerSegment>(&shop.warehouse)
        .await?
        .meta("silhouette", found.silhouette)
        .meta("inertia", found.inertia)
        .meta("sizes", sizes)
        .check("clusters_are_apart", apart))
}

/// Every segment is one that marketing knows.
#[check(asset = customer_segments)]
pub async fn segment_is_known(shop: Res<Setup>) -> Result<CheckResult> {
    Ok(verdict(accepted_values::<CustomerSegment>(&shop.warehouse, "segment", Segment::ALL).await?))
}

/// Days that the forecast looks ahead.
const HORIZON_DAYS: u32 = 14;

// How the command learns of the data folder depends on the settings, so the asset is made by `demand_forecast_process`; this is the path by which
// others name it.
external_asset! {
    /// Pieces per category for the next two weeks.
    pub demand_forecast, key = "activation/demand_forecast"
}

/// `activation/demand_forecast`: Holt-Winters in Python, a process step that reads and writes the warehouse itself.
pub(super) fn demand_forecast_process(settings: &Settings) -> ProcessAsset {
    let command = Process::new(forecast_command(HORIZON_DAYS));
    let command = match settings.place {
        Place::Environment => command.pass_env(Settings::FOLDER_VARIABLE),
        Place::Program => command.env(Settings::FOLDER_VARIABLE, settings.folder.to_string_lossy()),
    };
    ProcessAsset::new("activation/demand_forecast", command)
        .description("Pieces per category for the next 14 days: Holt-Winters in Python. Its check says how good it is.")
        .group("activation")
        .owner("team:supply")
        .kind("ml")
        .kind("python")
        .tag("zone", "activation")
        .code_version("1")
        .meta("horizon_days", HORIZON_DAYS)
        .dep::<order_items>()
        .dep::<products>()
        .retry(RetryPolicy {
            max_retries: 1,
            delay: Millis::secs(2),
            backoff: Backoff::Constant,
            max_delay: Millis::secs(2),
            jitter: Jitter::None,
            only: Vec::new(),
            // Too little demand, or no Python: the same again.
            never: vec![ErrorClass::SPAWN],
        })
        .timeout(Duration::from_secs(600))
}

/// Over the days that were held back, the forecast errs less than "as a week ago".
#[check(asset = demand_forecast, severity = warn)]
pub async fn forecast_beats_last_week(shop: Res<Setup>) -> Result<CheckResult> {
    let metrics: Vec<ForecastMetric> = shop.warehouse.read_all().await?;
    let mean =
        |figure: fn(&ForecastMetric) -> f64| metrics.iter().map(figure).sum::<f64>() / metrics.len().max(1) as f64;
    let (mae, naive_mae) = (mean(|row| row.mae), mean(|row| row.naive_mae));
    Ok(CheckResult::of(mae < naive_mae)
        .meta("mae", mae)
        .meta("naive_mae", naive_mae)
        .meta("wape_percent", mean(|row| row.wape_percent))
        .meta("categories", metrics.len())
        .meta("by category", sample::<ForecastMetric>(&shop.warehouse).await?))
}

/// The week on one page.
#[asset(
    key_prefix = "activation", group = "activation", owners = ["team:growth"], kinds = ["report"],
    tags(zone = "activation"), code_version = "1", deps = [daily_revenue, product_performance, cancellation_rate],
    timeout = "5m",
)]
pub async fn weekly_report(shop: Res<Setup>) -> Result<Materialized> {
    let report = build_weekly_report(&shop.warehouse).await?;
    Ok(Materialized::done().meta("report", Markdown(report)))
}

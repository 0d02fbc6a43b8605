//! curated, the figures: what the shop earns, with whom, with what, and what it loses.

use super::curated::{customers, order_items, orders, products};
use super::facts::{sample, table, verdict};
use crate::checks::{sums_agree, unique};
use crate::curate::{
    self, CancellationRate, CountryRevenue, DailyRevenue, LifetimeValue, Order, OrderItem, ProductPerformance,
};
use crate::setup::Setup;
use crate::world::days_after;
use headwater::prelude::*;

/// Orders, pieces and revenue by day and channel.
#[asset(
    key_prefix = "curated", group = "curated", owners = ["team:analytics"], kinds = ["sqlite", "report"],
    tags(zone = "curated"), code_version = "1", deps = [order_items], timeout = "5m", pool = "warehouse",
    freshness(warn = "26h", fail = "2d"),
)]
pub async fn daily_revenue(shop: Res<Setup>) -> Result<Materialized> {
    curate::build_daily_revenue(&shop.warehouse).await?;
    let rows: Vec<DailyRevenue> = shop.warehouse.read_all().await?;
    let revenue: i64 = rows.iter().map(|row| row.revenue_cents).sum();
    let lineage = ColumnLineage::new()
        .column("day")
        .from::<order_items>("day")
        .column("channel")
        .from::<order_items>("channel")
        .column("orders")
        .from::<order_items>("order_key")
        .column("units")
        .from::<order_items>("quantity")
        .column("revenue_cents")
        .from::<order_items>("amount_cents");
    Ok(table::<DailyRevenue>(&shop.warehouse)
        .await?
        .meta("revenue_cents", revenue)
        .meta("column lineage", lineage)
        .meta("sample", sample::<DailyRevenue>(&shop.warehouse).await?))
}

/// Revenue by day is the revenue of the lines.
#[check(asset = daily_revenue, blocking)]
pub async fn daily_revenue_agrees(shop: Res<Setup>) -> Result<CheckResult> {
    Ok(verdict(sums_agree::<OrderItem, DailyRevenue>(&shop.warehouse, "amount_cents", "revenue_cents").await?))
}

/// What each customer has brought in so far.
#[asset(
    key_prefix = "curated", group = "curated", owners = ["team:analytics"], kinds = ["sqlite"],
    tags(zone = "curated"), code_version = "1", deps = [orders, customers], timeout = "5m", pool = "warehouse",
)]
pub async fn customer_lifetime_value(shop: Res<Setup>) -> Result<Materialized> {
    curate::build_lifetime_value(&shop.warehouse).await?;
    Ok(table::<LifetimeValue>(&shop.warehouse).await?)
}

/// No customer comes twice.
#[check(asset = customer_lifetime_value)]
pub async fn value_is_unique(shop: Res<Setup>) -> Result<CheckResult> {
    Ok(verdict(unique::<LifetimeValue>(&shop.warehouse, &["customer_id"]).await?))
}

/// Sales, refunds and rank of each product.
#[asset(
    key_prefix = "curated", group = "curated", owners = ["team:analytics"], kinds = ["sqlite", "report"],
    tags(zone = "curated"), code_version = "1", deps = [products, order_items], timeout = "5m", pool = "warehouse",
)]
pub async fn product_performance(shop: Res<Setup>) -> Result<Materialized> {
    curate::build_product_performance(&shop.warehouse).await?;
    let mut rows: Vec<ProductPerformance> = shop.warehouse.read_all().await?;
    rows.sort_by_key(|row| row.revenue_rank);
    let best = rows.iter().take(5).fold(Table::new(["sku", "name", "units_sold", "revenue_cents"]), |table, row| {
        table.row((&row.sku, &row.name, row.units_sold, row.revenue_cents))
    });
    Ok(table::<ProductPerformance>(&shop.warehouse).await?.meta("best sellers", best))
}

/// Revenue by product is the revenue of the lines.
#[check(asset = product_performance, blocking)]
pub async fn product_revenue_agrees(shop: Res<Setup>) -> Result<CheckResult> {
    Ok(verdict(sums_agree::<OrderItem, ProductPerformance>(&shop.warehouse, "amount_cents", "revenue_cents").await?))
}

/// Revenue by country.
#[asset(
    key_prefix = "curated", group = "curated", owners = ["team:analytics"], kinds = ["sqlite", "report"],
    tags(zone = "curated"), code_version = "1", deps = [orders], timeout = "5m", pool = "warehouse",
)]
pub async fn country_revenue(shop: Res<Setup>) -> Result<Materialized> {
    curate::build_country_revenue(&shop.warehouse).await?;
    Ok(table::<CountryRevenue>(&shop.warehouse).await?.meta("sample", sample::<CountryRevenue>(&shop.warehouse).await?))
}

/// Revenue by country is the revenue of the orders that count.
#[check(asset = country_revenue, blocking)]
pub async fn country_revenue_agrees(shop: Res<Setup>) -> Result<CheckResult> {
    let orders: Vec<Order> = shop.warehouse.read_all().await?;
    let countries: Vec<CountryRevenue> = shop.warehouse.read_all().await?;
    let counted = orders.iter().filter(|order| order.state.counts());
    let expected: i64 = counted.map(|order| order.amount_cents).sum();
    let found: i64 = countries.iter().map(|row| row.revenue_cents).sum();
    Ok(CheckResult::of(expected == found).meta("orders_cents", expected).meta("countries_cents", found))
}

/// Orders cancelled, returned or refunded, by day and channel.
#[asset(
    key_prefix = "curated", group = "curated", owners = ["team:analytics"], kinds = ["sqlite", "report"],
    tags(zone = "curated"), code_version = "1", deps = [orders], timeout = "5m", pool = "warehouse",
)]
pub async fn cancellation_rate(shop: Res<Setup>) -> Result<Materialized> {
    curate::build_cancellation_rate(&shop.warehouse).await?;
    Ok(table::<CancellationRate>(&shop.warehouse)
        .await?
        .meta("sample", sample::<CancellationRate>(&shop.warehouse).await?))
}

/// Orders lost in a thousand that are worth a look.
const WORRYING_PERMILLE: i64 = 200;

/// Of the last seven days' orders at most one in five was lost.
#[check(asset = cancellation_rate, severity = warn)]
pub async fn cancellations_are_rare(shop: Res<Setup>) -> Result<CheckResult> {
    let rows: Vec<CancellationRate> = shop.warehouse.read_all().await?;
    let Some(last) = rows.iter().map(|row| row.day).max() else {
        return Ok(CheckResult::failed("there are no orders"));
    };
    let week = || rows.iter().filter(|row| row.day > days_after(last, -7));
    let orders: i64 = week().map(|row| row.orders).sum();
    let lost: i64 = week().map(|row| row.lost).sum();
    let permille = lost * 1_000 / orders.max(1);
    Ok(CheckResult::of(permille <= WORRYING_PERMILLE)
        .meta("orders", orders)
        .meta("lost", lost)
        .meta("rate_permille", permille))
}

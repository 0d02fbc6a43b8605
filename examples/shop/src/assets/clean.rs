//! cleansed: one meaning per column. Nothing is dropped silently.

use super::facts::{sample, table, verdict};
use super::{facts::personal_table, raw};
use crate::checks::{accepted_values, at_least, not_null, references, row_count_at_least, unique};
use crate::cleanse::{
    self, CleanCustomer, CleanExportLine, CleanOrder, CleanOrderItem, CleanProduct, CleanReject, LineKind,
};
use crate::curate::WEB_STATUSES;
use crate::ingest::RawExportLine;
use crate::setup::Setup;
use headwater::prelude::*;

/// One row per web order, status in lower case.
#[asset(
    key_prefix = "clean", group = "cleansed", owners = ["team:data-engineering"], kinds = ["sqlite"],
    tags(zone = "cleansed"), code_version = "1", deps = [raw::orders], timeout = "5m", pool = "warehouse",
)]
pub async fn orders(shop: Res<Setup>) -> Result<Materialized> {
    let built = cleanse::build_orders(&shop.warehouse).await?;
    Ok(table::<CleanOrder>(&shop.warehouse)
        .await?
        .meta("rejected", built.rejected)
        .meta("sample", sample::<CleanOrder>(&shop.warehouse).await?))
}

/// No order comes twice.
#[check(asset = orders, blocking)]
pub async fn order_id_is_unique(shop: Res<Setup>) -> Result<CheckResult> {
    Ok(verdict(unique::<CleanOrder>(&shop.warehouse, &["order_id"]).await?))
}

/// Every status is one that was agreed with the shop.
#[check(asset = orders, blocking)]
pub async fn status_is_known(shop: Res<Setup>) -> Result<CheckResult> {
    Ok(verdict(accepted_values::<CleanOrder>(&shop.warehouse, "status", WEB_STATUSES).await?))
}

/// A quarter of trade has more than a thousand orders; fewer mean a broken load.
#[check(asset = orders, blocking)]
pub async fn history_is_there(shop: Res<Setup>) -> Result<CheckResult> {
    Ok(verdict(row_count_at_least::<CleanOrder>(&shop.warehouse, 1_000).await?))
}

/// One row per line of a web order.
#[asset(
    key_prefix = "clean", group = "cleansed", owners = ["team:data-engineering"], kinds = ["sqlite"],
    tags(zone = "cleansed"), code_version = "1", deps = [raw::orders, orders], timeout = "5m", pool = "warehouse",
)]
pub async fn order_items(shop: Res<Setup>) -> Result<Materialized> {
    let built = cleanse::build_order_items(&shop.warehouse).await?;
    Ok(table::<CleanOrderItem>(&shop.warehouse)
        .await?
        .meta("rejected", built.rejected)
        .meta("sample", sample::<CleanOrderItem>(&shop.warehouse).await?))
}

/// No line of an order comes twice.
#[check(asset = order_items, blocking)]
pub async fn line_is_unique(shop: Res<Setup>) -> Result<CheckResult> {
    Ok(verdict(unique::<CleanOrderItem>(&shop.warehouse, &["order_id", "line_no"]).await?))
}

/// Nobody orders less than one piece.
#[check(asset = order_items, blocking)]
pub async fn quantity_is_positive(shop: Res<Setup>) -> Result<CheckResult> {
    Ok(verdict(at_least::<CleanOrderItem>(&shop.warehouse, "quantity", 1).await?))
}

/// Every line belongs to an order.
#[check(asset = order_items, blocking)]
pub async fn order_exists(shop: Res<Setup>) -> Result<CheckResult> {
    Ok(verdict(references::<CleanOrderItem, CleanOrder>(&shop.warehouse, "order_id", "order_id").await?))
}

/// Accounts with readable addresses and country codes. Personal data.
#[asset(
    key_prefix = "clean", group = "cleansed", owners = ["team:data-engineering"], kinds = ["sqlite", "pii"],
    tags(zone = "cleansed", pii), code_version = "1", deps = [raw::customers], timeout = "5m", pool = "warehouse",
)]
pub async fn customers(shop: Res<Setup>) -> Result<Materialized> {
    let built = cleanse::build_customers(&shop.warehouse).await?;
    Ok(personal_table::<CleanCustomer>(&shop.warehouse, &["name", "email"]).await?.meta("rejected", built.rejected))
}

/// Every account has a name.
#[check(asset = customers, blocking)]
pub async fn name_is_there(shop: Res<Setup>) -> Result<CheckResult> {
    Ok(verdict(not_null::<CleanCustomer>(&shop.warehouse, "name").await?))
}

/// Every country has its code.
#[check(asset = customers, blocking)]
pub async fn country_is_known(shop: Res<Setup>) -> Result<CheckResult> {
    Ok(verdict(accepted_values::<CleanCustomer>(&shop.warehouse, "country_code", cleanse::CODES).await?))
}

/// Accounts without a usable address cannot be reached by the CRM.
#[check(asset = customers, severity = warn)]
pub async fn email_is_there(shop: Res<Setup>) -> Result<CheckResult> {
    Ok(verdict(not_null::<CleanCustomer>(&shop.warehouse, "email").await?))
}

/// Listed products with a price.
#[asset(
    key_prefix = "clean", group = "cleansed", owners = ["team:data-engineering"], kinds = ["sqlite"],
    tags(zone = "cleansed"), code_version = "1", deps = [raw::products], timeout = "5m", pool = "warehouse",
)]
pub async fn products(shop: Res<Setup>) -> Result<Materialized> {
    let built = cleanse::build_products(&shop.warehouse).await?;
    Ok(table::<CleanProduct>(&shop.warehouse)
        .await?
        .meta("rejected", built.rejected)
        .meta("sample", sample::<CleanProduct>(&shop.warehouse).await?))
}

/// No stock code comes twice.
#[check(asset = products, blocking)]
pub async fn sku_is_unique(shop: Res<Setup>) -> Result<CheckResult> {
    Ok(verdict(unique::<CleanProduct>(&shop.warehouse, &["sku"]).await?))
}

/// Nothing is given away.
#[check(asset = products, blocking)]
pub async fn price_is_positive(shop: Res<Setup>) -> Result<CheckResult> {
    Ok(verdict(at_least::<CleanProduct>(&shop.warehouse, "price_cents", 1).await?))
}

/// Sales and goods brought back; repetitions, fees and stock corrections set aside.
#[asset(
    key_prefix = "clean", group = "cleansed", owners = ["team:data-engineering"], kinds = ["sqlite"],
    tags(zone = "cleansed"), code_version = "1", deps = [raw::till_lines], timeout = "5m", pool = "warehouse",
    checks(nothing_is_lost(blocking, description = "Lines kept and lines set aside are the lines that landed.")),
)]
pub async fn till_lines(shop: Res<Setup>) -> Result<Materialized> {
    let built = cleanse::build_export_lines(&shop.warehouse).await?;
    let landed = shop.warehouse.count::<RawExportLine>().await?;
    let seen = built.rows + built.rejected;
    let nothing_is_lost = CheckResult::of(usize::try_from(landed) == Ok(seen))
        .meta("landed", landed)
        .meta("kept", built.rows)
        .meta("set aside", built.rejected);
    Ok(table::<CleanExportLine>(&shop.warehouse)
        .await?
        .meta("rejected", built.rejected)
        .meta("sample", sample::<CleanExportLine>(&shop.warehouse).await?)
        .check("nothing_is_lost", nothing_is_lost))
}

/// Every line is a sale or a cancellation.
#[check(asset = till_lines, blocking)]
pub async fn kind_is_known(shop: Res<Setup>) -> Result<CheckResult> {
    Ok(verdict(accepted_values::<CleanExportLine>(&shop.warehouse, "kind", LineKind::ALL).await?))
}

/// Everything set aside, counted by source and reason.
#[asset(
    key_prefix = "clean", group = "cleansed", owners = ["team:data-engineering"], kinds = ["sqlite"],
    tags(zone = "cleansed"), code_version = "1", deps = [orders, order_items, customers, products, till_lines],
    automation = eager, timeout = "5m",
)]
pub async fn rejects(shop: Res<Setup>) -> Result<Materialized> {
    let counts = cleanse::reject_counts(&shop.warehouse).await?;
    let rows: i64 = counts.values().sum();
    let reasons =
        counts.into_iter().fold(Table::new(["source", "reason", "rows"]), |table, ((source, reason), rows)| {
            table.row((source, reason, rows))
        });
    Ok(table::<CleanReject>(&shop.warehouse).await?.meta("rejected", rows).meta("reasons", reasons))
}

//! raw: what the sources said, unchanged.

use super::facts::{personal_table, table, verdict};
use super::failure::ingestion;
use crate::checks::row_count_at_least;
use crate::ingest::{
    self, ExportLoad, RawChange, RawCustomer, RawExportLine, RawExportReject, RawOrder, RawProduct, cursors,
};
use crate::setup::Setup;
use headwater::prelude::*;
use std::fs::File;
use std::io::{BufRead, BufReader};
use std::time::UNIX_EPOCH;

/// How `raw/orders` is loaded.
#[headwater::config]
pub struct OrdersConfig {
    /// Read every order again, not only what changed: heals what was wrong at the source for a while.
    #[serde(default)]
    pub full_refresh: bool,
}

/// Web orders as the API gave them last; incremental by time of change.
#[asset(
    key_prefix = "raw", group = "raw", owners = ["team:platform"], kinds = ["rest", "sqlite"], tags(zone = "raw"),
    metadata(source = "GET /orders"), freshness(warn = "15m", fail = "1d"),
    retries = 4, delay = "1s", backoff = exponential, max_delay = "1m", jitter = full,
    timeout = "10m", pool = "shop_api",
)]
pub async fn orders(ctx: Context, shop: Res<Setup>, config: Config<OrdersConfig>) -> Result<Materialized> {
    // The warehouse has the last word: one that was deleted or restored is filled again.
    let held = cursors(&shop.warehouse).await?.orders;
    let since = match config.full_refresh {
        true => None,
        false => ctx.cursor::<jiff::Timestamp>()?.min(held),
    };
    let load =
        ingest::load_orders(&shop.shop, &shop.warehouse, since, &ctx.run_id().to_string()).await.map_err(ingestion)?;
    ctx.log.info(format!("{} orders on {} pages", load.rows, load.pages));
    let cursor = load.cursor.max(since);
    let since = since.map_or_else(|| "the beginning".to_owned(), |since| since.to_string());
    Ok(table::<RawOrder>(&shop.warehouse)
        .await?
        .meta("loaded", load.rows)
        .meta("pages", load.pages)
        .meta("since", since)
        .cursor(cursor))
}

/// There are orders at all.
#[check(asset = orders, blocking)]
pub async fn orders_landed(shop: Res<Setup>) -> Result<CheckResult> {
    Ok(verdict(row_count_at_least::<RawOrder>(&shop.warehouse, 1).await?))
}

/// The shop's change stream of customers and products, in order, without gaps.
#[asset(
    key_prefix = "raw", group = "raw", owners = ["team:platform"], kinds = ["cdc", "sqlite"], tags(zone = "raw", pii),
    metadata(source = "GET /changes"),
    retries = 4, delay = "1s", backoff = exponential, max_delay = "1m", jitter = full,
    timeout = "10m", pool = "shop_api",
)]
pub async fn changes(ctx: Context, shop: Res<Setup>) -> Result<Materialized> {
    let held = cursors(&shop.warehouse).await?.changes;
    let after = ctx.cursor::<i64>()?.unwrap_or(0).min(held);
    let (loaded, cursor) = ingest::load_changes(&shop.shop, &shop.warehouse, after).await.map_err(ingestion)?;
    ctx.log.info(format!("{loaded} changes after {after}"));
    Ok(personal_table::<RawChange>(&shop.warehouse, &["payload"])
        .await?
        .meta("loaded", loaded)
        .meta("position", cursor)
        .cursor(cursor))
}

/// There are changes at all.
#[check(asset = changes, blocking)]
pub async fn changes_landed(shop: Res<Setup>) -> Result<CheckResult> {
    Ok(verdict(row_count_at_least::<RawChange>(&shop.warehouse, 1).await?))
}

/// Accounts as they are now: the stream applied, deleted accounts gone.
#[asset(
    key_prefix = "raw", group = "raw", owners = ["team:platform"], kinds = ["cdc", "sqlite"], tags(zone = "raw", pii),
    deps = [changes], retries = 2, delay = "1s", timeout = "5m", pool = "warehouse",
)]
pub async fn customers(ctx: Context, shop: Res<Setup>) -> Result<Materialized> {
    let held = cursors(&shop.warehouse).await?.customers;
    let after = ctx.cursor::<i64>()?.unwrap_or(0).min(held);
    let applied = ingest::apply_customers(&shop.warehouse, after).await?;
    Ok(personal_table::<RawCustomer>(&shop.warehouse, &["payload"])
        .await?
        .meta("upserted", applied.upserted)
        .meta("deleted", applied.deleted)
        .cursor(applied.cursor))
}

/// The catalogue as it is now.
#[asset(
    key_prefix = "raw", group = "raw", owners = ["team:platform"], kinds = ["cdc", "sqlite"], tags(zone = "raw"),
    deps = [changes], retries = 2, delay = "1s", timeout = "5m", pool = "warehouse",
)]
pub async fn products(ctx: Context, shop: Res<Setup>) -> Result<Materialized> {
    let held = cursors(&shop.warehouse).await?.products;
    let after = ctx.cursor::<i64>()?.unwrap_or(0).min(held);
    let applied = ingest::apply_products(&shop.warehouse, after).await?;
    Ok(table::<RawProduct>(&shop.warehouse)
        .await?
        .meta("upserted", applied.upserted)
        .meta("deleted", applied.deleted)
        .cursor(applied.cursor))
}

/// The export the tills leave at night; observed, not made here.
#[observable(
    key_prefix = "raw", group = "raw", owners = ["team:platform"], kinds = ["csv", "external"], tags(zone = "raw"),
    freshness = "2d", timeout = "1m",
)]
pub fn till_file(shop: Res<Setup>) -> Result<Observation> {
    let file = File::open(&shop.till).context("the tills left no export")?;
    let about = file.metadata()?;
    let modified = about.modified()?.duration_since(UNIX_EPOCH)?;
    let lines = BufReader::new(file).split(b'\n').count();
    let seconds = i64::try_from(modified.as_secs())?;
    Ok(Observation::new(format!("{}-{seconds}", about.len()))
        .meta("file", Path(&shop.till))
        .meta("bytes", about.len())
        .meta("lines", lines)
        .meta("modified", Timestamp::from_secs(seconds)))
}

/// Reads the tills' export once and sorts its lines into the two tables.
#[multi_asset(
    name = "raw/till",
    output(
        /// Lines of the export that could be read, typed.
        till_lines,
        key_prefix = "raw", group = "raw", owners = ["team:platform"], kinds = ["csv", "sqlite"], tags(zone = "raw"),
        checks(
            every_line_is_accounted_for(blocking, description = "Lines of the file are landed, rejected, or the header."),
            few_lines_are_rejected(blocking, description = "At most one line in twenty cannot be read."),
        ),
    ),
    output(
        /// Lines that could not be read, with line number and reason.
        till_rejects,
        key_prefix = "raw", group = "raw", owners = ["team:platform"], kinds = ["csv", "sqlite"], tags(zone = "raw"),
    ),
    deps = [till_file], retries = 2, delay = "5s", backoff = exponential, timeout = "10m", pool = "warehouse",
)]
pub async fn till(ctx: Context, shop: Res<Setup>) -> Result<Outputs<till>> {
    let load = ingest::load_export(&shop.warehouse, &shop.till).await.map_err(ingestion)?;
    let ExportLoad { accounting, reasons } = load;
    ctx.log.info(format!("{} lines landed, {} rejected", accounting.landed, accounting.rejected));
    let accounted = CheckResult::of(accounting.adds_up())
        .meta("lines", accounting.lines)
        .meta("landed", accounting.landed)
        .meta("rejected", accounting.rejected);
    let few = CheckResult::of(accounting.rejected * 20 <= accounting.lines).meta("rejected", accounting.rejected);
    let by_reason = reasons.into_iter().fold(Table::new(["reason", "lines"]), |table, row| table.row(row));
    let lines = table::<RawExportLine>(&shop.warehouse)
        .await?
        .meta("lines", accounting.lines)
        .meta("rejected", accounting.rejected)
        .check("every_line_is_accounted_for", accounted)
        .check("few_lines_are_rejected", few);
    let rejects = table::<RawExportReject>(&shop.warehouse).await?.meta("reasons", by_reason);
    Ok(Outputs::new().with::<till_lines>(lines).with::<till_rejects>(rejects))
}

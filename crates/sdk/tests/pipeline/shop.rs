//! A small shop: typed inputs, config, a resource, a multi-asset, checks, an observed and an external asset.

use std::{
    sync::{
        Arc,
        atomic::{AtomicU32, Ordering},
    },
    time::Duration,
};

use headwater::prelude::*;
use serde::{Deserialize, Serialize};

/// Where orders come from.
#[derive(Default)]
pub(crate) struct ShopApi {
    pub(crate) broken: Option<&'static str>,
    pub(crate) negative: bool,
}

#[derive(Debug, thiserror::Error)]
#[error("the shop answered {status}")]
pub(crate) struct ShopError {
    status: u16,
}

impl ShopApi {
    fn orders_since(&self, since: u64) -> Result<Vec<Order>, ShopError> {
        if self.broken == Some("refused") {
            return Err(ShopError { status: 401 });
        }
        let price = if self.negative { -5 } else { 5 };
        Ok((since..since + 3).map(|id| Order { id, customer: format!("c{}", id % 2), price }).collect())
    }
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct Order {
    pub(crate) id: u64,
    pub(crate) customer: String,
    pub(crate) price: i64,
}

/// The till's export, which staff drop into a folder.
#[observable(group = "raw", kinds = ["csv"])]
pub(crate) fn till_export() -> String {
    "2026-11-23".to_owned()
}

external_asset! {
    /// Accounts in the CRM.
    pub(crate) crm_accounts: Vec<String>, key = "crm/accounts", group = "crm", owners = ["team:crm"]
}

/// Orders as the shop's API returned them.
///
/// Read by cursor.
#[asset(
    group = "raw",
    domain = "sales",
    tier = "bronze",
    owners = ["team:data", "anna@shop.example"],
    kinds = ["json"],
    tags(zone = "raw", pii),
    metadata(table = "raw_orders", expected = 3, docs = url("https://shop.example")),
    retries = 3,
    delay = "5s",
    backoff = exponential,
    jitter = "plus_minus",
    retry_never = ["config"],
    timeout = "10m",
    pool = "shop",
    priority = -1,
    requires(net = "internal"),
    freshness(warn = "12h", fail = "1d"),
    automation(cron = "0 6 * * *", zone = "Europe/Berlin"),
    aliases = ["orders_raw"],
    deps = [till_export],
)]
pub(crate) async fn raw_orders(ctx: Context, shop: Res<ShopApi>) -> Result<Materialized<Vec<Order>>> {
    let since = ctx.cursor::<u64>()?.unwrap_or(0);
    if shop.broken == Some("busy") {
        return Err(StepError::new("too many requests").class("rate_limited").retry_after(Duration::from_secs(30)));
    }
    assert!(shop.broken != Some("panic"), "the shop's answer makes no sense");
    let orders = shop.orders_since(since)?;
    ctx.log.info(format!("{} orders", orders.len()));
    let (rows, next) = (orders.len(), since + orders.len() as u64);
    Ok(Materialized::new(orders).meta("rows", rows).cursor(next))
}

#[headwater::config]
pub(crate) struct Cleaning {
    /// Orders of this customer are left out.
    without: Option<String>,
}

/// One row per order.
#[asset(
    key_prefix = "shop",
    group = "curated",
    code_version = "2",
    checks(not_empty(blocking), small(severity = "warn"))
)]
pub(crate) fn orders(raw_orders: Input<raw_orders>, config: Config<Cleaning>) -> Materialized<Vec<Order>> {
    let kept = |order: &&Order| Some(&order.customer) != config.without.as_ref();
    let orders: Vec<Order> = raw_orders.iter().filter(kept).cloned().collect();
    let (not_empty, small) = (!orders.is_empty(), orders.len() < 2);
    Materialized::new(orders).check("not_empty", CheckResult::of(not_empty)).check("small", CheckResult::of(small))
}

/// Nothing is sold for less than nothing.
#[check(asset = orders, blocking, timeout = "1m")]
pub(crate) fn prices_are_positive(orders: &[Order]) -> CheckResult {
    let negative = orders.iter().filter(|order| order.price < 0).count();
    CheckResult::of(negative == 0).meta("negative", negative)
}

/// Orders of today's shop have been seen.
#[check(asset = orders, severity = "warn", name = "seen")]
pub(crate) async fn orders_are_seen(orders: &[Order], shop: Res<ShopApi>) -> Result<bool, ShopError> {
    Ok(shop.orders_since(0)?.first() == orders.first())
}

/// Customers and their revenue.
#[multi_asset(
    subset,
    retries = 1,
    output(customers: Vec<String>, group = "curated"),
    output(
        /// What each customer brought.
        revenue: Vec<(String, i64)>, group = "curated", deps = [customers, orders],
    ),
)]
pub(crate) async fn sales(ctx: Context, orders: Input<orders>) -> Result<Outputs<sales>> {
    let mut names: Vec<String> = orders.iter().map(|order| order.customer.clone()).collect();
    names.sort();
    names.dedup();
    let revenue_of =
        |name: &String| orders.iter().filter(|order| order.customer == *name).map(|order| order.price).sum();
    let per_customer = names.iter().map(|name| (name.clone(), revenue_of(name))).collect::<Vec<_>>();
    let mut outputs = Outputs::new();
    if ctx.selected::<customers>() {
        outputs.give::<customers>(Materialized::new(names).meta("kind", Markdown("**names**")));
    }
    if ctx.selected::<revenue>() {
        outputs.give::<revenue>(per_customer);
    }
    Ok(outputs)
}

/// Sends revenue to the CRM.
#[asset(group = "crm", deps = [crm_accounts])]
pub(crate) async fn crm_sync(revenue: Input<revenue, Vec<(String, i64)>>) {
    assert!(!revenue.is_empty());
}

/// How often the resource was built, and closed.
#[derive(Clone, Default)]
pub(crate) struct Count(pub(crate) Arc<AtomicU32>, pub(crate) Arc<AtomicU32>);

pub(crate) fn shop(api: fn() -> ShopApi, count: &Count) -> Definitions {
    let (built, closed) = (Arc::clone(&count.0), Arc::clone(&count.1));
    let api = Provider::new(move || {
        built.fetch_add(1, Ordering::Relaxed);
        let api = api();
        async move { if api.broken == Some("down") { Err("connection refused") } else { Ok(api) } }
    });
    let api = api.description("The shop's API.").env(["SHOP_URL"]).teardown(move |_| {
        closed.fetch_add(1, Ordering::Relaxed);
        std::future::ready(())
    });
    definitions![till_export, crm_accounts, raw_orders, orders, prices_are_positive, orders_are_seen, sales, crm_sync]
        .provide(api)
        .job(Job::new("refresh", "group:raw+"))
        .schedule(
            Schedule::new("nightly", "0 6 * * *", "job:refresh")
                .zone("Europe/Berlin")
                .on()
                .config("shop/orders", serde_json::json!({})),
        )
        .pool("shop", 2)
        .run_limit_per_value("customer", 1)
        .max_running(4)
}

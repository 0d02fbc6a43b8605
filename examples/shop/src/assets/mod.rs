//! The assets: who makes which table, from what, how often it is tried, what is checked, and who is asked about it.
//!
//! One file per zone. Functions here stay short: they call the plain functions of the other folders and say what people
//! should know about the result. All tables live in the warehouse, so assets have no values that Headwater keeps; they
//! name what they are made from with `deps`, as Rust paths.

pub mod activation;
mod alerts;
pub mod clean;
pub mod crm;
pub mod curated;
mod facts;
mod failure;
pub mod raw;
pub mod reports;

pub use alerts::Slack;

use crate::setup::{Settings, Setup};
use headwater::prelude::*;
use std::path::PathBuf;

/// Everything the shop declares, for a data folder. `program` is this binary, which also serves the shop's API.
#[must_use]
pub fn definitions(settings: &Settings, program: PathBuf) -> Definitions {
    let forecast = activation::demand_forecast_process(settings);
    let opened = settings.clone();
    alerts::alerts(assets(), settings.slack)
        .process(forecast)
        .provide(
            Provider::new(move || {
                let (settings, program) = (opened.clone(), program.clone());
                async move { Setup::open(&settings, &program).await }
            })
            .named("shop")
            .description("The shop's API and CRM, the warehouse, and the folder of the tills.")
            .env(["SHOP_DATA", "SHOP_URL"]),
        )
        // The shop answers 429 beyond its rate; two loads at once stay below it.
        .pool("shop_api", 2)
        // SQLite has one writer. A few builds may compute at once and then take turns.
        .pool("warehouse", 4)
        .job(
            Job::new("refresh_all", "*")
                .description("Everything, from the sources to the CRM.")
                .tag("writes", "warehouse"),
        )
        .job(
            Job::new(
                "orders_to_crm",
                "(raw/orders or raw/changes)+ and +activation/crm_contacts",
            )
            .description("The short way from a new order to the customer's segment in the CRM.")
            .tag("writes", "warehouse")
            .priority(5),
        )
        // Two runs over the same tables would do the same work twice.
        .run_limit("writes", "warehouse", 1)
        .schedule(
            Schedule::new("nightly", "10 6 * * *", "job:refresh_all")
                .zone(ZONE)
                .description("After the tills have left their export."),
        )
        .schedule(
            Schedule::new("orders_to_crm", "*/5 * * * *", "job:orders_to_crm")
                .zone(ZONE)
                .catch_up(CatchUp::Skip)
                .description("Marketing sees a customer's new segment within minutes."),
        )
        .schedule(
            Schedule::new("weekly_report", "0 7 * * 1", "activation/weekly_report")
                .zone(ZONE)
                .description("On the desk on Monday morning."),
        )
}

/// Where the shop's people live.
const ZONE: &str = "Europe/London";

fn assets() -> Definitions {
    definitions![
        raw::orders,
        raw::orders_landed,
        raw::changes,
        raw::changes_landed,
        raw::customers,
        raw::products,
        raw::till_file,
        raw::till,
        clean::orders,
        clean::order_id_is_unique,
        clean::status_is_known,
        clean::history_is_there,
        clean::order_items,
        clean::line_is_unique,
        clean::quantity_is_positive,
        clean::order_exists,
        clean::customers,
        clean::name_is_there,
        clean::country_is_known,
        clean::email_is_there,
        clean::products,
        clean::sku_is_unique,
        clean::price_is_positive,
        clean::till_lines,
        clean::kind_is_known,
        clean::rejects,
        curated::customers,
        curated::customer_is_unique,
        curated::products,
        curated::product_has_name,
        curated::orders,
        curated::customer_exists,
        curated::state_is_known,
        curated::order_items,
        curated::product_exists,
        reports::daily_revenue,
        reports::daily_revenue_agrees,
        reports::customer_lifetime_value,
        reports::value_is_unique,
        reports::product_performance,
        reports::product_revenue_agrees,
        reports::country_revenue,
        reports::country_revenue_agrees,
        reports::cancellation_rate,
        reports::cancellations_are_rare,
        activation::customer_segments,
        activation::segment_is_known,
        crm::crm,
        activation::forecast_beats_last_week,
        activation::weekly_report,
    ]
}

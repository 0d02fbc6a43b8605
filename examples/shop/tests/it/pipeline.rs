//! The whole way from the shop and the till to the CRM, in the order the assets run in.

use crate::support::{Shop, calm, excerpt, real_export, warehouse};
use shop::activation::{
    CrmReject, DemandForecast, ForecastMetric, Segmentation, build_segments, build_weekly_report, forecast_command,
    sync_segments, write_forecast_script,
};
use shop::checks;
use shop::cleanse::{self, CleanCustomer, CleanOrder, CleanOrderItem};
use shop::curate;
use shop::export::generate;
use shop::ingest::{self, Cursors, load_changes, load_export, load_orders};
use shop::setup::{Settings, Setup};
use shop::shop_api::{Mode, SegmentUpdate, ShopApiConfig};
use shop::warehouse::Warehouse;
use shop::world::World;
use std::collections::BTreeMap;
use std::path::Path;

async fn ingest_and_cleanse(shop: &Shop, warehouse: &Warehouse, from: Cursors) -> Cursors {
    let orders = load_orders(&shop.client, warehouse, from.orders, "test").await.unwrap().cursor;
    let (_, changes) = load_changes(&shop.client, warehouse, from.changes).await.unwrap();
    let customers = ingest::apply_customers(warehouse, from.customers).await.unwrap().cursor;
    let products = ingest::apply_products(warehouse, from.products).await.unwrap().cursor;
    cleanse::build_orders(warehouse).await.unwrap();
    cleanse::build_order_items(warehouse).await.unwrap();
    cleanse::build_customers(warehouse).await.unwrap();
    cleanse::build_products(warehouse).await.unwrap();
    cleanse::build_export_lines(warehouse).await.unwrap();
    Cursors { orders, changes, customers, products }
}

async fn curate(warehouse: &Warehouse) {
    curate::build_customers(warehouse).await.unwrap();
    curate::build_products(warehouse).await.unwrap();
    curate::build_orders(warehouse).await.unwrap();
    curate::build_order_items(warehouse).await.unwrap();
    curate::build_daily_revenue(warehouse).await.unwrap();
    curate::build_lifetime_value(warehouse).await.unwrap();
    curate::build_product_performance(warehouse).await.unwrap();
    curate::build_country_revenue(warehouse).await.unwrap();
    curate::build_cancellation_rate(warehouse).await.unwrap();
}

/// Every rule that stands before or in the curated zone.
async fn broken_rules(warehouse: &Warehouse) -> Vec<String> {
    let rules = [
        ("status", checks::accepted_values::<CleanOrder>(warehouse, "status", curate::WEB_STATUSES).await),
        ("quantity", checks::at_least::<CleanOrderItem>(warehouse, "quantity", 1).await),
        ("item", checks::unique::<CleanOrderItem>(warehouse, &["order_id", "line_no"]).await),
        ("item order", checks::references::<CleanOrderItem, CleanOrder>(warehouse, "order_id", "order_id").await),
        ("name", checks::not_null::<CleanCustomer>(warehouse, "name").await),
        ("country", checks::accepted_values::<CleanCustomer>(warehouse, "country_code", cleanse::CODES).await),
        ("orders", checks::row_count_at_least::<CleanOrder>(warehouse, 1_000).await),
        ("product", checks::references::<curate::OrderItem, curate::Product>(warehouse, "sku", "sku").await),
        (
            "customer",
            checks::references::<curate::Order, curate::Customer>(warehouse, "customer_id", "customer_id").await,
        ),
        (
            "daily revenue",
            checks::sums_agree::<curate::OrderItem, curate::DailyRevenue>(warehouse, "amount_cents", "revenue_cents")
                .await,
        ),
        (
            "product revenue",
            checks::sums_agree::<curate::OrderItem, curate::ProductPerformance>(
                warehouse,
                "amount_cents",
                "revenue_cents",
            )
            .await,
        ),
        (
            "country revenue",
            checks::sums_agree::<curate::OrderItem, curate::CountryRevenue>(warehouse, "amount_cents", "revenue_cents")
                .await,
        ),
    ];
    let outcomes = rules.into_iter().map(|(name, outcome)| (name, outcome.unwrap()));
    outcomes.filter(|(_, outcome)| !outcome.passed()).map(|(name, outcome)| format!("{name}: {outcome:?}")).collect()
}

#[tokio::test]
async fn from_the_shop_to_the_crm_and_a_day_later_once_more() {
    let config = ShopApiConfig { errors_permille: 100, ..calm() };
    let shop = Shop::start(&config).await;
    let (folder, warehouse) = warehouse().await;
    let world = World::generate(config.seed, config.start);
    let till = folder.path().join("till.csv");
    std::fs::write(&till, generate(&world, world.start(), 90).bytes).unwrap();
    load_export(&warehouse, &till).await.unwrap();
    load_export(&warehouse, &real_export().unwrap_or_else(excerpt)).await.unwrap();

    let cursors = ingest_and_cleanse(&shop, &warehouse, Cursors::default()).await;
    curate(&warehouse).await;
    assert_eq!(broken_rules(&warehouse).await, Vec::<String>::new());
    revenue_is_what_the_world_sold(&warehouse, &world).await;

    let report = build_weekly_report(&warehouse).await.unwrap();
    assert!(report.contains("Revenue £") && report.contains("| best sellers"), "{report}");
    let segments = build_segments(&warehouse).await.unwrap();
    assert_eq!(segments.sizes.len(), 4, "{:?}", segments.sizes);
    assert!(segments.silhouette > 0.15, "{}", segments.silhouette);
    first_sync_tells_everything(&shop, &warehouse, &segments).await;

    let now = world.opening_clock();
    let idle = sync_segments(&shop.client, &warehouse, now).await.unwrap();
    assert_eq!((idle.sent, idle.batches, idle.unchanged), (0, 0, segments.rows.len()), "nothing changed");

    shop.advance(48).await;
    ingest_and_cleanse(&shop, &warehouse, cursors).await;
    curate(&warehouse).await;
    assert_eq!(broken_rules(&warehouse).await, Vec::<String>::new());
    let later = build_segments(&warehouse).await.unwrap();
    let sync = sync_segments(&shop.client, &warehouse, now).await.unwrap();
    assert!(sync.sent > 0 && sync.unchanged > 0, "only what changed: {sync:?}");
    assert_eq!(sync.sent + sync.unchanged, later.rows.len());
}

/// Revenue of the web channel, counted again from the world itself.
pub(crate) async fn revenue_is_what_the_world_sold(warehouse: &Warehouse, world: &World) {
    let mut expected: BTreeMap<jiff::civil::Date, i64> = BTreeMap::new();
    for order in world.orders_at(world.opening_clock()) {
        if !["cancelled", "returned"].contains(&order.status.as_str()) {
            let amount: i64 = order.items.iter().map(|item| item.quantity * item.unit_price_cents).sum();
            *expected.entry(shop::world::day_of(order.ordered_at)).or_default() += amount;
        }
    }
    let rows: Vec<curate::DailyRevenue> = warehouse.read_all().await.unwrap();
    let web = rows.iter().filter(|row| row.channel == curate::Channel::Web);
    assert_eq!(web.map(|row| (row.day, row.revenue_cents)).collect::<BTreeMap<_, _>>(), expected);
}

async fn first_sync_tells_everything(shop: &Shop, warehouse: &Warehouse, segments: &Segmentation) {
    let sync = sync_segments(&shop.client, warehouse, jiff::Timestamp::UNIX_EPOCH).await.unwrap();
    assert_eq!((sync.sent, sync.unchanged), (segments.rows.len(), 0));
    assert_eq!(sync.accepted + sync.rejected, sync.sent);
    let held: BTreeMap<i64, SegmentUpdate> = shop.client.get("/crm/contacts").await.unwrap();
    assert_eq!(held.len(), sync.accepted, "the CRM holds what it accepted");
    for row in segments.rows.iter().filter(|row| held.contains_key(&row.customer_id)) {
        assert_eq!(held[&row.customer_id].segment, row.segment.as_str());
    }
    let rejects: Vec<CrmReject> = warehouse.read_all().await.unwrap();
    assert_eq!(rejects.len(), sync.rejected);
    let reasons: std::collections::BTreeSet<&str> = rejects.iter().map(|reject| reject.reason.as_str()).collect();
    assert_eq!(reasons, ["invalid_email", "missing_email"].into());
    assert!(rejects.iter().all(|reject| reject.email_masked.contains("***")), "no address in the clear");
}

#[tokio::test]
async fn bad_data_is_stopped_before_the_curated_zone() {
    let shop = Shop::start(&calm()).await;
    let (_folder, warehouse) = warehouse().await;
    shop.misbehave(Mode::BadData).await;
    ingest_and_cleanse(&shop, &warehouse, Cursors::default()).await;
    let status = checks::accepted_values::<CleanOrder>(&warehouse, "status", curate::WEB_STATUSES).await.unwrap();
    assert!(!status.passed() && status.sample.len() == 5, "{status:?}");
    let quantity = checks::at_least::<CleanOrderItem>(&warehouse, "quantity", 1).await.unwrap();
    assert!(!quantity.passed() && quantity.failed < quantity.checked, "{quantity:?}");

    // The next full load heals it.
    shop.misbehave(Mode::Off).await;
    ingest_and_cleanse(&shop, &warehouse, Cursors::default()).await;
    curate(&warehouse).await;
    assert_eq!(broken_rules(&warehouse).await, Vec::<String>::new());
}

#[tokio::test]
async fn the_forecast_step_beats_last_week_and_reports_it() {
    let shop = Shop::start(&calm()).await;
    let (folder, warehouse) = warehouse().await;
    ingest_and_cleanse(&shop, &warehouse, Cursors::default()).await;
    curate(&warehouse).await;
    let said = forecast(folder.path());
    assert!(said.status.success(), "{}", String::from_utf8_lossy(&said.stderr));
    let output = String::from_utf8(said.stdout).unwrap();
    let metrics: serde_json::Value = serde_json::from_str(output.lines().last().unwrap()).unwrap();

    let stored: Vec<ForecastMetric> = warehouse.read_all().await.unwrap();
    assert!(stored.len() >= 6, "{} categories", stored.len());
    assert!(stored.iter().all(|metric| metric.test_days == 14 && metric.train_days >= 60));
    let rows: Vec<DemandForecast> = warehouse.read_all().await.unwrap();
    assert_eq!(rows.len(), stored.len() * 14);
    assert!(rows.iter().all(|row| row.units.is_finite() && row.units >= 0.0));
    assert!(metrics["mae"].as_f64().unwrap() < metrics["naive_mae"].as_f64().unwrap(), "{metrics}");

    // Running it again gives the same rows, not twice as many.
    assert!(forecast(folder.path()).status.success());
    assert_eq!(warehouse.read_all::<DemandForecast>().await.unwrap(), rows);
}

#[tokio::test]
async fn the_forecast_step_fails_clearly_without_demand() {
    let (folder, _warehouse) = warehouse().await;
    let said = forecast(folder.path());
    assert_eq!(said.status.code(), Some(1));
    assert!(String::from_utf8_lossy(&said.stderr).contains("no category has 42 days of demand"));
}

fn forecast(folder: &Path) -> std::process::Output {
    write_forecast_script(&folder.join(Settings::SCRIPTS_FOLDER)).unwrap();
    let command = forecast_command(14);
    let data = (Settings::FOLDER_VARIABLE, folder);
    std::process::Command::new(&command[0]).args(&command[1..]).env(data.0, data.1).output().unwrap()
}

/// The warehouse itself knows where to go on, and never claims more than it holds.
#[tokio::test]
async fn cursors_can_be_read_off_the_warehouse() {
    let shop = Shop::start(&calm()).await;
    let (_folder, warehouse) = warehouse().await;
    assert_eq!(ingest::cursors(&warehouse).await.unwrap(), Cursors::default());
    let handed_out = ingest_and_cleanse(&shop, &warehouse, Cursors::default()).await;
    let read_off = ingest::cursors(&warehouse).await.unwrap();
    assert_eq!((read_off.orders, read_off.changes), (handed_out.orders, handed_out.changes));
    assert!(read_off.customers <= handed_out.customers && read_off.products <= handed_out.products);

    let customers: Vec<ingest::RawCustomer> = warehouse.read_all().await.unwrap();
    ingest::apply_customers(&warehouse, read_off.customers).await.unwrap();
    ingest::apply_customers(&warehouse, 0).await.unwrap();
    let after: Vec<ingest::RawCustomer> = warehouse.read_all().await.unwrap();
    assert_eq!(after, customers, "applying again changes nothing");
}

#[tokio::test]
async fn the_data_folder_is_made_once_and_found_again() {
    let folder = tempfile::tempdir().unwrap();
    let program = Path::new(env!("CARGO_BIN_EXE_shop"));
    let (setup, process) = Setup::start(program, folder.path(), &calm()).await.unwrap();
    let written = std::fs::read(&setup.till).unwrap();
    let again = Setup::connect(process.url(), folder.path(), &calm()).await.unwrap();
    assert_eq!(again.till, setup.till);
    assert_eq!(std::fs::read(&again.till).unwrap(), written);
    assert!(load_export(&again.warehouse, &again.till).await.unwrap().accounting.adds_up());
    assert!(load_orders(&setup.shop, &setup.warehouse, None, "setup").await.unwrap().rows > 1_000);
}

//! The shop's API over real HTTP, with its faults.

use crate::support::{Shop, calm, quick, warehouse};
use shop::ingest::{
    IngestError, RawChange, RawCustomer, RawOrder, RawProduct, RetryPolicy, ShopClient, apply_customers,
    apply_products, load_changes, load_orders,
};
use shop::shop_api::{Mode, ShopApiConfig};
use shop::world::{Order, World};
use std::collections::BTreeMap;
use std::time::Duration;

#[tokio::test]
async fn the_process_ends_when_its_parent_lets_go() {
    let shop = Shop::start(&calm()).await;
    let status = tokio::time::timeout(Duration::from_secs(10), shop.process.stop()).await.unwrap().unwrap();
    assert!(status.success(), "{status}");
}

#[tokio::test]
async fn every_order_arrives_once_and_the_cursor_brings_only_changes() {
    let config = calm();
    let shop = Shop::start(&config).await;
    let (_folder, warehouse) = warehouse().await;
    let world = World::generate(config.seed, config.start);
    let expected = world.orders_at(world.opening_clock());

    let first = load_orders(&shop.client, &warehouse, None, "first").await.unwrap();
    assert_eq!(first.rows, expected.len());
    assert!(first.pages > 5, "{} pages", first.pages);
    assert_eq!(first.cursor, expected.last().map(|order| order.updated_at));
    assert_eq!(stored_orders(&warehouse).await, by_id(expected));

    // The filter is inclusive, so the newest second comes again and nothing else does.
    let again = load_orders(&shop.client, &warehouse, first.cursor, "again").await.unwrap();
    assert!((1..5).contains(&again.rows), "{} rows", again.rows);

    shop.advance(24).await;
    let later = load_orders(&shop.client, &warehouse, again.cursor, "later").await.unwrap();
    assert!(later.rows > 20 && later.rows < first.rows / 4, "{} rows", later.rows);
    let clock = world.opening_clock().checked_add(jiff::SignedDuration::from_hours(24)).unwrap();
    assert_eq!(stored_orders(&warehouse).await, by_id(world.orders_at(clock)));
}

async fn stored_orders(warehouse: &shop::warehouse::Warehouse) -> BTreeMap<i64, Order> {
    let rows: Vec<RawOrder> = warehouse.read_all().await.unwrap();
    by_id(rows.iter().map(|row| serde_json::from_str(&row.payload).unwrap()).collect())
}

fn by_id(orders: Vec<Order>) -> BTreeMap<i64, Order> {
    orders.into_iter().map(|order| (order.order_id, order)).collect()
}

#[tokio::test]
async fn the_change_stream_becomes_the_current_state() {
    let config = calm();
    let shop = Shop::start(&config).await;
    let (_folder, warehouse) = warehouse().await;
    let world = World::generate(config.seed, config.start);
    let (mut stream, mut customers, mut products) = (0, 0, 0);
    for day in 0..3 {
        stream = load_changes(&shop.client, &warehouse, stream).await.unwrap().1;
        customers = apply_customers(&warehouse, customers).await.unwrap().cursor;
        products = apply_products(&warehouse, products).await.unwrap().cursor;
        let clock = world.opening_clock().checked_add(jiff::SignedDuration::from_hours(240 * day)).unwrap();
        assert_eq!(stream, world.changes_at(clock).len() as i64, "day {day}");

        let stored: Vec<RawCustomer> = warehouse.read_all().await.unwrap();
        let stored: BTreeMap<String, i64> = stored.into_iter().map(|row| (row.customer_key, row.seq)).collect();
        assert_eq!(stored, replay(&world, clock, "customers"), "day {day}");
        let stored: Vec<RawProduct> = warehouse.read_all().await.unwrap();
        let stored: BTreeMap<String, i64> = stored.into_iter().map(|row| (row.sku, row.seq)).collect();
        assert_eq!(stored, replay(&world, clock, "products"), "day {day}");
        assert_eq!(contents_of_the_deleted(&warehouse, &world, clock).await, 0, "day {day}");
        shop.advance(240).await;
    }
}

/// How many changes of customers who are gone still say something about them.
async fn contents_of_the_deleted(
    warehouse: &shop::warehouse::Warehouse,
    world: &World,
    clock: jiff::Timestamp,
) -> usize {
    let here = replay(world, clock, "customers");
    let changes: Vec<RawChange> = warehouse.read_all().await.unwrap();
    let gone = changes.iter().filter(|change| change.entity == "customers" && !here.contains_key(&change.entity_key));
    assert!(gone.clone().count() > 0, "someone has left");
    gone.filter(|change| change.payload.is_some()).count()
}

/// Key and last position of every row that is there at `clock`, one change after the other.
fn replay(world: &World, clock: jiff::Timestamp, table: &str) -> BTreeMap<String, i64> {
    let mut rows = BTreeMap::new();
    for change in world.changes_at(clock).iter().filter(|change| change.table == table) {
        if change.op == "delete" {
            rows.remove(&change.key);
        } else {
            rows.insert(change.key.clone(), change.seq);
        }
    }
    rows
}

#[tokio::test]
async fn seven_errors_in_ten_lose_nothing() {
    let shop = Shop::start(&calm()).await;
    let (_folder, warehouse) = warehouse().await;
    shop.misbehave(Mode::Errors).await;
    // Which requests fail is seeded, so this many attempts either always suffice or never do.
    let patient = RetryPolicy { attempts: 40, ..quick() };
    let client = ShopClient::new(shop.process.url(), patient).unwrap();
    let load = load_orders(&client, &warehouse, None, "errors").await.unwrap();
    assert_eq!(warehouse.count::<RawOrder>().await.unwrap(), load.rows as i64);
    let stats = shop.stats().await;
    assert!(stats.failed > 5, "{stats:?}");
    assert_eq!(stats.requests, stats.failed + load.pages as u64);
}

#[tokio::test]
async fn the_rate_limit_is_met_with_patience() {
    let shop = Shop::start(&ShopApiConfig { requests_per_second: 5, ..calm() }).await;
    let (_folder, warehouse) = warehouse().await;
    let patient = RetryPolicy { longest_pause: Duration::from_secs(2), ..quick() };
    let client = ShopClient::new(shop.process.url(), patient).unwrap();
    let load = load_orders(&client, &warehouse, None, "limited").await.unwrap();
    let stats = shop.stats().await;
    assert!(stats.limited > 0, "{stats:?}");
    // `Retry-After` is honoured: one refusal per second of waiting, not a hail of them.
    assert!(stats.limited < 10, "{stats:?}");
    assert_eq!(warehouse.count::<RawOrder>().await.unwrap(), load.rows as i64);
}

#[tokio::test]
async fn a_shop_that_is_down_is_unavailable_and_its_return_is_noticed() {
    let shop = Shop::start(&calm()).await;
    let (_folder, warehouse) = warehouse().await;
    shop.misbehave(Mode::Down).await;
    let error = load_orders(&shop.client, &warehouse, None, "down").await.unwrap_err();
    match error {
        IngestError::Unavailable { attempts, last, .. } => {
            assert_eq!(attempts, quick().attempts);
            assert!(last.contains("503"), "{last}");
        }
        other => panic!("{other}"),
    }
    shop.misbehave(Mode::Off).await;
    assert!(load_orders(&shop.client, &warehouse, None, "back").await.unwrap().rows > 1_000);
}

#[tokio::test]
async fn a_slow_shop_runs_into_the_timeout() {
    let shop = Shop::start(&calm()).await;
    shop.misbehave(Mode::Slow).await;
    let hasty = RetryPolicy { attempts: 2, timeout: Duration::from_millis(100), ..quick() };
    let client = ShopClient::new(shop.process.url(), hasty).unwrap();
    let error = client.get::<serde_json::Value>("/orders").await.unwrap_err();
    assert!(matches!(error, IngestError::Unavailable { attempts: 2, .. }), "{error}");
}

#[tokio::test]
async fn a_wrong_request_is_not_repeated() {
    let shop = Shop::start(&calm()).await;
    let error = shop.client.get::<serde_json::Value>("/orders?cursor=nonsense").await.unwrap_err();
    assert!(matches!(error, IngestError::Refused { status: 400, .. }), "{error}");
    assert_eq!(shop.stats().await.requests, 1);
    let error = shop.client.get::<Vec<String>>("/changes?after=0").await.unwrap_err();
    assert!(matches!(error, IngestError::Unexpected { .. }), "{error}");
}

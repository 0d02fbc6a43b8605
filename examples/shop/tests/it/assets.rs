//! The assets as Headwater sees them, run by the test kit against a real shop.

use crate::pipeline::revenue_is_what_the_world_sold;
use crate::support::{Shop, calm};
use headwater::testing::{Event, Kit, TestRun};
use headwater::{Definitions, MetadataValue};
use shop::activation::CrmReject;
use shop::assets::definitions;
use shop::cleanse::CleanCustomer;
use shop::curate::DailyRevenue;
use shop::ingest::ShopClient;
use shop::setup::{Place, Settings, Setup};
use shop::shop_api::{Mode, ShopApiConfig};
use shop::world::World;
use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use tempfile::TempDir;

/// A shop, a data folder and the definitions between them.
struct Stage {
    shop: Shop,
    setup: Setup,
    kit: Kit,
    _folder: TempDir,
}

impl Stage {
    async fn new(config: &ShopApiConfig) -> Self {
        let shop = Shop::start(config).await;
        let folder = tempfile::tempdir().unwrap();
        let mut setup = Setup::connect(shop.process.url(), folder.path(), config).await.unwrap();
        setup.shop = shop.client.clone();
        let kit = Kit::new(&declared(folder.path())).resource(setup.clone());
        Self { shop, setup, kit, _folder: folder }
    }

    async fn materialize(&mut self, selection: &str) -> TestRun {
        self.kit.materialize_here(selection).await
    }
}

fn declared(folder: &Path) -> Definitions {
    let program = PathBuf::from(env!("CARGO_BIN_EXE_shop"));
    definitions(&Settings::new(folder).unwrap(), program)
}

/// Where each worker knows its data folder, the definitions are the same on every machine.
#[test]
fn the_definitions_do_not_name_the_data_folder() {
    let manifest = |folder: &str| {
        let settings = Settings { place: Place::Environment, ..Settings::new(Path::new(folder)).unwrap() };
        let registry = definitions(&settings, PathBuf::from(folder).join("shop")).build().unwrap();
        serde_json::to_string(registry.manifest()).unwrap()
    };
    let (here, there) = (manifest("/srv/here"), manifest("/mnt/there"));
    assert!(!here.contains("/srv") && !there.contains("/mnt"), "{here}");
    assert_eq!(here, there);
}

/// The keys in the tables of the README.
fn documented() -> BTreeSet<String> {
    let lines = include_str!("../../README.md").lines();
    let key = |line: &str| Some(line.strip_prefix("| `")?.split_once('`')?.0.to_owned());
    lines
        .filter_map(key)
        .filter(|key| key.contains('/') && !key.starts_with("src/") && !key.starts_with("tests/"))
        .collect()
}

#[test]
fn definitions_are_valid_and_everything_has_an_owner_and_a_description() {
    let registry = declared(Path::new("data")).build().unwrap();
    let manifest = registry.manifest();
    let keys: BTreeSet<String> = manifest.assets.iter().map(|asset| asset.key.to_string()).collect();
    assert_eq!(keys.len(), 27);
    assert_eq!(keys, documented(), "the README lists what there is");
    for asset in &manifest.assets {
        assert!(!asset.owners.is_empty(), "{} has no owner", asset.key);
        assert!(asset.description.ends_with('.'), "{}: {:?}", asset.key, asset.description);
        assert_eq!(asset.tags["zone"], asset.group, "{}", asset.key);
    }
    let groups: BTreeSet<&str> = manifest.assets.iter().map(|asset| asset.group.as_str()).collect();
    assert_eq!(groups, ["raw", "cleansed", "curated", "activation"].into(), "four groups");
    for check in &manifest.checks {
        assert!(!check.description.is_empty(), "{}: {}", check.asset, check.name);
    }
}

#[tokio::test]
async fn everything_is_made_and_a_day_later_only_what_is_new_is_fetched() {
    let config = calm();
    let mut stage = Stage::new(&config).await;
    let first = stage.materialize("*").await;
    first.assert_succeeded();
    let mut made: BTreeSet<String> = first.materialized_keys().into_iter().map(str::to_owned).collect();
    made.insert(first.observed("raw/till_file").asset.to_string());
    assert_eq!(made, documented());
    let failed: Vec<&str> =
        first.checks().iter().filter(|check| !check.passed).map(|check| check.check.as_str()).collect();
    // The shop's customers are real people: some gave no address. That is a warning, not an obstacle.
    assert_eq!(failed, ["email_is_there"]);
    assert!(first.checks().len() >= 30, "{}", first.checks().len());

    let world = World::generate(config.seed, config.start);
    revenue_is_what_the_world_sold(&stage.setup.warehouse, &world).await;
    let days: Vec<DailyRevenue> = stage.setup.warehouse.read_all().await.unwrap();
    let revenue: i64 = days.iter().map(|day| day.revenue_cents).sum();
    assert_eq!(number(&first, "curated/daily_revenue", "revenue_cents"), revenue);
    crm_figures_agree(&stage, &first).await;
    nobody_is_named(&stage, &first).await;
    let report = &first.materialized("activation/weekly_report").metadata["report"];
    assert!(matches!(report, MetadataValue::Markdown(text) if text.contains("Revenue £")));

    stage.shop.advance(24).await;
    let second = stage.materialize("*").await;
    second.assert_succeeded();
    let orders = |run: &TestRun| number(run, "raw/orders", "loaded");
    assert!(
        orders(&second) > 0 && orders(&second) * 4 < orders(&first),
        "{} orders, then {}",
        orders(&first),
        orders(&second)
    );
    let sent = |run: &TestRun| number(run, "activation/crm_contacts", "sent");
    assert!(sent(&second) < sent(&first) / 2, "{} sent, then {}", sent(&first), sent(&second));
    crm_figures_agree(&stage, &second).await;
}

fn number(run: &TestRun, asset: &str, fact: &str) -> i64 {
    match &run.materialized(asset).metadata[fact] {
        MetadataValue::Int(number) => *number,
        other => panic!("{fact} of {asset} is {other:?}"),
    }
}

async fn crm_figures_agree(stage: &Stage, run: &TestRun) {
    let contacts = |fact| number(run, "activation/crm_contacts", fact);
    assert_eq!(contacts("accepted") + contacts("rejected"), contacts("sent"));
    assert_eq!(contacts("sent") + contacts("unchanged"), number(run, "activation/customer_segments", "rows"));
    let rejects: Vec<CrmReject> = stage.setup.warehouse.read_all().await.unwrap();
    assert_eq!(number(run, "activation/crm_rejects", "rows"), i64::try_from(rejects.len()).unwrap());
}

/// What the run recorded and logged has no address and no name of a customer.
async fn nobody_is_named(stage: &Stage, run: &TestRun) {
    let told = format!("{:?} {:?}", run.events(), run.logs());
    let customers: Vec<CleanCustomer> = stage.setup.warehouse.read_all().await.unwrap();
    assert!(customers.len() > 100);
    for customer in customers {
        assert!(!told.contains(&customer.name), "{}", customer.name);
        if let Some(email) = customer.email {
            assert!(!told.contains(&email), "{email}");
        }
    }
}

#[tokio::test]
async fn bad_data_stops_before_the_curated_zone_and_a_full_refresh_heals_it() {
    let mut stage = Stage::new(&calm()).await;
    stage.shop.misbehave(Mode::BadData).await;
    let spoiled = stage.materialize("*").await;
    assert!(spoiled.is_materialized("raw/orders"));
    let status = spoiled.check("clean/orders", "status_is_known");
    assert!(!status.passed && status.metadata.contains_key("sample"));
    for kept_out in [
        "clean/order_items",
        "clean/rejects",
        "curated/products",
        "curated/orders",
        "curated/order_items",
        "curated/daily_revenue",
        "curated/customer_lifetime_value",
        "curated/product_performance",
        "curated/country_revenue",
        "curated/cancellation_rate",
        "activation/customer_segments",
        "activation/crm_contacts",
        "activation/crm_rejects",
        "activation/demand_forecast",
        "activation/weekly_report",
    ] {
        assert!(spoiled.is_skipped(kept_out), "{kept_out} was not held back: {spoiled:#?}");
    }
    // The tills and the accounts have nothing to do with it.
    assert!(spoiled.is_materialized("clean/till_lines") && spoiled.is_materialized("curated/customers"));

    // The spoiled orders did not change since, so a load by cursor does not see them again.
    stage.shop.misbehave(Mode::Off).await;
    let by_cursor = stage.materialize("raw/orders or clean/orders").await;
    assert!(!by_cursor.check("clean/orders", "status_is_known").passed);

    let config = serde_json::json!({ "full_refresh": true });
    stage.kit = stage.kit.clone().config("raw/orders", config);
    let healed = stage.materialize("*").await;
    healed.assert_succeeded();
    assert!(healed.check("clean/orders", "status_is_known").passed);
    let since = &healed.materialized("raw/orders").metadata["since"];
    assert_eq!(*since, "the beginning".into());
}

#[tokio::test]
async fn a_source_that_fails_is_worth_another_attempt_and_one_that_refuses_is_not() {
    let mut stage = Stage::new(&calm()).await;
    stage.shop.misbehave(Mode::Down).await;
    let down = stage.materialize("raw/orders").await;
    let failure = serde_json::to_value(down.failure("raw/orders")).unwrap();
    assert_eq!(failure["class"], "unavailable");
    assert!(retried(&failure), "{failure}");

    let before = stage.shop.stats().await;
    stage.shop.misbehave(Mode::Errors).await;
    let mut attempts = 0;
    let run = loop {
        attempts += 1;
        let run = stage.materialize("raw/orders or raw/changes").await;
        if run.succeeded() {
            break run;
        }
        assert!(attempts < 5, "the step's retries are used up; stats {:?}", stage.shop.stats().await);
    };
    assert!(number(&run, "raw/orders", "rows") > 1_000);
    let after = stage.shop.stats().await;
    let (failed, requests) = (after.failed - before.failed, after.requests - before.requests);
    assert!(failed * 2 > requests, "{failed} of {requests} requests failed");

    stage.shop.misbehave(Mode::Off).await;
    let nowhere = format!("{}/nowhere", stage.shop.process.url());
    let mut setup = stage.setup.clone();
    setup.shop = ShopClient::new(&nowhere, crate::support::quick()).unwrap();
    let mut kit = stage.kit.clone().resource(setup);
    let refused = kit.materialize_here("raw/changes").await;
    let failure = serde_json::to_value(refused.failure("raw/changes")).unwrap();
    assert_eq!(failure["class"], "refused");
    assert!(!retried(&failure), "{failure}");
}

/// Whether a failure leaves the decision to the step's retry policy.
fn retried(failure: &serde_json::Value) -> bool {
    !failure["retry"].to_string().contains("never")
}

#[tokio::test]
async fn a_warehouse_that_is_deleted_is_filled_again() {
    let mut stage = Stage::new(&calm()).await;
    let first = stage.materialize("raw/orders or raw/changes+1").await;
    first.assert_succeeded();

    let other = tempfile::tempdir().unwrap();
    let mut setup = Setup::connect(stage.shop.process.url(), other.path(), &calm()).await.unwrap();
    setup.shop = stage.shop.client.clone();
    // The kit remembers the cursors of the first warehouse.
    stage.kit = stage.kit.clone().resource(setup);
    let again = stage.materialize("raw/orders or raw/changes+1").await;
    again.assert_succeeded();
    for (asset, fact) in [("raw/orders", "loaded"), ("raw/changes", "loaded")] {
        assert_eq!(number(&again, asset, fact), number(&first, asset, fact));
    }
}

#[tokio::test]
async fn the_short_way_to_the_crm_leaves_the_tills_alone() {
    let mut stage = Stage::new(&calm()).await;
    stage.materialize("*").await.assert_succeeded();
    let manifest = declared(Path::new("data")).manifest();
    let job = manifest.jobs.iter().find(|job| job.name == "orders_to_crm").unwrap();
    let run = stage.materialize(&job.selection).await;
    run.assert_succeeded();
    let made = run.materialized_keys();
    assert!(made.contains(&"raw/orders") && made.contains(&"activation/crm_contacts"), "{made:?}");
    assert!(!made.iter().any(|key| key.contains("till")) && !made.contains(&"clean/products"), "{made:?}");
    let observed = run.events().iter().any(|event| matches!(event, Event::Observed(_)));
    assert!(!observed, "the tills' export is not looked at");
}

/// Two workers on one machine: the first starts the shop, the second finds it.
#[tokio::test]
async fn workers_share_one_shop() {
    let folder = tempfile::tempdir().unwrap();
    let program = Path::new(env!("CARGO_BIN_EXE_shop"));
    let mut settings = Settings::new(folder.path()).unwrap();
    settings.api = calm();
    assert_eq!(settings.running_shop().await, None);
    let (one, two) = tokio::join!(Setup::open(&settings, program), Setup::open(&settings, program));
    let (one, two) = (one.unwrap(), two.unwrap());
    assert_eq!(one.shop.base(), two.shop.base());
    assert!(one.owns_shop() != two.owns_shop(), "one of them started it");
    assert_eq!(settings.running_shop().await.as_deref(), Some(one.shop.base()));

    // With the worker that started it goes the shop, and its address is no longer believed.
    drop((one, two));
    let third = Setup::open(&settings, program).await.unwrap();
    assert!(third.owns_shop());
}

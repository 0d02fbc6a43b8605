//! What definitions become, and what they refuse.

use headwater::{
    ProcessAsset,
    manifest::{AssetRole, Automation, Backoff, Executor, Jitter, Manifest, Subset},
    prelude::*,
};

use crate::shop::{Count, ShopApi, orders, raw_orders, shop};

fn manifest() -> Manifest {
    shop(ShopApi::default, &Count::default()).build().unwrap().manifest().clone()
}

#[test]
fn the_manifest_says_what_the_attribute_says() {
    let manifest = manifest();
    let asset = manifest.assets.iter().find(|asset| asset.key.as_str() == "raw_orders").unwrap();
    assert_eq!(asset.description, "Orders as the shop's API returned them.\n\nRead by cursor.");
    assert_eq!(
        (asset.group.as_str(), asset.domain.as_deref(), asset.tier.as_deref()),
        ("raw", Some("sales"), Some("bronze"))
    );
    assert_eq!(asset.owners, ["team:data", "anna@shop.example"]);
    assert_eq!(asset.tags["zone"], "raw");
    assert_eq!(asset.tags["pii"], "");
    assert_eq!(asset.metadata["docs"], Url("https://shop.example").into());
    assert_eq!(asset.metadata["expected"], 3.into());
    assert_eq!(asset.freshness.as_ref().unwrap().fail_after.to_string(), "1d");
    assert_eq!(asset.automation, Some(Automation::OnCron { cron: "0 6 * * *".into(), zone: "Europe/Berlin".into() }));
    assert_eq!(asset.aliases[0].as_str(), "orders_raw");
    assert_eq!(asset.deps[0].as_str(), "till_export");
    assert!(asset.value_type.as_deref().unwrap().ends_with("Order>"), "{:?}", asset.value_type);
    let source = asset.source.as_ref().unwrap();
    assert!(source.file.ends_with("shop.rs") && source.line > 10, "{source}");

    let step = manifest.steps.iter().find(|step| step.name == "raw_orders").unwrap();
    assert_eq!((step.retry.max_retries, step.retry.delay.0), (3, 5_000));
    assert_eq!((step.retry.backoff, step.retry.jitter), (Backoff::Exponential, Jitter::PlusMinus));
    assert_eq!(step.retry.never.len(), 1);
    assert_eq!(step.timeout.unwrap().to_string(), "10m");
    assert_eq!((step.pool.as_deref(), step.priority, step.requires["net"].as_str()), (Some("shop"), -1, "internal"));
    assert_eq!(step.resources, ["JsonFiles", "ShopApi"]);
}

#[test]
fn steps_checks_roles_and_schemas() {
    let manifest = manifest();
    let steps: Vec<_> = manifest.steps.iter().map(|step| step.name.as_str()).collect();
    let expected = [
        "crm_sync",
        "raw_orders",
        "sales",
        "shop/orders",
        "shop/orders:prices_are_positive",
        "shop/orders:seen",
        "till_export",
    ];
    assert_eq!(steps, expected);
    assert_eq!(manifest.steps[2].subset, Subset::Any);
    let config = manifest.steps[3].config_schema.as_ref().unwrap();
    assert_eq!(config["properties"]["without"]["description"], "Orders of this customer are left out.");
    let checks: Vec<_> =
        manifest.checks.iter().map(|check| (check.name.as_str(), check.step.as_str(), check.blocking)).collect();
    let own = "shop/orders";
    assert_eq!(
        checks,
        [
            ("not_empty", own, true),
            ("prices_are_positive", expected[4], true),
            ("seen", expected[5], false),
            ("small", own, false)
        ]
    );
    let role = |key: &str| manifest.assets.iter().find(|asset| asset.key.as_str() == key).unwrap().role.clone();
    assert_eq!(role("crm/accounts"), AssetRole::External);
    assert_eq!(role("till_export"), AssetRole::Observed { step: "till_export".into() });
    let revenue = manifest.assets.iter().find(|asset| asset.key.as_str() == "revenue").unwrap();
    assert_eq!(revenue.deps.iter().map(|key| key.as_str()).collect::<Vec<_>>(), ["customers", "shop/orders"]);
    let shop = manifest.resources.iter().find(|resource| resource.name == "ShopApi").unwrap();
    assert_eq!(
        (shop.description.as_str(), shop.env.as_slice()),
        ("The shop's API.", ["SHOP_URL".to_owned()].as_slice())
    );
    assert_eq!(manifest.location, "headwater");
}

#[test]
fn a_missing_resource_is_named_before_anything_runs() {
    let error = definitions![crate::shop::till_export, raw_orders].build().unwrap_err().to_string();
    assert!(error.contains("raw_orders takes Res<pipeline::shop::ShopApi>, and there is no such resource"), "{error}");
    assert!(error.contains("shop.rs:") && error.contains(".provide("), "{error}");
}

#[test]
fn everything_that_is_wrong_is_said() {
    let twice = shop(ShopApi::default, &Count::default()).resource(ShopApi::default()).with::<orders>();
    let error = twice.build().unwrap_err().to_string();
    assert!(error.contains("there are two resources of type pipeline::shop::ShopApi"), "{error}");
    assert!(error.contains("asset shop/orders is declared twice"), "{error}");

    let unknown = definitions![orders].process(ProcessAsset::new("a//b", ["true"])).schedule(Schedule::new(
        "x",
        "61 * * * *",
        "*",
    ));
    let error = unknown.build().unwrap_err().to_string();
    assert!(error.contains("depends on asset raw_orders, which does not exist"), "{error}");
    assert!(error.contains("`a//b` has an empty segment") && error.contains("61"), "{error}");
}

#[test]
fn an_io_manager_that_nobody_provides_is_named() {
    struct Warehouse;
    impl IoManager<u8> for Warehouse {
        async fn store(&self, _: &Slot, _: &u8) -> Result<()> {
            Ok(())
        }
        async fn load(&self, _: &Slot) -> Result<Option<u8>> {
            Ok(None)
        }
    }
    #[asset(io = Warehouse)]
    fn kept() -> u8 {
        1
    }
    let error = definitions![kept].build().unwrap_err().to_string();
    assert!(error.contains("the IO manager") && error.contains("Warehouse of asset kept"), "{error}");
    // The kit keeps values in memory, so that a test needs no warehouse.
    assert_eq!(*headwater::testing::materialize(&definitions![kept], "*").value::<kept>(), 1);
}

#[test]
fn processes_and_merged_definitions() {
    #[process_asset(group = "activation", deps = [raw_orders, "crm/accounts"])]
    fn forecast() -> Process {
        Process::new(["sh", "-c", "echo trained >&2; exit 3"]).pass_env("TOKEN").cwd("/")
    }
    let ours = definitions![forecast]
        .process(ProcessAsset::new("activation/upload", ["true"]).dep::<forecast>().kind("process").retries(2));
    let all = shop(ShopApi::default, &Count::default()).merge(ours);
    let manifest = all.build().unwrap().manifest().clone();
    let step = manifest.steps.iter().find(|step| step.name == "forecast").unwrap();
    let Executor::Process(process) = &step.executor else { panic!("not a process") };
    assert_eq!((process.argv[0].as_str(), process.pass_env[0].as_str()), ("sh", "TOKEN"));

    let run = headwater::testing::materialize(&all, "forecast+");
    let failure = run.failure("forecast");
    assert_eq!((failure.class.to_string().as_str(), failure.details.trim()), ("exit", "trained"));
    assert!(run.is_skipped("activation/upload"));
}

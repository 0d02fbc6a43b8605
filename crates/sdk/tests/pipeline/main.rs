//! A realistic pipeline through the test kit.

#![allow(clippy::unwrap_used, clippy::panic, reason = "steps of the test pipeline fail on purpose")]

mod definitions;
mod shop;

use std::sync::atomic::Ordering;

use headwater::{
    manifest::{ErrorClass, Severity},
    prelude::*,
    testing::{Event, Kit, Level, materialize},
};
use serde_json::json;
use shop::{Count, Order, ShopApi, crm_sync, customers, orders, raw_orders, revenue, shop};

#[test]
fn everything_runs_in_order_and_is_recorded() {
    let count = Count::default();
    let run = materialize(&shop(ShopApi::default, &count), "*");
    run.assert_succeeded();
    assert_eq!(run.materialized_keys(), ["raw_orders", "shop/orders", "customers", "revenue", "crm_sync"]);
    assert_eq!(run.observed("till_export").version.as_deref(), Some("2026-11-23"));
    assert_eq!(run.materialized("raw_orders").metadata["rows"], 3.into());
    assert_eq!(run.materialized("raw_orders").cursor, Some(json!(3)));
    assert_eq!(*run.value::<revenue>(), [("c0".to_owned(), 10), ("c1".to_owned(), 5)]);
    assert!(run.check("shop/orders", "prices_are_positive").passed);
    assert!(run.check("shop/orders", "seen").passed);
    let small = run.check("shop/orders", "small");
    assert!(!small.passed && small.severity == Severity::Warn, "a warning holds nothing back: {small:?}");
    assert!(run.logs().iter().any(|line| line.step == "raw_orders" && line.message == "3 orders"));
    assert_eq!((count.0.load(Ordering::Relaxed), count.1.load(Ordering::Relaxed)), (1, 1), "built and closed once");
}

#[test]
fn a_failed_blocking_check_holds_back_what_is_downstream() {
    let negative = || ShopApi { negative: true, ..ShopApi::default() };
    let run = materialize(&shop(negative, &Count::default()), "*");
    let check = run.check("shop/orders", "prices_are_positive");
    assert_eq!((check.passed, &check.metadata["negative"]), (false, &3.into()));
    assert_eq!(run.skipped("customers"), Some("blocking check prices_are_positive on shop/orders failed"));
    assert!(run.is_skipped("crm_sync") && run.is_materialized("shop/orders"));
}

#[test]
fn a_blocking_check_of_the_step_itself_holds_back_too() {
    let mut kit = Kit::new(&shop(ShopApi::default, &Count::default())).value::<raw_orders>(Vec::new());
    let run = kit.materialize("shop/orders+");
    assert!(!run.check("shop/orders", "not_empty").passed);
    assert!(run.skipped("customers").unwrap().contains("not_empty"));
}

#[test]
fn a_failed_blocking_check_fails_the_run_with_nothing_behind_it() {
    let mut kit = Kit::new(&shop(ShopApi::default, &Count::default())).value::<raw_orders>(Vec::new());
    let run = kit.materialize("shop/orders");
    assert!(run.is_materialized("shop/orders") && !run.check("shop/orders", "not_empty").passed);
    assert!(!run.succeeded());
}

#[test]
fn a_panic_is_a_failed_step() {
    let panics = || ShopApi { broken: Some("panic"), ..ShopApi::default() };
    let run = materialize(&shop(panics, &Count::default()), "*");
    let failure = run.failure("raw_orders");
    assert_eq!(failure.class, ErrorClass::PANIC);
    assert!(failure.message.ends_with(": the shop's answer makes no sense"), "{}", failure.message);
    assert!(failure.message.contains("shop.rs:") && failure.details.contains("shop.rs:"), "{failure:?}");
    assert!(run.is_skipped("shop/orders") && run.is_skipped("crm_sync"));
}

#[test]
fn errors_keep_their_class_and_what_they_say_about_retries() {
    let busy = || ShopApi { broken: Some("busy"), ..ShopApi::default() };
    let run = materialize(&shop(busy, &Count::default()), "raw_orders");
    let failure = run.failure("raw_orders");
    assert_eq!(failure.class, ErrorClass::custom("rate_limited"));
    assert_eq!(serde_json::to_value(failure.retry).unwrap(), json!({ "kind": "after", "wait": 30_000 }));

    let refused = || ShopApi { broken: Some("refused"), ..ShopApi::default() };
    let run = materialize(&shop(refused, &Count::default()), "raw_orders");
    assert_eq!(run.failure("raw_orders").message, "the shop answered 401");
}

#[test]
fn a_resource_that_cannot_be_built_fails_the_step_by_name() {
    let count = Count::default();
    let down = || ShopApi { broken: Some("down"), ..ShopApi::default() };
    let mut kit = Kit::new(&shop(down, &count)).value::<orders>(Vec::new());
    let run = kit.materialize("raw_orders or shop/orders");
    assert_eq!(run.failure("raw_orders").message, "resource ShopApi could not be built: connection refused");
    assert_eq!(count.1.load(Ordering::Relaxed), 0, "what was not built is not closed");
}

#[test]
fn the_cursor_goes_on_and_config_is_checked() {
    let mut kit = Kit::new(&shop(ShopApi::default, &Count::default()));
    kit.materialize("raw_orders");
    let run = kit.materialize("raw_orders");
    assert_eq!(run.value::<raw_orders>().first().map(|order| order.id), Some(3));

    let run = kit.clone().config("shop/orders", json!({ "without": "c1" })).materialize("shop/orders");
    assert!(run.value::<orders>().iter().all(|order| order.customer == "c0"));
    let run = kit.config("shop/orders", json!({ "witout": "c1" })).materialize("shop/orders");
    let failure = run.failure("shop/orders");
    assert_eq!(failure.class, ErrorClass::CONFIG);
    assert!(failure.message.contains("unknown field `witout`"), "{}", failure.message);
}

#[test]
fn a_cursor_of_another_type_is_named() {
    let run = Kit::new(&shop(ShopApi::default, &Count::default()))
        .cursor::<raw_orders>("yesterday")
        .materialize("raw_orders");
    assert!(run.failure("raw_orders").message.contains(r#"the cursor "yesterday" of asset raw_orders is not a u64"#));
}

#[test]
fn a_part_of_a_multi_asset_and_an_input_that_is_missing() {
    let order = Order { id: 1, customer: "anna".into(), price: 7 };
    let mut kit = Kit::new(&shop(ShopApi::default, &Count::default())).value::<orders>(vec![order]);
    let run = kit.materialize("customers");
    assert_eq!(run.materialized_keys(), ["customers"]);
    assert_eq!(*run.value::<customers>(), ["anna"]);

    let run = materialize(&shop(ShopApi::default, &Count::default()), "crm_sync");
    assert_eq!(run.failure("crm_sync").message, "asset revenue has no value yet; materialize it first");
}

#[tokio::test]
async fn the_kit_works_inside_an_async_test() {
    let mut kit = Kit::new(&shop(ShopApi::default, &Count::default()));
    kit.materialize("raw_orders").assert_succeeded();
    kit.materialize_here("raw_orders").await.assert_succeeded();
    assert!(matches!(kit.materialize("till_export").events(), [Event::Observed(_)]));
}

#[test]
fn functions_can_be_called_by_themselves() {
    let checked = shop::prices_are_positive(&[]);
    assert!(format!("{checked:?}").contains("passed: true"));
    let sync = crm_sync(vec![("c0".to_owned(), 1)].into());
    tokio::runtime::Builder::new_current_thread().build().unwrap().block_on(sync);
}

mod misbehaving {
    use super::*;

    #[multi_asset(output(left), output(right))]
    fn halves() -> Outputs<halves> {
        Outputs::new().with::<left>(())
    }

    #[asset(checks(declared))]
    fn forgets() {}

    #[asset]
    fn invents() -> Materialized {
        Materialized::done().check("undeclared", CheckResult::passed())
    }

    #[asset]
    fn skips() -> Materialized<u8> {
        Materialized::skipped()
    }

    #[asset]
    fn after(skips: Input<skips>) -> u8 {
        *skips
    }

    #[asset]
    fn sync_panic() {
        tracing::warn!(orders = 2, "about to fail");
        panic!("{}", "oh no");
    }

    #[asset]
    async fn spans(ctx: Context) -> Result<u32> {
        use tracing::{Instrument as _, instrument::WithSubscriber as _};
        let page = tracing::info_span!("page", number = 7, rows = tracing::field::Empty);
        let fetch = async {
            tracing::Span::current().record("rows", 3);
            tracing::info!(number = 8, "in a span");
            let ours = ctx.spawn(async { tracing::info!("in a task of the attempt") });
            // The kit's subscriber is that of its thread; a worker's is everywhere.
            let theirs = async { tracing::info!("in a task with the span") }.in_current_span();
            let theirs = tokio::spawn(theirs.with_current_subscriber());
            let stray = async { tracing::info!("in a task of nobody") };
            let stray = tokio::spawn(stray.with_current_subscriber());
            let panics = ctx.spawn(async { panic!("{}", "a bug") });
            (ours.await.is_ok() && theirs.await.is_ok() && stray.await.is_ok()) && panics.await.is_err()
        };
        let all = fetch.instrument(page).await;
        tracing::info!("outside");
        Ok(u32::from(all))
    }

    #[test]
    fn logs_have_the_fields_of_their_spans_also_in_tasks() {
        let run = materialize(&definitions![spans], "*");
        assert_eq!(*run.value::<spans>(), 1);
        let logged: Vec<_> = run.logs().iter().map(|line| (line.message.as_str(), json!(line.fields))).collect();
        let fields = json!({ "number": 7, "rows": 3, "span": "page" });
        assert_eq!(logged[0], ("in a span", json!({ "number": 8, "rows": 3, "span": "page" })));
        for message in ["in a task of the attempt", "in a task with the span"] {
            assert!(logged.contains(&(message, fields.clone())), "{message}: {logged:#?}");
        }
        assert!(logged.contains(&("outside", json!({}))), "{logged:#?}");
        assert!(!logged.iter().any(|(message, _)| *message == "in a task of nobody"), "it cannot be told whose it is");
        let panic = run.logs().iter().find(|line| line.message.contains("a bug")).unwrap();
        assert!(panic.level == Level::Error && panic.message.contains("pipeline/main.rs"), "{panic:?}");
    }

    #[check(asset = forgets)]
    fn cannot_tell() -> Result<bool> {
        Err(StepError::new("the warehouse is closed"))
    }

    #[test]
    fn steps_that_break_their_word_fail() {
        let all = definitions![halves, forgets, invents, skips, after, sync_panic, cannot_tell];
        let run = materialize(&all, "*");
        assert_eq!(run.failure("halves").class, ErrorClass::PROTOCOL);
        assert!(run.failure("halves").message.contains("did not give asset right"));
        assert!(run.failure("forgets").message.contains("did not evaluate check declared on forgets"));
        assert!(run.failure("invents").message.contains("check undeclared on invents, which it does not declare"));
        assert_eq!(run.skipped("after"), Some("skips was not materialized"));
        assert_eq!(run.failure("sync_panic").class, ErrorClass::PANIC);
        assert!(run.failure("sync_panic").message.ends_with(": oh no"));
        assert!(run.materialized_keys().is_empty());
        let line = run.logs().iter().find(|line| line.step == "sync_panic").unwrap();
        assert_eq!(
            (line.level, line.message.as_str(), &line.fields["orders"]),
            (Level::Warn, "about to fail", &json!(2))
        );
    }

    #[test]
    fn a_check_that_cannot_be_evaluated_is_a_failed_step() {
        #[asset]
        fn fine() {}

        #[check(asset = fine)]
        fn broken() -> Result<bool, String> {
            Err("the warehouse is closed".to_owned())
        }

        let run = materialize(&definitions![fine, broken], "*");
        assert_eq!(run.failure("fine:broken").message, "the warehouse is closed");
        assert!(run.checks().is_empty());
    }
}

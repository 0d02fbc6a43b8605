//! Values that some database or encoding does not like.

use std::{collections::BTreeMap, sync::Arc};

use headwater_core::{
    effect::Effect,
    id::Seq,
    key::AssetKey,
    metadata::{Float, Metadata, MetadataValue},
    record::RunRecord,
    report::InputVersion,
    time::Millis,
};
use serde_json::{Value, json};

use super::builder::{Script, new_run, new_worker, run_created, run_id, worker_id};
use crate::Store;

/// Texts that quoting, escaping, collation or normalization could change.
pub(super) const TEXTS: [&str; 12] = [
    "",
    " ",
    "plain",
    "it's \"quoted\" \\ and \\\\ back",
    "🐟 e\u{301} é \u{202e}rtl\u{200b}",
    "line\nfeed\r\ttab\u{1}\u{7f}",
    "'); DROP TABLE runs; --",
    "{\"json\": [1, null]}",
    "$1 %s ? :name",
    "\\u0000 is no nul",
    "\u{fffd}\u{ffff}\u{10ffff}",
    "null",
];

fn odd_metadata() -> Metadata {
    let mut metadata: Metadata = TEXTS
        .iter()
        .enumerate()
        .map(|(at, text)| (format!("{at} {text}"), MetadataValue::Text((*text).to_owned())))
        .collect();
    for (name, value) in [
        ("nan", f64::NAN),
        ("infinity", f64::INFINITY),
        ("minus", f64::NEG_INFINITY),
        ("negative zero", -0.0),
        ("large", 1e300),
        ("exact", 1e16),
        ("small", 5e-324),
        ("third", 1.0 / 3.0),
    ] {
        metadata.insert(name.to_owned(), MetadataValue::Float(Float(value)));
    }
    metadata.insert("int".to_owned(), MetadataValue::Int(i64::MIN));
    metadata.insert(
        "json".to_owned(),
        MetadataValue::Json(json!({ "b": 1e20, "a": [18_446_744_073_709_551_615_u64, -0.5], "": {} })),
    );
    metadata.insert("huge".to_owned(), MetadataValue::Text("é🐟".repeat(200_000)));
    metadata
}

fn odd_map() -> BTreeMap<String, String> {
    TEXTS.iter().map(|text| (format!("k{text}"), (*text).to_owned())).collect()
}

pub async fn odd_values_come_back(store: Arc<dyn Store>) {
    let mut script = Script::lead(&store).await;
    let asset = script.asset(1, "läden/🐟/it's");
    script.version(asset, |version| {
        version.metadata = odd_metadata();
        version.version = TEXTS.concat();
        version.partition = TEXTS[3].to_owned();
        version.cursor = Some(Value::Null);
        version.duration = Some(Millis(i64::MAX.unsigned_abs() / 1_000));
        version.code_version = Some(String::new());
        version.inputs = vec![InputVersion {
            asset: AssetKey::new("läden/ein gang").unwrap(),
            seq: Some(Seq(i64::MAX)),
            version: Some(TEXTS[4].to_owned()),
        }];
    });
    let version = script.take();
    store.commit(script.term, &version).await.unwrap();
    let Effect::VersionRecorded(expected) = &version[1].effect else { unreachable!() };
    assert_eq!(store.versions_at(&[expected.seq]).await.unwrap(), [(**expected).clone()]);
    let current = &store.current_of(&[asset]).await.unwrap()[0];
    assert_eq!(current.cursor, Some(Value::Null), "a null cursor is not no cursor");
    assert_eq!(current.partition, TEXTS[3]);

    let mut run: Option<RunRecord> = None;
    script.add(|seq, at| {
        let mut odd = new_run(run_id(1), seq, at);
        odd.tags = odd_map();
        odd.selection = TEXTS.concat();
        odd.config = TEXTS.iter().map(|text| (format!("c{text}"), json!({ *text: text }))).collect();
        odd.priority = i32::MIN;
        odd.steps = u32::MAX;
        odd.timeout = Some(Millis(u64::MAX / 4));
        run = Some(odd.clone());
        run_created(odd)
    });
    script.add(|_, at| {
        let mut odd = new_worker(worker_id(1), at);
        odd.tags = odd_map();
        odd.slots = u32::MAX;
        Effect::WorkerJoined(Box::new(odd))
    });
    script.commit().await;
    assert_eq!(store.run(run_id(1)).await.unwrap(), run);
    let worker = &store.workers(1).await.unwrap()[0];
    assert_eq!((&worker.tags, worker.slots, worker.pid), (&odd_map(), u32::MAX, u32::MAX));
}

pub async fn nul_becomes_the_replacement_character(store: Arc<dyn Store>) {
    let mut script = Script::lead(&store).await;
    let asset = script.asset(1, "orders");
    let seq = script.version(asset, |version| {
        version.version = "a\0b".to_owned();
        version.metadata.insert("n\0".to_owned(), MetadataValue::Text("\0\\u0000\0".to_owned()));
        version.cursor = Some(json!({ "at\0": ["\0"] }));
    });
    script.check(asset, "unique\0", |check| {
        check.description = "\0".to_owned();
    });
    script.add(|seq, at| {
        let mut run = new_run(run_id(1), seq, at);
        run.tags.insert("t".to_owned(), "\0".to_owned());
        run.config.insert("s".to_owned(), json!("\0"));
        run.selection = "\0".to_owned();
        run_created(run)
    });
    script.add(|_, _| Effect::RunEnded {
        run: run_id(1),
        state: headwater_core::record::RunState::Failed,
        reason: Some("why\0".to_owned()),
    });
    script.commit().await;
    let version = store.versions_at(&[seq]).await.unwrap().remove(0);
    assert_eq!(version.version, "a\u{fffd}b");
    assert_eq!(version.metadata["n\u{fffd}"], MetadataValue::Text("\u{fffd}\\u0000\u{fffd}".to_owned()));
    assert_eq!(version.cursor, Some(json!({ "at\u{fffd}": ["\u{fffd}"] })));
    let check = &store.checks(asset, &Some("unique\u{fffd}".to_owned()), crate::Page::default()).await.unwrap()[0];
    assert_eq!(check.description, "\u{fffd}");
    let run = store.run(run_id(1)).await.unwrap().unwrap();
    assert_eq!((run.tags["t"].as_str(), &run.config["s"]), ("\u{fffd}", &json!("\u{fffd}")));
    assert_eq!((run.selection.as_str(), run.reason.as_deref()), ("\u{fffd}", Some("why\u{fffd}")));
    let events = super::everything::log(&*store, Some(run_id(1))).await;
    assert_eq!(events[1].data, json!({ "reason": "why\u{fffd}" }));
}

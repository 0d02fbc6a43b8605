//! What a manifest may say. `rules.txt` is a table of cases: a line that starts with `{` is a part of a manifest, and
//! the indented lines after it are everything that is wrong with it. All other lines are prose.
//!
//! A case says only what it is about: format, location, and what every asset and step needs are filled in.
//! `UPDATE_CASES=1` writes what comes out into the file; read the difference.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a panic is how a test fails")]

use std::{fmt::Write, fs, path::Path};

use headwater_core::{graph::Snapshot, manifest::Manifest};
use serde_json::{Map, Value, json};

#[test]
fn every_case_comes_out_as_written() {
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/manifest/rules.txt");
    let before = fs::read_to_string(&file).unwrap();
    let mut after = String::new();
    let mut cases = 0;
    for line in before.lines().filter(|line| !line.starts_with("    ")) {
        writeln!(after, "{line}").unwrap();
        if line.starts_with('{') {
            cases += 1;
            outcome(line).iter().for_each(|finding| writeln!(after, "    {finding}").unwrap());
        }
    }
    if std::env::var_os("UPDATE_CASES").is_some() {
        fs::write(&file, &after).unwrap();
    } else {
        let differs = before.lines().zip(after.lines()).find(|(before, after)| before != after);
        assert!(before == after, "{}: (expected, found) {differs:#?}", file.display());
    }
    assert!(cases > 30, "only {cases} cases were found");
}

fn outcome(case: &str) -> Vec<String> {
    let manifest = Manifest::from_json(&whole(case).to_string()).unwrap_or_else(|error| panic!("{case}: {error}"));
    match Snapshot::new(manifest) {
        Ok(_) => vec!["(sound)".to_owned()],
        Err(findings) => findings.iter().map(ToString::to_string).collect(),
    }
}

/// The case with what is the same in all of them.
fn whole(case: &str) -> Value {
    let case = case.replace("<257>", &"x".repeat(257));
    let Value::Object(mut manifest) = serde_json::from_str(&case).unwrap_or_else(|error| panic!("{case}: {error}"))
    else {
        panic!("{case} is no part of a manifest")
    };
    let fill = |value: &mut Value, rest: Value| {
        if let (Value::Object(value), Value::Object(rest)) = (value, rest) {
            for (name, rest) in rest {
                value.entry(name).or_insert(rest);
            }
        }
    };
    each(&mut manifest, "assets", |asset| {
        fill(asset, json!({ "key": "a", "role": { "kind": "materialized", "step": "a" } }));
    });
    each(&mut manifest, "steps", |step| fill(step, json!({ "name": "a", "executor": { "kind": "rust" } })));
    each(&mut manifest, "checks", |check| fill(check, json!({ "asset": "a", "step": "a" })));
    each(&mut manifest, "jobs", |job| fill(job, json!({ "name": "j", "selection": "*" })));
    each(&mut manifest, "schedules", |schedule| {
        fill(schedule, json!({ "name": "s", "crons": ["0 6 * * *"], "selection": "*" }));
    });
    let asset = json!({ "key": "a", "role": { "kind": "materialized", "step": "a" } });
    let mut manifest = Value::Object(manifest);
    fill(
        &mut manifest,
        json!({
            "format": 1, "location": "main", "assets": [asset],
            "steps": [{ "name": "a", "executor": { "kind": "rust" } }],
        }),
    );
    manifest
}

fn each(manifest: &mut Map<String, Value>, list: &str, fill: impl Fn(&mut Value)) {
    manifest.get_mut(list).and_then(Value::as_array_mut).into_iter().flatten().for_each(fill);
}

/// What was accepted before a rule was made stays readable.
#[test]
fn rules_are_for_what_is_new() {
    let broken = whole(r#"{"assets": [{"group": ""}]}"#).to_string();
    let (manifest, _, id) = Manifest::from_json(&broken).unwrap().address();
    assert!(Snapshot::accept(manifest.clone(), id.clone()).is_err());
    assert!(Snapshot::from_canonical(manifest, id).is_ok());
}

#[test]
fn the_order_of_limits_says_nothing() {
    let id = |limits: &str| {
        let manifest = whole(&format!(r#"{{"run_limits": [{limits}]}}"#)).to_string();
        Snapshot::new(Manifest::from_json(&manifest).unwrap()).unwrap().id().clone()
    };
    let (one, two) = (r#"{"tag": "a", "limit": 1}"#, r#"{"tag": "a", "value": "b", "limit": 2}"#);
    assert_eq!(id(&format!("{one}, {two}")), id(&format!("{two}, {one}")));
}

//! What works without a server, and what is said where one is missing.

use std::path::Path;

use crate::{Ran, product, run};

fn here(folder: &Path, arguments: &[&str]) -> Ran {
    let mut command = product(folder);
    command.args(arguments);
    run(command)
}

#[test]
fn definitions_are_read_from_the_binary() {
    let folder = tempfile::tempdir().unwrap();
    let listed = here(folder.path(), &["ls", "group:dag", "--json"]).json();
    assert_eq!(listed.as_array().unwrap().len(), 6);
    assert_eq!(here(folder.path(), &["validate"]).code, Some(0));
    let mermaid = here(folder.path(), &["graph", "group:dag", "--format", "mermaid"]);
    assert!(mermaid.out.starts_with("flowchart LR") && mermaid.out.contains("-->"), "{mermaid:?}");
    let odd = here(folder.path(), &["ls", "key:dag/nothing"]);
    assert!(odd.err.contains("no asset matches key:dag/nothing"), "{odd:?}");
}

#[test]
fn a_broken_manifest_is_explained_and_nothing_else_happens() {
    let folder = tempfile::tempdir().unwrap();
    let cycle = serde_json::json!({
        "format": 1, "location": "x",
        "assets": [
            { "key": "a", "role": { "kind": "materialized", "step": "a" }, "deps": ["b"],
              "source": { "file": "a.rs", "line": 3 } },
            { "key": "b", "role": { "kind": "materialized", "step": "b" }, "deps": ["a"] },
        ],
        "steps": [{ "name": "a", "executor": { "kind": "rust" } }, { "name": "b", "executor": { "kind": "rust" } }],
    });
    std::fs::write(folder.path().join("m.json"), cycle.to_string()).unwrap();
    let broken = here(folder.path(), &["validate", "--manifest", "m.json"]);
    assert_eq!(broken.code, Some(1), "{broken:?}");
    assert!(broken.out.contains("a.rs:3: error["), "{broken:?}");
    let deploy = here(folder.path(), &["deploy", "--manifest", "m.json"]);
    assert_eq!(deploy.code, Some(1), "{deploy:?}");
    std::fs::write(folder.path().join("m.json"), r#"{"format": 99, "location": "x"}"#).unwrap();
    let newer = here(folder.path(), &["validate", "--manifest", "m.json"]);
    assert!(newer.err.contains("format 99"), "{newer:?}");
}

#[test]
fn a_server_that_is_not_there_has_an_exit_code() {
    let folder = tempfile::tempdir().unwrap();
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    drop(listener);
    for command in [["runs", "ls"], ["materialize", "*"], ["doctor", "-q"]] {
        let ran = here(folder.path(), &[command[0], command[1], "--server", &url]);
        assert_eq!(ran.code, Some(4), "{ran:?}");
    }
}

#[test]
fn the_database_is_migrated_by_hand() {
    let folder = tempfile::tempdir().unwrap();
    let database = ["--database", "data/h.db"];
    let with = |command: &str| here(folder.path(), &["db", command, database[0], database[1]]);
    assert_eq!(with("status").code, Some(2));
    assert_eq!(with("migrate").code, Some(0));
    assert!(with("migrate").out.contains("nothing to do"));
    let status = with("status");
    assert_eq!(status.code, Some(0), "{status:?}");
    assert!(status.out.contains("0001_init"), "{status:?}");
}

#[test]
fn documents_are_printed() {
    let folder = tempfile::tempdir().unwrap();
    let openapi = here(folder.path(), &["openapi"]).json();
    assert!(openapi["openapi"].as_str().unwrap().starts_with("3.1"));
    assert_eq!(here(folder.path(), &["schema"]).json()["title"], "Manifest");
    assert!(here(folder.path(), &["completions", "bash"]).out.contains("materialize"));
    assert!(here(folder.path(), &["man"]).out.contains(".TH"));
    assert_eq!(here(folder.path(), &["man", "pages"]).code, Some(0));
    assert!(folder.path().join("pages").read_dir().unwrap().count() > 20);
}

/// Whoever reads JSON gets JSON, also where the command line itself is wrong.
#[test]
fn programs_get_json_whatever_happens() {
    let folder = tempfile::tempdir().unwrap();
    for arguments in
        [&["runs", "lst", "--json"][..], &["--json"], &["ls", "--json", "--wat"], &["materialize", "--json"]]
    {
        let wrong = here(folder.path(), arguments);
        assert_eq!((wrong.code, wrong.out.as_str()), (Some(2), ""), "{wrong:?}");
        let error: serde_json::Value =
            serde_json::from_str(&wrong.err).unwrap_or_else(|error| panic!("{error}: {wrong:?}"));
        assert_eq!(error["error"]["code"], "usage", "{wrong:?}");
        assert!(error["error"]["message"].as_str().is_some_and(|message| !message.is_empty()), "{wrong:?}");
    }
    let text = here(folder.path(), &["runs", "lst"]);
    assert!(text.err.contains("Usage:"), "{text:?}");

    let added = here(folder.path(), &["profile", "add", "here", "http://127.0.0.1:1", "--json"]).json();
    assert_eq!(added, serde_json::json!({ "profile": "here", "url": "http://127.0.0.1:1", "current": true }));
    let used = here(folder.path(), &["profile", "use", "here", "--json"]).json();
    assert_eq!(used, serde_json::json!({ "profile": "here", "current": true }));
    let removed = here(folder.path(), &["profile", "rm", "here", "--json"]).json();
    assert_eq!(removed, serde_json::json!({ "profile": "here", "removed": true }));
}

/// The variables stand for the options: a binary with definitions of its own asks the server that one of them names.
#[test]
fn variables_name_a_server_as_options_do() {
    let folder = tempfile::tempdir().unwrap();
    for (variable, value) in [("HEADWATER_SERVER", "http://127.0.0.1:1"), ("HEADWATER_PROFILE", "nobody")] {
        for command_line in [&["ls"][..], &["graph"], &["validate"]] {
            let mut command = product(folder.path());
            command.args(command_line).env(variable, value);
            let asked = run(command);
            assert!(asked.code != Some(0) && asked.err.contains(value), "{variable} {command_line:?}: {asked:?}");
        }
    }
}

#[test]
fn a_manifest_from_a_later_version_says_what_to_use() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("m.json"), r#"{"format": 99, "location": "x"}"#).unwrap();
    let newer = here(folder.path(), &["validate", "--manifest", "m.json"]);
    assert!(newer.err.contains("99") && newer.err.contains("a later one"), "{newer:?}");
    std::fs::write(folder.path().join("m.json"), "{\"format\": 1,\n \"location\": 3}").unwrap();
    let wrong = here(folder.path(), &["validate", "--manifest", "m.json"]);
    assert_eq!(wrong.err.matches("line 2").count(), 1, "the place is said once: {wrong:?}");
}

#[test]
fn a_database_that_is_not_there_is_named_with_the_reason() {
    let folder = tempfile::tempdir().unwrap();
    let status = here(folder.path(), &["db", "status", "--database", "postgres://me@127.0.0.1:1/nothing"]);
    assert_eq!(status.code, Some(1), "{status:?}");
    assert!(status.err.contains("127.0.0.1:1") && status.err.contains("refused"), "{status:?}");
}

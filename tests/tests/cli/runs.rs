//! Runs from the command line.

use std::process::Stdio;

use crate::{Service, product};

#[test]
fn a_run_is_followed_and_can_be_looked_at() {
    let dev = Service::dev();
    let ran = dev.run(&["materialize", "group:dag", "--tag", "why=test"]);
    assert_eq!(ran.code, Some(0), "{ran:?}");
    assert!(ran.out.contains("dag/l000/a0000 succeeded in") && ran.out.contains("6 succeeded"), "{ran:?}");

    let runs = dev.run(&["runs", "ls", "--tag", "why=test", "--json"]).json();
    let run = runs[0]["id"].as_str().unwrap().to_owned();
    assert_eq!((runs.as_array().unwrap().len(), &runs[0]["state"]), (1, &"succeeded".into()));
    for id in [&run, &run[..13], "last"] {
        let shown = dev.run(&["runs", "show", id, "--json"]).json();
        assert_eq!(shown["run"]["id"], run.as_str());
        assert_eq!(shown["steps"].as_array().unwrap().len(), 6);
    }
    let history = dev.run(&["asset", "history", "dag/l000/a0000", "--json"]).json();
    assert_eq!(history[0]["run"], run.as_str());
    let listed = dev.run(&["ls", "group:dag", "--json"]).json();
    assert!(listed.as_array().unwrap().iter().all(|asset| asset["staleness"] == "fresh"), "{listed}");
    assert!(dev.run(&["asset", "show", "dag/l000/a0000"]).out.contains("fresh"));
    assert_eq!(dev.run(&["materialize", "odd/nan"]).code, Some(0));
    let shown = dev.run(&["asset", "show", "odd/nan"]);
    assert!(shown.out.contains("pi") && shown.out.contains("3.25"), "metadata is shown: {shown:?}");
    let near = dev.run(&["asset", "show", "odd/nam"]);
    assert!(near.code == Some(2) && near.err.contains("did you mean odd/nan?"), "{near:?}");
}

#[test]
fn a_failed_run_says_why_and_can_be_repeated() {
    let dev = Service::dev();
    let ran = dev.run(&["materialize", "odd/panic or odd/chatty"]);
    assert_eq!(ran.code, Some(1), "{ran:?}");
    assert!(ran.out.contains("panic failed (panic)") && ran.out.contains("runs retry"), "{ran:?}");
    let again = dev.run(&["runs", "retry", "last", "--from-failure", "--json"]);
    assert_eq!(again.code, Some(1), "{again:?}");
    let steps: Vec<_> = again.lines().into_iter().filter(|line| line["kind"] == "step").collect();
    assert!(!steps.is_empty() && steps.iter().all(|line| line["step"]["name"] == "panic"), "{steps:?}");
}

#[test]
fn a_run_is_cancelled_from_elsewhere() {
    let dev = Service::dev();
    let config = "sleep0={\"ms\": 600000}";
    let launched = dev.run(&["materialize", "odd/sleep0", "--config", config, "--detach", "--json"]);
    assert_eq!(launched.code, Some(0), "{launched:?}");
    let run = launched.json()["run"].as_str().unwrap().to_owned();
    assert_eq!(dev.run(&["runs", "cancel", &run]).code, Some(0));
    let ended = dev.run(&["runs", "show", &run, "--follow"]);
    assert_eq!(ended.code, Some(3), "{ended:?}");
    let again = dev.run(&["runs", "cancel", &run]);
    assert!(again.code == Some(0) && again.out.contains("is canceled"), "{again:?}");
}

#[test]
fn what_steps_wrote_is_shown_whole_and_followed() {
    let dev = Service::dev();
    assert_eq!(dev.run(&["materialize", "odd/chatty", "--quiet"]).code, Some(0));
    let logs = dev.run(&["runs", "logs", "last", "--step", "chatty", "--stream", "log"]);
    assert!(logs.out.contains("INFO  🦀 says é"), "{logs:?}");
    // Following a run that has ended shows the same and ends.
    let followed = dev.run(&["runs", "logs", "last", "-f", "--json"]);
    assert_eq!(followed.code, Some(0), "{followed:?}");
    assert!(followed.lines().iter().any(|line| line["record"]["message"] == "🦀 says é"), "{followed:?}");
    let unknown = dev.run(&["runs", "logs", "last", "--step", "chaty"]);
    assert_eq!(unknown.code, Some(2));
    assert!(unknown.err.contains("there are: chatty"), "{unknown:?}");
}

#[test]
fn what_cannot_be_meant_is_explained() {
    let dev = Service::dev();
    let selection = dev.run(&["materialize", "groop:dag"]);
    assert_eq!(selection.code, Some(2));
    assert!(selection.err.contains("\n  groop:dag\n  ^^^^^\n"), "{selection:?}");
    assert_eq!(dev.run(&["runs", "show", "last"]).code, Some(2));
    dev.run(&["materialize", "dag/l000/a0000"]);
    let unknown = dev.run(&["runs", "show", "zzz"]);
    assert_eq!(unknown.code, Some(2));
    assert!(unknown.err.contains("the newest are ") && unknown.err.contains("dag/l000/a0000"), "{unknown:?}");
    let unknown = dev.run(&["runs", "show", "0000-0000"]);
    assert!(unknown.err.contains("the nearest are ") && unknown.err.contains("dag/l000/a0000"), "{unknown:?}");
    let short = dev.run(&["runs", "show", "0"]);
    assert!(short.code == Some(2) && short.err.contains("4 or more"), "{short:?}");
    for incident in ["zzz", "0000-0000"] {
        let unknown = dev.run(&["incidents", "show", incident]);
        assert!(unknown.code == Some(2) && unknown.err.contains("incidents ls"), "{unknown:?}");
    }
    let asset = dev.run(&["asset", "show", "dag/nothing", "--json"]);
    let error: serde_json::Value = serde_json::from_str(&asset.err).unwrap();
    assert_eq!((asset.code, &error["error"]["code"]), (Some(2), &"not-found".into()), "{asset:?}");
}

#[test]
fn a_closed_pipe_ends_a_command_without_a_word() {
    let dev = Service::dev();
    let mut command = product(dev.folder.path());
    command.args(["ls", "--json", "--server", &dev.url]).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = command.spawn().unwrap();
    drop(child.stdout.take());
    let ended = child.wait_with_output().unwrap();
    assert_eq!((ended.status.code(), String::from_utf8_lossy(&ended.stderr).as_ref()), (Some(141), ""));
}

#[test]
fn reports_from_outside_and_what_the_server_knows() {
    let dev = Service::dev();
    let report = ["asset", "report", "dag/l000/a0000", "--version", "7", "--meta", "rows=12"];
    assert_eq!(dev.run(&report).code, Some(0));
    let history = dev.run(&["asset", "history", "dag/l000/a0000", "--json"]).json();
    assert_eq!((&history[0]["version"], &history[0]["metadata"]["rows"]["value"]), (&"7".into(), &12.into()));
    assert!(dev.run(&["deploys"]).out.contains("live"));
    assert!(dev.run(&["workers"]).out.contains("active"));
    assert_eq!(dev.run(&["pool", "set", "warehouse", "3"]).code, Some(0));
    assert!(dev.run(&["pool", "ls"]).out.contains("warehouse"));
    assert!(dev.run(&["queue"]).out.contains("nothing waits"));
    assert!(dev.run(&["schedule", "ls"]).out.contains("no schedules"));
    let doctor = dev.run(&["doctor"]);
    assert_eq!(doctor.code, Some(0), "{doctor:?}");
    assert!(doctor.out.contains("SQLite") && doctor.out.contains("1 active"), "{doctor:?}");
}

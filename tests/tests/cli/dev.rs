//! `dev` from its start to its end.

use std::process::Stdio;

use nix::sys::signal::Signal;

use crate::{Service, product, run};

#[test]
fn it_materializes_what_it_is_asked_and_stays() {
    let folder = tempfile::tempdir().unwrap();
    let mut command = product(folder.path());
    command.args(["dev", "--port", "0", "--json", "--materialize", "group:dag"]);
    let mut dev = Service::start(command, folder, "ready");
    let run = dev.said("run");
    assert_eq!(run["run"]["state"], "succeeded", "{run}");
    assert_eq!(dev.run(&["runs", "show", "last", "--json"]).json()["run"]["id"], run["run"]["id"]);
    dev.signal(Signal::SIGTERM);
    assert_eq!(dev.exit_code(), Some(0));
}

#[test]
fn state_survives_a_restart_and_a_folder_has_one_server() {
    let mut first = Service::dev();
    assert_eq!(first.run(&["materialize", "dag/l000/a0000"]).code, Some(0));
    let mut second = product(first.folder.path());
    second.args(["dev", "--port", "0"]);
    let refused = run(second);
    assert_eq!(refused.code, Some(2), "{refused:?}");
    assert!(refused.err.contains("in use by another server"), "{refused:?}");
    first.signal(Signal::SIGINT);
    assert_eq!(first.exit_code(), Some(0));

    let mut again = product(first.folder.path());
    again.args(["dev", "--port", "0", "--json", "--data"]).arg(first.folder.path().join(".headwater"));
    let again = Service::start(again, tempfile::tempdir().unwrap(), "ready");
    assert_eq!(again.run(&["runs", "show", "last"]).code, Some(0));
}

#[test]
fn a_taken_port_is_said_where_it_was_asked_for() {
    let dev = Service::dev();
    let port = dev.url.rsplit(':').next().unwrap();
    let folder = tempfile::tempdir().unwrap();
    let mut command = product(folder.path());
    command.args(["dev", "--port", port]).stdout(Stdio::piped());
    let refused = run(command);
    assert_eq!(refused.code, Some(1), "{refused:?}");
    assert!(refused.err.contains("cannot listen on 127.0.0.1"), "{refused:?}");
}

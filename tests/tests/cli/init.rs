//! The project that `init` writes. Its program is a binary of this package, so that it costs no build of its own.

use std::{path::Path, process::Command};

use serde_json::Value;

use crate::{Service, product, run};

/// The program, in the words of the template.
const MAIN: &str = include_str!("../../../crates/cli/src/commands/init/main.rs.tpl");

fn scaffold(folder: &Path) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_scaffold"));
    command.current_dir(folder).env("HEADWATER_CONFIG", folder.join("config.toml"));
    for name in ["HEADWATER_SERVER", "HEADWATER_TOKEN", "HEADWATER_PROFILE", "HEADWATER_DEPLOYMENT"] {
        command.env_remove(name);
    }
    command
}

/// What cargo makes of the project: everything it depends on, found among what this workspace is built from.
fn metadata(project: &Path) -> Value {
    let lock = Path::new(env!("CARGO_MANIFEST_DIR")).join("../Cargo.lock");
    std::fs::copy(lock, project.join("Cargo.lock")).unwrap();
    let mut cargo = Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    cargo.args(["metadata", "--format-version", "1", "--offline"]).current_dir(project);
    run(cargo).json()
}

#[test]
fn a_new_project_is_what_is_compiled_here() {
    let folder = tempfile::tempdir().unwrap();
    let mut init = product(folder.path());
    init.args(["init", "my-shop"]);
    assert_eq!(run(init).code, Some(0));
    let project = folder.path().join("my-shop");
    let written = std::fs::read_to_string(project.join("src/main.rs")).unwrap();
    assert_eq!(written, MAIN.replace("{{name}}", "my-shop"));

    let metadata = metadata(&project);
    let packages = metadata["packages"].as_array().unwrap();
    let package = packages.iter().find(|package| package["name"] == "my-shop").unwrap();
    let dependencies = package["dependencies"].as_array().unwrap();
    assert_eq!(dependencies.len(), 1, "the program uses nothing else: {dependencies:?}");
    assert_eq!(dependencies[0]["name"], "headwater");
    let nodes = metadata["resolve"]["nodes"].as_array().unwrap();
    let sdk = nodes.iter().find(|node| node["id"].as_str().unwrap().contains("crates/sdk")).unwrap();
    assert!(sdk["features"].as_array().unwrap().contains(&"server".into()), "one binary is the whole product: {sdk}");
}

#[test]
fn a_new_project_runs() {
    let folder = tempfile::tempdir().unwrap();
    let mut command = scaffold(folder.path());
    command.args(["dev", "--port", "0", "--json", "--materialize", "*"]);
    let mut dev = Service::start(command, folder, "ready");
    let ended = dev.said("run");
    assert_eq!(ended["run"]["state"], "succeeded", "{ended}");
    let mut show = scaffold(dev.folder.path());
    show.args(["asset", "show", "revenue", "--server", &dev.url]);
    let shown = run(show);
    assert_eq!(shown.code, Some(0), "{shown:?}");
    assert!(shown.out.contains("fresh") && shown.out.contains("curated"), "{shown:?}");
    let mut preview = scaffold(dev.folder.path());
    preview.args(["schedule", "preview", "nightly", "--server", &dev.url]);
    assert!(run(preview).out.contains("Europe/Berlin"));
}

//! The example as a user runs it: real server, real worker over HTTP, SQLite, a shop in a process of its own.

use headwater_client::Client;
use headwater_client::api::ListQuery;
use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

fn shop(folder: &Path) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_shop"));
    command.current_dir(folder).env_remove("SHOP_DATA").env_remove("SHOP_URL").env_remove("HEADWATER_SERVER");
    command
}

#[test]
fn the_demo_makes_everything_and_ends_with_the_runs_exit_code() {
    let folder = tempfile::tempdir().unwrap();
    let said = shop(folder.path()).args(["demo", "--exit", "--data", "state", "--port", "0"]).output().unwrap();
    let (out, err) = (String::from_utf8_lossy(&said.stdout), String::from_utf8_lossy(&said.stderr));
    assert!(said.status.success(), "{}\n{out}\n{err}", said.status);
    for (group, made) in [("raw", "7/7"), ("cleansed", "6/6"), ("curated", "9/9"), ("activation", "5/5")] {
        let line = out.lines().map(str::split_whitespace).find(|words| words.clone().next() == Some(group));
        assert_eq!(line.and_then(|mut words| words.nth(1)), Some(made), "{group} in\n{out}\n{err}");
    }
    assert!(out.contains("did not pass: clean/customers: email_is_there"), "{out}");
    assert!(folder.path().join("state/shop/warehouse.db").is_file());
}

/// Killed when a test fails in the middle.
struct Running(Child);

impl Drop for Running {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

#[tokio::test]
async fn the_server_stays_and_knows_27_assets_and_an_incident_shows() {
    let folder = tempfile::tempdir().unwrap();
    let mut demo = Running(
        shop(folder.path()).args(["demo", "--data", "state", "--port", "0"]).stdout(Stdio::piped()).spawn().unwrap(),
    );
    let output = BufReader::new(demo.0.stdout.take().unwrap());
    let url = output
        .lines()
        .map_while(Result::ok)
        .find_map(|line| {
            let rest = line.strip_prefix("Headwater is still running at ")?;
            Some(rest.split(';').next()?.to_owned())
        })
        .expect("the demo says where the server is");

    let client = Client::new(&url, None).unwrap();
    let all = ListQuery { limit: Some(500), ..ListQuery::default() };
    let assets = client.assets(None, &all).await.unwrap().items;
    assert_eq!(assets.len(), 27);
    assert!(assets.iter().all(|asset| asset.latest.is_some()));

    // An incident: orders that make no sense. The run fails, and the curated zone keeps what it had.
    let before = version(&client, "curated/orders").await;
    let misbehave = |mode: &str| {
        let told = shop(folder.path()).env("SHOP_DATA", "state/shop").args(["misbehave", mode]).status().unwrap();
        assert!(told.success());
    };
    let materialize = |arguments: &[&str]| {
        shop(folder.path())
            .args(["materialize", "raw/orders+", "--quiet", "--server", &url])
            .args(arguments)
            .output()
            .unwrap()
    };
    let refresh = ["--config", r#"raw/orders={"full_refresh":true}"#];
    misbehave("bad_data");
    assert_eq!(materialize(&refresh).status.code(), Some(1));
    assert_eq!(version(&client, "curated/orders").await, before);

    misbehave("off");
    let healed = materialize(&refresh);
    assert!(healed.status.success(), "{healed:?}");
    assert_ne!(version(&client, "curated/orders").await, before);

    stop(&mut demo);
}

async fn version(client: &Client, asset: &str) -> headwater_client::api::AssetLatest {
    let key = headwater::AssetKey::new(asset).unwrap();
    client.asset(&key).await.unwrap().asset.latest.unwrap()
}

/// SIGTERM, as a service manager would; the server, the worker and the shop end with it.
fn stop(demo: &mut Running) {
    let id = nix::unistd::Pid::from_raw(i32::try_from(demo.0.id()).unwrap());
    nix::sys::signal::kill(id, nix::sys::signal::Signal::SIGTERM).unwrap();
    let deadline = Instant::now() + Duration::from_secs(30);
    while demo.0.try_wait().unwrap().is_none() {
        assert!(Instant::now() < deadline, "the demo does not end");
        std::thread::sleep(Duration::from_millis(20));
    }
}

//! How long lists take that a server with much history answers.

use std::time::Instant;

use anyhow::{Context as _, Result, ensure};
use headwater_client::{Client, IdempotencyKey, api::ReportVersion};
use headwater_core::{
    key::AssetKey,
    manifest::{CheckDef, Manifest, ScheduleDef, Severity, Switch},
    metadata::Metadata,
    record::VersionKind,
};
use serde_json::{Map, Value, json};
use sqlx::{Connection as _, PgConnection};

use super::launch;
use crate::{
    dag::Shape,
    raw,
    report::{Report, Target, percentile},
    stack::{Backend, Setup, Stack},
    wire::{Coding, Wire},
};

const ASSETS: usize = 10_000;
const RUNS: i64 = 100_000;
const LOG: i64 = 5_000_000;
/// Runs that wait for a worker while the lists are read.
const ACTIVE: usize = 10;
const WARM_UP: usize = 5;

/// A list that is timed.
struct List {
    name: &'static str,
    path: String,
    goal: f64,
    samples: usize,
}

impl List {
    fn new(name: &'static str, path: impl Into<String>) -> Self {
        Self { name, path: path.into(), goal: 30.0, samples: 300 }
    }

    /// Of everything at once.
    fn whole(name: &'static str, path: &str) -> Self {
        Self { name, path: path.into(), goal: 100.0, samples: 100 }
    }
}

pub(super) async fn measure(report: &mut Report) -> Result<()> {
    let mut stack = Setup::new(Backend::Postgres, Shape::Layered(ASSETS)).deploying(as_a_team_has_it).start().await?;
    stack.kill_server()?;
    let mut connection = PgConnection::connect(&stack.database).await?;
    let history = seed(&mut connection).await?;
    stack.start_server().await?;
    for number in 0..ACTIVE {
        launch(&stack, &format!("group:layer{number}")).await?;
    }
    let lists = lists(&mut connection).await?;
    connection.close().await?;
    let mut parameters = raw::of_this_minute(Some(&stack.database), stack.directory()).await?;
    parameters.extend(history);
    let mut wire = Wire::open(stack.port()).await?;
    for list in &lists {
        one(report, &stack, &mut wire, list, &parameters).await.with_context(|| format!("the list {}", list.name))?;
    }
    Ok(())
}

/// First while nothing changes, then after a commit each: a page asks again because something happened, and some answers
/// are put together anew then.
async fn one(
    report: &mut Report,
    stack: &Stack,
    wire: &mut Wire,
    list: &List,
    parameters: &Map<String, Value>,
) -> Result<()> {
    let path = format!("/api/v1/deployments/default/{}", list.path);
    let start = Instant::now();
    let bytes = wire.get(&path, Coding::Plain).await?;
    let first = start.elapsed().as_secs_f64() * 1e3;
    let (mut quiet, mut after, mut gzip) = (Vec::new(), Vec::new(), Vec::new());
    for _ in 0..WARM_UP {
        wire.get(&path, Coding::Plain).await?;
    }
    for _ in 0..list.samples {
        quiet.push(timed(wire, &path, Coding::Plain).await?);
    }
    for sample in 0..list.samples {
        commit(&stack.client, sample).await?;
        after.push(timed(wire, &path, Coding::Plain).await?);
    }
    for _ in 0..20 {
        gzip.push(timed(wire, &path, Coding::Gzip).await?);
    }
    let gzip_bytes = wire.get(&path, Coding::Gzip).await?;
    let mut parameters = parameters.clone();
    let tenth = |value: f64| json!((value * 10.0).round() / 10.0);
    parameters.extend([
        ("list".to_owned(), json!(list.name)),
        ("quantile".to_owned(), json!("p99")),
        ("p50".to_owned(), tenth(percentile(&after, 0.5))),
        ("quiet_p50".to_owned(), tenth(percentile(&quiet, 0.5))),
        ("quiet_p99".to_owned(), tenth(percentile(&quiet, 0.99))),
        ("gzip_quiet_p50".to_owned(), tenth(percentile(&gzip, 0.5))),
        ("first".to_owned(), tenth(first)),
        ("bytes".to_owned(), json!(bytes)),
        ("gzip_bytes".to_owned(), json!(gzip_bytes)),
        ("samples".to_owned(), json!(list.samples)),
    ]);
    report.add("list_ms", percentile(&after, 0.99), "ms", Target::AtMost(list.goal), Value::Object(parameters));
    Ok(())
}

async fn timed(wire: &mut Wire, path: &str, coding: Coding) -> Result<f64> {
    let start = Instant::now();
    wire.get(path, coding).await?;
    Ok(start.elapsed().as_secs_f64() * 1e3)
}

/// A version of one of the assets, so that the event log has grown and something that is shown has changed.
async fn commit(client: &Client, number: usize) -> Result<()> {
    let key = AssetKey::new(&format!("l{:03}/a{:04}", number % 100, number % 7)).context("a key")?;
    let report = ReportVersion {
        kind: VersionKind::Materialized,
        partition: String::new(),
        version: Some(format!("r{number}")),
        metadata: Metadata::new(),
    };
    client.report_version(&key, &report, &IdempotencyKey::random()).await.context("a commit between the lists")?;
    Ok(())
}

/// Owners, tags, checks and schedules as real assets have them.
fn as_a_team_has_it(manifest: &mut Manifest) {
    for (number, asset) in manifest.assets.iter_mut().enumerate().filter(|(_, asset)| asset.group != "default") {
        asset.owners = vec![format!("team:team-{}", number % 8)];
        asset.kinds = vec!["rust".into(), "postgres".into()];
        asset.tags = [("zone".to_owned(), ["raw", "clean", "curated"][number % 3].to_owned())].into();
        asset.description = "One line of words that say what this is and where it comes from.".into();
        let Some(step) = asset.role.step().filter(|_| number % 5 == 0) else { continue };
        manifest.checks.push(CheckDef {
            name: "not_empty".into(),
            asset: asset.key.clone(),
            step: step.to_owned(),
            blocking: false,
            severity: Severity::Error,
            description: String::new(),
            source: None,
        });
    }
    for number in 0..20 {
        let schedule = ScheduleDef::new(format!("schedule_{number:02}"), format!("{number} 3 * * 0"), "group:layer0");
        manifest.schedules.push(ScheduleDef { default: Switch::On, ..schedule });
    }
}

/// Fills the database and says what is in it.
async fn seed(connection: &mut PgConnection) -> Result<Map<String, Value>> {
    let start = Instant::now();
    sqlx::raw_sql(include_str!("lists.sql")).execute(&mut *connection).await.context("seeding")?;
    // Neither an old plan nor the database's own housekeeping should be part of what is measured.
    for statement in ["VACUUM (ANALYZE)", "CHECKPOINT"] {
        sqlx::query(statement).execute(&mut *connection).await?;
    }
    let count = "SELECT (SELECT count(*) FROM runs), (SELECT count(*) FROM events) + (SELECT count(*) FROM versions) \
                 + (SELECT count(*) FROM checks)";
    let (runs, log): (i64, i64) = sqlx::query_as(count).fetch_one(&mut *connection).await?;
    ensure!(runs == RUNS && log >= LOG, "seeded {runs} runs and an event log of {log} entries");
    eprintln!("seeded {runs} runs and an event log of {log} entries in {} s", start.elapsed().as_secs());
    Ok([("runs".to_owned(), json!(runs)), ("log".to_owned(), json!(log))].into_iter().collect())
}

async fn lists(connection: &mut PgConnection) -> Result<Vec<List>> {
    let large: uuid::Uuid =
        sqlx::query_scalar("SELECT id FROM runs WHERE steps = 10000").fetch_one(&mut *connection).await?;
    let small: uuid::Uuid =
        sqlx::query_scalar("SELECT id FROM runs WHERE steps = 25 ORDER BY created_seq DESC LIMIT 1")
            .fetch_one(&mut *connection)
            .await?;
    let middle: i64 = sqlx::query_scalar("SELECT last_seq / 2 FROM leader").fetch_one(&mut *connection).await?;
    let recent = "SELECT to_char(now() AT TIME ZONE 'UTC' - interval '10 minutes', 'YYYY-MM-DD\"T\"HH24:MI:SS\"Z\"')";
    let recent: String = sqlx::query_scalar(recent).fetch_one(&mut *connection).await?;
    let asset = "assets/l000%2Fa0000";
    Ok(vec![
        List::new("runs", "runs"),
        List::new("runs?state=failed", "runs?state=failed"),
        List::new("runs?state=queued,running,canceling", "runs?state=queued,running,canceling"),
        List::new("runs?state=failed,canceled", "runs?state=failed,canceled"),
        List::new("runs?tag=team=…", "runs?tag=team%3Dteam-3"),
        List::new("runs?tag=backfill (20 runs)", "runs?tag=backfill"),
        List::new("runs?tag=env (all runs)", "runs?tag=env"),
        List::new("runs?tag=…&state=failed", "runs?tag=team%3Dteam-3&state=failed"),
        List::new("runs?schedule=…", "runs?schedule=schedule_03"),
        List::new("runs?schedule=…&state=failed (none)", "runs?schedule=schedule_03&state=failed"),
        List::new("runs?since=… (8 runs)", format!("runs?since={recent}")),
        List::new("runs?root=…", format!("runs?root={small}")),
        List::new("assets", "assets"),
        List::new("assets (500)", "assets?limit=500"),
        List::new("assets?select=…", "assets?select=group:layer50&limit=500"),
        List::new("versions of an asset", format!("{asset}/versions")),
        List::new("checks of an asset", format!("{asset}/checks")),
        List::new("series of an asset", format!("{asset}/series?limit=100")),
        List::new("events of a run", format!("runs/{small}/events?limit=500")),
        List::new("events of a run of 10,000 steps", format!("runs/{large}/events?limit=500")),
        List::new("events", format!("events?after={middle}&limit=500")),
        List::new("ticks", "schedules/schedule_03/ticks"),
        List::new("schedules", "schedules"),
        List::new("incidents", "alerts/incidents?state=all"),
        List::new("incidents?state=open", "alerts/incidents?state=open"),
        List::new("deliveries", "alerts/deliveries"),
        List::new("deliveries?state=dead", "alerts/deliveries?state=dead"),
        List::new("queue", "queue"),
        List::whole("overview", "overview"),
        List::whole("graph of 10,000", "graph"),
    ])
}

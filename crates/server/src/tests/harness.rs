//! A running server and a worker that does as it is told.

use std::{collections::BTreeMap, sync::Arc, time::Duration};

use headwater_client::{Client, IdempotencyKey};
use headwater_core::{
    id::{ServerId, Term, WorkerId},
    key::AssetKey,
    lease::{Join, Lease, Mood, Poll},
    manifest::{AssetDef, AssetRole, CheckDef, Executor, JobDef, Manifest, PoolDef, ScheduleDef, Severity, StepDef},
    report::{CheckOutcome, Materialized, Outcome, Report, StepFailure, StepOutput},
    time::Timestamp,
};
use headwater_scheduler::{Control, Scheduler, SchedulerOptions, Standing, SystemClock};
use headwater_store::{MemoryStore, Store};
use object_store::local::LocalFileSystem;
use tokio::net::TcpListener;
use tokio_util::sync::CancellationToken;

use crate::{ServerOptions, ids};

pub(super) struct Server {
    pub(super) client: Client,
    pub(super) url: String,
    pub(super) store: MemoryStore,
    pub(super) control: Control,
    pub(super) shutdown: CancellationToken,
    pub(super) served: tokio::task::JoinHandle<()>,
    _logs: tempfile::TempDir,
}

impl Drop for Server {
    fn drop(&mut self) {
        self.shutdown.cancel();
    }
}

impl Server {
    pub(super) async fn start() -> Self {
        let server = Self::start_on(MemoryStore::new(), ServerOptions::default()).await;
        server.standing(|standing| matches!(standing, Standing::Leading(_))).await;
        server
    }

    pub(super) async fn start_on(store: MemoryStore, options: ServerOptions) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let shared: Arc<dyn Store> = Arc::new(store.clone());
        let scheduling = SchedulerOptions::new(ServerId(ids::fresh()), url.clone());
        let (scheduler, control) = Scheduler::new(scheduling, Arc::clone(&shared), Arc::new(SystemClock));
        let shutdown = CancellationToken::new();
        tokio::spawn(scheduler.run(shutdown.clone()));
        let logs = tempfile::tempdir().unwrap();
        let objects = Arc::new(LocalFileSystem::new_with_prefix(logs.path()).unwrap());
        let serving = crate::serve(options, shared, control.clone(), objects, listener, shutdown.clone());
        let served = tokio::spawn(async move { serving.await.unwrap() });
        let client = Client::new(&url, None).unwrap();
        Self { client, url, store, control, shutdown, served, _logs: logs }
    }

    pub(super) async fn standing(&self, is: impl FnMut(&Standing) -> bool) {
        let mut standing = self.control.standing();
        tokio::time::timeout(Duration::from_secs(20), standing.wait_for(is)).await.unwrap().unwrap();
    }

    pub(super) async fn deploy(&self, manifest: &Manifest) {
        let text = serde_json::to_string(manifest).unwrap();
        self.client.deploy(text, &IdempotencyKey::random()).await.unwrap();
    }
}

pub(super) fn key(text: &str) -> AssetKey {
    AssetKey::new(text).unwrap()
}

fn asset(name: &str, deps: &[&str]) -> AssetDef {
    AssetDef {
        deps: deps.iter().map(|dep| key(dep)).collect(),
        group: name.split('/').next().unwrap().to_owned(),
        code_version: Some("1".into()),
        ..AssetDef::new(key(name), AssetRole::Materialized { step: name.to_owned() })
    }
}

/// Three assets in a row, a check on the second, a job, a schedule, a pool.
pub(super) fn manifest() -> Manifest {
    let assets =
        vec![asset("raw/orders", &[]), asset("shop/orders", &["raw/orders"]), asset("shop/été 🛒", &["shop/orders"])];
    let mut steps: Vec<_> = assets.iter().map(|asset| StepDef::new(asset.key.as_str(), Executor::Rust)).collect();
    steps[1].pool = Some("warehouse".into());
    let check = CheckDef {
        name: "unique".into(),
        asset: key("shop/orders"),
        step: "shop/orders".into(),
        blocking: true,
        severity: Severity::Error,
        description: String::new(),
        source: None,
    };
    let job = JobDef {
        name: "nightly".into(),
        selection: "group:shop".into(),
        description: String::new(),
        tags: BTreeMap::new(),
        priority: 0,
        timeout: None,
    };
    Manifest {
        assets,
        steps,
        checks: vec![check],
        jobs: vec![job],
        schedules: vec![ScheduleDef::new("every night", "30 2 * * *", "job:nightly")],
        pools: vec![PoolDef { name: "warehouse".into(), limit: 2 }],
        ..Manifest::new("shop")
    }
}

/// What the worker does with a step.
pub(super) type Doing = fn(&Lease) -> Outcome;

pub(super) fn succeed(lease: &Lease) -> Outcome {
    let check = |(asset, check): &(AssetKey, String)| CheckOutcome {
        asset: asset.clone(),
        check: check.clone(),
        partition: String::new(),
        passed: true,
        severity: Severity::Error,
        description: "all different".into(),
        metadata: BTreeMap::new(),
    };
    Outcome::Succeeded(StepOutput {
        materialized: lease.assets.iter().cloned().map(Materialized::new).collect(),
        observed: Vec::new(),
        checks: lease.checks.iter().map(check).collect(),
    })
}

pub(super) fn fail_orders(lease: &Lease) -> Outcome {
    match lease.name.as_str() {
        "shop/orders" => {
            Outcome::Failed(StepFailure::new(headwater_core::manifest::ErrorClass::FAILURE, "no orders today"))
        }
        _ => succeed(lease),
    }
}

pub(super) struct Worker {
    client: Client,
    id: WorkerId,
    term: Term,
    number: u64,
    acknowledged: Vec<u64>,
}

impl Worker {
    pub(super) async fn join(client: &Client, manifest: &Manifest) -> Self {
        let id = WorkerId(ids::fresh());
        let (_, _, snapshot) = manifest.clone().address();
        let join = Join {
            worker: id,
            name: "test".into(),
            host: "here".into(),
            pid: 1,
            location: manifest.location.clone(),
            snapshot,
            slots: 8,
            tags: BTreeMap::new(),
            version: "0".into(),
        };
        let welcome = client.join(&join).await.unwrap();
        Self { client: client.clone(), id, term: welcome.term, number: 0, acknowledged: Vec::new() }
    }

    pub(super) async fn poll(&mut self, reports: Vec<Report>, capacity: u32) -> Vec<Lease> {
        self.number += 1;
        let poll = Poll {
            worker: self.id,
            term: self.term,
            number: self.number,
            acknowledged: std::mem::take(&mut self.acknowledged),
            capacity,
            mood: Mood::Working,
            reports,
            held: None,
        };
        let grant = self.client.poll(&poll, Duration::from_secs(60)).await.unwrap();
        self.acknowledged.extend((grant.number > 0).then_some(grant.number));
        grant.leases
    }

    /// Executes whatever comes until so many steps are done.
    pub(super) async fn work(&mut self, steps: usize, doing: Doing) {
        let mut reports = Vec::new();
        let mut done = 0;
        while done < steps || !reports.is_empty() {
            let wanted = if done < steps { 8 } else { 0 };
            let leases = match wanted {
                0 => tokio::time::timeout(Duration::from_secs(30), self.poll(std::mem::take(&mut reports), 0))
                    .await
                    .unwrap(),
                _ => self.poll(std::mem::take(&mut reports), wanted).await,
            };
            for lease in leases {
                done += 1;
                reports.push(Report {
                    at: lease.at,
                    started_at: Timestamp::from_secs(1),
                    ended_at: Timestamp::from_secs(2),
                    inputs: lease.inputs.clone(),
                    outcome: doing(&lease),
                });
            }
        }
    }
}

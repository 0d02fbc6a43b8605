//! Writes batches for a test: gives the numbers, moves the time and fills in what a case does not care about.

use std::{collections::BTreeMap, sync::Arc};

use headwater_core::{
    alert::{Cause, IncidentChange, IncidentRecord, IncidentState},
    effect::{Effect, Recorded, SnapshotText},
    id::{AssetId, Attempt, DeploymentId, IncidentId, RunId, Seq, ServerId, SnapshotId, StepNo, Term, Token, WorkerId},
    key::AssetKey,
    manifest::{AlertSeverity, Severity},
    metadata::Metadata,
    record::{
        AssetRecord, CheckRecord, CommandRecord, DeployRecord, OutboxRecord, RunRecord, RunState, StepState,
        TickOutcome, TickRecord, Trigger, VersionKind, VersionRecord, WorkerRecord, WorkerState,
    },
    time::{Millis, Timestamp},
};
use uuid::Uuid;

use crate::{CommitError, Delivery, DeliveryOutcome, LeaderClaim, Store};

/// A claim of a server that is told apart by a number.
pub fn claim(server: u128, ttl: Millis) -> LeaderClaim {
    LeaderClaim {
        server: ServerId(Uuid::from_u128(server)),
        address: format!("http://127.0.0.1:{}", 4_000 + server),
        ttl,
    }
}

pub(super) const DEPLOYMENT: DeploymentId = DeploymentId::DEFAULT;

/// A leader that writes what a test tells it to.
#[allow(missing_debug_implementations, reason = "it holds a store, which is any type")]
pub struct Script {
    store: Arc<dyn Store>,
    /// The term that it commits under.
    pub term: Term,
    /// The last number that it gave.
    pub seq: Seq,
    /// The time of the next effect; it moves by a second with each.
    pub now: Timestamp,
    batch: Vec<Recorded>,
    /// Incidents as the last change left them.
    incidents: BTreeMap<u128, IncidentRecord>,
}

impl Script {
    /// Takes the lead of a store.
    pub async fn lead(store: &Arc<dyn Store>) -> Self {
        let term = store.lead(&claim(1, Millis::secs(3_600))).await.unwrap().expect("nobody else leads");
        let seq = store.last_seq().await.unwrap();
        Self {
            store: store.clone(),
            term,
            seq,
            now: Timestamp::from_secs(1_795_489_200),
            batch: Vec::new(),
            incidents: BTreeMap::new(),
        }
    }

    /// Adds an effect to the batch; gives its number.
    pub fn add(&mut self, effect: impl FnOnce(Seq, Timestamp) -> Effect) -> Seq {
        self.seq = self.seq.next();
        self.now = self.now.plus(Millis::secs(1));
        self.batch.push(Recorded { seq: self.seq, at: self.now, effect: effect(self.seq, self.now) });
        self.seq
    }

    /// Takes the batch without committing it.
    pub fn take(&mut self) -> Vec<Recorded> {
        std::mem::take(&mut self.batch)
    }

    /// Commits the batch.
    pub async fn commit(&mut self) {
        let batch = self.take();
        self.store.commit(self.term, &batch).await.unwrap();
    }

    /// Commits a batch that must not fit, and takes its numbers back.
    pub async fn conflicts(&mut self) -> String {
        let batch = self.take();
        self.seq = self.store.last_seq().await.unwrap();
        match self.store.commit(self.term, &batch).await {
            Err(CommitError::Conflict(why)) => why,
            other => panic!("{other:?} instead of a conflict for {batch:#?}"),
        }
    }

    pub(super) fn run_created(&mut self, run: RunId) -> Seq {
        self.add(|seq, at| run_created(new_run(run, seq, at)))
    }

    pub(super) fn leased(&mut self, run: RunId, step: u32, attempt: u32) -> Seq {
        self.add(|seq, _| leased(run, step, attempt, seq))
    }

    pub(super) fn ended(&mut self, run: RunId, step: u32, attempt: u32, state: StepState) -> Seq {
        self.add(|_, at| ended(run, step, attempt, state, at))
    }

    pub(super) fn version(&mut self, asset: AssetId, change: impl FnOnce(&mut VersionRecord)) -> Seq {
        self.add(|seq, at| {
            let mut record = new_version(asset, seq, at);
            change(&mut record);
            Effect::VersionRecorded(Box::new(record))
        })
    }

    pub(super) fn check(&mut self, asset: AssetId, name: &str, change: impl FnOnce(&mut CheckRecord)) -> Seq {
        self.add(|seq, at| {
            let mut record = new_check(asset, name, seq, at);
            change(&mut record);
            Effect::CheckRecorded(Box::new(record))
        })
    }

    pub(super) fn incident(&self, number: u128) -> &IncidentRecord {
        &self.incidents[&number]
    }

    pub(super) fn opened(&mut self, number: u128, key: &str) -> Seq {
        let cause = Cause::Asset { asset: AssetKey::new(key).unwrap(), partition: String::new() };
        self.opened_by(number, cause)
    }

    pub(super) fn opened_by(&mut self, number: u128, cause: Cause) -> Seq {
        let (seq, at) = (self.seq.next(), self.now.plus(Millis::secs(1)));
        self.incidents.insert(number, new_incident(incident_id(number), cause, seq, at));
        self.incident_changed(number, IncidentChange::Opened)
    }

    /// Changes an incident, which is told as a repeat whatever it is.
    pub(super) fn changed(&mut self, number: u128, change: impl FnOnce(&mut IncidentRecord, Timestamp)) -> Seq {
        let at = self.now.plus(Millis::secs(1));
        change(self.incidents.get_mut(&number).unwrap(), at);
        self.incident_changed(number, IncidentChange::Repeated)
    }

    fn incident_changed(&mut self, number: u128, change: IncidentChange) -> Seq {
        let incident = Box::new(self.incidents[&number].clone());
        self.add(|_, _| Effect::IncidentChanged { incident, change })
    }

    /// A message about an incident, whether or not that is stored.
    pub(super) fn told(&mut self, incident: u128, channel: &str) -> Seq {
        self.add(|seq, at| {
            Effect::MessageQueued(OutboxRecord {
                incident: Some(incident_id(incident)),
                channel: channel.to_owned(),
                ..message(&format!("{incident}/{}", seq.0), seq, at)
            })
        })
    }

    pub(super) fn withdrawn(&mut self, incident: u128, channel: &str) -> Seq {
        let (incident, channel) = (incident_id(incident), channel.to_owned());
        self.add(|_, _| Effect::MessagesWithdrawn { incident, channel })
    }

    pub(super) fn asset(&mut self, number: u128, key: &str) -> AssetId {
        let id = asset_id(number);
        self.add(|_, _| Effect::AssetsNamed(vec![named(id, key)]));
        id
    }
}

pub(super) fn run_id(number: u128) -> RunId {
    RunId(Uuid::from_u128(0x0100_0000 + number))
}

pub(super) fn asset_id(number: u128) -> AssetId {
    AssetId(Uuid::from_u128(0x0200_0000 + number))
}

pub(super) fn worker_id(number: u128) -> WorkerId {
    WorkerId(Uuid::from_u128(0x0300_0000 + number))
}

pub(super) fn incident_id(number: u128) -> IncidentId {
    IncidentId(Uuid::from_u128(0x0400_0000 + number))
}

pub(super) fn named(id: AssetId, key: &str) -> AssetRecord {
    AssetRecord { id, deployment: DEPLOYMENT, key: AssetKey::new(key).unwrap() }
}

pub(super) fn new_run(id: RunId, seq: Seq, at: Timestamp) -> RunRecord {
    RunRecord {
        id,
        created_seq: seq,
        deployment: DEPLOYMENT,
        snapshot: SnapshotId("5".repeat(64)),
        state: RunState::Queued,
        trigger: Trigger::Manual { by: "ada".to_owned() },
        selection: "*".to_owned(),
        partition: String::new(),
        tags: BTreeMap::new(),
        config: BTreeMap::new(),
        priority: 0,
        timeout: None,
        root: id,
        steps: 3,
        created_at: at,
        started_at: None,
        ended_at: None,
        reason: None,
    }
}

/// A run with a plan of five steps, each of which makes the asset of its number and that of the run.
pub(super) fn run_created(run: RunRecord) -> Effect {
    let own = run.id.0.as_u128() % 5;
    let steps: Vec<_> = (0..5).map(|step| serde_json::json!({ "s": step, "a": [step, own] })).collect();
    let plan = serde_json::json!({ "steps": steps }).to_string().into();
    Effect::RunCreated { run: Box::new(run), plan }
}

pub(super) fn leased(run: RunId, step: u32, attempt: u32, seq: Seq) -> Effect {
    Effect::StepLeased {
        run,
        step: StepNo(step),
        attempt: Attempt(attempt),
        // The high bit is set, since tokens use all of their 64.
        token: Token(u64::MAX - seq.0.unsigned_abs()),
        worker: worker_id(7),
    }
}

pub(super) fn ended(run: RunId, step: u32, attempt: u32, state: StepState, at: Timestamp) -> Effect {
    Effect::StepEnded {
        run,
        step: StepNo(step),
        attempt: Attempt(attempt),
        state,
        started_at: (attempt > 0).then_some(at),
        failure: None,
        failures: 0,
        losses: 0,
        cause: None,
    }
}

pub(super) fn new_version(asset: AssetId, seq: Seq, at: Timestamp) -> VersionRecord {
    VersionRecord {
        seq,
        asset,
        partition: String::new(),
        kind: VersionKind::Materialized,
        run: None,
        step: None,
        attempt: None,
        at,
        duration: None,
        version: format!("v{}", seq.0),
        code_version: None,
        inputs: Vec::new(),
        metadata: Metadata::new(),
        cursor: None,
    }
}

pub(super) fn new_check(asset: AssetId, name: &str, seq: Seq, at: Timestamp) -> CheckRecord {
    CheckRecord {
        seq,
        asset,
        check: name.to_owned(),
        partition: String::new(),
        run: None,
        step: None,
        at,
        version_seq: None,
        passed: true,
        blocking: false,
        severity: Severity::Error,
        description: String::new(),
        metadata: Metadata::new(),
    }
}

pub(super) fn new_worker(id: WorkerId, at: Timestamp) -> WorkerRecord {
    WorkerRecord {
        id,
        name: "blue".to_owned(),
        host: "shop-1".to_owned(),
        pid: u32::MAX,
        location: "shop".to_owned(),
        snapshot: SnapshotId("6".repeat(64)),
        slots: 8,
        tags: BTreeMap::from([("gpu".to_owned(), "yes".to_owned())]),
        version: "0.1.0".to_owned(),
        state: WorkerState::Active,
        joined_at: at,
        changed_at: at,
    }
}

pub(super) fn snapshot(digit: &str) -> SnapshotText {
    SnapshotText { id: SnapshotId(digit.repeat(64)), location: "shop".to_owned(), manifest: "{\"assets\":[]}".into() }
}

pub(super) fn deploy(location: &str, digit: &str, seq: Seq, at: Timestamp) -> DeployRecord {
    DeployRecord {
        seq,
        deployment: DEPLOYMENT,
        location: location.to_owned(),
        snapshot: SnapshotId(digit.repeat(64)),
        at,
        by: "ci".to_owned(),
        refused: None,
    }
}

pub(super) fn command(key: Option<&str>, seq: Seq, at: Timestamp) -> CommandRecord {
    CommandRecord {
        seq,
        deployment: DEPLOYMENT,
        key: key.map(str::to_owned),
        digest: "d".repeat(64),
        principal: "ada".to_owned(),
        kind: "run.launch".to_owned(),
        at,
        answer: serde_json::json!({ "run": run_id(1) }),
    }
}

pub(super) fn tick(schedule: &str, due_at: Timestamp, seq: Seq, at: Timestamp) -> TickRecord {
    TickRecord {
        seq,
        deployment: DEPLOYMENT,
        schedule: schedule.to_owned(),
        due_at,
        through_at: due_at,
        count: 1,
        at,
        outcome: TickOutcome::Launched,
        run: Some(run_id(1)),
        reason: None,
    }
}

pub(super) fn message(dedup: &str, seq: Seq, at: Timestamp) -> OutboxRecord {
    OutboxRecord {
        seq,
        deployment: DEPLOYMENT,
        topic: "run.failed".to_owned(),
        dedup: dedup.to_owned(),
        at,
        channel: "slack".to_owned(),
        incident: None,
        not_before: at,
        payload: serde_json::json!({ "run": run_id(1), "text": "it failed" }),
    }
}

pub(super) fn tried(seq: Seq, attempts: u32, outcome: DeliveryOutcome) -> Delivery {
    Delivery { seq, attempts, outcome }
}

pub(super) fn delivered(seq: Seq) -> Delivery {
    tried(seq, 1, DeliveryOutcome::Delivered { receipt: None })
}

pub(super) fn new_incident(id: IncidentId, cause: Cause, seq: Seq, at: Timestamp) -> IncidentRecord {
    IncidentRecord {
        id,
        deployment: DEPLOYMENT,
        opened_seq: seq,
        state: IncidentState::Open,
        severity: AlertSeverity::Warning,
        title: format!("{cause} is wrong"),
        cause,
        error: Some("line 1\nline 2".to_owned()),
        location: "shop".to_owned(),
        policies: vec!["pages".to_owned()],
        owners: vec!["team:data".to_owned()],
        affected: vec![AssetKey::new("shop/turnover").unwrap()],
        affected_count: 70,
        count: 1,
        opened_at: at,
        last_at: at,
        resolved_at: None,
        acknowledged: None,
        muted_until: None,
        run: Some(run_id(1)),
        told: BTreeMap::from([("slack".to_owned(), at)]),
        told_of: BTreeMap::from([("slack".to_owned(), 1)]),
        messages: 1,
    }
}

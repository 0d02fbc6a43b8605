//! How many steps per second the store records durably, and how many bytes each leaves.
//!
//!     commit_rate postgres://… | sqlite-file [steps]
//!
//! A batch leases 500 steps and ends the 500 of the batch before, each with a version of its own asset that was
//! made from two or three others.

use std::{error::Error, sync::Arc, time::Instant};

use headwater_core::{
    effect::{Effect, Recorded},
    id::{AssetId, Attempt, DeploymentId, RunId, Seq, ServerId, SnapshotId, StepNo, Token, WorkerId},
    key::AssetKey,
    metadata::{Metadata, MetadataValue},
    record::{AssetRecord, RunRecord, RunState, StepState, Trigger, VersionKind, VersionRecord},
    report::InputVersion,
    time::{Millis, Timestamp},
};
use headwater_sql::{SqlOptions, SqlStore};
use headwater_store::{Journal, LeaderClaim, Reader};
use uuid::Uuid;

const BATCH: u32 = 500;

struct Writer {
    seq: i64,
    run: RunId,
    batch: Vec<Recorded>,
}

impl Writer {
    fn add(&mut self, effect: impl FnOnce(Seq, Timestamp) -> Effect) {
        self.seq += 1;
        let (seq, at) = (Seq(self.seq), Timestamp::from_micros(1_795_489_200_000_000 + self.seq));
        self.batch.push(Recorded { seq, at, effect: effect(seq, at) });
    }

    fn lease(&mut self, step: u32) {
        let (run, worker) = (self.run, WorkerId(Uuid::from_u128(7)));
        let effect = |seq: Seq, _| Effect::StepLeased {
            run,
            step: StepNo(step),
            attempt: Attempt(1),
            token: Token(seq.0.unsigned_abs()),
            worker,
        };
        self.add(effect);
    }

    fn end(&mut self, step: u32) {
        let run = self.run;
        self.add(|_, at| Effect::StepEnded {
            run,
            step: StepNo(step),
            attempt: Attempt(1),
            state: StepState::Succeeded,
            started_at: Some(at),
            failure: None,
            failures: 0,
            losses: 0,
            cause: None,
        });
        self.add(|seq, at| Effect::VersionRecorded(Box::new(version(run, step, seq, at))));
    }
}

fn asset(step: u32) -> AssetId {
    // In order, as ids are that were made at one deploy.
    AssetId(Uuid::from_u128((0x0190_0000 << 96) | u128::from(step)))
}

fn key(step: u32) -> Result<AssetKey, headwater_core::key::KeyError> {
    AssetKey::new(&format!("layer{:03}/asset{step:05}", step / 100))
}

fn version(run: RunId, step: u32, seq: Seq, at: Timestamp) -> VersionRecord {
    let inputs = (0..2 + step % 2).filter_map(|back| {
        let asset = key(step.saturating_sub(100 + back)).ok()?;
        Some(InputVersion { asset, seq: Some(Seq(seq.0 - 300)), version: Some(format!("{:016x}", seq.0 * 7_919)) })
    });
    VersionRecord {
        seq,
        asset: asset(step),
        partition: String::new(),
        kind: VersionKind::Materialized,
        run: Some(run),
        step: Some(StepNo(step)),
        attempt: Some(Attempt(1)),
        at,
        duration: Some(Millis(u64::from(step))),
        version: format!("{:016x}", seq.0 * 104_729),
        code_version: Some("1".to_owned()),
        inputs: inputs.collect(),
        metadata: Metadata::from([("rows".to_owned(), MetadataValue::Int(i64::from(step)))]),
        cursor: None,
    }
}

fn run(id: RunId, steps: u32, seq: Seq, at: Timestamp) -> RunRecord {
    RunRecord {
        id,
        created_seq: seq,
        deployment: DeploymentId::DEFAULT,
        snapshot: SnapshotId("5".repeat(64)),
        state: RunState::Queued,
        trigger: Trigger::Manual { by: "bench".to_owned() },
        selection: "*".to_owned(),
        partition: String::new(),
        tags: std::collections::BTreeMap::new(),
        config: std::collections::BTreeMap::new(),
        priority: 0,
        timeout: None,
        root: id,
        steps,
        created_at: at,
        started_at: None,
        ended_at: None,
        reason: None,
    }
}

#[tokio::main]
#[allow(clippy::print_stdout, reason = "this is its purpose")]
async fn main() -> Result<(), Box<dyn Error>> {
    let mut arguments = std::env::args().skip(1);
    let url = arguments.next().ok_or("usage: commit_rate URL [steps]")?;
    let steps: u32 = arguments.next().map_or(Ok(20_000), |steps| steps.parse())?;
    let store = Arc::new(SqlStore::open_and_migrate(&url, &SqlOptions::default()).await?);
    let claim = LeaderClaim { server: ServerId(Uuid::from_u128(1)), address: String::new(), ttl: Millis::secs(3_600) };
    let term = store.lead(&claim).await?.ok_or("somebody else leads")?;
    let seq = store.last_seq().await?.0;
    let id = RunId(Uuid::from_u128(u128::from(seq.unsigned_abs()) << 64 | 0x0190_0000));
    let mut writer = Writer { seq, run: id, batch: Vec::new() };
    writer.add(|seq, at| Effect::RunCreated { run: Box::new(run(id, steps, seq, at)), plan: "{}".into() });
    let records = (0..steps).filter_map(|step| {
        Some(AssetRecord { id: asset(step), deployment: DeploymentId::DEFAULT, key: key(step).ok()? })
    });
    let records = records.collect();
    writer.add(|_, _| Effect::AssetsNamed(records));
    writer.add(|_, _| Effect::RunStarted { run: id });
    store.commit(term, &std::mem::take(&mut writer.batch)).await?;

    let mut batches = Vec::new();
    for first in (0..steps).step_by(BATCH as usize) {
        for step in first..(first + BATCH).min(steps) {
            writer.lease(step);
            if step >= BATCH {
                writer.end(step - BATCH);
            }
        }
        batches.push(std::mem::take(&mut writer.batch));
    }
    for step in steps.saturating_sub(BATCH)..steps {
        writer.end(step);
    }
    batches.push(std::mem::take(&mut writer.batch));
    let start = Instant::now();
    for batch in &batches {
        store.commit(term, batch).await?;
    }
    let elapsed = start.elapsed();
    println!(
        "{steps} steps in {:.3} s: {:.0} steps/s, {:.2} ms per batch of {BATCH}",
        elapsed.as_secs_f64(),
        f64::from(steps) / elapsed.as_secs_f64(),
        elapsed.as_secs_f64() * 1_000.0 / batches.len() as f64
    );
    let start = Instant::now();
    let image = store.load(Timestamp::EPOCH).await?;
    println!("load: {} steps in {:.0} ms", image.runs[0].steps.len(), start.elapsed().as_secs_f64() * 1_000.0);
    store.close().await;
    Ok(())
}

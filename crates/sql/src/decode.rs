//! From rows to records. Each function reads the columns of the list of the same name in `statements`.

use std::sync::Arc;

use headwater_core::{
    alert::{IncidentRecord, PolicyRecord},
    effect::{Event, SnapshotText},
    id::{AssetId, Attempt, DeploymentId, IncidentId, RunId, Seq, SnapshotId, StepNo, Token, WorkerId},
    key::AssetKey,
    manifest::{Severity, Switch},
    record::{
        AssetCurrent, AssetRecord, AttemptEnd, AttemptRecord, CheckRecord, CommandRecord, DeployRecord,
        DeploymentRecord, LastFailure, Latest, OutboxRecord, RunRecord, RunState, ScheduleRecord, StepRecord,
        StepState, TickOutcome, TickRecord, VersionKind, VersionRecord, WorkerRecord, WorkerState,
    },
    report::InputVersion,
    time::{Millis, Timestamp},
};
use headwater_store::{DeliveryState, EndedRun, OutboxItem, StoreError};
use serde_json::{Value, json};

use crate::cell::Fields;

type Decoded<T> = Result<T, StoreError>;

impl Fields<'_> {
    fn seq(&mut self) -> Decoded<Seq> {
        self.int().map(Seq)
    }

    fn time(&mut self) -> Decoded<Timestamp> {
        self.int().map(Timestamp::from_micros)
    }

    fn maybe_time(&mut self) -> Decoded<Option<Timestamp>> {
        Ok(self.maybe_int()?.map(Timestamp::from_micros))
    }

    fn deployment(&mut self) -> Decoded<DeploymentId> {
        self.number().map(DeploymentId)
    }

    fn run(&mut self) -> Decoded<RunId> {
        self.uuid().map(RunId)
    }

    fn maybe_run(&mut self) -> Decoded<Option<RunId>> {
        Ok(self.maybe_uuid()?.map(RunId))
    }

    fn asset(&mut self) -> Decoded<AssetId> {
        self.uuid().map(AssetId)
    }

    fn maybe_step(&mut self) -> Decoded<Option<StepNo>> {
        Ok(self.maybe_number()?.map(StepNo))
    }

    fn snapshot(&mut self) -> Decoded<SnapshotId> {
        self.text().map(SnapshotId)
    }
}

pub(crate) fn deployment(fields: &mut Fields<'_>) -> Decoded<DeploymentRecord> {
    Ok(DeploymentRecord { id: fields.deployment()?, name: fields.text()? })
}

pub(crate) fn deploy(fields: &mut Fields<'_>) -> Decoded<DeployRecord> {
    Ok(DeployRecord {
        seq: fields.seq()?,
        deployment: fields.deployment()?,
        location: fields.text()?,
        snapshot: fields.snapshot()?,
        at: fields.time()?,
        by: fields.text()?,
        refused: fields.maybe_text()?,
    })
}

pub(crate) fn snapshot(fields: &mut Fields<'_>) -> Decoded<SnapshotText> {
    Ok(SnapshotText { id: fields.snapshot()?, location: fields.text()?, manifest: Arc::from(fields.text()?) })
}

pub(crate) fn asset(fields: &mut Fields<'_>) -> Decoded<AssetRecord> {
    let (id, deployment, key) = (fields.asset()?, fields.deployment()?, fields.text()?);
    let key = AssetKey::new(&key).map_err(|error| StoreError::Corrupt(format!("asset key `{key}`: {error}")))?;
    Ok(AssetRecord { id, deployment, key })
}

pub(crate) fn current(fields: &mut Fields<'_>) -> Decoded<AssetCurrent> {
    let (asset, partition) = (fields.asset()?, fields.text()?);
    let seq = fields.maybe_int()?.map(Seq);
    let (kind, at, run) = (fields.maybe_text()?, fields.maybe_time()?, fields.maybe_run()?);
    let (version, code_version) = (fields.maybe_text()?, fields.maybe_text()?);
    let latest = match (seq, kind.as_deref().and_then(VersionKind::parse), at, version) {
        (Some(seq), Some(kind), Some(at), Some(version)) => Some(Latest { seq, kind, at, run, version, code_version }),
        _ => None,
    };
    let cursor = fields.maybe_json()?;
    let failed = fields.maybe_time()?.zip(fields.maybe_run()?).map(|(at, run)| LastFailure { at, run });
    Ok(AssetCurrent { asset, partition, latest, cursor, failed })
}

pub(crate) fn version(fields: &mut Fields<'_>) -> Decoded<VersionRecord> {
    Ok(VersionRecord {
        seq: fields.seq()?,
        asset: fields.asset()?,
        partition: fields.text()?,
        kind: fields.one_of(VersionKind::parse)?,
        run: fields.maybe_run()?,
        step: fields.maybe_step()?,
        attempt: fields.maybe_number()?.map(Attempt),
        at: fields.time()?,
        duration: fields.maybe_number()?.map(|micros: u64| Millis(micros / 1_000)),
        version: fields.text()?,
        code_version: fields.maybe_text()?,
        inputs: inputs(fields)?,
        metadata: fields.json_or_default()?,
        cursor: fields.maybe_json()?,
    })
}

/// Each input is an array: the asset, the number of its version, the version.
fn inputs(fields: &mut Fields<'_>) -> Decoded<Vec<InputVersion>> {
    let stored: Vec<(AssetKey, Option<Seq>, Option<String>)> = fields.json_or_default()?;
    let input = |(asset, seq, version)| InputVersion { asset, seq, version };
    Ok(stored.into_iter().map(input).collect())
}

pub(crate) fn check(fields: &mut Fields<'_>) -> Decoded<CheckRecord> {
    Ok(CheckRecord {
        seq: fields.seq()?,
        asset: fields.asset()?,
        check: fields.text()?,
        partition: fields.text()?,
        run: fields.maybe_run()?,
        step: fields.maybe_step()?,
        at: fields.time()?,
        version_seq: fields.maybe_int()?.map(Seq),
        passed: fields.bool()?,
        blocking: fields.bool()?,
        severity: fields.one_of(severity)?,
        description: fields.text()?,
        metadata: fields.json_or_default()?,
    })
}

fn severity(text: &str) -> Option<Severity> {
    match text {
        "warn" => Some(Severity::Warn),
        "error" => Some(Severity::Error),
        _ => None,
    }
}

pub(crate) fn run(fields: &mut Fields<'_>) -> Decoded<RunRecord> {
    Ok(RunRecord {
        id: fields.run()?,
        created_seq: fields.seq()?,
        deployment: fields.deployment()?,
        snapshot: fields.snapshot()?,
        state: fields.one_of(RunState::parse)?,
        trigger: fields.json()?,
        selection: fields.text()?,
        partition: fields.text()?,
        tags: fields.json_or_default()?,
        config: fields.json_or_default()?,
        priority: fields.number()?,
        timeout: fields.maybe_number()?.map(Millis),
        root: fields.run()?,
        steps: fields.number()?,
        created_at: fields.time()?,
        started_at: fields.maybe_time()?,
        ended_at: fields.maybe_time()?,
        reason: fields.maybe_text()?,
    })
}

pub(crate) fn step(fields: &mut Fields<'_>) -> Decoded<StepRecord> {
    Ok(StepRecord {
        run: fields.run()?,
        step: StepNo(fields.number()?),
        state: fields.one_of(StepState::parse)?,
        attempt: Attempt(fields.number()?),
        failures: fields.number()?,
        losses: fields.number()?,
        worker: fields.maybe_uuid()?.map(WorkerId),
        token: fields.maybe_int()?.map(|token| Token(token.cast_unsigned())),
        leased_at: fields.maybe_time()?,
        started_at: fields.maybe_time()?,
        ended_at: fields.maybe_time()?,
        retry_at: fields.maybe_time()?,
        failure: fields.maybe_json()?,
        cause: fields.maybe_text()?,
    })
}

pub(crate) fn attempt(fields: &mut Fields<'_>) -> Decoded<AttemptRecord> {
    Ok(AttemptRecord {
        run: fields.run()?,
        step: StepNo(fields.number()?),
        attempt: Attempt(fields.number()?),
        worker: fields.maybe_uuid()?.map(WorkerId),
        leased_at: fields.maybe_time()?,
        started_at: fields.maybe_time()?,
        ended_at: fields.time()?,
        end: fields.one_of(AttemptEnd::parse)?,
        failure: fields.maybe_json()?,
    })
}

pub(crate) fn worker(fields: &mut Fields<'_>) -> Decoded<WorkerRecord> {
    Ok(WorkerRecord {
        id: WorkerId(fields.uuid()?),
        name: fields.text()?,
        host: fields.text()?,
        pid: fields.number()?,
        location: fields.text()?,
        snapshot: fields.snapshot()?,
        slots: fields.number()?,
        tags: fields.json_or_default()?,
        version: fields.text()?,
        state: fields.one_of(WorkerState::parse)?,
        joined_at: fields.time()?,
        changed_at: fields.time()?,
    })
}

pub(crate) fn schedule(fields: &mut Fields<'_>) -> Decoded<ScheduleRecord> {
    Ok(ScheduleRecord {
        deployment: fields.deployment()?,
        name: fields.text()?,
        switch: fields.one_of(|text| match text {
            "on" => Some(Switch::On),
            "off" => Some(Switch::Off),
            _ => None,
        })?,
        watermark: fields.time()?,
    })
}

pub(crate) fn tick(fields: &mut Fields<'_>) -> Decoded<TickRecord> {
    Ok(TickRecord {
        seq: fields.seq()?,
        deployment: fields.deployment()?,
        schedule: fields.text()?,
        due_at: fields.time()?,
        through_at: fields.time()?,
        count: fields.number()?,
        at: fields.time()?,
        outcome: fields.one_of(TickOutcome::parse)?,
        run: fields.maybe_run()?,
        reason: fields.maybe_text()?,
    })
}

pub(crate) fn command(fields: &mut Fields<'_>) -> Decoded<CommandRecord> {
    Ok(CommandRecord {
        seq: fields.seq()?,
        deployment: fields.deployment()?,
        key: fields.maybe_text()?,
        digest: fields.text()?,
        principal: fields.text()?,
        kind: fields.text()?,
        at: fields.time()?,
        answer: fields.json()?,
    })
}

pub(crate) fn pool(fields: &mut Fields<'_>) -> Decoded<(DeploymentId, String, u32)> {
    Ok((fields.deployment()?, fields.text()?, fields.number()?))
}

pub(crate) fn outbox(fields: &mut Fields<'_>) -> Decoded<OutboxItem> {
    let message = OutboxRecord {
        seq: fields.seq()?,
        deployment: fields.deployment()?,
        topic: fields.text()?,
        dedup: fields.text()?,
        at: fields.time()?,
        channel: fields.text()?,
        incident: fields.maybe_uuid()?.map(IncidentId),
        not_before: fields.time()?,
        payload: fields.json()?,
    };
    Ok(OutboxItem {
        message,
        state: fields.one_of(DeliveryState::parse)?,
        attempts: fields.number()?,
        next_at: fields.time()?,
        closed_at: fields.maybe_time()?,
        error: fields.maybe_text()?,
        receipt: fields.maybe_json()?,
    })
}

pub(crate) fn incident(fields: &mut Fields<'_>) -> Decoded<IncidentRecord> {
    fields.json()
}

pub(crate) fn policy(fields: &mut Fields<'_>) -> Decoded<PolicyRecord> {
    Ok(PolicyRecord {
        deployment: fields.deployment()?,
        name: fields.text()?,
        muted_until: fields.maybe_time()?,
        recent: fields.json_or_default()?,
    })
}

/// A run with a start and an end, as the statement asks for.
pub(crate) fn ended_run(fields: &mut Fields<'_>) -> Decoded<EndedRun> {
    let run = run(fields)?;
    let took = run.started_at.zip(run.ended_at).map(|(started_at, ended_at)| ended_at.since(started_at));
    Ok(EndedRun { deployment: run.deployment, line: run.line(), took: took.unwrap_or_default() })
}

/// An entry of the log. Its last columns are set for versions and checks only, whose details are made here in the
/// words of [`headwater_store::event`].
pub(crate) fn event(fields: &mut Fields<'_>) -> Decoded<Event> {
    let mut event = Event {
        seq: fields.seq()?,
        at: fields.time()?,
        kind: fields.text()?,
        run: fields.maybe_run()?,
        step: fields.maybe_step()?,
        asset: fields.maybe_uuid()?.map(AssetId),
        subject: fields.maybe_text()?,
        data: fields.maybe_json()?.unwrap_or(Value::Null),
    };
    let (version, severity, description) = (fields.maybe_text()?, fields.maybe_text()?, fields.maybe_text()?);
    if let Some(version) = version {
        event.data = json!({ "version": version });
    }
    if let Some(severity) = severity {
        event.data = json!({ "severity": severity, "description": description });
    }
    Ok(event)
}

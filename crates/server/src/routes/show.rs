//! Records of the store as the API shows them.

use headwater_api::{CheckResult, Event, Input, Version};
use headwater_core::{
    effect::Event as CoreEvent,
    record::{CheckRecord, VersionRecord},
};

use crate::views::Catalog;

pub(super) fn version(record: VersionRecord, catalog: &Catalog) -> Version {
    Version {
        seq: record.seq,
        asset: catalog.name(record.asset).cloned(),
        partition: record.partition,
        kind: record.kind,
        run: record.run,
        step: record.step.map(|step| step.0),
        attempt: record.attempt.map(|attempt| attempt.0),
        at: record.at.into(),
        duration_ms: record.duration,
        version: record.version,
        code_version: record.code_version,
        inputs: record
            .inputs
            .into_iter()
            .map(|input| Input { asset: input.asset, seq: input.seq, version: input.version })
            .collect(),
        metadata: record.metadata,
        cursor: record.cursor,
    }
}

pub(super) fn check(record: CheckRecord, catalog: &Catalog) -> CheckResult {
    CheckResult {
        seq: record.seq,
        asset: catalog.name(record.asset).cloned(),
        check: record.check,
        partition: record.partition,
        run: record.run,
        step: record.step.map(|step| step.0),
        at: record.at.into(),
        version_seq: record.version_seq,
        passed: record.passed,
        blocking: record.blocking,
        severity: record.severity,
        description: record.description,
        metadata: record.metadata,
    }
}

pub(super) fn event(event: &CoreEvent, catalog: &Catalog) -> Event {
    Event {
        seq: event.seq,
        at: event.at.into(),
        kind: event.kind.clone(),
        run: event.run,
        step: event.step.map(|step| step.0),
        asset: event.asset.and_then(|id| catalog.name(id)).cloned(),
        asset_id: event.asset,
        subject: event.subject.clone(),
        data: event.data.clone(),
    }
}

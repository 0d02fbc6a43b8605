//! Versions and check results as entries of the event log. Every store tells of them in the same words.

use headwater_core::{
    effect::Event,
    record::{CheckRecord, VersionKind, VersionRecord},
};
use serde_json::json;

/// The entry of the event log that a version stands for.
pub fn version_event(version: &VersionRecord) -> Event {
    let kind = match version.kind {
        VersionKind::Materialized => "asset_materialized",
        VersionKind::Observed => "asset_observed",
    };
    Event {
        seq: version.seq,
        at: version.at,
        kind: kind.to_owned(),
        run: version.run,
        step: version.step,
        asset: Some(version.asset),
        subject: None,
        data: json!({ "version": version.version }),
    }
}

/// The entry of the event log that a check result stands for. Its subject is the check's name.
pub fn check_event(check: &CheckRecord) -> Event {
    Event {
        seq: check.seq,
        at: check.at,
        kind: if check.passed { "check_passed" } else { "check_failed" }.to_owned(),
        run: check.run,
        step: check.step,
        asset: Some(check.asset),
        subject: Some(check.check.clone()),
        data: json!({ "severity": check.severity, "description": check.description }),
    }
}

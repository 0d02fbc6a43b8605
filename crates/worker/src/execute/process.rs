//! Steps that are processes.

use std::path::Path;

use headwater_core::{
    lease::Lease,
    manifest::{ErrorClass, ProcessDef},
    metadata::Metadata,
    report::{Materialized, Outcome, StepFailure, StepOutput},
};
use tokio_util::sync::CancellationToken;

use super::Executor;
use crate::{
    logs::StepLogs,
    process::{ATTEMPT_TOKEN, ProcessOutcome, ProcessReport, ProcessSpec},
};

/// Runs a step's process. Exit code 0 makes all of the step's assets.
pub(super) async fn run(
    executor: &Executor,
    lease: &Lease,
    process: &ProcessDef,
    logs: &StepLogs,
    cancel: &CancellationToken,
) -> Outcome {
    executor.be_guarded();
    let spec = spec(lease, process, &executor.project_dir);
    let report = executor.supervisor.run(&spec, logs, cancel).await;
    match &report.outcome {
        ProcessOutcome::Exited { code: 0 } => Outcome::Succeeded(output(lease, &report)),
        ProcessOutcome::Cancelled => Outcome::Canceled,
        other => Outcome::Failed(StepFailure {
            details: report.stderr_tail.clone(),
            ..StepFailure::new(class(other), format!("{}: {other}", process.argv.join(" ")))
        }),
    }
}

fn class(outcome: &ProcessOutcome) -> ErrorClass {
    match outcome {
        ProcessOutcome::Exited { .. } => ErrorClass::EXIT,
        ProcessOutcome::Signaled { .. } => ErrorClass::SIGNAL,
        ProcessOutcome::TimedOut { .. } => ErrorClass::TIMEOUT,
        ProcessOutcome::SpawnFailed(_) => ErrorClass::SPAWN,
        ProcessOutcome::Cancelled | ProcessOutcome::Unknown { .. } => ErrorClass::FAILURE,
    }
}

fn spec(lease: &Lease, process: &ProcessDef, project_dir: &Path) -> ProcessSpec {
    let mut spec = ProcessSpec::new(process.argv.iter().cloned());
    spec.cwd = Some(process.cwd.as_ref().map_or_else(|| project_dir.to_owned(), |cwd| project_dir.join(cwd)));
    spec.inherit_env.extend(process.pass_env.iter().cloned());
    spec.env.clone_from(&process.env);
    spec.timeout = lease.timeout.map(|timeout| timeout.to_std());
    let assets: Vec<&str> = lease.assets.iter().map(|asset| asset.as_str()).collect();
    for (name, value) in [
        ("HEADWATER_RUN_ID", lease.at.run.to_string()),
        ("HEADWATER_STEP", lease.name.clone()),
        ("HEADWATER_ATTEMPT", lease.at.attempt.0.to_string()),
        (ATTEMPT_TOKEN, lease.at.token.to_string()),
        ("HEADWATER_ASSETS", assets.join("\n")),
        ("HEADWATER_PARTITION", lease.partition.clone()),
        ("HEADWATER_CONFIG", lease.config.to_string()),
    ] {
        spec.env.insert(name.to_owned(), value);
    }
    spec
}

/// All assets of the step, each with what the process used.
fn output(lease: &Lease, report: &ProcessReport) -> StepOutput {
    let mut metadata = Metadata::from([("process/wall_seconds".to_owned(), report.wall.as_secs_f64().into())]);
    if let Some(usage) = &report.usage {
        metadata.insert("process/cpu_seconds".to_owned(), (usage.user + usage.system).as_secs_f64().into());
        metadata.insert("process/peak_memory_bytes".to_owned(), usage.max_rss_bytes.into());
    }
    let materialized = lease
        .assets
        .iter()
        .map(|asset| Materialized {
            partition: lease.partition.clone(),
            metadata: metadata.clone(),
            ..Materialized::new(asset.clone())
        })
        .collect();
    StepOutput { materialized, ..StepOutput::default() }
}

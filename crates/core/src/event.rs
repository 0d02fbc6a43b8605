//! From changes to the event log.

use serde_json::{Value, json};

use crate::{
    effect::{Effect, Event, Recorded},
    id::Attempt,
    record::{RunState, StepState},
    report::StepFailure,
};

impl Recorded {
    /// The entry of the event log that tells of this change; none for changes that say nothing to people.
    ///
    /// A version and a check result have tables of their own, so their entries repeat nothing of them.
    pub fn event(&self) -> Option<Event> {
        let mut event = Event {
            seq: self.seq,
            at: self.at,
            kind: String::new(),
            run: None,
            step: None,
            asset: None,
            subject: None,
            data: Value::Null,
        };
        self.effect.describe(&mut event);
        (!event.kind.is_empty()).then_some(event)
    }
}

impl Event {
    /// Whether it tells that a run began, ended or was stopped.
    pub fn moves_run(&self) -> bool {
        self.kind.starts_with("run_")
    }

    /// Whether it tells that a step of a run has ended.
    pub fn ends_step(&self) -> bool {
        self.kind.starts_with("step_") && self.kind != "step_retried"
    }
}

impl Effect {
    fn describe(&self, event: &mut Event) {
        match self {
            Self::SnapshotStored(_) | Self::AssetsNamed(_) => {}
            // A lease is current state of its step; the end of the step tells when it started and on which worker.
            Self::StepLeased { .. } => {}
            // Versions and checks are events of their own tables, under the same numbers.
            Self::VersionRecorded(_) | Self::CheckRecorded(_) => {}
            // Messages are read from the outbox, where their delivery is.
            Self::MessageQueued(_) | Self::MessagesWithdrawn { .. } => {}
            Self::AssetFailed { asset, run, .. } => {
                event.kind = "asset_failed".into();
                event.asset = Some(*asset);
                event.run = Some(*run);
            }
            Self::RunCreated { run, .. } => {
                event.kind = "run_queued".into();
                event.run = Some(run.id);
                event.data = json!({ "steps": run.steps });
            }
            Self::RunStarted { run } => {
                event.kind = "run_started".into();
                event.run = Some(*run);
            }
            Self::RunCanceling { run, by } => {
                event.kind = "run_canceling".into();
                event.run = Some(*run);
                event.data = json!({ "by": by });
            }
            Self::RunEnded { run, state, reason } => {
                event.kind = run_kind(*state).into();
                event.run = Some(*run);
                event.data = reason.as_ref().map_or(Value::Null, |reason| json!({ "reason": reason }));
            }
            Self::StepRetried { run, step, attempt, end, failure, retry_at, .. } => {
                event.kind = "step_retried".into();
                event.run = Some(*run);
                event.step = Some(*step);
                event.data = json!({ "attempt": attempt, "end": end, "retry_at": retry_at });
                add_failure(&mut event.data, failure.as_ref());
            }
            Self::StepEnded { run, step, attempt, state, failure, cause, .. } => {
                event.kind = step_kind(*state).into();
                event.run = Some(*run);
                event.step = Some(*step);
                event.data = step_data(*attempt, failure.as_ref(), cause.as_deref());
            }
            other => other.describe_control(event),
        }
    }

    fn describe_control(&self, event: &mut Event) {
        match self {
            Self::Deployed(deploy) => {
                event.kind = if deploy.refused.is_none() { "deployed" } else { "deploy_refused" }.into();
                event.subject = Some(deploy.location.clone());
                event.data = json!({ "snapshot": deploy.snapshot, "by": deploy.by, "refused": deploy.refused });
            }
            Self::CommandAccepted(command) => {
                event.kind = "command".into();
                event.subject = Some(command.kind.clone());
                event.data = json!({ "by": command.principal });
            }
            Self::WorkerJoined(worker) => {
                event.kind = "worker_joined".into();
                event.subject = Some(worker.id.to_string());
                event.data = json!({ "name": worker.name, "location": worker.location });
            }
            Self::WorkerChanged { worker, state } => {
                event.kind = format!("worker_{state}");
                event.subject = Some(worker.to_string());
            }
            Self::ScheduleMoved(schedule) => {
                event.kind = "schedule_moved".into();
                event.subject = Some(schedule.name.clone());
                event.data = json!({ "switch": schedule.switch, "watermark": schedule.watermark });
            }
            Self::Ticked(tick) => {
                event.kind = format!("tick_{}", tick.outcome);
                event.subject = Some(tick.schedule.clone());
                event.run = tick.run;
                event.data = json!({ "due_at": tick.due_at, "count": tick.count, "reason": tick.reason });
            }
            Self::IncidentChanged { incident, change } => {
                event.kind = format!("incident_{change}");
                event.run = incident.run;
                event.subject = Some(incident.id.to_string());
                event.data = json!({
                    "title": incident.title,
                    "severity": incident.severity,
                    "count": incident.count,
                    "cause": incident.cause,
                });
            }
            Self::PolicyMoved(policy) if policy.recent.is_empty() => {
                event.kind = "alert_policy_muted".into();
                event.subject = Some(policy.name.clone());
                event.data = json!({ "until": policy.muted_until });
            }
            Self::PoolSet { pool, limit, .. } => {
                event.kind = "pool_set".into();
                event.subject = Some(pool.clone());
                event.data = json!({ "limit": limit });
            }
            _ => {}
        }
    }
}

const fn run_kind(state: RunState) -> &'static str {
    match state {
        RunState::Succeeded => "run_succeeded",
        RunState::Canceled => "run_canceled",
        _ => "run_failed",
    }
}

const fn step_kind(state: StepState) -> &'static str {
    match state {
        StepState::Succeeded => "step_succeeded",
        StepState::Skipped => "step_skipped",
        StepState::Canceled => "step_canceled",
        _ => "step_failed",
    }
}

/// Details of an ended step; the first attempt of a step that succeeded has none, which is what most entries are.
fn step_data(attempt: Attempt, failure: Option<&StepFailure>, cause: Option<&str>) -> Value {
    if failure.is_none() && cause.is_none() && attempt.0 <= 1 {
        return Value::Null;
    }
    let mut data = json!({ "attempt": attempt });
    add_failure(&mut data, failure);
    if let Some(cause) = cause {
        data["cause"] = cause.into();
    }
    data
}

fn add_failure(data: &mut Value, failure: Option<&StepFailure>) {
    if let Some(failure) = failure {
        data["class"] = failure.class.0.as_ref().into();
        data["message"] = failure.message.as_str().into();
    }
}

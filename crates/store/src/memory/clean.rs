//! Texts as every store keeps them: without NUL.

use headwater_core::effect::Effect;
use serde::{Serialize, de::DeserializeOwned};

use crate::clean;

/// The effect as it is applied.
pub(super) fn cleaned(effect: &Effect) -> Effect {
    let mut effect = effect.clone();
    match &mut effect {
        Effect::VersionRecorded(version) => {
            text(&mut version.version);
            text(&mut version.partition);
            version.code_version.as_mut().map(text);
            json(&mut version.inputs);
            json(&mut version.metadata);
            json(&mut version.cursor);
        }
        Effect::CheckRecorded(check) => {
            text(&mut check.check);
            text(&mut check.partition);
            text(&mut check.description);
            json(&mut check.metadata);
        }
        Effect::AssetFailed { partition, .. } => text(partition),
        Effect::RunCreated { run, plan } => {
            text(&mut run.selection);
            text(&mut run.partition);
            json(&mut run.trigger);
            json(&mut run.tags);
            json(&mut run.config);
            run.reason.as_mut().map(text);
            *plan = clean::json(plan).as_ref().into();
        }
        Effect::RunCanceling { by, .. } => text(by),
        Effect::RunEnded { reason, .. } => drop(reason.as_mut().map(text)),
        Effect::StepRetried { failure, .. } => json(failure),
        Effect::StepEnded { failure, cause, .. } => {
            json(failure);
            cause.as_mut().map(text);
        }
        Effect::SnapshotStored(snapshot) => {
            snapshot.manifest = clean::json(&snapshot.manifest).as_ref().into();
        }
        Effect::Deployed(deploy) => {
            text(&mut deploy.by);
            deploy.refused.as_mut().map(text);
        }
        Effect::CommandAccepted(command) => {
            command.key.as_mut().map(text);
            text(&mut command.principal);
            json(&mut command.answer);
        }
        Effect::WorkerJoined(worker) => {
            text(&mut worker.name);
            text(&mut worker.host);
            json(&mut worker.tags);
        }
        Effect::Ticked(tick) => drop(tick.reason.as_mut().map(text)),
        Effect::PoolSet { pool, .. } => text(pool),
        Effect::IncidentChanged { incident, .. } => json(&mut **incident),
        Effect::PolicyMoved(policy) => text(&mut policy.name),
        Effect::MessageQueued(message) => {
            text(&mut message.topic);
            text(&mut message.dedup);
            text(&mut message.channel);
            json(&mut message.payload);
        }
        Effect::MessagesWithdrawn { channel, .. } => text(channel),
        // Names of schedules and keys of assets are checked when they are declared.
        Effect::AssetsNamed(_)
        | Effect::RunStarted { .. }
        | Effect::StepLeased { .. }
        | Effect::WorkerChanged { .. }
        | Effect::ScheduleMoved(_) => {}
    }
    effect
}

fn text(value: &mut String) {
    if let std::borrow::Cow::Owned(cleaned) = clean::text(value) {
        *value = cleaned;
    }
}

/// Cleans every text inside of a value. Most have nothing to clean and stay as they are.
fn json<T: Serialize + DeserializeOwned>(value: &mut T) {
    let Ok(written) = serde_json::to_string(value) else {
        return;
    };
    if let std::borrow::Cow::Owned(cleaned) = clean::json(&written)
        && let Ok(read) = serde_json::from_str(&cleaned)
    {
        *value = read;
    }
}

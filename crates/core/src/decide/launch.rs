//! Launching and retrying runs.

use std::{collections::BTreeMap, sync::Arc};

use super::Decision;
use crate::{
    command::{Answer, Launch, Refusal, RefusalCode, Request, Retry, RetryScope},
    effect::{Effect, SnapshotText},
    graph::rules::{MAX_LABEL, is_label, is_value},
    id::{RunId, Seq, SnapshotId},
    plan::Plan,
    record::{CommandRecord, RunRecord, RunState, Trigger},
    time::{Millis, Timestamp},
    world::{Bound, World},
};

/// The answer to a command that was accepted before under the same idempotency key.
pub(super) fn tried_before(world: &World, request: &Request) -> Option<Decision> {
    let key = request.key.as_ref()?;
    let before = world.commands.get(&(request.deployment, key.clone()))?;
    if before.digest != request.command.digest() {
        return Some(Decision::refused(Refusal::new(
            RefusalCode::KeyReused,
            format!("the idempotency key `{key}` was used for another command; use a new key for a new command"),
        )));
    }
    let answer = serde_json::from_value(before.answer.clone()).unwrap_or(Answer::Done);
    Some(Decision::answered(answer, Vec::new()))
}

/// The record of an accepted command.
pub(super) fn accepted(request: &Request, answer: &Answer, now: Timestamp) -> Effect {
    Effect::CommandAccepted(CommandRecord {
        seq: Seq(0),
        deployment: request.deployment,
        key: request.key.clone(),
        digest: request.command.digest(),
        principal: request.principal.clone(),
        kind: request.command.kind().to_owned(),
        at: now,
        answer: serde_json::to_value(answer).unwrap_or_default(),
    })
}

/// What a run is made of, whoever asks for it.
pub(super) struct Draft {
    pub(super) id: RunId,
    pub(super) trigger: Trigger,
    pub(super) selection: String,
    pub(super) partition: String,
    pub(super) tags: BTreeMap<String, String>,
    pub(super) config: BTreeMap<String, serde_json::Value>,
    pub(super) priority: i32,
    pub(super) timeout: Option<Millis>,
    pub(super) root: RunId,
}

pub(super) fn launch(world: &World, request: &Request, launch: &Launch, now: Timestamp) -> Decision {
    let chosen = match choose(world, request, launch) {
        Ok(chosen) => chosen,
        Err(refusal) => return Decision::refused(refusal),
    };
    if let Err(refusal) = sound(&chosen.bound, launch) {
        return Decision::refused(refusal);
    }
    let mut tags = chosen.tags;
    tags.extend(launch.tags.clone());
    let draft = Draft {
        id: launch.run,
        trigger: Trigger::Manual { by: request.principal.clone() },
        selection: launch.selection.clone(),
        partition: launch.partition.clone(),
        tags,
        config: launch.config.clone(),
        priority: launch.priority.unwrap_or(chosen.priority),
        timeout: launch.timeout.or(chosen.timeout),
        root: launch.run,
    };
    let steps = chosen.plan.steps.len() as u32;
    let effects = vec![created(request.deployment, draft, &chosen.bound, &chosen.plan, now)];
    Decision::answered(Answer::Launched { run: launch.run, steps, warnings: chosen.warnings }, effects)
}

/// The effect that creates a run. Its `created_seq` is set where effects get their numbers.
pub(super) fn created(
    deployment: crate::id::DeploymentId,
    draft: Draft,
    bound: &Bound,
    plan: &Plan,
    now: Timestamp,
) -> Effect {
    let run = RunRecord {
        id: draft.id,
        created_seq: Seq(0),
        deployment,
        snapshot: bound.snapshot.id().clone(),
        state: RunState::Queued,
        trigger: draft.trigger,
        selection: draft.selection,
        partition: draft.partition,
        tags: draft.tags,
        config: draft.config,
        priority: draft.priority,
        timeout: draft.timeout,
        root: draft.root,
        steps: plan.steps.len() as u32,
        created_at: now,
        started_at: None,
        ended_at: None,
        reason: None,
    };
    // A plan is numbers only, which always serialize.
    let plan = serde_json::to_string(plan).unwrap_or_default().into();
    Effect::RunCreated { run: Box::new(run), plan }
}

/// What a selection means among the live definitions of a deployment.
pub(super) struct Chosen {
    pub(super) bound: Arc<Bound>,
    pub(super) plan: Plan,
    pub(super) warnings: Vec<String>,
    pub(super) tags: BTreeMap<String, String>,
    pub(super) priority: i32,
    pub(super) timeout: Option<Millis>,
}

/// Finds the location whose assets a selection names. A run belongs to one location, since its steps share code.
fn choose(world: &World, request: &Request, launch: &Launch) -> Result<Chosen, Refusal> {
    let selection = &launch.selection;
    let mut found: Option<Chosen> = None;
    let mut problem: Option<String> = None;
    for bound in candidates(world, request, launch.location.as_deref())? {
        match plan_in(bound, selection) {
            Ok(chosen) if chosen.plan.steps.is_empty() => {
                // Of several locations, one that knows a near name has the most to say.
                let warning = chosen.warnings.into_iter().next();
                let says_more = |old: &String| warning.as_ref().is_some_and(|new| new.len() > old.len());
                if problem.as_ref().is_none_or(says_more) {
                    problem = warning.or(problem);
                }
            }
            Ok(chosen) => {
                if let Some(other) = &found {
                    return Err(Refusal::new(
                        RefusalCode::Invalid,
                        format!(
                            "the selection names assets of two code locations, {0} and {1}; a run belongs to one, so \
                             launch it once with the location {0} and once with {1} (`--location {0}`)",
                            other.bound.snapshot.location(),
                            chosen.bound.snapshot.location()
                        ),
                    ));
                }
                found = Some(chosen);
            }
            Err(message) => problem = Some(message),
        }
    }
    found.ok_or_else(|| {
        let message = problem.unwrap_or_else(|| format!("`{selection}` selects no asset that can be materialized"));
        Refusal::new(RefusalCode::Invalid, message)
    })
}

/// The live locations that a launch can mean.
fn candidates<'a>(world: &'a World, request: &Request, location: Option<&str>) -> Result<Vec<&'a Arc<Bound>>, Refusal> {
    let live: Vec<&Arc<Bound>> = world.live(request.deployment).collect();
    if live.is_empty() {
        return Err(Refusal::new(RefusalCode::NotFound, "nothing is deployed yet; deploy a manifest first"));
    }
    let Some(location) = location else { return Ok(live) };
    let found: Vec<&Arc<Bound>> = live.iter().copied().filter(|bound| bound.snapshot.location() == location).collect();
    if found.is_empty() {
        let known: Vec<&str> = live.iter().map(|bound| bound.snapshot.location()).collect();
        let message = format!("no code location `{location}` is live; there are: {}", known.join(", "));
        return Err(Refusal::new(RefusalCode::NotFound, message));
    }
    Ok(found)
}

/// Plans a selection, or a job, in one location.
pub(super) fn plan_in(bound: &Arc<Bound>, selection: &str) -> Result<Chosen, String> {
    let snapshot = &bound.snapshot;
    let (parsed, job) = snapshot.read_selection(selection)?;
    let evaluation = parsed.eval(&**snapshot);
    let plan = Plan::new(snapshot, evaluation.nodes.iter().map(|node| node as u32));
    Ok(Chosen {
        bound: Arc::clone(bound),
        plan,
        warnings: evaluation.warnings.iter().map(ToString::to_string).collect(),
        tags: job.map(|job| job.tags.clone()).unwrap_or_default(),
        priority: job.map_or(0, |job| job.priority),
        timeout: job.and_then(|job| job.timeout),
    })
}

/// Checks what the language of selections does not.
fn sound(bound: &Bound, launch: &Launch) -> Result<(), Refusal> {
    let refuse = |message: String| Err(Refusal::new(RefusalCode::Invalid, message));
    for (tag, value) in &launch.tags {
        if !is_label(tag) || !is_value(value) {
            return refuse(format!(
                "the tag {tag:?} is empty, longer than {MAX_LABEL} bytes or has control characters"
            ));
        }
    }
    if !launch.partition.is_empty() {
        return refuse("these assets have no partitions; leave the partition out".into());
    }
    if launch.timeout == Some(Millis::ZERO) {
        return refuse("a timeout of zero lets nothing run; leave it out for no timeout".into());
    }
    for step in launch.config.keys() {
        if bound.snapshot.find_step(step).is_none() {
            let names = bound.snapshot.manifest().steps.iter().map(|step| step.name.as_str());
            let near = crate::selection::nearest::nearest(step, names);
            let hint = if near.is_empty() { String::new() } else { format!("; did you mean {}?", near.join(" or ")) };
            return refuse(format!("config is given for step `{step}`, which does not exist{hint}"));
        }
    }
    Ok(())
}

pub(super) fn retry(world: &World, request: &Request, retry: &Retry, now: Timestamp) -> Decision {
    if world.runs.contains_key(&retry.of) {
        return Decision::refused(Refusal::new(
            RefusalCode::Conflict,
            format!("run {} has not ended; cancel it first", retry.of),
        ));
    }
    let (source, plan) = match &retry.scope {
        RetryScope::All(source) => (source, (*source.plan).clone()),
        RetryScope::FromFailure(source, steps) => (source, source.plan.only(steps)),
    };
    if plan.steps.is_empty() {
        return Decision::refused(Refusal::new(
            RefusalCode::Conflict,
            format!("every step of run {} succeeded; there is nothing to retry", retry.of),
        ));
    }
    let mut effects = Vec::new();
    let snapshot = source.snapshot.id().clone();
    if !world.snapshots.contains_key(&snapshot) {
        effects.push(stored(&source.snapshot, &snapshot));
    }
    if world.identities(request.deployment, &source.snapshot).is_none() {
        return Decision::refused(Refusal::new(
            RefusalCode::Conflict,
            "an asset of that run is not known any more; launch a new run",
        ));
    }
    let steps = plan.steps.len() as u32;
    let old = &source.run;
    let draft = Draft {
        id: retry.run,
        trigger: Trigger::Retry { by: request.principal.clone(), of: retry.of },
        selection: old.selection.clone(),
        partition: old.partition.clone(),
        tags: old.tags.clone(),
        config: old.config.clone(),
        priority: old.priority,
        timeout: old.timeout,
        root: old.root,
    };
    let bound = Bound { snapshot: Arc::clone(&source.snapshot), ids: Vec::new(), routes: Vec::new() };
    effects.push(created(request.deployment, draft, &bound, &plan, now));
    Decision::answered(Answer::Launched { run: retry.run, steps, warnings: Vec::new() }, effects)
}

fn stored(snapshot: &crate::graph::Snapshot, id: &SnapshotId) -> Effect {
    Effect::SnapshotStored(SnapshotText {
        id: id.clone(),
        location: snapshot.location().to_owned(),
        manifest: serde_json::to_string(snapshot.manifest()).unwrap_or_default().into(),
    })
}

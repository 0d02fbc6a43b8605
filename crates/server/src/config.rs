//! Config of steps, held against the schemas that the steps declare.
//!
//! It is done where a manifest and a launch arrive: a mistake is told to whoever made it, before anything runs. A step
//! reads its config again when it starts, since definitions may have changed in between.

use std::{collections::BTreeMap, sync::Arc};

use headwater_api::{ErrorCode, LaunchRequest};
use headwater_core::{
    graph::{Finding, Snapshot},
    manifest::StepDef,
    plan::Plan,
};
use serde_json::{Map, Value};

use crate::{problem::Refused, views::Catalog};

/// The most mistakes that one answer lists.
const MOST: usize = 5;

/// What is wrong with the config schemas of definitions, and with the config of their schedules.
#[must_use]
pub fn config_findings(snapshot: &Snapshot) -> Vec<Finding> {
    let manifest = snapshot.manifest();
    let schemas = manifest.steps.iter().filter_map(|step| {
        let error = jsonschema::validator_for(step.config_schema.as_ref()?).err()?;
        let message = format!("the config schema of step {} is no JSON Schema: {error}", step.name);
        let finding = Finding::new("step-config-schema", message).at(step.source.as_ref());
        Some(finding.hint("write a JSON Schema without references to other documents, or leave it out"))
    });
    let mut findings: Vec<Finding> = schemas.collect();
    for schedule in &manifest.schedules {
        findings.extend(mistakes(snapshot, &schedule.selection, &schedule.config).into_iter().map(|mistake| {
            Finding::new("schedule-config", format!("schedule {}: {mistake}", schedule.name))
                .at(schedule.source.as_ref())
                .hint("give the schedule config that fits what the step declares")
        }));
    }
    findings.truncate(Snapshot::MAX_FINDINGS);
    findings
}

/// Checks the config of a launch. A step that does not exist is left to the leader, which knows near names.
pub(crate) fn check(catalog: &Catalog, launch: &LaunchRequest) -> Result<(), Refused> {
    let meant =
        |snapshot: &&Arc<Snapshot>| launch.location.as_ref().is_none_or(|location| snapshot.location() == location);
    let found = |snapshot: &Arc<Snapshot>| mistakes(snapshot, &launch.selection, &launch.config);
    let mut mistakes: Vec<String> = catalog.snapshots.iter().filter(meant).flat_map(found).collect();
    if mistakes.is_empty() {
        return Ok(());
    }
    let more = mistakes.len().saturating_sub(MOST);
    mistakes.truncate(MOST);
    let tail = if more > 0 { format!("; and {more} more") } else { String::new() };
    let message = format!("the config does not fit what the step declares: {}{tail}", mistakes.join("; "));
    Err(Refused::new(ErrorCode::InvalidRequest, message).hint("the schema is in the asset's definition"))
}

/// The mistakes in what is given, and in what is not given to steps that are selected.
fn mistakes(snapshot: &Snapshot, selection: &str, config: &BTreeMap<String, Value>) -> Vec<String> {
    let steps = &snapshot.manifest().steps;
    if steps.iter().all(|step| step.config_schema.is_none()) {
        return Vec::new();
    }
    let selected = selected(snapshot, selection);
    // A step reads nothing as an object without fields, so that its defaults apply.
    let nothing = Value::Object(Map::new());
    let concerned = steps.iter().enumerate().filter_map(|(number, step)| match config.get(&step.name) {
        Some(given) => Some((step, if given.is_null() { &nothing } else { given })),
        None => selected.contains(&(number as u32)).then_some((step, &nothing)),
    });
    concerned.flat_map(|(step, value)| of_step(step, value)).collect()
}

/// The steps of a run of a selection. One that cannot be read is refused elsewhere.
fn selected(snapshot: &Snapshot, selection: &str) -> Vec<u32> {
    let Ok((selection, _)) = snapshot.read_selection(selection) else { return Vec::new() };
    let assets = selection.eval(snapshot).nodes;
    let plan = Plan::new(snapshot, assets.iter().map(|asset| asset as u32));
    plan.steps.into_iter().map(|step| step.step).collect()
}

fn of_step(step: &StepDef, value: &Value) -> Vec<String> {
    // A schema that is none is refused when it is deployed. What was deployed before that still reads its config.
    let Some(Ok(validator)) = step.config_schema.as_ref().map(jsonschema::validator_for) else { return Vec::new() };
    let told = |error: jsonschema::ValidationError<'_>| {
        let place = error.instance_path().to_string();
        let place = if place.is_empty() { "its config" } else { &place };
        format!("step {}: {place}: {error}", step.name)
    };
    validator.iter_errors(value).map(told).collect()
}

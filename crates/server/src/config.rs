//! Config of steps, held against the schemas that the steps declare.
//!
//! It is done where a launch arrives: a mistake is told to whoever made it, before anything runs. A step reads its
//! config again when it starts, since definitions may have changed in between.

use std::collections::BTreeMap;

use headwater_api::ErrorCode;
use serde_json::Value;

use crate::{problem::Refused, views::Catalog};

/// The most mistakes that one answer lists.
const MOST: usize = 5;

/// Checks config per step name. A step that does not exist is left to the leader, which knows near names.
pub(crate) fn check(catalog: &Catalog, config: &BTreeMap<String, Value>) -> Result<(), Refused> {
    let mut mistakes = Vec::new();
    for (name, value) in config {
        let steps = catalog.snapshots.iter().filter_map(|snapshot| Some(snapshot.step(snapshot.find_step(name)?)));
        for schema in steps.filter_map(|step| step.config_schema.as_ref()) {
            // A schema that is none says nothing about the config; the step itself still reads it.
            let Ok(validator) = jsonschema::validator_for(schema) else { continue };
            mistakes.extend(validator.iter_errors(value).map(|error| {
                let place = error.instance_path().to_string();
                let place = if place.is_empty() { "its config" } else { &place };
                format!("step {name}: {place}: {error}")
            }));
        }
    }
    if mistakes.is_empty() {
        return Ok(());
    }
    let more = mistakes.len().saturating_sub(MOST);
    mistakes.truncate(MOST);
    let tail = if more > 0 { format!("; and {more} more") } else { String::new() };
    let message = format!("the config does not fit what the step declares: {}{tail}", mistakes.join("; "));
    Err(Refused::new(ErrorCode::InvalidRequest, message).hint("the schema is in the asset's definition"))
}

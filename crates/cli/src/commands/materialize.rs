//! `materialize`: ask for a run, and follow it.

use std::collections::BTreeMap;

use headwater_api::{LaunchRequest, Launched};
use headwater_client::Client;
use headwater_core::selection::Selection;

use super::{follow, runs};
use crate::{
    args::{MaterializeArgs, StepConfig},
    context::{Context, idempotency},
    failure::{Done, Exit, Failure},
};

pub(crate) async fn materialize(context: &Context, args: MaterializeArgs) -> Done {
    check_selection(&args.selection)?;
    let client = context.client()?;
    let request = LaunchRequest {
        selection: args.selection,
        location: args.location,
        partition: String::new(),
        tags: args.tags.into_iter().map(|tag| (tag.name, tag.value)).collect(),
        config: read_config(args.config)?,
        priority: args.priority,
        timeout: args.timeout,
    };
    let launched = client.launch(&request, &idempotency(args.idempotency_key)).await?;
    self::launched(context, &client, &launched, args.detach).await
}

/// Launches a run of a selection and tells of it; what `dev --materialize` does.
#[cfg(feature = "server")]
pub(crate) async fn launch(
    context: &Context,
    client: &Client,
    location: Option<&str>,
    selection: &str,
) -> Result<Launched, Failure> {
    check_selection(selection)?;
    let location = location.map(str::to_owned);
    let request = LaunchRequest { selection: selection.to_owned(), location, ..LaunchRequest::default() };
    let launched = client.launch(&request, &idempotency(None)).await?;
    tell(context, &launched, |short| format!("run {short} of {selection}: {}", counted(launched.steps)))?;
    Ok(launched)
}

/// Tells of a run that was accepted, and follows it unless that is not wanted.
pub(crate) async fn launched(context: &Context, client: &Client, launched: &Launched, detach: bool) -> Done {
    if detach {
        return tell(context, launched, |_| launched.run.to_string()).map(|()| Exit::Success);
    }
    tell(context, launched, |short| match context.output.is_quiet() {
        true => String::new(),
        false => format!("run {short}: {}", counted(launched.steps)),
    })?;
    follow::run_until_its_end(context, client, launched.run).await
}

fn tell(context: &Context, launched: &Launched, human: impl FnOnce(&str) -> String) -> Result<(), Failure> {
    for warning in &launched.warnings {
        context.output.warn(warning);
    }
    let document = serde_json::json!({
        "kind": "launched", "run": launched.run, "steps": launched.steps, "warnings": launched.warnings,
    });
    context.output.record(&document, |_| human(&runs::short(launched.run)))
}

/// Refuses a text that is no selection before anybody is asked, with a caret under what is wrong.
pub(crate) fn check_selection(text: &str) -> Result<(), Failure> {
    if text.trim().starts_with("job:") {
        return Ok(());
    }
    Selection::parse(text).map(drop).map_err(|error| Failure::selection(&error))
}

fn read_config(configs: Vec<StepConfig>) -> Result<BTreeMap<String, serde_json::Value>, Failure> {
    use crate::args::ConfigSource;
    let mut read = BTreeMap::new();
    for StepConfig { step, source } in configs {
        let value = match source {
            ConfigSource::Inline(value) => value,
            ConfigSource::File(path) => {
                let text = std::fs::read_to_string(&path).map_err(|error| Failure::file("read", &path, &error))?;
                serde_json::from_str(&text)
                    .map_err(|error| Failure::usage(format!("{} is not JSON: {error}", path.display())))?
            }
        };
        if read.insert(step.clone(), value).is_some() {
            return Err(Failure::usage(format!("--config names the step `{step}` twice")));
        }
    }
    Ok(read)
}

/// So many steps, in words.
fn counted(steps: u32) -> String {
    if steps == 1 { "1 step".to_owned() } else { format!("{steps} steps") }
}

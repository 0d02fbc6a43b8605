//! Runs a process step: without the worker's supervision, which tests do not need.

use headwater_core::{
    manifest::{ErrorClass, ProcessDef},
    report::{Materialized, StepFailure, StepOutput},
};
use headwater_worker::registry::StepContext;
use tokio::process::Command;

pub(super) async fn run(process: &ProcessDef, context: &StepContext) -> Result<StepOutput, StepFailure> {
    let Some((program, arguments)) = process.argv.split_first() else {
        return Err(StepFailure::new(ErrorClass::SPAWN, "the command is empty"));
    };
    let mut command = Command::new(program);
    command.args(arguments).envs(&process.env).kill_on_drop(true);
    if let Some(directory) = &process.cwd {
        command.current_dir(directory);
    }
    let output =
        command.output().await.map_err(|error| StepFailure::new(ErrorClass::SPAWN, format!("{program}: {error}")))?;
    for line in String::from_utf8_lossy(&output.stdout).lines() {
        context.log.info(line);
    }
    let errors = String::from_utf8_lossy(&output.stderr).into_owned();
    for line in errors.lines() {
        context.log.warn(line);
    }
    if output.status.success() {
        let materialized = context.assets.iter().cloned().map(Materialized::new).collect();
        return Ok(StepOutput { materialized, ..StepOutput::default() });
    }
    let class = if output.status.code().is_some() { ErrorClass::EXIT } else { ErrorClass::SIGNAL };
    let mut failure = StepFailure::new(class, format!("{program}: {}", output.status));
    failure.details = errors;
    Err(failure.bounded())
}

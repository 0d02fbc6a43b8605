//! A worker: make the definitions known, work, and leave in order.

use std::{
    path::{Path, PathBuf},
    time::Duration,
};

use headwater_api::ErrorCode;
use headwater_client::Client;
use headwater_core::{id::SnapshotId, manifest::Manifest};
use headwater_worker::{Worker, WorkerError, WorkerHandle, WorkerOptions, registry::Registry};

use super::{logging, signals::Signals};
use crate::{
    args::WorkerArgs,
    context::{Context, idempotency, is_empty, snapshot},
    failure::{Done, Exit, Failure},
};

/// How long a worker that gives back what it holds may take for it.
const LEAVE: Duration = Duration::from_secs(5);

pub(crate) async fn worker(context: &Context, args: WorkerArgs) -> Done {
    let registry = context.own(args.manifest.as_deref())?;
    if is_empty(registry.manifest()) {
        return Err(Failure::usage("there is nothing to work on: this binary has no definitions")
            .hint("start your project's own binary (`cargo run -- worker`), or give --manifest FILE"));
    }
    snapshot(registry.manifest())?;
    logging::start(&context.output, args.log_format, "info")?;
    let mut signals = Signals::new()?;
    let client = context.client()?;
    tokio::select! {
        known = make_known(&client, registry.manifest()) => known?,
        () = signals.next() => return Ok(Exit::Interrupted),
    }
    let handle = start(registry, options(context, args)?)?;
    work(context, handle, &mut signals).await
}

fn options(context: &Context, args: WorkerArgs) -> Result<WorkerOptions, Failure> {
    let target = context.target()?;
    let mut options = WorkerOptions::new(target.url);
    options.token = target.token;
    options.deployment = target.deployment;
    options.name = args.name.unwrap_or(options.name);
    options.slots = args.slots.unwrap_or(options.slots);
    options.tags = args.tags.into_iter().map(|tag| (tag.name, tag.value)).collect();
    options.project_dir = args.project;
    options.drain = args.drain.to_std();
    std::fs::create_dir_all(&args.state).map_err(|error| Failure::file("make the folder", &args.state, &error))?;
    keep_state(&mut options, args.state);
    for name in args.secrets {
        let missing = || Failure::usage(format!("--secret {name}: the variable is not set"));
        let value = std::env::var(&name).map_err(|_| missing())?;
        options.secrets.push((name, value));
    }
    Ok(options)
}

/// Notes which processes run in a folder, and lets a second process of this program end them when this one is killed.
pub(super) fn keep_state(options: &mut WorkerOptions, folder: PathBuf) {
    let program = std::env::current_exe().ok().and_then(|program| program.into_os_string().into_string().ok());
    options.guard =
        program.zip(folder.to_str()).map(|(program, folder)| vec![program, "guard".to_owned(), folder.to_owned()]);
    options.state_dir = Some(folder);
}

/// What a worker's guardian does: wait for the end of the worker, and end what it left running.
pub(crate) fn guard(state: &Path) -> Done {
    headwater_worker::process::guard(state).map_err(|error| Failure::file("guard the processes of", state, &error))?;
    Ok(Exit::Success)
}

pub(super) fn start(registry: Registry, options: WorkerOptions) -> Result<WorkerHandle, Failure> {
    Worker::start(registry, options).map_err(failed)
}

pub(super) fn failed(error: WorkerError) -> Failure {
    let code = match error {
        WorkerError::Setup(_) => "worker-setup",
        WorkerError::Refused(_) => "worker-refused",
    };
    Failure::new(Exit::Failed, code, error.to_string())
}

/// Deploys definitions that the server has never seen. What it has seen is left alone: a worker that is restarted
/// with an older version must not take back what was deployed since.
async fn make_known(client: &Client, manifest: &Manifest) -> Result<(), Failure> {
    let (_, text, id) = manifest.clone().address();
    let mut told = false;
    loop {
        match know(client, &text, &id).await {
            Ok(()) => return Ok(()),
            Err(error) if error.is_passing() => {
                if !std::mem::replace(&mut told, true) {
                    tracing::warn!(%error, "waiting for the server");
                }
                tokio::time::sleep(Duration::from_secs(1)).await;
            }
            Err(error) => return Err(error.into()),
        }
    }
}

async fn know(client: &Client, text: &str, id: &SnapshotId) -> Result<(), headwater_client::ClientError> {
    match client.snapshot(id).await {
        Ok(_) => Ok(()),
        Err(error) if error.code() == Some(ErrorCode::NotFound) => {
            let deployed = client.deploy(text.to_owned(), &idempotency(None)).await?;
            tracing::info!(snapshot = deployed.snapshot.short(), assets = deployed.assets, "definitions deployed");
            Ok(())
        }
        // A token that may not read: joining says whether the definitions are known.
        Err(error) if error.code() == Some(ErrorCode::Forbidden) => Ok(()),
        Err(error) => Err(error),
    }
}

/// Works until a signal, then leaves in order; a second signal hurries.
async fn work(context: &Context, mut handle: WorkerHandle, signals: &mut Signals) -> Done {
    let done = |result: Result<(), WorkerError>| result.map(|()| Exit::Success).map_err(failed);
    tokio::select! {
        ended = handle.stopped() => return done(ended),
        () = signals.next() => {}
    }
    context.output.note("finishing what has started; a second signal stops at once");
    tracing::info!("draining");
    handle.drain();
    tokio::select! {
        ended = handle.stopped() => return done(ended),
        () = signals.next() => {}
    }
    tracing::warn!("stopping at once");
    handle.stop();
    tokio::select! {
        _ = tokio::time::timeout(LEAVE, handle.stopped()) => {}
        () = signals.next() => {}
    }
    Ok(Exit::Interrupted)
}

//! `dev`: server, scheduler and one worker in one process, on an SQLite file.

use std::net::SocketAddr;

use headwater_client::Client;
use headwater_server::ServerOptions;
use headwater_worker::{Unstoppable, WorkerHandle, WorkerOptions, registry::Registry};
use tokio::net::TcpListener;

use super::{
    feed, logging,
    plane::{self, Migrate, Parts, Plane},
    server::bind_failed,
    signals::Signals,
    worker,
};
use crate::{
    args::DevArgs,
    commands::{check_selection, follow_quietly, launch},
    context::{Context, idempotency, is_empty, snapshot},
    edge,
    failure::{Done, Exit, Failure},
    output::Tone,
};

/// The port that is tried first, and how many after it.
const PORT: u16 = 4000;
const PORTS: u16 = 50;

pub(crate) async fn dev(context: &Context, args: DevArgs) -> Done {
    let registry = context.own(args.manifest.as_deref())?;
    snapshot(registry.manifest())?;
    for selection in &args.materialize {
        check_selection(selection)?;
    }
    logging::start(&context.output, args.log_format, "warn")?;
    let mut signals = Signals::new()?;
    let listener = listen(args.port).await?;
    let address = listener.local_addr().map_err(|error| Failure::local(error.to_string()))?;
    let url = format!("http://{address}");
    let parts = Parts {
        store: plane::open(&plane::sqlite_in(&args.data), Migrate::Apply).await?,
        data: &args.data,
        listener,
        address: url.clone(),
        options: ServerOptions::default(),
        alerts: args.alerts.clone(),
        url: url.clone(),
        lease: headwater_core::world::Settings::default().lease,
    };
    let mut plane = Plane::start(parts)?;
    let led = plane.led();
    let live = async {
        led.await?;
        live(context, &args, registry, &url, &mut signals).await
    };
    let worked = tokio::select! {
        worked = live => worked,
        failure = plane.ended() => return Err(failure),
    };
    tokio::select! {
        () = plane.stop() => worked,
        () = signals.next() => Ok(Exit::Interrupted),
    }
}

/// Takes the port that was asked for, or else the first free one.
async fn listen(port: Option<u16>) -> Result<TcpListener, Failure> {
    let first = port.unwrap_or(PORT);
    let tries = if port.is_some() { 1 } else { PORTS };
    let mut failure = None;
    for port in first..first.saturating_add(tries) {
        let address = SocketAddr::from(([127, 0, 0, 1], port));
        match TcpListener::bind(address).await {
            Ok(listener) => return Ok(listener),
            Err(error) => failure = failure.or(Some(bind_failed(address, &error))),
        }
    }
    Err(failure.unwrap_or_else(|| Failure::local("no port is free")))
}

/// Deploys, works, and shows what happens, until a signal; then lets steps finish.
async fn live(context: &Context, args: &DevArgs, registry: Registry, url: &str, signals: &mut Signals) -> Done {
    let client = Client::new(url, None)?;
    let assets = registry.manifest().assets.len();
    let mut worker = None;
    let mut location = None;
    if !is_empty(registry.manifest()) {
        location = Some(registry.manifest().location.clone());
        let (_, text, _) = registry.manifest().clone().address();
        client.deploy(text, &idempotency(None)).await?;
        worker = Some(start_worker(registry, args, url)?);
    }
    greet(context, url, assets)?;
    let shown = tokio::select! {
        shown = show(context, args, &client, location.as_deref()) => shown,
        ended = stopped(worker.as_mut()) => return ended,
        () = signals.next() => Ok(Exit::Success),
    };
    if let Some(mut worker) = worker {
        context.output.note("finishing what has started; Ctrl-C again stops at once");
        worker.drain();
        tokio::select! {
            ended = worker.stopped() => ended.map_err(worker::failed)?,
            () = signals.next() => {
                worker.stop();
                return Ok(Exit::Interrupted);
            }
        }
    }
    shown
}

fn start_worker(registry: Registry, args: &DevArgs, url: &str) -> Result<WorkerHandle, Failure> {
    let state = args.data.join("worker");
    std::fs::create_dir_all(&state).map_err(|error| Failure::file("make the folder", &state, &error))?;
    let mut options = WorkerOptions::new(url);
    options.slots = args.slots.unwrap_or(options.slots);
    worker::keep_state(&mut options, state);
    // The server is in the same process: it must not end because a step does not.
    options.unstoppable = Unstoppable::LeaveRunning;
    worker::start(registry, options)
}

/// Waits until the worker ends by itself, which it should not; for ever where there is none.
async fn stopped(worker: Option<&mut WorkerHandle>) -> Done {
    match worker {
        Some(worker) => {
            worker.stopped().await.map_err(worker::failed)?;
            Err(Failure::local("the worker ended"))
        }
        None => std::future::pending().await,
    }
}

fn greet(context: &Context, url: &str, assets: usize) -> Result<(), Failure> {
    let ready = serde_json::json!({ "kind": "ready", "url": url, "assets": assets });
    context.output.record(&ready, |style| {
        let address = style.paint(Tone::Strong, url);
        let what = match assets {
            0 => {
                let program = edge::program();
                format!("no definitions in this binary; deploy some with `{program} deploy --manifest FILE`")
            }
            1 => "1 asset".to_owned(),
            count => format!("{count} assets"),
        };
        format!("headwater runs at {address}  ({what}; Ctrl-C stops)")
    })
}

/// Materializes what was asked for, then shows what happens.
async fn show(context: &Context, args: &DevArgs, client: &Client, location: Option<&str>) -> Done {
    for selection in &args.materialize {
        let launched = launch(context, client, location, selection).await?;
        follow_quietly(context, client, launched.run).await?;
    }
    if !args.materialize.is_empty() {
        context.output.note(&format!("the server is still running at {}; Ctrl-C stops it", client.base_url()));
    }
    feed::show(context, client).await
}

//! The delivery of alerts, on whichever server leads.

use std::sync::Arc;

use headwater_core::effect::{Effect, Recorded};
use headwater_notify::{Notifier, NotifyOptions, OutboundOptions, Progress, Secrets};
use headwater_scheduler::{Control, Standing};
use headwater_store::Store;
use tokio::{sync::broadcast::error::RecvError, task::JoinHandle};
use tokio_util::sync::CancellationToken;

use crate::{args::AlertArgs, failure::Failure};

/// Starts to deliver; it ends with the token. `url` is where people reach the UI unless the options say otherwise.
pub(super) fn start(
    store: Arc<dyn Store>,
    control: Control,
    args: AlertArgs,
    url: String,
    shutdown: CancellationToken,
) -> Result<JoinHandle<()>, Failure> {
    let options = NotifyOptions {
        base_url: args.public_url.unwrap_or(url),
        outbound: OutboundOptions { allow: args.allowed, ..OutboundOptions::default() },
        secrets: secrets(&args.secrets),
        ..NotifyOptions::default()
    };
    let notifier =
        Notifier::new(store, options).map_err(|error| Failure::usage(error.to_string()).hint("see --alerts-allow"))?;
    Ok(tokio::spawn(async move {
        while !shutdown.is_cancelled() {
            deliver(&notifier, &control, &shutdown).await;
        }
    }))
}

/// What channels may name of this process, with what is allowed besides the usual.
pub(super) fn secrets(allowed: &[String]) -> Secrets {
    Secrets::of_process().only(allowed)
}

/// Delivers while this server leads.
async fn deliver(notifier: &Notifier, control: &Control, shutdown: &CancellationToken) {
    let mut standing = control.standing();
    let leads = |standing: &Standing| matches!(standing, Standing::Leading(_));
    if !matches!(shutdown.run_until_cancelled(standing.wait_for(leads)).await, Some(Ok(_))) {
        // Nobody changes the standing any more: the process ends.
        shutdown.cancelled().await;
        return;
    }
    let term = shutdown.child_token();
    let mut run = std::pin::pin!(notifier.run(term.clone()));
    tokio::select! {
        () = &mut run => return,
        () = wake(notifier, control) => {}
        () = tell(notifier, control) => {}
        _ = standing.wait_for(|standing| !leads(standing)) => {}
    }
    // What is in hand is carried to its end.
    term.cancel();
    run.await;
}

/// Wakes the notifier whenever a message was committed.
async fn wake(notifier: &Notifier, control: &Control) {
    let (mut feed, waker) = (control.feed(), notifier.waker());
    let tells = |batch: &[Recorded]| batch.iter().any(|change| matches!(change.effect, Effect::MessageQueued(_)));
    loop {
        match feed.recv().await {
            Ok(batch) if !tells(&batch) => {}
            Ok(_) | Err(RecvError::Lagged(_)) => waker.notify_one(),
            Err(RecvError::Closed) => std::future::pending().await,
        }
    }
}

/// Tells those who watch that something came of a message.
async fn tell(notifier: &Notifier, control: &Control) {
    let mut progress = notifier.progress();
    let mut known = 0;
    let tried = |progress: &Progress| progress.delivered + progress.failed + progress.dead;
    while let Ok(now) = progress.wait_for(|now| tried(now) != known).await {
        known = tried(&now);
        control.touch();
    }
}

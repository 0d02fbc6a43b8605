//! Where `tracing` events go: those of the product to standard error, those of steps to their steps' logs.

use headwater_worker::capture;
use tracing_subscriber::{
    EnvFilter, Layer, filter::filter_fn, fmt, layer::SubscriberExt as _, util::SubscriberInitExt as _,
};

use crate::{args::LogFormat, failure::Failure, output::Output};

/// What of steps is kept besides what they say through their context: the chatter of libraries is left out.
const STEPS: &str = "debug,h2=info,hyper=info,hyper_util=info,reqwest=info,rustls=info,sqlx=info,tokio=info,tower=info";

/// Sets up logging of a process that stays. `quiet` is what is written where nobody asks for more or less.
pub(super) fn start(output: &Output, format: LogFormat, usual: &str) -> Result<(), Failure> {
    let text = std::env::var("HEADWATER_LOG").ok().filter(|text| !text.is_empty());
    let wanted = text.as_deref().unwrap_or(if output.is_verbose() { "info,headwater=debug" } else { usual });
    let filter = EnvFilter::try_new(wanted).map_err(|error| {
        Failure::usage(format!("HEADWATER_LOG: `{wanted}` is not a filter: {error}"))
            .hint("as in info,headwater_scheduler=debug")
    })?;
    // What happens inside a step belongs to the step's log, not to the process's.
    let outside = filter_fn(|_| !capture::is_inside());
    let writer = fmt::layer().with_writer(std::io::stderr).with_ansi(output.has_colored_errors());
    let console = match format {
        LogFormat::Human => writer.with_target(false).boxed(),
        LogFormat::Json => writer.json().flatten_event(true).boxed(),
    };
    let steps = EnvFilter::try_new(STEPS).map_err(|error| Failure::local(error.to_string()))?;
    tracing_subscriber::registry()
        .with(console.with_filter(outside).with_filter(filter))
        .with(capture::layer().with_filter(steps))
        .try_init()
        .map_err(|error| Failure::local(format!("logging is set up already: {error}")))
}

//! The example's own commands: the demo, the shop's API, and the switch that makes it misbehave.

mod demo;
mod summary;

use crate::ingest::{IngestError, RetryPolicy, ShopClient};
use crate::setup::{Settings, SetupError};
use crate::shop_api::{Misbehave, Mode, ShopApiConfig, run_in_this_process};
use std::future::Future;
use std::io::{self, Write};
use std::path::PathBuf;
use std::process::ExitCode;
use std::str::FromStr;

const USAGE: &str = "\
usage: shop demo [--data FOLDER] [--port PORT] [--exit]
       shop misbehave down|slow|errors|bad_data|off
       shop shop-api [--port N] [--seed N] [--start YYYY-MM-DD] [--speed N] [--rate N] [--errors-permille N]
       shop COMMAND …

demo       starts server, scheduler and a worker, materializes every asset, and says what came of it; the server goes
           on until Ctrl-C, or ends at once with --exit and the exit code of the run
misbehave  makes the shop that runs for SHOP_DATA, or at SHOP_URL, a bad one
shop-api   serves the shop on 127.0.0.1 until standard input ends
COMMAND    everything that Headwater can do, see `shop --help`";

/// Why a command could not do its work.
#[derive(Debug, thiserror::Error)]
pub enum CommandError {
    /// The command line makes no sense.
    #[error("{0}\n\n{USAGE}")]
    Usage(String),
    /// The data folder or the shop is not to be had.
    #[error(transparent)]
    Setup(#[from] SetupError),
    /// A process could not be started, or a stream was closed.
    #[error(transparent)]
    Io(#[from] io::Error),
    /// No shop runs for the data folder.
    #[error("no shop runs for {0}; it is started by the first asset that needs it, or set SHOP_URL")]
    NoShop(PathBuf),
    /// The shop did not take the order.
    #[error("the shop did not listen: {0}")]
    Deaf(#[from] IngestError),
    /// The server said something else than that it is ready.
    #[error("the server did not come up")]
    NoServer,
    /// The server did not say what came of the run.
    #[error("cannot ask the server what came of it: {0}")]
    Summary(#[from] headwater_client::ClientError),
}

/// Runs the command, if it is one of the example's own.
pub fn run(arguments: &[String]) -> Option<Result<ExitCode, CommandError>> {
    let (command, rest) = arguments.split_first()?;
    let own = matches!(command.as_str(), "demo" | "misbehave" | "shop-api");
    if own && rest.iter().any(|argument| argument == "--help" || argument == "-h") {
        return Some(help());
    }
    match command.as_str() {
        "demo" => Some(demo::Options::read(rest).and_then(|options| in_runtime(demo::demo(&options)))),
        "misbehave" => Some(mode(rest).and_then(|mode| in_runtime(misbehave(mode)))),
        "shop-api" => Some(shop_api_config(rest).and_then(|config| {
            in_runtime(async move { Ok(run_in_this_process(&config).await?) }).map(|()| ExitCode::SUCCESS)
        })),
        _ => None,
    }
}

fn help() -> Result<ExitCode, CommandError> {
    writeln!(io::stdout(), "{USAGE}")?;
    Ok(ExitCode::SUCCESS)
}

fn in_runtime<T>(work: impl Future<Output = Result<T, CommandError>>) -> Result<T, CommandError> {
    tokio::runtime::Builder::new_multi_thread().enable_all().build()?.block_on(work)
}

fn usage(problem: impl Into<String>) -> CommandError {
    CommandError::Usage(problem.into())
}

fn mode(arguments: &[String]) -> Result<Mode, CommandError> {
    let [mode] = arguments else {
        return Err(usage("say how: down, slow, errors, bad_data or off"));
    };
    serde_json::from_value(mode.as_str().into()).map_err(|_| usage(format!("{mode} is not a way to misbehave")))
}

async fn misbehave(mode: Mode) -> Result<ExitCode, CommandError> {
    let settings = Settings::from_env()?;
    let Some(url) = settings.running_shop().await else {
        return Err(CommandError::NoShop(settings.folder));
    };
    let shop = ShopClient::new(&url, RetryPolicy::default())?;
    let now: Misbehave = shop.post("/admin/misbehave", &Misbehave { mode }).await?;
    writeln!(io::stdout(), "the shop at {url} {}", said(now.mode))?;
    Ok(ExitCode::SUCCESS)
}

fn said(mode: Mode) -> &'static str {
    match mode {
        Mode::Off => "behaves again",
        Mode::Down => "answers every request with 503",
        Mode::Slow => "takes two seconds for every answer",
        Mode::Errors => "fails seven requests in ten",
        Mode::BadData => "sends orders that make no sense",
    }
}

fn shop_api_config(arguments: &[String]) -> Result<ShopApiConfig, CommandError> {
    let mut config = ShopApiConfig::default();
    for pair in arguments.chunks(2) {
        let [name, value] = pair else {
            return Err(usage(format!("{} needs a value", pair.concat())));
        };
        match name.as_str() {
            "--port" => config.port = read(name, value)?,
            "--seed" => config.seed = read(name, value)?,
            "--start" => config.start = read(name, value)?,
            "--speed" => config.speed = read(name, value)?,
            "--rate" => config.requests_per_second = read(name, value)?,
            "--errors-permille" => config.errors_permille = read(name, value)?,
            _ => return Err(usage(format!("there is no option {name}"))),
        }
    }
    Ok(config)
}

fn read<T: FromStr>(name: &str, value: &str) -> Result<T, CommandError>
where
    T::Err: std::fmt::Display,
{
    value.parse().map_err(|error| usage(format!("{name} {value}: {error}")))
}

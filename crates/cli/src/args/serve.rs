//! Processes that stay: dev, server, worker; and their database.

use std::{net::SocketAddr, path::PathBuf};

use clap::{Args, Subcommand, ValueEnum};
use headwater_core::time::Millis;

use super::values::{Tag, lease, span};

/// How log messages are written.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub(crate) enum LogFormat {
    /// For people
    #[default]
    Human,
    /// One JSON object per line
    Json,
}

/// Start server, scheduler and one worker here, on SQLite in ./.headwater
///
/// Everything in one process, with the definitions of this binary. State is kept in ./.headwater and survives a
/// restart; delete the folder to start anew. Ctrl-C lets steps finish and stops; a second Ctrl-C stops at once.
#[derive(Debug, Args)]
#[command(after_long_help = "\
Examples:
  cargo run -- dev
  cargo run -- dev --port 4100 --materialize 'group:raw+'")]
pub(crate) struct DevArgs {
    /// The port on 127.0.0.1; 4000, or the next free one, without it
    #[arg(long, short, value_name = "PORT")]
    pub(crate) port: Option<u16>,
    /// Materialize this as soon as everything has started; may be given several times
    #[arg(long, short, value_name = "SELECTION")]
    pub(crate) materialize: Vec<String>,
    /// The folder for database and logs
    #[arg(long, value_name = "FOLDER", default_value = ".headwater")]
    pub(crate) data: PathBuf,
    /// How many steps run at once [default: four per core]
    #[arg(long, value_name = "COUNT")]
    pub(crate) slots: Option<u32>,
    /// Read the definitions from a manifest in JSON instead
    #[arg(long, value_name = "FILE")]
    pub(crate) manifest: Option<PathBuf>,
    #[command(flatten)]
    pub(crate) alerts: AlertArgs,
    /// How log messages are written
    #[arg(long, value_name = "FORMAT", default_value = "human")]
    pub(crate) log_format: LogFormat,
}

/// How alerts leave.
#[derive(Clone, Debug, Args)]
pub(crate) struct AlertArgs {
    /// Where people reach the UI; links in alerts lead there [default: the address of the server]
    #[arg(long, value_name = "URL", env = "HEADWATER_PUBLIC_URL")]
    pub(crate) public_url: Option<String>,
    /// A host or network that alerts may go to although it is not public, as in hooks.internal or 10.0.0.0/8; may be
    /// given several times
    #[arg(long = "alerts-allow", value_name = "HOST", env = "HEADWATER_ALERTS_ALLOW", value_delimiter = ',')]
    pub(crate) allowed: Vec<String>,
    /// A variable or file that channels may name besides SLACK_*, TEAMS_*, PAGERDUTY_*, SMTP_*, WEBHOOK_*, ALERT_* and
    /// /run/secrets/*; may be given several times
    #[arg(long = "alerts-secrets", value_name = "NAME", env = "HEADWATER_ALERTS_SECRETS", value_delimiter = ',')]
    pub(crate) secrets: Vec<String>,
}

/// The database.
#[derive(Clone, Debug, Args)]
pub(crate) struct DatabaseArgs {
    /// The database: postgres://user@host/name, or the path of an SQLite file
    #[arg(long, value_name = "URL", env = "HEADWATER_DATABASE", hide_env_values = true)]
    pub(crate) database: Option<String>,
}

/// Start a server
///
/// A server decides what runs, answers the API, and keeps the output of steps. It never runs steps itself; start
/// workers for that. Start a second server with the same PostgreSQL to have a standby: it answers reads, passes commands
/// on, and takes over within seconds when the first one fails.
///
/// It listens on 127.0.0.1 unless --listen says otherwise, and anywhere else only with --tokens.
#[derive(Debug, Args)]
#[command(after_long_help = "\
Examples:
  headwater server --data /var/lib/headwater
  headwater server --database postgres://headwater@db.internal/headwater \\
      --listen 0.0.0.0:4000 --tokens /etc/headwater/tokens.toml --data /var/lib/headwater

The file of --tokens, as `headwater token new` prints it:
  [[token]]
  name = \"ci\"
  role = \"operator\"     # admin, operator, viewer or worker
  sha256 = \"…\"")]
pub(crate) struct ServerArgs {
    #[command(flatten)]
    pub(crate) database: DatabaseArgs,
    /// Where to listen
    #[arg(long, value_name = "ADDRESS:PORT", default_value = "127.0.0.1:4000")]
    pub(crate) listen: SocketAddr,
    /// Where other servers reach this one [default: the address of --listen]
    #[arg(long, value_name = "URL")]
    pub(crate) advertise: Option<String>,
    /// The folder for the output of steps, and for the database where that is SQLite
    #[arg(long, value_name = "FOLDER", default_value = ".headwater")]
    pub(crate) data: PathBuf,
    /// The file that says who may ask
    #[arg(long, value_name = "FILE", env = "HEADWATER_TOKENS")]
    pub(crate) tokens: Option<PathBuf>,
    /// A name under which the server answers besides 127.0.0.1 and localhost; may be given several times
    #[arg(long = "allow-host", value_name = "NAME")]
    pub(crate) allowed_hosts: Vec<String>,
    #[command(flatten)]
    pub(crate) alerts: AlertArgs,
    /// Do not apply missing migrations; refuse to start instead
    #[arg(long)]
    pub(crate) no_migrate: bool,
    /// How long a worker may be silent before its steps are given to others
    #[arg(long, value_name = "SPAN", default_value = "30s", value_parser = lease, hide = true)]
    pub(crate) lease: Millis,
    /// How log messages are written
    #[arg(long, value_name = "FORMAT", default_value = "human")]
    pub(crate) log_format: LogFormat,
}

/// Start a worker for the steps of this binary
///
/// The worker asks the server for steps, runs them, and reports. SIGTERM or Ctrl-C lets it finish what it holds and
/// take nothing new; what is not done after --drain is given back to other workers. A second signal stops it at once.
///
/// Definitions that the server has never seen are deployed when the worker starts.
#[derive(Debug, Args)]
#[command(after_long_help = "\
Examples:
  shop worker --server https://headwater.internal --slots 16
  shop worker --tag gpu=a100 --name trainer-1
  headwater worker --manifest jobs.json")]
pub(crate) struct WorkerArgs {
    /// How many steps run at once [default: four per core]
    #[arg(long, value_name = "COUNT", value_parser = clap::value_parser!(u32).range(1..))]
    pub(crate) slots: Option<u32>,
    /// What this worker has; steps that require it run only here. May be given several times
    #[arg(long = "tag", value_name = "NAME=VALUE")]
    pub(crate) tags: Vec<Tag>,
    /// The name that people see [default: the host's name]
    #[arg(long, value_name = "NAME")]
    pub(crate) name: Option<String>,
    /// How long steps may go on after the first signal
    #[arg(long, value_name = "SPAN", default_value = "30s", value_parser = span)]
    pub(crate) drain: Millis,
    /// Where relative paths of process steps start
    #[arg(long, value_name = "FOLDER", default_value = ".")]
    pub(crate) project: PathBuf,
    /// Where the worker notes which processes it runs, so that the next one can end what a killed one left
    #[arg(long, value_name = "FOLDER", default_value = ".headwater/worker")]
    pub(crate) state: PathBuf,
    /// Name of an environment variable whose value never appears in logs; may be given several times
    #[arg(long = "secret", value_name = "VARIABLE")]
    pub(crate) secrets: Vec<String>,
    /// Read the definitions from a manifest in JSON instead; only its process steps can run
    #[arg(long, value_name = "FILE")]
    pub(crate) manifest: Option<PathBuf>,
    /// How log messages are written
    #[arg(long, value_name = "FORMAT", default_value = "human")]
    pub(crate) log_format: LogFormat,
}

#[derive(Debug, Subcommand)]
pub(crate) enum DbCommand {
    /// Apply the migrations that are missing
    Migrate {
        #[command(flatten)]
        database: DatabaseArgs,
    },
    /// Show which migrations are applied; exit code 1 where some are missing
    Status {
        #[command(flatten)]
        database: DatabaseArgs,
    },
}

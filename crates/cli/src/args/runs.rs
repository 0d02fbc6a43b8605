//! Launching runs and looking at them.

use clap::{Args, Subcommand, ValueEnum};
use headwater_api::LogStream;
use headwater_core::time::Millis;

use super::values::{StepConfig, Tag, span};

/// Materialize assets, and follow the run
///
/// Asks the server for a run of everything that the selection names, and follows it until it ends. The exit code says
/// how it went: 0 succeeded, 1 failed, 3 cancelled. Ctrl-C asks what to do; the run goes on unless you cancel it.
///
/// The selection language: `*` is everything, `shop/orders` an asset, `group:raw`, `tag:zone=raw`, `kind:sql` and
/// `owner:team:data` are attributes, `+x` and `x+` add what is upstream and downstream, `2+x` two layers of it, `and`,
/// `or`, `not` and parentheses are as in logic, `job:name` is a declared job.
#[derive(Debug, Args)]
#[command(after_long_help = MATERIALIZE_HELP)]
pub(crate) struct MaterializeArgs {
    /// What to materialize, in the selection language, or `job:NAME`
    pub(crate) selection: String,
    /// The code location whose assets are meant, where the selection names assets of several
    #[arg(long, value_name = "NAME")]
    pub(crate) location: Option<String>,
    /// A tag for the run; may be given several times
    #[arg(long = "tag", value_name = "NAME=VALUE")]
    pub(crate) tags: Vec<Tag>,
    /// The config of a step, as JSON or from a file; may be given several times
    #[arg(long = "config", value_name = "STEP=JSON|@FILE")]
    pub(crate) config: Vec<StepConfig>,
    /// The longest that the run may take from its start, as in 30m
    #[arg(long, value_name = "SPAN", value_parser = span)]
    pub(crate) timeout: Option<Millis>,
    /// Runs with a higher number start first
    #[arg(long, value_name = "NUMBER", allow_hyphen_values = true)]
    pub(crate) priority: Option<i32>,
    /// A key of your own: the same command with the same key is one run, however often it is sent
    #[arg(long, value_name = "KEY")]
    pub(crate) idempotency_key: Option<String>,
    /// Launch the run and do not follow it
    #[arg(long, short)]
    pub(crate) detach: bool,
}

const MATERIALIZE_HELP: &str = "\
Examples:
  headwater materialize 'group:curated+'
  headwater materialize +shop/revenue --tag reason=backfill --timeout 30m
  headwater materialize shop/orders --config 'orders={\"limit\": 100}'
  headwater materialize job:nightly --detach --json";

#[derive(Debug, Subcommand)]
pub(crate) enum RunsCommand {
    Ls(RunsListArgs),
    /// Show a run with its steps
    Show {
        /// The run: its id, the start of it, or `last`
        run: String,
        /// Follow it until it ends
        #[arg(long, short)]
        follow: bool,
    },
    Logs(LogArgs),
    /// Stop a run
    Cancel {
        /// The run: its id, the start of it, or `last`
        run: String,
    },
    Retry(RetryArgs),
}

/// List runs, newest first
#[derive(Debug, Args)]
#[command(after_long_help = "\
Examples:
  headwater runs ls --state failed --since 24h
  headwater runs ls --tag team=data --json")]
pub(crate) struct RunsListArgs {
    /// Only runs in this state; may be given several times
    #[arg(long = "state", value_name = "STATE", value_delimiter = ',',
          value_parser = ["queued", "running", "canceling", "succeeded", "failed", "canceled"])]
    pub(crate) states: Vec<String>,
    /// Only runs with this tag: NAME or NAME=VALUE
    #[arg(long, value_name = "TAG")]
    pub(crate) tag: Option<String>,
    /// Only runs of this schedule
    #[arg(long, value_name = "NAME")]
    pub(crate) schedule: Option<String>,
    /// Only runs that were accepted in this span, as in 24h
    #[arg(long, value_name = "SPAN", value_parser = span)]
    pub(crate) since: Option<Millis>,
    /// At most so many
    #[arg(long, short = 'n', value_name = "COUNT", default_value_t = 20)]
    pub(crate) limit: u32,
}

/// Show what the steps of a run wrote
///
/// Without --step, the output of every step is shown, each line after the step's name. Without --stream, all three
/// streams are shown: the structured log, standard output and standard error.
#[derive(Debug, Args)]
#[command(after_long_help = "\
Examples:
  headwater runs logs last -f
  headwater runs logs 019ab2c3 --step load_orders --stream stderr
  headwater runs logs last --step load_orders --attempt 1")]
pub(crate) struct LogArgs {
    /// The run: its id, the start of it, or `last`
    pub(crate) run: String,
    /// Go on as more is written, until the run ends
    #[arg(long, short)]
    pub(crate) follow: bool,
    /// Only this step: its name, or its number in the run
    #[arg(long, value_name = "STEP")]
    pub(crate) step: Option<String>,
    /// Only this stream
    #[arg(long, value_name = "STREAM", default_value = "all")]
    pub(crate) stream: StreamChoice,
    /// Which attempt, counted from one; the last one without it
    #[arg(long, value_name = "NUMBER", requires = "step")]
    pub(crate) attempt: Option<u32>,
}

/// Which streams of a step.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum StreamChoice {
    /// All three
    All,
    /// The structured log
    Log,
    /// Standard output
    Stdout,
    /// Standard error
    Stderr,
}

impl StreamChoice {
    pub(crate) fn streams(self) -> Vec<LogStream> {
        match self {
            Self::All => vec![LogStream::Log, LogStream::Stdout, LogStream::Stderr],
            Self::Log => vec![LogStream::Log],
            Self::Stdout => vec![LogStream::Stdout],
            Self::Stderr => vec![LogStream::Stderr],
        }
    }
}

/// Run an ended run again
///
/// The new run has the definitions, the config and the tags of the old one, and is followed as `materialize` does.
#[derive(Debug, Args)]
pub(crate) struct RetryArgs {
    /// The run: its id, the start of it, or `last`
    pub(crate) run: String,
    /// Only the steps that did not succeed
    #[arg(long)]
    pub(crate) from_failure: bool,
    /// Launch the run and do not follow it
    #[arg(long, short)]
    pub(crate) detach: bool,
}

//! The command line: what can be written, and the help that says so.

mod alerts;
mod assets;
mod manage;
mod runs;
mod serve;
mod values;

use clap::{Args, CommandFactory as _, FromArgMatches as _, Parser, Subcommand};

pub(crate) use alerts::{AlertCommand, IncidentCommand};
pub(crate) use assets::{
    AssetCommand, GraphArgs, GraphFormat, HistoryArgs, LsArgs, ReportArgs, ReportKind, ValidateArgs,
};
pub(crate) use manage::{
    DeployArgs, DeploysArgs, DoctorArgs, InitArgs, ManArgs, PoolCommand, ProfileCommand, ScheduleCommand, TokenCommand,
};
pub(crate) use runs::{LogArgs, MaterializeArgs, RetryArgs, RunsCommand, RunsListArgs};
pub(crate) use serve::{AlertArgs, DbCommand, DevArgs, LogFormat, ServerArgs, WorkerArgs};
pub(crate) use values::{ConfigSource, StepConfig};

use crate::{config::Flags, output::ColorChoice};

/// Headwater: an orchestrator of data assets
///
/// A team declares its data assets (files, tables, models, syncs) and what each one is made from. Headwater works out
/// what has to run, runs it on workers, and records every materialization.
///
/// `dev` starts everything in one process. In production, `server` runs on one or more machines with the same
/// PostgreSQL, and `worker` on as many as needed. All other commands talk to a server.
#[derive(Debug, Parser)]
#[command(
    name = "headwater",
    version,
    disable_help_subcommand = true,
    arg_required_else_help = true,
    max_term_width = 100,
    after_long_help = MAIN_HELP
)]
pub(crate) struct Cli {
    #[command(flatten)]
    pub(crate) globals: Globals,
    #[command(subcommand)]
    pub(crate) command: Command,
}

/// Reads a command line, whose first word is the program.
pub(crate) fn parse(program: &str, arguments: &[std::ffi::OsString]) -> Result<Cli, clap::Error> {
    let mut command = command(program);
    let matches = command.try_get_matches_from_mut(arguments)?;
    Cli::from_arg_matches(&matches).map_err(|error| error.format(&mut command))
}

/// The command line of a program. It is part of other binaries, too, and then the examples call those.
pub(crate) fn command(program: &str) -> clap::Command {
    let command = Cli::command();
    if program == OWN_NAME { command } else { with_examples_for(program, command) }
}

/// What the stock program is called, in examples as in life.
const OWN_NAME: &str = "headwater";

fn with_examples_for(program: &str, command: clap::Command) -> clap::Command {
    let help = command.get_after_long_help().map(|help| example_for(program, &help.to_string()));
    let command = command.mut_subcommands(|sub| with_examples_for(program, sub));
    match help {
        Some(help) => command.after_long_help(help),
        None => command,
    }
}

/// A text whose commands call another program than the stock one.
fn example_for(program: &str, text: &str) -> String {
    let line = |line: &str| match line.strip_prefix("  headwater completions") {
        // The files are named after the program as well.
        Some(_) => line.replace(OWN_NAME, program),
        None => line.replace("  headwater ", &format!("  {program} ")).replace("`headwater ", &format!("`{program} ")),
    };
    text.split('\n').map(line).collect::<Vec<_>>().join("\n")
}

const MAIN_HELP: &str = "\
Examples:
  headwater init shop && cd shop && cargo run -- dev
  headwater materialize 'group:curated+'
  headwater runs logs last -f
  headwater ls 'kind:sql and not tag:pii' --json

Exit codes:
  0    done; of a followed run: it succeeded
  1    the run or the command failed
  2    the command cannot be understood, or names something that does not exist
  3    the run was cancelled
  4    no server answers
  130  stopped by Ctrl-C

Environment:
  HEADWATER_SERVER, HEADWATER_TOKEN, HEADWATER_PROFILE, HEADWATER_DEPLOYMENT
        stand for the options of the same names; an option wins
  HEADWATER_CONFIG
        the file with the profiles, otherwise ~/.config/headwater/config.toml
  HEADWATER_LOG
        which log messages `dev`, `server` and `worker` write, as in `info,headwater_scheduler=debug`
  NO_COLOR
        switches colors off";

/// What every command takes.
#[derive(Clone, Debug, Default, Args)]
#[command(next_help_heading = "Global options")]
pub(crate) struct Globals {
    /// The server's address [default: http://127.0.0.1:4000]
    #[arg(long, global = true, value_name = "URL")]
    pub(crate) server: Option<String>,
    /// The token to show to the server
    #[arg(long, global = true, value_name = "TOKEN")]
    pub(crate) token: Option<String>,
    /// The profile that names server and token, see `profile`
    #[arg(long, global = true, value_name = "NAME")]
    pub(crate) profile: Option<String>,
    /// The deployment [default: default]
    #[arg(long, global = true, value_name = "NAME")]
    pub(crate) deployment: Option<String>,
    /// Write the result as JSON, or as one JSON document per line where it comes bit by bit
    #[arg(long, global = true)]
    pub(crate) json: bool,
    /// When to use colors
    #[arg(long, global = true, value_name = "WHEN", default_value = "auto", hide_possible_values = true)]
    pub(crate) color: ColorChoice,
    /// Say nothing but the result and errors
    #[arg(short, long, global = true, conflicts_with = "verbose")]
    pub(crate) quiet: bool,
    /// Say more
    #[arg(short, long, global = true)]
    pub(crate) verbose: bool,
}

impl Globals {
    pub(crate) fn flags(&self) -> Flags {
        Flags {
            server: self.server.clone(),
            token: self.token.clone(),
            profile: self.profile.clone(),
            deployment: self.deployment.clone(),
        }
    }

    /// Whether the command line names a server, or the variables that stand for its options do.
    pub(crate) fn names_server(&self, env: impl Fn(&str) -> Option<String>) -> bool {
        let set = |name| env(name).is_some_and(|value| !value.is_empty());
        self.server.is_some() || self.profile.is_some() || set("HEADWATER_SERVER") || set("HEADWATER_PROFILE")
    }
}

/// A command. Those with a type of their own are described there.
#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    Init(InitArgs),
    Dev(DevArgs),
    Server(ServerArgs),
    Worker(WorkerArgs),
    Validate(ValidateArgs),
    Ls(LsArgs),
    Graph(GraphArgs),
    Materialize(MaterializeArgs),
    /// Look at runs, follow, cancel and repeat them
    #[command(subcommand, visible_alias = "run")]
    Runs(RunsCommand),
    /// Look at one asset
    #[command(subcommand, visible_alias = "assets")]
    Asset(AssetCommand),
    /// Look at schedules, switch them on and off
    #[command(subcommand, visible_alias = "schedules")]
    Schedule(ScheduleCommand),
    /// Look at alert policies and channels, try and silence them
    #[command(subcommand, visible_alias = "alert")]
    Alerts(AlertCommand),
    /// Look at incidents, take and silence them
    #[command(subcommand, visible_alias = "incident")]
    Incidents(IncidentCommand),
    /// Look at pools and set their limits
    #[command(subcommand, visible_alias = "pools")]
    Pool(PoolCommand),
    /// Show what waits, and why
    Queue,
    /// List workers
    Workers,
    Deploy(DeployArgs),
    Deploys(DeploysArgs),
    Doctor(DoctorArgs),
    /// Look after the database
    #[command(subcommand)]
    Db(DbCommand),
    /// Name servers, so that commands can choose between them
    #[command(subcommand, visible_alias = "profiles")]
    Profile(ProfileCommand),
    /// Make tokens
    #[command(subcommand)]
    Token(TokenCommand),
    /// Print the completions of a shell
    #[command(after_long_help = COMPLETIONS_HELP)]
    Completions {
        /// The shell
        shell: clap_complete::Shell,
    },
    Man(ManArgs),
    /// Print the OpenAPI document of the server in this binary
    Openapi,
    /// Print the JSON Schema of manifests
    Schema,
    /// End what a worker leaves running when it is killed; workers start this themselves
    #[command(hide = true)]
    Guard {
        /// Where the worker notes which processes it runs
        state: std::path::PathBuf,
    },
}

const COMPLETIONS_HELP: &str = "\
Examples:
  headwater completions bash > ~/.local/share/bash-completion/completions/headwater
  headwater completions zsh > ~/.zfunc/_headwater
  headwater completions fish > ~/.config/fish/completions/headwater.fish";

#[cfg(test)]
mod tests;

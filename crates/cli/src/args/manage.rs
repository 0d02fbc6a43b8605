//! Projects, deploys, schedules, pools, profiles, tokens.

use std::path::PathBuf;

use clap::{Args, Subcommand, ValueEnum};
use headwater_api::Role;

/// Make a new project that runs
///
/// Writes a Rust project with three assets, a check and a schedule. `cargo run -- dev` in it starts everything.
#[derive(Debug, Args)]
#[command(after_long_help = "\
Examples:
  headwater init shop
  headwater init . --name shop")]
pub(crate) struct InitArgs {
    /// The folder; it is made where it does not exist
    #[arg(default_value = ".")]
    pub(crate) folder: PathBuf,
    /// The project's name [default: the folder's name]
    #[arg(long, value_name = "NAME")]
    pub(crate) name: Option<String>,
    /// The folder of the `headwater` crate, to depend on a checkout instead of a published version
    #[arg(long, value_name = "FOLDER")]
    pub(crate) sdk_path: Option<PathBuf>,
}

#[derive(Debug, Subcommand)]
pub(crate) enum ScheduleCommand {
    /// List schedules
    Ls,
    /// Switch schedules on
    On {
        /// Their names
        #[arg(required = true, value_name = "NAME")]
        names: Vec<String>,
    },
    /// Switch schedules off
    Off {
        /// Their names
        #[arg(required = true, value_name = "NAME")]
        names: Vec<String>,
    },
    /// Show when a schedule ticks next
    Preview {
        /// Its name
        name: String,
        /// How many ticks
        #[arg(long, short = 'n', value_name = "COUNT", default_value_t = 10)]
        count: u32,
    },
    /// Show what came of a schedule's ticks, newest first
    Ticks {
        /// Its name
        name: String,
        /// At most so many
        #[arg(long, short = 'n', value_name = "COUNT", default_value_t = 20)]
        limit: u32,
    },
}

#[derive(Debug, Subcommand)]
pub(crate) enum PoolCommand {
    /// List pools with their use
    Ls,
    /// Set a pool's limit
    #[command(after_long_help = "\
Examples:
  headwater pool set warehouse 4
  headwater pool set warehouse 0           # holds everything back
  headwater pool set warehouse declared    # what the definitions say")]
    Set {
        /// The pool
        name: String,
        /// How many slots it has, or `declared`
        #[arg(value_name = "LIMIT", value_parser = limit)]
        limit: PoolValue,
    },
}

/// A pool's limit on the command line.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct PoolValue(pub(crate) Option<u32>);

fn limit(text: &str) -> Result<PoolValue, String> {
    match text {
        "declared" => Ok(PoolValue(None)),
        number => number.parse().map(|limit| PoolValue(Some(limit))).map_err(|_| "a number, or `declared`".to_owned()),
    }
}

/// Make the definitions of this binary live
///
/// What is broken is refused with every finding, and what was live stays live. Runs that are in progress keep the
/// definitions that they started with.
#[derive(Debug, Args)]
#[command(after_long_help = "\
Examples:
  shop deploy --profile production
  headwater deploy --manifest manifest.json")]
pub(crate) struct DeployArgs {
    /// Read the definitions from a manifest in JSON instead
    #[arg(long, value_name = "FILE")]
    pub(crate) manifest: Option<PathBuf>,
    /// Print the manifest and deploy nothing
    #[arg(long)]
    pub(crate) print: bool,
}

/// List deploys, refused ones included
#[derive(Debug, Args)]
pub(crate) struct DeploysArgs {
    /// At most so many
    #[arg(long, short = 'n', value_name = "COUNT", default_value_t = 20)]
    pub(crate) limit: u32,
}

/// Find out what is wrong with a server and the way to it
///
/// Asks the server how it is, and says of each thing whether it is ok, worth a look or broken, and what to do. The exit
/// code is 1 where something is broken, and 4 where no server answers.
#[derive(Debug, Args)]
pub(crate) struct DoctorArgs {
    /// The server's data folder, where it is on this machine
    #[arg(long, value_name = "FOLDER", default_value = ".headwater")]
    pub(crate) data: PathBuf,
}

#[derive(Debug, Subcommand)]
pub(crate) enum ProfileCommand {
    /// List profiles
    Ls,
    /// Choose the profile that is used where none is named
    Use {
        /// Its name
        name: String,
    },
    /// Add a profile, or replace it
    #[command(after_long_help = "\
Examples:
  headwater profile add staging https://headwater.staging.example --token-env STAGING_TOKEN
  headwater profile add production https://headwater.example --token-command 'pass show headwater'")]
    Add {
        /// Its name
        name: String,
        /// The server's address
        url: String,
        /// The name of an environment variable that holds the token
        #[arg(long, value_name = "VARIABLE")]
        token_env: Option<String>,
        /// A program that prints the token; split at spaces, no shell is used
        #[arg(long, value_name = "COMMAND", conflicts_with = "token_env")]
        token_command: Option<String>,
        /// Use it from now on where none is named
        #[arg(long = "use")]
        make_current: bool,
    },
    /// Remove a profile
    Rm {
        /// Its name
        name: String,
    },
}

#[derive(Debug, Subcommand)]
pub(crate) enum TokenCommand {
    /// Make a token, and the entry for the server's file of tokens
    ///
    /// The token is shown once and kept nowhere: the server only has its hash.
    #[command(after_long_help = "\
Examples:
  headwater token new --name ci --role operator
  headwater token new --name worker-1 --role worker --json")]
    New {
        /// Who has it; shown in the audit log
        #[arg(long, value_name = "NAME")]
        name: String,
        /// What it allows
        #[arg(long, value_name = "ROLE")]
        role: RoleChoice,
    },
}

/// What a token allows.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum RoleChoice {
    /// Everything
    Admin,
    /// Everything but deploys and limits
    Operator,
    /// Reading
    Viewer,
    /// What a worker needs
    Worker,
}

impl From<RoleChoice> for Role {
    fn from(choice: RoleChoice) -> Self {
        match choice {
            RoleChoice::Admin => Self::Admin,
            RoleChoice::Operator => Self::Operator,
            RoleChoice::Viewer => Self::Viewer,
            RoleChoice::Worker => Self::Worker,
        }
    }
}

/// Print the manual, or write a page for each command
#[derive(Debug, Args)]
#[command(after_long_help = "\
Examples:
  headwater man | man -l -
  headwater man /usr/local/share/man/man1")]
pub(crate) struct ManArgs {
    /// The folder to write a page for each command to; the main page is printed without it
    pub(crate) folder: Option<PathBuf>,
}

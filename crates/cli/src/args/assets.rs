//! Looking at assets.

use std::path::PathBuf;

use clap::{Args, Subcommand, ValueEnum};

use super::values::fact;

/// Check the definitions
///
/// Looks at the definitions of this binary without a server: keys, dependencies, cycles, steps, checks, schedules and
/// selections. Every finding says where it is, what is wrong and what to do. The exit code is 1 where something is
/// wrong, which makes it a step of a CI job.
#[derive(Debug, Args)]
#[command(after_long_help = "\
Examples:
  cargo run -- validate
  headwater validate --manifest manifest.json --json")]
pub(crate) struct ValidateArgs {
    /// Read the definitions from a manifest in JSON instead
    #[arg(long, value_name = "FILE")]
    pub(crate) manifest: Option<PathBuf>,
}

/// List assets
///
/// A binary with definitions lists those, without a server; --server or --profile asks a server, which also knows how
/// each asset is. A selection that matches nothing gives an empty list, a warning, and the exit code 0.
#[derive(Debug, Args)]
#[command(after_long_help = "\
Examples:
  headwater ls
  headwater ls 'group:raw and not owner:<null>'
  headwater ls 'sinks(*)' --json")]
pub(crate) struct LsArgs {
    /// Which assets, in the selection language
    pub(crate) selection: Option<String>,
    /// Read the definitions from a manifest in JSON instead
    #[arg(long, value_name = "FILE")]
    pub(crate) manifest: Option<PathBuf>,
}

/// Show what is made from what
#[derive(Debug, Args)]
#[command(after_long_help = "\
Examples:
  headwater graph
  headwater graph +shop/revenue --format mermaid
  headwater graph --format dot | dot -Tsvg > graph.svg")]
pub(crate) struct GraphArgs {
    /// Which assets, in the selection language
    pub(crate) selection: Option<String>,
    /// How to draw it
    #[arg(long, short, value_name = "FORMAT", default_value = "text")]
    pub(crate) format: GraphFormat,
    /// Read the definitions from a manifest in JSON instead
    #[arg(long, value_name = "FILE")]
    pub(crate) manifest: Option<PathBuf>,
}

/// How a graph is drawn.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum GraphFormat {
    /// A tree, each asset below what it is made from
    Text,
    /// The language of Graphviz
    Dot,
    /// The language of Mermaid, which Markdown viewers draw
    Mermaid,
}

#[derive(Debug, Subcommand)]
pub(crate) enum AssetCommand {
    /// Show everything about an asset
    Show {
        /// The asset's key
        key: String,
    },
    History(HistoryArgs),
    Report(ReportArgs),
}

/// Show the versions of an asset, newest first
#[derive(Debug, Args)]
#[command(after_long_help = "\
Examples:
  headwater asset history shop/orders
  headwater asset history shop/orders --checks -n 5")]
pub(crate) struct HistoryArgs {
    /// The asset's key
    pub(crate) key: String,
    /// Show the results of its checks instead
    #[arg(long)]
    pub(crate) checks: bool,
    /// Only of this partition
    #[arg(long, value_name = "PARTITION", conflicts_with = "checks")]
    pub(crate) partition: Option<String>,
    /// At most so many
    #[arg(long, short = 'n', value_name = "COUNT", default_value_t = 20)]
    pub(crate) limit: u32,
}

/// Record a version that something else made
///
/// For assets that other systems make: the ingestion service, a person's upload. What is downstream then counts as
/// stale, as after a run.
#[derive(Debug, Args)]
#[command(after_long_help = "\
Examples:
  headwater asset report erp/export --version 2026-11-24 --meta rows=120
  headwater asset report erp/export --kind materialized --idempotency-key upload-17")]
pub(crate) struct ReportArgs {
    /// The asset's key
    pub(crate) key: String,
    /// Made, or looked at
    #[arg(long, value_name = "KIND", default_value = "observed")]
    pub(crate) kind: ReportKind,
    /// The data version; two reports of the same version are the same data
    #[arg(long, value_name = "VERSION")]
    pub(crate) version: Option<String>,
    /// The partition
    #[arg(long, value_name = "PARTITION", default_value = "")]
    pub(crate) partition: String,
    /// A fact about the data; may be given several times
    #[arg(long = "meta", value_name = "NAME=VALUE", value_parser = fact)]
    pub(crate) metadata: Vec<(String, serde_json::Value)>,
    /// A key of your own: the same report with the same key is one report
    #[arg(long, value_name = "KEY")]
    pub(crate) idempotency_key: Option<String>,
}

/// What a report is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum ReportKind {
    /// Somebody made a new version
    Materialized,
    /// Somebody looked at the version that is there
    Observed,
}

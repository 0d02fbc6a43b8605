//! Measures Headwater against the numbers of its design.
//!
//! It prints one JSON line per figure and a table after them: of all figures, or of those that are named, as in
//! `--only list_ms,ui_graph_ms`. With the name of a command of the product it is the product itself, with a layered graph of no-op assets inside: the figures
//! are taken from real server and worker processes that are started this way.

#![allow(clippy::print_stdout, clippy::print_stderr, reason = "it prints figures")]

mod browser;
mod dag;
mod figures;
mod raw;
mod report;
mod stack;
mod wire;

use std::process::ExitCode;

/// Marks a call that is the product and not the measurement.
const PRODUCT_COMMANDS: [&str; 3] = ["server", "worker", "dev"];

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    if arguments.first().is_some_and(|first| PRODUCT_COMMANDS.contains(&first.as_str())) {
        return headwater_cli::main(dag::registry_from_env());
    }
    let _ = rustls::crypto::ring::default_provider().install_default();
    let runtime = match tokio::runtime::Runtime::new() {
        Ok(runtime) => runtime,
        Err(error) => {
            eprintln!("no runtime: {error}");
            return ExitCode::FAILURE;
        }
    };
    let mut report = report::Report::default();
    let result = runtime.block_on(figures::measure(&arguments, &mut report));
    report.print_table();
    match result {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("the measurement broke: {error:#}");
            ExitCode::FAILURE
        }
    }
}

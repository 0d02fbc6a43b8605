//! The command line, and the only place where the parts of the product are put together.
//!
//! [`main`] turns a registry of definitions into a whole binary: `args` reads the command line, `context` finds the
//! definitions and the server, each file of `commands` is one command, and `compose` starts what stays (server, worker,
//! both in one process). Everything is written through `output`.

mod args;
mod commands;
mod compose;
mod config;
mod context;
mod edge;
mod failure;
mod output;

use std::{ffi::OsString, process::ExitCode};

use headwater_worker::registry::Registry;

use crate::{
    args::Command,
    context::Context,
    failure::{Done, Exit},
    output::{Format, Output, Verbosity},
};

/// Runs the command that the process was started with, with these definitions inside.
///
/// The exit code is 0 where it did what it was asked, 1 where that failed, 2 where the command makes no sense, 3 for a
/// cancelled run, 4 where no server answers.
#[must_use = "return it from main"]
pub fn main(registry: Registry) -> ExitCode {
    run(registry, std::env::args_os())
}

/// Runs a command that is given, with the name of the program first, as [`main`] does for the process's own.
#[must_use = "return it from main"]
pub fn run(registry: Registry, arguments: impl IntoIterator<Item = OsString>) -> ExitCode {
    // Fails only where another provider was installed before, which then serves as well.
    let _ = rustls::crypto::ring::default_provider().install_default();
    let arguments: Vec<OsString> = arguments.into_iter().collect();
    arguments.first().into_iter().for_each(|path| edge::called(path));
    let cli = match args::parse(edge::program(), &arguments) {
        Ok(cli) => cli,
        Err(error) => return not_understood(&error, &arguments).into(),
    };
    let format = if cli.globals.json { Format::Json } else { Format::Human };
    let verbosity = match (cli.globals.quiet, cli.globals.verbose) {
        (true, _) => Verbosity::Quiet,
        (_, true) => Verbosity::Verbose,
        _ => Verbosity::Normal,
    };
    let output = Output::standard(format, cli.globals.color, verbosity);
    let context = Context::new(registry, output, cli.globals);
    let done = start(&context, cli.command);
    match done {
        Ok(exit) => exit.into(),
        Err(failure) => {
            if failure.exit != Exit::Pipe {
                context.output.fail(&failure);
            }
            failure.exit.into()
        }
    }
}

/// Says why a command line is none, or prints the help that it asks for.
fn not_understood(error: &clap::Error, arguments: &[OsString]) -> Exit {
    if !error.use_stderr() {
        // Help that nobody reads any more is not an error.
        let _ = error.print();
        return Exit::Success;
    }
    // What could not be read does not say which format is wanted; what is written there does.
    let options = arguments.iter().take_while(|argument| *argument != "--");
    if options.into_iter().any(|argument| argument == "--json") {
        let output = Output::standard(Format::Json, output::ColorChoice::Never, Verbosity::Normal);
        output.fail(&failure::Failure::arguments(&error.to_string()));
    } else {
        let _ = error.print();
    }
    Exit::Usage
}

fn start(context: &Context, command: Command) -> Done {
    // A server and its worker want all cores; a command that waits for a server wants one thread.
    let mut builder = match command {
        Command::Dev(_) | Command::Server(_) | Command::Worker(_) => tokio::runtime::Builder::new_multi_thread(),
        _ => tokio::runtime::Builder::new_current_thread(),
    };
    let runtime = builder
        .enable_all()
        .build()
        .map_err(|error| failure::Failure::local(format!("the process cannot start its threads: {error}")))?;
    let done = runtime.block_on(commands::dispatch(context, command));
    // A thread that waits for the keyboard must not keep the process from ending.
    runtime.shutdown_background();
    done
}

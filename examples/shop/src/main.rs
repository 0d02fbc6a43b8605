//! `shop`: the example's binary. Its own commands stand in front of Headwater's.

use shop::assets::definitions;
use shop::commands::{self, CommandError};
use shop::setup::Settings;
use std::io::Write;
use std::process::ExitCode;

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let outcome = match commands::run(&arguments) {
        Some(outcome) => outcome,
        None => headwater(),
    };
    match outcome {
        Ok(code) => code,
        Err(error) => {
            // Nobody is left to tell when standard error is closed too.
            let _ = writeln!(std::io::stderr(), "error: {error}");
            ExitCode::from(2)
        }
    }
}

/// The whole product with the shop's assets inside.
fn headwater() -> Result<ExitCode, CommandError> {
    let settings = Settings::from_env()?;
    let program = std::env::current_exe()?;
    Ok(headwater::main(definitions(&settings, program)))
}

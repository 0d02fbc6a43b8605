//! The whole product with the steps of [`headwater_tests::fixture`] inside, configured by the environment.

use std::process::ExitCode;

fn main() -> ExitCode {
    headwater_cli::main(headwater_tests::fixture::registry_from_env())
}

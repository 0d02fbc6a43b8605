//! The stock `headwater` binary: the whole product without Rust definitions of its own.

use std::{collections::BTreeMap, process::ExitCode};

use headwater_core::manifest::Manifest;
use headwater_worker::registry::Registry;

fn main() -> ExitCode {
    headwater_cli::main(Registry::new(Manifest::new("headwater"), BTreeMap::new()))
}

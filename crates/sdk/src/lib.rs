//! Headwater: declare data assets in Rust, and have them made, recorded and watched.
//!
//! A team declares its assets and what each one is made from; Headwater works out what has to run and when.
//!
//! ```
//! use headwater::prelude::*;
//!
//! /// Orders as the shop returned them.
//! #[asset(group = "raw")]
//! async fn raw_orders(ctx: Context) -> Result<Materialized<Vec<u64>>> {
//!     ctx.log.info("asking the shop");
//!     Ok(Materialized::new(vec![3, 1, 2]).meta("endpoint", Url("https://shop.example/orders")))
//! }
//!
//! /// Orders by number.
//! #[asset(group = "curated")]
//! fn orders(raw_orders: Input<raw_orders>) -> Vec<u64> {
//!     let mut orders = raw_orders.to_vec();
//!     orders.sort_unstable();
//!     orders
//! }
//!
//! /// Orders are numbered from one.
//! #[check(asset = orders, blocking)]
//! fn numbers_start_at_one(orders: &[u64]) -> bool {
//!     orders.first() == Some(&1)
//! }
//!
//! fn shop() -> Definitions {
//!     definitions![raw_orders, orders, numbers_start_at_one]
//! }
//!
//! # #[allow(dead_code)]
//! fn main_of_the_binary() -> ExitCode {
//!     headwater::main(shop())
//! }
//!
//! // A test of the pipeline, without any server:
//! let run = headwater::testing::materialize(&shop(), "*");
//! assert_eq!(*run.value::<orders>(), [1, 2, 3]);
//! assert!(run.check("orders", "numbers_start_at_one").passed);
//! ```
//!
//! [`Asset`] lists the settings of `#[asset]`, its parameters and what it may return; [`CheckResult`], [`Outputs`],
//! [`Observation`] and [`Process`] show the other attributes; [`Provider`] is how resources are built; [`IoManager`] is
//! how values are kept; [`testing`] is the test kit.

mod alert;
mod argument;
mod asset;
mod check;
mod context;
mod definitions;
mod error;
mod io;
pub mod metadata;
mod output;
pub mod prelude;
mod process;
mod resource;
mod run;
mod schedule;
mod spec;
pub mod testing;

/// The first program that people read is compiled with the others.
#[cfg(doctest)]
#[doc = include_str!("../../../README.md")]
struct Readme;

use std::{io::Write, process::ExitCode};

pub use headwater_core::{
    graph::Finding,
    key::AssetKey,
    manifest,
    metadata::MetadataValue,
    time::{Millis, Timestamp},
};
pub use headwater_macros::{asset, check, config, external_asset, multi_asset, observable, process_asset};
pub use headwater_worker::{logs::StepLog, registry::Registry};

pub use crate::{
    alert::{AlertPolicy, Channel, Secret},
    argument::{Argument, Config, Input, Res},
    asset::{Asset, Define, Gives, OutputOf, ViewOf},
    check::{CheckResult, IntoCheck},
    context::Context,
    definitions::{Definitions, DefinitionsError},
    error::{IntoStepError, Result, StepError, StepResult},
    io::{IoManager, JsonFiles, Slot},
    output::{IntoObservation, Materialized, Observation, Outputs},
    process::{IntoProcess, Process, ProcessAsset},
    resource::Provider,
    schedule::{Job, Schedule},
};

/// Turns a binary into the whole product with these definitions inside: worker and command line, and with the feature
/// `server` also server and scheduler.
///
/// Definitions that are not valid are shown with their places, and the exit code is 2.
#[must_use = "return it from main"]
pub fn main(definitions: Definitions) -> ExitCode {
    match definitions.build() {
        Ok(registry) => {
            // The registry has what it needs; nothing holds resources twice.
            drop(definitions);
            headwater_cli::main(registry)
        }
        Err(error) => {
            // Nobody is left to tell when standard error is closed too.
            let _ = writeln!(std::io::stderr(), "{error}");
            ExitCode::from(2)
        }
    }
}

/// The definitions in a list of functions with `#[asset]`, `#[multi_asset]`, `#[check]`, `#[observable]` and
/// `#[process_asset]`, and of assets by `external_asset!`. Methods of [`Definitions`] add the rest.
#[macro_export]
macro_rules! definitions {
    ($($definition:path),* $(,)?) => {
        $crate::Definitions::of(::core::env!("CARGO_PKG_NAME"), &[$(<$definition as $crate::Define>::define),*])
    };
}

/// What the generated code names. Nothing in here is stable.
#[doc(hidden)]
pub mod __private {
    pub use headwater_worker::registry::BodyFuture;
    pub use schemars;
    pub use serde;

    pub use crate::{
        definitions::{Needs, Runs},
        run::{Invocation, failure, view},
        spec::{AssetSpec, AutomationSpec, CheckSpec, Fact, RetrySpec, Source, StepSpec, span},
    };
}

//! What a file with assets imports: `use headwater::prelude::*;`.

pub use std::process::ExitCode;

pub use headwater_core::{
    manifest::{CatchUp, Overlap, Severity},
    time::Timestamp,
};
pub use headwater_macros::{asset, check, external_asset, multi_asset, observable, process_asset};

pub use crate::{
    CheckResult, Config, Context, Definitions, Input, IoManager, Job, JsonFiles, Materialized, Observation, Outputs,
    Process, Provider, Res, Result, Schedule, Slot, StepError, StepResult, definitions,
    metadata::{ColumnLineage, Json, Markdown, Path, Table, TableSchema, Url},
};

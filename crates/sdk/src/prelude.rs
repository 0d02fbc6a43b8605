//! What a file with assets imports: `use headwater::prelude::*;`.

pub use std::process::ExitCode;

pub use headwater_core::{
    manifest::{AlertOn, AlertSeverity, CatchUp, Overlap, Severity},
    time::Timestamp,
};
pub use headwater_macros::{asset, check, external_asset, multi_asset, observable, process_asset};

pub use crate::{
    AlertPolicy, Channel, CheckResult, Config, Context, Definitions, Input, IoManager, Job, JsonFiles, Materialized,
    Observation, Outputs, Process, Provider, Res, Result, Schedule, Secret, Slot, StepError, StepResult, definitions,
    metadata::{ColumnLineage, Json, Markdown, Path, Table, TableSchema, Url},
};

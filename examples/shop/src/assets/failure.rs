//! What an error of the plain functions means for another attempt.

use crate::activation::SyncError;
use crate::ingest::IngestError;
use headwater::prelude::*;

/// A source that is away is asked again later. One that refuses, or answers what was not agreed, is not: somebody has
/// to look first.
pub(super) fn ingestion(error: IngestError) -> StepError {
    match error {
        IngestError::Unavailable { .. } => StepError::from(error).class("unavailable"),
        IngestError::Refused { .. } => StepError::from(error).class("refused").never(),
        IngestError::Unexpected { .. } | IngestError::Export(_) => StepError::from(error).class("unexpected").never(),
        IngestError::Warehouse(error) => StepError::from(error).class("warehouse"),
    }
}

/// As [`ingestion`]; batches that were answered are on record.
pub(super) fn sync(error: SyncError) -> StepError {
    match error {
        SyncError::Crm(error) => ingestion(error).context("telling the CRM"),
        SyncError::Warehouse(error) => StepError::from(error).class("warehouse"),
    }
}

//! Putting the warehouse to use: customer segments, their sync to the CRM, and the demand forecast.

mod crm;
mod forecast;
mod report;
mod segments;

pub use crm::{CrmContact, CrmReject, SyncError, SyncOutcome, SyncSummary, pending_contacts, sync_segments};
pub use forecast::{DemandForecast, ForecastMetric, forecast_command, write_forecast_script};
pub use report::{build_weekly_report, weekly_report};
pub use segments::{CustomerSegment, Segment, SegmentError, Segmentation, build_segments, segment_customers};

//! Schemas of domain types that the API sends as they are.
//!
//! `core` does not know OpenAPI. The values of an enumeration are read from `core` itself, so the document cannot
//! name others than the server sends.

use std::borrow::Cow;

use headwater_core::{
    alert,
    manifest::{AlertSeverity as Alert, Severity as CoreSeverity},
    record,
};
use serde::Serialize;
use utoipa::{
    PartialSchema, ToSchema,
    openapi::{ObjectBuilder, RefOr, Schema, schema::Type},
};

fn texts(values: impl IntoIterator<Item = &'static str>) -> RefOr<Schema> {
    ObjectBuilder::new().schema_type(Type::String).enum_values(Some(values)).into()
}

macro_rules! text_schemas {
    ($($(#[$doc:meta])* $name:ident = $values:expr;)*) => {$(
        $(#[$doc])*
        #[derive(Clone, Copy, Debug)]
        pub struct $name;

        impl PartialSchema for $name {
            fn schema() -> RefOr<Schema> {
                texts($values)
            }
        }

        impl ToSchema for $name {
            fn name() -> Cow<'static, str> {
                stringify!($name).into()
            }
        }
    )*};
}

text_schemas! {
    /// Where a run is.
    RunState = record::RunState::ALL.iter().map(|value| value.as_str());
    /// Where a step is.
    StepState = record::StepState::ALL.iter().map(|value| value.as_str());
    /// How an attempt ended.
    AttemptEnd = record::AttemptEnd::ALL.iter().map(|value| value.as_str());
    /// Where a worker is.
    WorkerState = record::WorkerState::ALL.iter().map(|value| value.as_str());
    /// What came of a tick.
    TickOutcome = record::TickOutcome::ALL.iter().map(|value| value.as_str());
    /// Whether a version was made or looked at.
    VersionKind = record::VersionKind::ALL.iter().map(|value| value.as_str());
    /// How bad a failed check is.
    Severity = [CoreSeverity::Warn, CoreSeverity::Error].map(|severity| match severity {
        CoreSeverity::Warn => "warn",
        CoreSeverity::Error => "error",
    });
    /// How bad an incident is.
    AlertSeverity = [Alert::Info, Alert::Warning, Alert::Critical].map(Alert::as_str);
    /// Where an incident is.
    IncidentState = alert::IncidentState::ALL.iter().map(|value| value.as_str());
    /// Which kind of happening an incident shows.
    SignalKind = alert::SignalKind::ALL.iter().map(|value| value.as_str());
    /// Where the delivery of a message is.
    DeliveryState = ["waiting", "delivered", "withdrawn", "dead"];
    /// Whether a schedule ticks.
    Switch = ["on", "off"];
    /// What happens at a tick when the run of an earlier tick has not ended.
    Overlap = ["allow", "skip", "queue_one", "cancel_previous"];
}

/// One fact about data. The type decides how it is shown; numbers are plotted over time.
#[derive(Debug, Serialize, ToSchema)]
#[serde(tag = "type", content = "value", rename_all = "snake_case")]
pub enum MetadataValue {
    /// Plain text.
    Text(String),
    /// Markdown, to be sanitized where it is shown.
    Markdown(String),
    /// A whole number.
    Int(i64),
    /// A number; NaN and the infinities travel as text.
    #[schema(value_type = serde_json::Value)]
    Float(serde_json::Value),
    /// Yes or no.
    Bool(bool),
    /// A link; show only `http`, `https` and `mailto` as one.
    Url(String),
    /// A path on whatever the step ran on.
    Path(String),
    /// Any JSON.
    Json(serde_json::Value),
    /// Records with named columns.
    Table(serde_json::Value),
    /// The columns of a table.
    TableSchema(serde_json::Value),
    /// Where each column comes from.
    ColumnLineage(serde_json::Value),
    /// An instant, in microseconds since 1970.
    Timestamp(i64),
}

/// How often a failed attempt is repeated, and what happens to missed ticks: a tagged object of the manifest.
#[derive(Debug, Serialize, ToSchema)]
#[schema(value_type = Object)]
pub struct Declared(pub serde_json::Value);

//! Alert policies, channels, incidents and deliveries.

use headwater_core::{
    alert::{Cause, IncidentState, SignalKind},
    id::{IncidentId, RunId, Seq},
    key::AssetKey,
    manifest::{AlertOn, AlertSeverity, QuietHours, SourceRef, Threshold},
    time::Millis,
};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use crate::{problem::Source, schema, time::Time};

/// An alert policy that is live, and how it is.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct AlertPolicy {
    /// Its name.
    pub name: String,
    /// The code location that declares it.
    pub location: String,
    /// What it is for, in Markdown.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub description: String,
    /// What is worth telling.
    #[schema(value_type = Vec<Object>)]
    pub on: Vec<AlertOn>,
    /// The same in words.
    pub when: String,
    /// Only about these assets; unset, about everything.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub select: Option<String>,
    /// How many assets it watches; none where it watches everything.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub assets: Option<u32>,
    /// How bad it is.
    #[schema(value_type = schema::AlertSeverity)]
    pub severity: AlertSeverity,
    /// Who is told.
    pub channels: Vec<String>,
    /// The shortest time between two messages about one incident, in milliseconds.
    #[schema(value_type = u64)]
    pub min_interval_ms: Millis,
    /// When messages wait.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<Object>)]
    pub quiet: Option<QuietHours>,
    /// Tell only when it happened so often.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<Object>)]
    pub threshold: Option<Threshold>,
    /// What keeps it from telling anybody: what its channels miss.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub missing: Vec<String>,
    /// No messages until then.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub muted_until: Option<Time>,
    /// How many incidents that it watches are open.
    pub open_incidents: u32,
    /// Where it is declared.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<Source>)]
    pub source: Option<SourceRef>,
}

/// A channel that is live, without its secrets.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct AlertChannel {
    /// Its name.
    pub name: String,
    /// The code location that declares it.
    pub location: String,
    /// What it is, as in `slack_bot`.
    pub kind: String,
    /// Where it goes, without what is secret.
    pub target: String,
    /// What this server misses to send anything, as in `SLACK_WEBHOOK_URL is not set`; none where it is ready.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub missing: Option<String>,
    /// Policies that use it.
    pub policies: Vec<String>,
    /// How many messages wait for their delivery.
    pub waiting: u32,
    /// What went wrong last, where a message waits because of it or was given up.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub error: Option<String>,
}

/// An incident: one root cause, from when it shows until it is gone.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Incident {
    /// Its id.
    #[schema(value_type = uuid::Uuid)]
    pub id: IncidentId,
    /// Where it is.
    #[schema(value_type = schema::IncidentState)]
    pub state: IncidentState,
    /// The worst that a policy says of it.
    #[schema(value_type = schema::AlertSeverity)]
    pub severity: AlertSeverity,
    /// Which kind of happening.
    #[schema(value_type = schema::SignalKind)]
    pub kind: SignalKind,
    /// What is wrong, with its `kind`: the asset, check, schedule, worker or location.
    #[schema(value_type = Object)]
    pub cause: Cause,
    /// What is wrong, in one line.
    pub title: String,
    /// The first lines of the error.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub error: Option<String>,
    /// Policies that watch it.
    pub policies: Vec<String>,
    /// Channels that were told.
    pub channels: Vec<String>,
    /// Owners of what is wrong.
    pub owners: Vec<String>,
    /// What is held up downstream, at most 50.
    #[schema(value_type = Vec<String>)]
    pub affected: Vec<AssetKey>,
    /// How many assets are held up.
    pub affected_count: u32,
    /// How often it happened.
    pub count: u32,
    /// When it began.
    pub opened_at: Time,
    /// When it happened last.
    pub last_at: Time,
    /// When its cause was gone.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub resolved_at: Option<Time>,
    /// Who has taken it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub acknowledged_by: Option<String>,
    /// When.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub acknowledged_at: Option<Time>,
    /// No messages until then.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub muted_until: Option<Time>,
    /// The run in which it happened last.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<uuid::Uuid>)]
    pub run: Option<RunId>,
}

/// An incident with the messages about it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct IncidentDetail {
    /// The incident.
    #[serde(flatten)]
    pub incident: Incident,
    /// Messages about it, newest first, at most 200.
    pub deliveries: Vec<Delivery>,
}

/// A message and its delivery.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Delivery {
    /// Its place in history.
    #[schema(value_type = i64)]
    pub seq: Seq,
    /// When it was decided.
    pub at: Time,
    /// The channel that it goes to.
    pub channel: String,
    /// What it says, as in `alert.opened`.
    pub topic: String,
    /// The incident that it is about.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<uuid::Uuid>)]
    pub incident: Option<IncidentId>,
    /// The policy because of which the channel hears of it.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub policy: String,
    /// What is wrong, in one line.
    pub title: String,
    /// Where its delivery is.
    #[schema(value_type = schema::DeliveryState)]
    pub state: String,
    /// How often it was tried.
    pub attempts: u32,
    /// When it is tried next, where it waits.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub next_at: Option<Time>,
    /// When its delivery ended.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub closed_at: Option<Time>,
    /// What the last failed try said.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub error: Option<String>,
}

/// Which incidents.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, IntoParams)]
#[serde(default, deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct IncidentQuery {
    /// `open` (not resolved), `resolved` or `all`; `all` without it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub state: Option<String>,
    /// The `next` of the part before.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub cursor: Option<String>,
    /// At most so many, up to 500; 50 without it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub limit: Option<u32>,
}

/// Which deliveries.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, IntoParams)]
#[serde(default, deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct DeliveryQuery {
    /// Only `waiting`, `delivered`, `withdrawn` or `dead` ones.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub state: Option<String>,
    /// Only about this incident.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[param(value_type = Option<uuid::Uuid>)]
    pub incident: Option<IncidentId>,
    /// The `next` of the part before.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub cursor: Option<String>,
    /// At most so many, up to 500; 50 without it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub limit: Option<u32>,
}

/// Until when something is silent.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Mute {
    /// Until when; null ends the silence.
    #[serde(default)]
    pub until: Option<Time>,
}

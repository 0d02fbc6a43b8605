//! Alert policies, channels, incidents and deliveries.

use headwater_api::{
    AlertChannel, AlertPolicy, Commanded, Delivery, DeliveryQuery, Incident, IncidentDetail, IncidentQuery, List, Mute,
    Time,
};
use headwater_core::id::IncidentId;
use reqwest::Method;

use crate::{Client, ClientError, IdempotencyKey};

impl Client {
    /// Alert policies by name.
    ///
    /// # Errors
    /// See [`ClientError`].
    pub async fn alert_policies(&self) -> Result<List<AlertPolicy>, ClientError> {
        self.here(Method::GET, &["alerts", "policies"]).read().await
    }

    /// Channels by name.
    ///
    /// # Errors
    /// See [`ClientError`].
    pub async fn alert_channels(&self) -> Result<List<AlertChannel>, ClientError> {
        self.here(Method::GET, &["alerts", "channels"]).read().await
    }

    /// Sends a sample to every channel of a policy.
    ///
    /// # Errors
    /// See [`ClientError`].
    pub async fn test_policy(&self, policy: &str, key: &IdempotencyKey) -> Result<Commanded, ClientError> {
        self.here(Method::POST, &["alerts", "policies", policy, "test"]).key(key).read().await
    }

    /// Sends a sample to a channel.
    ///
    /// # Errors
    /// See [`ClientError`].
    pub async fn test_channel(&self, channel: &str, key: &IdempotencyKey) -> Result<Commanded, ClientError> {
        self.here(Method::POST, &["alerts", "channels", channel, "test"]).key(key).read().await
    }

    /// Silences a policy until an instant; none ends the silence.
    ///
    /// # Errors
    /// See [`ClientError`].
    pub async fn mute_policy(
        &self,
        policy: &str,
        until: Option<Time>,
        key: &IdempotencyKey,
    ) -> Result<Commanded, ClientError> {
        self.here(Method::POST, &["alerts", "policies", policy, "mute"]).key(key).json(&Mute { until }).read().await
    }

    /// Incidents, newest first.
    ///
    /// # Errors
    /// See [`ClientError`].
    pub async fn incidents(&self, query: &IncidentQuery) -> Result<List<Incident>, ClientError> {
        self.here(Method::GET, &["alerts", "incidents"]).query(query).read().await
    }

    /// An incident with the messages about it.
    ///
    /// # Errors
    /// See [`ClientError`].
    pub async fn incident(&self, id: IncidentId) -> Result<IncidentDetail, ClientError> {
        self.here(Method::GET, &["alerts", "incidents", &id.to_string()]).read().await
    }

    /// The incident that a text means: an id, or four or more characters of its beginning or end.
    ///
    /// # Errors
    /// See [`ClientError`].
    pub async fn find_incident(&self, text: &str) -> Result<IncidentDetail, ClientError> {
        self.here(Method::GET, &["alerts", "incidents", text]).read().await
    }

    /// Takes an incident.
    ///
    /// # Errors
    /// See [`ClientError`].
    pub async fn acknowledge(&self, id: IncidentId, key: &IdempotencyKey) -> Result<Commanded, ClientError> {
        self.here(Method::POST, &["alerts", "incidents", &id.to_string(), "ack"]).key(key).read().await
    }

    /// Silences an incident until an instant; none ends the silence.
    ///
    /// # Errors
    /// See [`ClientError`].
    pub async fn mute_incident(
        &self,
        id: IncidentId,
        until: Option<Time>,
        key: &IdempotencyKey,
    ) -> Result<Commanded, ClientError> {
        let id = id.to_string();
        self.here(Method::POST, &["alerts", "incidents", &id, "mute"]).key(key).json(&Mute { until }).read().await
    }

    /// Messages and their delivery, newest first.
    ///
    /// # Errors
    /// See [`ClientError`].
    pub async fn deliveries(&self, query: &DeliveryQuery) -> Result<List<Delivery>, ClientError> {
        self.here(Method::GET, &["alerts", "deliveries"]).query(query).read().await
    }
}

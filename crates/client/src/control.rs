//! Schedules, pools, workers, deployments, the server itself.

use bytes::Bytes;
use headwater_api::{
    Commanded, Deploy, Deployed, Deployment, Event, EventQuery, Health, Job, List, ListQuery, Pool, PoolLimit, Preview,
    PreviewQuery, Queue, Resource, Schedule, ServerVersion, Status, SwitchRequest, Tick, Worker,
};
use headwater_core::{id::SnapshotId, manifest::Switch};
use reqwest::Method;

use crate::{Client, ClientError, IdempotencyKey};

impl Client {
    /// Whether the server's process lives.
    ///
    /// # Errors
    /// See [`ClientError`].
    pub async fn health(&self) -> Result<Health, ClientError> {
        self.call(Method::GET, "/healthz").read().await
    }

    /// Whether the server can do its work: its store answers, and a leader is known. Asked once, for loops.
    ///
    /// # Errors
    /// See [`ClientError`]; a server that is not ready is a passing `Problem`.
    pub async fn ready(&self) -> Result<Health, ClientError> {
        self.call(Method::GET, "/readyz").once().read().await
    }

    /// What the server is.
    ///
    /// # Errors
    /// See [`ClientError`].
    pub async fn version(&self) -> Result<ServerVersion, ClientError> {
        self.call(Method::GET, "/api/v1/version").read().await
    }

    /// How the server and its store are.
    ///
    /// # Errors
    /// See [`ClientError`].
    pub async fn status(&self) -> Result<Status, ClientError> {
        self.call(Method::GET, "/api/v1/status").read().await
    }

    /// All deployments.
    ///
    /// # Errors
    /// See [`ClientError`].
    pub async fn deployments(&self) -> Result<List<Deployment>, ClientError> {
        self.call(Method::GET, "/api/v1/deployments").read().await
    }

    /// All workers, those that are active or draining first.
    ///
    /// # Errors
    /// See [`ClientError`].
    pub async fn workers(&self) -> Result<List<Worker>, ClientError> {
        self.call(Method::GET, "/api/v1/workers").read().await
    }

    /// Schedules by name.
    ///
    /// # Errors
    /// See [`ClientError`].
    pub async fn schedules(&self) -> Result<List<Schedule>, ClientError> {
        self.here(Method::GET, &["schedules"]).read().await
    }

    /// Ticks of a schedule, newest first.
    ///
    /// # Errors
    /// See [`ClientError`].
    pub async fn ticks(&self, schedule: &str, list: &ListQuery) -> Result<List<Tick>, ClientError> {
        self.here(Method::GET, &["schedules", schedule, "ticks"]).query(list).read().await
    }

    /// Switches a schedule.
    ///
    /// # Errors
    /// See [`ClientError`].
    pub async fn switch_schedule(
        &self,
        schedule: &str,
        switch: Switch,
        key: &IdempotencyKey,
    ) -> Result<Commanded, ClientError> {
        let body = SwitchRequest { switch };
        self.here(Method::POST, &["schedules", schedule, "switch"]).key(key).json(&body).read().await
    }

    /// The next ticks of a schedule.
    ///
    /// # Errors
    /// See [`ClientError`].
    pub async fn preview_schedule(&self, schedule: &str, query: &PreviewQuery) -> Result<Preview, ClientError> {
        self.here(Method::GET, &["schedules", schedule, "preview"]).query(query).read().await
    }

    /// Pools by name, with their use.
    ///
    /// # Errors
    /// See [`ClientError`].
    pub async fn pools(&self) -> Result<List<Pool>, ClientError> {
        self.here(Method::GET, &["pools"]).read().await
    }

    /// Sets a pool's limit; none goes back to what is declared.
    ///
    /// # Errors
    /// See [`ClientError`].
    pub async fn set_pool(
        &self,
        pool: &str,
        limit: Option<u32>,
        key: &IdempotencyKey,
    ) -> Result<Commanded, ClientError> {
        self.here(Method::PUT, &["pools", pool]).key(key).json(&PoolLimit { limit }).read().await
    }

    /// What waits, and why.
    ///
    /// # Errors
    /// See [`ClientError`].
    pub async fn queue(&self) -> Result<Queue, ClientError> {
        self.here(Method::GET, &["queue"]).read().await
    }

    /// Deploys, newest first, refused ones included.
    ///
    /// # Errors
    /// See [`ClientError`].
    pub async fn deploys(&self, list: &ListQuery) -> Result<List<Deploy>, ClientError> {
        self.here(Method::GET, &["deploys"]).query(list).read().await
    }

    /// Makes a manifest live for its location. A manifest that is live already changes nothing.
    ///
    /// # Errors
    /// See [`ClientError`]; the findings of a broken manifest are in the `Problem`.
    pub async fn deploy(&self, manifest: String, key: &IdempotencyKey) -> Result<Deployed, ClientError> {
        let body = Bytes::from(manifest);
        self.here(Method::POST, &["deploys"]).key(key).bytes(body, "application/json").read().await
    }

    /// The manifest of a snapshot, canonical.
    ///
    /// # Errors
    /// See [`ClientError`].
    pub async fn snapshot(&self, id: &SnapshotId) -> Result<headwater_core::manifest::Manifest, ClientError> {
        self.here(Method::GET, &["snapshots", &id.0]).read().await
    }

    /// Jobs by name.
    ///
    /// # Errors
    /// See [`ClientError`].
    pub async fn jobs(&self) -> Result<List<Job>, ClientError> {
        self.here(Method::GET, &["jobs"]).read().await
    }

    /// Resources by name.
    ///
    /// # Errors
    /// See [`ClientError`].
    pub async fn resources(&self) -> Result<List<Resource>, ClientError> {
        self.here(Method::GET, &["resources"]).read().await
    }

    /// Entries of the event log, oldest first.
    ///
    /// # Errors
    /// See [`ClientError`].
    pub async fn events(&self, query: &EventQuery) -> Result<List<Event>, ClientError> {
        self.here(Method::GET, &["events"]).query(query).read().await
    }

    /// The server's OpenAPI document as JSON.
    ///
    /// # Errors
    /// See [`ClientError`].
    pub async fn openapi(&self) -> Result<serde_json::Value, ClientError> {
        self.call(Method::GET, "/openapi.json").read().await
    }
}

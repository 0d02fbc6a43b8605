//! Runs and their output.

use headwater_api::{
    Attempt, CheckResult, Commanded, Event, EventQuery, LaunchRequest, Launched, List, LogPage, LogQuery, LogStream,
    Retry, RetryFrom, Run, RunDetail, RunQuery, Step, Version,
};
use headwater_core::id::{RunId, StepNo};
use reqwest::Method;

use crate::{Client, ClientError, IdempotencyKey};

impl Client {
    /// Runs, newest first.
    ///
    /// # Errors
    /// See [`ClientError`].
    pub async fn runs(&self, query: &RunQuery) -> Result<List<Run>, ClientError> {
        self.here(Method::GET, &["runs"]).query(query).read().await
    }

    /// Asks for a run. When it is answered, the run is durable.
    ///
    /// # Errors
    /// See [`ClientError`].
    pub async fn launch(&self, request: &LaunchRequest, key: &IdempotencyKey) -> Result<Launched, ClientError> {
        self.here(Method::POST, &["runs"]).key(key).json(request).read().await
    }

    /// One run.
    ///
    /// # Errors
    /// See [`ClientError`].
    pub async fn run(&self, run: RunId) -> Result<RunDetail, ClientError> {
        self.here(Method::GET, &["runs", &run.to_string()]).read().await
    }

    /// The run that a text means: an id, or four or more characters of its beginning or end.
    ///
    /// # Errors
    /// See [`ClientError`].
    pub async fn find_run(&self, text: &str) -> Result<RunDetail, ClientError> {
        self.here(Method::GET, &["runs", text]).read().await
    }

    /// All steps of a run, pending ones included, by number.
    ///
    /// # Errors
    /// See [`ClientError`].
    pub async fn steps(&self, run: RunId) -> Result<List<Step>, ClientError> {
        self.here(Method::GET, &["runs", &run.to_string(), "steps"]).read().await
    }

    /// All attempts of a run's steps, by step and attempt.
    ///
    /// # Errors
    /// See [`ClientError`].
    pub async fn attempts(&self, run: RunId) -> Result<List<Attempt>, ClientError> {
        self.here(Method::GET, &["runs", &run.to_string(), "attempts"]).read().await
    }

    /// Events of a run, oldest first.
    ///
    /// # Errors
    /// See [`ClientError`].
    pub async fn run_events(&self, run: RunId, after: Option<i64>, limit: u32) -> Result<List<Event>, ClientError> {
        let query = EventQuery { after, run: None, limit: Some(limit) };
        self.here(Method::GET, &["runs", &run.to_string(), "events"]).query(&query).read().await
    }

    /// Versions that a run recorded, oldest first.
    ///
    /// # Errors
    /// See [`ClientError`].
    pub async fn run_versions(&self, run: RunId) -> Result<List<Version>, ClientError> {
        self.here(Method::GET, &["runs", &run.to_string(), "versions"]).read().await
    }

    /// Check results that a run recorded, oldest first.
    ///
    /// # Errors
    /// See [`ClientError`].
    pub async fn run_checks(&self, run: RunId) -> Result<List<CheckResult>, ClientError> {
        self.here(Method::GET, &["runs", &run.to_string(), "checks"]).read().await
    }

    /// Stops a run; the answer says where it is now.
    ///
    /// # Errors
    /// See [`ClientError`].
    pub async fn cancel(&self, run: RunId, key: &IdempotencyKey) -> Result<Commanded, ClientError> {
        self.here(Method::POST, &["runs", &run.to_string(), "cancel"]).key(key).read().await
    }

    /// Runs an ended run again.
    ///
    /// # Errors
    /// See [`ClientError`].
    pub async fn retry(&self, run: RunId, scope: RetryFrom, key: &IdempotencyKey) -> Result<Launched, ClientError> {
        self.here(Method::POST, &["runs", &run.to_string(), "retry"]).key(key).json(&Retry { scope }).read().await
    }

    /// A part of a step's output.
    ///
    /// # Errors
    /// See [`ClientError`].
    pub async fn log(
        &self,
        run: RunId,
        step: StepNo,
        stream: LogStream,
        query: &LogQuery,
    ) -> Result<LogPage, ClientError> {
        let (run, step) = (run.to_string(), step.0.to_string());
        self.here(Method::GET, &["runs", &run, "steps", &step, "logs", stream.as_str()])
            .header("accept", "application/json")
            .query(query)
            .read()
            .await
    }
}

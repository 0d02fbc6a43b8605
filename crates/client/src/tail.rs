//! A step's output as it grows.

use futures_util::{Stream, stream};
use headwater_api::{LogPage, LogQuery, LogStream};
use headwater_core::id::{RunId, StepNo};
use reqwest::Method;

use crate::{
    Client, ClientError,
    follow::{Backoff, Connection},
};

struct Tailing {
    client: Client,
    path: Vec<String>,
    query: LogQuery,
    connection: Option<Connection>,
    backoff: Backoff,
    ended: bool,
}

impl Client {
    /// Follows one stream of a step's output from an offset on (from its start where none is given) until it ends.
    ///
    /// A lost connection is opened again where it broke. The stream ends after the last part, or with an error
    /// that will not pass. An attempt that has not started yet is waited for.
    pub fn log_tail(
        &self,
        run: RunId,
        step: StepNo,
        stream: LogStream,
        query: &LogQuery,
    ) -> impl Stream<Item = Result<LogPage, ClientError>> + Send + Unpin + use<> {
        let path = ["runs", &run.to_string(), "steps", &step.0.to_string(), "logs", stream.as_str(), "tail"];
        let start = Tailing {
            client: self.clone(),
            path: path.map(str::to_owned).to_vec(),
            query: query.clone(),
            connection: None,
            backoff: Backoff::new(),
            ended: false,
        };
        Box::pin(stream::unfold(start, |mut tailing| async move {
            if tailing.ended {
                return None;
            }
            let item = tailing.next().await;
            tailing.ended = item.is_err();
            item.transpose().map(|item| (item, tailing))
        }))
    }
}

impl Tailing {
    async fn next(&mut self) -> Result<Option<LogPage>, ClientError> {
        loop {
            let Some(connection) = &mut self.connection else {
                match self.connect().await {
                    Ok(()) => {}
                    Err(error) if error.is_passing() => self.backoff.wait().await,
                    Err(error) => return Err(error),
                }
                continue;
            };
            let Ok(Some(message)) = connection.next().await else {
                self.connection = None;
                self.backoff.wait().await;
                continue;
            };
            self.backoff.reset();
            if message.name == "end" {
                return Ok(None);
            }
            let page: LogPage = serde_json::from_str(&message.data).map_err(|error| ClientError::Protocol {
                url: self.client.base_url().to_owned(),
                reason: error.to_string(),
            })?;
            // From here on an interrupted tail goes on with this attempt, whichever is the current one by then.
            self.query.attempt = Some(page.attempt);
            self.query.offset = i64::try_from(page.next).ok();
            return Ok(Some(page));
        }
    }

    async fn connect(&mut self) -> Result<(), ClientError> {
        let segments: Vec<&str> = self.path.iter().map(String::as_str).collect();
        let call = self.client.here(Method::GET, &segments).query(&self.query).timeout(None);
        self.connection = Some(Connection::new(call.open().await?));
        Ok(())
    }
}

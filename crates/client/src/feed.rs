//! The event log as it grows.

use futures_util::{Stream, stream};
use headwater_api::{Event, EventQuery, MOVED, RESYNC};
use headwater_core::id::{RunId, Seq};
use reqwest::Method;

use crate::{
    Client, ClientError,
    follow::{Backoff, Connection},
};

/// What a followed event log gives.
#[derive(Clone, Debug, PartialEq)]
pub enum Feed {
    /// The connection is open; events follow without a gap.
    Open,
    /// An entry of the log.
    Event(Box<Event>),
    /// Entries up to this number were left out, since there were too many. Load anew what is shown.
    Resync(Seq),
    /// The connection is lost and is being opened again; nothing will be missing.
    Lost(String),
}

struct Following {
    client: Client,
    run: Option<RunId>,
    after: Option<i64>,
    connection: Option<Connection>,
    backoff: Backoff,
    ended: bool,
}

impl Client {
    /// Follows the event log from a number on, or from its end; of one run where it is given.
    ///
    /// The stream ends only with an error that will not pass, such as a token that is not accepted. A lost
    /// connection is opened again from the last number, and told as [`Feed::Lost`] and [`Feed::Open`].
    pub fn events_stream(
        &self,
        after: Option<Seq>,
        run: Option<RunId>,
    ) -> impl Stream<Item = Result<Feed, ClientError>> + Send + Unpin + use<> {
        let start = Following {
            client: self.clone(),
            run,
            after: after.map(|seq| seq.0),
            connection: None,
            backoff: Backoff::new(),
            ended: false,
        };
        Box::pin(stream::unfold(start, |mut following| async move {
            if following.ended {
                return None;
            }
            let item = following.next().await;
            following.ended = item.is_err();
            Some((item, following))
        }))
    }
}

impl Following {
    async fn next(&mut self) -> Result<Feed, ClientError> {
        loop {
            let Some(connection) = &mut self.connection else {
                match self.connect().await {
                    Ok(()) => return Ok(Feed::Open),
                    Err(error) if error.is_passing() => {
                        self.backoff.wait().await;
                        continue;
                    }
                    Err(error) => return Err(error),
                }
            };
            let message = match connection.next().await {
                Ok(Some(message)) => message,
                Ok(None) => return Ok(self.lost("the server ended the stream".to_owned())),
                Err(error) => return Ok(self.lost(error.to_string())),
            };
            // What was sent before the first event: the number at which a stream from the end starts.
            let seq = message.id.parse().ok();
            self.after = seq.or(self.after);
            self.backoff.reset();
            match message.name.as_str() {
                RESYNC => return Ok(Feed::Resync(Seq(seq.unwrap_or_default()))),
                "start" | MOVED => {}
                _ => match serde_json::from_str::<Event>(&message.data) {
                    Ok(event) => return Ok(Feed::Event(Box::new(event))),
                    Err(error) => {
                        let url = self.client.base_url().to_owned();
                        return Err(ClientError::Protocol { url, reason: error.to_string() });
                    }
                },
            }
        }
    }

    async fn connect(&mut self) -> Result<(), ClientError> {
        let query = EventQuery { after: self.after, run: self.run, limit: None };
        let call = self.client.here(Method::GET, &["events", "stream"]).query(&query).timeout(None);
        self.connection = Some(Connection::new(call.open().await?));
        Ok(())
    }

    fn lost(&mut self, reason: String) -> Feed {
        self.connection = None;
        Feed::Lost(reason)
    }
}

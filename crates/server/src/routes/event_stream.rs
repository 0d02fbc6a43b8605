//! The event log as it grows.
//!
//! A stream is a place in the log, not a buffer: whoever reads slowly is behind, and catches up from memory or from
//! the store. Whoever is too far behind is told to load anew, which is cheaper for both.

use std::{collections::VecDeque, sync::Arc};

use axum::{
    extract::State,
    http::HeaderMap,
    response::{
        IntoResponse, Response,
        sse::{Event as Message, KeepAlive, Sse},
    },
};
use futures_util::{Stream, stream};
use headwater_api::{ErrorCode, Event, EventQuery, MOVED, RESYNC};
use headwater_core::{
    effect::Event as CoreEvent,
    id::{RunId, Seq},
    record::DeploymentRecord,
};
use headwater_store::EventFilter;
use tokio::sync::{OwnedSemaphorePermit, watch};

use super::show;
use crate::{
    app::App,
    extract::{Here, QueryOf},
    hub::Follower,
    problem::Refused,
    views::Catalog,
};

/// A stream that is further behind than this does not catch up event by event.
const MAX_BEHIND: i64 = 20_000;
const BATCH: u32 = 500;

/// The event log as it grows: server-sent events whose id is the event's number and whose data is an `Event`.
///
/// It goes on after `Last-Event-ID` or `after`, and starts at the end of the log without either. The first event is
/// `start`, whose id is that place. An event `resync` says that so much was left out that the caller should load anew,
/// and one `moved` that something changed which the log has no entry for: a step started, a message was delivered.
#[utoipa::path(
    get, path = "/api/v1/deployments/{deployment}/events/stream", tag = "events",
    params(("deployment" = String, Path), EventQuery, ("Last-Event-ID" = Option<i64>, Header)),
    responses((status = 200, description = "Server-sent events", body = Event, content_type = "text/event-stream")),
)]
pub(super) async fn event_stream(
    State(app): State<App>,
    here: Here,
    QueryOf(query): QueryOf<EventQuery>,
    headers: HeaderMap,
) -> Result<Response, Refused> {
    let resumed = headers.get("last-event-id").map(|id| {
        let id = id.to_str().ok().and_then(|id| id.parse().ok());
        id.ok_or_else(|| Refused::new(ErrorCode::InvalidParameter, "Last-Event-ID is not the number of an event"))
    });
    let after: Option<i64> = resumed.transpose()?.or(query.after);
    let permit = permit(&app)?;
    let catalog = app.views.catalog(&*app.store, &here.0).await?;
    let last = app.store.last_seq().await?.0;
    app.metrics.streams.inc();
    let follower = app.hub.follow();
    let following = Following {
        moved: follower.moved(),
        follower,
        after: after.map_or(last, |after| after.clamp(0, last)),
        run: query.run,
        here: here.0,
        catalog,
        ready: VecDeque::new(),
        started: false,
        _permit: permit,
        app,
    };
    Ok(unbuffered(Sse::new(messages(following)).keep_alive(KeepAlive::default())))
}

/// A stream that a proxy in between, such as nginx, passes on as it comes.
pub(super) fn unbuffered(stream: impl IntoResponse) -> Response {
    ([("x-accel-buffering", "no")], stream).into_response()
}

/// A place among the streams that may be open at once.
pub(super) fn permit(app: &App) -> Result<OwnedSemaphorePermit, Refused> {
    Arc::clone(&app.streams).try_acquire_owned().map_err(|_| {
        let message = format!("{} event streams and log tails are open already", app.options.max_streams);
        Refused::new(ErrorCode::TooManyStreams, message)
    })
}

struct Following {
    app: App,
    here: DeploymentRecord,
    follower: Follower,
    moved: watch::Receiver<u64>,
    catalog: Arc<Catalog>,
    run: Option<RunId>,
    after: i64,
    ready: VecDeque<Message>,
    started: bool,
    _permit: OwnedSemaphorePermit,
}

impl Drop for Following {
    fn drop(&mut self) {
        self.app.metrics.streams.dec();
    }
}

fn messages(following: Following) -> impl Stream<Item = Result<Message, axum::Error>> {
    stream::unfold(following, |mut following| async move {
        let message = following.next().await?;
        Some((Ok(message), following))
    })
}

impl Following {
    /// The next message; none at shutdown or when the store fails, so that the client comes again.
    async fn next(&mut self) -> Option<Message> {
        if !self.started {
            self.started = true;
            return Some(Message::default().id(self.after.to_string()).event("start").data("{}"));
        }
        loop {
            if let Some(message) = self.ready.pop_front() {
                return Some(message);
            }
            let shutdown = self.app.shutdown.clone();
            let head = tokio::select! {
                () = shutdown.cancelled() => return None,
                head = self.follower.later_than(Some(self.after)) => head?,
                Ok(()) = self.moved.changed(), if self.run.is_none() => {
                    return Some(Message::default().event(MOVED).data("{}"));
                }
            };
            if self.run.is_none() && head - self.after > MAX_BEHIND {
                self.after = head;
                let message = Message::default().id(head.to_string()).event(RESYNC);
                return Some(message.data(format!("{{\"after\":{head}}}")));
            }
            self.fill(head).await?;
        }
    }

    async fn fill(&mut self, head: i64) -> Option<()> {
        if let Some(recent) = self.follower.recent(self.after) {
            for event in &recent {
                self.add(event).await?;
            }
            self.after = recent.last().map_or(head, |last| last.seq.0);
            return Some(());
        }
        let filter = EventFilter { after: Seq(self.after), run: self.run, limit: BATCH };
        let batch = self.app.store.events(&filter).await.ok()?;
        let full = batch.len() == BATCH as usize;
        for event in &batch {
            self.add(event).await?;
        }
        // A part that is not full reaches at least to the head that was known before it was read.
        let last = batch.last().map_or(head, |last| last.seq.0);
        self.after = if full { last } else { last.max(head) };
        Some(())
    }

    async fn add(&mut self, event: &CoreEvent) -> Option<()> {
        if self.run.is_some() && self.run != event.run {
            return Some(());
        }
        // An asset that was just deployed has its name in the definitions that are live by now.
        if event.asset.is_some_and(|id| self.catalog.name(id).is_none()) {
            self.catalog = self.app.views.catalog(&*self.app.store, &self.here).await.ok()?;
        }
        let shown = show::event(event, &self.catalog);
        let message = Message::default().id(shown.seq.0.to_string()).json_data(&shown).ok()?;
        self.ready.push_back(message);
        Some(())
    }
}

//! A step's output as it grows.

use std::time::Duration;

use axum::{
    extract::State,
    response::{
        Response,
        sse::{Event, KeepAlive, Sse},
    },
};
use futures_util::{Stream, stream};
use headwater_api::{LogPage, LogQuery, TailEnd};
use headwater_core::id::{Attempt, RunId, StepNo};
use tokio::sync::{OwnedSemaphorePermit, broadcast};

use super::{
    event_stream::{permit, unbuffered},
    logs::{StreamPath, limit, page, step_record},
    runs::find,
};
use crate::{
    app::App,
    extract::{Here, PathOf, QueryOf},
    logs::StreamKey,
    part::{RunOf, RunPath},
    problem::Refused,
};

/// How long a tail waits without a notice before it looks: chunks may come through another server.
const LOOK: Duration = Duration::from_secs(1);
/// How often it looks after the attempt has ended and nothing more came, before it believes that nothing will.
const QUIET_LOOKS: u32 = 3;

/// A step's output as it grows: server-sent events whose data is a `LogPage`, then an event `end`.
#[utoipa::path(
    get, path = "/api/v1/deployments/{deployment}/runs/{run}/steps/{step}/logs/{stream}/tail", tag = "runs",
    params(("deployment" = String, Path), RunPath, ("step" = u32, Path),
        ("stream" = headwater_api::LogStream, Path), LogQuery),
    responses((status = 200, description = "Server-sent events", body = LogPage, content_type = "text/event-stream")),
)]
pub(super) async fn log_tail(
    State(app): State<App>,
    here: Here,
    RunOf(run): RunOf,
    PathOf(StreamPath { step, stream }): PathOf<StreamPath>,
    QueryOf(query): QueryOf<LogQuery>,
) -> Result<Response, Refused> {
    find(&app, &here, run).await?;
    let current = step_record(&app, run, step).await?.map_or(Attempt(1), |step| Attempt(step.attempt.0.max(1)));
    let attempt = query.attempt.map_or(current, Attempt);
    let tail = Tail {
        key: StreamKey { run, step: StepNo(step), attempt, stream },
        offset: query.offset.unwrap_or_default(),
        limit: limit(&query)?,
        quiet: 0,
        notices: app.logs.notices(),
        ended: false,
        _permit: permit(&app)?,
        app,
    };
    Ok(unbuffered(Sse::new(events(tail)).keep_alive(KeepAlive::default())))
}

struct Tail {
    app: App,
    key: StreamKey,
    offset: i64,
    limit: u32,
    quiet: u32,
    notices: broadcast::Receiver<StreamKey>,
    ended: bool,
    _permit: OwnedSemaphorePermit,
}

fn events(tail: Tail) -> impl Stream<Item = Result<Event, axum::Error>> {
    stream::unfold(tail, |mut tail| async move {
        if tail.ended {
            return None;
        }
        let event = tail.next().await?;
        Some((event, tail))
    })
}

impl Tail {
    /// The next event; none at shutdown or when the store fails, so that the client comes again.
    async fn next(&mut self) -> Option<Result<Event, axum::Error>> {
        loop {
            let piece = self.app.logs.read(self.key, self.offset, self.limit).await.ok()?;
            let page = page(self.key.attempt, &piece);
            self.offset = i64::try_from(page.next).ok()?;
            if !page.text.is_empty() {
                self.quiet = 0;
                return Some(data(&page));
            }
            if piece.complete || self.is_over().await? {
                self.ended = true;
                return Some(Event::default().event("end").json_data(TailEnd { size: piece.size }));
            }
            self.wait().await?;
        }
    }

    /// Whether nothing more will come although no chunk said that it is the last: a worker that died says nothing.
    async fn is_over(&mut self) -> Option<bool> {
        if self.quiet < QUIET_LOOKS {
            return Some(false);
        }
        let StreamKey { run, step, attempt, .. } = self.key;
        let record = step_record(&self.app, run, step.0).await.ok()?;
        let over = match &record {
            Some(step) => step.attempt > attempt || step.state.is_final(),
            None => run_is_over(&self.app, run).await?,
        };
        Some(over)
    }

    async fn wait(&mut self) -> Option<()> {
        let deadline = tokio::time::sleep(LOOK);
        tokio::pin!(deadline);
        loop {
            tokio::select! {
                () = self.app.shutdown.cancelled() => return None,
                () = &mut deadline => {
                    self.quiet += 1;
                    return Some(());
                }
                notice = self.notices.recv() => match notice {
                    Ok(key) if key != self.key => {}
                    _ => return Some(()),
                },
            }
        }
    }
}

async fn run_is_over(app: &App, run: RunId) -> Option<bool> {
    app.store.run(run).await.ok().map(|run| run.is_none_or(|run| run.state.is_final()))
}

fn data(page: &LogPage) -> Result<Event, axum::Error> {
    Event::default().id(page.next.to_string()).json_data(page)
}

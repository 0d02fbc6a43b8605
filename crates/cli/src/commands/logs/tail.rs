//! Output as it is written, of one step or of all of them.

use std::{collections::BTreeSet, time::Duration};

use futures_util::{Stream, StreamExt as _, stream::SelectAll};
use headwater_api::{LogPage, LogQuery, LogStream, Step};
use headwater_client::{Client, ClientError};
use headwater_core::id::{RunId, StepNo};

use super::{Lines, Part, is_nothing, whole};
use crate::failure::{Done, Exit, Failure};

/// How often new steps are looked for.
const LOOK: Duration = Duration::from_millis(400);
/// The most streams that are followed at once; a server allows some hundred for everybody.
const MOST: usize = 60;

type Tail = Box<dyn Stream<Item = (usize, Option<Result<LogPage, ClientError>>)> + Send + Unpin>;

/// Follows the output of a run's steps until the run has ended and everything is shown.
pub(super) async fn follow(
    client: &Client,
    run: RunId,
    chosen: Option<u32>,
    streams: &[LogStream],
    attempt: Option<u32>,
    lines: &Lines<'_>,
) -> Done {
    let mut tails = Tails { client, run, attempt, open: SelectAll::new(), parts: Vec::new(), seen: BTreeSet::new() };
    let mut look = tokio::time::interval(LOOK);
    look.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
    let mut ended = false;
    loop {
        if ended && tails.open.is_empty() {
            return Ok(Exit::Success);
        }
        tokio::select! {
            _ = look.tick(), if !ended => {
                let state = client.run(run).await?.run.state;
                let steps = client.steps(run).await?.items;
                let wanted = steps.iter().filter(|step| chosen.is_none_or(|no| no == step.no));
                for step in wanted {
                    tails.add(step, streams, lines).await?;
                }
                ended = state.is_final();
            }
            // The last stream may end between the look above and here: then there is nothing to take, and the loop ends.
            next = tails.open.next(), if !tails.open.is_empty() => {
                if let Some((number, page)) = next {
                    tails.take(number, page, lines)?;
                }
            }
            _ = tokio::signal::ctrl_c() => return Ok(Exit::Interrupted),
        }
    }
}

struct Tails<'a> {
    client: &'a Client,
    run: RunId,
    attempt: Option<u32>,
    open: SelectAll<Tail>,
    /// The streams that were ever followed, by number.
    parts: Vec<Part>,
    /// Attempts that are followed or shown already.
    seen: BTreeSet<(u32, u32)>,
}

impl Tails<'_> {
    /// Follows a step's current attempt, or shows it whole where it has ended before anybody looked.
    async fn add(&mut self, step: &Step, streams: &[LogStream], lines: &Lines<'_>) -> Result<(), Failure> {
        let attempt = self.attempt.unwrap_or(step.attempt);
        if attempt == 0 || self.seen.contains(&(step.no, attempt)) {
            return Ok(());
        }
        if step.state.is_final() {
            self.seen.insert((step.no, attempt));
            for &stream in streams {
                whole(self.client, self.run, step, stream, Some(attempt), lines).await?;
            }
        } else if self.open.len() + streams.len() <= MOST {
            self.seen.insert((step.no, attempt));
            for &stream in streams {
                let query = LogQuery { attempt: Some(attempt), offset: Some(0), limit: None };
                let number = self.parts.len();
                self.parts.push(Part::new(&step.name, stream));
                let tail = self.client.log_tail(self.run, StepNo(step.no), stream, &query);
                let last = futures_util::stream::once(std::future::ready((number, None)));
                self.open.push(Box::new(Box::pin(tail.map(move |page| (number, Some(page))).chain(last))));
            }
        }
        Ok(())
    }

    fn take(
        &mut self,
        number: usize,
        page: Option<Result<LogPage, ClientError>>,
        lines: &Lines<'_>,
    ) -> Result<(), Failure> {
        let Some(part) = self.parts.get_mut(number) else {
            return Ok(());
        };
        match page {
            Some(Ok(page)) => part.push(&page, lines),
            Some(Err(error)) if !is_nothing(&error) => Err(error.into()),
            Some(Err(_)) | None => part.end(lines),
        }
    }
}

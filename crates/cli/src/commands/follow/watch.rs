//! Looks at a run again whenever something may have happened.

use std::{collections::BTreeSet, sync::Arc, time::Duration};

use futures_util::{Stream, StreamExt as _};
use headwater_api::{Attempt, CheckResult, RunDetail, Step};
use headwater_client::{Client, ClientError, Feed, Patience};
use headwater_core::{id::RunId, record::StepState};
use tokio::time::{Instant, sleep_until};

/// The longest wait without a hint; a step that starts gives none.
const LOOK: Duration = Duration::from_millis(250);
/// The least wait between two looks.
const BREATH: Duration = Duration::from_millis(40);
/// Looks may take this part of the time: a run of 10,000 steps is read less often than one of ten.
const SHARE: u32 = 4;
/// The longest wait there is: whatever a look took, what has happened since is seen soon.
const LONGEST: Duration = Duration::from_secs(2);
/// How long a server may be away before following is given up, and before that is told.
const PATIENCE: Duration = Duration::from_secs(120);
const SILENCE: Duration = Duration::from_secs(3);

type Hints = Box<dyn Stream<Item = Result<Feed, ClientError>> + Send + Unpin>;

/// What a look gave.
pub(super) enum Look {
    /// How the run is.
    Seen(Box<Seen>),
    /// The server has been away for a while, which is told once in an outage.
    Away,
}

/// What is known of a run.
pub(super) struct Seen {
    pub(super) detail: RunDetail,
    pub(super) steps: Vec<Step>,
    /// The results of the checks that were evaluated.
    pub(super) checks: Arc<Vec<CheckResult>>,
    /// The attempts, at least those after which a step waits to be tried again.
    pub(super) attempts: Arc<Vec<Attempt>>,
}

/// A run and its steps, again and again.
pub(super) struct Watch {
    client: Client,
    run: RunId,
    hints: Option<Hints>,
    /// The results of checks as they were last read, and how many steps with checks had ended then.
    checks: (usize, Arc<Vec<CheckResult>>),
    attempts: Arc<Vec<Attempt>>,
    /// The earliest and latest time of the next look.
    earliest: Instant,
    latest: Instant,
    /// Since when the server is away, and whether that was told.
    away: Option<(Instant, Told)>,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Told {
    No,
    Yes,
}

impl Watch {
    pub(super) fn new(client: Client, run: RunId) -> Self {
        let hints: Hints = Box::new(client.events_stream(None, Some(run)));
        // This loop tries again by itself, and sees the end of an outage sooner than a call that waits in it.
        let client = client.patience(Patience { unreachable: Duration::ZERO, busy: Duration::ZERO });
        let now = Instant::now();
        let (checks, attempts) = Default::default();
        Self { client, run, hints: Some(hints), checks, attempts, earliest: now, latest: now, away: None }
    }

    /// The run after the next change, or after a while. Dropping the future loses nothing.
    pub(super) async fn next(&mut self) -> Result<Look, ClientError> {
        loop {
            self.wait().await;
            let start = Instant::now();
            let result = self.look().await;
            let now = Instant::now();
            let (earliest, latest) = waits(result.is_ok().then_some(now - start));
            (self.earliest, self.latest) = (now + earliest, now + latest);
            match result {
                Ok(seen) => {
                    self.away = None;
                    return Ok(Look::Seen(Box::new(seen)));
                }
                // A restart or a hand-over takes seconds; the run goes on meanwhile.
                Err(error) if error.is_passing() => {
                    let (since, told) = self.away.get_or_insert((now, Told::No));
                    match since.elapsed() {
                        away if away >= PATIENCE => return Err(error),
                        away if away >= SILENCE && *told == Told::No => {
                            *told = Told::Yes;
                            return Ok(Look::Away);
                        }
                        _ => {}
                    }
                }
                Err(error) => return Err(error),
            }
        }
    }

    async fn look(&mut self) -> Result<Seen, ClientError> {
        // Steps first: when the run has ended by the time that it is read, its steps must be those of its end.
        let mut steps = self.client.steps(self.run).await?.items;
        let detail = self.client.run(self.run).await?;
        if detail.run.state.is_final() && steps.iter().any(|step| !step.state.is_final()) {
            steps = self.client.steps(self.run).await?.items;
        }
        self.look_closer(&steps).await?;
        Ok(Seen { detail, steps, checks: Arc::clone(&self.checks.1), attempts: Arc::clone(&self.attempts) })
    }

    /// Reads what steps do not say by themselves, where something of it is new.
    async fn look_closer(&mut self, steps: &[Step]) -> Result<(), ClientError> {
        let checked = steps.iter().filter(|step| step.state.is_final() && !step.checks.is_empty()).count();
        if checked > self.checks.0 {
            self.checks = (checked, Arc::new(self.client.run_checks(self.run).await?.items));
        }
        let known: BTreeSet<_> = self.attempts.iter().map(|attempt| (attempt.step, attempt.attempt)).collect();
        let mut waiting = steps.iter().filter(|step| step.state == StepState::RetryWait);
        if waiting.any(|step| !known.contains(&(step.no, step.attempt))) {
            self.attempts = Arc::new(self.client.attempts(self.run).await?.items);
        }
        Ok(())
    }

    async fn wait(&mut self) {
        while Instant::now() < self.latest {
            let Some(hints) = &mut self.hints else {
                sleep_until(self.latest).await;
                return;
            };
            tokio::select! {
                () = sleep_until(self.latest) => return,
                hint = hints.next() => match hint {
                    Some(Ok(_)) => self.latest = self.latest.min(self.earliest.max(Instant::now())),
                    // Without hints it is looked at in a steady rhythm.
                    Some(Err(_)) | None => self.hints = None,
                },
            }
        }
    }
}

/// The least and the longest wait after a look that took so long, or that failed: how long a failure took says nothing
/// about the run.
fn waits(took: Option<Duration>) -> (Duration, Duration) {
    let share = took.map_or(Duration::ZERO, |took| (took * SHARE).min(LONGEST));
    (BREATH.max(share), LOOK.max(share))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn looks_take_their_share_and_no_wait_is_long() {
        let ms = Duration::from_millis;
        assert_eq!(waits(Some(ms(1))), (BREATH, LOOK));
        assert_eq!(waits(Some(ms(200))), (ms(800), ms(800)));
        assert_eq!(waits(Some(ms(30_000))), (LONGEST, LONGEST));
        assert_eq!(waits(None), (BREATH, LOOK));
    }
}

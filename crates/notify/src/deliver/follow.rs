//! What follows from a try: the rules of retries, pure.

use headwater_core::{
    record::OutboxRecord,
    time::{Millis, Timestamp},
};
use headwater_store::DeliveryOutcome;
use serde_json::Value;

use crate::channel::{Failure, Then};

/// The first wait after a failure, and the longest one.
const FIRST: u64 = 1_000;
const LONGEST: u64 = 15 * 60 * 1_000;

/// How often the operator's repair is looked for.
const MINUTE: Millis = Millis::secs(60);

/// How long a message is tried.
const DAY: Millis = Millis::secs(24 * 3_600);

/// The most that is kept of an error, in characters.
const MOST_ERROR: usize = 1_000;

/// What came of a try.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Verdict {
    /// The channel took it.
    Told {
        /// What the channel gave back.
        receipt: Option<Value>,
    },
    /// It did not.
    Failed(Failure),
}

/// What follows from it.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Follows {
    pub(super) outcome: DeliveryOutcome,
    /// How often it was tried by now.
    pub(super) attempts: u32,
    /// Until when the whole channel takes nothing.
    pub(super) hold: Option<Timestamp>,
}

/// What follows from a try of a message that was tried `attempts` times before.
pub(super) fn follow(message: &OutboxRecord, attempts: u32, now: Timestamp, verdict: Verdict) -> Follows {
    let tried = attempts.saturating_add(1);
    let Failure { error, then } = match verdict {
        Verdict::Told { receipt } => {
            return Follows { outcome: DeliveryOutcome::Delivered { receipt }, attempts: tried, hold: None };
        }
        Verdict::Failed(failure) => failure,
    };
    let error = crate::channel::cut(&error, MOST_ERROR);
    let wait = backoff(&message.dedup, tried);
    let (attempts, at, hold) = match then {
        Then::Never => {
            return Follows { outcome: DeliveryOutcome::Dead { error }, attempts: tried, hold: None };
        }
        // Nothing was tried, so that it leaves quickly once the operator has repaired it.
        Then::Minute => (attempts, now.plus(MINUTE), None),
        Then::Again { after } => (tried, now.plus(wait.max(after.unwrap_or_default())), None),
        Then::Hold { after } => {
            let at = now.plus(after.unwrap_or(wait));
            (tried, at, Some(at))
        }
    };
    let deadline = message.at.max(message.not_before).plus(DAY);
    if now >= deadline {
        let error = format!("given up after a day: {error}");
        return Follows { outcome: DeliveryOutcome::Dead { error }, attempts, hold };
    }
    // The last try is when the day is over.
    Follows { outcome: DeliveryOutcome::Again { at: at.min(deadline), error }, attempts, hold }
}

/// How long to wait after so many tries: twice as long each time, less a part that differs between messages, so that
/// they do not come all at once when the channel is back. The same message waits the same time on every server.
fn backoff(dedup: &str, tried: u32) -> Millis {
    let doublings = tried.saturating_sub(1).min(20);
    let full = (FIRST << doublings).min(LONGEST);
    let mut hasher = blake3::Hasher::new();
    hasher.update(dedup.as_bytes());
    hasher.update(&tried.to_le_bytes());
    let mut random = [0; 8];
    hasher.finalize_xof().fill(&mut random);
    let part = u64::from_le_bytes(random) % (full / 4);
    Millis((full - part).max(FIRST))
}

#[cfg(test)]
mod tests {
    use headwater_core::id::{DeploymentId, Seq};

    use super::*;

    const START: Timestamp = Timestamp::from_secs(1_795_834_800);

    fn message() -> OutboxRecord {
        OutboxRecord {
            seq: Seq(1),
            deployment: DeploymentId::DEFAULT,
            topic: "alert.opened".into(),
            dedup: "incident/1/chat".into(),
            at: START,
            channel: "chat".into(),
            incident: None,
            not_before: START,
            payload: Value::Null,
        }
    }

    fn after(attempts: u32, later: Millis, then: Then) -> Follows {
        let failure = Failure { error: "no".into(), then };
        follow(&message(), attempts, START.plus(later), Verdict::Failed(failure))
    }

    fn waits(follows: &Follows, since: Millis) -> Option<u64> {
        match follows.outcome {
            DeliveryOutcome::Again { at, .. } => Some(at.since(START.plus(since)).0),
            _ => None,
        }
    }

    #[test]
    fn waits_double_up_to_a_quarter_of_an_hour() {
        let again = Then::Again { after: None };
        let waits: Vec<u64> =
            (0..14).filter_map(|tried| waits(&after(tried, Millis::ZERO, again), Millis::ZERO)).collect();
        for (tried, wait) in waits.iter().enumerate() {
            let full = (1_000_u64 << tried).min(900_000);
            assert!((full * 3 / 4..=full).contains(wait) || *wait == 1_000, "{tried}: {wait}");
        }
        assert_eq!(waits.len(), 14);
        assert_eq!(backoff("a", 5), backoff("a", 5));
        assert_ne!(backoff("a", 5), backoff("b", 5));
    }

    #[test]
    fn who_wants_to_be_left_alone_is() {
        let follows = after(0, Millis::ZERO, Then::Hold { after: Some(Millis::secs(30)) });
        assert_eq!((waits(&follows, Millis::ZERO), follows.hold), (Some(30_000), Some(START.plus(Millis::secs(30)))));
        let follows = after(0, Millis::ZERO, Then::Hold { after: None });
        assert_eq!((waits(&follows, Millis::ZERO), follows.hold), (Some(1_000), Some(START.plus(Millis::secs(1)))));
        let follows = after(0, Millis::ZERO, Then::Again { after: Some(Millis::secs(30)) });
        assert_eq!((waits(&follows, Millis::ZERO), follows.hold), (Some(30_000), None));
    }

    #[test]
    fn an_operator_gets_a_day_in_minutes() {
        let follows = after(0, Millis::secs(60), Then::Minute);
        assert_eq!((waits(&follows, Millis::secs(60)), follows.attempts), (Some(60_000), 0));
        let dead = after(0, DAY, Then::Minute).outcome;
        assert_eq!(dead, DeliveryOutcome::Dead { error: "given up after a day: no".into() });
    }

    #[test]
    fn a_message_is_given_up_after_a_day_and_tried_at_its_end() {
        let again = Then::Again { after: None };
        let nearly = Millis(DAY.0 - 10_000);
        assert_eq!(waits(&after(30, nearly, again), nearly), Some(10_000));
        assert_eq!(after(31, DAY, again).outcome, DeliveryOutcome::Dead { error: "given up after a day: no".into() });
        // The day begins when it may leave.
        let later = OutboxRecord { not_before: START.plus(DAY), ..message() };
        let failure = Failure { error: "no".into(), then: again };
        let follows = follow(&later, 0, START.plus(DAY), Verdict::Failed(failure));
        assert!(matches!(follows.outcome, DeliveryOutcome::Again { .. }));
    }

    #[test]
    fn what_would_fail_again_is_not_tried_again() {
        let follows = after(0, Millis::ZERO, Then::Never);
        assert_eq!((follows.outcome, follows.attempts), (DeliveryOutcome::Dead { error: "no".into() }, 1));
    }
}

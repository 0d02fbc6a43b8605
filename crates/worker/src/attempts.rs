//! What a worker holds, and what it still has to say. No I/O: the conversation loop drives it.

use std::collections::BTreeMap;

use headwater_core::{
    id::{Term, WorkerId},
    lease::{Grant, Lease, Mood, Poll, StopReason},
    report::{AttemptRef, Outcome, Report},
};
use tokio_util::sync::CancellationToken;

/// Why this worker stops an attempt.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Stopping {
    /// The server asked for it; the end is reported.
    Asked,
    /// The lease is lost; nothing is reported.
    Fenced,
    /// The worker itself gives it back.
    HandedBack,
}

struct Held {
    cancel: CancellationToken,
    stopping: Option<Stopping>,
}

/// Attempts and reports of one worker id.
pub(crate) struct Attempts {
    worker: WorkerId,
    term: Term,
    held: BTreeMap<AttemptRef, Held>,
    /// Ends that no answered poll has carried yet, with the poll that carries them now.
    reports: BTreeMap<AttemptRef, (Report, Option<u64>)>,
    /// Grants that were received, with the poll that says so.
    received: BTreeMap<u64, Option<u64>>,
    say_held: bool,
    next_poll: u64,
}

impl Attempts {
    pub(crate) fn new(worker: WorkerId, term: Term) -> Self {
        Self {
            worker,
            term,
            held: BTreeMap::new(),
            reports: BTreeMap::new(),
            received: BTreeMap::new(),
            say_held: false,
            next_poll: 1,
        }
    }

    /// How many attempts run here.
    pub(crate) fn running(&self) -> usize {
        self.held.len()
    }

    /// Whether there is something to say that no poll carries yet.
    pub(crate) fn has_news(&self) -> bool {
        self.say_held || self.reports.values().any(|(_, poll)| poll.is_none())
    }

    /// Whether everything was said and nothing runs.
    pub(crate) fn is_done(&self) -> bool {
        self.held.is_empty() && self.reports.is_empty()
    }

    /// How many attempts have ended here of which the server does not know yet.
    pub(crate) fn unsaid(&self) -> usize {
        self.reports.len()
    }

    /// The next poll, with everything that is not said yet.
    pub(crate) fn poll(&mut self, mood: Mood, capacity: u32) -> Poll {
        let number = self.next_poll;
        self.next_poll += 1;
        let mut reports = Vec::new();
        for (report, poll) in self.reports.values_mut().filter(|(_, poll)| poll.is_none()) {
            *poll = Some(number);
            reports.push(report.clone());
        }
        let mut acknowledged = Vec::new();
        for (grant, poll) in self.received.iter_mut().filter(|(_, poll)| poll.is_none()) {
            *poll = Some(number);
            acknowledged.push(*grant);
        }
        let held =
            std::mem::take(&mut self.say_held).then(|| self.held.keys().chain(self.reports.keys()).copied().collect());
        Poll { worker: self.worker, term: self.term, number, acknowledged, capacity, mood, reports, held }
    }

    /// A poll was answered: what it carried was heard. Gives the attempts to start, with their cancel tokens.
    pub(crate) fn answered(&mut self, number: u64, grant: Grant) -> Vec<(Lease, CancellationToken)> {
        self.reports.retain(|_, (_, poll)| *poll != Some(number));
        self.received.retain(|_, poll| *poll != Some(number));
        self.term = self.term.max(grant.term);
        self.say_held |= grant.say_held;
        if grant.number > 0 {
            self.received.insert(grant.number, None);
        }
        for stop in grant.stop {
            self.stop(
                &stop.at,
                match stop.why {
                    StopReason::Canceled => Stopping::Asked,
                    StopReason::Fenced => Stopping::Fenced,
                },
            );
        }
        let mut new = Vec::new();
        for lease in grant.leases {
            // The same grant may come twice.
            if self.held.contains_key(&lease.at) || self.reports.contains_key(&lease.at) {
                continue;
            }
            let cancel = CancellationToken::new();
            self.held.insert(lease.at, Held { cancel: cancel.clone(), stopping: None });
            new.push((lease, cancel));
        }
        new
    }

    /// A poll failed: what it carried is said again.
    pub(crate) fn failed(&mut self, poll: &PollMark) {
        let number = poll.number;
        for (_, carried) in self.reports.values_mut() {
            carried.take_if(|carried| *carried == number);
        }
        for carried in self.received.values_mut() {
            carried.take_if(|carried| *carried == number);
        }
        self.say_held |= poll.said_held;
    }

    /// An attempt ended here.
    pub(crate) fn ended(&mut self, mut report: Report) {
        let Some(held) = self.held.remove(&report.at) else {
            return;
        };
        match (held.stopping, &report.outcome) {
            (Some(Stopping::Fenced), _) => return,
            (Some(Stopping::HandedBack), Outcome::Canceled) => report.outcome = Outcome::HandedBack,
            _ => {}
        }
        self.reports.insert(report.at, (report, None));
    }

    fn stop(&mut self, at: &AttemptRef, why: Stopping) {
        if why == Stopping::Fenced {
            self.reports.remove(at);
        }
        if let Some(held) = self.held.get_mut(at) {
            held.stopping = Some(why);
            held.cancel.cancel();
        }
    }

    /// Stops everything, to be given back.
    pub(crate) fn hand_back(&mut self) {
        for held in self.held.values_mut() {
            held.stopping.get_or_insert(Stopping::HandedBack);
            held.cancel.cancel();
        }
    }

    /// Stops everything for good: the server has given it to others.
    pub(crate) fn fence(&mut self) {
        self.reports.clear();
        for held in self.held.values_mut() {
            held.stopping = Some(Stopping::Fenced);
            held.cancel.cancel();
        }
    }
}

/// What must be known about a poll that is under way.
pub(crate) struct PollMark {
    pub(crate) number: u64,
    pub(crate) said_held: bool,
    /// Whether it carries reports, so that it is answered without waiting.
    pub(crate) carries: bool,
}

impl From<&Poll> for PollMark {
    fn from(poll: &Poll) -> Self {
        Self { number: poll.number, said_held: poll.held.is_some(), carries: !poll.reports.is_empty() }
    }
}

#[cfg(test)]
mod tests {
    use headwater_core::{
        id::{Attempt, RunId, StepNo, Token},
        lease::Stop,
        report::StepOutput,
        time::Timestamp,
    };

    use super::*;

    fn at(step: u32) -> AttemptRef {
        AttemptRef { run: RunId(uuid::Uuid::nil()), step: StepNo(step), attempt: Attempt(1), token: Token(7) }
    }

    fn lease(step: u32) -> Lease {
        let value = serde_json::json!({"run": uuid::Uuid::nil(), "step": step, "attempt": 1, "token": "0000000000000007", "name": "s"});
        serde_json::from_value(value).unwrap()
    }

    fn grant(number: u64, leases: Vec<Lease>) -> Grant {
        Grant { term: Term(1), number, leases, ..Grant::default() }
    }

    fn report(step: u32, outcome: Outcome) -> Report {
        Report { at: at(step), started_at: Timestamp::EPOCH, ended_at: Timestamp::EPOCH, inputs: Vec::new(), outcome }
    }

    fn attempts() -> Attempts {
        Attempts::new(WorkerId(uuid::Uuid::nil()), Term(1))
    }

    #[test]
    fn reports_are_said_until_they_were_heard() {
        let mut attempts = attempts();
        let poll = attempts.poll(Mood::Working, 4);
        assert_eq!(attempts.answered(poll.number, grant(1, vec![lease(0)])).len(), 1);
        attempts.ended(report(0, Outcome::Succeeded(StepOutput::default())));
        let first = attempts.poll(Mood::Working, 4);
        assert_eq!((first.reports.len(), first.acknowledged.as_slice()), (1, [1].as_slice()));
        // While it is under way, another poll does not repeat it; after it failed, the next one does.
        assert!(attempts.poll(Mood::Working, 4).reports.is_empty());
        attempts.failed(&PollMark::from(&first));
        let again = attempts.poll(Mood::Working, 4);
        assert_eq!((again.reports.len(), again.acknowledged.as_slice()), (1, [1].as_slice()));
        attempts.answered(again.number, grant(0, Vec::new()));
        assert!(attempts.is_done() && attempts.poll(Mood::Working, 4).acknowledged.is_empty());
    }

    #[test]
    fn a_grant_that_comes_twice_starts_once() {
        let mut attempts = attempts();
        assert_eq!(attempts.answered(1, grant(1, vec![lease(0)])).len(), 1);
        assert_eq!(attempts.answered(2, grant(2, vec![lease(0)])).len(), 0);
        attempts.ended(report(0, Outcome::Canceled));
        assert_eq!(attempts.answered(3, grant(3, vec![lease(0)])).len(), 0);
    }

    #[test]
    fn a_fenced_attempt_says_nothing() {
        let mut attempts = attempts();
        let started = attempts.answered(1, grant(1, vec![lease(0), lease(1)]));
        let fenced = Stop { at: at(0), why: StopReason::Fenced };
        attempts.answered(2, Grant { stop: vec![fenced], ..Grant::default() });
        assert!(started[0].1.is_cancelled() && !started[1].1.is_cancelled());
        attempts.ended(report(0, Outcome::Succeeded(StepOutput::default())));
        attempts.hand_back();
        attempts.ended(report(1, Outcome::Canceled));
        let poll = attempts.poll(Mood::Draining, 0);
        assert_eq!(
            poll.reports.iter().map(|r| (r.at, r.outcome.clone())).collect::<Vec<_>>(),
            [(at(1), Outcome::HandedBack)]
        );
    }

    #[test]
    fn a_new_leader_is_told_what_is_held() {
        let mut attempts = attempts();
        attempts.answered(1, grant(1, vec![lease(0), lease(1)]));
        attempts.ended(report(1, Outcome::HandedBack));
        attempts.answered(2, Grant { term: Term(2), say_held: true, ..Grant::default() });
        let poll = attempts.poll(Mood::Working, 4);
        assert_eq!((poll.term, poll.held), (Term(2), Some(vec![at(0), at(1)])));
        assert_eq!(attempts.poll(Mood::Working, 4).held, None);
    }
}

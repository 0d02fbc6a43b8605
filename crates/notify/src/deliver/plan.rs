//! What may be sent now, and when next: the pure part of delivering.
//!
//! Every channel of a deployment is a *lane*, and takes one message at a time. In a lane, the messages about one
//! incident are a *thread* and leave in their order; the first of a thread that waits holds back those behind it, and
//! nobody else. Only numbers and times are kept here; a message itself is read when it is sent.

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use headwater_core::{
    id::{DeploymentId, IncidentId, Seq},
    time::Timestamp,
};

/// A channel of a deployment.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) struct LaneKey {
    pub(super) deployment: DeploymentId,
    pub(super) channel: String,
}

/// A message that waits.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Waiting {
    pub(super) seq: Seq,
    /// It must not leave earlier.
    pub(super) due: Timestamp,
}

/// Messages that leave in order.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum ThreadKey {
    Incident(IncidentId),
    Single(Seq),
}

/// What became of a message that was being sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Settled {
    /// It waits no more, whatever came of it.
    Gone,
    /// It is tried again.
    Again(Timestamp),
}

#[derive(Debug, Default)]
struct Lane {
    threads: BTreeMap<ThreadKey, VecDeque<Waiting>>,
    /// The first message of each thread, by the time at which it may leave.
    heads: BTreeSet<(Timestamp, Seq, ThreadKey)>,
    /// Nothing leaves until then.
    held_until: Timestamp,
    /// The thread whose first message is being sent; it is not among the heads.
    sending: Option<ThreadKey>,
}

impl Lane {
    fn put_head(&mut self, thread: ThreadKey) {
        match self.threads.get(&thread).and_then(|waiting| waiting.front()) {
            Some(head) => drop(self.heads.insert((head.due, head.seq, thread))),
            None => drop(self.threads.remove(&thread)),
        }
    }

    fn next(&self) -> Option<Timestamp> {
        if self.sending.is_some() {
            return None;
        }
        self.heads.first().map(|(due, ..)| (*due).max(self.held_until))
    }
}

/// Everything that waits.
#[derive(Debug, Default)]
pub(super) struct Plan {
    lanes: BTreeMap<LaneKey, Lane>,
    waiting: usize,
}

impl Plan {
    /// Adds a message. Those of one incident are added in their order.
    pub(super) fn add(&mut self, lane: LaneKey, incident: Option<IncidentId>, message: Waiting) {
        let lane = self.lanes.entry(lane).or_default();
        let thread = incident.map_or(ThreadKey::Single(message.seq), ThreadKey::Incident);
        let waiting = lane.threads.entry(thread).or_default();
        waiting.push_back(message);
        self.waiting += 1;
        if waiting.len() == 1 {
            lane.put_head(thread);
        }
    }

    /// The messages to send now, at most one in each lane; they are in hand until [`Plan::settle`].
    pub(super) fn start(&mut self, now: Timestamp) -> Vec<(LaneKey, Waiting)> {
        // A lane that is empty is kept only as long as it is held.
        self.lanes.retain(|_, lane| !lane.threads.is_empty() || lane.held_until > now);
        let mut started = Vec::new();
        for (key, lane) in &mut self.lanes {
            if lane.next().is_none_or(|at| at > now) {
                continue;
            }
            if let Some((_, _, thread)) = lane.heads.pop_first()
                && let Some(head) = lane.threads.get(&thread).and_then(|waiting| waiting.front())
            {
                lane.sending = Some(thread);
                started.push((key.clone(), *head));
            }
        }
        started
    }

    /// What became of the message that a lane had in hand, and until when the lane takes nothing else.
    pub(super) fn settle(&mut self, key: &LaneKey, settled: Settled, hold: Option<Timestamp>) {
        let Some(lane) = self.lanes.get_mut(key) else {
            return;
        };
        let Some(thread) = lane.sending.take() else {
            return;
        };
        lane.held_until = lane.held_until.max(hold.unwrap_or_default());
        if let Some(waiting) = lane.threads.get_mut(&thread) {
            match settled {
                Settled::Gone => {
                    self.waiting -= usize::from(waiting.pop_front().is_some());
                }
                Settled::Again(at) => {
                    if let Some(head) = waiting.front_mut() {
                        head.due = at;
                    }
                }
            }
        }
        lane.put_head(thread);
    }

    /// When the next message may leave; none where nothing waits or all that waits is behind something in hand.
    pub(super) fn next(&self) -> Option<Timestamp> {
        self.lanes.values().filter_map(Lane::next).min()
    }

    /// How many messages wait, those in hand included.
    pub(super) const fn waiting(&self) -> usize {
        self.waiting
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use uuid::Uuid;

    use super::*;

    fn at(second: i64) -> Timestamp {
        Timestamp::from_secs(second)
    }

    fn lane(channel: &str) -> LaneKey {
        LaneKey { deployment: DeploymentId::DEFAULT, channel: channel.into() }
    }

    fn incident(number: u128) -> Option<IncidentId> {
        Some(IncidentId(Uuid::from_u128(number)))
    }

    /// A plan with messages as (channel, incident, number, second at which it is due).
    fn plan(messages: &[(&str, u128, i64, i64)]) -> Plan {
        let mut plan = Plan::default();
        for &(channel, about, seq, due) in messages {
            plan.add(lane(channel), incident(about), Waiting { seq: Seq(seq), due: at(due) });
        }
        plan
    }

    fn started(plan: &mut Plan, second: i64) -> Vec<(String, i64)> {
        plan.start(at(second)).into_iter().map(|(lane, message)| (lane.channel, message.seq.0)).collect()
    }

    fn one(channel: &str, seq: i64) -> Vec<(String, i64)> {
        vec![(channel.to_owned(), seq)]
    }

    #[test]
    fn a_lane_sends_one_at_a_time_and_lanes_are_independent() {
        let mut plan = plan(&[("a", 1, 1, 0), ("a", 2, 2, 0), ("b", 1, 3, 0)]);
        assert_eq!(started(&mut plan, 0), [one("a", 1), one("b", 3)].concat());
        assert_eq!((started(&mut plan, 0), plan.next()), (vec![], None));
        plan.settle(&lane("a"), Settled::Gone, None);
        assert_eq!(started(&mut plan, 0), one("a", 2));
        assert_eq!(plan.waiting(), 2);
    }

    #[test]
    fn a_later_message_of_an_incident_never_overtakes() {
        let mut plan = plan(&[("a", 1, 1, 0), ("a", 1, 2, 0), ("a", 2, 3, 0)]);
        assert_eq!(started(&mut plan, 0), one("a", 1));
        plan.settle(&lane("a"), Settled::Again(at(10)), None);
        assert_eq!(started(&mut plan, 0), one("a", 3), "another incident goes on");
        plan.settle(&lane("a"), Settled::Gone, None);
        assert_eq!((started(&mut plan, 9), plan.next()), (vec![], Some(at(10))));
        assert_eq!(started(&mut plan, 10), one("a", 1));
        plan.settle(&lane("a"), Settled::Gone, None);
        assert_eq!(started(&mut plan, 10), one("a", 2));
        plan.settle(&lane("a"), Settled::Gone, None);
        assert_eq!((plan.waiting(), plan.next()), (0, None));
    }

    #[test]
    fn a_message_waits_for_its_time() {
        let mut plan = plan(&[("a", 1, 1, 100), ("a", 2, 2, 50)]);
        assert_eq!((started(&mut plan, 49), plan.next()), (vec![], Some(at(50))));
        assert_eq!(started(&mut plan, 60), one("a", 2));
    }

    #[test]
    fn a_hold_is_for_the_whole_lane_and_outlives_its_messages() {
        let mut plan = plan(&[("a", 1, 1, 0), ("b", 2, 2, 0)]);
        assert_eq!(started(&mut plan, 0).len(), 2);
        plan.settle(&lane("a"), Settled::Again(at(30)), Some(at(30)));
        plan.settle(&lane("b"), Settled::Gone, Some(at(20)));
        plan.add(lane("a"), incident(9), Waiting { seq: Seq(3), due: at(1) });
        assert_eq!((started(&mut plan, 5), plan.next()), (vec![], Some(at(30))));
        plan.add(lane("b"), incident(9), Waiting { seq: Seq(4), due: at(6) });
        assert_eq!((started(&mut plan, 6), plan.next()), (vec![], Some(at(20))));
        assert_eq!(started(&mut plan, 20), one("b", 4));
        assert_eq!(started(&mut plan, 30), one("a", 3), "what has waited longest goes first");
    }

    proptest! {
        /// Whatever fails how often: each message is sent until it is gone, and those of an incident in their order.
        #[test]
        fn nothing_is_lost_and_nothing_overtakes(
            messages in prop::collection::vec((0_usize..3, 0_u128..4, 0_i64..20), 1..40),
            mut outcomes in prop::collection::vec((0_u8..4, 1_i64..30), 0..80),
        ) {
            let channels = ["a", "b", "c"];
            let mut plan = Plan::default();
            for (number, (channel, about, due)) in messages.iter().enumerate() {
                let message = Waiting { seq: Seq(number as i64), due: at(*due) };
                plan.add(lane(channels[*channel]), incident(*about), message);
            }
            let mut gone: Vec<i64> = Vec::new();
            let mut now = 0;
            while let Some(next) = plan.next() {
                now = now.max(next.as_micros() / 1_000_000);
                let started = plan.start(at(now));
                prop_assert!(!started.is_empty(), "what is due is sent");
                for (lane, message) in started {
                    let (channel, about, _) = messages[message.seq.0 as usize];
                    let before = messages[..message.seq.0 as usize].iter().enumerate();
                    let mut before = before.filter(|(_, other)| (other.0, other.1) == (channel, about));
                    prop_assert!(before.all(|(number, _)| gone.contains(&(number as i64))));
                    match outcomes.pop() {
                        Some((0 | 1, later)) => plan.settle(&lane, Settled::Again(at(now + later)), None),
                        Some((2, later)) => plan.settle(&lane, Settled::Again(at(now + later)), Some(at(now + later))),
                        _ => {
                            gone.push(message.seq.0);
                            plan.settle(&lane, Settled::Gone, None);
                        }
                    }
                }
            }
            prop_assert_eq!(gone.len(), messages.len());
            prop_assert_eq!(plan.waiting(), 0);
        }
    }
}

//! What can go wrong. Each seed turns some kinds on, and a failing seed is tried again with fewer.

use crate::chance::Chance;

/// A kind of fault.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Fault {
    /// Messages are lost.
    Lost,
    /// Messages come twice.
    Duplicated,
    /// Messages come seconds late and overtake each other.
    Late,
    /// A commit is written and its answer is lost.
    CommitUnknown,
    /// A commit is not written and its answer is an error.
    CommitFailed,
    /// A commit takes seconds.
    CommitSlow,
    /// A server is killed, with a commit under way or not.
    ServerCrash,
    /// A server stands still, for longer than its lead, and goes on.
    ServerPause,
    /// A worker is killed in the middle of its steps.
    WorkerCrash,
    /// A worker stands still, for longer than its lease, and goes on.
    WorkerPause,
    /// The database does not answer for a while.
    Outage,
    /// The servers' clocks differ.
    Skew,
    /// The database's clock jumps.
    DatabaseClock,
    /// Steps do not stop at their timeout.
    Stuck,
    /// Workers leave and others come.
    Restart,
}

/// All kinds, in the order of their bits.
pub const ALL: [Fault; 15] = [
    Fault::Lost,
    Fault::Duplicated,
    Fault::Late,
    Fault::CommitUnknown,
    Fault::CommitFailed,
    Fault::CommitSlow,
    Fault::ServerCrash,
    Fault::ServerPause,
    Fault::WorkerCrash,
    Fault::WorkerPause,
    Fault::Outage,
    Fault::Skew,
    Fault::DatabaseClock,
    Fault::Stuck,
    Fault::Restart,
];

/// A set of kinds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Faults(u32);

impl Faults {
    /// None at all.
    pub const NONE: Self = Self(0);

    /// The kinds of a seed. One seed in sixteen has none, one has all.
    pub fn of_seed(seed: u64) -> Self {
        let mut chance = Chance::new(seed, "kinds of faults");
        match chance.below(16) {
            0 => Self::NONE,
            1 => Self((1 << ALL.len()) - 1),
            _ => Self(chance.below(1 << ALL.len()) as u32),
        }
    }

    /// Whether a kind is on.
    pub fn has(self, fault: Fault) -> bool {
        self.0 & (1 << fault as u32) != 0
    }

    /// The set without a kind.
    #[must_use]
    pub fn without(self, fault: Fault) -> Self {
        Self(self.0 & !(1 << fault as u32))
    }

    /// The kinds that are on.
    pub fn list(self) -> Vec<Fault> {
        ALL.into_iter().filter(|fault| self.has(*fault)).collect()
    }
}

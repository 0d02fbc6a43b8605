//! The processes of one step: census and signals.

use std::{
    collections::{BTreeMap, BTreeSet, HashMap, HashSet},
    sync::{LazyLock, Mutex, PoisonError},
    time::{Duration, Instant},
};

use nix::{
    sys::{
        signal::{Signal, killpg},
        wait::{WaitPidFlag, waitpid},
    },
    unistd::Pid,
};

use super::{
    ATTEMPT_TOKEN,
    census::{self, Stat},
    child::direct_children,
};

/// A zombie that nobody claims for this long is an adopted orphan.
const UNCLAIMED: Duration = Duration::from_secs(10);

/// How long the tree may take to die after SIGKILL before it is reported.
const KILL_LIMIT: Duration = Duration::from_secs(5);

/// How often a census looks again when a process ended under its eyes.
const LOOKS: usize = 5;

/// After a kill the tree is looked at once more, for what was being forked.
const SECOND_LOOK: Duration = Duration::from_millis(2);

/// Whether a look at the orphans can have missed one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Certainty {
    Certain,
    LookAgain,
}

/// How the wait for a tree to die ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Stopped {
    AllDead,
    SomeAlive(usize),
}

/// The direct child and whatever descends from it. The child must not be
/// reaped while this is used, so that its pid stays its own.
#[derive(Debug)]
pub(super) struct Tree {
    leader: Pid,
    token: String,
    /// The processes at the last census, by pid with their start time.
    seen: HashMap<i32, u64>,
    /// The sessions that its processes have opened. A session is handed down
    /// by forking only, so whoever is in one of them belongs to the tree.
    sessions: HashSet<i32>,
}

impl Tree {
    pub(super) fn new(leader: Pid, token: String) -> Self {
        census::adopt_orphans();
        Self { leader, token, seen: HashMap::new(), sessions: HashSet::from([leader.as_raw()]) }
    }

    /// Whether the direct child has ended, as the kernel sees it now.
    pub(super) fn leader_ended(&self) -> bool {
        census::stat(self.leader.as_raw()).is_none_or(|stat| stat.zombie)
    }

    /// The live processes of the tree. Dead ones that were handed to this
    /// process are reaped.
    pub(super) fn census(&mut self) -> Vec<Stat> {
        let mut found = BTreeMap::new();
        let mut queue = self.roots();
        while let Some(stat) = queue.pop() {
            if found.insert(stat.pid, stat).is_none() {
                queue.extend(census::children(stat.pid).into_iter().filter_map(census::stat));
            }
        }
        // Processes that changed their parent in the meantime.
        for (&pid, &start) in &self.seen {
            if !found.contains_key(&pid)
                && let Some(stat) = census::stat(pid).filter(|stat| stat.start == start)
            {
                found.insert(pid, stat);
            }
        }
        self.seen = found.values().map(|stat| (stat.pid, stat.start)).collect();
        self.sessions.extend(found.values().map(|stat| stat.session));
        let (dead, alive): (Vec<Stat>, Vec<Stat>) = found.into_values().partition(|stat| stat.zombie);
        for stat in dead {
            self.reap_adopted(&stat);
        }
        alive
    }

    /// The direct child, and the adopted orphans of this tree.
    fn roots(&mut self) -> Vec<Stat> {
        let mut roots: Vec<Stat> = census::stat(self.leader.as_raw()).into_iter().collect();
        for _ in 0..LOOKS {
            let (adopted, certain) = self.adopted();
            roots.extend(adopted);
            if certain == Certainty::Certain {
                break;
            }
        }
        roots
    }

    /// The orphans of this tree, and whether one may have slipped through by
    /// forking and ending while it was looked at.
    fn adopted(&mut self) -> (Vec<Stat>, Certainty) {
        let own = std::process::id().cast_signed();
        let candidates = if census::adopt_orphans() { census::children(own) } else { census::all_pids() };
        let direct: BTreeSet<i32> = direct_children().clone();
        let strangers: Vec<Stat> =
            candidates.into_iter().filter(|pid| !direct.contains(pid)).filter_map(census::stat).collect();
        let mut certainty = reap_unclaimed(&strangers, own);
        let mut adopted = Vec::new();
        for stat in strangers {
            match self.owns(&stat) {
                Some(true) => {
                    self.sessions.insert(stat.session);
                    adopted.push(stat);
                }
                Some(false) => {}
                None => certainty = Certainty::LookAgain,
            }
        }
        (adopted, certainty)
    }

    /// Whether a process belongs to the tree, unless it ended before that was
    /// clear.
    fn owns(&self, stat: &Stat) -> Option<bool> {
        if self.sessions.contains(&stat.session) || self.seen.get(&stat.pid) == Some(&stat.start) {
            return Some(true);
        }
        if stat.zombie {
            return Some(false);
        }
        census::has_variable(stat.pid, ATTEMPT_TOKEN, &self.token)
    }

    fn reap_adopted(&self, stat: &Stat) {
        if stat.pid != self.leader.as_raw() {
            reap_zombie(stat.pid);
        }
    }

    /// Signals the whole tree. Returns how many processes were alive.
    pub(super) fn signal(&mut self, signal: Signal) -> usize {
        let members = self.census();
        // By group, which reaches children that were forked since the census.
        // A group lies within a session, so it is the tree's as a whole.
        let mut groups: BTreeSet<i32> = members.iter().map(|member| member.group).collect();
        groups.insert(self.leader.as_raw());
        for group in groups {
            signal_group(Pid::from_raw(group), signal);
        }
        members.len()
    }

    /// Asks the tree to stop, and kills what is left after `grace`.
    pub(super) async fn stop(&mut self, signal: Signal, grace: Duration) -> Stopped {
        self.signal(signal);
        // A stopped process takes no other signal until it continues.
        self.signal(Signal::SIGCONT);
        match self.wait_dead(grace).await {
            Stopped::AllDead => Stopped::AllDead,
            Stopped::SomeAlive(_) => self.kill().await,
        }
    }

    /// Kills the tree and waits until it is dead.
    pub(super) async fn kill(&mut self) -> Stopped {
        let deadline = Instant::now() + KILL_LIMIT;
        loop {
            // Again and again, because a process can fork while it is killed.
            self.signal(Signal::SIGKILL);
            let mut stopped = self.wait_dead(Duration::from_millis(100)).await;
            if stopped == Stopped::AllDead {
                tokio::time::sleep(SECOND_LOOK).await;
                stopped = self.wait_dead(Duration::ZERO).await;
            }
            if stopped == Stopped::AllDead || Instant::now() >= deadline {
                return stopped;
            }
        }
    }

    async fn wait_dead(&mut self, limit: Duration) -> Stopped {
        let deadline = Instant::now() + limit;
        let mut pause = Duration::from_millis(1);
        loop {
            let alive = self.census().len();
            if alive == 0 {
                return Stopped::AllDead;
            }
            let left = deadline.saturating_duration_since(Instant::now());
            if left.is_zero() {
                return Stopped::SomeAlive(alive);
            }
            tokio::time::sleep(pause.min(left)).await;
            pause = (pause * 2).min(Duration::from_millis(50));
        }
    }

    /// Kills without waiting, for when the supervision itself is abandoned.
    pub(super) fn kill_now(&mut self) {
        for _ in 0..3 {
            if self.signal(Signal::SIGKILL) == 0 {
                break;
            }
        }
    }
}

/// Signals a group that is known to be a step's. Group 0 would be the
/// worker's own, and 1 everything.
pub(super) fn signal_group(leader: Pid, signal: Signal) {
    if leader.as_raw() > 1 {
        let _gone = killpg(leader, signal);
    }
}

/// Collects a zombie if it is a child of this process.
pub(super) fn reap_zombie(pid: i32) {
    let _not_ours = waitpid(Pid::from_raw(pid), Some(WaitPidFlag::WNOHANG));
}

/// Reaps orphans that died before any census saw them alive. They look like
/// children that other code in this process started in their own session, and
/// such code would have collected its child by then.
///
/// A fresh one asks for another look, because it may have forked before.
fn reap_unclaimed(strangers: &[Stat], own: i32) -> Certainty {
    static SINCE: LazyLock<Mutex<HashMap<(i32, u64), Instant>>> = LazyLock::new(Mutex::default);
    let mut certainty = Certainty::Certain;
    let own_session = census::stat(own).map_or(0, |stat| stat.session);
    let mut since = SINCE.lock().unwrap_or_else(PoisonError::into_inner);
    since.retain(|&(pid, start), _| strangers.iter().any(|stat| (stat.pid, stat.start) == (pid, start)));
    for stat in strangers {
        if !stat.zombie || stat.parent != own || stat.session == own_session {
            continue;
        }
        let first_seen = *since.entry((stat.pid, stat.start)).or_insert_with(|| {
            certainty = Certainty::LookAgain;
            Instant::now()
        });
        if first_seen.elapsed() > UNCLAIMED {
            reap_zombie(stat.pid);
        }
    }
    certainty
}

//! Forgetting history without changing any decision.

use std::collections::{BTreeMap, BTreeSet};

use headwater_core::{
    id::{IncidentId, RunId, Seq, StepNo, WorkerId},
    record::RunState,
    time::Timestamp,
};

use super::{State, is_present, is_unresolved};
use crate::{journal::Retention, reader::OutboxItem};

impl State {
    /// Deletes at most `limit` rows of each kind; gives how many went.
    pub(super) fn prune(&mut self, retention: &Retention, limit: usize) -> u64 {
        let mut gone = 0;
        if let Some(before) = retention.events {
            let runs = &self.runs;
            let ended = |run: Option<RunId>| run.and_then(|run| runs.get(&run)).is_none_or(|run| run.state.is_final());
            gone += drop_first(&mut self.events, limit, |_, event| event.at < before && ended(event.run));
        }
        if let Some(before) = retention.versions {
            let latest: BTreeSet<Seq> =
                self.current.values().filter_map(|current| current.latest.as_ref().map(|latest| latest.seq)).collect();
            gone += drop_first(&mut self.versions, limit, |seq, version| version.at < before && !latest.contains(seq));
        }
        if let Some(before) = retention.checks {
            let latest: BTreeSet<Seq> = self.current_checks.values().copied().collect();
            gone += drop_first(&mut self.checks, limit, |seq, check| check.at < before && !latest.contains(seq));
        }
        if let Some(before) = retention.ticks {
            gone += drop_first(&mut self.ticks, limit, |_, tick| tick.at < before);
        }
        if let Some(before) = retention.commands {
            gone += drop_first(&mut self.commands, limit, |_, command| command.at < before);
        }
        if let Some(before) = retention.outbox {
            gone += self.prune_outbox(before, limit);
        }
        if let Some(before) = retention.workers {
            gone += drop_first(&mut self.workers, limit, |_: &WorkerId, worker| {
                !is_present(worker) && worker.changed_at < before
            });
        }
        if let Some(before) = retention.runs {
            gone += self.prune_runs(before, limit);
        }
        gone
    }

    /// A receipt stays as long as its incident goes on, since later messages refer to it.
    fn prune_outbox(&mut self, before: Timestamp, limit: usize) -> u64 {
        let old = |at: Option<Timestamp>| at.is_some_and(|at| at < before);
        let incidents = &self.incidents;
        let goes_on = |id: Option<IncidentId>| id.and_then(|id| incidents.get(&id)).is_some_and(is_unresolved);
        let needed = |item: &OutboxItem| item.receipt.is_some() && goes_on(item.message.incident);
        let messages = drop_first(&mut self.outbox, limit, |_, item| old(item.closed_at) && !needed(item));
        let over = |_: &IncidentId, incident: &_| !is_unresolved(incident) && old(incident.resolved_at);
        messages + drop_first(&mut self.incidents, limit, over)
    }

    fn prune_runs(&mut self, before: Timestamp, limit: usize) -> u64 {
        let old =
            |state: RunState, ended_at: Option<Timestamp>| state.is_final() && ended_at.is_some_and(|at| at < before);
        let mut gone: Vec<RunId> =
            self.runs.values().filter(|run| old(run.state, run.ended_at)).map(|run| run.id).collect();
        gone.truncate(limit);
        for run in &gone {
            self.runs.remove(run);
            self.plans.remove(run);
            self.steps.retain(|(of, _): &(RunId, StepNo), _| of != run);
            self.attempts.retain(|(of, _, _), _| of != run);
        }
        gone.len() as u64
    }
}

/// Deletes the first rows that are old, at most `limit`.
fn drop_first<K: Ord + Copy, V>(table: &mut BTreeMap<K, V>, limit: usize, old: impl Fn(&K, &V) -> bool) -> u64 {
    let gone: Vec<K> = table.iter().filter(|(key, row)| old(key, row)).map(|(key, _)| *key).take(limit).collect();
    for key in &gone {
        table.remove(key);
    }
    gone.len() as u64
}

//! What the API shows, by walking through everything.

use std::collections::{BTreeMap, BTreeSet};

use async_trait::async_trait;
use headwater_core::{
    alert::{IncidentRecord, PolicyRecord},
    effect::{Event, SnapshotText},
    id::{AssetId, DeploymentId, IncidentId, RunId, Seq, SnapshotId, StepNo},
    record::{
        AssetCurrent, AssetRecord, AttemptRecord, CheckRecord, DeployRecord, DeploymentRecord, RunRecord, RunState,
        ScheduleRecord, StepRecord, StepState, TickRecord, Trigger, VersionRecord, WorkerRecord,
    },
    time::Timestamp,
};

use super::{MemoryStore, State, is_present, is_unresolved};
use crate::{
    error::StoreError,
    event::{check_event, version_event},
    journal::Leader,
    reader::{
        AssetCheck, DeliveryFilter, DeliveryState, EventFilter, IncidentFilter, OutboxItem, Page, Reader, RunCounts,
        RunFilter, StepInHand, StoreStatus, VersionFilter,
    },
};

/// The newest rows of a table that is keyed by event number.
fn newest<V: Clone>(table: &BTreeMap<Seq, V>, page: Page, keep: impl Fn(&V) -> bool) -> Vec<V> {
    let before = page.before.unwrap_or(Seq(i64::MAX));
    let rows = table.range(..before).rev().map(|(_, row)| row);
    rows.filter(|row| keep(row)).take(page.limit as usize).cloned().collect()
}

fn matches(run: &RunRecord, filter: &RunFilter) -> bool {
    let tagged = |(name, value): &(String, Option<String>)| {
        run.tags.get(name).is_some_and(|tag| value.as_ref().is_none_or(|value| value == tag))
    };
    let of_schedule = |name: &String| matches!(&run.trigger, Trigger::Schedule { name: of, .. } if of == name);
    (filter.states.is_empty() || filter.states.contains(&run.state))
        && filter.tag.as_ref().is_none_or(tagged)
        && filter.schedule.as_ref().is_none_or(of_schedule)
        && filter.root.is_none_or(|root| run.root == root)
        && filter.since.is_none_or(|since| run.created_at >= since)
}

impl State {
    fn is_of(&self, asset: AssetId, deployment: DeploymentId) -> bool {
        self.assets.get(&asset).is_some_and(|asset| asset.deployment == deployment)
    }

    /// The three tables that make up the event log, merged by number.
    fn event_log(&self, filter: &EventFilter) -> Vec<Event> {
        let after = (std::ops::Bound::Excluded(filter.after), std::ops::Bound::Unbounded);
        let events = self.events.range(after).map(|(_, event)| event.clone());
        let versions = self.versions.range(after).map(|(_, version)| version_event(version));
        let checks = self.checks.range(after).map(|(_, check)| check_event(check));
        let all = events.chain(versions).chain(checks);
        let mut log: Vec<Event> = all.filter(|event| filter.run.is_none() || event.run == filter.run).collect();
        log.sort_by_key(|event| event.seq);
        log.truncate(filter.limit as usize);
        log
    }

    fn workers(&self, limit: u32) -> Vec<WorkerRecord> {
        let (mut present, mut others): (Vec<_>, Vec<_>) = self.workers.values().cloned().partition(is_present);
        present.sort_by_key(|worker| (worker.joined_at, worker.id));
        others.sort_by_key(|worker| std::cmp::Reverse((worker.changed_at, worker.id)));
        others.truncate(limit as usize);
        present.append(&mut others);
        present
    }
}

#[async_trait]
impl Reader for MemoryStore {
    async fn ping(&self) -> Result<(), StoreError> {
        Ok(())
    }

    async fn status(&self) -> Result<StoreStatus, StoreError> {
        Ok(StoreStatus {
            engine: "memory".to_owned(),
            applied: Vec::new(),
            pending: Vec::new(),
            warnings: vec!["everything is lost when the process ends".to_owned()],
        })
    }

    async fn leader(&self) -> Result<Option<Leader>, StoreError> {
        let state = self.lock();
        Ok(state.lead.as_ref().map(|lead| Leader {
            server: lead.server,
            address: lead.address.clone(),
            term: lead.term,
            expired: lead.expires_at.is_none_or(|at| at <= state.clock),
        }))
    }

    async fn last_seq(&self) -> Result<Seq, StoreError> {
        Ok(self.lock().last_seq)
    }

    async fn deployments(&self) -> Result<Vec<DeploymentRecord>, StoreError> {
        Ok(self.lock().deployments.values().cloned().collect())
    }

    async fn deploys(&self, deployment: DeploymentId, page: Page) -> Result<Vec<DeployRecord>, StoreError> {
        Ok(newest(&self.lock().deploys, page, |deploy| deploy.deployment == deployment))
    }

    async fn live(&self, deployment: DeploymentId) -> Result<Vec<DeployRecord>, StoreError> {
        let state = self.lock();
        let live = state.live.iter().filter(|((of, _), _)| *of == deployment);
        Ok(live.filter_map(|(_, seq)| state.deploys.get(seq)).cloned().collect())
    }

    async fn snapshot(&self, id: &SnapshotId) -> Result<Option<SnapshotText>, StoreError> {
        Ok(self.lock().snapshots.get(id).cloned())
    }

    async fn assets(&self, deployment: DeploymentId) -> Result<Vec<AssetRecord>, StoreError> {
        let state = self.lock();
        let mut assets: Vec<_> =
            state.assets.values().filter(|asset| asset.deployment == deployment).cloned().collect();
        assets.sort_by(|a, b| a.key.cmp(&b.key));
        Ok(assets)
    }

    async fn current(&self, deployment: DeploymentId) -> Result<Vec<AssetCurrent>, StoreError> {
        let state = self.lock();
        Ok(state.current.values().filter(|current| state.is_of(current.asset, deployment)).cloned().collect())
    }

    async fn current_of(&self, assets: &[AssetId]) -> Result<Vec<AssetCurrent>, StoreError> {
        Ok(self.lock().current.values().filter(|current| assets.contains(&current.asset)).cloned().collect())
    }

    async fn versions(
        &self,
        asset: AssetId,
        filter: &VersionFilter,
        page: Page,
    ) -> Result<Vec<VersionRecord>, StoreError> {
        Ok(newest(&self.lock().versions, page, |version| {
            version.asset == asset
                && filter.partition.as_ref().is_none_or(|partition| *partition == version.partition)
                && (filter.run.is_none() || filter.run == version.run)
        }))
    }

    async fn versions_at(&self, seqs: &[Seq]) -> Result<Vec<VersionRecord>, StoreError> {
        let wanted: BTreeSet<Seq> = seqs.iter().copied().collect();
        let state = self.lock();
        Ok(wanted.iter().filter_map(|seq| state.versions.get(seq)).cloned().collect())
    }

    async fn run_versions(&self, run: RunId, limit: u32) -> Result<Vec<VersionRecord>, StoreError> {
        let state = self.lock();
        let versions = state.versions.values().filter(|version| version.run == Some(run));
        Ok(versions.take(limit as usize).cloned().collect())
    }

    async fn checks(&self, asset: AssetId, check: &AssetCheck, page: Page) -> Result<Vec<CheckRecord>, StoreError> {
        Ok(newest(&self.lock().checks, page, |record| {
            record.asset == asset && check.as_ref().is_none_or(|check| *check == record.check)
        }))
    }

    async fn current_checks(&self, deployment: DeploymentId) -> Result<Vec<CheckRecord>, StoreError> {
        let state = self.lock();
        let current = state.current_checks.iter().filter(|((asset, _, _), _)| state.is_of(*asset, deployment));
        Ok(current.filter_map(|(_, seq)| state.checks.get(seq)).cloned().collect())
    }

    async fn current_checks_of(&self, assets: &[AssetId]) -> Result<Vec<CheckRecord>, StoreError> {
        let state = self.lock();
        let current = state.current_checks.iter().filter(|((asset, _, _), _)| assets.contains(asset));
        Ok(current.filter_map(|(_, seq)| state.checks.get(seq)).cloned().collect())
    }

    async fn run_checks(&self, run: RunId) -> Result<Vec<CheckRecord>, StoreError> {
        Ok(self.lock().checks.values().filter(|check| check.run == Some(run)).cloned().collect())
    }

    async fn run(&self, id: RunId) -> Result<Option<RunRecord>, StoreError> {
        Ok(self.lock().runs.get(&id).cloned())
    }

    async fn runs(
        &self,
        deployment: DeploymentId,
        filter: &RunFilter,
        page: Page,
    ) -> Result<Vec<RunRecord>, StoreError> {
        let state = self.lock();
        let before = page.before.unwrap_or(Seq(i64::MAX));
        let runs = state.runs_by_age().rev().filter(|run| run.created_seq < before);
        let runs = runs.filter(|run| run.deployment == deployment && matches(run, filter));
        Ok(runs.take(page.limit as usize).cloned().collect())
    }

    async fn run_counts(&self, deployment: DeploymentId) -> Result<RunCounts, StoreError> {
        let mut counts = RunCounts::default();
        for run in self.lock().runs.values().filter(|run| run.deployment == deployment) {
            match run.state {
                RunState::Queued => counts.queued += 1,
                RunState::Running => counts.running += 1,
                RunState::Canceling => counts.canceling += 1,
                RunState::Succeeded | RunState::Failed | RunState::Canceled => {}
            }
        }
        Ok(counts)
    }

    async fn run_states_since(
        &self,
        deployment: DeploymentId,
        since: Timestamp,
        limit: u32,
    ) -> Result<BTreeMap<RunState, u32>, StoreError> {
        let filter = RunFilter { since: Some(since), ..RunFilter::default() };
        let mut counts = BTreeMap::new();
        for run in self.runs(deployment, &filter, Page { before: None, limit }).await? {
            *counts.entry(run.state).or_default() += 1;
        }
        Ok(counts)
    }

    async fn steps(&self, run: RunId) -> Result<Vec<StepRecord>, StoreError> {
        Ok(self.lock().steps_of(run))
    }

    async fn steps_in_hand(&self, deployment: DeploymentId) -> Result<Vec<StepInHand>, StoreError> {
        let state = self.lock();
        let mut runs: Vec<RunId> = state
            .runs
            .values()
            .filter(|run| run.deployment == deployment && !run.state.is_final())
            .map(|run| run.id)
            .collect();
        runs.sort_unstable();
        let steps = runs.into_iter().flat_map(|run| state.steps_of(run));
        let in_hand = steps.filter(|step| matches!(step.state, StepState::Running | StepState::RetryWait));
        Ok(in_hand.map(|step| StepInHand { run: step.run, step: step.step, state: step.state }).collect())
    }

    async fn attempts(&self, run: RunId, step: Option<StepNo>) -> Result<Vec<AttemptRecord>, StoreError> {
        let state = self.lock();
        let attempts = state.attempts.values().filter(|attempt| attempt.run == run);
        Ok(attempts.filter(|attempt| step.is_none_or(|step| attempt.step == step)).cloned().collect())
    }

    async fn events(&self, filter: &EventFilter) -> Result<Vec<Event>, StoreError> {
        Ok(self.lock().event_log(filter))
    }

    async fn workers(&self, limit: u32) -> Result<Vec<WorkerRecord>, StoreError> {
        Ok(self.lock().workers(limit))
    }

    async fn schedules(&self, deployment: DeploymentId) -> Result<Vec<ScheduleRecord>, StoreError> {
        let state = self.lock();
        Ok(state.schedules.values().filter(|schedule| schedule.deployment == deployment).cloned().collect())
    }

    async fn ticks(&self, deployment: DeploymentId, schedule: &str, page: Page) -> Result<Vec<TickRecord>, StoreError> {
        Ok(newest(&self.lock().ticks, page, |tick| tick.deployment == deployment && tick.schedule == schedule))
    }

    async fn pools(&self, deployment: DeploymentId) -> Result<Vec<(String, u32)>, StoreError> {
        let state = self.lock();
        let pools = state.pools.iter().filter(|((of, _), _)| *of == deployment);
        Ok(pools.map(|((_, pool), limit)| (pool.clone(), *limit)).collect())
    }

    async fn incidents(
        &self,
        deployment: DeploymentId,
        filter: IncidentFilter,
        page: Page,
    ) -> Result<Vec<IncidentRecord>, StoreError> {
        let state = self.lock();
        let before = page.before.unwrap_or(Seq(i64::MAX));
        let is_meant = |incident: &&IncidentRecord| {
            incident.deployment == deployment
                && match filter {
                    IncidentFilter::All => true,
                    IncidentFilter::Unresolved => is_unresolved(incident),
                    IncidentFilter::Resolved => !is_unresolved(incident),
                }
        };
        let incidents = state.incidents_by_age().rev().filter(|incident| incident.opened_seq < before);
        Ok(incidents.filter(is_meant).take(page.limit as usize).cloned().collect())
    }

    async fn unresolved(&self, deployment: DeploymentId, limit: u32) -> Result<u32, StoreError> {
        let page = Page { before: None, limit };
        Ok(self.incidents(deployment, IncidentFilter::Unresolved, page).await?.len() as u32)
    }

    async fn incident(&self, id: IncidentId) -> Result<Option<IncidentRecord>, StoreError> {
        Ok(self.lock().incidents.get(&id).cloned())
    }

    async fn alert_policies(&self, deployment: DeploymentId) -> Result<Vec<PolicyRecord>, StoreError> {
        let state = self.lock();
        Ok(state.policies.values().filter(|policy| policy.deployment == deployment).cloned().collect())
    }

    async fn outbox(&self, limit: u32) -> Result<Vec<OutboxItem>, StoreError> {
        let state = self.lock();
        let waiting = state.outbox.values().filter(|item| item.state == DeliveryState::Waiting);
        Ok(waiting.take(limit as usize).cloned().collect())
    }

    async fn deliveries(
        &self,
        deployment: DeploymentId,
        filter: &DeliveryFilter,
        page: Page,
    ) -> Result<Vec<OutboxItem>, StoreError> {
        Ok(newest(&self.lock().outbox, page, |item| {
            item.message.deployment == deployment
                && filter.state.is_none_or(|state| item.state == state)
                && (filter.incident.is_none() || item.message.incident == filter.incident)
        }))
    }

    async fn receipt(&self, incident: IncidentId, channel: &str) -> Result<Option<serde_json::Value>, StoreError> {
        Ok(self.lock().receipt(incident, channel))
    }
}

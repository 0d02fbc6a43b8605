//! Everybody's side.

use std::collections::{BTreeMap, BTreeSet};

use async_trait::async_trait;
use headwater_core::{
    alert::{IncidentRecord, PolicyRecord},
    effect::{Event, SnapshotText},
    id::{AssetId, DeploymentId, IncidentId, RunId, Seq, ServerId, SnapshotId, StepNo, Term},
    record::{
        AssetCurrent, AssetRecord, AttemptRecord, CheckRecord, DeployRecord, DeploymentRecord, RunRecord, RunState,
        ScheduleRecord, StepRecord, StepState, TickRecord, VersionRecord, WorkerRecord,
    },
    time::Timestamp,
};
use headwater_store::{
    AssetCheck, DeliveryFilter, EventFilter, IncidentFilter, Leader, OutboxItem, Page, Reader, RunCounts, RunFilter,
    StepInHand, StoreError, StoreStatus, VersionFilter,
};

use crate::{
    cell::{Cell, Fields},
    db::Db,
    decode, migrate, postgres,
    statements::{self as sql, columns},
    store::SqlStore,
    tables,
};

fn before(page: Page) -> Cell<'static> {
    page.before.map_or(i64::MAX, |seq| seq.0).into()
}

/// The text and values of a list of runs. Only the conditions that are asked for are in the text, so that the
/// database sees which index serves.
fn runs_query<'a>(deployment: DeploymentId, filter: &'a RunFilter, page: Page) -> (String, Vec<Cell<'a>>) {
    let mut args = vec![deployment.0.into(), before(page), page.limit.into()];
    let mut sql = String::from(concat!("SELECT ", columns!(run), " FROM runs r"));
    let number = |args: &mut Vec<Cell<'a>>, cell: Cell<'a>| {
        args.push(cell);
        args.len()
    };
    let mut conditions = String::new();
    let mut order = "r.created_seq";
    if let Some((name, value)) = &filter.tag {
        // The tags' own index is in the order of the list.
        sql.push_str(" JOIN run_tags g ON g.run = r.id");
        let at = number(&mut args, name.into());
        conditions.push_str(&format!(" AND g.deployment = $1 AND g.created_seq < $2 AND g.name = ${at}"));
        if let Some(value) = value {
            let at = number(&mut args, value.into());
            conditions.push_str(&format!(" AND g.value = ${at}"));
        }
        order = "g.created_seq";
    }
    if !filter.states.is_empty() {
        // Written out, so that the database plans for these states: a few runs are queued, most have succeeded.
        let names: Vec<String> = filter.states.iter().map(|state| format!("'{}'", state.as_str())).collect();
        conditions.push_str(&format!(" AND r.state IN ({})", names.join(", ")));
    }
    if let Some(schedule) = &filter.schedule {
        let at = number(&mut args, schedule.into());
        conditions.push_str(&format!(" AND r.schedule = ${at}"));
    }
    if let Some(root) = filter.root {
        let at = number(&mut args, root.0.into());
        conditions.push_str(&format!(" AND r.root = ${at}"));
    }
    if let Some(since) = filter.since {
        let at = number(&mut args, since.as_micros().into());
        // The list is in the order of numbers. Where few runs are that young, their smallest number spares the walk
        // over all the others.
        conditions.push_str(&format!(
            " AND r.created_at >= ${at} AND r.created_seq >= (SELECT MIN(x.created_seq) FROM runs x \
             WHERE x.deployment = $1 AND x.created_at >= ${at})"
        ));
    }
    sql.push_str(&format!(
        " WHERE r.deployment = $1 AND r.created_seq < $2{conditions} ORDER BY {order} DESC LIMIT $3"
    ));
    (sql, args)
}

/// The most values of one list; lists are as long as a power of four, so that there are few different statements.
const LONGEST_LIST: usize = 1_024;

/// Reads the rows of a statement for a list of values, which stands in place of its `($1)`.
async fn among<V: Copy + Ord, T>(
    db: &Db,
    statement: &str,
    values: impl Iterator<Item = V>,
    decode: impl Fn(&mut Fields<'_>) -> Result<T, StoreError> + Copy,
) -> Result<Vec<T>, StoreError>
where
    Cell<'static>: From<V>,
{
    let mut values: Vec<V> = values.collect::<BTreeSet<V>>().into_iter().collect();
    let mut found = Vec::new();
    while let Some(&last) = values.last() {
        let part = values.split_off(values.len().saturating_sub(LONGEST_LIST));
        let length = (0..).map(|power| 4_usize.pow(power)).find(|&length| length >= part.len()).unwrap_or(LONGEST_LIST);
        let numbers: Vec<String> = (1..=length).map(|number| format!("${number}")).collect();
        let sql = statement.replace("($1)", &format!("({})", numbers.join(", ")));
        // What fills the list up names a value again, which changes nothing.
        let filled = part.into_iter().chain(std::iter::repeat(last)).take(length);
        let args: Vec<Cell<'static>> = filled.map(Cell::from).collect();
        found.extend(db.read(&sql, &args, decode).await?);
    }
    Ok(found)
}

#[async_trait]
impl Reader for SqlStore {
    async fn ping(&self) -> Result<(), StoreError> {
        self.db.read("SELECT 1", &[], |_| Ok(())).await.map(drop)
    }

    async fn status(&self) -> Result<StoreStatus, StoreError> {
        let migrations = migrate::status(&self.db).await?;
        let (engine, warnings) = match &self.db {
            Db::Postgres { leader, .. } => postgres::describe(leader).await?,
            Db::Sqlite { .. } => {
                let version = self.db.read_one("SELECT sqlite_version()", &[], |fields| fields.text()).await?;
                (format!("SQLite {}", version.unwrap_or_default()), Vec::new())
            }
        };
        Ok(StoreStatus { engine, applied: migrations.applied, pending: migrations.pending, warnings })
    }

    async fn leader(&self) -> Result<Option<Leader>, StoreError> {
        let statement = self.db.clocked(&tables::LEADER);
        let row = self.db.read_one(&statement, &[], |fields| {
            Ok((fields.maybe_uuid()?, fields.text()?, fields.int()?, fields.int()?))
        });
        Ok(row.await?.and_then(|(server, address, term, expired)| {
            Some(Leader { server: ServerId(server?), address, term: Term(term), expired: expired != 0 })
        }))
    }

    async fn last_seq(&self) -> Result<Seq, StoreError> {
        Ok(Seq(self.db.read_one(sql::LAST_SEQ, &[], |fields| fields.int()).await?.unwrap_or(0)))
    }

    async fn deployments(&self) -> Result<Vec<DeploymentRecord>, StoreError> {
        self.db.read(sql::DEPLOYMENTS, &[], decode::deployment).await
    }

    async fn deploys(&self, deployment: DeploymentId, page: Page) -> Result<Vec<DeployRecord>, StoreError> {
        self.db.read(sql::DEPLOYS, &[deployment.0.into(), before(page), page.limit.into()], decode::deploy).await
    }

    async fn live(&self, deployment: DeploymentId) -> Result<Vec<DeployRecord>, StoreError> {
        self.db.read(sql::LIVE, &[deployment.0.into()], decode::deploy).await
    }

    async fn snapshot(&self, id: &SnapshotId) -> Result<Option<SnapshotText>, StoreError> {
        self.db.read_one(sql::SNAPSHOT, &[id.0.as_str().into()], decode::snapshot).await
    }

    async fn assets(&self, deployment: DeploymentId) -> Result<Vec<AssetRecord>, StoreError> {
        self.db.read(sql::ASSETS, &[deployment.0.into()], decode::asset).await
    }

    async fn current(&self, deployment: DeploymentId) -> Result<Vec<AssetCurrent>, StoreError> {
        self.db.read(sql::CURRENT, &[deployment.0.into()], decode::current).await
    }

    async fn current_of(&self, assets: &[AssetId]) -> Result<Vec<AssetCurrent>, StoreError> {
        let mut found = among(&self.db, sql::CURRENT_OF, assets.iter().map(|asset| asset.0), decode::current).await?;
        found.sort_by(|a, b| (a.asset, &a.partition).cmp(&(b.asset, &b.partition)));
        Ok(found)
    }

    async fn versions(
        &self,
        asset: AssetId,
        filter: &VersionFilter,
        page: Page,
    ) -> Result<Vec<VersionRecord>, StoreError> {
        let mut args = vec![asset.0.into(), before(page), page.limit.into()];
        args.extend(filter.run.map(|run| Cell::from(run.0)));
        let statement = match (filter.run, filter.partition.as_deref()) {
            (None, None) => sql::VERSIONS,
            (None, Some("")) => sql::VERSIONS_WHOLE,
            (None, Some(partition)) => {
                args.push(partition.into());
                sql::VERSIONS_OF_PARTITION
            }
            (Some(_), None) => sql::VERSIONS_OF_RUN,
            (Some(_), Some(partition)) => {
                args.push(partition.into());
                sql::VERSIONS_OF_RUN_AND_PARTITION
            }
        };
        self.db.read(statement, &args, decode::version).await
    }

    async fn versions_at(&self, seqs: &[Seq]) -> Result<Vec<VersionRecord>, StoreError> {
        let mut found = among(&self.db, sql::VERSIONS_AT, seqs.iter().map(|seq| seq.0), decode::version).await?;
        found.sort_by_key(|version| version.seq);
        Ok(found)
    }

    async fn run_versions(&self, run: RunId, limit: u32) -> Result<Vec<VersionRecord>, StoreError> {
        self.db.read(sql::RUN_VERSIONS, &[run.0.into(), limit.into()], decode::version).await
    }

    async fn checks(&self, asset: AssetId, check: &AssetCheck, page: Page) -> Result<Vec<CheckRecord>, StoreError> {
        let mut args = vec![asset.0.into(), before(page), page.limit.into()];
        let statement = match check {
            None => sql::CHECKS,
            Some(name) => {
                args.push(name.into());
                sql::CHECKS_OF_NAME
            }
        };
        self.db.read(statement, &args, decode::check).await
    }

    async fn current_checks(&self, deployment: DeploymentId) -> Result<Vec<CheckRecord>, StoreError> {
        self.db.read(sql::CURRENT_CHECKS, &[deployment.0.into()], decode::check).await
    }

    async fn current_checks_of(&self, assets: &[AssetId]) -> Result<Vec<CheckRecord>, StoreError> {
        let assets = assets.iter().map(|asset| asset.0);
        let mut found = among(&self.db, sql::CURRENT_CHECKS_OF, assets, decode::check).await?;
        found.sort_by(|a, b| (a.asset, &a.check, &a.partition).cmp(&(b.asset, &b.check, &b.partition)));
        Ok(found)
    }

    async fn run_checks(&self, run: RunId) -> Result<Vec<CheckRecord>, StoreError> {
        self.db.read(sql::RUN_CHECKS, &[run.0.into()], decode::check).await
    }

    async fn run(&self, id: RunId) -> Result<Option<RunRecord>, StoreError> {
        self.db.read_one(sql::RUN, &[id.0.into()], decode::run).await
    }

    async fn runs(
        &self,
        deployment: DeploymentId,
        filter: &RunFilter,
        page: Page,
    ) -> Result<Vec<RunRecord>, StoreError> {
        let (statement, args) = runs_query(deployment, filter, page);
        self.db.read(&statement, &args, decode::run).await
    }

    async fn run_counts(&self, deployment: DeploymentId) -> Result<RunCounts, StoreError> {
        let decode = |fields: &mut Fields<'_>| Ok((fields.one_of(RunState::parse)?, fields.number::<u64>()?));
        let rows = self.db.read(sql::RUN_COUNTS, &[deployment.0.into()], decode).await?;
        let mut counts = RunCounts::default();
        for (state, count) in rows {
            match state {
                RunState::Queued => counts.queued = count,
                RunState::Running => counts.running = count,
                RunState::Canceling => counts.canceling = count,
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
        let decode = |fields: &mut Fields<'_>| Ok((fields.one_of(RunState::parse)?, fields.number::<u32>()?));
        let args = [deployment.0.into(), since.as_micros().into(), limit.into()];
        Ok(self.db.read(sql::RUN_STATES_SINCE, &args, decode).await?.into_iter().collect())
    }

    async fn steps(&self, run: RunId) -> Result<Vec<StepRecord>, StoreError> {
        self.db.read(sql::STEPS, &[run.0.into()], decode::step).await
    }

    async fn steps_in_hand(&self, deployment: DeploymentId) -> Result<Vec<StepInHand>, StoreError> {
        let decode = |fields: &mut Fields<'_>| {
            let (run, step) = (RunId(fields.uuid()?), StepNo(fields.number()?));
            Ok(StepInHand { run, step, state: fields.one_of(StepState::parse)? })
        };
        self.db.read(sql::STEPS_IN_HAND, &[deployment.0.into()], decode).await
    }

    async fn attempts(&self, run: RunId, step: Option<StepNo>) -> Result<Vec<AttemptRecord>, StoreError> {
        match step {
            None => self.db.read(sql::ATTEMPTS, &[run.0.into()], decode::attempt).await,
            Some(step) => self.db.read(sql::ATTEMPTS_OF_STEP, &[run.0.into(), step.0.into()], decode::attempt).await,
        }
    }

    async fn events(&self, filter: &EventFilter) -> Result<Vec<Event>, StoreError> {
        let mut args = vec![filter.after.0.into(), filter.limit.into()];
        let statement = match filter.run {
            None => sql::EVENTS,
            Some(run) => {
                args.push(run.0.into());
                sql::EVENTS_OF_RUN
            }
        };
        self.db.read(statement, &args, decode::event).await
    }

    async fn workers(&self, limit: u32) -> Result<Vec<WorkerRecord>, StoreError> {
        let mut workers = self.db.read(sql::WORKERS_PRESENT, &[], decode::worker).await?;
        workers.extend(self.db.read(sql::WORKERS_PAST, &[limit.into()], decode::worker).await?);
        Ok(workers)
    }

    async fn schedules(&self, deployment: DeploymentId) -> Result<Vec<ScheduleRecord>, StoreError> {
        self.db.read(sql::SCHEDULES, &[deployment.0.into()], decode::schedule).await
    }

    async fn ticks(&self, deployment: DeploymentId, schedule: &str, page: Page) -> Result<Vec<TickRecord>, StoreError> {
        let args = [deployment.0.into(), schedule.into(), before(page), page.limit.into()];
        self.db.read(sql::TICKS, &args, decode::tick).await
    }

    async fn pools(&self, deployment: DeploymentId) -> Result<Vec<(String, u32)>, StoreError> {
        let pools = self.db.read(sql::POOLS, &[deployment.0.into()], decode::pool).await?;
        Ok(pools.into_iter().map(|(_, pool, limit)| (pool, limit)).collect())
    }

    async fn incidents(
        &self,
        deployment: DeploymentId,
        filter: IncidentFilter,
        page: Page,
    ) -> Result<Vec<IncidentRecord>, StoreError> {
        let statement = match filter {
            IncidentFilter::All => sql::INCIDENTS,
            IncidentFilter::Unresolved => sql::INCIDENTS_UNRESOLVED,
            IncidentFilter::Resolved => sql::INCIDENTS_RESOLVED,
        };
        self.db.read(statement, &[deployment.0.into(), before(page), page.limit.into()], decode::incident).await
    }

    async fn unresolved(&self, deployment: DeploymentId, limit: u32) -> Result<u32, StoreError> {
        let args = [deployment.0.into(), limit.into()];
        Ok(self.db.read_one(sql::UNRESOLVED, &args, |fields| fields.number()).await?.unwrap_or(0))
    }

    async fn incident(&self, id: IncidentId) -> Result<Option<IncidentRecord>, StoreError> {
        self.db.read_one(sql::INCIDENT, &[id.0.into()], decode::incident).await
    }

    async fn alert_policies(&self, deployment: DeploymentId) -> Result<Vec<PolicyRecord>, StoreError> {
        self.db.read(sql::ALERT_POLICIES, &[deployment.0.into()], decode::policy).await
    }

    async fn outbox(&self, limit: u32) -> Result<Vec<OutboxItem>, StoreError> {
        self.db.read(sql::OUTBOX, &[limit.into()], decode::outbox).await
    }

    async fn deliveries(
        &self,
        deployment: DeploymentId,
        filter: &DeliveryFilter,
        page: Page,
    ) -> Result<Vec<OutboxItem>, StoreError> {
        let mut args = vec![deployment.0.into(), before(page), page.limit.into()];
        args.extend(filter.incident.map(|incident| Cell::from(incident.0)));
        args.extend(filter.state.map(|state| Cell::from(state.as_str())));
        let statement = match (filter.incident, filter.state) {
            (None, None) => sql::DELIVERIES,
            (None, Some(_)) => sql::DELIVERIES_OF_STATE,
            (Some(_), None) => sql::DELIVERIES_OF_INCIDENT,
            (Some(_), Some(_)) => sql::DELIVERIES_OF_INCIDENT_AND_STATE,
        };
        self.db.read(statement, &args, decode::outbox).await
    }

    async fn receipt(&self, incident: IncidentId, channel: &str) -> Result<Option<serde_json::Value>, StoreError> {
        self.db.read_one(sql::RECEIPT, &[incident.0.into(), channel.into()], |fields| fields.json()).await
    }
}

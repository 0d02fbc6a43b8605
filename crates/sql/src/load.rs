//! Everything that a new leader needs, from one state of the database.

use std::collections::BTreeMap;

use headwater_core::{
    id::{RunId, Seq},
    record::StepRecord,
    time::Timestamp,
};
use headwater_store::{ActiveRun, EndedRun, Image, StoreError, StoredPlan};

use crate::{
    cell::Fields,
    db::{Db, Tx},
    decode, error, statements as sql,
};

pub(crate) async fn load(db: &Db, commands_since: Timestamp) -> Result<Image, StoreError> {
    let mut tx = db.snapshot().await.map_err(error::store)?;
    let image = Image {
        last_seq: tx.read(sql::LAST_SEQ, &[], |fields| Ok(Seq(fields.int()?))).await?.pop().unwrap_or_default(),
        deployments: tx.read(sql::DEPLOYMENTS, &[], decode::deployment).await?,
        live: tx.read(sql::LOAD_LIVE, &[], decode::deploy).await?,
        snapshots: tx.read(sql::LOAD_SNAPSHOTS, &[], decode::snapshot).await?,
        assets: tx.read(sql::LOAD_ASSETS, &[], decode::asset).await?,
        current: tx.read(sql::LOAD_CURRENT, &[], decode::current).await?,
        runs: load_runs(&mut tx).await?,
        workers: tx.read(sql::LOAD_WORKERS, &[], decode::worker).await?,
        schedules: tx.read(sql::LOAD_SCHEDULES, &[], decode::schedule).await?,
        commands: tx.read(sql::LOAD_COMMANDS, &[commands_since.as_micros().into()], decode::command).await?,
        pools: tx.read(sql::LOAD_POOLS, &[], decode::pool).await?,
        incidents: tx.read(sql::LOAD_INCIDENTS, &[], decode::incident).await?,
        policies: tx.read(sql::LOAD_POLICIES, &[], decode::policy).await?,
        history: load_history(&mut tx).await?,
    };
    tx.commit().await.map_err(error::store)?;
    Ok(image)
}

/// The latest ended runs, which are found newest first and wanted oldest first.
async fn load_history(tx: &mut Tx) -> Result<Vec<EndedRun>, StoreError> {
    let mut history = tx.read(sql::LOAD_HISTORY, &[Image::HISTORY.into()], decode::ended_run).await?;
    history.reverse();
    Ok(history)
}

async fn load_runs(tx: &mut Tx) -> Result<Vec<ActiveRun>, StoreError> {
    let active = |fields: &mut Fields<'_>| {
        let run = decode::run(fields)?;
        let plan = StoredPlan::from(fields.maybe_text()?.unwrap_or_default());
        Ok(ActiveRun { run, plan, steps: Vec::new() })
    };
    let mut runs = tx.read(sql::LOAD_RUNS, &[], active).await?;
    let mut steps: BTreeMap<RunId, Vec<StepRecord>> = BTreeMap::new();
    for step in tx.read(sql::LOAD_STEPS, &[], decode::step).await? {
        steps.entry(step.run).or_default().push(step);
    }
    for run in &mut runs {
        run.steps = steps.remove(&run.run.id).unwrap_or_default();
    }
    Ok(runs)
}

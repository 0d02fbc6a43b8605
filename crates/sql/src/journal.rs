//! The leader's side.

use async_trait::async_trait;
use headwater_core::{
    effect::Recorded,
    id::{RunId, Term},
    time::Timestamp,
};
use headwater_store::{CommitError, Delivery, Image, Journal, LeaderClaim, Retention, StoreError, StoredPlan};

use crate::{
    cell::{Cell, Fields},
    commit, error, fold, load, prune, statements as sql,
    store::SqlStore,
    tables,
};

fn micros(claim: &LeaderClaim) -> i64 {
    claim.ttl.as_micros()
}

#[async_trait]
impl Journal for SqlStore {
    async fn lead(&self, claim: &LeaderClaim) -> Result<Option<Term>, StoreError> {
        let statement = self.db.clocked(&tables::LEAD);
        let args = [claim.server.0.into(), Cell::text(&claim.address), micros(claim).into()];
        let mut tx = self.db.write().await.map_err(error::store)?;
        let term = tx.read(&statement, &args, |fields| Ok(Term(fields.int()?))).await?.pop();
        tx.commit().await.map_err(error::store)?;
        Ok(term)
    }

    async fn renew(&self, claim: &LeaderClaim, term: Term) -> Result<bool, StoreError> {
        let statement = self.db.clocked(&tables::RENEW);
        let mut tx = self.db.write().await.map_err(error::store)?;
        let renewed =
            tx.conn().execute(&statement, &[term.0.into(), micros(claim).into()]).await.map_err(error::store)?;
        tx.commit().await.map_err(error::store)?;
        Ok(renewed == 1)
    }

    async fn resign(&self, term: Term) -> Result<(), StoreError> {
        let mut tx = self.db.write().await.map_err(error::store)?;
        let statement = "UPDATE leader SET expires_at = 0 WHERE id = 1 AND term = $1";
        tx.conn().execute(statement, &[term.0.into()]).await.map_err(error::store)?;
        tx.commit().await.map_err(error::store)
    }

    async fn load(&self, commands_since: Timestamp) -> Result<Image, StoreError> {
        load::load(&self.db, commands_since).await
    }

    async fn commit(&self, term: Term, batch: &[Recorded]) -> Result<(), CommitError> {
        commit::commit(&self.db, term, batch).await
    }

    async fn prune(&self, retention: &Retention, limit: u32) -> Result<u64, StoreError> {
        prune::prune(&self.db, retention, limit).await
    }

    async fn outbox_mark(&self, tries: &[Delivery], at: Timestamp) -> Result<(), StoreError> {
        let rows = fold::marks(tries, at).map_err(|error| StoreError::Unavailable(error.to_string()))?;
        if rows.is_empty() {
            return Ok(());
        }
        let mut tx = self.db.write().await.map_err(error::store)?;
        tx.conn().bulk(&rows).await.map_err(error::store)?;
        tx.commit().await.map_err(error::store)
    }

    async fn plan(&self, run: RunId) -> Result<Option<StoredPlan>, StoreError> {
        let decode = |fields: &mut Fields<'_>| Ok(StoredPlan::from(fields.text()?));
        self.db.read_one(sql::PLAN, &[run.0.into()], decode).await
    }
}

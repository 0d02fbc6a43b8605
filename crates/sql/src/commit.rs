//! One transaction per batch: the fence first, then one statement per table.

use headwater_core::{
    effect::Recorded,
    id::{Seq, Term},
};
use headwater_store::CommitError;

use crate::{
    cell::Fields,
    db::{Db, Tx},
    error,
    fold::{Expect, Write, conflict, fold},
    tables,
};

pub(crate) async fn commit(db: &Db, term: Term, batch: &[Recorded]) -> Result<(), CommitError> {
    let writes = fold(batch)?;
    let mut tx = db.write().await.map_err(error::commit)?;
    let fence = db.clocked(&tables::FENCE);
    pass_fence(&mut tx, &fence, term, batch).await?;
    for write in &writes {
        run(&mut tx, write).await?;
    }
    // Where the answer to a commit is lost, nobody can say whether it happened.
    tx.commit().await.map_err(|error| CommitError::Unknown(error.to_string()))
}

/// Locks the leader's row until the end of the transaction, so that a takeover waits for it and is waited for.
async fn pass_fence(tx: &mut Tx, fence: &str, term: Term, batch: &[Recorded]) -> Result<(), CommitError> {
    let numbers = consecutive(batch)?;
    let stored = match numbers {
        Some(numbers) => numbers,
        // An empty batch only proves that the lead still holds.
        None => {
            let seq = stored(tx).await?.1;
            (seq, seq)
        }
    };
    let args = [stored.1.0.into(), term.0.into(), stored.0.0.into()];
    if tx.conn().execute(fence, &args).await.map_err(error::commit)? == 1 {
        return Ok(());
    }
    let (current, last) = self::stored(tx).await?;
    if current == term && last != stored.0 {
        return Err(conflict(format!("the batch follows {}, and {} is the last", stored.0.0, last.0)));
    }
    Err(CommitError::Stale)
}

/// The number that the batch follows and its last one; none for an empty batch.
fn consecutive(batch: &[Recorded]) -> Result<Option<(Seq, Seq)>, CommitError> {
    let Some((first, last)) = batch.first().zip(batch.last()) else {
        return Ok(None);
    };
    if let Some(gap) = batch.windows(2).find(|pair| pair[1].seq != pair[0].seq.next()) {
        return Err(conflict(format!("number {} follows {}", gap[1].seq.0, gap[0].seq.0)));
    }
    Ok(Some((Seq(first.seq.0 - 1), last.seq)))
}

async fn stored(tx: &mut Tx) -> Result<(Term, Seq), CommitError> {
    let decode = |fields: &mut Fields<'_>| Ok((Term(fields.int()?), Seq(fields.int()?)));
    let mut rows = tx.read("SELECT term, last_seq FROM leader WHERE id = 1", &[], decode).await?;
    rows.pop().ok_or_else(|| CommitError::Unknown("the leader's row is missing".to_owned()))
}

async fn run(tx: &mut Tx, write: &Write<'_>) -> Result<(), CommitError> {
    let touched = tx.conn().bulk(&write.rows).await.map_err(error::commit)?;
    let expected = write.rows.len() as u64;
    if write.expect == Expect::Every && touched != expected {
        let name = write.rows.bulk.name;
        return Err(conflict(format!(
            "{name}: {touched} of {expected} rows changed; the others have ended or are missing"
        )));
    }
    Ok(())
}

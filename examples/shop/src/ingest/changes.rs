//! The change stream: kept as it came, then applied to tables that hold the current state.

use super::{IngestError, ShopClient};
use crate::shop_api::ChangesPage;
use crate::warehouse::{Record, Value, Warehouse, WarehouseError, record};
use crate::world::Change;
use jiff::Timestamp;
use std::collections::BTreeMap;

record! {
    /// One change, as it came.
    pub struct RawChange in "raw_changes" key(seq) {
        /// Position in the stream.
        pub seq: i64,
        /// When it happened.
        pub changed_at: Timestamp,
        /// `customers` or `products`.
        pub entity: String,
        /// `insert`, `update` or `delete`.
        pub op: String,
        /// Primary key of the row.
        pub entity_key: String,
        /// The row afterwards as JSON; absent for a delete, and for what came before a delete once it is applied.
        pub payload: Option<String>,
    }
}

record! {
    /// A customer account as it is now.
    pub struct RawCustomer in "raw_customers" key(customer_key) {
        /// Customer number, as text, as the stream has it.
        pub customer_key: String,
        /// Position of the change that brought this version.
        pub seq: i64,
        /// The account as JSON.
        pub payload: String,
    }
}

record! {
    /// A product as it is now.
    pub struct RawProduct in "raw_products" key(sku) {
        /// Stock code.
        pub sku: String,
        /// Position of the change that brought this version.
        pub seq: i64,
        /// The product as JSON.
        pub payload: String,
    }
}

/// Loads every change after `cursor` and returns how many there were and the new position.
///
/// # Errors
/// When the API stays unavailable, the stream has a gap, or the warehouse refuses.
pub async fn load_changes(shop: &ShopClient, warehouse: &Warehouse, cursor: i64) -> Result<(usize, i64), IngestError> {
    let (mut rows, mut position) = (0, cursor);
    loop {
        let path = format!("/changes?after={position}");
        let page: ChangesPage = shop.get(&path).await?;
        if page.data.is_empty() {
            return Ok((rows, position));
        }
        let mut batch = Vec::with_capacity(page.data.len());
        for change in page.data {
            // A lost delete would keep a forgotten customer for ever, so a gap stops the load.
            if change.seq != position + 1 {
                let problem = format!("after change {position} comes {}", change.seq);
                return Err(IngestError::Unexpected { url: path, problem });
            }
            if !is_whole(&change) {
                let problem = format!("change {} is a `{}` with no meaning", change.seq, change.op);
                return Err(IngestError::Unexpected { url: path, problem });
            }
            position = change.seq;
            batch.push(RawChange {
                seq: change.seq,
                changed_at: change.at,
                entity: change.table,
                op: change.op,
                entity_key: change.key,
                payload: change.row.map(|row| row.to_string()),
            });
        }
        warehouse.upsert(&batch).await?;
        rows += batch.len();
        if position >= page.last_seq {
            return Ok((rows, position));
        }
    }
}

/// An insert or update carries its row, a delete does not, and there is nothing else.
fn is_whole(change: &Change) -> bool {
    match change.op.as_str() {
        "insert" | "update" => change.row.is_some(),
        "delete" => change.row.is_none(),
        _ => false,
    }
}

/// What applying the stream did to a table.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Applied {
    /// Rows inserted or updated.
    pub upserted: usize,
    /// Rows deleted.
    pub deleted: usize,
    /// Position up to which the table is current.
    pub cursor: i64,
}

/// Brings `raw_customers` up to date with the changes after `cursor`.
///
/// # Errors
/// When the warehouse refuses; the table stays as it was.
pub async fn apply_customers(warehouse: &Warehouse, cursor: i64) -> Result<Applied, WarehouseError> {
    apply(warehouse, "customers", cursor, |customer_key, seq, payload| RawCustomer { customer_key, seq, payload }).await
}

/// Brings `raw_products` up to date with the changes after `cursor`.
///
/// # Errors
/// When the warehouse refuses; the table stays as it was.
pub async fn apply_products(warehouse: &Warehouse, cursor: i64) -> Result<Applied, WarehouseError> {
    apply(warehouse, "products", cursor, |sku, seq, payload| RawProduct { sku, seq, payload }).await
}

async fn apply<R: Record>(
    warehouse: &Warehouse,
    entity: &str,
    cursor: i64,
    row: impl Fn(String, i64, String) -> R,
) -> Result<Applied, WarehouseError> {
    let changes = changes_after(warehouse, entity, cursor).await?;
    let mut applied = Applied { cursor: changes.last().map_or(cursor, |change| change.seq), ..Applied::default() };
    // Of several changes to one row only the last one counts.
    let latest: BTreeMap<String, RawChange> =
        changes.into_iter().map(|change| (change.entity_key.clone(), change)).collect();
    let mut upserts = Vec::new();
    let mut load = warehouse.begin().await?;
    for (key, change) in latest {
        match change.payload {
            Some(payload) => upserts.push(row(key, change.seq, payload)),
            None => {
                load.delete::<R>(Value::Text(key.clone())).await?;
                let which = [Value::Text(entity.to_owned()), Value::Text(key), Value::Integer(change.seq)];
                load.execute(RawChange::TABLE, FORGET.to_owned(), &which).await?;
                applied.deleted += 1;
            }
        }
    }
    load.upsert(&upserts).await?;
    load.commit().await?;
    applied.upserted = upserts.len();
    Ok(applied)
}

/// A deleted row leaves its trace in the stream but not its content: it may be a person who asked to be forgotten.
const FORGET: &str = "UPDATE raw_changes SET payload = NULL \
     WHERE entity = $1 AND entity_key = $2 AND seq <= $3";

const CHANGES_AFTER: &str = "SELECT seq, changed_at, entity, op, entity_key, payload FROM raw_changes \
     WHERE entity = $1 AND seq > $2 ORDER BY seq";

async fn changes_after(warehouse: &Warehouse, entity: &str, seq: i64) -> Result<Vec<RawChange>, WarehouseError> {
    let rows = sqlx::query(CHANGES_AFTER).bind(entity.to_owned()).bind(seq).fetch_all(warehouse.pool()).await;
    rows.and_then(|rows| rows.iter().map(RawChange::read).collect())
        .map_err(WarehouseError::statement("reading", RawChange::TABLE))
}

//! What people see of a table and of a check.

use crate::checks::CheckOutcome;
use crate::warehouse::{Record, Warehouse, WarehouseError};
use headwater::prelude::*;
use serde::Serialize;

/// Rows in a sample.
const SAMPLE: u32 = 5;

/// A new version of a table: its name, its columns and how many rows it has.
pub(super) async fn table<R: Record>(warehouse: &Warehouse) -> Result<Materialized, WarehouseError> {
    personal_table::<R>(warehouse, &[]).await
}

/// As [`table`], with the columns that say who somebody is labelled `pii`.
pub(super) async fn personal_table<R: Record>(
    warehouse: &Warehouse,
    personal: &[&str],
) -> Result<Materialized, WarehouseError> {
    Ok(Materialized::done()
        .meta("table", R::TABLE)
        .meta("rows", warehouse.count::<R>().await?)
        .meta("columns", schema::<R>(personal)))
}

fn schema<R: Record>(personal: &[&str]) -> TableSchema {
    R::columns().into_iter().fold(TableSchema::new(), |schema, column| {
        let sql = column.sql.to_lowercase();
        let schema = match sql.strip_suffix(" not null") {
            Some(data_type) => schema.column(column.name, data_type),
            None => schema.nullable(column.name, sql),
        };
        if personal.contains(&column.name) { schema.tag("pii", "") } else { schema }
    })
}

/// The first rows of a table without personal data.
pub(super) async fn sample<R: Record + Serialize>(warehouse: &Warehouse) -> Result<Table, WarehouseError> {
    let columns: Vec<&str> = R::columns().iter().map(|column| column.name).collect();
    let rows: Vec<R> = warehouse.first(SAMPLE).await?;
    let table = Table::new(columns.clone());
    Ok(rows.iter().fold(table, |table, row| {
        let row = serde_json::to_value(row).unwrap_or_default();
        table.row(columns.iter().map(|column| row[*column].clone()).collect::<Vec<_>>())
    }))
}

/// A check's result with its figures and the keys of a few offenders.
pub(super) fn verdict(outcome: CheckOutcome) -> CheckResult {
    let CheckOutcome { failed, checked, sample } = outcome;
    let result = if failed == 0 {
        CheckResult::passed()
    } else {
        CheckResult::failed(format!("off by {failed}, with {checked} rows looked at"))
    };
    let result = result.meta("failed", failed).meta("checked", checked);
    if sample.is_empty() { result } else { result.meta("sample", Json(sample)) }
}

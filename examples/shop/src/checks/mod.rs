//! Checks as plain functions. Each counts the rows that break a rule and keeps a few keys of them for the person who
//! has to look; none of them prints personal data.

use crate::warehouse::{Record, Warehouse, WarehouseError};
use sqlx::AssertSqlSafe;

/// How many offenders are kept.
const SAMPLE: usize = 5;

/// What a check found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CheckOutcome {
    /// Rows, or groups of rows, that break the rule.
    pub failed: i64,
    /// Rows looked at.
    pub checked: i64,
    /// Keys of a few offenders.
    pub sample: Vec<String>,
}

impl CheckOutcome {
    /// Whether the rule holds.
    #[must_use]
    pub fn passed(&self) -> bool {
        self.failed == 0
    }
}

/// No two rows of `R` have the same values in `columns`.
///
/// # Errors
/// When the warehouse refuses, also for a column that is not there.
pub async fn unique<R: Record>(
    warehouse: &Warehouse,
    columns: &[&'static str],
) -> Result<CheckOutcome, WarehouseError> {
    let group = columns.join(", ");
    let key = columns.join(" || '/' || ");
    let offenders = format!("SELECT {key} AS offender FROM {} GROUP BY {group} HAVING COUNT(*) > 1", R::TABLE);
    run::<R>(warehouse, &offenders, &[]).await
}

/// No row of `R` is without a value in `column`; empty text is no value.
///
/// # Errors
/// As [`unique`].
pub async fn not_null<R: Record>(warehouse: &Warehouse, column: &'static str) -> Result<CheckOutcome, WarehouseError> {
    rows_where::<R>(warehouse, &format!("{column} IS NULL OR {column} = ''"), &[]).await
}

/// Every value of `column` is one of `accepted`.
///
/// # Errors
/// As [`unique`].
pub async fn accepted_values<R: Record>(
    warehouse: &Warehouse,
    column: &'static str,
    accepted: &[&str],
) -> Result<CheckOutcome, WarehouseError> {
    let places: Vec<String> = (1..=accepted.len()).map(|place| format!("${place}")).collect();
    rows_where::<R>(warehouse, &format!("{column} NOT IN ({})", places.join(", ")), accepted).await
}

/// Every value of `column` is at least `least`.
///
/// # Errors
/// As [`unique`].
pub async fn at_least<R: Record>(
    warehouse: &Warehouse,
    column: &'static str,
    least: i64,
) -> Result<CheckOutcome, WarehouseError> {
    rows_where::<R>(warehouse, &format!("{column} < {least}"), &[]).await
}

/// Every value of `column`, where there is one, is a `target` of `T`.
///
/// # Errors
/// As [`unique`].
pub async fn references<R: Record, T: Record>(
    warehouse: &Warehouse,
    column: &'static str,
    target: &'static str,
) -> Result<CheckOutcome, WarehouseError> {
    let missing = format!("{column} IS NOT NULL AND {column} NOT IN (SELECT {target} FROM {})", T::TABLE);
    rows_where::<R>(warehouse, &missing, &[]).await
}

/// `R` has at least `least` rows. Fails with the number of missing rows.
///
/// # Errors
/// As [`unique`].
pub async fn row_count_at_least<R: Record>(warehouse: &Warehouse, least: i64) -> Result<CheckOutcome, WarehouseError> {
    let checked = warehouse.count::<R>().await?;
    Ok(CheckOutcome { failed: (least - checked).max(0), checked, sample: Vec::new() })
}

/// The sum of `left` over `L` equals the sum of `right` over `R`: figures that are the same thing seen twice. Fails
/// with the difference.
///
/// # Errors
/// As [`unique`].
pub async fn sums_agree<L: Record, R: Record>(
    warehouse: &Warehouse,
    left: &'static str,
    right: &'static str,
) -> Result<CheckOutcome, WarehouseError> {
    let left = sum::<L>(warehouse, left).await?;
    let right = sum::<R>(warehouse, right).await?;
    let sample = if left == right { Vec::new() } else { vec![format!("{} {left}, {} {right}", L::TABLE, R::TABLE)] };
    Ok(CheckOutcome { failed: (left - right).abs(), checked: warehouse.count::<L>().await?, sample })
}

async fn sum<R: Record>(warehouse: &Warehouse, column: &'static str) -> Result<i64, WarehouseError> {
    sqlx::query_scalar(AssertSqlSafe(format!("SELECT COALESCE(SUM({column}), 0) FROM {}", R::TABLE)))
        .fetch_one(warehouse.pool())
        .await
        .map_err(WarehouseError::statement("summing", R::TABLE))
}

async fn rows_where<R: Record>(
    warehouse: &Warehouse,
    condition: &str,
    values: &[&str],
) -> Result<CheckOutcome, WarehouseError> {
    let key = R::KEY.join(" || '/' || ");
    run::<R>(warehouse, &format!("SELECT {key} AS offender FROM {} WHERE {condition}", R::TABLE), values).await
}

async fn run<R: Record>(
    warehouse: &Warehouse,
    offenders: &str,
    values: &[&str],
) -> Result<CheckOutcome, WarehouseError> {
    let failure = || WarehouseError::statement("checking", R::TABLE);
    let mut count = sqlx::query_scalar(AssertSqlSafe(format!("SELECT COUNT(*) FROM ({offenders})")));
    let mut few = sqlx::query_scalar(AssertSqlSafe(format!(
        "SELECT CAST(offender AS TEXT) FROM ({offenders}) ORDER BY offender LIMIT {SAMPLE}"
    )));
    for value in values {
        count = count.bind((*value).to_owned());
        few = few.bind((*value).to_owned());
    }
    Ok(CheckOutcome {
        failed: count.fetch_one(warehouse.pool()).await.map_err(failure())?,
        checked: warehouse.count::<R>().await?,
        sample: few.fetch_all(warehouse.pool()).await.map_err(failure())?,
    })
}

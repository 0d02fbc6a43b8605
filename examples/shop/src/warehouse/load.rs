//! One write transaction and the ways in which a load may change a table.

use super::{Record, Value, WarehouseError, record, schema};
use sqlx::{AssertSqlSafe, QueryBuilder, Sqlite, Transaction};

/// SQLite takes at most this many bound values in a statement; a batch of rows stays below it.
const MAX_BINDS: usize = 30_000;

/// A write transaction. Dropping it without [`Load::commit`] leaves the warehouse as it was.
#[derive(Debug)]
pub struct Load {
    transaction: Transaction<'static, Sqlite>,
}

impl Load {
    pub(super) fn new(transaction: Transaction<'static, Sqlite>) -> Self {
        Self { transaction }
    }

    pub(super) async fn create_tables(&mut self) -> Result<(), WarehouseError> {
        for (table, statement) in schema::tables() {
            self.execute(table, statement, &[]).await?;
        }
        Ok(())
    }

    /// Makes the load durable and visible.
    ///
    /// # Errors
    /// When the database refuses; nothing is kept then.
    pub async fn commit(self) -> Result<(), WarehouseError> {
        self.transaction.commit().await.map_err(WarehouseError::statement("committing", "the warehouse"))
    }

    /// Deletes every row of the table and inserts `rows`.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn replace_all<R: Record>(&mut self, rows: &[R]) -> Result<(), WarehouseError> {
        self.execute(R::TABLE, format!("DELETE FROM {}", R::TABLE), &[]).await?;
        self.insert(rows, "").await
    }

    /// Deletes the rows whose `column` equals `value` and inserts `rows`; the same slice can so be loaded again.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn replace_slice<R: Record>(
        &mut self,
        column: &'static str,
        value: &str,
        rows: &[R],
    ) -> Result<(), WarehouseError> {
        let delete = format!("DELETE FROM {} WHERE {column} = $1", R::TABLE);
        self.execute(R::TABLE, delete, &[Value::Text(value.to_owned())]).await?;
        self.insert(rows, "").await
    }

    /// Inserts rows; a row whose key exists takes the new values.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn upsert<R: Record>(&mut self, rows: &[R]) -> Result<(), WarehouseError> {
        self.insert(rows, &record::on_conflict_update::<R>()).await
    }

    /// Deletes the row whose first key column equals `key`; a key that is not there is no error.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn delete<R: Record>(&mut self, key: Value) -> Result<(), WarehouseError> {
        let Some(column) = R::KEY.first() else {
            return Ok(());
        };
        self.execute(R::TABLE, format!("DELETE FROM {} WHERE {column} = $1", R::TABLE), &[key]).await
    }

    async fn insert<R: Record>(&mut self, rows: &[R], suffix: &str) -> Result<(), WarehouseError> {
        let width = R::columns().len();
        for batch in rows.chunks((MAX_BINDS / width).max(1)) {
            let mut query =
                QueryBuilder::<Sqlite>::new(format!("INSERT INTO {} ({}) ", R::TABLE, record::column_list::<R>()));
            query.push_values(batch, |mut tuple, row| {
                for value in row.values() {
                    match value {
                        Value::Null => tuple.push_bind(None::<i64>),
                        Value::Integer(number) => tuple.push_bind(number),
                        Value::Real(number) => tuple.push_bind(number),
                        Value::Text(text) => tuple.push_bind(text),
                    };
                }
            });
            query.push(suffix);
            query
                .build()
                .persistent(false)
                .execute(&mut *self.transaction)
                .await
                .map_err(WarehouseError::statement("inserting", R::TABLE))?;
        }
        Ok(())
    }

    /// Runs one statement of the caller's own, with its values.
    ///
    /// # Errors
    /// When the database refuses.
    pub(crate) async fn execute(&mut self, table: &str, sql: String, values: &[Value]) -> Result<(), WarehouseError> {
        let mut query = sqlx::query(AssertSqlSafe(sql));
        for value in values {
            query = match value {
                Value::Null => query.bind(None::<i64>),
                Value::Integer(number) => query.bind(*number),
                Value::Real(number) => query.bind(*number),
                Value::Text(text) => query.bind(text.clone()),
            };
        }
        query.execute(&mut *self.transaction).await.map_err(WarehouseError::statement("writing", table))?;
        Ok(())
    }
}

//! Rows: a struct that knows its table.

use super::Value;
use sqlx::sqlite::SqliteRow;

/// Name and SQL type of one column.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ColumnType {
    /// Column name, the same as the field's.
    pub name: &'static str,
    /// Type and nullability.
    pub sql: &'static str,
}

/// A row of one warehouse table. Declared with `record!`, which keeps struct, table and statements from drifting
/// apart: there is one list of columns.
pub trait Record: Sized + Send + Sync {
    /// The table; its prefix is the zone (`raw_`, `clean_`, `curated_`, `activation_`).
    const TABLE: &'static str;
    /// The columns of the primary key; reads come back in this order.
    const KEY: &'static [&'static str];

    /// The columns in the order of [`Record::values`].
    fn columns() -> Vec<ColumnType>;

    /// The values of this row.
    fn values(&self) -> Vec<Value>;

    /// Builds the row from what the database returned.
    ///
    /// # Errors
    /// When a column is missing or unreadable.
    fn read(row: &SqliteRow) -> Result<Self, sqlx::Error>;
}

/// The statement that creates the table of `R` where it is missing.
#[must_use]
pub(super) fn create_table<R: Record>() -> String {
    let columns: Vec<String> = R::columns().iter().map(|c| format!("{} {}", c.name, c.sql)).collect();
    format!(
        "CREATE TABLE IF NOT EXISTS {} ({}, PRIMARY KEY ({})) STRICT",
        R::TABLE,
        columns.join(", "),
        R::KEY.join(", ")
    )
}

/// `name, name, name` of every column of `R`.
#[must_use]
pub(super) fn column_list<R: Record>() -> String {
    R::columns().iter().map(|c| c.name).collect::<Vec<_>>().join(", ")
}

/// What makes an insert of `R` an upsert: every column outside the key takes the new value.
#[must_use]
pub(super) fn on_conflict_update<R: Record>() -> String {
    let updates: Vec<String> = R::columns()
        .iter()
        .filter(|column| !R::KEY.contains(&column.name))
        .map(|column| format!("{0} = excluded.{0}", column.name))
        .collect();
    let action = if updates.is_empty() { "NOTHING".to_owned() } else { format!("UPDATE SET {}", updates.join(", ")) };
    format!(" ON CONFLICT ({}) DO {action}", R::KEY.join(", "))
}

/// Declares a struct, its table and its key at once.
macro_rules! record {
    ($(#[$meta:meta])* pub struct $name:ident in $table:literal key($($key:ident),+) {
        $($(#[$fmeta:meta])* pub $field:ident: $type:ty,)+
    }) => {
        $(#[$meta])*
        #[derive(Debug, Clone, PartialEq, serde::Serialize, serde::Deserialize)]
        pub struct $name { $($(#[$fmeta])* pub $field: $type,)+ }

        impl $crate::warehouse::Record for $name {
            const TABLE: &'static str = $table;
            const KEY: &'static [&'static str] = &[$(stringify!($key)),+];

            fn columns() -> Vec<$crate::warehouse::ColumnType> {
                vec![$($crate::warehouse::ColumnType {
                    name: stringify!($field),
                    sql: <$type as $crate::warehouse::Column>::SQL,
                }),+]
            }

            fn values(&self) -> Vec<$crate::warehouse::Value> {
                vec![$($crate::warehouse::Column::to_value(&self.$field)),+]
            }

            fn read(row: &sqlx::sqlite::SqliteRow) -> Result<Self, sqlx::Error> {
                Ok(Self { $($field: $crate::warehouse::Column::read(row, stringify!($field))?),+ })
            }
        }
    };
}
pub(crate) use record;

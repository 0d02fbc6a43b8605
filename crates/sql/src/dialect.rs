//! Where the two databases differ: how many rows travel in one statement, and how each tells the time.

use std::{fmt::Write as _, sync::Arc, sync::OnceLock};

use sqlx::{
    Encode, Postgres, Type,
    encode::IsNull,
    error::BoxDynError,
    postgres::{PgArgumentBuffer, PgHasArrayType, PgTypeInfo},
};
use uuid::Uuid;

use crate::cell::{Cell, Kind};

/// A statement that takes any number of rows: `{rows}` stands for them, as a table `r` with the columns' names,
/// and `{columns}` for the names.
#[derive(Debug)]
pub(crate) struct Bulk {
    pub(crate) name: &'static str,
    pub(crate) columns: &'static [(&'static str, Kind)],
    pub(crate) sql: &'static str,
    rendered: OnceLock<Rendered>,
}

#[derive(Debug)]
struct Rendered {
    postgres: Arc<str>,
    sqlite: Arc<str>,
}

impl Bulk {
    pub(crate) const fn new(name: &'static str, columns: &'static [(&'static str, Kind)], sql: &'static str) -> Self {
        Self { name, columns, sql, rendered: OnceLock::new() }
    }

    pub(crate) fn postgres(&self) -> Arc<str> {
        self.rendered().postgres.clone()
    }

    pub(crate) fn sqlite(&self) -> Arc<str> {
        self.rendered().sqlite.clone()
    }

    fn rendered(&self) -> &Rendered {
        self.rendered.get_or_init(|| {
            let names: Vec<&str> = self.columns.iter().map(|(name, _)| *name).collect();
            let names = names.join(", ");
            let sql = self.sql.replace("{columns}", &names);
            Rendered {
                postgres: sql.replace("{rows}", &self.postgres_rows(&names)).into(),
                sqlite: sql.replace("{rows}", &self.sqlite_rows()).into(),
            }
        })
    }

    /// An array per column.
    fn postgres_rows(&self, names: &str) -> String {
        let arrays: Vec<String> = (1..=self.columns.len()).map(|number| format!("${number}")).collect();
        format!("UNNEST({}) AS r({names})", arrays.join(", "))
    }

    /// One JSON document: an array of rows, each an array of values.
    fn sqlite_rows(&self) -> String {
        let values: Vec<String> = self
            .columns
            .iter()
            .enumerate()
            .map(|(at, (name, kind))| match kind {
                Kind::Uuid => format!("unhex(value->>{at}) AS {name}"),
                Kind::Int8 | Kind::Int4 | Kind::Text | Kind::Bool => {
                    format!("value->>{at} AS {name}")
                }
            })
            .collect();
        format!("(SELECT {} FROM json_each($1)) AS r", values.join(", "))
    }
}

/// Rows for a [`Bulk`].
#[derive(Debug)]
pub(crate) struct Rows<'a> {
    pub(crate) bulk: &'static Bulk,
    cells: Vec<Cell<'a>>,
}

impl<'a> Rows<'a> {
    pub(crate) fn new(bulk: &'static Bulk) -> Self {
        Self { bulk, cells: Vec::new() }
    }

    pub(crate) fn push<const N: usize>(&mut self, row: [Cell<'a>; N]) {
        debug_assert_eq!(N, self.bulk.columns.len(), "a row of {}", self.bulk.name);
        self.cells.extend(row);
    }

    pub(crate) fn len(&self) -> usize {
        self.cells.len() / self.bulk.columns.len()
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.cells.is_empty()
    }

    /// The rows as Postgres takes them.
    pub(crate) fn arrays(&self) -> impl Iterator<Item = PgColumn<'_, 'a>> {
        let columns = self.bulk.columns;
        columns.iter().enumerate().map(move |(at, (name, kind))| PgColumn {
            name,
            kind: *kind,
            cells: &self.cells,
            at,
            width: columns.len(),
        })
    }

    /// The rows as SQLite takes them.
    pub(crate) fn document(&self) -> Result<String, serde_json::Error> {
        let mut json = String::with_capacity(self.cells.len() * 16);
        json.push('[');
        for (number, row) in self.cells.chunks(self.bulk.columns.len()).enumerate() {
            json.push_str(if number == 0 { "[" } else { ",[" });
            for (at, cell) in row.iter().enumerate() {
                if at > 0 {
                    json.push(',');
                }
                push_json(&mut json, cell)?;
            }
            json.push(']');
        }
        json.push(']');
        Ok(json)
    }
}

fn push_json(json: &mut String, cell: &Cell<'_>) -> Result<(), serde_json::Error> {
    match cell {
        Cell::Null => json.push_str("null"),
        // Writing to a string cannot fail.
        Cell::Int(value) => _ = write!(json, "{value}"),
        Cell::Bool(value) => json.push_str(if *value { "1" } else { "0" }),
        Cell::Uuid(value) => {
            json.push('"');
            json.push_str(value.simple().encode_lower(&mut Uuid::encode_buffer()));
            json.push('"');
        }
        Cell::Text(text) => json.push_str(&serde_json::to_string(text)?),
    }
    Ok(())
}

/// One column of many rows, as a Postgres array in its binary format.
pub(crate) struct PgColumn<'r, 'a> {
    name: &'static str,
    kind: Kind,
    cells: &'r [Cell<'a>],
    at: usize,
    width: usize,
}

impl PgColumn<'_, '_> {
    fn values(&self) -> impl Iterator<Item = &Cell<'_>> {
        self.cells.iter().skip(self.at).step_by(self.width)
    }

    fn encode_value(&self, cell: &Cell<'_>, buffer: &mut Vec<u8>) -> Result<(), BoxDynError> {
        match (cell, self.kind) {
            (Cell::Null, _) => buffer.extend((-1_i32).to_be_bytes()),
            (Cell::Uuid(value), Kind::Uuid) => put(buffer, value.as_bytes())?,
            (Cell::Int(value), Kind::Int8) => put(buffer, &value.to_be_bytes())?,
            (Cell::Int(value), Kind::Int4) => put(buffer, &i32::try_from(*value)?.to_be_bytes())?,
            (Cell::Text(value), Kind::Text) => put(buffer, value.as_bytes())?,
            (Cell::Bool(value), Kind::Bool) => put(buffer, &[u8::from(*value)])?,
            (other, kind) => {
                return Err(format!("column {}: {other:?} is not {kind:?}", self.name).into());
            }
        }
        Ok(())
    }

    /// The type of the column and the type's number, which never changes for built-in types.
    fn types(&self) -> (PgTypeInfo, u32) {
        match self.kind {
            Kind::Uuid => (Uuid::array_type_info(), 2950),
            Kind::Int8 => (i64::array_type_info(), 20),
            Kind::Int4 => (i32::array_type_info(), 23),
            Kind::Text => (String::array_type_info(), 25),
            Kind::Bool => (bool::array_type_info(), 16),
        }
    }
}

fn put(buffer: &mut Vec<u8>, value: &[u8]) -> Result<(), BoxDynError> {
    buffer.extend(i32::try_from(value.len())?.to_be_bytes());
    buffer.extend_from_slice(value);
    Ok(())
}

impl Type<Postgres> for PgColumn<'_, '_> {
    fn type_info() -> PgTypeInfo {
        // Each column says its own type in `produces`.
        String::array_type_info()
    }
}

impl Encode<'_, Postgres> for PgColumn<'_, '_> {
    fn produces(&self) -> Option<PgTypeInfo> {
        Some(self.types().0)
    }

    fn encode_by_ref(&self, buffer: &mut PgArgumentBuffer) -> Result<IsNull, BoxDynError> {
        let rows = i32::try_from(self.cells.len() / self.width)?;
        let has_null = self.values().any(|cell| matches!(cell, Cell::Null));
        buffer.extend(1_i32.to_be_bytes());
        buffer.extend(i32::from(has_null).to_be_bytes());
        buffer.extend(self.types().1.to_be_bytes());
        buffer.extend(rows.to_be_bytes());
        buffer.extend(1_i32.to_be_bytes());
        for cell in self.values() {
            self.encode_value(cell, buffer)?;
        }
        Ok(IsNull::No)
    }
}

/// A statement in which `{now}` stands for the database's clock in microseconds.
#[derive(Debug)]
pub(crate) struct Clocked {
    pub(crate) sql: &'static str,
    rendered: OnceLock<Rendered>,
}

impl Clocked {
    pub(crate) const fn new(sql: &'static str) -> Self {
        Self { sql, rendered: OnceLock::new() }
    }

    pub(crate) fn postgres(&self) -> Arc<str> {
        self.rendered().postgres.clone()
    }

    pub(crate) fn sqlite(&self) -> Arc<str> {
        self.rendered().sqlite.clone()
    }

    fn rendered(&self) -> &Rendered {
        // `now()` would be the start of the transaction, which may have waited long for a lock.
        let postgres = "CAST(EXTRACT(EPOCH FROM clock_timestamp()) * 1000000 AS BIGINT)";
        let sqlite = "CAST(unixepoch('subsec') * 1000000 AS INTEGER)";
        self.rendered.get_or_init(|| Rendered {
            postgres: self.sql.replace("{now}", postgres).into(),
            sqlite: self.sql.replace("{now}", sqlite).into(),
        })
    }
}

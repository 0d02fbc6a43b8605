//! Values on their way into a statement and out of a row, whatever the database.

use std::borrow::Cow;

use headwater_store::{StoreError, clean};
use serde::{Serialize, de::DeserializeOwned};
use sqlx::{Row as _, postgres::PgRow, sqlite::SqliteRow};
use uuid::Uuid;

/// The type of a column.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    Uuid,
    Int8,
    Int4,
    Text,
    Bool,
}

/// One value on its way into a statement.
#[derive(Clone, Debug)]
pub(crate) enum Cell<'a> {
    Null,
    Uuid(Uuid),
    Int(i64),
    Text(Cow<'a, str>),
    Bool(bool),
}

impl<'a> Cell<'a> {
    /// A text as it may be stored.
    pub(crate) fn text(text: &'a str) -> Self {
        Self::Text(clean::text(text))
    }

    /// A text that is JSON already.
    pub(crate) fn json_text(json: &'a str) -> Self {
        Self::Text(clean::json(json))
    }

    /// A value as JSON.
    pub(crate) fn json<T: Serialize + ?Sized>(value: &T) -> Result<Cell<'static>, serde_json::Error> {
        let json = serde_json::to_string(value)?;
        let cleaned = match clean::json(&json) {
            Cow::Borrowed(_) => None,
            Cow::Owned(cleaned) => Some(cleaned),
        };
        Ok(Cell::Text(Cow::Owned(cleaned.unwrap_or(json))))
    }
}

impl From<i64> for Cell<'_> {
    fn from(value: i64) -> Self {
        Self::Int(value)
    }
}

impl From<i32> for Cell<'_> {
    fn from(value: i32) -> Self {
        Self::Int(value.into())
    }
}

impl From<u32> for Cell<'_> {
    fn from(value: u32) -> Self {
        Self::Int(value.into())
    }
}

impl From<bool> for Cell<'_> {
    fn from(value: bool) -> Self {
        Self::Bool(value)
    }
}

impl From<Uuid> for Cell<'_> {
    fn from(value: Uuid) -> Self {
        Self::Uuid(value)
    }
}

impl<'a> From<&'a str> for Cell<'a> {
    fn from(value: &'a str) -> Self {
        Self::text(value)
    }
}

impl<'a> From<&'a String> for Cell<'a> {
    fn from(value: &'a String) -> Self {
        Self::text(value)
    }
}

impl<'a, T: Into<Cell<'a>>> From<Option<T>> for Cell<'a> {
    fn from(value: Option<T>) -> Self {
        value.map_or(Self::Null, Into::into)
    }
}

/// A row that was read.
pub(crate) enum Row {
    Postgres(PgRow),
    Sqlite(SqliteRow),
}

/// Reads a row's columns from the first to the last.
pub(crate) struct Fields<'r> {
    row: &'r Row,
    next: usize,
}

/// Reads the next column as an optional value of a Rust type, on either database.
macro_rules! take {
    ($fields:ident, $type:ty) => {{
        let at = $fields.next;
        $fields.next += 1;
        // Unchecked, since a 64-bit number is read from narrower columns too.
        match $fields.row {
            Row::Postgres(row) => row.try_get_unchecked::<Option<$type>, _>(at),
            Row::Sqlite(row) => row.try_get_unchecked::<Option<$type>, _>(at),
        }
        .map_err(|error| StoreError::Corrupt(format!("column {at}: {error}")))
    }};
}

impl<'r> Fields<'r> {
    pub(crate) fn of(row: &'r Row) -> Self {
        Self { row, next: 0 }
    }

    pub(crate) fn maybe_int(&mut self) -> Result<Option<i64>, StoreError> {
        take!(self, i64)
    }

    pub(crate) fn maybe_uuid(&mut self) -> Result<Option<Uuid>, StoreError> {
        take!(self, Uuid)
    }

    pub(crate) fn maybe_text(&mut self) -> Result<Option<String>, StoreError> {
        take!(self, String)
    }

    pub(crate) fn int(&mut self) -> Result<i64, StoreError> {
        self.maybe_int()?.ok_or_else(|| self.missing())
    }

    /// A number of a narrower type.
    pub(crate) fn number<T: TryFrom<i64>>(&mut self) -> Result<T, StoreError> {
        let value = self.int()?;
        T::try_from(value).map_err(|_| StoreError::Corrupt(format!("column {}: {value} is too large", self.next - 1)))
    }

    pub(crate) fn maybe_number<T: TryFrom<i64>>(&mut self) -> Result<Option<T>, StoreError> {
        let value = self.maybe_int()?;
        value.map(T::try_from).transpose().map_err(|_| self.missing())
    }

    pub(crate) fn uuid(&mut self) -> Result<Uuid, StoreError> {
        self.maybe_uuid()?.ok_or_else(|| self.missing())
    }

    pub(crate) fn text(&mut self) -> Result<String, StoreError> {
        self.maybe_text()?.ok_or_else(|| self.missing())
    }

    pub(crate) fn bool(&mut self) -> Result<bool, StoreError> {
        take!(self, bool)?.ok_or_else(|| self.missing())
    }

    /// A JSON column; none where it is null.
    pub(crate) fn maybe_json<T: DeserializeOwned>(&mut self) -> Result<Option<T>, StoreError> {
        let text = self.maybe_text()?;
        let value = text.map(|text| serde_json::from_str(&text)).transpose();
        value.map_err(|error| StoreError::Corrupt(format!("column {}: {error}", self.next - 1)))
    }

    /// A JSON column whose null means the default.
    pub(crate) fn json_or_default<T: DeserializeOwned + Default>(&mut self) -> Result<T, StoreError> {
        Ok(self.maybe_json()?.unwrap_or_default())
    }

    pub(crate) fn json<T: DeserializeOwned>(&mut self) -> Result<T, StoreError> {
        self.maybe_json()?.ok_or_else(|| self.missing())
    }

    /// A text column that holds one of a closed list of values.
    pub(crate) fn one_of<T>(&mut self, parse: impl Fn(&str) -> Option<T>) -> Result<T, StoreError> {
        let text = self.text()?;
        parse(&text).ok_or_else(|| StoreError::Corrupt(format!("column {}: `{text}`", self.next - 1)))
    }

    fn missing(&self) -> StoreError {
        StoreError::Corrupt(format!("column {} is null or out of range", self.next - 1))
    }
}

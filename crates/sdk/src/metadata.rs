//! Typed facts: what `.meta(name, value)` takes besides texts, numbers, booleans, timestamps and JSON.

use std::{collections::BTreeMap, fmt};

use headwater_core::{
    key::AssetKey,
    metadata::{self, Column, ColumnRef, MetadataValue},
};
use serde::Serialize;

use crate::asset::Asset;

/// A link.
#[derive(Clone, Debug)]
pub struct Url<T>(pub T);

impl<T: fmt::Display> From<Url<T>> for MetadataValue {
    fn from(url: Url<T>) -> Self {
        Self::Url(url.0.to_string())
    }
}

/// Markdown.
#[derive(Clone, Debug)]
pub struct Markdown<T>(pub T);

impl<T: fmt::Display> From<Markdown<T>> for MetadataValue {
    fn from(text: Markdown<T>) -> Self {
        Self::Markdown(text.0.to_string())
    }
}

/// A path on whatever the step runs on.
#[derive(Clone, Debug)]
pub struct Path<T>(pub T);

impl<T: AsRef<std::path::Path>> From<Path<T>> for MetadataValue {
    fn from(path: Path<T>) -> Self {
        Self::Path(path.0.as_ref().to_string_lossy().into_owned())
    }
}

/// Anything that serializes, as JSON. What JSON cannot say becomes a text that says so.
#[derive(Clone, Debug)]
pub struct Json<T>(pub T);

impl<T: Serialize> From<Json<T>> for MetadataValue {
    fn from(value: Json<T>) -> Self {
        match serde_json::to_value(value.0) {
            Ok(json) => Self::Json(json),
            Err(error) => Self::Text(format!("not JSON: {error}")),
        }
    }
}

/// A small table: a sample or a summary, not the data itself.
///
/// ```
/// use headwater::prelude::*;
/// # let value: headwater::MetadataValue =
/// Table::new(["country", "orders"]).row(("DE", 12)).row(("FR", 7)).into()
/// # ;
/// # assert!(matches!(value, headwater::MetadataValue::Table(table) if table.rows.len() == 2));
/// ```
#[derive(Clone, Debug)]
pub struct Table(metadata::Table);

impl Table {
    /// A table without rows.
    pub fn new(columns: impl IntoIterator<Item = impl Into<String>>) -> Self {
        Self(metadata::Table { columns: columns.into_iter().map(Into::into).collect(), rows: Vec::new() })
    }

    /// The table with a row: a tuple, an array or a list with a value per column. Missing values are null.
    #[must_use]
    pub fn row(mut self, values: impl Serialize) -> Self {
        let mut row = match serde_json::to_value(values) {
            Ok(serde_json::Value::Array(values)) => values,
            Ok(other) => vec![other],
            Err(error) => vec![format!("not JSON: {error}").into()],
        };
        row.resize(self.0.columns.len().max(row.len()), serde_json::Value::Null);
        self.0.rows.push(row);
        self
    }
}

impl From<Table> for MetadataValue {
    fn from(table: Table) -> Self {
        Self::Table(table.0)
    }
}

/// The columns of a table.
///
/// ```
/// use headwater::prelude::*;
/// # let value: headwater::MetadataValue =
/// TableSchema::new().column("order_id", "bigint").describe("From the shop.").nullable("note", "text").into()
/// # ;
/// # assert!(matches!(value, headwater::MetadataValue::TableSchema(schema) if schema.columns[1].nullable));
/// ```
#[derive(Clone, Debug, Default)]
pub struct TableSchema(metadata::TableSchema);

impl TableSchema {
    /// No column yet.
    pub fn new() -> Self {
        Self::default()
    }

    /// The schema with a column that always has a value.
    #[must_use]
    pub fn column(self, name: impl Into<String>, data_type: impl Into<String>) -> Self {
        self.push(name.into(), data_type.into(), false)
    }

    /// The schema with a column that may be null.
    #[must_use]
    pub fn nullable(self, name: impl Into<String>, data_type: impl Into<String>) -> Self {
        self.push(name.into(), data_type.into(), true)
    }

    /// The schema with a description of the last column.
    #[must_use]
    pub fn describe(mut self, text: impl Into<String>) -> Self {
        if let Some(column) = self.0.columns.last_mut() {
            column.description = text.into();
        }
        self
    }

    /// The schema with a label on the last column, as in `pii`.
    #[must_use]
    pub fn tag(mut self, name: impl Into<String>, value: impl Into<String>) -> Self {
        if let Some(column) = self.0.columns.last_mut() {
            column.tags.insert(name.into(), value.into());
        }
        self
    }

    fn push(mut self, name: String, data_type: String, nullable: bool) -> Self {
        self.0.columns.push(Column { name, data_type, description: String::new(), nullable, tags: BTreeMap::new() });
        self
    }
}

impl From<TableSchema> for MetadataValue {
    fn from(schema: TableSchema) -> Self {
        Self::TableSchema(schema.0)
    }
}

/// Where each column of an asset comes from.
///
/// ```
/// use headwater::prelude::*;
/// # #[asset] fn orders() {}
/// # let value: headwater::MetadataValue =
/// ColumnLineage::new().column("revenue").from::<orders>("price").from::<orders>("quantity").into()
/// # ;
/// # assert!(matches!(value, headwater::MetadataValue::ColumnLineage(from) if from["revenue"].len() == 2));
/// ```
#[derive(Clone, Debug, Default)]
pub struct ColumnLineage {
    columns: BTreeMap<String, Vec<ColumnRef>>,
    last: String,
}

impl ColumnLineage {
    /// No column yet.
    pub fn new() -> Self {
        Self::default()
    }

    /// The lineage with a column; what follows is where it comes from.
    #[must_use]
    pub fn column(mut self, name: impl Into<String>) -> Self {
        self.last = name.into();
        self.columns.entry(self.last.clone()).or_default();
        self
    }

    /// The last column comes from this column of an asset.
    #[must_use]
    pub fn from<A: Asset>(mut self, column: impl Into<String>) -> Self {
        // The key was checked when the attribute was expanded.
        if let (Some(from), Ok(asset)) = (self.columns.get_mut(&self.last), AssetKey::new(A::SPEC.key)) {
            from.push(ColumnRef { asset, column: column.into() });
        }
        self
    }
}

impl From<ColumnLineage> for MetadataValue {
    fn from(lineage: ColumnLineage) -> Self {
        Self::ColumnLineage(lineage.columns)
    }
}

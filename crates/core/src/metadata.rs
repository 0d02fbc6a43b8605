//! Typed facts about data: what steps report with a materialization, an observation or a check.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::{key::AssetKey, time::Timestamp};

/// Facts by name, in the order of their names.
pub type Metadata = BTreeMap<String, MetadataValue>;

/// One fact. The type decides how it is shown; numbers are plotted over time.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(tag = "type", content = "value", rename_all = "snake_case")]
pub enum MetadataValue {
    /// Plain text.
    Text(String),
    /// Markdown, sanitized where it is shown.
    Markdown(String),
    /// A whole number.
    Int(i64),
    /// A number, including NaN and the infinities, which JSON cannot say and which travel as text.
    Float(Float),
    /// Yes or no.
    Bool(bool),
    /// A link; only `http`, `https` and `mailto` are shown as one.
    Url(String),
    /// A path on whatever the step ran on.
    Path(String),
    /// Any JSON.
    Json(serde_json::Value),
    /// Records with named columns.
    Table(Table),
    /// The columns of a table.
    TableSchema(TableSchema),
    /// Where each column comes from.
    ColumnLineage(BTreeMap<String, Vec<ColumnRef>>),
    /// An instant, in microseconds since 1970.
    Timestamp(#[schemars(with = "i64")] Timestamp),
}

impl MetadataValue {
    /// The fact as a number where it is one, for series over time.
    pub fn as_number(&self) -> Option<f64> {
        match self {
            Self::Int(value) => Some(*value as f64),
            Self::Float(Float(value)) if value.is_finite() => Some(*value),
            _ => None,
        }
    }
}

/// A floating-point number that survives JSON: NaN and the infinities are written as text.
#[derive(Clone, Copy, Debug)]
pub struct Float(pub f64);

impl PartialEq for Float {
    /// By bits, so that NaN equals itself and records can be compared.
    fn eq(&self, other: &Self) -> bool {
        self.0.to_bits() == other.0.to_bits()
    }
}

impl Serialize for Float {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self.0 {
            value if value.is_nan() => serializer.serialize_str("NaN"),
            f64::INFINITY => serializer.serialize_str("Infinity"),
            f64::NEG_INFINITY => serializer.serialize_str("-Infinity"),
            value => serializer.serialize_f64(value),
        }
    }
}

impl<'de> Deserialize<'de> for Float {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        #[derive(Deserialize)]
        #[serde(untagged)]
        enum Raw {
            Number(f64),
            Text(String),
        }
        match Raw::deserialize(deserializer)? {
            Raw::Number(value) => Ok(Self(value)),
            Raw::Text(text) => match text.as_str() {
                "NaN" => Ok(Self(f64::NAN)),
                "Infinity" => Ok(Self(f64::INFINITY)),
                "-Infinity" => Ok(Self(f64::NEG_INFINITY)),
                _ => Err(serde::de::Error::custom("a float is a number, \"NaN\", \"Infinity\" or \"-Infinity\"")),
            },
        }
    }
}

impl JsonSchema for Float {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "Float".into()
    }

    fn json_schema(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
        schemars::json_schema!({
            "anyOf": [{ "type": "number" }, { "enum": ["NaN", "Infinity", "-Infinity"] }],
        })
    }
}

/// A small table: a sample or a summary, not the data itself.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Table {
    /// Column names.
    pub columns: Vec<String>,
    /// Rows, each with a value per column.
    pub rows: Vec<Vec<serde_json::Value>>,
}

/// The columns of a table.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct TableSchema {
    /// Columns in their order.
    pub columns: Vec<Column>,
}

/// One column.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Column {
    /// Its name.
    pub name: String,
    /// Its type as the store calls it.
    #[serde(rename = "type")]
    pub data_type: String,
    /// What it holds.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub description: String,
    /// Whether it may be null.
    #[serde(default = "yes")]
    pub nullable: bool,
    /// Labels, as in `pii`.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub tags: BTreeMap<String, String>,
}

const fn yes() -> bool {
    true
}

/// A column of an upstream asset.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct ColumnRef {
    /// The asset.
    pub asset: AssetKey,
    /// The column's name.
    pub column: String,
}

macro_rules! from {
    ($($type:ty => $variant:ident $(as $to:ty)?;)*) => {
        $(impl From<$type> for MetadataValue {
            fn from(value: $type) -> Self {
                Self::$variant(from!(@ value $(, $to)?))
            }
        })*
    };
    (@ $value:ident) => { $value.into() };
    (@ $value:ident, $to:ty) => { <$to>::try_from($value).unwrap_or(<$to>::MAX) };
}

from! {
    &str => Text;
    String => Text;
    bool => Bool;
    i32 => Int;
    u32 => Int;
    i64 => Int;
    u64 => Int as i64;
    usize => Int as i64;
    f64 => Float;
    serde_json::Value => Json;
    Table => Table;
    TableSchema => TableSchema;
    Timestamp => Timestamp;
}

impl From<f64> for Float {
    fn from(value: f64) -> Self {
        Self(value)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_that_json_cannot_say_survive() {
        for value in [0.0, -0.0, 1.5, f64::NAN, f64::INFINITY, f64::NEG_INFINITY, f64::MIN_POSITIVE] {
            let fact = MetadataValue::from(value);
            let text = serde_json::to_string(&fact).unwrap();
            assert_eq!(serde_json::from_str::<MetadataValue>(&text).unwrap(), fact, "{text}");
        }
        assert!(serde_json::from_str::<MetadataValue>(r#"{"type":"float","value":"many"}"#).is_err());
        assert_eq!(MetadataValue::from(f64::NAN).as_number(), None);
        assert_eq!(MetadataValue::from(u64::MAX), MetadataValue::Int(i64::MAX));
    }
}

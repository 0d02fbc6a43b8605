//! How a Rust value is kept in one column of the warehouse.

use jiff::Timestamp;
use jiff::civil::Date;
use sqlx::sqlite::SqliteRow;
use sqlx::{Row, ValueRef};

/// A value on its way into a column.
#[derive(Debug, Clone, PartialEq)]
pub enum Value {
    /// SQL `NULL`.
    Null,
    /// A whole number: counts, cents, seconds.
    Integer(i64),
    /// A measured figure.
    Real(f64),
    /// Text, dates as `YYYY-MM-DD` and names of enumerations.
    Text(String),
}

/// A type that fits one column.
pub trait Column: Sized {
    /// Type and nullability as `CREATE TABLE` spells them.
    const SQL: &'static str;

    /// The value to store.
    fn to_value(&self) -> Value;

    /// Reads the column `name` of a row.
    ///
    /// # Errors
    /// When the column is missing or holds something this type cannot be.
    fn read(row: &SqliteRow, name: &str) -> Result<Self, sqlx::Error>;
}

impl Column for i64 {
    const SQL: &'static str = "INTEGER NOT NULL";

    fn to_value(&self) -> Value {
        Value::Integer(*self)
    }

    fn read(row: &SqliteRow, name: &str) -> Result<Self, sqlx::Error> {
        row.try_get(name)
    }
}

impl Column for f64 {
    const SQL: &'static str = "REAL NOT NULL";

    fn to_value(&self) -> Value {
        Value::Real(*self)
    }

    fn read(row: &SqliteRow, name: &str) -> Result<Self, sqlx::Error> {
        row.try_get(name)
    }
}

impl Column for String {
    const SQL: &'static str = "TEXT NOT NULL";

    fn to_value(&self) -> Value {
        Value::Text(self.clone())
    }

    fn read(row: &SqliteRow, name: &str) -> Result<Self, sqlx::Error> {
        row.try_get(name)
    }
}

/// Instants are whole seconds since 1970 in UTC, so that they sort and subtract as numbers.
impl Column for Timestamp {
    const SQL: &'static str = "INTEGER NOT NULL";

    fn to_value(&self) -> Value {
        Value::Integer(self.as_second())
    }

    fn read(row: &SqliteRow, name: &str) -> Result<Self, sqlx::Error> {
        Timestamp::from_second(row.try_get(name)?).map_err(|error| unreadable(name, error))
    }
}

impl Column for Date {
    const SQL: &'static str = "TEXT NOT NULL";

    fn to_value(&self) -> Value {
        Value::Text(self.to_string())
    }

    fn read(row: &SqliteRow, name: &str) -> Result<Self, sqlx::Error> {
        let text: String = row.try_get(name)?;
        text.parse().map_err(|error: jiff::Error| unreadable(name, error))
    }
}

impl<T: Column + Nullable> Column for Option<T> {
    const SQL: &'static str = T::NULLABLE_SQL;

    fn to_value(&self) -> Value {
        self.as_ref().map_or(Value::Null, Column::to_value)
    }

    fn read(row: &SqliteRow, name: &str) -> Result<Self, sqlx::Error> {
        if row.try_get_raw(name)?.is_null() { Ok(None) } else { T::read(row, name).map(Some) }
    }
}

/// A column type that may also be absent.
pub trait Nullable {
    /// The type without `NOT NULL`.
    const NULLABLE_SQL: &'static str;
}

impl Nullable for i64 {
    const NULLABLE_SQL: &'static str = "INTEGER";
}

impl Nullable for String {
    const NULLABLE_SQL: &'static str = "TEXT";
}

impl Nullable for Timestamp {
    const NULLABLE_SQL: &'static str = "INTEGER";
}

impl Nullable for Date {
    const NULLABLE_SQL: &'static str = "TEXT";
}

/// The error of a stored value that its type does not know.
pub(crate) fn unreadable(name: &str, error: impl Into<Box<dyn std::error::Error + Send + Sync>>) -> sqlx::Error {
    sqlx::Error::ColumnDecode { index: name.to_owned(), source: error.into() }
}

/// An enumeration that is stored and sent as one of a closed list of words.
macro_rules! text_enum {
    ($(#[$meta:meta])* pub enum $name:ident { $($(#[$vmeta:meta])* $variant:ident = $text:literal,)+ }) => {
        $(#[$meta])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize, serde::Deserialize)]
        pub enum $name { $($(#[$vmeta])* #[serde(rename = $text)] $variant,)+ }

        impl $name {
            /// Every accepted word, in declaration order.
            pub const ALL: &'static [&'static str] = &[$($text),+];

            /// The word that stands for this value.
            #[must_use]
            pub fn as_str(self) -> &'static str {
                match self { $(Self::$variant => $text,)+ }
            }

            /// The value a word stands for, if it is one of [`Self::ALL`].
            #[must_use]
            pub fn parse(text: &str) -> Option<Self> {
                match text { $($text => Some(Self::$variant),)+ _ => None }
            }
        }

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str(self.as_str())
            }
        }

        impl $crate::warehouse::Column for $name {
            const SQL: &'static str = "TEXT NOT NULL";

            fn to_value(&self) -> $crate::warehouse::Value {
                $crate::warehouse::Value::Text(self.as_str().to_owned())
            }

            fn read(row: &sqlx::sqlite::SqliteRow, name: &str) -> Result<Self, sqlx::Error> {
                let text: String = sqlx::Row::try_get(row, name)?;
                Self::parse(&text).ok_or_else(|| {
                    $crate::warehouse::unreadable(name, format!("`{text}` is none of {:?}", Self::ALL))
                })
            }
        }
    };
}
pub(crate) use text_enum;

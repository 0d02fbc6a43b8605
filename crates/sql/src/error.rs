//! What a driver's error means to the caller.

use headwater_store::{CommitError, StoreError};

/// Numbers of Postgres for a table, column or schema that is not there.
const MISSING: [&str; 3] = ["42P01", "42703", "3F000"];

/// An error of a read or a control statement.
pub(crate) fn store(error: sqlx::Error) -> StoreError {
    match &error {
        sqlx::Error::Database(database) => {
            let code = database.code().unwrap_or_default();
            let message = database.message();
            if MISSING.contains(&code.as_ref()) || message.starts_with("no such table") {
                StoreError::Schema(format!("{message}; the migrations may not have been applied"))
            } else {
                StoreError::Unavailable(error.to_string())
            }
        }
        // The driver's own words around it say nothing more.
        sqlx::Error::Io(io) => StoreError::Unavailable(io.to_string()),
        sqlx::Error::Configuration(_) => StoreError::Setup(error.to_string()),
        sqlx::Error::ColumnDecode { .. } | sqlx::Error::Decode(_) | sqlx::Error::ColumnIndexOutOfBounds { .. } => {
            StoreError::Corrupt(error.to_string())
        }
        _ => StoreError::Unavailable(error.to_string()),
    }
}

/// An error of a statement inside a commit. What contradicts the stored rows is told apart from a lost connection.
pub(crate) fn commit(error: sqlx::Error) -> CommitError {
    match &error {
        sqlx::Error::Database(database) if !database.kind().eq(&sqlx::error::ErrorKind::Other) => {
            CommitError::Conflict(error.to_string())
        }
        sqlx::Error::Encode(_) => CommitError::Conflict(error.to_string()),
        _ => CommitError::Unknown(error.to_string()),
    }
}

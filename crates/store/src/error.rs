//! Storage errors, grouped by what the caller can do.

/// A read or a control statement that did not work.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum StoreError {
    /// The database does not answer or refuses work for now. Wait and try again.
    #[error("the database is not available: {0}")]
    Unavailable(String),
    /// The database's schema is not the one that this version works with.
    #[error("the database's schema does not fit: {0}")]
    Schema(String),
    /// What is stored is not what this version wrote. Somebody must look.
    #[error("the database holds something unexpected: {0}")]
    Corrupt(String),
    /// A file or a directory cannot be used. Somebody must look.
    #[error("the database cannot be opened: {0}")]
    Setup(String),
}

/// A commit that did not work, or about which nothing is known.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum CommitError {
    /// Another leader has a later term. Nothing was written; stop leading.
    #[error("another server leads by now")]
    Stale,
    /// Nothing was written, or nothing is known about it. Reload before deciding anything else.
    #[error("the commit's outcome is not known: {0}")]
    Unknown(String),
    /// The batch contradicts what is stored. Nothing was written; reload.
    #[error("the batch does not fit what is stored: {0}")]
    Conflict(String),
}

impl From<StoreError> for CommitError {
    fn from(error: StoreError) -> Self {
        Self::Unknown(error.to_string())
    }
}

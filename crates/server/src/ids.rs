//! The one place of the server that makes ids.

use uuid::Uuid;

/// A new id: version 7, so that ids of one server sort by time.
#[expect(clippy::disallowed_methods, reason = "the server is the edge that makes the ids of what it accepts")]
pub(crate) fn fresh() -> Uuid {
    Uuid::now_v7()
}

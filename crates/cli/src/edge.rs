//! Where this crate meets the machine: its clock and its randomness.

use std::{
    ffi::OsStr,
    path::Path,
    sync::OnceLock,
    time::{SystemTime, UNIX_EPOCH},
};

use headwater_core::time::Timestamp;

/// Now, by the machine's clock.
#[allow(clippy::disallowed_methods, reason = "this is the edge that the rule sends everybody to")]
pub(crate) fn now() -> Timestamp {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    Timestamp::from_micros(i64::try_from(since.as_micros()).unwrap_or(i64::MAX))
}

static PROGRAM: OnceLock<String> = OnceLock::new();

/// What the running program is called: the command line is part of other binaries, too, and hints must name them.
pub(crate) fn program() -> &'static str {
    PROGRAM.get().map_or("headwater", String::as_str)
}

/// Remembers what the running program is called.
pub(crate) fn called(path: &OsStr) {
    if let Some(name) = Path::new(path).file_stem().and_then(OsStr::to_str) {
        // The first name holds: a process has one.
        let _ = PROGRAM.set(name.to_owned());
    }
}

/// An id for a server process.
#[cfg(feature = "server")]
#[allow(clippy::disallowed_methods, reason = "this is the edge that the rule sends everybody to")]
pub(crate) fn new_server_id() -> headwater_core::id::ServerId {
    headwater_core::id::ServerId(uuid::Uuid::now_v7())
}

/// Unpredictable bytes; none where the system has no source of them.
pub(crate) fn random<const N: usize>() -> Option<[u8; N]> {
    let mut bytes = [0; N];
    getrandom::fill(&mut bytes).ok().map(|()| bytes)
}

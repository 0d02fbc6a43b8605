//! Who asks, and what they may do (D19).

mod access;
mod tokens;

pub(crate) use access::{Action, Object, authorize};
pub(crate) use tokens::Tokens;

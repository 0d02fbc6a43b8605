//! Keys that make a repeated command one command.

/// An idempotency key (D4): the same key with the same command is one command, however often it is sent.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct IdempotencyKey(String);

impl IdempotencyKey {
    /// A key of the caller's own, as a CI job or a till has one.
    pub fn new(text: impl Into<String>) -> Self {
        Self(text.into())
    }

    /// A key that nobody else has.
    #[expect(clippy::disallowed_methods, reason = "a client is an edge: it makes the key that a command is known by")]
    pub fn random() -> Self {
        Self(uuid::Uuid::now_v7().to_string())
    }

    /// The key.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

//! How a server is set up.

use std::{net::SocketAddr, time::Duration};

use headwater_api::Role;
use headwater_notify::Secrets;
use serde::Deserialize;

use crate::auth::Tokens;

/// How a server is set up.
#[derive(Clone, Debug)]
pub struct ServerOptions {
    /// Who may ask, by the hash of their token. Without any, whoever reaches the loopback address is an admin.
    pub tokens: Vec<TokenEntry>,
    /// Names under which the server answers besides loopback ones, while no tokens are configured.
    pub allowed_hosts: Vec<String>,
    /// How long an ordinary request may take.
    pub request_timeout: Duration,
    /// How long requests may go on after the shutdown began.
    pub drain: Duration,
    /// How many event streams and log tails may be open at once.
    pub max_streams: usize,
    /// Where channels find their secrets, to tell which of them lack one.
    pub secrets: Secrets,
}

impl Default for ServerOptions {
    fn default() -> Self {
        Self {
            tokens: Vec::new(),
            allowed_hosts: Vec::new(),
            request_timeout: Duration::from_secs(30),
            drain: Duration::from_secs(10),
            max_streams: 200,
            secrets: Secrets::default(),
        }
    }
}

/// A token that the server accepts, as it stands in a configuration.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TokenEntry {
    /// Who has it; shown in the audit log.
    pub name: String,
    /// The SHA-256 of the whole token, in hexadecimal.
    pub sha256: String,
    /// What it allows.
    pub role: Role,
}

impl ServerOptions {
    /// Whether the server may listen on an address with these options (D19).
    ///
    /// # Errors
    /// [`SetupError::OpenWithoutTokens`] for an address that others can reach while nobody is asked for a token, and
    /// [`SetupError::Token`] for a token entry that is not one.
    pub fn check(&self, address: SocketAddr) -> Result<(), SetupError> {
        Tokens::new(&self.tokens)?;
        if self.tokens.is_empty() && !address.ip().is_loopback() {
            return Err(SetupError::OpenWithoutTokens(address));
        }
        Ok(())
    }
}

/// Why a server does not start.
#[derive(Debug, thiserror::Error)]
pub enum SetupError {
    /// Others could reach it, and nobody would be asked for a token.
    #[error(
        "refusing to listen on {0}: others can reach it and no token is configured; configure tokens, or listen on 127.0.0.1"
    )]
    OpenWithoutTokens(SocketAddr),
    /// A configured token is not one.
    #[error("token `{name}`: {reason}")]
    Token {
        /// Its name.
        name: String,
        /// What is wrong.
        reason: &'static str,
    },
    /// The socket does not work.
    #[error("the server cannot use its socket: {0}")]
    Socket(#[from] std::io::Error),
}

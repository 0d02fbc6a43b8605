//! Bearer tokens: opaque, kept as hashes.

use headwater_api::{ErrorCode, Principal, Role};
use http::{HeaderMap, header::AUTHORIZATION};
use sha2::{Digest, Sha256};

use crate::{
    options::{SetupError, TokenEntry},
    problem::Refused,
};

/// The tokens that are accepted.
#[derive(Debug)]
pub(crate) struct Tokens(Vec<([u8; 32], Principal)>);

impl Tokens {
    pub(crate) fn new(entries: &[TokenEntry]) -> Result<Self, SetupError> {
        let read = |entry: &TokenEntry| {
            let refuse = |reason| SetupError::Token { name: entry.name.clone(), reason };
            let hash = digest_of(&entry.sha256).ok_or_else(|| refuse("its sha256 is not 64 hexadecimal digits"))?;
            if entry.name.is_empty() || entry.name.len() > 128 || entry.name.chars().any(char::is_control) {
                return Err(refuse("its name is empty, too long or not printable"));
            }
            Ok((hash, Principal { name: entry.name.clone(), role: entry.role }))
        };
        entries.iter().map(read).collect::<Result<_, _>>().map(Self)
    }

    /// Whether nobody is asked for a token.
    pub(crate) const fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Who sent these headers. Without any configured token it is whoever reached the loopback address.
    pub(crate) fn principal(&self, headers: &HeaderMap) -> Result<Principal, Refused> {
        if self.is_empty() {
            return Ok(Principal { name: "local".to_owned(), role: Role::Admin });
        }
        let refuse = |message| Refused::new(ErrorCode::Unauthorized, message);
        let value = headers.get(AUTHORIZATION).ok_or_else(|| refuse("this server wants a token"))?;
        let token = value.to_str().ok().and_then(|text| {
            let (scheme, token) = text.split_once(' ')?;
            scheme.eq_ignore_ascii_case("bearer").then_some(token.trim())
        });
        let token = token.ok_or_else(|| refuse("the Authorization header is not `Bearer` and a token"))?;
        let digest: [u8; 32] = Sha256::digest(token.as_bytes()).into();
        // Every entry is compared in full, so the time says nothing about which of them nearly fits.
        let found = self.0.iter().fold(
            None,
            |found, (known, principal)| {
                if same(known, &digest) { Some(principal) } else { found }
            },
        );
        found.cloned().ok_or_else(|| refuse("the token is not known"))
    }
}

fn same(a: &[u8; 32], b: &[u8; 32]) -> bool {
    std::hint::black_box(a.iter().zip(b).fold(0, |differs, (a, b)| differs | (a ^ b))) == 0
}

fn digest_of(text: &str) -> Option<[u8; 32]> {
    if text.len() != 64 || !text.is_ascii() {
        return None;
    }
    let mut digest = [0; 32];
    for (byte, pair) in digest.iter_mut().zip(text.as_bytes().chunks(2)) {
        *byte = u8::from_str_radix(std::str::from_utf8(pair).ok()?, 16).ok()?;
    }
    Some(digest)
}

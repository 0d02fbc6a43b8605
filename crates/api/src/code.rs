//! Error codes. They are stable: programs decide by them, people look them up.

use std::{borrow::Cow, fmt};

use serde::{Deserialize, Deserializer, Serialize, Serializer};
use utoipa::{
    PartialSchema, ToSchema,
    openapi::{ObjectBuilder, RefOr, Schema, schema::Type},
};

macro_rules! codes {
    ($($name:ident = $text:literal, $status:literal: $doc:literal;)*) => {
        /// What kind of problem it is. The documentation of each value is the page that `/errors/{code}` shows.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
        pub enum ErrorCode {
            $(#[doc = $doc] $name,)*
            /// A code that this version of the client does not know.
            Unknown,
        }

        impl ErrorCode {
            /// Every code that a server of this version gives.
            pub const ALL: &'static [Self] = &[$(Self::$name),*];

            /// The code as it is sent.
            pub const fn as_str(self) -> &'static str {
                match self { $(Self::$name => $text,)* Self::Unknown => "unknown" }
            }

            /// The HTTP status that it comes with.
            pub const fn status(self) -> u16 {
                match self { $(Self::$name => $status,)* Self::Unknown => 500 }
            }

            /// What it means and what to do, in whole sentences.
            pub const fn explanation(self) -> &'static str {
                match self { $(Self::$name => $doc,)* Self::Unknown => "This version does not know the code." }
            }

            /// The code of a text.
            pub fn parse(text: &str) -> Option<Self> {
                match text { $($text => Some(Self::$name),)* _ => None }
            }
        }
    };
}

codes! {
    MalformedBody = "malformed-body", 400:
        "The body is not JSON or not of the shape that the route takes. The problem says at which line and column.";
    InvalidParameter = "invalid-parameter", 400:
        "A part of the address, of the query or a header is not what the route takes. The message names it.";
    InvalidCursor = "invalid-cursor", 400:
        "The cursor is not one that this list gave. Cursors are opaque; start again without one.";
    Unauthorized = "unauthorized", 401:
        "The request has no token, or one that the server does not know. Send `Authorization: Bearer hw_...`.";
    Forbidden = "forbidden", 403:
        "The token's role does not allow this. Ask for a token with another role.";
    CrossSite = "cross-site", 403:
        "The request came from a web page of another site. Only pages of this server may change something.";
    UnknownHost = "unknown-host", 403:
        "The request names a host under which this server does not answer. Use the address that the server printed, \
         or add the name to the server's allowed hosts.";
    NotFound = "not-found", 404:
        "Nothing has that name or id, or this principal may not see it.";
    UnknownRoute = "unknown-route", 404:
        "There is no such route. The routes are listed in /openapi.json.";
    MethodNotAllowed = "method-not-allowed", 405:
        "The route exists, but not with this method. The answer's `Allow` header lists those that it takes.";
    Conflict = "conflict", 409:
        "The thing is in a state in which this cannot be done; the message says which.";
    KeyReused = "key-reused", 409:
        "The idempotency key was used for another command. Use a new key for each new command.";
    UnknownWorker = "unknown-worker", 409:
        "The worker is not known any more. It has to stop what it holds and join again under a new id.";
    TooLarge = "too-large", 413:
        "The body is larger than the route takes. Limits: 2 MB; manifests 64 MB; polls 64 MB; log chunks 8 MB.";
    UriTooLong = "uri-too-long", 414:
        "The address with its query is longer than 8 KB.";
    UnsupportedMediaType = "unsupported-media-type", 415:
        "The route takes JSON. Send `Content-Type: application/json`.";
    InvalidSelection = "invalid-selection", 422:
        "The text is not a selection. The span says which part of it is wrong.";
    InvalidRequest = "invalid-request", 422:
        "The request was understood, but contradicts itself or the definitions; the message says where.";
    BrokenManifest = "broken-manifest", 422:
        "The manifest was refused, what was live stays live. Each finding says what is wrong, where, and what to do.";
    Busy = "busy", 429:
        "Too much is waiting already. Try again after the time in the `Retry-After` header.";
    TooManyStreams = "too-many-streams", 429:
        "As many event streams and log tails as the server allows are open. Close some.";
    Internal = "internal", 500:
        "The server met something that it did not expect. Its log says more; please report it.";
    NotLeading = "not-leading", 503:
        "No server leads at the moment, so commands wait. Try again in a moment; a new leader is there within seconds.";
    StoreUnavailable = "store-unavailable", 503:
        "The database does not answer. Reads and commands work again as soon as it does.";
    OutcomeUnknown = "outcome-unknown", 503:
        "The leader changed in the middle. Whether the command took effect is not known; send it again with the same \
         idempotency key, then it counts once.";
    Timeout = "timeout", 503:
        "The server did not finish the request in time. Try again, or ask for less at once.";
    ShuttingDown = "shutting-down", 503:
        "The server is shutting down. Try again; another or the restarted server answers.";
}

impl ErrorCode {
    /// Whether the same request may work a moment later.
    pub const fn is_passing(self) -> bool {
        self.status() == 503 || self.status() == 429
    }
}

impl fmt::Display for ErrorCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl Serialize for ErrorCode {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.as_str())
    }
}

impl<'de> Deserialize<'de> for ErrorCode {
    /// A code of a newer server is [`ErrorCode::Unknown`], never an error.
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = Cow::<'de, str>::deserialize(deserializer)?;
        Ok(Self::parse(&text).unwrap_or(Self::Unknown))
    }
}

impl PartialSchema for ErrorCode {
    fn schema() -> RefOr<Schema> {
        ObjectBuilder::new()
            .schema_type(Type::String)
            .enum_values(Some(Self::ALL.iter().map(|code| code.as_str())))
            .description(Some("What kind of problem it is; `/errors/{code}` explains each."))
            .into()
    }
}

impl ToSchema for ErrorCode {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_read_back_and_are_distinct() {
        for &code in ErrorCode::ALL {
            assert_eq!(ErrorCode::parse(code.as_str()), Some(code));
            assert!((400..=503).contains(&code.status()));
            assert!(code.explanation().ends_with('.'), "{code}");
            assert_eq!(ErrorCode::ALL.iter().filter(|other| other.as_str() == code.as_str()).count(), 1);
        }
        assert_eq!(serde_json::from_str::<ErrorCode>("\"of-tomorrow\"").unwrap(), ErrorCode::Unknown);
    }
}

//! Asset keys: `shop/orders`.

use std::{fmt, str::FromStr, sync::Arc};

use serde::{Deserialize, Serialize};

/// The name of an asset: one or more segments joined by `/`.
///
/// A key is user text. It is compared byte by byte (case matters), shown everywhere, and never becomes
/// part of a file path. A segment is not empty, is not `.` or `..`, has no control character and neither
/// starts nor ends with white space. A whole key has at most [`AssetKey::MAX_BYTES`] bytes.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct AssetKey(Arc<str>);

impl AssetKey {
    /// The longest key in bytes of UTF-8.
    pub const MAX_BYTES: usize = 512;

    /// A key from its text.
    ///
    /// # Errors
    /// [`KeyError`] says which rule the text breaks.
    pub fn new(text: &str) -> Result<Self, KeyError> {
        if text.is_empty() {
            return Err(KeyError::Empty);
        }
        if text.len() > Self::MAX_BYTES {
            return Err(KeyError::TooLong { bytes: text.len(), start: text.chars().take(40).collect() });
        }
        for segment in text.split('/') {
            check_segment(text, segment)?;
        }
        Ok(Self(text.into()))
    }

    /// The whole key.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The segments from first to last; never none.
    pub fn segments(&self) -> impl DoubleEndedIterator<Item = &str> {
        self.0.split('/')
    }

    /// The last segment: `orders` of `shop/orders`.
    pub fn name(&self) -> &str {
        self.0.rsplit('/').next().unwrap_or(&self.0)
    }
}

fn check_segment(key: &str, segment: &str) -> Result<(), KeyError> {
    let key = || key.to_owned();
    if segment.is_empty() {
        Err(KeyError::EmptySegment { key: key() })
    } else if segment == "." || segment == ".." {
        Err(KeyError::DotSegment { key: key() })
    } else if segment.chars().any(char::is_control) {
        Err(KeyError::Control { key: key().escape_debug().to_string() })
    } else if segment.trim().len() != segment.len() {
        Err(KeyError::Space { key: key() })
    } else {
        Ok(())
    }
}

/// Why a text is not an asset key.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum KeyError {
    /// The key has no text.
    #[error("an asset key cannot be empty")]
    Empty,
    /// The key is longer than [`AssetKey::MAX_BYTES`].
    #[error("the asset key starting with `{start}` has {bytes} bytes; at most {} are allowed", AssetKey::MAX_BYTES)]
    TooLong {
        /// Length in bytes.
        bytes: usize,
        /// Its first characters.
        start: String,
    },
    /// Two slashes in a row, or a slash at an end.
    #[error("asset key `{key}` has an empty segment; write segments joined by single slashes, as in shop/orders")]
    EmptySegment {
        /// The key as written.
        key: String,
    },
    /// A segment that means something to file systems.
    #[error("asset key `{key}` has a segment `.` or `..`; give the segment a name")]
    DotSegment {
        /// The key as written.
        key: String,
    },
    /// A control character such as a newline or NUL.
    #[error("asset key `{key}` has a control character; use printable characters")]
    Control {
        /// The key, escaped.
        key: String,
    },
    /// White space at an end of a segment.
    #[error("asset key `{key}` has a segment that starts or ends with white space; remove it")]
    Space {
        /// The key as written.
        key: String,
    },
}

impl fmt::Display for AssetKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl fmt::Debug for AssetKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "AssetKey({:?})", &*self.0)
    }
}

impl FromStr for AssetKey {
    type Err = KeyError;

    fn from_str(text: &str) -> Result<Self, KeyError> {
        Self::new(text)
    }
}

impl std::borrow::Borrow<str> for AssetKey {
    fn borrow(&self) -> &str {
        &self.0
    }
}

impl Serialize for AssetKey {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.0)
    }
}

impl<'de> Deserialize<'de> for AssetKey {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = std::borrow::Cow::<'de, str>::deserialize(deserializer)?;
        Self::new(&text).map_err(serde::de::Error::custom)
    }
}

impl schemars::JsonSchema for AssetKey {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "AssetKey".into()
    }

    fn json_schema(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
        schemars::json_schema!({
            "type": "string",
            "description": "Segments joined by '/', as in shop/orders.",
            "minLength": 1,
            "maxLength": AssetKey::MAX_BYTES,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_that_are_accepted() {
        for text in
            ["orders", "shop/orders", "données/été", "🛒/orders", "-rf", "__proto__", "a b", "CON", "%2f", "{{x}}"]
        {
            let key = AssetKey::new(text).unwrap();
            assert_eq!(key.as_str(), text);
            assert_eq!(serde_json::from_value::<AssetKey>(serde_json::to_value(&key).unwrap()).unwrap(), key);
        }
        assert_eq!(AssetKey::new("a/b/c").unwrap().name(), "c");
    }

    #[test]
    fn keys_that_are_refused_say_why() {
        let long = "x".repeat(10_000);
        for (text, why) in [
            ("", "cannot be empty"),
            (long.as_str(), "has 10000 bytes; at most 512"),
            ("a//b", "empty segment"),
            ("/a", "empty segment"),
            ("a/../b", "`.` or `..`"),
            ("a\nb", "control character"),
            ("a\0", "control character"),
            (" a", "white space"),
            ("a/b ", "white space"),
        ] {
            let error = AssetKey::new(text).unwrap_err().to_string();
            assert!(error.contains(why), "{text:?}: {error}");
        }
    }
}

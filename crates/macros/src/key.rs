//! Keys that are known at compile time.

use syn::{Ident, LitStr, ext::IdentExt};

use crate::settings::Settings;

/// The key: `key`, or `key_prefix` and the name of the function, or the name alone.
pub(crate) fn key(settings: &mut Settings, name: &Ident) -> syn::Result<LitStr> {
    let (whole, prefix) = (settings.literal("key")?, settings.literal("key_prefix")?);
    let key = match (whole, prefix) {
        (Some(_), Some(prefix)) => {
            return Err(syn::Error::new(prefix.span(), "give `key` or `key_prefix`, not both"));
        }
        (Some(key), None) => key,
        (None, Some(prefix)) => LitStr::new(&format!("{}/{}", prefix.value(), name.unraw()), prefix.span()),
        (None, None) => LitStr::new(&name.unraw().to_string(), name.span()),
    };
    match fault(&key.value()) {
        Some(fault) => Err(syn::Error::new(key.span(), format!("`{}` is not an asset key: {fault}", key.value()))),
        None => Ok(key),
    }
}

/// The rules of `AssetKey`, so that a bad literal does not compile.
fn fault(key: &str) -> Option<&'static str> {
    if key.len() > 512 {
        return Some("it has more than 512 bytes");
    }
    key.split('/').find_map(|segment| match segment {
        "" => Some("it has an empty segment; write segments joined by single slashes, as in shop/orders"),
        "." | ".." => Some("it has a segment `.` or `..`"),
        _ if segment.chars().any(char::is_control) => Some("it has a control character"),
        _ if segment.trim().len() != segment.len() => Some("a segment starts or ends with white space"),
        _ => None,
    })
}

#[cfg(test)]
mod tests {
    #[test]
    fn bad_keys_are_found() {
        for good in ["orders", "shop/orders", "a b", "é/🛒"] {
            assert_eq!(super::fault(good), None, "{good}");
        }
        for bad in ["", "a//b", "/a", "a/", "a/../b", " a", "a\n", &"x".repeat(513)] {
            assert!(super::fault(bad).is_some(), "{bad:?}");
        }
    }
}

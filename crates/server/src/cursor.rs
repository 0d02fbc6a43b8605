//! Where the next part of a list starts.
//!
//! A cursor names its list and carries a check sum, so that one of another list or an edited one is refused and
//! never silently read as something else. It is no secret: what it names could be asked for anyway.

use headwater_api::{ErrorCode, MAX_LIMIT};
use headwater_core::id::Seq;
use headwater_store::Page;

use crate::problem::Refused;

const DEFAULT_LIMIT: u32 = 50;

/// A cursor of a list.
pub(crate) fn encode(list: &str, position: &str) -> String {
    let text = format!("{list}:{position}");
    let sum = sum(text.as_bytes());
    text.bytes().chain(sum).map(|byte| format!("{byte:02x}")).collect()
}

/// The position that a cursor of this list names.
pub(crate) fn decode(list: &str, cursor: &str) -> Result<String, Refused> {
    let refuse =
        || Refused::new(ErrorCode::InvalidCursor, "the cursor is not one that this list gave; start without one");
    let bytes: Vec<u8> = (cursor.is_ascii() && cursor.len().is_multiple_of(2))
        .then(|| cursor.as_bytes().chunks(2).map(hex_byte).collect::<Option<_>>())
        .flatten()
        .ok_or_else(refuse)?;
    let (text, found) = bytes.split_last_chunk::<4>().ok_or_else(refuse)?;
    if sum(text) != *found {
        return Err(refuse());
    }
    let text = std::str::from_utf8(text).map_err(|_| refuse())?;
    let position = text.strip_prefix(list).and_then(|rest| rest.strip_prefix(':'));
    position.map(ToOwned::to_owned).ok_or_else(refuse)
}

fn hex_byte(pair: &[u8]) -> Option<u8> {
    u8::from_str_radix(std::str::from_utf8(pair).ok()?, 16).ok()
}

/// FNV-1a: it only has to notice edits.
fn sum(bytes: &[u8]) -> [u8; 4] {
    let hash = bytes.iter().fold(0x811c_9dc5_u32, |hash, &byte| (hash ^ u32::from(byte)).wrapping_mul(0x0100_0193));
    hash.to_be_bytes()
}

/// How many items are wanted.
pub(crate) fn limit(wanted: Option<u32>) -> Result<u32, Refused> {
    match wanted {
        None => Ok(DEFAULT_LIMIT),
        Some(limit @ 1..=MAX_LIMIT) => Ok(limit),
        Some(other) => {
            let message = format!("limit is {other}; it can be 1 to {MAX_LIMIT}");
            Err(Refused::new(ErrorCode::InvalidParameter, message))
        }
    }
}

/// A page of a list that is ordered by event number, newest first. It asks for one more item than is wanted, which
/// tells whether there is a next part.
pub(crate) fn page(list: &str, cursor: Option<&str>, wanted: Option<u32>) -> Result<Page, Refused> {
    let refuse = |_| Refused::new(ErrorCode::InvalidCursor, "the cursor is not one that this list gave");
    let before = cursor.map(|cursor| decode(list, cursor)?.parse().map(Seq).map_err(refuse)).transpose()?;
    Ok(Page { before, limit: limit(wanted)? + 1 })
}

/// Cuts what a [`page`] gave to what was wanted, with the cursor of the next part.
pub(crate) fn cut<T>(list: &str, page: &Page, items: &mut Vec<T>, seq: impl Fn(&T) -> Seq) -> Option<String> {
    let wanted = page.limit as usize - 1;
    let more = items.len() > wanted;
    items.truncate(wanted);
    items.last().filter(|_| more).map(|last| encode(list, &seq(last).0.to_string()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cursors_are_of_one_list_and_cannot_be_edited() {
        let cursor = encode("runs", "42");
        assert_eq!(decode("runs", &cursor).unwrap(), "42");
        assert!(decode("ticks", &cursor).is_err());
        for at in 0..cursor.len() {
            let mut edited = cursor.clone().into_bytes();
            edited[at] = if edited[at] == b'0' { b'1' } else { b'0' };
            assert!(decode("runs", std::str::from_utf8(&edited).unwrap()).is_err(), "digit {at}");
        }
        for garbage in ["", "0", "zz", "é", "00", "0000000000", &"f".repeat(9_999)] {
            assert!(decode("runs", garbage).is_err(), "{garbage}");
        }
    }

    #[test]
    fn limits_have_limits() {
        assert_eq!(limit(None).unwrap(), 50);
        assert_eq!(limit(Some(500)).unwrap(), 500);
        assert!(limit(Some(0)).is_err() && limit(Some(501)).is_err());
    }
}

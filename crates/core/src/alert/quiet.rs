//! Quiet hours, read.

use jiff::{
    civil::{DateTime, Time},
    tz::{TimeZone, TimeZoneDatabase},
};

use crate::{manifest::QuietHours, time::Timestamp};

/// Quiet hours that were understood.
#[derive(Clone, Debug)]
pub struct Quiet {
    from: Time,
    to: Time,
    zone: TimeZone,
}

/// Why quiet hours could not be understood.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum QuietError {
    /// A time of day is not one.
    #[error("`{0}` is not a time of day; write it as 22:00")]
    Time(String),
    /// The zone is unknown.
    #[error("`{0}` is not a time zone of the IANA database, as in Europe/Berlin")]
    Zone(String),
    /// They last no time at all, or the whole day.
    #[error("quiet hours begin and end at the same time")]
    Empty,
}

impl Quiet {
    /// Reads declared quiet hours.
    ///
    /// # Errors
    /// [`QuietError`] with what cannot be read.
    pub fn read(hours: &QuietHours) -> Result<Self, QuietError> {
        let zone = TimeZoneDatabase::bundled().get(&hours.zone).ok().filter(|zone| !zone.is_unknown());
        let zone = zone.ok_or_else(|| QuietError::Zone(hours.zone.clone()))?;
        let (from, to) = (time(&hours.from)?, time(&hours.to)?);
        if from == to {
            return Err(QuietError::Empty);
        }
        Ok(Self { from, to, zone })
    }

    /// When the quiet hours end in which an instant lies; none where it lies in none.
    ///
    /// A clock change inside of them makes them longer or shorter; an end that the clock jumps over is right after
    /// the jump.
    pub fn until(&self, now: Timestamp) -> Option<Timestamp> {
        let local = jiff::Timestamp::from_microsecond(now.as_micros()).ok()?.to_zoned(self.zone.clone()).datetime();
        let (date, at) = (local.date(), local.time());
        let end = match (self.from < self.to, at >= self.from, at < self.to) {
            (true, true, true) | (false, false, true) => date,
            (false, true, _) => date.tomorrow().ok()?,
            _ => return None,
        };
        let end: DateTime = end.to_datetime(self.to);
        let end = self.zone.to_ambiguous_timestamp(end).compatible().ok()?;
        Some(Timestamp::from_micros(end.as_microsecond()))
    }
}

fn time(text: &str) -> Result<Time, QuietError> {
    let wrong = || QuietError::Time(text.chars().take(20).collect());
    let (hour, minute) = text.trim().split_once(':').ok_or_else(wrong)?;
    let (hour, minute) = (hour.parse().map_err(|_| wrong())?, minute.parse().map_err(|_| wrong())?);
    Time::new(hour, minute, 0, 0).map_err(|_| wrong())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn hours(from: &str, to: &str, zone: &str) -> QuietHours {
        QuietHours { from: from.into(), to: to.into(), zone: zone.into() }
    }

    fn until(quiet: &QuietHours, now: &str) -> Option<String> {
        Quiet::read(quiet).unwrap().until(now.parse().unwrap()).map(|at| at.to_string())
    }

    #[test]
    fn a_night_lasts_over_midnight() {
        let night = hours("22:00", "06:30", "Europe/Berlin");
        for (now, end) in [
            ("2026-11-28T21:30:00Z", Some("2026-11-29T05:30:00.000000Z")),
            ("2026-11-29T05:29:59Z", Some("2026-11-29T05:30:00.000000Z")),
            ("2026-11-29T05:30:00Z", None),
            ("2026-11-28T12:00:00Z", None),
            // The night of the change to summer time is an hour shorter.
            ("2027-03-27T21:30:00Z", Some("2027-03-28T04:30:00.000000Z")),
        ] {
            assert_eq!(until(&night, now).as_deref(), end, "{now}");
        }
    }

    #[test]
    fn a_break_ends_the_same_day() {
        let lunch = hours("12:00", "13:00", "UTC");
        assert_eq!(until(&lunch, "2026-11-28T12:00:00Z").as_deref(), Some("2026-11-28T13:00:00.000000Z"));
        assert_eq!(until(&lunch, "2026-11-28T13:00:00Z"), None);
        assert_eq!(until(&lunch, "2026-11-28T11:59:59Z"), None);
    }

    #[test]
    fn what_is_not_understood_is_named() {
        for (quiet, error) in [
            (hours("25:00", "06:00", "UTC"), QuietError::Time("25:00".into())),
            (hours("22", "06:00", "UTC"), QuietError::Time("22".into())),
            (hours("22:00", "06:00", "Mars/Base"), QuietError::Zone("Mars/Base".into())),
            (hours("22:00", "22:00", "UTC"), QuietError::Empty),
        ] {
            assert_eq!(Quiet::read(&quiet).unwrap_err(), error);
        }
    }
}

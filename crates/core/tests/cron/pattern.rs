//! Random expressions as structures, so that their meaning is known without a parser.

use std::fmt;

use proptest::prelude::*;

/// Smallest and largest value of each field as `*` means them.
pub(crate) const LIMITS: [(u32, u32); 5] = [(0, 59), (0, 23), (1, 31), (1, 12), (0, 6)];

const MONTHS: [&str; 12] = ["Jan", "FEB", "mar", "aPr", "MAY", "jun", "Jul", "Aug", "sep", "OCT", "nov", "Dec"];
const WEEKDAYS: [&str; 8] = ["Sun", "MON", "tue", "wEd", "THU", "fri", "Sat", "sun"];

#[derive(Clone, Debug)]
pub(crate) enum Item {
    Star,
    StarStep(u32),
    Value(u32),
    Range(u32, u32),
    RangeStep(u32, u32, u32),
}

impl Item {
    fn values(&self, (low, high): (u32, u32)) -> Vec<u32> {
        match *self {
            Self::Star => (low..=high).collect(),
            Self::StarStep(step) => (low..=high).filter(|value| (value - low) % step == 0).collect(),
            Self::Value(value) => vec![value],
            Self::Range(first, last) => (first..=last).collect(),
            Self::RangeStep(first, last, step) => (first..=last).filter(|value| (value - first) % step == 0).collect(),
        }
    }
}

#[derive(Clone, Debug)]
pub(crate) struct Pattern {
    pub(crate) fields: [Vec<Item>; 5],
    pub(crate) named: bool,
}

impl Pattern {
    pub(crate) fn starred(&self, field: usize) -> bool {
        self.fields[field].iter().any(|item| matches!(item, Item::Star | Item::StarStep(_)))
    }

    /// The named values, one bit each; Sunday is bit 0.
    fn mask(&self, field: usize) -> u64 {
        let values = self.fields[field].iter().flat_map(|item| item.values(LIMITS[field]));
        values.fold(0, |mask, value| mask | 1 << if field == 4 { value % 7 } else { value })
    }

    /// What the rules say of this pattern, without reference to the code under test.
    pub(crate) fn meaning(&self) -> Meaning {
        let masks = [0, 1, 2, 3, 4].map(|field| self.mask(field));
        let every = |field: usize| self.starred(field) || masks[field].count_ones() == LIMITS[field].1 + 1;
        Meaning { masks, either_day: !self.starred(2) && !self.starred(4), elapsed: every(0) || every(1) }
    }
}

impl fmt::Display for Pattern {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, field) in self.fields.iter().enumerate() {
            let value = |value: u32| match (self.named, index) {
                (true, 3) => MONTHS[value as usize - 1].to_owned(),
                (true, 4) => WEEKDAYS[value as usize].to_owned(),
                _ => value.to_string(),
            };
            // `SUN-SUN` is one day by name, so a week from Sunday to Sunday ends in a number.
            let last = |first: u32, last: u32| match (index, first, last) {
                (4, 0, 7) => last.to_string(),
                _ => value(last),
            };
            let items: Vec<String> = field
                .iter()
                .map(|item| match *item {
                    Item::Star => "*".to_owned(),
                    Item::StarStep(step) => format!("*/{step}"),
                    Item::Value(single) => value(single),
                    Item::Range(a, b) => format!("{}-{}", value(a), last(a, b)),
                    Item::RangeStep(a, b, step) => format!("{}-{}/{step}", value(a), last(a, b)),
                })
                .collect();
            write!(f, "{}{}", if index == 0 { "" } else { " " }, items.join(","))?;
        }
        Ok(())
    }
}

/// The sets of a pattern, ready to be asked about wall-clock minutes.
pub(crate) struct Meaning {
    masks: [u64; 5],
    either_day: bool,
    pub(crate) elapsed: bool,
}

impl Meaning {
    /// Whether the wall clock shows a named time, `wall` seconds after 1970-01-01 00:00 on it.
    pub(crate) fn names(&self, wall: i64) -> bool {
        let (days, minutes) = (wall.div_euclid(86_400), wall.rem_euclid(86_400) / 60);
        let has = |field: usize, value: i64| self.masks[field] >> value & 1 == 1;
        if wall.rem_euclid(60) != 0 || !has(0, minutes % 60) || !has(1, minutes / 60) {
            return false;
        }
        let (month, day) = month_and_day(days);
        let by_day = has(2, day);
        // The first day of 1970 was a Thursday.
        let by_weekday = has(4, (days + 4).rem_euclid(7));
        has(3, month) && if self.either_day { by_day || by_weekday } else { by_day && by_weekday }
    }
}

/// The month and day of a day number, by counting years and months.
fn month_and_day(days: i64) -> (i64, i64) {
    let (mut year, mut rest) = (1970, days);
    let leap = |year: i64| year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
    while rest >= 365 + i64::from(leap(year)) {
        rest -= 365 + i64::from(leap(year));
        year += 1;
    }
    let february = 28 + i64::from(leap(year));
    let mut month = 1;
    for length in [31, february, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31] {
        if rest < length {
            break;
        }
        rest -= length;
        month += 1;
    }
    (month, rest + 1)
}

fn item(field: usize) -> impl Strategy<Value = Item> {
    let (low, high) = LIMITS[field];
    let written = if field == 4 { 7 } else { high };
    let step = 1..=(high - low).min(20);
    prop_oneof![
        1 => Just(Item::Star),
        2 => step.clone().prop_map(Item::StarStep),
        6 => (low..=written).prop_map(Item::Value),
        2 => (low..=written, low..=written).prop_map(|(a, b)| Item::Range(a.min(b), a.max(b))),
        1 => (low..=written, low..=written, step)
            .prop_map(|(a, b, step)| Item::RangeStep(a.min(b), a.max(b), step)),
    ]
}

fn items(field: usize) -> impl Strategy<Value = Vec<Item>> {
    proptest::collection::vec(item(field), 1..4)
}

/// Expressions that mostly fire often enough to be seen within some days.
pub(crate) fn pattern() -> impl Strategy<Value = Pattern> {
    let usual = |field: usize| prop_oneof![3 => Just(vec![Item::Star]), 1 => items(field)];
    // Clocks change at night, so the hours do so too.
    let hours = prop_oneof![
        2 => items(1),
        2 => prop_oneof![0..5u32, 22..24u32].prop_map(|hour| vec![Item::Value(hour)]),
        1 => Just(vec![Item::Star]),
    ];
    (items(0), hours, usual(2), usual(3), usual(4), any::<bool>())
        .prop_map(|(a, b, c, d, e, named)| Pattern { fields: [a, b, c, d, e], named })
}

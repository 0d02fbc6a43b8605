//! The shop that the example is about, made up from a seed: its catalogue, its people and its trade.
//!
//! A [`World`] holds everything that happens in [`DAYS`] days. What is *visible* depends on a logical clock that the
//! caller passes in, so the same seed and clock give the same answer on every machine, and moving the clock forward
//! makes new orders arrive.

mod catalogue;
mod people;
mod trade;

use crate::random::Random;
use jiff::civil::Date;
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

/// Days of history that exist when the shop opens its doors to the pipeline.
pub const HISTORY_DAYS: i64 = 90;
/// Days that are made up in all; what lies after the clock is not visible yet.
pub const DAYS: i64 = 150;

const DAY: i64 = 86_400;

/// A product of the catalogue.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Product {
    /// Stock code, five digits and sometimes a letter.
    pub sku: String,
    /// Name as the shop shows it.
    pub name: String,
    /// Category.
    pub category: String,
    /// Price of one piece in cents.
    pub price_cents: i64,
    /// When it last changed.
    pub updated_at: Timestamp,
}

/// A customer account.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Customer {
    /// Customer number.
    pub customer_id: i64,
    /// First and last name.
    pub name: String,
    /// What the customer typed into the e-mail field.
    pub email: String,
    /// What the customer typed into the country field.
    pub country: String,
    /// When the account was opened.
    pub created_at: Timestamp,
    /// When it last changed.
    pub updated_at: Timestamp,
}

/// An order as the shop's API gives it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Order {
    /// Order number.
    pub order_id: i64,
    /// Absent for guests.
    pub customer_id: Option<i64>,
    /// `placed`, `paid`, `shipped`, `delivered`, `cancelled` or `returned`.
    pub status: String,
    /// When it was placed.
    pub ordered_at: Timestamp,
    /// When its status last changed.
    pub updated_at: Timestamp,
    /// What was ordered.
    pub items: Vec<OrderItem>,
}

/// One line of an order.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct OrderItem {
    /// Position within the order, from 1.
    pub line_no: i64,
    /// What.
    pub sku: String,
    /// How many.
    pub quantity: i64,
    /// Price of one as charged, in cents.
    pub unit_price_cents: i64,
}

/// One row of the change stream.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Change {
    /// Position in the stream, from 1 without gaps.
    pub seq: i64,
    /// When it happened.
    pub at: Timestamp,
    /// `products` or `customers`.
    pub table: String,
    /// `insert`, `update` or `delete`.
    pub op: String,
    /// Primary key of the row, as text.
    pub key: String,
    /// The row after the change; absent for a delete.
    pub row: Option<serde_json::Value>,
}

/// An order and everything that ever happens to it.
#[derive(Debug, Clone)]
struct OrderHistory {
    order: Order,
    /// Later states and when each begins, in order of time.
    states: Vec<(Timestamp, &'static str)>,
}

/// Everything that happens, visible or not.
#[derive(Debug, Clone)]
pub struct World {
    seed: u64,
    start: Date,
    products: Vec<Product>,
    customers: Vec<Customer>,
    changes: Vec<Change>,
    orders: Vec<OrderHistory>,
}

impl World {
    /// Makes up the world that begins on `start`.
    #[must_use]
    pub fn generate(seed: u64, start: Date) -> Self {
        let opening = day_start(start);
        let (products, mut drafts) = catalogue::generate(&mut Random::new(seed, "catalogue"), opening);
        let (people, people_drafts) = people::generate(&mut Random::new(seed, "people"), opening);
        drafts.extend(people_drafts);
        drafts.sort_by(|a, b| (a.at, a.table, &a.key).cmp(&(b.at, b.table, &b.key)));
        let changes = drafts.into_iter().zip(1..).map(|(draft, seq)| draft.into_change(seq)).collect();
        let orders = trade::generate(&mut Random::new(seed, "trade"), opening, &products, &people);
        let customers = people.into_iter().map(|person| person.customer).collect();
        Self { seed, start, products, customers, changes, orders }
    }

    /// The seed it was made from.
    #[must_use]
    pub fn seed(&self) -> u64 {
        self.seed
    }

    /// The instant at which the history of [`HISTORY_DAYS`] is complete: where a fresh shop's clock stands.
    #[must_use]
    pub fn opening_clock(&self) -> Timestamp {
        instant(day_start(self.start) + HISTORY_DAYS * DAY)
    }

    /// Orders that exist at `clock`, each in the state it has then, by time of change and number.
    #[must_use]
    pub fn orders_at(&self, clock: Timestamp) -> Vec<Order> {
        let mut orders: Vec<Order> = self
            .orders
            .iter()
            .filter(|history| history.order.ordered_at <= clock)
            .map(|history| {
                let mut order = history.order.clone();
                if let Some((at, state)) = history.states.iter().rev().find(|(at, _)| *at <= clock) {
                    order.updated_at = *at;
                    (*state).clone_into(&mut order.status);
                }
                order
            })
            .collect();
        orders.sort_by_key(|order| (order.updated_at, order.order_id));
        orders
    }

    /// Changes that happened up to `clock`: a prefix of the stream.
    #[must_use]
    pub fn changes_at(&self, clock: Timestamp) -> &[Change] {
        &self.changes[..self.changes.partition_point(|change| change.at <= clock)]
    }

    /// The catalogue as first listed, in the order of stock codes.
    #[must_use]
    pub fn catalogue(&self) -> &[Product] {
        &self.products
    }

    /// Everyone who ever opens an account, as first entered.
    #[must_use]
    pub fn people(&self) -> &[Customer] {
        &self.customers
    }

    /// The first day.
    #[must_use]
    pub fn start(&self) -> Date {
        self.start
    }
}

/// A change that has no place in the stream yet.
#[derive(Debug)]
struct ChangeDraft {
    at: i64,
    table: &'static str,
    op: &'static str,
    key: String,
    row: Option<serde_json::Value>,
}

impl ChangeDraft {
    fn into_change(self, seq: i64) -> Change {
        Change {
            seq,
            at: instant(self.at),
            table: self.table.to_owned(),
            op: self.op.to_owned(),
            key: self.key,
            row: self.row,
        }
    }
}

/// The day on which an instant falls in UTC; the shop keeps its books in UTC.
#[must_use]
pub fn day_of(instant: Timestamp) -> Date {
    instant.to_zoned(TimeZone::UTC).date()
}

/// `day` plus a number of days, saturating at the calendar's end.
#[must_use]
pub fn days_after(day: Date, days: i64) -> Date {
    day.saturating_add(SignedDuration::from_hours(days * 24))
}

/// Seconds since 1970 at which a day begins in UTC.
fn day_start(day: Date) -> i64 {
    day.to_zoned(TimeZone::UTC).map_or(0, |zoned| zoned.timestamp().as_second())
}

fn instant(seconds: i64) -> Timestamp {
    Timestamp::from_second(seconds).unwrap_or(Timestamp::MAX)
}

#[cfg(test)]
mod tests {
    use super::{DAY, HISTORY_DAYS, World, instant};
    use jiff::civil::date;
    use std::collections::BTreeSet;

    fn world() -> World {
        World::generate(42, date(2026, 1, 1))
    }

    #[test]
    fn the_same_seed_makes_the_same_shop() {
        let (a, b) = (world(), world());
        let clock = a.opening_clock();
        assert_eq!(a.orders_at(clock), b.orders_at(clock));
        assert_eq!(a.changes_at(clock), b.changes_at(clock));
        assert_ne!(a.orders_at(clock), World::generate(43, date(2026, 1, 1)).orders_at(clock));
    }

    #[test]
    fn ninety_days_hold_about_two_thousand_orders_in_every_state() {
        let world = world();
        let orders = world.orders_at(world.opening_clock());
        assert!((1_700..2_400).contains(&orders.len()), "{} orders", orders.len());
        let states: BTreeSet<&str> = orders.iter().map(|order| order.status.as_str()).collect();
        let all = ["cancelled", "delivered", "paid", "placed", "returned", "shipped"];
        assert_eq!(states, BTreeSet::from(all));
        assert!(orders.iter().any(|order| order.customer_id.is_none()), "guests order too");
    }

    #[test]
    fn time_only_adds() {
        let world = world();
        let opening = world.opening_clock();
        let later = instant(opening.as_second() + 7 * DAY);
        assert!(world.changes_at(later).starts_with(world.changes_at(opening)));
        assert!(world.changes_at(later).len() > world.changes_at(opening).len());
        let ids = |clock| world.orders_at(clock).iter().map(|order| order.order_id).collect::<BTreeSet<_>>();
        assert!(ids(later).is_superset(&ids(opening)));
        assert_eq!(world.opening_clock().as_second() % DAY, 0);
        assert_eq!(super::day_of(opening), super::days_after(world.start(), HISTORY_DAYS));
    }

    #[test]
    fn the_stream_numbers_every_change_and_has_each_kind() {
        let world = world();
        let changes = world.changes_at(jiff::Timestamp::MAX);
        assert!(changes.iter().zip(1..).all(|(change, seq)| change.seq == seq));
        for table in ["products", "customers"] {
            for op in ["insert", "update", "delete"] {
                assert!(changes.iter().any(|c| c.table == table && c.op == op), "no {op} of {table}");
            }
        }
    }
}

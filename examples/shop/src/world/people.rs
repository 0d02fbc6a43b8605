//! Who buys there, with the habits that make customer data dirty.

use super::{ChangeDraft, Customer, DAY, DAYS, instant};
use crate::random::Random;
use serde_json::json;

const PEOPLE: i64 = 600;
/// Customer numbers begin here, as the till's do, so that both name the same person.
pub(super) const FIRST_CUSTOMER: i64 = 12_346;

const FIRST: &[&str] = &[
    "Amara", "Bastien", "Chiara", "Dilan", "Edith", "Femke", "Giorgos", "Hanna", "Imran", "Jonas", "Klara", "Leonie",
    "Mateus", "Niamh", "Oskar", "Priya", "Rosa", "Sami", "Tove", "Wiktor",
];
const LAST: &[&str] = &[
    "Abbott", "Berg", "Costa", "Dubois", "Eriksen", "Fischer", "Gallo", "Hughes", "Ito", "Jansen", "Kowalska",
    "Larsen", "Moreau", "Novak", "Okafor", "Patel", "Quinn", "Rossi", "Schmidt", "Walsh",
];
/// Countries as people type them, the most common first.
const COUNTRIES: &[&str] = &[
    "United Kingdom",
    "United Kingdom",
    "United Kingdom",
    "United Kingdom",
    "UK",
    "united kingdom ",
    "Germany",
    "DE",
    "France",
    "EIRE",
    "Ireland",
    "Netherlands",
    "Norway",
    "Spain",
    "Italy",
    "Portugal",
];

/// A person: the account as first entered and the time of leaving, if any.
#[derive(Debug)]
pub(super) struct Person {
    pub(super) customer: Customer,
    pub(super) leaves: Option<i64>,
}

pub(super) fn generate(random: &mut Random, opening: i64) -> (Vec<Person>, Vec<ChangeDraft>) {
    let mut people = Vec::new();
    let mut changes = Vec::new();
    for number in 0..PEOPLE {
        let customer = draw(random, FIRST_CUSTOMER + number * 3, number, opening);
        changes.push(change(&customer, "insert"));
        let leaves = later(random, customer.clone(), opening, &mut changes);
        people.push(Person { customer, leaves });
    }
    (people, changes)
}

fn draw(random: &mut Random, customer_id: i64, number: i64, opening: i64) -> Customer {
    // Two in five had an account before the history begins; the others come one by one.
    let created = if number < PEOPLE * 2 / 5 {
        opening
    } else {
        let share = (number - PEOPLE * 2 / 5) * DAYS * DAY / (PEOPLE * 3 / 5);
        opening + share + random.between(0, 3_600)
    };
    let (first, last) = (random.pick(FIRST), random.pick(LAST));
    Customer {
        customer_id,
        name: format!("{first} {last}"),
        email: email(random, first, last, customer_id),
        country: random.pick(COUNTRIES).to_owned(),
        created_at: instant(created),
        updated_at: instant(created),
    }
}

/// Mostly an address; sometimes shouted, padded, or none at all.
fn email(random: &mut Random, first: &str, last: &str, customer_id: i64) -> String {
    let plain = format!("{first}.{last}{customer_id}@example.com").to_lowercase();
    match random.below(100) {
        0..=79 => plain,
        80..=87 => plain.to_uppercase(),
        88..=93 => format!("  {plain} "),
        94..=96 => plain.replace('@', " at "),
        97..=98 => plain.replace(".com", ""),
        _ => String::new(),
    }
}

fn later(random: &mut Random, mut customer: Customer, opening: i64, changes: &mut Vec<ChangeDraft>) -> Option<i64> {
    let end = opening + DAYS * DAY;
    let mut at = customer.created_at.as_second();
    if random.chance(250) {
        at += random.between(1, 70) * DAY + random.between(0, DAY - 1);
        if at >= end {
            return None;
        }
        if random.chance(500) {
            customer.country = random.pick(COUNTRIES).to_owned();
        } else {
            customer.email =
                format!("{}.{}@example.org", customer.name.replace(' ', ".").to_lowercase(), customer.customer_id);
        }
        customer.updated_at = instant(at);
        changes.push(change(&customer, "update"));
    }
    // A few ask to be forgotten.
    let leaves = at + random.between(5, 80) * DAY;
    if random.chance(30) && leaves < end {
        customer.updated_at = instant(leaves);
        changes.push(change(&customer, "delete"));
        return Some(leaves);
    }
    None
}

fn change(customer: &Customer, op: &'static str) -> ChangeDraft {
    ChangeDraft {
        at: customer.updated_at.as_second(),
        table: "customers",
        op,
        key: customer.customer_id.to_string(),
        row: (op != "delete").then(|| json!(customer)),
    }
}

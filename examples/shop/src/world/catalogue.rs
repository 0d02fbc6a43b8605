//! What the shop sells.

use super::{ChangeDraft, DAY, DAYS, Product, instant};
use crate::random::Random;
use serde_json::json;

const PRODUCTS: usize = 120;

const FINISHES: &[&str] = &[
    "OATMEAL",
    "MIDNIGHT BLUE",
    "CHALK",
    "MOSS",
    "TERRACOTTA",
    "BRASS",
    "SMOKED",
    "STRIPED",
    "HAND PAINTED",
    "RECYCLED",
    "LINEN",
    "WALNUT",
];

/// Category, what belongs to it, and the range of its prices in cents.
const RANGES: &[(&str, &[&str], i64, i64)] = &[
    ("kitchen", &["MIXING BOWL", "BUTTER DISH", "TEA TOWEL", "ESPRESSO CUP SET", "BREAD BIN"], 395, 3_450),
    ("lighting", &["LANTERN", "CANDLE HOLDER", "DESK LAMP", "STRING OF LIGHTS", "PAPER SHADE"], 245, 7_900),
    ("textiles", &["CUSHION", "THROW", "TABLE RUNNER", "BATH MAT", "APRON"], 850, 5_600),
    ("garden", &["PLANT POT", "WATERING CAN", "BIRD FEEDER", "SEED TIN", "TROWEL"], 325, 4_200),
    ("stationery", &["NOTEBOOK", "WRAPPING PAPER", "CARD SET", "PENCIL TIN", "WALL PLANNER"], 145, 1_950),
    ("toys", &["WOODEN TRAIN", "MEMORY GAME", "KITE", "FINGER PUPPETS", "STACKING RINGS"], 475, 3_900),
];

/// The products as first listed and what happens to them later.
pub(super) fn generate(random: &mut Random, opening: i64) -> (Vec<Product>, Vec<ChangeDraft>) {
    let mut products = Vec::with_capacity(PRODUCTS);
    let mut changes = Vec::new();
    for number in 0..PRODUCTS {
        let product = draw(random, number, opening);
        changes.push(change(&product, "insert"));
        later(random, product.clone(), opening, &mut changes);
        products.push(product);
    }
    (products, changes)
}

fn draw(random: &mut Random, number: usize, opening: i64) -> Product {
    let (category, nouns, low, high) = RANGES[number % RANGES.len()];
    let letter = if random.chance(150) { random.pick(&["A", "B", "C"]) } else { "" };
    // Most of the catalogue is there from the first day; some products are new arrivals.
    let listed = if random.chance(100) { opening + random.between(5, 60) * DAY } else { opening };
    Product {
        sku: format!("{:05}{letter}", 20_700 + number * 13),
        name: format!("{} {}", random.pick(FINISHES), random.pick(nouns)),
        category: category.to_owned(),
        price_cents: (random.between(low, high) / 5) * 5,
        updated_at: instant(listed),
    }
}

fn later(random: &mut Random, mut product: Product, opening: i64, changes: &mut Vec<ChangeDraft>) {
    let end = opening + DAYS * DAY;
    let mut at = product.updated_at.as_second();
    for _ in 0..random.below(4) {
        at += random.between(3, 40) * DAY + random.between(0, DAY - 1);
        if at >= end {
            return;
        }
        product.price_cents = (product.price_cents * random.between(88, 115) / 100).max(50);
        product.updated_at = instant(at);
        changes.push(change(&product, "update"));
    }
    // A few products are delisted; what was sold of them stays in the books.
    let delisted = at + random.between(10, 60) * DAY;
    if random.chance(60) && delisted < end {
        product.updated_at = instant(delisted);
        changes.push(change(&product, "delete"));
    }
}

fn change(product: &Product, op: &'static str) -> ChangeDraft {
    ChangeDraft {
        at: product.updated_at.as_second(),
        table: "products",
        op,
        key: product.sku.clone(),
        row: (op != "delete").then(|| json!(product)),
    }
}

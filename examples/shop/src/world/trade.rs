//! Who buys what and when: a growing shop with strong weekends, many who buy once and some who keep coming.

use super::people::Person;
use super::{DAY, DAYS, Order, OrderHistory, OrderItem, Product, instant};
use crate::random::Random;

const FIRST_ORDER: i64 = 100_001;
/// Orders on a plain day at the beginning.
const BASE_ORDERS: i64 = 17;

pub(super) fn generate(
    random: &mut Random,
    opening: i64,
    products: &[Product],
    people: &[Person],
) -> Vec<OrderHistory> {
    let mut orders = Vec::new();
    for day in 0..DAYS {
        let mut times: Vec<i64> =
            (0..orders_on(random, day)).map(|_| opening + day * DAY + random.between(6 * 3_600, 23 * 3_600)).collect();
        times.sort_unstable();
        for at in times {
            let order_id = FIRST_ORDER + orders.len() as i64;
            orders.push(draw(random, order_id, at, products, people));
        }
    }
    orders
}

fn orders_on(random: &mut Random, day: i64) -> i64 {
    // In percent of a plain day, from the first day of the history on.
    let weekday = [90, 92, 95, 100, 125, 150, 130][(day % 7) as usize];
    let trend = 100 + day / 3;
    (BASE_ORDERS * weekday * trend * random.between(85, 115) + 500_000) / 1_000_000
}

fn draw(random: &mut Random, order_id: i64, at: i64, products: &[Product], people: &[Person]) -> OrderHistory {
    let customer_id = if random.chance(60) { None } else { buyer(random, at, people) };
    let order = Order {
        order_id,
        customer_id,
        status: "placed".to_owned(),
        ordered_at: instant(at),
        updated_at: instant(at),
        items: items(random, at, products),
    };
    OrderHistory { order, states: states(random, at) }
}

fn buyer(random: &mut Random, at: i64, people: &[Person]) -> Option<i64> {
    // Accounts are sorted by age, and cubing draws the oldest far more often: those are the regulars.
    let known = people.partition_point(|person| person.customer.created_at.as_second() <= at);
    let index = (random.unit().powi(3) * known as f64) as usize;
    let person = people.get(index)?;
    let is_here = person.leaves.is_none_or(|leaves| at < leaves);
    is_here.then_some(person.customer.customer_id)
}

fn items(random: &mut Random, at: i64, products: &[Product]) -> Vec<OrderItem> {
    let listed: Vec<&Product> = products.iter().filter(|product| product.updated_at.as_second() <= at).collect();
    let mut skus: Vec<&Product> = Vec::new();
    for _ in 0..random.between(1, 6) {
        // Squaring makes best sellers of the first half of the catalogue.
        let index = (random.unit().powi(2) * listed.len() as f64) as usize;
        if let Some(product) = listed.get(index)
            && !skus.iter().any(|known| known.sku == product.sku)
        {
            skus.push(product);
        }
    }
    skus.into_iter()
        .zip(1..)
        .map(|(product, line_no)| OrderItem {
            line_no,
            sku: product.sku.clone(),
            quantity: if random.chance(80) { random.between(6, 24) } else { random.between(1, 4) },
            unit_price_cents: product.price_cents,
        })
        .collect()
}

fn states(random: &mut Random, at: i64) -> Vec<(jiff::Timestamp, &'static str)> {
    let paid = at + random.between(60, 7_200);
    if random.chance(60) {
        return vec![(instant(paid), "cancelled")];
    }
    let shipped = paid + random.between(DAY / 2, 2 * DAY);
    let delivered = shipped + random.between(DAY, 4 * DAY);
    let mut states = vec![(instant(paid), "paid"), (instant(shipped), "shipped"), (instant(delivered), "delivered")];
    if random.chance(35) {
        states.push((instant(delivered + random.between(2 * DAY, 10 * DAY)), "returned"));
    }
    states
}

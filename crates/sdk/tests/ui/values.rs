//! Values used as what they are not, and values that cannot be kept.

use headwater::prelude::*;

struct Opaque;

#[asset]
fn cannot_be_kept() -> Opaque {
    Opaque
}

#[asset]
fn raw_orders() -> Vec<u64> {
    vec![1]
}

#[asset]
fn reads_it_wrong(raw_orders: Input<raw_orders>) -> String {
    let orders: &Vec<String> = &raw_orders;
    orders.concat()
}

#[asset]
fn takes_something_else(count: usize) {}

#[multi_asset(output(left: u8))]
fn halves() -> Outputs<halves> {
    Outputs::new().with::<left>("text").with::<raw_orders>(vec![])
}

#[asset]
fn fails_with_a_number() -> Result<(), u8> {
    Err(7)
}

#[check(asset = raw_orders)]
fn finds_a_number(orders: &[u64]) -> usize {
    orders.len()
}

fn main() {
    let _ = definitions![raw_orders, left, Opaque];
}

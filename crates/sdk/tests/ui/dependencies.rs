//! Dependencies that do not exist, are no assets, or have another type.

use headwater::prelude::*;

struct NotAnAsset;

#[asset]
fn raw_orders() -> Vec<u64> {
    vec![1]
}

#[asset]
fn no_such_asset(orders: Input<raw_order>) -> usize {
    orders.len()
}

#[asset(deps = [raw_orders, raw_customers])]
fn no_such_dep() {}

#[asset]
fn no_asset_at_all(thing: Input<NotAnAsset>) {}

#[asset]
fn another_type(orders: Input<raw_orders, Vec<String>>) -> usize {
    orders.len()
}

#[check(asset = raw_orders)]
fn checks_another_type(orders: &[String]) -> bool {
    orders.is_empty()
}

fn main() {}

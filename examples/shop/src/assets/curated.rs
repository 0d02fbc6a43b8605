//! curated, the master data: customers, products, orders and their lines, of both channels in one shape.

use super::facts::{personal_table, sample, table, verdict};
use super::{clean, raw};
use crate::checks::{accepted_values, not_null, references, unique};
use crate::curate::{self, Customer, Order, OrderItem, OrderState, Product};
use crate::setup::Setup;
use headwater::prelude::*;

/// Accounts, and the numbers only the tills know; people who asked to be forgotten stay away.
#[asset(
    key_prefix = "curated", group = "curated", owners = ["team:analytics"], kinds = ["sqlite", "pii"],
    tags(zone = "curated", pii), code_version = "1", deps = [clean::customers, clean::till_lines, raw::changes],
    timeout = "5m", pool = "warehouse",
)]
pub async fn customers(shop: Res<Setup>) -> Result<Materialized> {
    curate::build_customers(&shop.warehouse).await?;
    Ok(personal_table::<Customer>(&shop.warehouse, &["name", "email"]).await?)
}

/// No customer comes twice.
#[check(asset = customers)]
pub async fn customer_is_unique(shop: Res<Setup>) -> Result<CheckResult> {
    Ok(verdict(unique::<Customer>(&shop.warehouse, &["customer_id"]).await?))
}

/// Every stock code that is listed or was ever sold.
#[asset(
    key_prefix = "curated", group = "curated", owners = ["team:analytics"], kinds = ["sqlite"],
    tags(zone = "curated"), code_version = "1", deps = [clean::products, clean::order_items, clean::till_lines],
    timeout = "5m", pool = "warehouse",
)]
pub async fn products(shop: Res<Setup>) -> Result<Materialized> {
    curate::build_products(&shop.warehouse).await?;
    Ok(table::<Product>(&shop.warehouse).await?.meta("sample", sample::<Product>(&shop.warehouse).await?))
}

/// Every product has a name.
#[check(asset = products)]
pub async fn product_has_name(shop: Res<Setup>) -> Result<CheckResult> {
    Ok(verdict(not_null::<Product>(&shop.warehouse, "name").await?))
}

/// Orders of both channels in one shape.
#[asset(
    key_prefix = "curated", group = "curated", owners = ["team:analytics"], kinds = ["sqlite"],
    tags(zone = "curated"), code_version = "1",
    deps = [clean::orders, clean::order_items, clean::till_lines, customers], timeout = "5m", pool = "warehouse",
)]
pub async fn orders(shop: Res<Setup>) -> Result<Materialized> {
    curate::build_orders(&shop.warehouse).await?;
    Ok(table::<Order>(&shop.warehouse).await?.meta("sample", sample::<Order>(&shop.warehouse).await?))
}

/// Every order with a customer number has its customer.
#[check(asset = orders, blocking)]
pub async fn customer_exists(shop: Res<Setup>) -> Result<CheckResult> {
    Ok(verdict(references::<Order, Customer>(&shop.warehouse, "customer_id", "customer_id").await?))
}

/// Every order is in a state that reports know.
#[check(asset = orders, blocking)]
pub async fn state_is_known(shop: Res<Setup>) -> Result<CheckResult> {
    Ok(verdict(accepted_values::<Order>(&shop.warehouse, "state", OrderState::ALL).await?))
}

/// Lines that count towards revenue; refunds are negative.
#[asset(
    key_prefix = "curated", group = "curated", owners = ["team:analytics"], kinds = ["sqlite"],
    tags(zone = "curated"), code_version = "1", deps = [orders, products, clean::order_items, clean::till_lines],
    timeout = "5m", pool = "warehouse",
)]
pub async fn order_items(shop: Res<Setup>) -> Result<Materialized> {
    curate::build_order_items(&shop.warehouse).await?;
    Ok(table::<OrderItem>(&shop.warehouse).await?.meta("sample", sample::<OrderItem>(&shop.warehouse).await?))
}

/// Every line has its product.
#[check(asset = order_items, blocking)]
pub async fn product_exists(shop: Res<Setup>) -> Result<CheckResult> {
    Ok(verdict(references::<OrderItem, Product>(&shop.warehouse, "sku", "sku").await?))
}

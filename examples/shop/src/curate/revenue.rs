//! What the orders add up to.

use super::{Channel, Customer, Order, OrderItem, OrderState, Product};
use crate::warehouse::{Record, Warehouse, WarehouseError, record};
use jiff::civil::Date;
use std::collections::{BTreeMap, BTreeSet};

record! {
    /// One row per day and channel with a line that counts.
    pub struct DailyRevenue in "curated_daily_revenue" key(day, channel) {
        /// The day.
        pub day: Date,
        /// The channel.
        pub channel: Channel,
        /// Orders and refunds.
        pub orders: i64,
        /// Pieces, refunded ones taken off.
        pub units: i64,
        /// Cents, refunds taken off.
        pub revenue_cents: i64,
    }
}

record! {
    /// One row per customer who bought something.
    pub struct LifetimeValue in "curated_customer_lifetime_value" key(customer_id) {
        /// Customer number.
        pub customer_id: i64,
        /// Country code.
        pub country_code: String,
        /// Day of the first order.
        pub first_day: Date,
        /// Day of the last order.
        pub last_day: Date,
        /// Orders that count, refunds left out.
        pub orders: i64,
        /// Cents, refunds taken off.
        pub revenue_cents: i64,
        /// Revenue per order in cents, rounded down.
        pub average_order_cents: i64,
    }
}

record! {
    /// One row per product.
    pub struct ProductPerformance in "curated_product_performance" key(sku) {
        /// Stock code.
        pub sku: String,
        /// Name.
        pub name: String,
        /// Category.
        pub category: String,
        /// Orders it is in, refunds left out.
        pub orders: i64,
        /// Pieces sold.
        pub units_sold: i64,
        /// Pieces refunded.
        pub units_refunded: i64,
        /// Cents, refunds taken off.
        pub revenue_cents: i64,
        /// Place by revenue, from 1.
        pub revenue_rank: i64,
    }
}

record! {
    /// One row per country.
    pub struct CountryRevenue in "curated_country_revenue" key(country_code) {
        /// Country code.
        pub country_code: String,
        /// Known customers who bought.
        pub customers: i64,
        /// Orders and refunds.
        pub orders: i64,
        /// Cents, refunds taken off.
        pub revenue_cents: i64,
    }
}

record! {
    /// One row per day and channel with an order.
    pub struct CancellationRate in "curated_cancellation_rate" key(day, channel) {
        /// The day.
        pub day: Date,
        /// The channel.
        pub channel: Channel,
        /// Orders of every state.
        pub orders: i64,
        /// Of these cancelled, returned or refunded.
        pub lost: i64,
        /// Lost orders in a thousand.
        pub rate_permille: i64,
    }
}

/// Revenue by day and channel. Its sum is the sum of all items.
#[must_use]
pub fn daily_revenue(items: &[OrderItem]) -> Vec<DailyRevenue> {
    let mut days: BTreeMap<(Date, Channel), (BTreeSet<&str>, i64, i64)> = BTreeMap::new();
    for item in items {
        let (orders, units, cents) = days.entry((item.day, item.channel)).or_default();
        orders.insert(&item.order_key);
        *units += item.quantity;
        *cents += item.amount_cents;
    }
    days.into_iter()
        .map(|((day, channel), (orders, units, revenue_cents))| DailyRevenue {
            day,
            channel,
            orders: orders.len() as i64,
            units,
            revenue_cents,
        })
        .collect()
}

/// What each known customer has brought in.
#[must_use]
pub fn lifetime_values(orders: &[Order], customers: &[Customer]) -> Vec<LifetimeValue> {
    let mut by_customer: BTreeMap<i64, Vec<&Order>> = BTreeMap::new();
    for order in orders.iter().filter(|order| order.state.counts()) {
        if let Some(id) = order.customer_id {
            by_customer.entry(id).or_default().push(order);
        }
    }
    customers.iter().filter_map(|customer| lifetime_value(customer, by_customer.get(&customer.customer_id)?)).collect()
}

/// `None` for someone with refunds only.
fn lifetime_value(customer: &Customer, orders: &[&Order]) -> Option<LifetimeValue> {
    let bought = || orders.iter().filter(|order| order.state != OrderState::Refund);
    let count = bought().count() as i64;
    let revenue_cents: i64 = orders.iter().map(|order| order.amount_cents).sum();
    Some(LifetimeValue {
        customer_id: customer.customer_id,
        country_code: customer.country_code.clone(),
        first_day: bought().map(|order| order.day).min()?,
        last_day: bought().map(|order| order.day).max()?,
        orders: count,
        revenue_cents,
        average_order_cents: revenue_cents.div_euclid(count.max(1)),
    })
}

/// How each product sells, best first by rank; products without a sale have the last ranks.
#[must_use]
pub fn product_performance(products: &[Product], items: &[OrderItem]) -> Vec<ProductPerformance> {
    let mut by_sku: BTreeMap<&str, Vec<&OrderItem>> = BTreeMap::new();
    for item in items {
        by_sku.entry(&item.sku).or_default().push(item);
    }
    let mut rows: Vec<ProductPerformance> = products
        .iter()
        .map(|product| performance(product, by_sku.get(product.sku.as_str()).map_or(&[], Vec::as_slice)))
        .collect();
    rows.sort_by(|a, b| (b.revenue_cents, &a.sku).cmp(&(a.revenue_cents, &b.sku)));
    for (row, rank) in rows.iter_mut().zip(1..) {
        row.revenue_rank = rank;
    }
    rows
}

fn performance(product: &Product, items: &[&OrderItem]) -> ProductPerformance {
    let sold = || items.iter().filter(|item| item.quantity > 0);
    let orders: BTreeSet<&str> = sold().map(|item| item.order_key.as_str()).collect();
    ProductPerformance {
        sku: product.sku.clone(),
        name: product.name.clone(),
        category: product.category.clone(),
        orders: orders.len() as i64,
        units_sold: sold().map(|item| item.quantity).sum(),
        units_refunded: items.iter().map(|item| -item.quantity.min(0)).sum(),
        revenue_cents: items.iter().map(|item| item.amount_cents).sum(),
        revenue_rank: 0,
    }
}

/// Revenue by the country of the order. Its sum is the sum of all items.
#[must_use]
pub fn country_revenue(orders: &[Order]) -> Vec<CountryRevenue> {
    let mut countries: BTreeMap<&str, (BTreeSet<i64>, i64, i64)> = BTreeMap::new();
    for order in orders.iter().filter(|order| order.state.counts()) {
        let (customers, count, cents) = countries.entry(&order.country_code).or_default();
        customers.extend(order.customer_id);
        *count += 1;
        *cents += order.amount_cents;
    }
    countries
        .into_iter()
        .map(|(country_code, (customers, orders, revenue_cents))| CountryRevenue {
            country_code: country_code.to_owned(),
            customers: customers.len() as i64,
            orders,
            revenue_cents,
        })
        .collect()
}

/// How many orders of each day were lost.
#[must_use]
pub fn cancellation_rates(orders: &[Order]) -> Vec<CancellationRate> {
    let mut days: BTreeMap<(Date, Channel), (i64, i64)> = BTreeMap::new();
    for order in orders {
        let (all, lost) = days.entry((order.day, order.channel)).or_default();
        *all += 1;
        let is_lost = matches!(order.state, OrderState::Cancelled | OrderState::Returned | OrderState::Refund);
        *lost += i64::from(is_lost);
    }
    days.into_iter()
        .map(|((day, channel), (orders, lost))| CancellationRate {
            day,
            channel,
            orders,
            lost,
            rate_permille: lost * 1000 / orders,
        })
        .collect()
}

/// Builds `curated_daily_revenue` and returns its number of rows.
///
/// # Errors
/// When the warehouse refuses.
pub async fn build_daily_revenue(warehouse: &Warehouse) -> Result<usize, WarehouseError> {
    replace(warehouse, &daily_revenue(&warehouse.read_all().await?)).await
}

/// Builds `curated_customer_lifetime_value` and returns its number of rows.
///
/// # Errors
/// When the warehouse refuses.
pub async fn build_lifetime_value(warehouse: &Warehouse) -> Result<usize, WarehouseError> {
    replace(warehouse, &lifetime_values(&warehouse.read_all().await?, &warehouse.read_all().await?)).await
}

/// Builds `curated_product_performance` and returns its number of rows.
///
/// # Errors
/// When the warehouse refuses.
pub async fn build_product_performance(warehouse: &Warehouse) -> Result<usize, WarehouseError> {
    replace(warehouse, &product_performance(&warehouse.read_all().await?, &warehouse.read_all().await?)).await
}

/// Builds `curated_country_revenue` and returns its number of rows.
///
/// # Errors
/// When the warehouse refuses.
pub async fn build_country_revenue(warehouse: &Warehouse) -> Result<usize, WarehouseError> {
    replace(warehouse, &country_revenue(&warehouse.read_all().await?)).await
}

/// Builds `curated_cancellation_rate` and returns its number of rows.
///
/// # Errors
/// When the warehouse refuses.
pub async fn build_cancellation_rate(warehouse: &Warehouse) -> Result<usize, WarehouseError> {
    replace(warehouse, &cancellation_rates(&warehouse.read_all().await?)).await
}

async fn replace<R: Record>(warehouse: &Warehouse, rows: &[R]) -> Result<usize, WarehouseError> {
    warehouse.replace_all(rows).await?;
    Ok(rows.len())
}

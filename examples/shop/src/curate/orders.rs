//! Orders and order items of both channels.

use super::Customer;
use crate::cleanse::{CleanExportLine, CleanOrder, CleanOrderItem, LineKind, UNKNOWN};
use crate::warehouse::{Warehouse, WarehouseError, record, text_enum};
use crate::world::day_of;
use jiff::Timestamp;
use jiff::civil::Date;
use std::collections::BTreeMap;

text_enum! {
    /// Where an order was made.
    pub enum Channel {
        /// The web shop.
        Web = "web",
        /// The till.
        Till = "till",
    }
}

text_enum! {
    /// Where an order stands.
    pub enum OrderState {
        /// Placed, paid or on its way.
        Open = "open",
        /// Delivered, or sold over the counter.
        Completed = "completed",
        /// Called off before it was sent.
        Cancelled = "cancelled",
        /// Sent back.
        Returned = "returned",
        /// Money given back at the till; its amounts are negative.
        Refund = "refund",
    }
}

impl OrderState {
    /// Whether the amounts of such an order are part of revenue.
    #[must_use]
    pub fn counts(self) -> bool {
        matches!(self, Self::Open | Self::Completed | Self::Refund)
    }
}

record! {
    /// One row per order or invoice.
    pub struct Order in "curated_orders" key(order_key) {
        /// `web:100001` or `till:536365`.
        pub order_key: String,
        /// Where it was made.
        pub channel: Channel,
        /// A number in `curated_customers`; absent for guests and for those who were forgotten.
        pub customer_id: Option<i64>,
        /// The day it was made.
        pub day: Date,
        /// When it was made.
        pub ordered_at: Timestamp,
        /// Where it stands.
        pub state: OrderState,
        /// Country code.
        pub country_code: String,
        /// Lines.
        pub lines: i64,
        /// Sum of its lines in cents, whether or not it counts.
        pub amount_cents: i64,
    }
}

record! {
    /// One row per line that counts towards revenue.
    pub struct OrderItem in "curated_order_items" key(order_key, line_no) {
        /// The order.
        pub order_key: String,
        /// Position within the order, or line in the till's file.
        pub line_no: i64,
        /// Where it was sold.
        pub channel: Channel,
        /// The day of the order.
        pub day: Date,
        /// Stock code.
        pub sku: String,
        /// Pieces; negative in a refund.
        pub quantity: i64,
        /// Price of one in cents.
        pub unit_price_cents: i64,
        /// Quantity times price.
        pub amount_cents: i64,
    }
}

/// The state a status word of the web shop stands for; `None` for a word nobody agreed on.
#[must_use]
pub fn order_state(status: &str) -> Option<OrderState> {
    match status {
        "placed" | "paid" | "shipped" => Some(OrderState::Open),
        "delivered" => Some(OrderState::Completed),
        "cancelled" => Some(OrderState::Cancelled),
        "returned" => Some(OrderState::Returned),
        _ => None,
    }
}

/// Orders of both channels. An order whose status nobody agreed on is left out; the blocking check on `clean_orders`
/// keeps this from happening unnoticed.
#[must_use]
pub fn orders(
    web: &[CleanOrder],
    web_items: &[CleanOrderItem],
    till: &[CleanExportLine],
    customers: &[Customer],
) -> Vec<Order> {
    let countries: BTreeMap<i64, &str> =
        customers.iter().map(|customer| (customer.customer_id, customer.country_code.as_str())).collect();
    let mut totals: BTreeMap<i64, (i64, i64)> = BTreeMap::new();
    for item in web_items {
        let (lines, amount) = totals.entry(item.order_id).or_default();
        *lines += 1;
        *amount += item.quantity * item.unit_price_cents;
    }
    let mut rows: Vec<Order> = web
        .iter()
        .filter_map(|order| {
            let totals = totals.get(&order.order_id).copied().unwrap_or_default();
            web_order(order, totals, &countries)
        })
        .collect();
    rows.extend(till_orders(till, &countries));
    rows
}

fn web_order(order: &CleanOrder, (lines, amount_cents): (i64, i64), countries: &BTreeMap<i64, &str>) -> Option<Order> {
    let country = order.customer_id.and_then(|id| countries.get(&id));
    Some(Order {
        order_key: web_key(order.order_id),
        channel: Channel::Web,
        customer_id: order.customer_id.filter(|_| country.is_some()),
        day: day_of(order.ordered_at),
        ordered_at: order.ordered_at,
        state: order_state(&order.status)?,
        country_code: (*country.unwrap_or(&UNKNOWN)).to_owned(),
        lines,
        amount_cents,
    })
}

fn till_orders(till: &[CleanExportLine], countries: &BTreeMap<i64, &str>) -> Vec<Order> {
    let mut invoices: BTreeMap<String, Order> = BTreeMap::new();
    for line in till {
        let order = invoices.entry(till_key(&line.invoice)).or_insert_with_key(|order_key| Order {
            order_key: order_key.clone(),
            channel: Channel::Till,
            customer_id: line.customer_id.filter(|id| countries.contains_key(id)),
            day: line.day,
            ordered_at: line.invoiced_at,
            state: if line.kind == LineKind::Sale { OrderState::Completed } else { OrderState::Refund },
            country_code: line.country_code.clone(),
            lines: 0,
            amount_cents: 0,
        });
        order.lines += 1;
        order.amount_cents += line.quantity * line.unit_price_cents;
    }
    invoices.into_values().collect()
}

/// The lines of every order that counts.
#[must_use]
pub fn order_items(orders: &[Order], web_items: &[CleanOrderItem], till: &[CleanExportLine]) -> Vec<OrderItem> {
    let counting: BTreeMap<&str, &Order> =
        orders.iter().filter(|order| order.state.counts()).map(|order| (order.order_key.as_str(), order)).collect();
    let from_web = web_items.iter().filter_map(|item| {
        let order = counting.get(web_key(item.order_id).as_str())?;
        Some(line(order, item.line_no, &item.sku, item.quantity, item.unit_price_cents))
    });
    let from_till = till.iter().filter_map(|item| {
        let order = counting.get(till_key(&item.invoice).as_str())?;
        Some(line(order, item.line_no, &item.sku, item.quantity, item.unit_price_cents))
    });
    from_web.chain(from_till).collect()
}

fn line(order: &Order, line_no: i64, sku: &str, quantity: i64, unit_price_cents: i64) -> OrderItem {
    OrderItem {
        order_key: order.order_key.clone(),
        line_no,
        channel: order.channel,
        day: order.day,
        sku: sku.to_owned(),
        quantity,
        unit_price_cents,
        amount_cents: quantity * unit_price_cents,
    }
}

fn web_key(order_id: i64) -> String {
    format!("web:{order_id}")
}

fn till_key(invoice: &str) -> String {
    format!("till:{invoice}")
}

/// Builds `curated_orders` and returns its number of rows.
///
/// # Errors
/// When the warehouse refuses.
pub async fn build_orders(warehouse: &Warehouse) -> Result<usize, WarehouseError> {
    let (web, items) = (warehouse.read_all().await?, warehouse.read_all().await?);
    let (till, customers) = (warehouse.read_all().await?, warehouse.read_all().await?);
    let rows = orders(&web, &items, &till, &customers);
    warehouse.replace_all(&rows).await?;
    Ok(rows.len())
}

/// Builds `curated_order_items` and returns its number of rows.
///
/// # Errors
/// When the warehouse refuses.
pub async fn build_order_items(warehouse: &Warehouse) -> Result<usize, WarehouseError> {
    let (orders, items) = (warehouse.read_all().await?, warehouse.read_all().await?);
    let rows = order_items(&orders, &items, &warehouse.read_all().await?);
    warehouse.replace_all(&rows).await?;
    Ok(rows.len())
}

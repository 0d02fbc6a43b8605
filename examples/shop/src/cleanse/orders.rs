//! Orders and their lines, out of the payload the API gave.

use super::{Built, Cleansed, store};
use crate::ingest::RawOrder;
use crate::warehouse::{Record, Warehouse, WarehouseError, record};
use crate::world::Order;
use jiff::Timestamp;
use std::collections::BTreeSet;

record! {
    /// One row per order of the web shop.
    pub struct CleanOrder in "clean_orders" key(order_id) {
        /// Order number.
        pub order_id: i64,
        /// Absent for guests.
        pub customer_id: Option<i64>,
        /// In lower case. Text, not a closed list: the check of accepted values is what keeps strangers out.
        pub status: String,
        /// When it was placed.
        pub ordered_at: Timestamp,
        /// When its status last changed.
        pub updated_at: Timestamp,
    }
}

record! {
    /// One row per line of a web order.
    pub struct CleanOrderItem in "clean_order_items" key(order_id, line_no) {
        /// Order number.
        pub order_id: i64,
        /// Position, from 1.
        pub line_no: i64,
        /// Stock code, in upper case.
        pub sku: String,
        /// Pieces; the check wants at least one.
        pub quantity: i64,
        /// Price of one in cents.
        pub unit_price_cents: i64,
    }
}

/// Order headers out of raw orders. Sets aside what is no order.
#[must_use]
pub fn cleanse_orders(raw: &[RawOrder]) -> Cleansed<CleanOrder> {
    let mut cleansed = Cleansed::default();
    for row in raw {
        match serde_json::from_str::<Order>(&row.payload) {
            Err(error) => cleansed.reject(RawOrder::TABLE, &row.order_id, "not_an_order", &error),
            Ok(order) if order.order_id != row.order_id => {
                cleansed.reject(RawOrder::TABLE, &row.order_id, "other_order_inside", &order.order_id);
            }
            Ok(order) => cleansed.rows.push(CleanOrder {
                order_id: order.order_id,
                customer_id: order.customer_id,
                status: order.status.trim().to_lowercase(),
                ordered_at: order.ordered_at,
                updated_at: order.updated_at,
            }),
        }
    }
    cleansed
}

/// Order lines out of raw orders. What is no order was set aside with the headers; here repeated lines are.
#[must_use]
pub fn cleanse_order_items(raw: &[RawOrder]) -> Cleansed<CleanOrderItem> {
    let mut cleansed = Cleansed::default();
    for order in raw.iter().filter_map(|row| serde_json::from_str::<Order>(&row.payload).ok()) {
        let mut seen = BTreeSet::new();
        for item in order.items {
            if !seen.insert(item.line_no) {
                let key = format!("{}/{}", order.order_id, item.line_no);
                cleansed.reject(ITEMS_SOURCE, &key, "repeated_line", &item.sku);
                continue;
            }
            cleansed.rows.push(CleanOrderItem {
                order_id: order.order_id,
                line_no: item.line_no,
                sku: item.sku.trim().to_uppercase(),
                quantity: item.quantity,
                unit_price_cents: item.unit_price_cents,
            });
        }
    }
    cleansed
}

const ITEMS_SOURCE: &str = "raw_orders.items";

/// Builds `clean_orders`.
///
/// # Errors
/// When the warehouse refuses.
pub async fn build_orders(warehouse: &Warehouse) -> Result<Built, WarehouseError> {
    let cleansed = cleanse_orders(&warehouse.read_all().await?);
    store(warehouse, RawOrder::TABLE, &cleansed).await
}

/// Builds `clean_order_items`.
///
/// # Errors
/// When the warehouse refuses.
pub async fn build_order_items(warehouse: &Warehouse) -> Result<Built, WarehouseError> {
    let cleansed = cleanse_order_items(&warehouse.read_all().await?);
    store(warehouse, ITEMS_SOURCE, &cleansed).await
}

#[cfg(test)]
mod tests {
    use super::{cleanse_order_items, cleanse_orders};
    use crate::ingest::RawOrder;
    use jiff::Timestamp;

    fn raw(order_id: i64, payload: &str) -> RawOrder {
        let (payload, load_key) = (payload.to_owned(), String::new());
        RawOrder { order_id, updated_at: Timestamp::UNIX_EPOCH, payload, load_key }
    }

    #[test]
    fn headers_and_lines_come_apart_and_nonsense_is_set_aside() {
        let line = r#"{"line_no":1,"sku":" 22041b ","quantity":2,"unit_price_cents":210}"#;
        let order = |id| {
            format!(
                r#"{{"order_id":{id},"customer_id":null,"status":" Paid ","ordered_at":"2026-01-01T10:00:00Z",
                "updated_at":"2026-01-01T11:00:00Z","items":[{line},{line}]}}"#
            )
        };
        let rows = [raw(1, &order(1)), raw(2, &order(9)), raw(3, "{}")];
        let headers = cleanse_orders(&rows);
        assert_eq!(headers.rows.len(), 1);
        assert_eq!(headers.rows[0].status, "paid");
        let reasons: Vec<&str> = headers.rejects.iter().map(|reject| reject.reason.as_str()).collect();
        assert_eq!(reasons, ["other_order_inside", "not_an_order"]);
        let lines = cleanse_order_items(&rows[..1]);
        assert_eq!((lines.rows.len(), lines.rejects.len()), (1, 1));
        assert_eq!(lines.rows[0].sku, "22041B");
    }
}

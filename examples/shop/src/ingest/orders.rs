//! Orders from the API, page by page.

use super::{IngestError, ShopClient};
use crate::shop_api::Page;
use crate::warehouse::{Warehouse, record};
use crate::world::Order;
use jiff::Timestamp;

record! {
    /// An order as the API gave it last.
    pub struct RawOrder in "raw_orders" key(order_id) {
        /// Order number.
        pub order_id: i64,
        /// When the shop last changed it.
        pub updated_at: Timestamp,
        /// The order as JSON, unchanged.
        pub payload: String,
        /// The load that brought this version.
        pub load_key: String,
    }
}

/// What a load did.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OrdersLoad {
    /// Orders received, changed ones included.
    pub rows: usize,
    /// Pages read.
    pub pages: usize,
    /// Where the next load starts.
    pub cursor: Option<Timestamp>,
}

/// Loads every order that changed at or after `cursor`, or all of them.
///
/// The filter is inclusive on purpose: two orders may change in the same second, and reading one twice is an upsert
/// of the same row. Each page is committed by itself, so a load that breaks off keeps what it got; the cursor is only
/// handed out at the end, so the next one reads from the same place.
///
/// # Errors
/// When the API stays unavailable or answers nonsense, or the warehouse refuses.
pub async fn load_orders(
    shop: &ShopClient,
    warehouse: &Warehouse,
    cursor: Option<Timestamp>,
    load_key: &str,
) -> Result<OrdersLoad, IngestError> {
    let mut load = OrdersLoad { rows: 0, pages: 0, cursor };
    let mut path = match cursor {
        Some(since) => format!("/orders?updated_since={since}"),
        None => "/orders".to_owned(),
    };
    loop {
        let page: Page<Order> = shop.get(&path).await?;
        let rows = page.data.iter().map(|order| raw(order, load_key, &path)).collect::<Result<Vec<_>, _>>()?;
        warehouse.upsert(&rows).await?;
        load.rows += rows.len();
        load.pages += 1;
        load.cursor = load.cursor.max(page.data.iter().map(|order| order.updated_at).max());
        match page.next {
            // A page that points at itself would go round for ever.
            Some(next) if next == path => {
                return Err(IngestError::Unexpected { url: path, problem: "the next page is this page".to_owned() });
            }
            Some(next) => path = next,
            None => return Ok(load),
        }
    }
}

fn raw(order: &Order, load_key: &str, url: &str) -> Result<RawOrder, IngestError> {
    let payload = serde_json::to_string(order)
        .map_err(|error| IngestError::Unexpected { url: url.to_owned(), problem: error.to_string() })?;
    Ok(RawOrder { order_id: order.order_id, updated_at: order.updated_at, payload, load_key: load_key.to_owned() })
}

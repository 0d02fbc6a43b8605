//! Where the next loads start.

use super::{RawChange, RawCustomer, RawOrder, RawProduct};
use crate::warehouse::{Warehouse, WarehouseError};
use jiff::Timestamp;

/// Where each incremental load starts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Cursors {
    /// For [`super::load_orders`].
    pub orders: Option<Timestamp>,
    /// For [`super::load_changes`].
    pub changes: i64,
    /// For [`super::apply_customers`].
    pub customers: i64,
    /// For [`super::apply_products`].
    pub products: i64,
}

/// The cursors as the warehouse itself shows them.
///
/// They never point behind a row that is missing: a warehouse that was restored or deleted is filled again. The applied
/// positions may lie before the true ones when the last change was a delete; applying that once more is harmless.
///
/// # Errors
/// When the warehouse refuses.
pub async fn cursors(warehouse: &Warehouse) -> Result<Cursors, WarehouseError> {
    let orders = warehouse.max::<RawOrder>("updated_at").await?;
    Ok(Cursors {
        orders: orders.and_then(|seconds| Timestamp::from_second(seconds).ok()),
        changes: warehouse.max::<RawChange>("seq").await?.unwrap_or(0),
        customers: warehouse.max::<RawCustomer>("seq").await?.unwrap_or(0),
        products: warehouse.max::<RawProduct>("seq").await?.unwrap_or(0),
    })
}

//! The catalogue.

use super::{Built, Cleansed, store};
use crate::ingest::RawProduct;
use crate::warehouse::{Record, Warehouse, WarehouseError, record};
use crate::world::Product;
use jiff::Timestamp;

record! {
    /// One row per product that is listed now.
    pub struct CleanProduct in "clean_products" key(sku) {
        /// Stock code, in upper case.
        pub sku: String,
        /// Name.
        pub name: String,
        /// Category.
        pub category: String,
        /// Price of one in cents.
        pub price_cents: i64,
        /// When it last changed.
        pub updated_at: Timestamp,
    }
}

/// Products out of the current state of the stream. Sets aside what has no price.
#[must_use]
pub fn cleanse_products(raw: &[RawProduct]) -> Cleansed<CleanProduct> {
    let mut cleansed = Cleansed::default();
    for row in raw {
        match serde_json::from_str::<Product>(&row.payload) {
            Err(error) => cleansed.reject(RawProduct::TABLE, &row.sku, "not_a_product", &error),
            Ok(product) if product.price_cents <= 0 => {
                cleansed.reject(RawProduct::TABLE, &row.sku, "no_price", &product.price_cents);
            }
            Ok(product) => cleansed.rows.push(CleanProduct {
                sku: product.sku.trim().to_uppercase(),
                name: product.name.trim().to_owned(),
                category: product.category.trim().to_lowercase(),
                price_cents: product.price_cents,
                updated_at: product.updated_at,
            }),
        }
    }
    cleansed
}

/// Builds `clean_products`.
///
/// # Errors
/// When the warehouse refuses.
pub async fn build_products(warehouse: &Warehouse) -> Result<Built, WarehouseError> {
    let cleansed = cleanse_products(&warehouse.read_all().await?);
    store(warehouse, RawProduct::TABLE, &cleansed).await
}

//! From the raw zone to tables with one meaning per column. Cleansing drops nothing silently: a row is kept or set
//! aside in `clean_rejects` with its reason.

mod country;
mod customers;
mod export;
mod orders;
mod products;

pub use country::{CODES, UNKNOWN, country_code};
pub use customers::{CleanCustomer, build_customers, cleanse_customers};
pub use export::{CleanExportLine, LineKind, build_export_lines, cleanse_export_lines};
pub use orders::{CleanOrder, CleanOrderItem, build_order_items, build_orders, cleanse_order_items, cleanse_orders};
pub use products::{CleanProduct, build_products, cleanse_products};

use crate::warehouse::{Record, Warehouse, WarehouseError, record};
use std::collections::BTreeMap;
use std::fmt::Display;

record! {
    /// A raw row that was set aside.
    pub struct CleanReject in "clean_rejects" key(source, row_key) {
        /// Raw table it comes from.
        pub source: String,
        /// Its key there.
        pub row_key: String,
        /// Kind of fault.
        pub reason: String,
        /// What was found, without personal data.
        pub detail: String,
    }
}

/// Rows kept and rows set aside.
#[derive(Debug, Clone, PartialEq)]
pub struct Cleansed<T> {
    /// Kept.
    pub rows: Vec<T>,
    /// Set aside.
    pub rejects: Vec<CleanReject>,
}

impl<T> Default for Cleansed<T> {
    fn default() -> Self {
        Self { rows: Vec::new(), rejects: Vec::new() }
    }
}

impl<T> Cleansed<T> {
    fn reject(&mut self, source: &str, row_key: &dyn Display, reason: &str, detail: &dyn Display) {
        self.rejects.push(CleanReject {
            source: source.to_owned(),
            row_key: row_key.to_string(),
            reason: reason.to_owned(),
            detail: detail.to_string(),
        });
    }
}

/// How many rows a build kept and set aside.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Built {
    /// Rows in the table now.
    pub rows: usize,
    /// Raw rows set aside.
    pub rejected: usize,
}

/// Replaces a clean table and the rejects of its source together.
async fn store<T: Record>(
    warehouse: &Warehouse,
    source: &'static str,
    cleansed: &Cleansed<T>,
) -> Result<Built, WarehouseError> {
    let mut load = warehouse.begin().await?;
    load.replace_all(&cleansed.rows).await?;
    load.replace_slice("source", source, &cleansed.rejects).await?;
    load.commit().await?;
    Ok(Built { rows: cleansed.rows.len(), rejected: cleansed.rejects.len() })
}

/// How many rows are set aside at present, by raw table and reason.
///
/// # Errors
/// When the warehouse refuses.
pub async fn reject_counts(warehouse: &Warehouse) -> Result<BTreeMap<(String, String), i64>, WarehouseError> {
    let rejects: Vec<CleanReject> = warehouse.read_all().await?;
    let mut counts = BTreeMap::new();
    for reject in rejects {
        *counts.entry((reject.source, reject.reason)).or_insert(0) += 1;
    }
    Ok(counts)
}

//! Customers and products: the catalogue and the accounts, completed by what only the till knows.

use crate::cleanse::{CleanCustomer, CleanExportLine, CleanProduct};
use crate::warehouse::{Record, Warehouse, WarehouseError, record, text_enum};
use std::collections::{BTreeMap, BTreeSet};

text_enum! {
    /// Which system knows of a row.
    pub enum Source {
        /// The web shop.
        Shop = "shop",
        /// Only the till.
        Till = "till",
    }
}

record! {
    /// One row per customer number.
    pub struct Customer in "curated_customers" key(customer_id) {
        /// Customer number.
        pub customer_id: i64,
        /// Absent for those only the till knows.
        pub name: Option<String>,
        /// Absent when none was entered.
        pub email: Option<String>,
        /// Country code.
        pub country_code: String,
        /// Which system knows them.
        pub source: Source,
    }
}

record! {
    /// One row per stock code that is listed or was sold.
    pub struct Product in "curated_products" key(sku) {
        /// Stock code.
        pub sku: String,
        /// Name, or the description the till used most.
        pub name: String,
        /// Category; `uncategorised` for what only the till knows.
        pub category: String,
        /// Price of one now, in cents; absent when it is not listed.
        pub list_price_cents: Option<i64>,
        /// Which system knows it.
        pub source: Source,
    }
}

/// Accounts, and a bare row for every number only the till knows. Numbers in `erased` stay away: those people asked
/// to be forgotten.
#[must_use]
pub fn customers(accounts: &[CleanCustomer], till: &[CleanExportLine], erased: &BTreeSet<i64>) -> Vec<Customer> {
    let mut rows: BTreeMap<i64, Customer> = accounts.iter().map(|row| (row.customer_id, account(row))).collect();
    for line in till {
        let Some(customer_id) = line.customer_id.filter(|id| !erased.contains(id)) else {
            continue;
        };
        rows.entry(customer_id).or_insert_with(|| Customer {
            customer_id,
            name: None,
            email: None,
            country_code: line.country_code.clone(),
            source: Source::Till,
        });
    }
    rows.into_values().collect()
}

fn account(row: &CleanCustomer) -> Customer {
    Customer {
        customer_id: row.customer_id,
        name: Some(row.name.clone()),
        email: row.email.clone(),
        country_code: row.country_code.clone(),
        source: Source::Shop,
    }
}

/// The catalogue, and every stock code of the till that is not in it. Web orders of delisted products keep their stock
/// code; their names come from `sold_online`, the codes of all web lines.
#[must_use]
pub fn products(catalogue: &[CleanProduct], till: &[CleanExportLine], sold_online: &BTreeSet<String>) -> Vec<Product> {
    let mut rows: BTreeMap<String, Product> =
        catalogue.iter().map(|product| (product.sku.clone(), listed(product))).collect();
    for (sku, name) in till_names(till) {
        rows.entry(sku.clone()).or_insert_with(|| unlisted(sku, name, Source::Till));
    }
    for sku in sold_online {
        rows.entry(sku.clone()).or_insert_with(|| unlisted(sku.clone(), format!("delisted {sku}"), Source::Shop));
    }
    rows.into_values().collect()
}

fn listed(product: &CleanProduct) -> Product {
    Product {
        sku: product.sku.clone(),
        name: product.name.clone(),
        category: product.category.clone(),
        list_price_cents: Some(product.price_cents),
        source: Source::Shop,
    }
}

fn unlisted(sku: String, name: String, source: Source) -> Product {
    Product { sku, name, category: "uncategorised".to_owned(), list_price_cents: None, source }
}

/// The description used most for each stock code; the first in the alphabet where two are used equally.
fn till_names(till: &[CleanExportLine]) -> BTreeMap<String, String> {
    let mut uses: BTreeMap<&str, BTreeMap<&str, usize>> = BTreeMap::new();
    for line in till {
        *uses.entry(&line.sku).or_default().entry(&line.description).or_default() += 1;
    }
    uses.into_iter()
        .map(|(sku, names)| {
            let best = names.iter().max_by_key(|(name, count)| (**count, std::cmp::Reverse(**name)));
            (sku.to_owned(), best.map(|(name, _)| (*name).to_owned()).unwrap_or_default())
        })
        .collect()
}

/// Builds `curated_customers` and returns its number of rows.
///
/// # Errors
/// When the warehouse refuses.
pub async fn build_customers(warehouse: &Warehouse) -> Result<usize, WarehouseError> {
    let erased = erased_customers(warehouse).await?;
    let rows = customers(&warehouse.read_all().await?, &warehouse.read_all().await?, &erased);
    warehouse.replace_all(&rows).await?;
    Ok(rows.len())
}

/// Builds `curated_products` and returns its number of rows.
///
/// # Errors
/// When the warehouse refuses.
pub async fn build_products(warehouse: &Warehouse) -> Result<usize, WarehouseError> {
    let sold = sqlx::query_scalar("SELECT DISTINCT sku FROM clean_order_items")
        .fetch_all(warehouse.pool())
        .await
        .map_err(WarehouseError::statement("reading", "clean_order_items"))?;
    let rows = products(&warehouse.read_all().await?, &warehouse.read_all().await?, &sold.into_iter().collect());
    warehouse.replace_all(&rows).await?;
    Ok(rows.len())
}

/// Customers whose last change is a delete.
const ERASED: &str = "SELECT CAST(entity_key AS INTEGER) FROM raw_changes AS gone \
     WHERE entity = 'customers' AND op = 'delete' AND NOT EXISTS \
     (SELECT 1 FROM raw_customers WHERE customer_key = gone.entity_key)";

async fn erased_customers(warehouse: &Warehouse) -> Result<BTreeSet<i64>, WarehouseError> {
    let ids: Vec<i64> = sqlx::query_scalar(ERASED)
        .fetch_all(warehouse.pool())
        .await
        .map_err(WarehouseError::statement("reading", crate::ingest::RawChange::TABLE))?;
    Ok(ids.into_iter().collect())
}

//! Customer accounts with readable addresses and countries.

use super::{Built, Cleansed, country_code, store};
use crate::ingest::RawCustomer;
use crate::warehouse::{Record, Warehouse, WarehouseError, record};
use crate::world::Customer;
use jiff::Timestamp;

record! {
    /// One row per customer account.
    pub struct CleanCustomer in "clean_customers" key(customer_id) {
        /// Customer number.
        pub customer_id: i64,
        /// Name, trimmed.
        pub name: String,
        /// Address in lower case; absent when nothing was entered. Whether mail can be sent there is the CRM's word.
        pub email: Option<String>,
        /// Country code.
        pub country_code: String,
        /// When the account was opened.
        pub created_at: Timestamp,
        /// When it last changed.
        pub updated_at: Timestamp,
    }
}

/// Accounts out of the current state of the stream.
#[must_use]
pub fn cleanse_customers(raw: &[RawCustomer]) -> Cleansed<CleanCustomer> {
    let mut cleansed = Cleansed::default();
    for row in raw {
        let customer = match serde_json::from_str::<Customer>(&row.payload) {
            Ok(customer) => customer,
            Err(_) => {
                // What the parser says may quote the row, and the row is personal.
                cleansed.reject(
                    RawCustomer::TABLE,
                    &row.customer_key,
                    "not_a_customer",
                    &format!("change {}", row.seq),
                );
                continue;
            }
        };
        cleansed.rows.push(CleanCustomer {
            customer_id: customer.customer_id,
            name: customer.name.trim().to_owned(),
            email: Some(customer.email.trim().to_lowercase()).filter(|email| !email.is_empty()),
            country_code: country_code(&customer.country).to_owned(),
            created_at: customer.created_at,
            updated_at: customer.updated_at,
        });
    }
    cleansed
}

/// Builds `clean_customers`.
///
/// # Errors
/// When the warehouse refuses.
pub async fn build_customers(warehouse: &Warehouse) -> Result<Built, WarehouseError> {
    let cleansed = cleanse_customers(&warehouse.read_all().await?);
    store(warehouse, RawCustomer::TABLE, &cleansed).await
}

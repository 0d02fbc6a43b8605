//! Bringing data in: from the shop's API by cursor, from its change stream by position, from the till's export by file.
//! Every function takes the cursor it starts from and returns the one to start from next time; loading twice is safe.

mod changes;
mod cursors;
mod export;
mod http;
mod orders;

pub use changes::{Applied, RawChange, RawCustomer, RawProduct, apply_customers, apply_products, load_changes};
pub use cursors::{Cursors, cursors};
pub use export::{ExportLoad, RawExportLine, RawExportReject, load_export};
pub use http::{RetryPolicy, ShopClient};
pub use orders::{OrdersLoad, RawOrder, load_orders};

use crate::export::ExportError;
use crate::warehouse::WarehouseError;

/// Why nothing, or not everything, was brought in. What was committed before stays and its cursor is valid.
#[derive(Debug, thiserror::Error)]
pub enum IngestError {
    /// The source did not answer in a usable way, also not when asked again. Worth another try later.
    #[error("{url} failed {attempts} times, last with: {last}")]
    Unavailable {
        /// What was asked.
        url: String,
        /// How often.
        attempts: u32,
        /// The last answer or error.
        last: String,
    },
    /// The source says that the request is wrong. Another try will not help.
    #[error("{url} refused the request with {status}: {body}")]
    Refused {
        /// What was asked.
        url: String,
        /// HTTP status.
        status: u16,
        /// Beginning of the answer.
        body: String,
    },
    /// The answer is not what was agreed. Someone has to look.
    #[error("{url} answered something unexpected: {problem}")]
    Unexpected {
        /// What was asked.
        url: String,
        /// What is wrong with it.
        problem: String,
    },
    /// The export cannot be read.
    #[error(transparent)]
    Export(#[from] ExportError),
    /// The warehouse refused.
    #[error(transparent)]
    Warehouse(#[from] WarehouseError),
}

//! The CRM endpoint: takes customer segments in batches, refuses rows it cannot write to.

use super::state::Shop;
use crate::privacy::is_email;
use axum::Json;
use axum::extract::State;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::sync::Arc;

/// One customer's segment, as the CRM wants it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SegmentUpdate {
    /// Customer number.
    pub customer_id: i64,
    /// Where the CRM writes to.
    pub email: String,
    /// Name of the segment.
    pub segment: String,
}

/// A batch of updates.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CrmBatch {
    /// At most a few hundred rows.
    pub contacts: Vec<SegmentUpdate>,
}

/// A row that was not taken.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CrmRejection {
    /// Customer number.
    pub customer_id: i64,
    /// Why.
    pub reason: String,
}

/// What became of a batch; every row is in one of the two.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CrmAnswer {
    /// How many rows were taken.
    pub accepted: usize,
    /// The rows that were not.
    pub rejected: Vec<CrmRejection>,
}

/// `POST /crm/segments`
pub(super) async fn receive(State(shop): State<Arc<Shop>>, Json(batch): Json<CrmBatch>) -> Json<CrmAnswer> {
    let mut inner = shop.inner();
    let mut answer = CrmAnswer { accepted: 0, rejected: Vec::new() };
    for contact in batch.contacts {
        match refusal(&contact) {
            Some(reason) => {
                answer.rejected.push(CrmRejection { customer_id: contact.customer_id, reason: reason.to_owned() });
            }
            None => {
                answer.accepted += 1;
                inner.contacts.insert(contact.customer_id, contact);
            }
        }
    }
    Json(answer)
}

fn refusal(contact: &SegmentUpdate) -> Option<&'static str> {
    if contact.email.is_empty() {
        Some("missing_email")
    } else if !is_email(&contact.email) {
        Some("invalid_email")
    } else {
        None
    }
}

/// `GET /crm/contacts`: what the CRM holds, for those who check.
pub(super) async fn contacts(State(shop): State<Arc<Shop>>) -> Json<BTreeMap<i64, SegmentUpdate>> {
    Json(shop.inner().contacts.clone())
}

//! The sync to the CRM: only what changed, in batches, with every refusal on record.

use super::{CustomerSegment, Segment};
use crate::curate::Customer;
use crate::ingest::{IngestError, ShopClient};
use crate::privacy::mask_email;
use crate::shop_api::{CrmAnswer, CrmBatch, SegmentUpdate};
use crate::warehouse::{Warehouse, WarehouseError, record, text_enum};
use jiff::Timestamp;
use std::collections::BTreeMap;

text_enum! {
    /// What the CRM said last about a customer.
    pub enum SyncOutcome {
        /// It has this segment.
        Accepted = "accepted",
        /// It refused; asking again makes sense once address or segment have changed.
        Rejected = "rejected",
    }
}

record! {
    /// What was last sent about a customer. The state that makes the sync incremental.
    pub struct CrmContact in "activation_crm_contacts" key(customer_id) {
        /// Customer number.
        pub customer_id: i64,
        /// Address that was sent; empty when there is none.
        pub email: String,
        /// Segment that was sent.
        pub segment: Segment,
        /// The answer.
        pub outcome: SyncOutcome,
        /// When.
        pub synced_at: Timestamp,
    }
}

record! {
    /// One row per customer whom the CRM refuses at present.
    pub struct CrmReject in "activation_crm_rejects" key(customer_id) {
        /// Customer number.
        pub customer_id: i64,
        /// Address, masked.
        pub email_masked: String,
        /// Segment that was sent.
        pub segment: Segment,
        /// The CRM's reason.
        pub reason: String,
        /// When.
        pub rejected_at: Timestamp,
    }
}

/// What a sync did; `sent == accepted + rejected`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct SyncSummary {
    /// Customers sent.
    pub sent: usize,
    /// Customers who were there already.
    pub unchanged: usize,
    /// Of the sent ones, taken.
    pub accepted: usize,
    /// Of the sent ones, refused.
    pub rejected: usize,
    /// Requests.
    pub batches: usize,
}

/// Why a sync broke off. Batches that were answered are on record, so the next sync goes on from there.
#[derive(Debug, thiserror::Error)]
pub enum SyncError {
    /// The CRM did not answer well.
    #[error(transparent)]
    Crm(#[from] IngestError),
    /// The warehouse refused.
    #[error(transparent)]
    Warehouse(#[from] WarehouseError),
}

const BATCH: usize = 100;

/// The updates that the CRM has not been told yet, by customer number.
#[must_use]
pub fn pending_contacts(
    segments: &[CustomerSegment],
    customers: &[Customer],
    told: &[CrmContact],
) -> Vec<(SegmentUpdate, Segment)> {
    let emails: BTreeMap<i64, Option<&str>> =
        customers.iter().map(|customer| (customer.customer_id, customer.email.as_deref())).collect();
    let told: BTreeMap<i64, (&str, Segment)> =
        told.iter().map(|contact| (contact.customer_id, (contact.email.as_str(), contact.segment))).collect();
    segments
        .iter()
        .filter_map(|row| {
            // Someone who is no longer a customer is nobody the CRM should hear of.
            let email = emails.get(&row.customer_id)?.unwrap_or_default();
            if told.get(&row.customer_id) == Some(&(email, row.segment)) {
                return None;
            }
            let update = SegmentUpdate {
                customer_id: row.customer_id,
                email: email.to_owned(),
                segment: row.segment.as_str().to_owned(),
            };
            Some((update, row.segment))
        })
        .collect()
}

/// Sends what changed since the last sync and records the answers, batch by batch.
///
/// # Errors
/// When the CRM stays unavailable or the warehouse refuses.
pub async fn sync_segments(crm: &ShopClient, warehouse: &Warehouse, now: Timestamp) -> Result<SyncSummary, SyncError> {
    let segments: Vec<CustomerSegment> = warehouse.read_all().await?;
    let pending = pending_contacts(&segments, &warehouse.read_all().await?, &warehouse.read_all().await?);
    let mut summary = SyncSummary { unchanged: segments.len() - pending.len(), ..SyncSummary::default() };
    for batch in pending.chunks(BATCH) {
        let contacts = batch.iter().map(|(update, _)| update.clone()).collect();
        // Sending a batch twice is harmless: the CRM keeps one row per customer.
        let answer: CrmAnswer = crm.post("/crm/segments", &CrmBatch { contacts }).await?;
        let rejected = record_answer(warehouse, batch, &answer, now).await?;
        summary.sent += batch.len();
        summary.batches += 1;
        summary.rejected += rejected;
        summary.accepted += batch.len() - rejected;
    }
    Ok(summary)
}

async fn record_answer(
    warehouse: &Warehouse,
    batch: &[(SegmentUpdate, Segment)],
    answer: &CrmAnswer,
    now: Timestamp,
) -> Result<usize, WarehouseError> {
    let reasons: BTreeMap<i64, &str> =
        answer.rejected.iter().map(|rejection| (rejection.customer_id, rejection.reason.as_str())).collect();
    let mut contacts = Vec::with_capacity(batch.len());
    let mut rejects = Vec::new();
    let mut load = warehouse.begin().await?;
    for (update, segment) in batch {
        let reason = reasons.get(&update.customer_id);
        contacts.push(CrmContact {
            customer_id: update.customer_id,
            email: update.email.clone(),
            segment: *segment,
            outcome: if reason.is_some() { SyncOutcome::Rejected } else { SyncOutcome::Accepted },
            synced_at: now,
        });
        match reason {
            Some(reason) => {
                let email_masked = mask_email(&update.email);
                tracing::info!(customer = update.customer_id, email = email_masked, reason, "the CRM refused a row");
                rejects.push(CrmReject {
                    customer_id: update.customer_id,
                    email_masked,
                    segment: *segment,
                    reason: (*reason).to_owned(),
                    rejected_at: now,
                });
            }
            // An earlier refusal is settled.
            None => {
                load.delete::<CrmReject>(crate::warehouse::Value::Integer(update.customer_id)).await?;
            }
        }
    }
    load.upsert(&contacts).await?;
    load.upsert(&rejects).await?;
    load.commit().await?;
    Ok(rejects.len())
}

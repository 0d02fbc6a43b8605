//! activation: the sync to the CRM, the last assets of the lineage.

use super::activation::customer_segments;
use super::curated::customers;
use super::facts::{personal_table, table};
use super::failure::sync;
use crate::activation::{CrmContact, CrmReject, SyncSummary, sync_segments};
use crate::setup::Setup;
use crate::warehouse::{Warehouse, WarehouseError};
use headwater::prelude::*;

/// Refused rows that are shown with their reasons.
const SHOWN: u32 = 20;

/// Tells the CRM what changed since the last sync.
#[multi_asset(
    name = "activation/crm",
    output(
        /// Segments that changed since the last sync, sent to the CRM in batches.
        crm_contacts,
        key_prefix = "activation", group = "activation", owners = ["team:growth"], kinds = ["sync", "crm"],
        tags(zone = "activation", pii), freshness(warn = "1h", fail = "1d"),
        checks(every_row_is_answered(description = "The CRM took or refused every row that was sent.")),
    ),
    output(
        /// Customers the CRM refuses, with its reason; addresses masked.
        crm_rejects,
        key_prefix = "activation", group = "activation", owners = ["team:growth"], kinds = ["sync", "crm"],
        tags(zone = "activation"),
        checks(few_rows_are_refused(severity = warn, description = "The CRM refuses at most one customer in ten.")),
    ),
    deps = [customer_segments, customers],
    retries = 4, delay = "1s", backoff = exponential, max_delay = "1m", jitter = full,
    timeout = "10m", pool = "shop_api",
)]
pub async fn crm(ctx: Context, shop: Res<Setup>) -> Result<Outputs<crm>> {
    let warehouse = &shop.warehouse;
    let summary = sync_segments(&shop.shop, warehouse, now()).await.map_err(sync)?;
    let SyncSummary { sent, unchanged, accepted, rejected, batches } = summary;
    ctx.log.info(format!("{sent} sent in {batches} batches, {accepted} accepted, {rejected} refused"));
    let held = warehouse.count::<CrmContact>().await?;
    let refused = warehouse.count::<CrmReject>().await?;
    let contacts = personal_table::<CrmContact>(warehouse, &["email"])
        .await?
        .meta("sent", sent)
        .meta("unchanged", unchanged)
        .meta("accepted", accepted)
        .meta("rejected", rejected)
        .meta("batches", batches)
        .check("every_row_is_answered", CheckResult::of(accepted + rejected == sent));
    let rejects = table::<CrmReject>(warehouse).await?.meta("refused rows", refused_rows(warehouse).await?).check(
        "few_rows_are_refused",
        CheckResult::of(refused * 10 <= held).meta("refused", refused).meta("customers", held),
    );
    Ok(Outputs::new().with::<crm_contacts>(contacts).with::<crm_rejects>(rejects))
}

/// The refused rows as people see them; addresses were masked before they were stored.
async fn refused_rows(warehouse: &Warehouse) -> Result<Table, WarehouseError> {
    let rows: Vec<CrmReject> = warehouse.first(SHOWN).await?;
    let table = Table::new(["customer_id", "email", "segment", "reason"]);
    Ok(rows
        .into_iter()
        .fold(table, |table, row| table.row((row.customer_id, row.email_masked, row.segment, row.reason))))
}

#[allow(
    clippy::disallowed_methods,
    reason = "an asset is the edge: what it writes into the warehouse has the time of the sync"
)]
fn now() -> jiff::Timestamp {
    jiff::Timestamp::now()
}

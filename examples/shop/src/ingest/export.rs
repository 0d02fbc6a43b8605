//! The till's export, file by file.

use super::IngestError;
use crate::export::{Accounting, ExportError, ExportLine, ExportReader, Parsed, RejectedLine};
use crate::warehouse::{Load, Warehouse, record};
use jiff::tz::TimeZone;
use std::collections::BTreeMap;
use std::fs::File;
use std::io::{BufReader, Read};
use std::path::Path;

/// Rows held in memory before they go to the warehouse.
const BATCH: usize = 2_000;

record! {
    /// A line of the export that could be read.
    pub struct RawExportLine in "raw_export_lines" key(file, line_no) {
        /// Name of the file, without its folder.
        pub file: String,
        /// Line in the file, from 1.
        pub line_no: i64,
        /// Invoice number with its letter.
        pub invoice: String,
        /// Stock code or the name of a fee.
        pub stock_code: String,
        /// Free text.
        pub description: String,
        /// Pieces; negative for goods that came back.
        pub quantity: i64,
        /// When it was rung up, taken as UTC: the till knows no zone.
        pub invoiced_at: jiff::Timestamp,
        /// Price of one in cents.
        pub unit_price_cents: i64,
        /// Customer number, if one was given.
        pub customer_id: Option<i64>,
        /// Country as typed.
        pub country: String,
    }
}

record! {
    /// A line of the export that could not be read.
    pub struct RawExportReject in "raw_export_rejects" key(file, line_no) {
        /// Name of the file.
        pub file: String,
        /// Line in the file, from 1.
        pub line_no: i64,
        /// Kind of fault.
        pub reason: String,
        /// What was found.
        pub detail: String,
        /// Beginning of the line.
        pub line: String,
    }
}

/// What a load did.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ExportLoad {
    /// Lines, landed and rejected.
    pub accounting: Accounting,
    /// Rejected lines by reason.
    pub reasons: BTreeMap<&'static str, i64>,
}

/// Loads one export file, replacing what an earlier load of the same file name left.
///
/// # Errors
/// When the file cannot be read or is no export, or the warehouse refuses; the earlier load stays then.
pub async fn load_export(warehouse: &Warehouse, path: &Path) -> Result<ExportLoad, IngestError> {
    let file = path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
    let input = File::open(path).map_err(ExportError::Read)?;
    load_lines(warehouse, &file, input).await
}

async fn load_lines(warehouse: &Warehouse, file: &str, input: impl Read + Send) -> Result<ExportLoad, IngestError> {
    let mut reader = ExportReader::new(BufReader::new(input))?;
    let mut reasons = BTreeMap::new();
    let mut batch = Batch::default();
    let mut load = warehouse.begin().await?;
    load.replace_slice::<RawExportLine>("file", file, &[]).await?;
    load.replace_slice::<RawExportReject>("file", file, &[]).await?;
    for parsed in reader.by_ref() {
        match parsed.map_err(ExportError::Read)? {
            Parsed::Landed(line) => batch.landed.push(landed(file, line)),
            Parsed::Rejected(line) => {
                *reasons.entry(line.reason.as_str()).or_insert(0) += 1;
                batch.rejected.push(rejected(file, line));
            }
        }
        if batch.landed.len() + batch.rejected.len() >= BATCH {
            batch.flush(&mut load).await?;
        }
    }
    batch.flush(&mut load).await?;
    load.commit().await?;
    Ok(ExportLoad { accounting: reader.accounting(), reasons })
}

#[derive(Default)]
struct Batch {
    landed: Vec<RawExportLine>,
    rejected: Vec<RawExportReject>,
}

impl Batch {
    async fn flush(&mut self, load: &mut Load) -> Result<(), IngestError> {
        load.upsert(&self.landed).await?;
        load.upsert(&self.rejected).await?;
        self.landed.clear();
        self.rejected.clear();
        Ok(())
    }
}

fn landed(file: &str, line: ExportLine) -> RawExportLine {
    RawExportLine {
        file: file.to_owned(),
        line_no: line.line_no,
        invoice: line.invoice,
        stock_code: line.stock_code,
        description: line.description,
        quantity: line.quantity,
        invoiced_at: line
            .invoiced_at
            .to_zoned(TimeZone::UTC)
            .map_or(jiff::Timestamp::UNIX_EPOCH, |zoned| zoned.timestamp()),
        unit_price_cents: line.unit_price_cents,
        customer_id: line.customer_id,
        country: line.country,
    }
}

fn rejected(file: &str, line: RejectedLine) -> RawExportReject {
    RawExportReject {
        file: file.to_owned(),
        line_no: line.line_no,
        reason: line.reason.as_str().to_owned(),
        detail: line.detail,
        line: line.text,
    }
}

//! The till's lines: sales and goods that came back, without repetitions, stock corrections and fees.

use super::{Built, Cleansed, country_code, store};
use crate::ingest::RawExportLine;
use crate::warehouse::{Record, Warehouse, WarehouseError, record, text_enum};
use crate::world::day_of;
use jiff::Timestamp;
use jiff::civil::Date;
use std::collections::BTreeMap;

text_enum! {
    /// What a line of the till means.
    pub enum LineKind {
        /// Goods went out.
        Sale = "sale",
        /// Goods came back; quantity and amount are negative.
        Cancellation = "cancellation",
    }
}

record! {
    /// One row per sold or returned line.
    pub struct CleanExportLine in "clean_export_lines" key(file, line_no) {
        /// File it comes from.
        pub file: String,
        /// Line in the file.
        pub line_no: i64,
        /// Invoice number with its letter.
        pub invoice: String,
        /// Sale or cancellation.
        pub kind: LineKind,
        /// Stock code, in upper case.
        pub sku: String,
        /// Free text.
        pub description: String,
        /// Pieces.
        pub quantity: i64,
        /// Price of one in cents.
        pub unit_price_cents: i64,
        /// Customer number, if one was given.
        pub customer_id: Option<i64>,
        /// Country code.
        pub country_code: String,
        /// When it was rung up.
        pub invoiced_at: Timestamp,
        /// The day of that.
        pub day: Date,
    }
}

/// Stock codes that are not goods: postage, manual corrections, discounts, carriage, bank charges, commission.
const FEES: &[&str] = &["AMAZONFEE", "B", "BANK CHARGES", "C2", "CRUK", "D", "DOT", "M", "PADS", "POST", "S"];

/// Sorts the raw lines into kept and set aside. Every line ends up in exactly one of the two.
#[must_use]
pub fn cleanse_export_lines(raw: &[RawExportLine]) -> Cleansed<CleanExportLine> {
    let mut cleansed = Cleansed::default();
    let mut first_seen = BTreeMap::new();
    for line in raw {
        let key = format!("{}:{}", line.file, line.line_no);
        let place = (line.file.as_str(), line.line_no);
        let first = *first_seen.entry(identity(line)).or_insert(place);
        if first != place {
            cleansed.reject(RawExportLine::TABLE, &key, "repeated_line", &format!("same as {}:{}", first.0, first.1));
            continue;
        }
        match sort_out(line) {
            Ok(kind) => cleansed.rows.push(kept(line, kind)),
            Err(reason) => cleansed.reject(RawExportLine::TABLE, &key, reason, &line.stock_code),
        }
    }
    cleansed
}

/// Two lines that agree in all of this are one line written twice, also when a file was delivered again under another
/// name.
fn identity(line: &RawExportLine) -> (&str, &str, &str, i64, i64, i64) {
    let at = line.invoiced_at.as_second();
    (&line.invoice, &line.stock_code, &line.description, line.quantity, line.unit_price_cents, at)
}

fn sort_out(line: &RawExportLine) -> Result<LineKind, &'static str> {
    if FEES.contains(&line.stock_code.to_uppercase().as_str()) {
        return Err("fee_not_goods");
    }
    let is_cancelled = line.invoice.starts_with('C');
    if !is_cancelled && !line.invoice.starts_with(|c: char| c.is_ascii_digit()) {
        return Err("correction_of_the_books");
    }
    match (is_cancelled, line.quantity > 0, line.unit_price_cents > 0) {
        (_, _, false) => Err("no_price"),
        (false, true, true) => Ok(LineKind::Sale),
        (true, false, true) => Ok(LineKind::Cancellation),
        (false, false, true) => Err("stock_correction"),
        (true, true, true) => Err("cancellation_adds_goods"),
    }
}

fn kept(line: &RawExportLine, kind: LineKind) -> CleanExportLine {
    CleanExportLine {
        file: line.file.clone(),
        line_no: line.line_no,
        invoice: line.invoice.clone(),
        kind,
        sku: line.stock_code.to_uppercase(),
        description: line.description.clone(),
        quantity: line.quantity,
        unit_price_cents: line.unit_price_cents,
        customer_id: line.customer_id,
        country_code: country_code(&line.country).to_owned(),
        invoiced_at: line.invoiced_at,
        day: day_of(line.invoiced_at),
    }
}

/// Builds `clean_export_lines`.
///
/// # Errors
/// When the warehouse refuses.
pub async fn build_export_lines(warehouse: &Warehouse) -> Result<Built, WarehouseError> {
    let cleansed = cleanse_export_lines(&warehouse.read_all().await?);
    store(warehouse, RawExportLine::TABLE, &cleansed).await
}

#[cfg(test)]
mod tests {
    use super::{LineKind, cleanse_export_lines};
    use crate::ingest::RawExportLine;
    use jiff::Timestamp;

    fn line(line_no: i64, invoice: &str, stock_code: &str, quantity: i64, unit_price_cents: i64) -> RawExportLine {
        RawExportLine {
            file: "till.csv".to_owned(),
            line_no,
            invoice: invoice.to_owned(),
            stock_code: stock_code.to_owned(),
            description: String::new(),
            quantity,
            invoiced_at: Timestamp::UNIX_EPOCH,
            unit_price_cents,
            customer_id: None,
            country: "EIRE".to_owned(),
        }
    }

    #[test]
    fn every_line_is_kept_or_set_aside_with_its_reason() {
        let raw = [
            line(2, "536365", "85123a", 6, 255),
            line(3, "536365", "85123a", 6, 255),
            line(4, "C536366", "85123A", -2, 255),
            line(5, "536367", "POST", 1, 1_800),
            line(6, "536368", "21777", -10, 0),
            line(7, "536369", "21777", -10, 100),
            line(8, "A563185", "21777", 1, 100),
            line(9, "C536370", "21777", 1, 100),
        ];
        let cleansed = cleanse_export_lines(&raw);
        let kinds: Vec<(i64, LineKind)> = cleansed.rows.iter().map(|row| (row.line_no, row.kind)).collect();
        assert_eq!(kinds, [(2, LineKind::Sale), (4, LineKind::Cancellation)]);
        assert_eq!((cleansed.rows[0].sku.as_str(), cleansed.rows[0].country_code.as_str()), ("85123A", "IE"));
        let reasons: Vec<&str> = cleansed.rejects.iter().map(|reject| reject.reason.as_str()).collect();
        let expected = [
            "repeated_line",
            "fee_not_goods",
            "no_price",
            "stock_correction",
            "correction_of_the_books",
            "cancellation_adds_goods",
        ];
        assert_eq!(reasons, expected);
        assert_eq!(cleansed.rows.len() + cleansed.rejects.len(), raw.len());
    }
}

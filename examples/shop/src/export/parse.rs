//! Reading the export.

use super::{Accounting, ExportError, ExportLine, KEPT_CHARS, Parsed, RejectReason, RejectedLine};
use crate::money::cents_from_decimal_comma;
use jiff::civil::DateTime;
use std::io::{self, BufRead, Read};

/// The first line of every export.
pub const HEADER: &str = "InvoiceNo;StockCode;Description;Quantity;InvoiceDate;UnitPrice;CustomerID;Country";

const FIELDS: usize = 8;
const MAX_LINE_BYTES: u64 = 64 * 1024;
const BYTE_ORDER_MARK: &str = "\u{feff}";

/// Reads an export line by line. Iterate over it; ask [`ExportReader::accounting`] afterwards.
///
/// The export never breaks a record over lines, so a line is a record. That is what keeps one stray quote from
/// swallowing the rest of the file.
#[derive(Debug)]
pub struct ExportReader<R> {
    input: R,
    accounting: Accounting,
}

impl<R: BufRead> ExportReader<R> {
    /// Reads the header and stops before the first record.
    ///
    /// # Errors
    /// When the input cannot be read or begins with another header.
    pub fn new(mut input: R) -> Result<Self, ExportError> {
        let line = read_line(&mut input)?.unwrap_or_default();
        let text = String::from_utf8_lossy(&line.bytes);
        if text.trim_start_matches(BYTE_ORDER_MARK) != HEADER {
            return Err(ExportError::Header { found: shorten(&text) });
        }
        Ok(Self { input, accounting: Accounting { lines: 1, landed: 0, rejected: 0 } })
    }

    /// What was seen so far.
    #[must_use]
    pub fn accounting(&self) -> Accounting {
        self.accounting
    }
}

impl<R: BufRead> Iterator for ExportReader<R> {
    type Item = io::Result<Parsed>;

    fn next(&mut self) -> Option<Self::Item> {
        let line = match read_line(&mut self.input) {
            Ok(line) => line?,
            Err(error) => return Some(Err(error)),
        };
        self.accounting.lines += 1;
        let line_no = self.accounting.lines;
        let parsed = if line.is_cut {
            reject(line_no, &line.bytes, (RejectReason::TooLong, format!("over {MAX_LINE_BYTES} bytes")))
        } else {
            parse_line(line_no, &line.bytes)
        };
        match parsed {
            Parsed::Landed(_) => self.accounting.landed += 1,
            Parsed::Rejected(_) => self.accounting.rejected += 1,
        }
        Some(Ok(parsed))
    }
}

#[derive(Debug, Default)]
struct Line {
    bytes: Vec<u8>,
    is_cut: bool,
}

/// The next line without its ending, or `None` at the end. Of a line that is too long only the beginning is kept.
fn read_line(input: &mut impl BufRead) -> io::Result<Option<Line>> {
    let mut bytes = Vec::new();
    if input.by_ref().take(MAX_LINE_BYTES).read_until(b'\n', &mut bytes)? == 0 {
        return Ok(None);
    }
    let is_cut = bytes.len() as u64 == MAX_LINE_BYTES && bytes.last() != Some(&b'\n');
    if is_cut {
        input.skip_until(b'\n')?;
    }
    while matches!(bytes.last(), Some(b'\n' | b'\r')) {
        bytes.pop();
    }
    Ok(Some(Line { bytes, is_cut }))
}

/// Reads one record.
#[must_use]
pub fn parse_line(line_no: i64, bytes: &[u8]) -> Parsed {
    let Ok(text) = std::str::from_utf8(bytes) else {
        return reject(line_no, bytes, (RejectReason::NotUtf8, "invalid UTF-8".to_owned()));
    };
    match split(text).and_then(|fields| interpret(line_no, &fields)) {
        Ok(line) => Parsed::Landed(line),
        Err(fault) => reject(line_no, bytes, fault),
    }
}

type Fault = (RejectReason, String);

fn split(text: &str) -> Result<csv::StringRecord, Fault> {
    if text.trim().is_empty() {
        return Err((RejectReason::Blank, String::new()));
    }
    let mut reader = csv::ReaderBuilder::new()
        .delimiter(b';')
        .has_headers(false)
        .flexible(true)
        .buffer_capacity(text.len())
        .from_reader(text.as_bytes());
    let mut record = csv::StringRecord::new();
    reader.read_record(&mut record).map_err(|error| (RejectReason::FieldCount, error.to_string()))?;
    if record.len() != FIELDS {
        let quotes = text.bytes().filter(|byte| *byte == b'"').count();
        let reason = if quotes % 2 == 1 { RejectReason::UnclosedQuote } else { RejectReason::FieldCount };
        return Err((reason, format!("{} fields, expected {FIELDS}", record.len())));
    }
    Ok(record)
}

fn interpret(line_no: i64, fields: &csv::StringRecord) -> Result<ExportLine, Fault> {
    let field = |index: usize| fields.get(index).unwrap_or_default().trim();
    let fault = |reason, index: usize| move || (reason, format!("`{}`", shorten(field(index))));
    let invoice = field(0);
    let stock_code = field(1);
    let country = field(7);
    if !is_invoice(invoice) {
        return Err(fault(RejectReason::Invoice, 0)());
    }
    if stock_code.is_empty() {
        return Err(fault(RejectReason::StockCode, 1)());
    }
    if country.is_empty() {
        return Err(fault(RejectReason::Country, 7)());
    }
    Ok(ExportLine {
        line_no,
        invoice: invoice.to_owned(),
        stock_code: stock_code.to_owned(),
        description: field(2).to_owned(),
        quantity: quantity(field(3)).ok_or_else(fault(RejectReason::Quantity, 3))?,
        invoiced_at: day_first(field(4)).ok_or_else(fault(RejectReason::InvoiceDate, 4))?,
        unit_price_cents: cents_from_decimal_comma(field(5)).ok_or_else(fault(RejectReason::UnitPrice, 5))?,
        customer_id: customer(field(6)).ok_or_else(fault(RejectReason::Customer, 6))?,
        country: country.to_owned(),
    })
}

/// Six digits, with a letter before them for cancellations (`C`) and corrections (`A`).
fn is_invoice(text: &str) -> bool {
    let digits = text.strip_prefix(|c: char| c.is_ascii_uppercase()).unwrap_or(text);
    digits.len() == 6 && digits.bytes().all(|byte| byte.is_ascii_digit())
}

fn quantity(text: &str) -> Option<i64> {
    // Beyond this no till line is real, and amounts stay far from the end of 64 bits.
    const MOST: i64 = 10_000_000;
    text.parse().ok().filter(|quantity: &i64| *quantity != 0 && quantity.abs() <= MOST)
}

fn customer(text: &str) -> Option<Option<i64>> {
    if text.is_empty() { Some(None) } else { text.parse().ok().filter(|id: &i64| *id > 0).map(Some) }
}

/// `1/12/2010 08:26`: the first of December.
fn day_first(text: &str) -> Option<DateTime> {
    let (date, time) = text.split_once(' ')?;
    let mut parts = date.splitn(3, '/');
    let day: i8 = parts.next()?.parse().ok()?;
    let month: i8 = parts.next()?.parse().ok()?;
    let year: i16 = parts.next()?.parse().ok()?;
    let (hour, minute) = time.split_once(':')?;
    DateTime::new(year, month, day, hour.parse().ok()?, minute.parse().ok()?, 0, 0).ok()
}

fn reject(line_no: i64, bytes: &[u8], (reason, detail): Fault) -> Parsed {
    Parsed::Rejected(RejectedLine { line_no, reason, detail, text: shorten(&String::from_utf8_lossy(bytes)) })
}

fn shorten(text: &str) -> String {
    text.chars().take(KEPT_CHARS).collect()
}

#[cfg(test)]
#[path = "parse_tests.rs"]
mod tests;

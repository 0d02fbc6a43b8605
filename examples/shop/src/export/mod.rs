//! The till's nightly export: a spreadsheet-like text file with everything that makes such files hard.
//!
//! Semicolons, decimal commas, a byte order mark, day-first dates, cancellations as `C536379`, missing customers,
//! free-text descriptions with quotes. [`ExportReader`] reads it line by line in bounded memory and accounts for every
//! line: it is landed or rejected with a reason, never lost.

mod generate;
mod parse;

pub use generate::{GeneratedExport, generate};
pub use parse::{ExportReader, HEADER, parse_line};

use crate::warehouse::text_enum;
use jiff::civil::DateTime;

/// One line that could be read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ExportLine {
    /// Line in the file, from 1; the header is line 1.
    pub line_no: i64,
    /// Invoice number, with its letter if it has one.
    pub invoice: String,
    /// Stock code or the name of a fee.
    pub stock_code: String,
    /// Free text, trimmed; may be empty.
    pub description: String,
    /// Pieces; negative when goods came back or stock was corrected.
    pub quantity: i64,
    /// Local time at the till.
    pub invoiced_at: DateTime,
    /// Price of one in cents.
    pub unit_price_cents: i64,
    /// Absent for sales over the counter.
    pub customer_id: Option<i64>,
    /// Country as typed.
    pub country: String,
}

text_enum! {
    /// Why a line was not landed.
    pub enum RejectReason {
        /// Nothing on the line.
        Blank = "blank_line",
        /// Bytes that are not UTF-8.
        NotUtf8 = "not_utf8",
        /// Longer than any line of this export can be.
        TooLong = "line_too_long",
        /// A quote was opened and not closed, which glues fields together.
        UnclosedQuote = "unclosed_quote",
        /// Not eight fields.
        FieldCount = "field_count",
        /// Not a letter and six digits.
        Invoice = "invoice",
        /// No stock code.
        StockCode = "stock_code",
        /// Not a whole number, or zero.
        Quantity = "quantity",
        /// Not a day-first date with a time.
        InvoiceDate = "invoice_date",
        /// Not an amount with a decimal comma.
        UnitPrice = "unit_price",
        /// Neither empty nor a number.
        Customer = "customer_id",
        /// No country.
        Country = "country",
    }
}

/// One line that was not landed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RejectedLine {
    /// Line in the file, from 1.
    pub line_no: i64,
    /// The kind of fault.
    pub reason: RejectReason,
    /// What was found.
    pub detail: String,
    /// The line itself, shortened to [`KEPT_CHARS`] characters.
    pub text: String,
}

/// How much of a rejected line is kept for the person who looks into it.
pub const KEPT_CHARS: usize = 200;

/// What became of one line after the header.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Parsed {
    /// It could be read.
    Landed(ExportLine),
    /// It could not.
    Rejected(RejectedLine),
}

/// How many lines were seen and what became of them; `landed + rejected + 1 == lines` once the file is read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Accounting {
    /// Lines of the file, header included.
    pub lines: i64,
    /// Lines landed.
    pub landed: i64,
    /// Lines rejected.
    pub rejected: i64,
}

impl Accounting {
    /// Whether every line is accounted for.
    #[must_use]
    pub fn adds_up(&self) -> bool {
        self.lines == self.landed + self.rejected + 1
    }
}

/// Why an export cannot be read at all.
#[derive(Debug, thiserror::Error)]
pub enum ExportError {
    /// The file cannot be read.
    #[error("cannot read the export: {0}")]
    Read(#[from] std::io::Error),
    /// It is another file: the first line is not the header.
    #[error("the first line is not the header of this export; expected `{HEADER}`, found `{found}`")]
    Header {
        /// The line, shortened.
        found: String,
    },
}

//! Tests of reading the export.

use super::super::{ExportError, Parsed, RejectReason};
use super::{ExportReader, HEADER, MAX_LINE_BYTES, parse_line};
use jiff::civil::datetime;

fn reason(line: &str) -> Result<(), RejectReason> {
    match parse_line(2, line.as_bytes()) {
        Parsed::Landed(_) => Ok(()),
        Parsed::Rejected(rejected) => Err(rejected.reason),
    }
}

#[test]
fn a_line_of_the_till_is_read_field_by_field() {
    let line = r#"C536379;22041;"RECORD FRAME 7"" SINGLE SIZE ";-48;1/12/2010 12:27;2,1;16210;United Kingdom"#;
    let Parsed::Landed(read) = parse_line(7, line.as_bytes()) else { panic!("it was rejected") };
    assert_eq!((read.line_no, read.invoice.as_str(), read.quantity), (7, "C536379", -48));
    assert_eq!(read.description, r#"RECORD FRAME 7" SINGLE SIZE"#);
    assert_eq!(read.invoiced_at, datetime(2010, 12, 1, 12, 27, 0, 0), "the first of December, not of January");
    assert_eq!((read.unit_price_cents, read.customer_id), (210, Some(16_210)));
}

#[test]
fn every_fault_has_its_reason() {
    let cases = [
        ("536365;85123A;WHITE LANTERN;6;1/12/2010 08:26;2,55;;United Kingdom", Ok(())),
        (r#"536365;85123A;RULER 12" LONG;6;1/12/2010 08:26;2,55;;United Kingdom"#, Ok(())),
        ("   ", Err(RejectReason::Blank)),
        ("536365;85123A;LANTERN;6", Err(RejectReason::FieldCount)),
        ("536365;85123A;A;B;6;1/12/2010 08:26;2,55;1;United Kingdom", Err(RejectReason::FieldCount)),
        (r#"536365;85123A;"LANTERN;6;1/12/2010 08:26;2,55;1;United Kingdom"#, Err(RejectReason::UnclosedQuote)),
        ("53636;85123A;LANTERN;6;1/12/2010 08:26;2,55;1;United Kingdom", Err(RejectReason::Invoice)),
        ("536365;;LANTERN;6;1/12/2010 08:26;2,55;1;United Kingdom", Err(RejectReason::StockCode)),
        ("536365;85123A;LANTERN;six;1/12/2010 08:26;2,55;1;United Kingdom", Err(RejectReason::Quantity)),
        ("536365;85123A;LANTERN;0;1/12/2010 08:26;2,55;1;United Kingdom", Err(RejectReason::Quantity)),
        ("536365;85123A;LANTERN;6;12/31/2010 08:26;2,55;1;United Kingdom", Err(RejectReason::InvoiceDate)),
        ("536365;85123A;LANTERN;6;30/2/2010 08:26;2,55;1;United Kingdom", Err(RejectReason::InvoiceDate)),
        ("536365;85123A;LANTERN;6;1/12/2010 08:26;2.55;1;United Kingdom", Err(RejectReason::UnitPrice)),
        ("536365;85123A;LANTERN;6;1/12/2010 08:26;2,55;x1;United Kingdom", Err(RejectReason::Customer)),
        ("536365;85123A;LANTERN;6;1/12/2010 08:26;2,55;1; ", Err(RejectReason::Country)),
    ];
    for (line, expected) in cases {
        assert_eq!(reason(line), expected, "{line}");
    }
    let latin = [b"536365;85123A;5 \xa3 LANTERN".as_slice(), b";6;1/12/2010 08:26;2,55;1;EIRE"].concat();
    assert!(matches!(parse_line(2, &latin), Parsed::Rejected(line) if line.reason == RejectReason::NotUtf8));
}

#[test]
fn every_line_is_counted_also_without_a_last_line_break() {
    let good = "536365;85123A;LANTERN;6;1/12/2010 08:26;2,55;1;EIRE";
    let long = "x".repeat(MAX_LINE_BYTES as usize * 2);
    let file = format!("\u{feff}{HEADER}\r\n{good}\r\n\r\n{long}\n\"stray\n{good}");
    let mut reader = ExportReader::new(file.as_bytes()).unwrap();
    let reasons: Vec<Option<RejectReason>> = reader
        .by_ref()
        .map(|parsed| match parsed.unwrap() {
            Parsed::Landed(_) => None,
            Parsed::Rejected(line) => Some(line.reason),
        })
        .collect();
    let expected =
        [None, Some(RejectReason::Blank), Some(RejectReason::TooLong), Some(RejectReason::UnclosedQuote), None];
    assert_eq!(reasons, expected);
    let accounting = reader.accounting();
    assert!(accounting.adds_up(), "{accounting:?}");
    assert_eq!((accounting.lines, accounting.landed, accounting.rejected), (6, 2, 3));
}

#[test]
fn another_file_is_refused_as_a_whole() {
    for file in ["", "a;b;c\n1;2;3\n"] {
        assert!(matches!(ExportReader::new(file.as_bytes()), Err(ExportError::Header { .. })), "{file}");
    }
}

proptest::proptest! {
    /// Whatever is in the file, every line has one outcome and lands only with eight sound fields.
    #[test]
    fn no_input_is_lost_or_fatal(lines in proptest::collection::vec("[C5;,\"/ :0-9a\\r\u{fe}]{0,60}", 0..20)) {
        let file = format!("{HEADER}\n{}", lines.join("\n"));
        let mut reader = ExportReader::new(file.as_bytes()).unwrap();
        let outcomes: Vec<Parsed> = reader.by_ref().map(Result::unwrap).collect();
        let accounting = reader.accounting();
        assert!(accounting.adds_up(), "{accounting:?}");
        assert_eq!(outcomes.len() as i64, accounting.lines - 1);
        assert_eq!(accounting.lines as usize, file.lines().count());
        for (outcome, line_no) in outcomes.iter().zip(2..) {
            let seen = match outcome {
                Parsed::Landed(line) => line.line_no,
                Parsed::Rejected(line) => line.line_no,
            };
            assert_eq!(seen, line_no);
        }
    }

    /// A line we write ourselves is read back as it was.
    #[test]
    fn what_is_written_is_read_back(
        number in 100_000..999_999_u32,
        quantity in -500..500_i64,
        cents in -10_000..1_000_000_i64,
        day in 1..=28_i8,
        month in 1..=12_i8,
    ) {
        proptest::prop_assume!(quantity != 0);
        let price = crate::money::decimal_comma_from_cents(cents);
        let line = format!("{number};22041;LANTERN;{quantity};{day}/{month}/2026 09:05;{price};;EIRE");
        let Parsed::Landed(read) = parse_line(2, line.as_bytes()) else { panic!("rejected: {line}") };
        assert_eq!((read.quantity, read.unit_price_cents), (quantity, cents));
        assert_eq!(read.invoiced_at, datetime(2026, month, day, 9, 5, 0, 0));
    }
}

//! Writing an export with the flaws of a real one, and keeping count of what was done to it.

use super::HEADER;
use crate::money::decimal_comma_from_cents;
use crate::random::Random;
use crate::world::{Customer, Product, World, days_after};
use jiff::civil::Date;

/// An export and how many lines of each kind were planted.
#[derive(Debug, Clone, Default)]
pub struct GeneratedExport {
    /// The file.
    pub bytes: Vec<u8>,
    /// Lines, header included.
    pub lines: i64,
    /// Lines no reader can land.
    pub broken: i64,
    /// Lines that repeat the line before them.
    pub repeated: i64,
    /// Lines of cancelled invoices.
    pub cancelled: i64,
    /// Lines without a customer.
    pub without_customer: i64,
}

const FIRST_INVOICE: u64 = 600_001;
const INVOICES_PER_DAY: u64 = 6;

/// The till's export of `days` days from `from` on.
#[must_use]
pub fn generate(world: &World, from: Date, days: i64) -> GeneratedExport {
    let mut random = Random::new(world.seed(), "till");
    let mut export = GeneratedExport { lines: 1, ..GeneratedExport::default() };
    export.bytes.extend_from_slice("\u{feff}".as_bytes());
    export.bytes.extend_from_slice(format!("{HEADER}\n").as_bytes());
    let mut invoice = FIRST_INVOICE;
    for day in 0..days {
        for _ in 0..INVOICES_PER_DAY {
            let header = Invoice::draw(&mut random, world, invoice, days_after(from, day));
            header.write(&mut random, world.catalogue(), &mut export);
            invoice += 1;
        }
    }
    export
}

#[derive(Debug)]
struct Invoice {
    number: String,
    is_cancelled: bool,
    at: String,
    customer: String,
    country: String,
}

impl Invoice {
    fn draw(random: &mut Random, world: &World, number: u64, day: Date) -> Self {
        let is_cancelled = random.chance(50);
        let known = !random.chance(220);
        let person: Option<&Customer> = world.people().get(random.index(world.people().len() / 3));
        let person = person.filter(|_| known);
        Self {
            number: format!("{}{number}", if is_cancelled { "C" } else { "" }),
            is_cancelled,
            at: format!(
                "{}/{}/{} {:02}:{:02}",
                day.day(),
                day.month(),
                day.year(),
                random.between(8, 17),
                random.between(0, 59)
            ),
            customer: person.map(|person| person.customer_id.to_string()).unwrap_or_default(),
            country: random.pick(&["United Kingdom", "United Kingdom", "United Kingdom", "EIRE", "Germany"]).to_owned(),
        }
    }

    fn write(&self, random: &mut Random, products: &[Product], export: &mut GeneratedExport) {
        for _ in 0..random.between(1, 5) {
            let Some(product) = products.get(random.index(products.len())) else {
                continue;
            };
            let line = self.line(random, product);
            if random.chance(15) {
                export.push(&break_line(random, &line));
                export.broken += 1;
                continue;
            }
            export.push(line.as_bytes());
            export.cancelled += i64::from(self.is_cancelled);
            export.without_customer += i64::from(self.customer.is_empty());
            if random.chance(12) {
                export.push(line.as_bytes());
                export.repeated += 1;
            }
        }
    }

    fn line(&self, random: &mut Random, product: &Product) -> String {
        let quantity = random.between(1, 48) * if self.is_cancelled { -1 } else { 1 };
        let description = match random.below(100) {
            0..=3 => format!("\"{} 7\"\" \"", product.name),
            4..=5 => format!("{} 12\" LONG", product.name),
            6..=11 => format!("{} ", product.name),
            _ => product.name.clone(),
        };
        format!(
            "{};{};{description};{quantity};{};{};{};{}",
            self.number,
            product.sku,
            self.at,
            decimal_comma_from_cents(product.price_cents),
            self.customer,
            self.country
        )
    }
}

/// One of the ways in which lines get damaged between the till and the file share.
fn break_line(random: &mut Random, line: &str) -> Vec<u8> {
    match random.below(6) {
        0 => line.chars().take(line.chars().count() / 3).filter(|c| *c != '"').collect::<String>().into_bytes(),
        1 => Vec::new(),
        2 => open_quote(line).into_bytes(),
        3 => format!("{line};moved by hand").into_bytes(),
        4 => line.replacen('/', "-", 1).into_bytes(),
        _ => [line.as_bytes(), b" \xa3\xff"].concat(),
    }
}

/// The description gets an opening quote that nothing closes.
fn open_quote(line: &str) -> String {
    let plain = line.replace('"', "");
    let mut parts = plain.splitn(3, ';');
    let mut part = || parts.next().unwrap_or_default();
    format!("{};{};\"{}", part(), part(), part())
}

impl GeneratedExport {
    fn push(&mut self, line: &[u8]) {
        self.bytes.extend_from_slice(line);
        self.bytes.push(b'\n');
        self.lines += 1;
    }
}

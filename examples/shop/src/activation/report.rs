//! The weekly report: a page of text for people who do not open dashboards.

use crate::curate::{CancellationRate, DailyRevenue, ProductPerformance};
use crate::warehouse::{Warehouse, WarehouseError};
use crate::world::days_after;
use jiff::civil::Date;
use std::fmt::Write;

/// The last seven days against the seven before, in Markdown. Ends with the newest day that has revenue.
#[must_use]
pub fn weekly_report(revenue: &[DailyRevenue], products: &[ProductPerformance], lost: &[CancellationRate]) -> String {
    let Some(last) = revenue.iter().map(|row| row.day).max() else {
        return "# The week\n\nNothing was sold yet.\n".to_owned();
    };
    let within = |day: Date, weeks_back: i64| {
        let end = days_after(last, -7 * weeks_back);
        day > days_after(end, -7) && day <= end
    };
    let sum = |weeks_back| -> i64 {
        revenue.iter().filter(|row| within(row.day, weeks_back)).map(|row| row.revenue_cents).sum()
    };
    let orders: i64 = revenue.iter().filter(|row| within(row.day, 0)).map(|row| row.orders).sum();
    let (this_week, before) = (sum(0), sum(1));
    let mut text = format!("# The week to {last}\n\n");
    let _ = writeln!(text, "- Revenue {} in {orders} orders, {}", pounds(this_week), trend(this_week, before));
    let all: i64 = lost.iter().filter(|row| within(row.day, 0)).map(|row| row.orders).sum();
    let gone: i64 = lost.iter().filter(|row| within(row.day, 0)).map(|row| row.lost).sum();
    let _ = writeln!(text, "- {gone} of {all} orders cancelled, returned or refunded\n");
    let _ = writeln!(text, "| best sellers of all time | pieces | revenue |\n|---|---:|---:|");
    let mut best: Vec<&ProductPerformance> = products.iter().filter(|row| row.revenue_rank <= 5).collect();
    best.sort_by_key(|row| row.revenue_rank);
    for row in best {
        let name = row.name.replace('|', "/");
        let _ = writeln!(text, "| {name} | {} | {} |", row.units_sold, pounds(row.revenue_cents));
    }
    text
}

/// Reads the curated tables and writes the report.
///
/// # Errors
/// When the warehouse refuses.
pub async fn build_weekly_report(warehouse: &Warehouse) -> Result<String, WarehouseError> {
    let (revenue, products) = (warehouse.read_all().await?, warehouse.read_all().await?);
    Ok(weekly_report(&revenue, &products, &warehouse.read_all().await?))
}

fn pounds(cents: i64) -> String {
    let sign = if cents < 0 { "-" } else { "" };
    format!("{sign}£{}.{:02}", cents.unsigned_abs() / 100, cents.unsigned_abs() % 100)
}

fn trend(now: i64, before: i64) -> String {
    if before <= 0 {
        return "with no week before to compare".to_owned();
    }
    let percent = (now - before) * 100 / before;
    format!("{percent:+} % against the week before")
}

#[cfg(test)]
mod tests {
    use super::weekly_report;
    use crate::curate::{Channel, DailyRevenue};
    use jiff::civil::date;

    fn day(day: i8, revenue_cents: i64) -> DailyRevenue {
        DailyRevenue { day: date(2026, 3, day), channel: Channel::Web, orders: 2, units: 3, revenue_cents }
    }

    #[test]
    fn weeks_are_seven_days_and_do_not_overlap() {
        let revenue = [day(1, 999_999), day(2, 10_000), day(8, 10_000), day(9, 20_000), day(15, 25_005)];
        let report = weekly_report(&revenue, &[], &[]);
        assert!(report.starts_with("# The week to 2026-03-15"), "{report}");
        assert!(report.contains("Revenue £450.05 in 4 orders, +125 % against the week before"), "{report}");
        assert!(weekly_report(&[], &[], &[]).contains("Nothing was sold"));
    }
}

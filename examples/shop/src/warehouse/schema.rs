//! The list of tables. A new record is added here once, and the warehouse makes its table at the next start.

use super::Record;
use super::record::create_table;
use crate::{activation, cleanse, curate, ingest};

/// Name and `CREATE TABLE` statement of every table.
pub(super) fn tables() -> Vec<(&'static str, String)> {
    vec![
        table::<ingest::RawOrder>(),
        table::<ingest::RawChange>(),
        table::<ingest::RawCustomer>(),
        table::<ingest::RawProduct>(),
        table::<ingest::RawExportLine>(),
        table::<ingest::RawExportReject>(),
        table::<cleanse::CleanOrder>(),
        table::<cleanse::CleanOrderItem>(),
        table::<cleanse::CleanCustomer>(),
        table::<cleanse::CleanProduct>(),
        table::<cleanse::CleanExportLine>(),
        table::<cleanse::CleanReject>(),
        table::<curate::Customer>(),
        table::<curate::Product>(),
        table::<curate::Order>(),
        table::<curate::OrderItem>(),
        table::<curate::DailyRevenue>(),
        table::<curate::LifetimeValue>(),
        table::<curate::ProductPerformance>(),
        table::<curate::CountryRevenue>(),
        table::<curate::CancellationRate>(),
        table::<activation::CustomerSegment>(),
        table::<activation::CrmContact>(),
        table::<activation::CrmReject>(),
        table::<activation::DemandForecast>(),
        table::<activation::ForecastMetric>(),
    ]
}

fn table<R: Record>() -> (&'static str, String) {
    (R::TABLE, create_table::<R>())
}

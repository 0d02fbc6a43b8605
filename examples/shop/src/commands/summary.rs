//! What came of a run, asked from the server as any other program could.

use super::CommandError;
use headwater::MetadataValue;
use headwater::manifest::Severity;
use headwater_client::Client;
use headwater_client::api::{Asset, ListQuery, VersionQuery};
use std::collections::BTreeMap;
use std::fmt;

/// The figures of one group.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
struct Figures {
    assets: usize,
    /// With a version, made or observed.
    done: usize,
    rows: i64,
    rejected: i64,
    checks: usize,
    passed: usize,
}

/// What came of a run, group by group.
#[derive(Debug, Default)]
pub(super) struct Summary {
    groups: BTreeMap<String, Figures>,
    /// Checks that did not pass.
    failed: Vec<String>,
}

/// Assets of one answer; the example has fewer.
const MOST: u32 = 500;

/// Asks the server at `url`.
pub(super) async fn of(url: &str) -> Result<Summary, CommandError> {
    let client = Client::new(url, None)?;
    let everything = ListQuery { limit: Some(MOST), ..ListQuery::default() };
    let mut summary = Summary::default();
    for asset in client.assets(None, &everything).await?.items {
        summary.add(&client, &asset).await?;
    }
    Ok(summary)
}

impl Summary {
    async fn add(&mut self, client: &Client, asset: &Asset) -> Result<(), CommandError> {
        let figures = self.groups.entry(asset.group.clone()).or_default();
        figures.assets += 1;
        figures.done += usize::from(asset.latest.is_some());
        for check in &asset.checks {
            let Some(result) = &check.latest else {
                continue;
            };
            figures.checks += 1;
            if result.passed {
                figures.passed += 1;
            } else {
                let soft = if result.severity == Severity::Warn { " (a warning)" } else { "" };
                self.failed.push(format!("{}: {}{soft}", asset.key, check.name));
            }
        }
        let newest = VersionQuery { limit: Some(1), ..VersionQuery::default() };
        for version in client.asset_versions(&asset.key, &newest).await?.items {
            let count = |name: &str| match version.metadata.get(name) {
                Some(MetadataValue::Int(count)) => *count,
                _ => 0,
            };
            figures.rows += count("rows");
            figures.rejected += count("rejected");
        }
        Ok(())
    }
}

impl fmt::Display for Summary {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "\n{:<12} {:>8} {:>10} {:>10} {:>10}", "group", "assets", "rows", "rejected", "checks")?;
        for (group, figures) in &self.groups {
            writeln!(
                f,
                "{group:<12} {:>8} {:>10} {:>10} {:>10}",
                format!("{}/{}", figures.done, figures.assets),
                figures.rows,
                figures.rejected,
                format!("{}/{}", figures.passed, figures.checks)
            )?;
        }
        for check in &self.failed {
            writeln!(f, "did not pass: {check}")?;
        }
        Ok(())
    }
}

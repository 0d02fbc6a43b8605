//! Reading and validating a manifest.

use std::time::Instant;

use anyhow::Result;
use headwater_core::{command::Deploy, id::AssetId};
use serde_json::json;

use crate::{
    dag::{Shape, manifest},
    report::{Report, Target, percentile},
};

pub(super) fn measure(report: &mut Report) -> Result<()> {
    for (assets, goal) in [(10_000, 100.0), (100_000, 1_000.0)] {
        let text = serde_json::to_string(&manifest(Shape::Layered(assets)))?;
        let mut samples = Vec::new();
        for _ in 0..5 {
            let start = Instant::now();
            let deploy = Deploy::read(&text, || AssetId(uuid::Uuid::nil()))
                .map_err(|refusal| anyhow::anyhow!(refusal.message))?;
            samples.push(start.elapsed().as_secs_f64() * 1e3);
            anyhow::ensure!(deploy.snapshot.manifest().assets.len() == assets + 1);
        }
        report.add(
            "load_ms",
            percentile(&samples, 0.5),
            "ms",
            Target::AtMost(goal),
            json!({ "assets": assets, "bytes": text.len() }),
        );
    }
    Ok(())
}

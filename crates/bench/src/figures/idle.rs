//! A server that starts, and one that has nothing to do.

use std::time::Duration;

use anyhow::Result;
use serde_json::json;

use super::BACKENDS;
use crate::{
    dag::Shape,
    report::{Report, Target, percentile},
    stack::Stack,
};

const ASSETS: usize = 100;

pub(super) async fn measure(report: &mut Report) -> Result<()> {
    for backend in BACKENDS {
        let parameters = json!({ "assets": ASSETS, "backend": backend.name() });
        let mut stack = Stack::start(backend, Shape::Layered(ASSETS)).await?;
        let mut samples = Vec::new();
        for _ in 0..5 {
            stack.kill_server()?;
            samples.push(stack.start_server().await?.as_secs_f64() * 1e3);
        }
        report.add("server_ready_ms", percentile(&samples, 0.5), "ms", Target::AtMost(150.0), parameters.clone());
        stack.start_worker(8).await?;
        tokio::time::sleep(Duration::from_secs(5)).await;
        let mut parameters = parameters;
        parameters["processes"] = json!("server and worker, without the database's");
        report.add("idle_memory_mb", stack.memory_mb()?, "MB", Target::AtMost(40.0), parameters);
    }
    Ok(())
}

//! `workers`.

use headwater_api::Worker;

use crate::{
    context::Context,
    edge,
    failure::{Done, Exit},
    output::{
        Style, Tone,
        table::{Cell, table},
        time,
    },
};

pub(crate) async fn workers(context: &Context) -> Done {
    let workers = context.client()?.workers().await?.items;
    context.output.show(&workers, |style| list(style, &workers))?;
    Ok(Exit::Success)
}

fn list(style: &Style, workers: &[Worker]) -> String {
    let now = edge::now();
    let rows = workers.iter().map(|worker| {
        let tags: Vec<String> = worker.tags.iter().map(|(name, value)| format!("{name}={value}")).collect();
        let busy = worker.running.map_or_else(|| format!("-/{}", worker.slots), |n| format!("{n}/{}", worker.slots));
        vec![
            Cell::new(&worker.name).whole(),
            Cell::state(worker.state).whole(),
            Cell::number(busy),
            Cell::new(&worker.location),
            Cell::new(worker.snapshot.short()).whole(),
            Cell::new(format!("{}:{}", worker.host, worker.pid)).whole(),
            Cell::new(time::ago(now, worker.joined_at.0)),
            Cell::toned(tags.join(" "), Tone::Dim),
        ]
    });
    let headings = ["worker", "state", "busy", "location", "definitions", "process", "joined", "tags"];
    table(style, &headings, rows.collect(), "no worker ever joined; start one with your project's `worker` command")
}

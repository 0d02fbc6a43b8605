//! Pools and the queue.

use headwater_api::{Pool, Queue};
use headwater_client::IdempotencyKey;

use super::runs::short;
use crate::{
    args::PoolCommand,
    context::Context,
    failure::{Done, Exit},
    output::{
        Style, Tone,
        table::{Cell, table},
    },
};

pub(crate) async fn pool(context: &Context, command: PoolCommand) -> Done {
    let client = context.client()?;
    match command {
        PoolCommand::Ls => {
            let pools = client.pools().await?.items;
            context.output.show(&pools, |style| list(style, &pools))?;
        }
        PoolCommand::Set { name, limit } => {
            client.set_pool(&name, limit.0, &IdempotencyKey::random()).await?;
            let document = serde_json::json!({ "pool": name, "limit": limit.0 });
            context.output.show(&document, |_| match limit.0 {
                Some(limit) => format!("pool {name} has {limit} slots"),
                None => format!("pool {name} has what the definitions say"),
            })?;
        }
    }
    Ok(Exit::Success)
}

fn list(style: &Style, pools: &[Pool]) -> String {
    let rows = pools.iter().map(|pool| {
        let limit = pool.limit.map_or_else(|| "no limit".to_owned(), |limit| limit.to_string());
        let full = pool.limit.is_some() && pool.used >= pool.limit;
        let remark = match (pool.set, pool.declared) {
            (Some(_), Some(declared)) => format!("set by hand, {declared} declared"),
            (Some(_), None) => "set by hand".to_owned(),
            (None, _) => String::new(),
        };
        let used = pool.used.map_or_else(|| "-".to_owned(), |used| used.to_string());
        vec![
            Cell::new(&pool.name),
            Cell::number(limit),
            Cell::toned(used, if full { Tone::Warn } else { Tone::Plain }),
            Cell::maybe(pool.waiting),
            Cell::toned(remark, Tone::Dim),
        ]
    });
    table(style, &["pool", "limit", "used", "waiting", ""], rows.collect(), "no pools are declared or used")
}

pub(crate) async fn queue(context: &Context) -> Done {
    let queue = context.client()?.queue().await?;
    context.output.show(&queue, |style| queue_page(style, &queue))?;
    Ok(Exit::Success)
}

fn queue_page(style: &Style, queue: &Queue) -> String {
    if queue.runs.is_empty() && queue.waiting_steps == 0 {
        return "nothing waits".to_owned();
    }
    let runs = queue.runs.iter().map(|run| vec![Cell::new(short(run.run)).whole(), Cell::new(&run.why)]);
    let steps = queue
        .steps
        .iter()
        .map(|step| vec![Cell::new(short(step.run)).whole(), Cell::new(&step.name), Cell::new(&step.why)]);
    let mut text = table(style, &["run", "waits because"], runs.collect(), "no run waits for its turn");
    let more = queue.waiting_steps.saturating_sub(queue.steps.len() as u64);
    text.push_str("\n\n");
    text.push_str(&table(style, &["run", "step", "waits because"], steps.collect(), "no step waits"));
    if more > 0 {
        text.push_str(&format!("\nand {more} more steps"));
    }
    text
}

//! Schedules: listed, switched, looked ahead, looked back.

use headwater_api::{ListQuery, PreviewQuery, Schedule, Tick, Time};
use headwater_client::IdempotencyKey;
use headwater_core::{manifest::Switch, time::Timestamp};

use super::runs::short;
use crate::{
    args::ScheduleCommand,
    context::{Context, collect},
    edge,
    failure::{Done, Exit},
    output::{
        Style, Tone,
        table::{Cell, table},
        time,
    },
};

pub(crate) async fn schedule(context: &Context, command: ScheduleCommand) -> Done {
    match command {
        ScheduleCommand::Ls => ls(context).await,
        ScheduleCommand::On { names } => switch(context, &names, Switch::On).await,
        ScheduleCommand::Off { names } => switch(context, &names, Switch::Off).await,
        ScheduleCommand::Preview { name, count } => preview(context, &name, count).await,
        ScheduleCommand::Ticks { name, limit } => ticks(context, &name, limit).await,
    }
}

async fn ls(context: &Context) -> Done {
    let schedules = context.client()?.schedules().await?.items;
    context.output.show(&schedules, |style| list(style, &schedules, edge::now()))?;
    Ok(Exit::Success)
}

fn list(style: &Style, schedules: &[Schedule], now: Timestamp) -> String {
    let rows = schedules.iter().map(|schedule| {
        let (switch, next) = match schedule.switch {
            Switch::On => (Cell::toned("on", Tone::Good), schedule.next.first().map(|at| time::ago(now, at.0))),
            Switch::Off => (Cell::toned("off", Tone::Dim), None),
        };
        let last = schedule.last.as_ref().map(|tick| format!("{} {}", tick.outcome, time::ago(now, tick.due_at.0)));
        vec![
            Cell::new(&schedule.name),
            switch,
            Cell::new(&schedule.when),
            Cell::new(&schedule.selection),
            Cell::maybe(next),
            Cell::maybe(last),
        ]
    });
    table(style, &["schedule", "", "when", "selection", "next", "last"], rows.collect(), "no schedules are declared")
}

async fn switch(context: &Context, names: &[String], switch: Switch) -> Done {
    let client = context.client()?;
    let word = if switch == Switch::On { "on" } else { "off" };
    for name in names {
        client.switch_schedule(name, switch, &IdempotencyKey::random()).await?;
        let document = serde_json::json!({ "schedule": name, "switch": switch });
        context.output.record(&document, |_| format!("schedule {name} is {word}"))?;
    }
    Ok(Exit::Success)
}

async fn preview(context: &Context, name: &str, count: u32) -> Done {
    let query = PreviewQuery { count: Some(count), after: None };
    let preview = context.client()?.preview_schedule(name, &query).await?;
    let now = edge::now();
    context.output.show(&preview, |style| {
        let rows = |at: &Time| vec![Cell::new(time::instant(*at)), Cell::toned(time::ago(now, at.0), Tone::Dim)];
        let ticks = table(style, &["due (UTC)", ""], preview.ticks.iter().map(rows).collect(), "it never ticks");
        format!("{}, {} steps\n\n{ticks}", preview.when, preview.steps)
    })?;
    Ok(Exit::Success)
}

async fn ticks(context: &Context, name: &str, limit: u32) -> Done {
    let client = context.client()?;
    let ticks = collect(limit, |cursor, limit| {
        let (client, list) = (&client, ListQuery { cursor, limit: Some(limit) });
        async move { client.ticks(name, &list).await }
    })
    .await?;
    context.output.show(&ticks, |style| tick_table(style, &ticks, edge::now()))?;
    Ok(Exit::Success)
}

fn tick_table(style: &Style, ticks: &[Tick], now: Timestamp) -> String {
    let rows = ticks.iter().map(|tick| {
        let due = match tick.count {
            0 | 1 => time::instant(tick.due_at),
            count => format!("{} … {} ({count} ticks)", time::instant(tick.due_at), time::instant(tick.through_at)),
        };
        vec![
            Cell::new(due),
            Cell::toned(time::ago(now, tick.through_at.0), Tone::Dim),
            Cell::state(tick.outcome),
            Cell::maybe(tick.run.map(short)),
            Cell::new(tick.reason.as_deref().unwrap_or_default()),
        ]
    });
    table(style, &["due (UTC)", "", "outcome", "run", "reason"], rows.collect(), "it has not ticked yet")
}

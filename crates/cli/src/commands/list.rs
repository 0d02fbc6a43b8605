//! `ls`: assets, from the definitions at hand or with their state from a server.

use headwater_api::{Asset, ListQuery, Staleness};
use headwater_core::{
    graph::Snapshot,
    manifest::{AssetDef, AssetRole},
    record::StepState,
    selection::Selection,
    time::Timestamp,
};

use super::checks::Verdict;
use crate::{
    args::LsArgs,
    context::{Context, Definitions, collect, snapshot},
    edge,
    failure::{Done, Exit, Failure},
    output::{
        Style, Tone,
        table::{Cell, table},
        time,
    },
};

pub(crate) async fn ls(context: &Context, args: &LsArgs) -> Done {
    match context.definitions(args.manifest.as_deref())? {
        Definitions::Here(registry) => {
            let snapshot = snapshot(registry.manifest())?;
            let chosen = select(context, &snapshot, args.selection.as_deref())?;
            let assets: Vec<&AssetDef> = chosen.into_iter().map(|asset| snapshot.asset(asset)).collect();
            context.output.show(&assets, |style| declared(style, &assets))?;
        }
        Definitions::Server => {
            args.selection.as_deref().map_or(Ok(()), super::materialize::check_selection)?;
            let client = context.client()?;
            let assets = collect(u32::MAX, |cursor, limit| {
                let (client, list) = (&client, ListQuery { cursor, limit: Some(limit) });
                async move { client.assets(args.selection.as_deref(), &list).await }
            })
            .await?;
            context.output.show(&assets, |style| live(style, &assets, edge::now()))?;
            if let (Some(text), true) = (&args.selection, assets.is_empty()) {
                context.output.warn(&nothing_matches(text));
            }
        }
    }
    Ok(Exit::Success)
}

/// An empty list is an answer, and often one that was not expected.
fn nothing_matches(text: &str) -> String {
    format!("no asset matches `{text}`")
}

/// The assets that a text selects, by number; all of them without one. What no asset matches is warned of.
pub(super) fn select(context: &Context, snapshot: &Snapshot, text: Option<&str>) -> Result<Vec<u32>, Failure> {
    let Some(text) = text else {
        return Ok((0..snapshot.manifest().assets.len() as u32).collect());
    };
    let selection = if text.trim().starts_with("job:") {
        snapshot.read_selection(text).map_err(Failure::usage)?.0
    } else {
        Selection::parse(text).map_err(|error| Failure::selection(&error))?
    };
    let found = selection.eval(snapshot);
    for warning in &found.warnings {
        context.output.warn(&selection.render(warning));
    }
    if found.warnings.is_empty() && found.nodes.is_empty() {
        context.output.warn(&nothing_matches(text));
    }
    Ok(found.nodes.iter().map(|node| node as u32).collect())
}

/// Who makes an asset, in one word.
pub(super) const fn role(role: &AssetRole) -> &'static str {
    match role {
        AssetRole::Materialized { .. } => "materialized",
        AssetRole::Observed { .. } => "observed",
        AssetRole::External => "external",
    }
}

/// What stands in place of a table without rows.
const NOTHING: &str = "there are no such assets";

fn declared(style: &Style, assets: &[&AssetDef]) -> String {
    let rows = assets.iter().map(|asset| {
        vec![
            Cell::new(&asset.key),
            Cell::new(&asset.group),
            Cell::new(role(&asset.role)),
            Cell::new(asset.kinds.join(", ")),
            Cell::new(asset.owners.join(", ")),
            Cell::toned(summary(&asset.description), Tone::Dim),
        ]
    });
    table(style, &["asset", "group", "role", "kinds", "owners", "description"], rows.collect(), NOTHING)
}

/// The first line of a description, cut to what fits beside the rest.
fn summary(description: &str) -> String {
    let line = description.lines().next().unwrap_or_default();
    match line.char_indices().nth(60) {
        Some((end, _)) => format!("{}…", &line[..end]),
        None => line.to_owned(),
    }
}

fn live(style: &Style, assets: &[Asset], now: Timestamp) -> String {
    let rows = assets.iter().map(|asset| {
        let (state, tone) = state(asset);
        vec![
            Cell::new(&asset.key),
            Cell::new(&asset.group),
            Cell::toned(state, tone),
            Cell::maybe(asset.latest.as_ref().map(|latest| time::ago(now, latest.at.0))),
            checks(asset),
            Cell::new(asset.owners.join(", ")),
        ]
    });
    table(style, &["asset", "group", "state", "made", "checks", "owners"], rows.collect(), NOTHING)
}

/// What the checks of an asset say together: the worst of it.
pub(super) fn checks(asset: &Asset) -> Cell {
    let all = asset.checks.len();
    let latest = || asset.checks.iter().filter_map(|check| check.latest.as_ref());
    let verdicts: Vec<Verdict> = latest().filter_map(Verdict::of).collect();
    let of = |wanted: fn(Verdict) -> bool| verdicts.iter().filter(|verdict| wanted(**verdict)).count();
    match (of(|verdict| verdict > Verdict::Warned), of(|verdict| verdict == Verdict::Warned)) {
        _ if all == 0 => Cell::toned("-", Tone::Dim),
        _ if latest().count() == 0 => Cell::toned(format!("{all} never run"), Tone::Dim),
        (0, 0) => Cell::toned(format!("{} ok", latest().count()), Tone::Good),
        (0, warned) => Cell::toned(format!("{warned} of {all} warn"), Tone::Warn),
        (failed, _) => Cell::toned(format!("{failed} of {all} failed"), Tone::Bad),
    }
}

/// How an asset is, in one or two words.
pub(super) fn state(asset: &Asset) -> (&'static str, Tone) {
    match (&asset.in_progress, &asset.failed, asset.staleness) {
        (Some(progress), ..) if progress.state == StepState::Running => ("being made", Tone::Busy),
        (Some(_), ..) => ("planned", Tone::Busy),
        (None, Some(_), _) => ("failed", Tone::Bad),
        (.., Staleness::Missing) => ("missing", Tone::Dim),
        (.., Staleness::Stale) => ("stale", Tone::Warn),
        (.., Staleness::Fresh) => ("fresh", Tone::Good),
        (.., Staleness::External) => ("external", Tone::Dim),
    }
}

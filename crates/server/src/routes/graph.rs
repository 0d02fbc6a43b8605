//! The asset graph, laid out.

use std::collections::BTreeMap;

use axum::{Json, extract::State};
use headwater_api::{Graph, GraphGroup, GraphNode, NodeState, StateCounts};
use headwater_core::{selection::Universe, time::Timestamp};
use serde::Deserialize;
use utoipa::IntoParams;

use super::assets::role_name;
use crate::{
    app::App,
    extract::{Here, QueryOf},
    problem::Reply,
    views::{Boxed, Catalog, Current, Drawing, Facts, Which},
};

/// Which assets, and how.
#[derive(Debug, Default, Deserialize, IntoParams)]
#[serde(default, deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(super) struct GraphQuery {
    /// Only these, in the selection language.
    pub(super) select: Option<String>,
    /// Groups for which one box stands, by name and separated by commas; `*` for all of them.
    pub(super) collapse: Option<String>,
}

/// Assets and the edges between them, all at once and laid out in layers from left to right. The layout follows from
/// the definitions, so that it stays the same between two deploys.
#[utoipa::path(
    get, path = "/api/v1/deployments/{deployment}/graph", tag = "assets",
    params(("deployment" = String, Path), GraphQuery), responses((status = 200, body = Graph)),
)]
pub(super) async fn graph(State(app): State<App>, here: Here, QueryOf(query): QueryOf<GraphQuery>) -> Reply<Graph> {
    let catalog = app.views.catalog(&*app.store, &here.0).await?;
    let select = query.select.as_deref().unwrap_or_default().trim();
    let collapse = query.collapse.as_deref().unwrap_or_default().split(',');
    let collapse = collapse.map(str::trim).filter(|group| !group.is_empty()).map(ToOwned::to_owned).collect();
    let which = Which { select: select.to_owned(), collapse };
    let drawing = catalog.drawing(which.clone(), |catalog| super::selection::select(catalog, Some(select))).await?;
    let current = app.views.current(&*app.store, &here.0, &catalog).await?;
    Ok(Json(shown(&catalog, &current, &drawing, &which, app.now())))
}

/// The drawing with how its assets are.
fn shown(catalog: &Catalog, current: &Current, drawing: &Drawing, which: &Which, now: Timestamp) -> Graph {
    let mut counts: BTreeMap<&str, StateCounts> = BTreeMap::new();
    for &node in &drawing.nodes {
        let counts = counts.entry(catalog.group(node)).or_default();
        Facts::of(catalog, current, node, now).count(&catalog.def(node).role, counts);
    }
    let boxed = |what: &Boxed| match what {
        Boxed::Asset(node) => asset_box(catalog, *node, &Facts::of(catalog, current, *node, now)),
        Boxed::Group(group) => group_box(group, counts[group.as_str()]),
    };
    let placed = drawing.boxes.iter().zip(&drawing.layout.places);
    let nodes = placed.map(|(what, at)| GraphNode { x: at.x, y: at.y, layer: at.layer, ..boxed(what) });
    let group = |(name, counts): (&&str, &StateCounts)| GraphGroup {
        name: (*name).to_owned(),
        collapsed: which.is_collapsed(name),
        counts: *counts,
    };
    Graph {
        snapshot: catalog.address(),
        seq: current.seq,
        groups: counts.iter().map(group).collect(),
        nodes: nodes.collect(),
        edges: drawing.edges.clone(),
        width: drawing.layout.width,
        height: drawing.layout.height,
    }
}

fn asset_box(catalog: &Catalog, node: usize, facts: &Facts) -> GraphNode {
    let def = catalog.def(node);
    GraphNode {
        key: def.key.to_string(),
        group: def.group.clone(),
        role: role_name(&def.role).to_owned(),
        kinds: def.kinds.clone(),
        rank: catalog.rank(node),
        state: facts.state,
        at: facts.at.map(Into::into),
        failed_checks: facts.failed_checks,
        warned_checks: facts.warned_checks,
        staleness: Some(facts.staleness),
        late: facts.late,
        owners: def.owners.clone(),
        x: 0.0,
        y: 0.0,
        layer: 0,
        counts: None,
    }
}

/// One box for a group, in the state that matters most.
fn group_box(group: &str, counts: StateCounts) -> GraphNode {
    let state = match counts {
        StateCounts { failed: 1.., .. } => NodeState::Failed,
        StateCounts { in_progress: 1.., .. } => NodeState::InProgress,
        StateCounts { missing: 1.., .. } => NodeState::Missing,
        _ => NodeState::Present,
    };
    GraphNode {
        key: format!("group:{group}"),
        group: group.to_owned(),
        role: "group".to_owned(),
        kinds: Vec::new(),
        rank: 0,
        state,
        at: None,
        failed_checks: counts.failed_checks,
        warned_checks: counts.warned_checks,
        staleness: None,
        late: counts.late > 0,
        owners: Vec::new(),
        x: 0.0,
        y: 0.0,
        layer: 0,
        counts: Some(counts),
    }
}

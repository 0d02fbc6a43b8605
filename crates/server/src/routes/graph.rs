//! The asset graph, laid out.

use std::collections::{BTreeMap, BTreeSet};

use axum::{Json, extract::State};
use headwater_api::{Graph, GraphGroup, GraphNode, NodeState, StateCounts};
use headwater_core::{
    graph::layout::{Layout, Sizes, layered},
    selection::Universe,
};
use serde::Deserialize;
use utoipa::IntoParams;

use super::{assets::role_name, selection::select};
use crate::{
    app::App,
    extract::{Here, QueryOf},
    problem::{Refused, Reply},
    views::{Catalog, Facts},
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
    let nodes = select(&catalog, query.select.as_deref())?;
    let current = app.views.current(&*app.store, &here.0, &catalog).await?;
    let facts = app.views.facts(&*app.store, &catalog, &current, &nodes, app.now()).await?;
    let collapse = query.collapse.unwrap_or_default();
    let seq = current.seq;
    // Ten thousand assets take tens of milliseconds, which other requests should not wait for.
    let drawn = tokio::task::spawn_blocking(move || draw(&catalog, &nodes, &facts, &collapse));
    let drawn = drawn.await.map_err(|error| Refused::new(headwater_api::ErrorCode::Internal, error.to_string()))?;
    Ok(Json(Graph { seq, ..drawn }))
}

fn draw(catalog: &Catalog, nodes: &[usize], facts: &[Facts], collapse: &str) -> Graph {
    let mut counts: BTreeMap<&str, StateCounts> = BTreeMap::new();
    for (&node, facts) in nodes.iter().zip(facts) {
        facts.count(&catalog.def(node).role, counts.entry(catalog.group(node)).or_default());
    }
    let named: BTreeSet<&str> = collapse.split(',').map(str::trim).collect();
    let collapsed = |group: &str| named.contains("*") || named.contains(group);
    // Boxes: every asset of an open group, and one for each group that is collapsed.
    let mut boxes: Vec<GraphNode> = Vec::new();
    let mut of_group: BTreeMap<&str, u32> = BTreeMap::new();
    let mut place = vec![None; catalog.len()];
    for (&node, facts) in nodes.iter().zip(facts) {
        let group = catalog.group(node);
        let at = boxes.len() as u32;
        if !collapsed(group) {
            boxes.push(asset_box(catalog, node, facts));
            place[node] = Some(at);
            continue;
        }
        let at = *of_group.entry(group).or_insert_with(|| {
            boxes.push(group_box(group, counts[group]));
            at
        });
        place[node] = Some(at);
    }
    let edges = edges(catalog, nodes, &place);
    let layout = layered(boxes.len(), &edges, Sizes::default());
    let Layout { places, width, height } = layout;
    for (node, place) in boxes.iter_mut().zip(places) {
        (node.x, node.y, node.layer) = (place.x, place.y, place.layer);
    }
    let groups = counts.iter().map(|(name, counts)| GraphGroup {
        name: (*name).to_owned(),
        collapsed: collapsed(name),
        counts: *counts,
    });
    Graph {
        snapshot: catalog.address(),
        seq: headwater_core::id::Seq(0),
        groups: groups.collect(),
        nodes: boxes,
        edges,
        width,
        height,
    }
}

fn edges(catalog: &Catalog, nodes: &[usize], place: &[Option<u32>]) -> Vec<(u32, u32)> {
    let mut edges: Vec<(u32, u32)> = nodes
        .iter()
        .flat_map(|&node| catalog.upstream(node).iter().filter_map(move |&up| place[up as usize].zip(place[node])))
        .filter(|(from, to)| from != to)
        .collect();
    edges.sort_unstable();
    edges.dedup();
    edges
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
        staleness: None,
        late: counts.late > 0,
        owners: Vec::new(),
        x: 0.0,
        y: 0.0,
        layer: 0,
        counts: Some(counts),
    }
}

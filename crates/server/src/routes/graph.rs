//! The asset graph.

use axum::{Json, extract::State};
use headwater_api::{Graph, GraphNode, NodeState};
use headwater_core::selection::Universe;
use serde::Deserialize;
use utoipa::IntoParams;

use super::{assets::role_name, selection::select};
use crate::{
    app::App,
    extract::{Here, QueryOf},
    problem::Reply,
    views::{Catalog, Current},
};

/// Which assets.
#[derive(Debug, Default, Deserialize, IntoParams)]
#[serde(default, deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(super) struct GraphQuery {
    /// Only these, in the selection language.
    pub(super) select: Option<String>,
}

/// Assets and the edges between them, all at once.
#[utoipa::path(
    get, path = "/api/v1/deployments/{deployment}/graph", tag = "assets",
    params(("deployment" = String, Path), GraphQuery), responses((status = 200, body = Graph)),
)]
pub(super) async fn graph(State(app): State<App>, here: Here, QueryOf(query): QueryOf<GraphQuery>) -> Reply<Graph> {
    let catalog = app.views.catalog(&*app.store, &here.0).await?;
    let nodes = select(&catalog, query.select.as_deref())?;
    let current = app.views.current(&*app.store, &here.0, &catalog).await?;
    let mut place = vec![None; catalog.len()];
    for (at, &node) in nodes.iter().enumerate() {
        place[node] = Some(at as u32);
    }
    let mut edges = Vec::new();
    for &node in &nodes {
        let ends = catalog.upstream(node).iter().filter_map(|&up| place[up as usize].zip(place[node]));
        edges.extend(ends);
    }
    Ok(Json(Graph {
        snapshot: catalog.address(),
        seq: current.seq,
        nodes: nodes.iter().map(|&node| shown(&catalog, &current, node)).collect(),
        edges,
    }))
}

fn shown(catalog: &Catalog, current: &Current, node: usize) -> GraphNode {
    let def = catalog.def(node);
    let id = catalog.id(node);
    let now = current.asset(id);
    let latest = now.and_then(|now| now.latest.as_ref()).map(|(latest, _)| latest.at);
    let state = match (current.in_progress(id), now.and_then(|now| now.failed), latest) {
        (Some(_), _, _) => NodeState::InProgress,
        (None, Some(_), _) => NodeState::Failed,
        (None, None, Some(_)) => NodeState::Present,
        (None, None, None) => NodeState::Missing,
    };
    GraphNode {
        key: def.key.clone(),
        group: def.group.clone(),
        role: role_name(&def.role).to_owned(),
        kinds: def.kinds.clone(),
        rank: catalog.rank(node),
        state,
        at: latest.map(Into::into),
        failed_checks: current.checks(id).iter().filter(|check| !check.passed).count() as u32,
    }
}

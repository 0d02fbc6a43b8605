//! Jobs and resources: what else is declared.

use axum::{Json, extract::State};
use headwater_api::{Job, List, Resource};
use headwater_core::selection::Selection;

use crate::{app::App, extract::Here, problem::Reply};

/// Jobs by name.
#[utoipa::path(
    get, path = "/api/v1/deployments/{deployment}/jobs", tag = "definitions",
    params(("deployment" = String, Path)), responses((status = 200, body = List<Job>)),
)]
pub(super) async fn jobs(State(app): State<App>, here: Here) -> Reply<List<Job>> {
    let catalog = app.views.catalog(&*app.store, &here.0).await?;
    let mut items = Vec::new();
    for snapshot in &catalog.snapshots {
        items.extend(snapshot.manifest().jobs.iter().map(|job| Job {
            name: job.name.clone(),
            location: snapshot.location().to_owned(),
            selection: job.selection.clone(),
            description: job.description.clone(),
            tags: job.tags.clone(),
            priority: job.priority,
            timeout: job.timeout,
            assets: Selection::parse(&job.selection).map_or(0, |s| s.eval(&**snapshot).nodes.len() as u32),
        }));
    }
    items.sort_by(|a, b| a.name.cmp(&b.name));
    Ok(Json(List::whole(items)))
}

/// Resources by name.
#[utoipa::path(
    get, path = "/api/v1/deployments/{deployment}/resources", tag = "definitions",
    params(("deployment" = String, Path)), responses((status = 200, body = List<Resource>)),
)]
pub(super) async fn resources(State(app): State<App>, here: Here) -> Reply<List<Resource>> {
    let catalog = app.views.catalog(&*app.store, &here.0).await?;
    let mut items = Vec::new();
    for snapshot in &catalog.snapshots {
        let steps = &snapshot.manifest().steps;
        items.extend(snapshot.manifest().resources.iter().map(|resource| {
            Resource {
                name: resource.name.clone(),
                location: snapshot.location().to_owned(),
                type_name: resource.type_name.clone(),
                description: resource.description.clone(),
                env: resource.env.clone(),
                steps: steps
                    .iter()
                    .filter(|step| step.resources.contains(&resource.name))
                    .map(|step| step.name.clone())
                    .collect(),
            }
        }));
    }
    items.sort_by(|a, b| a.name.cmp(&b.name));
    Ok(Json(List::whole(items)))
}

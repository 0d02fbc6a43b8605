//! Assets.

use axum::{Json, extract::State};
use headwater_api::{Asset, AssetCheck, AssetDetail, AssetLatest, Failed, List};
use headwater_core::{
    manifest::AssetRole,
    selection::{Selection, Universe, nearest::nearest},
    time::Timestamp,
};
use serde::Deserialize;
use utoipa::IntoParams;

use super::{selection::select, show};
use crate::{
    app::App,
    cursor,
    extract::{Here, PathOf, QueryOf},
    problem::{Refused, Reply},
    views::{Catalog, Current, Facts, Judged},
};

/// The name of the list in its cursors.
const LIST: &str = "assets";

/// Which assets.
#[derive(Debug, Default, Deserialize, IntoParams)]
#[serde(default, deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(super) struct AssetQuery {
    /// Only these, in the selection language.
    pub(super) select: Option<String>,
    /// The `next` of the part before.
    pub(super) cursor: Option<String>,
    /// At most so many, up to 500; 50 without it.
    pub(super) limit: Option<u32>,
}

/// Assets with how they are, by key.
#[utoipa::path(
    get, path = "/api/v1/deployments/{deployment}/assets", tag = "assets",
    params(("deployment" = String, Path), AssetQuery), responses((status = 200, body = List<Asset>)),
)]
pub(super) async fn assets(
    State(app): State<App>,
    here: Here,
    QueryOf(query): QueryOf<AssetQuery>,
) -> Reply<List<Asset>> {
    let limit = cursor::limit(query.limit)? as usize;
    let after = query.cursor.as_deref().map(|text| cursor::decode(LIST, text)).transpose()?;
    let catalog = app.views.catalog(&*app.store, &here.0).await?;
    let mut nodes = select(&catalog, query.select.as_deref())?;
    if let Some(after) = after {
        nodes.retain(|&node| catalog.key(node) > after.as_str());
    }
    let more = nodes.len() > limit;
    nodes.truncate(limit);
    let next = nodes.last().filter(|_| more).map(|&last| cursor::encode(LIST, catalog.key(last)));
    let current = app.views.current(&*app.store, &here.0, &catalog).await?;
    let items = nodes.iter().map(|&node| shown(&catalog, &current, node, app.now())).collect();
    Ok(Json(List { items, next }))
}

/// The place of an asset in the catalog, by the key in an address.
pub(super) fn find(catalog: &Catalog, key: &str) -> Result<usize, Refused> {
    catalog.find(key).ok_or_else(|| {
        let near = nearest(key, (0..catalog.len()).map(|node| catalog.key(node)));
        Refused::missing("asset", key.escape_debug()).hint(match near.as_slice() {
            [] => "upper and lower case differ in keys".to_owned(),
            near => format!("did you mean {}?", near.join(" or ")),
        })
    })
}

/// One asset with everything about it.
#[utoipa::path(
    get, path = "/api/v1/deployments/{deployment}/assets/{key}", tag = "assets",
    params(("deployment" = String, Path), ("key" = String, Path, description = "The asset's key, its slashes as %2F")),
    responses((status = 200, body = AssetDetail)),
)]
pub(super) async fn asset(
    State(app): State<App>,
    here: Here,
    PathOf(at): PathOf<(String, String)>,
) -> Reply<AssetDetail> {
    let (_, key) = at;
    let catalog = app.views.catalog(&*app.store, &here.0).await?;
    let node = find(&catalog, &key)?;
    let current = app.views.current(&*app.store, &here.0, &catalog).await?;
    let def = catalog.def(node);
    let step = def.role.step().and_then(|name| catalog.snapshot(node).find_step(name));
    let keys = |nodes: &[u32]| nodes.iter().map(|&node| catalog.def(node as usize).key.clone()).collect();
    Ok(Json(AssetDetail {
        asset: shown(&catalog, &current, node, app.now()),
        description: def.description.clone(),
        upstream: keys(catalog.upstream(node)),
        downstream: keys(catalog.downstream(node)),
        definition: serde_json::to_value(def).unwrap_or_default(),
        step_definition: step.and_then(|step| serde_json::to_value(catalog.snapshot(node).step(step)).ok()),
        schedules: schedules_of(&catalog, node),
        partitions: current.now(node).partitions,
    }))
}

/// Schedules of the asset's location that select it.
fn schedules_of(catalog: &Catalog, node: usize) -> Vec<String> {
    let snapshot = catalog.snapshot(node);
    let number = catalog.number(node) as usize;
    let selects = |text: &str| {
        let selection = snapshot.read_selection(text).map(|(selection, _): (Selection, _)| selection);
        selection.is_ok_and(|selection| selection.eval(&**snapshot).nodes.contains(number))
    };
    let schedules = snapshot.schedules().map(|(schedule, _)| schedule);
    schedules.filter(|schedule| selects(&schedule.selection)).map(|schedule| schedule.name.clone()).collect()
}

pub(super) const fn role_name(role: &AssetRole) -> &'static str {
    match role {
        AssetRole::Materialized { .. } => "materialized",
        AssetRole::Observed { .. } => "observed",
        AssetRole::External => "external",
    }
}

fn shown(catalog: &Catalog, current: &Current, node: usize, at: Timestamp) -> Asset {
    let def = catalog.def(node);
    let now = current.now(node);
    let Judged { staleness, causes } = current.judged(node);
    let latest = now.latest.as_ref().map(|(latest, partition)| AssetLatest {
        seq: latest.seq,
        kind: latest.kind,
        at: latest.at.into(),
        run: latest.run,
        version: latest.version.clone(),
        code_version: latest.code_version.clone(),
        partition: partition.clone(),
    });
    Asset {
        id: catalog.id(node),
        key: def.key.clone(),
        location: catalog.snapshot(node).location().to_owned(),
        role: role_name(&def.role).to_owned(),
        step: def.role.step().map(ToOwned::to_owned),
        group: def.group.clone(),
        domain: def.domain.clone(),
        tier: def.tier.clone(),
        owners: def.owners.clone(),
        tags: def.tags.clone(),
        kinds: def.kinds.clone(),
        code_version: def.code_version.clone(),
        latest,
        staleness: *staleness,
        causes: causes.clone(),
        in_progress: current.in_progress(node),
        failed: now.failed.map(|failed| Failed { at: failed.at.into(), run: failed.run }),
        late: Facts::of(catalog, current, node, at).late,
        checks: checks_of(catalog, current, node),
    }
}

fn checks_of(catalog: &Catalog, current: &Current, node: usize) -> Vec<AssetCheck> {
    let snapshot = catalog.snapshot(node);
    let results = &current.now(node).checks;
    let declared = snapshot.checks_on(catalog.number(node)).iter().map(|&check| snapshot.check(check));
    declared
        .map(|check| AssetCheck {
            name: check.name.clone(),
            blocking: check.blocking,
            severity: check.severity,
            description: check.description.clone(),
            latest: results
                .iter()
                .filter(|result| result.check == check.name)
                .max_by_key(|result| result.seq)
                .map(|result| show::check(result.clone(), catalog)),
        })
        .collect()
}

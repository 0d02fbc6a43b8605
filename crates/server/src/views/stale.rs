//! Whether assets are up to date (D14): what the latest version consumed, compared with what is there now.

use std::sync::Arc;

use headwater_api::{StaleCause, StaleKind, Staleness};
use headwater_core::{key::AssetKey, manifest::AssetRole, record::Latest, selection::Universe};

use super::{
    Catalog,
    state::{Judged, Now},
};

/// Whether an asset is up to date, and why not. Assets are numbered as in the catalog.
pub(super) fn judge(catalog: &Catalog, assets: &[Arc<Now>], node: usize) -> Judged {
    let causes = match (&catalog.def(node).role, &assets[node].latest) {
        (AssetRole::External, _) => return Judged::without_cause(Staleness::External),
        (_, None) => return Judged::without_cause(Staleness::Missing),
        (AssetRole::Observed { .. }, _) => Vec::new(),
        (AssetRole::Materialized { .. }, Some((latest, _))) => causes(catalog, assets, node, latest),
    };
    let staleness = if causes.is_empty() { Staleness::Fresh } else { Staleness::Stale };
    Judged { staleness, causes }
}

impl Judged {
    const fn without_cause(staleness: Staleness) -> Self {
        Self { staleness, causes: Vec::new() }
    }
}

fn causes(catalog: &Catalog, assets: &[Arc<Now>], node: usize, latest: &Latest) -> Vec<StaleCause> {
    let mut causes = Vec::new();
    let origin = assets[node].origin.as_ref();
    // What was reported from outside says nothing about our code or its inputs.
    if origin.is_some_and(|origin| !origin.ours) {
        return causes;
    }
    // Without a declared code version nobody knows whether the code changed.
    let declared = catalog.def(node).code_version.as_ref();
    if let Some(now) = declared.filter(|_| declared != latest.code_version.as_ref()) {
        let was = latest.code_version.clone();
        let message = format!("its code version is {now} now and was {}", was.as_deref().unwrap_or("not stated"));
        causes.push(StaleCause { kind: StaleKind::Code, asset: None, was, now: Some(now.clone()), message });
    }
    let Some(origin) = origin else { return causes };
    for &upstream in catalog.upstream(node) {
        let upstream = upstream as usize;
        let key = &catalog.def(upstream).key;
        let version = assets[upstream].latest.as_ref();
        let now = version.map(|(latest, _)| latest.version.clone());
        match origin.inputs.iter().find(|input| input.asset == *key) {
            None => causes.push(dependency(key, format!("it is made from {key} now and was not before"))),
            Some(input) if input.version == now => {}
            Some(input) => causes.push(StaleCause {
                kind: StaleKind::Data,
                message: format!("{key} has another version than the one that went into it"),
                asset: Some(key.clone()),
                was: input.version.clone(),
                now,
            }),
        }
    }
    let is_upstream = |key: &AssetKey| catalog.upstream(node).iter().any(|&up| catalog.def(up as usize).key == *key);
    for gone in origin.inputs.iter().filter(|input| !is_upstream(&input.asset)) {
        causes.push(dependency(&gone.asset, format!("it is no longer made from {}", gone.asset)));
    }
    causes
}

fn dependency(asset: &AssetKey, message: String) -> StaleCause {
    StaleCause { kind: StaleKind::Dependencies, asset: Some(asset.clone()), was: None, now: None, message }
}

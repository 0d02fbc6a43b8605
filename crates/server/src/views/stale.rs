//! Whether assets are up to date (D14): what the latest version consumed, compared with what is there now.

use futures_util::{StreamExt, TryStreamExt, stream};
use headwater_api::{StaleCause, StaleKind, Staleness};
use headwater_core::{key::AssetKey, manifest::AssetRole, record::Latest, selection::Universe};
use headwater_store::{Store, StoreError};

use super::{Catalog, Current, Origin, Views};

/// How many versions are read at once.
const AT_ONCE: usize = 8;

impl Views {
    /// Whether each of these assets is up to date, and why not.
    pub(crate) async fn staleness(
        &self,
        store: &dyn Store,
        catalog: &Catalog,
        current: &Current,
        nodes: &[usize],
    ) -> Result<Vec<(Staleness, Vec<StaleCause>)>, StoreError> {
        let latest = |&node: &usize| Some(current.asset(catalog.id(node))?.latest.as_ref()?.0.seq);
        self.load_origins(store, current.deployment, nodes.iter().filter_map(latest)).await?;
        let judge = |&node: &usize| async move {
            let latest = current.asset(catalog.id(node)).and_then(|now| now.latest.as_ref()).map(|(latest, _)| latest);
            let latest = match (&catalog.def(node).role, latest) {
                (AssetRole::External, _) => return Ok((Staleness::External, Vec::new())),
                (_, None) => return Ok((Staleness::Missing, Vec::new())),
                (AssetRole::Observed { .. }, _) => return Ok((Staleness::Fresh, Vec::new())),
                (AssetRole::Materialized { .. }, Some(latest)) => latest,
            };
            let origin = self.origin(store, latest.seq).await?;
            let causes = causes(catalog, current, node, latest, origin.as_deref());
            let staleness = if causes.is_empty() { Staleness::Fresh } else { Staleness::Stale };
            Ok((staleness, causes))
        };
        let judgements: Vec<_> = nodes.iter().map(judge).collect();
        stream::iter(judgements).buffered(AT_ONCE).try_collect().await
    }
}

fn causes(
    catalog: &Catalog,
    current: &Current,
    node: usize,
    latest: &Latest,
    origin: Option<&Origin>,
) -> Vec<StaleCause> {
    let mut causes = Vec::new();
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
        let version = current.asset(catalog.id(upstream)).and_then(|now| now.latest.as_ref());
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

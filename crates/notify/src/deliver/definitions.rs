//! The channels and templates that are live.

use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex, PoisonError},
};

use headwater_core::{
    id::{DeploymentId, Seq},
    manifest::{ChannelDef, Manifest},
};
use headwater_store::{Store, StoreError};

/// What of a location's live definitions is needed to deliver.
#[derive(Debug, Default)]
pub(super) struct Definitions {
    channels: BTreeMap<String, ChannelDef>,
    /// Templates by the names of their policies.
    templates: BTreeMap<String, String>,
}

impl Definitions {
    fn of(manifest: Manifest) -> Self {
        let templates = manifest.alerts.into_iter().filter_map(|policy| Some((policy.name, policy.template?)));
        let channels = manifest.channels.into_iter().map(|channel| (channel.name.clone(), channel));
        Self { channels: channels.collect(), templates: templates.collect() }
    }

    pub(super) fn channel(&self, name: &str) -> Option<&ChannelDef> {
        self.channels.get(name)
    }

    pub(super) fn template(&self, policy: &str) -> Option<&str> {
        self.templates.get(policy).map(String::as_str)
    }
}

/// A location of a deployment.
type Place = (DeploymentId, String);

/// Reads live definitions, each deploy once.
#[derive(Debug)]
pub(super) struct Live {
    store: Arc<dyn Store>,
    known: Mutex<BTreeMap<Place, (Seq, Arc<Definitions>)>>,
}

impl Live {
    pub(super) const fn new(store: Arc<dyn Store>) -> Self {
        Self { store, known: Mutex::new(BTreeMap::new()) }
    }

    /// The live definitions of a location; none where it has none.
    pub(super) async fn of(
        &self,
        deployment: DeploymentId,
        location: &str,
    ) -> Result<Option<Arc<Definitions>>, StoreError> {
        let live = self.store.live(deployment).await?;
        let Some(deploy) = live.into_iter().find(|deploy| deploy.location == location) else {
            return Ok(None);
        };
        let place = (deployment, location.to_owned());
        if let Some((seq, known)) = self.lock().get(&place)
            && *seq == deploy.seq
        {
            return Ok(Some(Arc::clone(known)));
        }
        let Some(snapshot) = self.store.snapshot(&deploy.snapshot).await? else {
            return Ok(None);
        };
        // A snapshot was read when it went live; one that a newer version wrote may say what this one does not know.
        let Ok(manifest) = Manifest::from_json(&snapshot.manifest) else {
            return Ok(None);
        };
        let read = Arc::new(Definitions::of(manifest));
        self.lock().insert(place, (deploy.seq, Arc::clone(&read)));
        Ok(Some(read))
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, BTreeMap<Place, (Seq, Arc<Definitions>)>> {
        self.known.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

//! The live definitions of a deployment as one graph, over all of its code locations.

use std::{
    collections::{BTreeMap, HashMap},
    sync::Arc,
};

use headwater_api::ErrorCode;
use headwater_core::{
    graph::Snapshot,
    id::AssetId,
    key::AssetKey,
    manifest::AssetDef,
    record::{AssetRecord, DeployRecord},
    selection::Universe,
};

use super::{
    cache::Cache,
    drawing::{Drawing, Which},
};
use crate::problem::Refused;

/// How many drawings are kept.
const DRAWINGS: usize = 16;

/// The live definitions. Assets are numbered by key; where two locations name one key, the one that makes it counts.
pub(crate) struct Catalog {
    pub(crate) live: Vec<DeployRecord>,
    pub(crate) snapshots: Vec<Arc<Snapshot>>,
    nodes: Vec<Node>,
    up: Vec<Vec<u32>>,
    down: Vec<Vec<u32>>,
    names: HashMap<AssetId, AssetKey>,
    numbers: HashMap<AssetId, usize>,
    drawings: Cache<Which, Arc<Drawing>>,
}

struct Node {
    snapshot: u32,
    asset: u32,
    id: Option<AssetId>,
}

impl Catalog {
    pub(super) fn new(live: Vec<DeployRecord>, snapshots: Vec<Arc<Snapshot>>, assets: Vec<AssetRecord>) -> Self {
        let mut by_key: BTreeMap<&str, (u32, u32)> = BTreeMap::new();
        for (at, snapshot) in snapshots.iter().enumerate() {
            for (asset, def) in snapshot.manifest().assets.iter().enumerate() {
                let place = (at as u32, asset as u32);
                let made_here = snapshot.is_materialized(place.1);
                by_key
                    .entry(def.key.as_str())
                    .and_modify(|known| {
                        if made_here {
                            *known = place;
                        }
                    })
                    .or_insert(place);
            }
        }
        let ids: HashMap<&str, AssetId> = assets.iter().map(|asset| (asset.key.as_str(), asset.id)).collect();
        let mut numbers: Vec<Vec<u32>> = snapshots.iter().map(|s| vec![0; s.manifest().assets.len()]).collect();
        let mut nodes = Vec::with_capacity(by_key.len());
        for (number, (key, &(snapshot, asset))) in by_key.iter().enumerate() {
            nodes.push(Node { snapshot, asset, id: ids.get(key).copied() });
            for (at, snapshot) in snapshots.iter().enumerate() {
                if let Some(asset) = snapshot.find_asset(key) {
                    numbers[at][asset as usize] = number as u32;
                }
            }
        }
        let (mut up, mut down) = (vec![Vec::new(); nodes.len()], vec![Vec::new(); nodes.len()]);
        for (at, snapshot) in snapshots.iter().enumerate() {
            for (asset, &number) in numbers[at].iter().enumerate() {
                for &upstream in snapshot.upstream_of(asset as u32) {
                    let upstream = numbers[at][upstream as usize];
                    up[number as usize].push(upstream);
                    down[upstream as usize].push(number);
                }
            }
        }
        for list in up.iter_mut().chain(&mut down) {
            list.sort_unstable();
            list.dedup();
        }
        let names = assets.into_iter().map(|asset| (asset.id, asset.key)).collect();
        let numbered = nodes.iter().enumerate().filter_map(|(number, node)| Some((node.id?, number)));
        let numbers = numbered.collect();
        let drawings = Cache::new(DRAWINGS);
        Self { live, snapshots, nodes, up, down, names, numbers, drawings }
    }

    /// Whether these are still what is live.
    pub(super) fn is_of(&self, live: &[DeployRecord]) -> bool {
        self.live.iter().map(|deploy| deploy.seq).eq(live.iter().map(|deploy| deploy.seq))
    }

    pub(crate) fn def(&self, node: usize) -> &AssetDef {
        self.of(&self.nodes[node])
    }

    fn of(&self, node: &Node) -> &AssetDef {
        self.snapshots[node.snapshot as usize].asset(node.asset)
    }

    pub(crate) fn snapshot(&self, node: usize) -> &Arc<Snapshot> {
        &self.snapshots[self.nodes[node].snapshot as usize]
    }

    /// The asset's number in its own snapshot.
    pub(crate) fn number(&self, node: usize) -> u32 {
        self.nodes[node].asset
    }

    pub(crate) fn id(&self, node: usize) -> Option<AssetId> {
        self.nodes[node].id
    }

    /// The number of an identity; none where the asset is no longer declared.
    pub(super) fn node(&self, id: AssetId) -> Option<usize> {
        self.numbers.get(&id).copied()
    }

    /// Whether an asset has a check of this name.
    pub(super) fn declares(&self, node: usize, check: &str) -> bool {
        let snapshot = self.snapshot(node);
        snapshot.checks_on(self.number(node)).iter().any(|&declared| snapshot.check(declared).name == check)
    }

    /// The graph of these assets, drawn once for all who ask.
    pub(crate) async fn drawing(
        self: &Arc<Self>,
        which: Which,
        select: impl FnOnce(&Self) -> Result<Vec<usize>, Refused>,
    ) -> Result<Arc<Drawing>, Refused> {
        if let Some(known) = self.drawings.get(&which) {
            return Ok(known);
        }
        let (catalog, nodes) = (Arc::clone(self), select(self)?);
        // Ten thousand assets take tens of milliseconds, which other requests should not wait for.
        let drawn = tokio::task::spawn_blocking(move || {
            let drawing = Arc::new(Drawing::new(&catalog, nodes, &which));
            catalog.drawings.put(which, Arc::clone(&drawing));
            drawing
        });
        drawn.await.map_err(|error| Refused::new(ErrorCode::Internal, error.to_string()))
    }

    /// Its place in the topological order of its own location.
    pub(crate) fn rank(&self, node: usize) -> u32 {
        self.snapshot(node).asset_rank(self.nodes[node].asset)
    }

    /// The key of an identity, also of an asset that is no longer declared.
    pub(crate) fn name(&self, id: AssetId) -> Option<&AssetKey> {
        self.names.get(&id)
    }

    /// The live snapshots' addresses, which change whenever the definitions do.
    pub(crate) fn address(&self) -> String {
        self.snapshots.iter().map(|snapshot| snapshot.id().short()).collect::<Vec<_>>().join("+")
    }
}

impl Universe for Catalog {
    fn len(&self) -> usize {
        self.nodes.len()
    }

    fn key(&self, node: usize) -> &str {
        self.def(node).key.as_str()
    }

    fn find(&self, key: &str) -> Option<usize> {
        self.nodes.binary_search_by(|node| self.of(node).key.as_str().cmp(key)).ok()
    }

    fn group(&self, node: usize) -> &str {
        &self.def(node).group
    }

    fn owners(&self, node: usize) -> &[String] {
        &self.def(node).owners
    }

    fn tags(&self, node: usize) -> &BTreeMap<String, String> {
        &self.def(node).tags
    }

    fn kinds(&self, node: usize) -> &[String] {
        &self.def(node).kinds
    }

    fn domain(&self, node: usize) -> Option<&str> {
        self.def(node).domain.as_deref()
    }

    fn tier(&self, node: usize) -> Option<&str> {
        self.def(node).tier.as_deref()
    }

    fn upstream(&self, node: usize) -> &[u32] {
        self.up.get(node).map_or(&[], Vec::as_slice)
    }

    fn downstream(&self, node: usize) -> &[u32] {
        self.down.get(node).map_or(&[], Vec::as_slice)
    }
}

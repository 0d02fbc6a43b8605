//! Making definitions live.

use std::collections::BTreeSet;

use super::{Decision, alerts, taken, tick};
use crate::{
    command::{Answer, Deploy, Refusal, RefusalCode, Request},
    effect::{Effect, SnapshotText},
    id::{AssetId, Seq, SnapshotId},
    key::AssetKey,
    record::{AssetRecord, DeployRecord},
    time::Timestamp,
    world::World,
};

pub(super) fn deploy(world: &World, request: &Request, new: &Deploy, now: Timestamp) -> Decision {
    let snapshot = &new.snapshot;
    let deployment = request.deployment;
    if !world.deployments.contains_key(&deployment) {
        return Decision::refused(Refusal::new(RefusalCode::NotFound, "the deployment does not exist"));
    }
    let live = world.live.get(&(deployment, snapshot.location().to_owned()));
    let changed = live.is_none_or(|live| live.snapshot != *snapshot.id());
    let assets = snapshot.manifest().assets.len() as u32;
    let answer = Answer::Deployed { snapshot: snapshot.id().clone(), changed, assets };
    if !changed {
        return Decision::answered(answer, Vec::new());
    }
    let clashes = taken::clashes(world, deployment, snapshot);
    if !clashes.is_empty() {
        return Decision::refused(Refusal::clashing(clashes));
    }
    let named = match name_assets(world, request, new) {
        Ok(named) => named,
        Err(refusal) => return Decision::refused(refusal),
    };
    let mut effects = vec![Effect::SnapshotStored(SnapshotText {
        id: snapshot.id().clone(),
        location: snapshot.location().to_owned(),
        manifest: new.text.clone(),
    })];
    if !named.is_empty() {
        effects.push(Effect::AssetsNamed(named));
    }
    effects.extend(tick::first_seen(world, deployment, snapshot, now));
    effects.push(Effect::Deployed(DeployRecord {
        seq: Seq(0),
        deployment,
        location: snapshot.location().to_owned(),
        snapshot: snapshot.id().clone(),
        at: now,
        by: request.principal.clone(),
        refused: None,
    }));
    effects.extend(alerts::undeclared(world, deployment, snapshot, now));
    Decision::answered(answer, effects)
}

/// Records that broken definitions were refused, so that people see it and hear of it; what was live stays live.
pub(super) fn refused(
    request: &Request,
    location: &str,
    snapshot: &SnapshotId,
    reason: &str,
    now: Timestamp,
) -> Decision {
    let deploy = DeployRecord {
        seq: Seq(0),
        deployment: request.deployment,
        location: location.to_owned(),
        snapshot: snapshot.clone(),
        at: now,
        by: request.principal.clone(),
        refused: Some(reason.to_owned()),
    };
    Decision::answered(Answer::Done, vec![Effect::Deployed(deploy)])
}

/// Gives identities to assets that have none: the one of an alias, so that a renamed asset keeps its history, or a
/// new one.
fn name_assets(world: &World, request: &Request, new: &Deploy) -> Result<Vec<AssetRecord>, Refusal> {
    let deployment = request.deployment;
    let known = |key: &AssetKey| world.names.get(&(deployment, key.clone())).copied();
    let declared: BTreeSet<AssetId> =
        new.snapshot.manifest().assets.iter().filter_map(|asset| known(&asset.key)).collect();
    let of_others = taken::identities(world, deployment, new.snapshot.location());
    let mut fresh = new.ids.iter().copied();
    let mut taken: BTreeSet<AssetId> = BTreeSet::new();
    let mut named = Vec::new();
    for asset in &new.snapshot.manifest().assets {
        if known(&asset.key).is_some() {
            continue;
        }
        // Going back to definitions from before a rename is a rename as well.
        let back = || {
            let free = |id: &AssetId| !declared.contains(id) && !of_others.contains(id);
            world.renamed(deployment, &asset.key).filter(free)
        };
        let renamed = asset.aliases.iter().find_map(known).or_else(back).filter(|id| taken.insert(*id));
        let id = renamed.or_else(|| fresh.next()).ok_or_else(|| {
            Refusal::new(RefusalCode::Invalid, format!("no identity was provided for asset {}", asset.key))
        })?;
        named.push(AssetRecord { id, deployment, key: asset.key.clone() });
    }
    Ok(named)
}

pub(super) fn set_pool(request: &Request, name: &str, limit: Option<u32>) -> Decision {
    let effect = Effect::PoolSet { deployment: request.deployment, pool: name.to_owned(), limit };
    Decision::answered(Answer::Done, vec![effect])
}

//! What another code location of the deployment declares already.
//!
//! Locations share one name space: a key, a job, a schedule, an alert policy and a channel mean one thing in a deployment. Declaring an asset of
//! another location as external is how locations refer to each other, and always allowed.

use std::collections::BTreeSet;

use crate::{
    graph::{Finding, Snapshot},
    id::{AssetId, DeploymentId},
    manifest::{AssetDef, AssetRole, SourceRef},
    world::{Bound, World},
};

/// The other live locations.
fn others<'a>(world: &'a World, deployment: DeploymentId, location: &'a str) -> impl Iterator<Item = &'a Bound> {
    world.live(deployment).map(AsRef::as_ref).filter(move |bound| bound.snapshot.location() != location)
}

/// The identities of what other locations make or observe.
pub(super) fn identities(world: &World, deployment: DeploymentId, location: &str) -> BTreeSet<AssetId> {
    let owned = |bound: &Bound| {
        let assets = bound.snapshot.manifest().assets.iter().zip(bound.ids.clone());
        assets.filter(|(asset, _)| is_own(asset)).map(|(_, id)| id).collect::<Vec<_>>()
    };
    others(world, deployment, location).flat_map(owned).collect()
}

/// Everything that the definitions declare and another live location declares already.
pub(super) fn clashes(world: &World, deployment: DeploymentId, new: &Snapshot) -> Vec<Finding> {
    let mut findings = Vec::new();
    for other in others(world, deployment, new.location()) {
        let other = &*other.snapshot;
        let locations = format!("both code locations {} and {}", other.location(), new.location());
        for asset in new.manifest().assets.iter().filter(|asset| is_own(asset)) {
            let theirs = |key: &str| Some(other.asset(other.find_asset(key)?)).filter(|asset| is_own(asset));
            if let Some(theirs) = theirs(asset.key.as_str()) {
                let message = format!("asset {} is declared by {locations}", asset.key);
                findings.push(clash("asset-taken", message, [&asset.source, &theirs.source]).hint(format!(
                    "declare it as external in {}, or take it out of {} first",
                    new.location(),
                    other.location()
                )));
            }
            for alias in &asset.aliases {
                if let Some(theirs) = theirs(alias.as_str()) {
                    let message = format!(
                        "asset {} of code location {} has the alias {alias}, which is an asset of code location {}",
                        asset.key,
                        new.location(),
                        other.location()
                    );
                    findings
                        .push(clash("alias-taken", message, [&asset.source, &theirs.source]).hint("remove the alias"));
                }
            }
        }
        for (schedule, _) in new.schedules() {
            if let Some((theirs, _)) = other.find_schedule(&schedule.name) {
                let message = format!("schedule {} is declared by {locations}", schedule.name);
                findings.push(
                    clash("schedule-taken", message, [&schedule.source, &theirs.source]).hint("rename one of them"),
                );
            }
        }
        for (_, policy) in new.policies() {
            if let Some((_, theirs)) = other.find_policy(&policy.name) {
                let message = format!("alert policy {} is declared by {locations}", policy.name);
                findings
                    .push(clash("alert-taken", message, [&policy.source, &theirs.source]).hint("rename one of them"));
            }
        }
        for channel in &new.manifest().channels {
            if let Some(theirs) = other.find_channel(&channel.name) {
                let message = format!("channel {} is declared by {locations}", channel.name);
                findings.push(
                    clash("channel-taken", message, [&channel.source, &theirs.source]).hint("rename one of them"),
                );
            }
        }
        for job in &new.manifest().jobs {
            if other.manifest().jobs.iter().any(|theirs| theirs.name == job.name) {
                let message = format!("job {} is declared by {locations}", job.name);
                findings.push(clash("job-taken", message, [&None, &None]).hint("rename one of them"));
            }
        }
    }
    findings.truncate(Snapshot::MAX_FINDINGS);
    findings
}

fn is_own(asset: &AssetDef) -> bool {
    !matches!(asset.role, AssetRole::External)
}

fn clash(code: &str, message: String, places: [&Option<SourceRef>; 2]) -> Finding {
    places.into_iter().fold(Finding::new(code, message), |finding, place| finding.at(place.as_ref()))
}

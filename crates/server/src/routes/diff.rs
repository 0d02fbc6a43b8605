//! What changed between two snapshots.

use std::collections::BTreeMap;

use axum::{Json, extract::State};
use headwater_api::{Changed, Changes, FieldChange, SnapshotDiff};
use headwater_core::{
    id::SnapshotId,
    manifest::{CheckDef, Manifest},
};
use serde::Serialize;
use serde_json::Value;

use crate::{
    app::App,
    extract::{Here, PathOf},
    problem::{Refused, Reply},
};

/// What changed from one snapshot to another.
#[utoipa::path(
    get, path = "/api/v1/deployments/{deployment}/snapshots/{snapshot}/diff/{base}", tag = "definitions",
    params(
        ("deployment" = String, Path), ("snapshot" = String, Path, description = "The newer one"),
        ("base" = String, Path, description = "The older one")
    ),
    responses((status = 200, body = SnapshotDiff)),
)]
pub(super) async fn diff(
    State(app): State<App>,
    _here: Here,
    PathOf(at): PathOf<(String, String, String)>,
) -> Reply<SnapshotDiff> {
    let (_, new, old) = at;
    let new = app.views.snapshot(&*app.store, &address(new)?).await?;
    let old = app.views.snapshot(&*app.store, &address(old)?).await?;
    Ok(Json(between(old.manifest(), new.manifest())))
}

fn address(text: String) -> Result<SnapshotId, Refused> {
    let is_address = text.len() == 64 && text.bytes().all(|byte| byte.is_ascii_hexdigit());
    if is_address { Ok(SnapshotId(text)) } else { Err(Refused::missing("snapshot", text.escape_debug())) }
}

fn between(old: &Manifest, new: &Manifest) -> SnapshotDiff {
    let check = |check: &CheckDef| format!("{} on {}", check.name, check.asset);
    SnapshotDiff {
        assets: changes(&old.assets, &new.assets, |asset| asset.key.to_string()),
        steps: changes(&old.steps, &new.steps, |step| step.name.clone()),
        checks: changes(&old.checks, &new.checks, check),
        schedules: changes(&old.schedules, &new.schedules, |schedule| schedule.name.clone()),
        jobs: changes(&old.jobs, &new.jobs, |job| job.name.clone()),
        alerts: changes(&old.alerts, &new.alerts, |policy| policy.name.clone()),
        channels: changes(&old.channels, &new.channels, |channel| channel.name.clone()),
        pools: changes(&old.pools, &new.pools, |pool| pool.name.clone()),
    }
}

fn changes<T: Serialize + PartialEq>(old: &[T], new: &[T], name: impl Fn(&T) -> String) -> Changes {
    let index = |all: &[T]| all.iter().enumerate().map(|(at, item)| (name(item), at)).collect::<BTreeMap<_, _>>();
    let (before, after) = (index(old), index(new));
    let mut changes = Changes::default();
    for (name, &at) in &after {
        match before.get(name) {
            None => changes.added.push(name.clone()),
            Some(&was) if old[was] == new[at] => {}
            Some(&was) => {
                let fields = fields(&old[was], &new[at]);
                if !fields.is_empty() {
                    changes.changed.push(Changed { name: name.clone(), fields });
                }
            }
        }
    }
    changes.removed = before.into_keys().filter(|name| !after.contains_key(name)).collect();
    changes
}

/// The fields that differ. That something moved in its source file is no change.
fn fields<T: Serialize>(old: &T, new: &T) -> Vec<FieldChange> {
    let object = |item: &T| match serde_json::to_value(item) {
        Ok(Value::Object(fields)) => fields,
        _ => serde_json::Map::new(),
    };
    let (old, new) = (object(old), object(new));
    let mut names: Vec<&String> = old.keys().chain(new.keys()).filter(|name| *name != "source").collect();
    names.sort();
    names.dedup();
    let get = |fields: &serde_json::Map<String, Value>, name: &str| fields.get(name).cloned().unwrap_or(Value::Null);
    names
        .into_iter()
        .map(|name| FieldChange { field: name.clone(), was: get(&old, name), now: get(&new, name) })
        .filter(|change| change.was != change.now)
        .collect()
}

#[cfg(test)]
mod tests {
    use headwater_core::manifest::{AssetDef, AssetRole, Manifest, SourceRef};

    use super::*;

    #[test]
    fn changes_are_named_by_field() {
        let asset = |key: &str| AssetDef::new(key.parse().unwrap(), AssetRole::External);
        let mut old = Manifest::new("shop");
        old.assets = vec![asset("a"), asset("b"), asset("c")];
        let mut new = Manifest::new("shop");
        new.assets = vec![asset("b"), asset("c"), asset("d")];
        new.assets[0].owners = vec!["team:x".into()];
        new.assets[1].source = Some(SourceRef { file: "x.rs".into(), line: 3, column: 0 });
        let diff = between(&old, &new);
        assert_eq!((diff.assets.added, diff.assets.removed), (vec!["d".to_owned()], vec!["a".to_owned()]));
        let field = FieldChange { field: "owners".into(), was: Value::Null, now: serde_json::json!(["team:x"]) };
        assert_eq!(diff.assets.changed, [Changed { name: "b".into(), fields: vec![field] }]);
        assert_eq!(diff.steps, Changes::default());
    }
}

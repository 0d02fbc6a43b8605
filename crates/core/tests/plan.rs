//! The graph and the planner, from the outside: laws that hold for every manifest.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a panic is how a test fails")]

use std::collections::BTreeSet;

use headwater_core::{
    graph::Snapshot,
    id::StepNo,
    key::AssetKey,
    manifest::{AssetDef, AssetRole, CheckDef, Executor, Manifest, Severity, StepDef, Subset},
    plan::Plan,
};
use proptest::prelude::*;

fn key(number: usize) -> AssetKey {
    AssetKey::new(&format!("n{number:03}")).unwrap()
}

/// A manifest of assets whose dependencies all point back; some are external, some share a step with the one before.
fn manifest(edges: &[Vec<bool>], kinds: &[u8]) -> Manifest {
    let mut manifest = Manifest::new("main");
    let mut steps: Vec<StepDef> = Vec::new();
    let mut first = 0;
    for (number, kind) in kinds.iter().enumerate() {
        let is_external = kind % 7 == 3;
        let shares = !is_external && kind % 5 == 1 && !steps.is_empty();
        if !shares && !is_external {
            first = number;
        }
        // What shares a step is made from what was there before that step, so that nothing waits for itself.
        let reach = if shares { first } else { number };
        let role = if is_external {
            AssetRole::External
        } else {
            if !shares {
                steps.push(StepDef::new(format!("s{number:03}"), Executor::Rust));
            }
            AssetRole::Materialized { step: steps.last().unwrap().name.clone() }
        };
        let is_made = role != AssetRole::External;
        let mut asset = AssetDef::new(key(number), role);
        asset.deps = (0..reach).filter(|upstream| edges[number][*upstream]).map(key).collect();
        manifest.assets.push(asset);
        if shares && kind % 2 == 0 {
            steps.last_mut().unwrap().subset = Subset::Any;
        }
        if is_made && kind % 3 == 0 {
            let step = if kind % 2 == 0 { format!("check{number:03}") } else { steps.last().unwrap().name.clone() };
            if kind % 2 == 0 {
                manifest.steps.push(StepDef::new(step.clone(), Executor::Rust));
            }
            let severity = Severity::Error;
            let blocking = kind % 4 == 0;
            let (name, asset) = ("sound".to_owned(), key(number));
            manifest.checks.push(CheckDef {
                name,
                asset,
                step,
                blocking,
                severity,
                description: String::new(),
                source: None,
            });
        }
    }
    manifest.steps.extend(steps);
    manifest
}

fn manifests() -> impl Strategy<Value = Manifest> {
    (1_usize..24).prop_flat_map(|count| {
        let edges = prop::collection::vec(prop::collection::vec(prop::bool::weighted(0.2), count), count);
        (edges, prop::collection::vec(any::<u8>(), count)).prop_map(|(edges, kinds)| manifest(&edges, &kinds))
    })
}

/// What has to be there before a step of the plan, found by looking at everything.
fn waits_for(snapshot: &Snapshot, plan: &Plan, number: usize) -> BTreeSet<StepNo> {
    let step = &plan.steps[number];
    let mut upstream = BTreeSet::new();
    for (other, candidate) in plan.steps.iter().enumerate().filter(|(other, _)| *other != number) {
        let made = |asset: &u32| candidate.assets.contains(asset);
        let consumed: Vec<u32> = step.assets.iter().flat_map(|&asset| snapshot.upstream_of(asset)).copied().collect();
        let checked = |check: &u32| snapshot.find_asset(snapshot.check(*check).asset.as_str()).unwrap();
        let guards =
            candidate.checks.iter().any(|check| snapshot.check(*check).blocking && consumed.contains(&checked(check)));
        if consumed.iter().any(made) || step.checks.iter().any(|check| made(&checked(check))) || guards {
            upstream.insert(StepNo(other as u32));
        }
    }
    upstream
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn a_plan_makes_what_was_asked_in_the_order_of_the_graph(manifest in manifests(), chosen in any::<u32>()) {
        let snapshot = Snapshot::new(manifest).unwrap();
        let count = snapshot.manifest().assets.len() as u32;
        let selected: Vec<u32> = (0..count).filter(|asset| chosen & (1 << (asset % 32)) != 0).collect();
        let plan = Plan::new(&snapshot, selected.iter().copied());
        prop_assert!(plan.fits(&snapshot), "every step follows its upstreams");
        let planned: Vec<u32> = plan.steps.iter().flat_map(|step| step.assets.iter().copied()).collect();
        let unique: BTreeSet<u32> = planned.iter().copied().collect();
        prop_assert_eq!(planned.len(), unique.len(), "an asset is made once");
        for asset in &selected {
            prop_assert_eq!(unique.contains(asset), snapshot.step_of(*asset).is_some());
        }
        for (number, step) in plan.steps.iter().enumerate() {
            let definition = snapshot.step(step.step);
            if definition.subset == Subset::Whole && !step.assets.is_empty() {
                prop_assert_eq!(&step.assets, snapshot.assets_of(step.step), "a whole step makes all of its assets");
            } else {
                prop_assert!(step.assets.iter().all(|asset| selected.contains(asset)));
            }
            for &check in &step.checks {
                let asset = snapshot.find_asset(snapshot.check(check).asset.as_str()).unwrap();
                prop_assert!(unique.contains(&asset), "a check is planned where its asset is made");
            }
            let upstream: BTreeSet<StepNo> = step.upstream.iter().copied().collect();
            prop_assert_eq!(upstream, waits_for(&snapshot, &plan, number));
        }
        let checks: usize = plan.steps.iter().map(|step| step.checks.len()).sum();
        prop_assert_eq!(checks, unique.iter().map(|&asset| snapshot.checks_on(asset).len()).sum::<usize>());
    }

    #[test]
    fn a_part_of_a_plan_keeps_its_order(manifest in manifests(), chosen in any::<u32>()) {
        let snapshot = Snapshot::new(manifest).unwrap();
        let plan = Plan::new(&snapshot, 0..snapshot.manifest().assets.len() as u32);
        let keep: Vec<StepNo> = (0..plan.steps.len() as u32).filter(|step| chosen & (1 << (step % 32)) != 0).map(StepNo).collect();
        let part = plan.only(&keep);
        prop_assert!(part.fits(&snapshot));
        prop_assert_eq!(part.steps.len(), keep.len());
        for (step, old) in part.steps.iter().zip(&keep) {
            let before = &plan.steps[old.index()];
            prop_assert_eq!((&step.assets, &step.checks, step.step), (&before.assets, &before.checks, before.step));
            let names: Vec<StepNo> = step.upstream.iter().map(|upstream| keep[upstream.index()]).collect();
            let kept: Vec<StepNo> = before.upstream.iter().copied().filter(|upstream| keep.contains(upstream)).collect();
            prop_assert_eq!(names, kept);
        }
        let again = Plan::new(&snapshot, (0..snapshot.manifest().assets.len() as u32).rev());
        prop_assert_eq!(plan, again, "the order of the selection does not matter");
    }

    #[test]
    fn a_circle_is_found_whole(count in 1_usize..12, extra in any::<u64>()) {
        let mut manifest = Manifest::new("main");
        for number in 0..count {
            manifest.steps.push(StepDef::new(format!("s{number:03}"), Executor::Rust));
            let mut asset = AssetDef::new(key(number), AssetRole::Materialized { step: format!("s{number:03}") });
            asset.deps.push(key((number + count - 1) % count));
            asset.deps.extend((0..number).filter(|other| extra & (1 << ((number * 7 + other) % 64)) != 0).map(key));
            manifest.assets.push(asset);
        }
        let findings = Snapshot::new(manifest.clone()).unwrap_err();
        prop_assert_eq!(findings.len(), 1);
        prop_assert_eq!(&findings[0].code, "asset-cycle");
        let (_, circle) = findings[0].message.split_once("circle: ").unwrap();
        let names: Vec<&str> = circle.split(" → ").collect();
        prop_assert_eq!(names.first(), names.last());
        for pair in names.windows(2) {
            let downstream = manifest.assets.iter().find(|asset| asset.key.as_str() == pair[1]).unwrap();
            prop_assert!(downstream.deps.iter().any(|dep| dep.as_str() == pair[0]), "{} is not upstream of {}", pair[0], pair[1]);
        }
    }
}

#[test]
fn a_manifest_that_is_declared_in_another_order_is_the_same() {
    let edges = vec![vec![true; 12]; 12];
    let kinds: Vec<u8> = (0..12_u8).map(|number| number.wrapping_mul(37)).collect();
    let ours = manifest(&edges, &kinds);
    let mut theirs = ours.clone();
    theirs.assets.reverse();
    theirs.steps.reverse();
    theirs.checks.reverse();
    for asset in &mut theirs.assets {
        asset.deps.reverse();
    }
    let (ours, theirs) = (Snapshot::new(ours).unwrap(), Snapshot::new(theirs).unwrap());
    assert_eq!(ours.id(), theirs.id());
    let all = |snapshot: &Snapshot| Plan::new(snapshot, 0..snapshot.manifest().assets.len() as u32);
    assert_eq!(all(&ours), all(&theirs));
}

#[test]
fn everything_that_is_wrong_is_said_at_once_with_its_name() {
    let mut manifest = Manifest::new("main");
    for name in ["a", "a", "b"] {
        let mut asset = AssetDef::new(AssetKey::new(name).unwrap(), AssetRole::Materialized { step: "nobody".into() });
        asset.deps = vec![AssetKey::new("ghost").unwrap()];
        manifest.assets.push(asset);
    }
    manifest.steps.push(StepDef::new("idle", Executor::Rust));
    let findings = Snapshot::new(manifest).unwrap_err();
    let codes: Vec<&str> = findings.iter().map(|finding| finding.code.as_str()).collect();
    for code in ["asset-duplicate", "asset-step-unknown", "asset-unknown", "step-empty"] {
        assert!(codes.contains(&code), "{code} is missing in {codes:?}");
    }
}

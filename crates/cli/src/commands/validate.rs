//! `validate`: what is wrong with the definitions, with file and line.

use headwater_core::{
    graph::{Finding, Snapshot},
    manifest::{Executor, Manifest},
    selection::Selection,
};
use headwater_worker::registry::Registry;
use serde::Serialize;

use crate::{
    args::ValidateArgs,
    context::{Context, Definitions},
    failure::{Done, Exit, Failure},
    output::{Style, Tone},
};

/// What was found out about the definitions of one code location.
#[derive(Debug, Serialize)]
struct Verdict {
    location: String,
    valid: bool,
    assets: usize,
    steps: usize,
    checks: usize,
    schedules: usize,
    findings: Vec<Finding>,
    warnings: Vec<String>,
}

pub(crate) async fn validate(context: &Context, args: &ValidateArgs) -> Done {
    let verdicts = match context.definitions(args.manifest.as_deref())? {
        Definitions::Here(registry) => {
            let has_code = args.manifest.is_none();
            vec![verdict(registry.manifest(), has_code.then_some(&*registry))]
        }
        Definitions::Server => of_server(context).await?,
    };
    context.output.show(&verdicts, |style| {
        let texts: Vec<String> = verdicts.iter().map(|verdict| page(style, verdict)).collect();
        if texts.is_empty() { "the server has no definitions".to_owned() } else { texts.join("\n") }
    })?;
    Ok(if verdicts.iter().all(|verdict| verdict.valid) { Exit::Success } else { Exit::Failed })
}

async fn of_server(context: &Context) -> Result<Vec<Verdict>, Failure> {
    let client = context.client()?;
    let deployments = client.deployments().await?.items;
    let here = deployments.into_iter().find(|deployment| deployment.name == client.deployment_name());
    let mut verdicts = Vec::new();
    for location in here.into_iter().flat_map(|deployment| deployment.locations) {
        verdicts.push(verdict(&client.snapshot(&location.snapshot).await?, None));
    }
    Ok(verdicts)
}

/// Validates a manifest; with its code, also that every Rust step has some.
fn verdict(manifest: &Manifest, code: Option<&Registry>) -> Verdict {
    let (mut findings, warnings) = match Snapshot::new(manifest.clone()) {
        Ok(snapshot) => (config_findings(&snapshot), empty_selections(&snapshot)),
        Err(findings) => (findings, Vec::new()),
    };
    // A binary without a server leaves templates to the server that it deploys to.
    #[cfg(feature = "server")]
    findings.extend(headwater_notify::check_templates(manifest));
    if let Some(registry) = code {
        let bare = |step: &&headwater_core::manifest::StepDef| {
            matches!(step.executor, Executor::Rust) && registry.body(&step.name).is_none()
        };
        findings.extend(manifest.steps.iter().filter(bare).map(|step| {
            Finding::new(
                "step-without-code",
                format!("step `{}` is Rust code, and this binary has none for it", step.name),
            )
            .at(step.source.as_ref())
            .hint("give its code to the registry")
        }));
    }
    Verdict {
        location: manifest.location.clone(),
        valid: findings.is_empty(),
        assets: manifest.assets.len(),
        steps: manifest.steps.len(),
        checks: manifest.checks.len(),
        schedules: manifest.schedules.len(),
        findings,
        warnings,
    }
}

/// What is wrong with schemas and config. A binary without the server leaves it to the server that it deploys to, and
/// compiles no validator.
fn config_findings(snapshot: &Snapshot) -> Vec<Finding> {
    #[cfg(feature = "server")]
    return headwater_server::config_findings(snapshot);
    #[cfg(not(feature = "server"))]
    {
        let _ = snapshot;
        Vec::new()
    }
}

/// Conditions of jobs, schedules and alert policies that no asset meets.
fn empty_selections(snapshot: &Snapshot) -> Vec<String> {
    let manifest = snapshot.manifest();
    let jobs = manifest.jobs.iter().map(|job| ("job", &job.name, &job.selection));
    let schedules = manifest.schedules.iter().map(|schedule| ("schedule", &schedule.name, &schedule.selection));
    let policies = manifest.alerts.iter().filter_map(|policy| Some(("policy", &policy.name, policy.select.as_ref()?)));
    let mut warnings = Vec::new();
    for (what, name, text) in jobs.chain(schedules).chain(policies) {
        if let Ok(selection) = Selection::parse(text) {
            let found = selection.eval(snapshot).warnings;
            warnings.extend(found.iter().map(|warning| format!("{what} `{name}`: {}", selection.render(warning))));
        }
    }
    warnings
}

fn page(style: &Style, verdict: &Verdict) -> String {
    let mut lines = Vec::new();
    for finding in &verdict.findings {
        let at: Vec<String> = finding.at.iter().map(ToString::to_string).collect();
        let at = if at.is_empty() { String::new() } else { format!("{}: ", at.join(" and ")) };
        let error = style.paint(Tone::Bad, &format!("error[{}]", finding.code));
        lines.push(format!("{at}{error}: {}", finding.message));
        if !finding.hint.is_empty() {
            lines.push(format!("    {} {}", style.paint(Tone::Busy, "what to do:"), finding.hint));
        }
    }
    for warning in &verdict.warnings {
        lines.push(format!("{} {warning}", style.paint(Tone::Warn, "warning:")));
    }
    let counts = format!(
        "{} assets, {} steps, {} checks, {} schedules",
        verdict.assets, verdict.steps, verdict.checks, verdict.schedules
    );
    lines.push(match verdict.findings.len() {
        0 => format!("{} {}: {counts}", style.paint(Tone::Good, "valid:"), verdict.location),
        found => format!("{} {}: {found} to repair ({counts})", style.paint(Tone::Bad, "broken:"), verdict.location),
    });
    lines.join("\n")
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use headwater_core::manifest::{AlertOn, AlertPolicyDef, AssetDef, ScheduleDef, SourceRef, StepDef};

    use super::*;

    fn manifest() -> Manifest {
        let mut manifest = Manifest::new("shop");
        let mut asset = AssetDef::new(
            "orders".parse().unwrap(),
            headwater_core::manifest::AssetRole::Materialized { step: "orders".into() },
        );
        asset.source = Some(SourceRef { file: "src/main.rs".into(), line: 7, column: 1 });
        manifest.assets.push(asset);
        manifest.steps.push(StepDef::new("orders", Executor::Rust));
        manifest
    }

    #[test]
    fn findings_say_where_and_what_to_do() {
        let mut broken = manifest();
        broken.assets[0].deps.push("ordres".parse().unwrap());
        let verdict = verdict(&broken, None);
        assert!(!verdict.valid);
        let page = page(&Style::new(false, None), &verdict);
        assert!(page.contains("src/main.rs:7:1: error[") && page.contains("broken: shop: 1 to repair"), "{page}");
    }

    #[cfg(feature = "server")]
    #[test]
    fn config_is_held_against_schemas() {
        let mut broken = manifest();
        broken.steps[0].config_schema = Some(serde_json::json!({ "type": "nothing" }));
        assert_eq!(verdict(&broken, None).findings[0].code, "step-config-schema");
        broken.steps[0].config_schema = Some(serde_json::json!({ "required": ["days"] }));
        broken.schedules.push(ScheduleDef::new("nightly", "0 6 * * *", "key:orders"));
        let findings = verdict(&broken, None).findings;
        assert_eq!(findings[0].code, "schedule-config");
        assert!(findings[0].message.contains("nightly") && findings[0].message.contains("days"), "{findings:?}");
    }

    #[test]
    fn rust_steps_need_code_and_selections_should_select() {
        let mut manifest = manifest();
        manifest.schedules.push(ScheduleDef::new("nightly", "0 6 * * *", "key:order"));
        let policy = AlertPolicyDef::new("raw", vec![AlertOn::AssetFailed], Vec::new());
        manifest.alerts.push(AlertPolicyDef { select: Some("group:raww".into()), ..policy });
        let bare = Registry::new(manifest.clone(), BTreeMap::new());
        let with_code = verdict(&manifest, Some(&bare));
        assert_eq!(with_code.findings[0].code, "step-without-code");
        let without = verdict(&manifest, None);
        assert!(without.valid && without.warnings[0].contains("schedule `nightly`: no asset matches"), "{without:?}");
        assert!(without.warnings[1].contains("policy `raw`: no "), "{without:?}");
    }
}

//! Rules for what one definition says by itself: whatever is accepted must be able to do what it says (D20).
//!
//! They hold for what is deployed from now on. What was accepted before stays readable when a rule is added here, so
//! nothing else may rely on them.

use std::collections::BTreeMap;

use super::Finding;
use crate::{
    cron::CronSchedule,
    manifest::{
        AssetDef, Automation, CatchUp, Executor, Freshness, JobDef, Manifest, ProcessDef, RunLimit, ScheduleDef,
        SourceRef, StepDef,
    },
    selection::nearest::nearest,
    time::Millis,
};

/// The longest group, tag, owner and so on, in bytes.
pub(crate) const MAX_LABEL: usize = 256;

/// Whether a text can be a label of something: people can read it, write it, and select by it.
pub(crate) fn is_label(text: &str) -> bool {
    !text.trim().is_empty() && is_value(text)
}

/// Whether a text can be the value of a tag, which may be empty.
pub(crate) fn is_value(text: &str) -> bool {
    text.len() <= MAX_LABEL && !text.chars().any(char::is_control)
}

/// Everything that breaks a rule, in the order of the manifest.
pub(super) fn findings(manifest: &Manifest) -> Vec<Finding> {
    let mut rules = Rules::default();
    if !manifest.location.is_empty() {
        rules.label("location-name", "the manifest", "location", &manifest.location, None);
    }
    manifest.assets.iter().for_each(|asset| rules.asset(asset));
    manifest.steps.iter().for_each(|step| rules.step(step));
    for check in &manifest.checks {
        let who = format!("a check on asset {}", check.asset);
        rules.label("check-name", &who, "name", &check.name, check.source.as_ref());
    }
    manifest.jobs.iter().for_each(|job| rules.job(job));
    manifest.schedules.iter().for_each(|schedule| rules.schedule(schedule, manifest));
    rules.run_limits(&manifest.run_limits);
    if manifest.max_running == Some(0) {
        rules
            .add("max-running", "no run may be in progress, so none ever starts".into(), None)
            .push_str("leave max_running out for no limit");
    }
    rules.0
}

#[derive(Default)]
struct Rules(Vec<Finding>);

impl Rules {
    /// Adds a finding; the caller writes what to do into what it gets.
    fn add(&mut self, code: &str, message: String, source: Option<&SourceRef>) -> &mut String {
        self.0.push(Finding::new(code, message).at(source));
        let last = self.0.len() - 1;
        &mut self.0[last].hint
    }

    fn label(&mut self, code: &str, who: &str, what: &str, text: &str, source: Option<&SourceRef>) {
        if !is_label(text) {
            self.add(code, format!("{who} has the {what} {}", shown(text)), source)
                .push_str(&format!("use 1 to {MAX_LABEL} bytes of printable characters"));
        }
    }

    fn tags(&mut self, code: &str, who: &str, tags: &BTreeMap<String, String>, source: Option<&SourceRef>) {
        for (name, value) in tags {
            self.label(code, who, "tag", name, source);
            if !is_value(value) {
                self.add(code, format!("{who} has the tag {} with the value {}", shown(name), shown(value)), source)
                    .push_str(&format!("use at most {MAX_LABEL} bytes of printable characters"));
            }
        }
    }

    fn timeout(&mut self, code: &str, who: &str, timeout: Option<Millis>, source: Option<&SourceRef>) {
        if timeout == Some(Millis::ZERO) {
            self.add(code, format!("{who} has a timeout of zero"), source).push_str("leave it out for no timeout");
        }
    }

    fn asset(&mut self, asset: &AssetDef) {
        let (who, source) = (format!("asset {}", asset.key), asset.source.as_ref());
        self.label("asset-group", &who, "group", &asset.group, source);
        let single = [("asset-domain", "domain", &asset.domain), ("asset-tier", "tier", &asset.tier)];
        for (code, what, text) in single {
            text.iter().for_each(|text| self.label(code, &who, what, text, source));
        }
        asset.owners.iter().for_each(|owner| self.label("asset-owner", &who, "owner", owner, source));
        asset.kinds.iter().for_each(|kind| self.label("asset-kind", &who, "kind", kind, source));
        self.tags("asset-tag", &who, &asset.tags, source);
        if let Some(freshness) = &asset.freshness {
            self.freshness(&who, freshness, source);
        }
        if let Some(Automation::OnCron { cron, zone }) = &asset.automation {
            let problem = match CronSchedule::parse(cron, zone) {
                Ok(cron) if !cron.is_never() => return,
                Ok(_) => format!("`{cron}` never comes; no such date exists"),
                Err(error) => error.to_string(),
            };
            self.add("asset-automation", format!("the automation of {who}: {problem}"), source)
                .push_str("write five fields, as in `0 6 * * *`, and an IANA zone, as in `Europe/Berlin`");
        }
    }

    fn freshness(&mut self, who: &str, freshness: &Freshness, source: Option<&SourceRef>) {
        let Freshness { warn_after, fail_after } = *freshness;
        let problem = if fail_after == Millis::ZERO || warn_after == Some(Millis::ZERO) {
            "is zero, which no data ever meets".to_owned()
        } else if let Some(warn_after) = warn_after.filter(|warn_after| *warn_after >= fail_after) {
            format!("warns after {warn_after}, which is not before it fails after {fail_after}")
        } else {
            return;
        };
        self.add("asset-freshness", format!("the freshness of {who} {problem}"), source)
            .push_str("give spans above zero, with `warn_after` below `fail_after`");
    }

    fn step(&mut self, step: &StepDef) {
        let (who, source) = (format!("step {}", step.name), step.source.as_ref());
        step.pool.iter().for_each(|pool| self.label("step-pool", &who, "pool", pool, source));
        self.tags("step-requires", &who, &step.requires, source);
        if let Executor::Process(process) = &step.executor
            && let Some(problem) = process_problem(process)
        {
            self.add("step-process", format!("{who} {problem}"), source)
                .push_str("no program can be started so; remove it");
        }
    }

    fn job(&mut self, job: &JobDef) {
        let who = format!("job {}", job.name);
        self.tags("job-tag", &who, &job.tags, None);
        self.timeout("job-timeout", &who, job.timeout, None);
    }

    fn schedule(&mut self, schedule: &ScheduleDef, manifest: &Manifest) {
        let (who, source) = (format!("schedule {}", schedule.name), schedule.source.as_ref());
        self.tags("schedule-tag", &who, &schedule.tags, source);
        self.timeout("schedule-timeout", &who, schedule.timeout, source);
        if schedule.catch_up == (CatchUp::All { max: 0 }) {
            self.add("schedule-catch-up", format!("{who} catches up on all ticks, but at most zero"), source)
                .push_str("say `skip` to catch up on none");
        }
        for step in schedule.config.keys() {
            if manifest.steps.iter().any(|known| known.name == *step) {
                continue;
            }
            let near = nearest(step, manifest.steps.iter().map(|step| step.name.as_str()));
            let hint = match near.as_slice() {
                [] => "remove it, or name the step that it is for".to_owned(),
                near => format!("did you mean {}?", near.join(" or ")),
            };
            self.add("schedule-config", format!("{who} has config for step `{step}`, which does not exist"), source)
                .push_str(&hint);
        }
    }

    fn run_limits(&mut self, limits: &[RunLimit]) {
        for (number, limit) in limits.iter().enumerate() {
            let tag = match &limit.value {
                Some(value) => format!("{}={value}", limit.tag),
                None => limit.tag.clone(),
            };
            let who = format!("the run limit on tag {tag}");
            if !is_label(&limit.tag) || !limit.value.as_deref().is_none_or(is_value) {
                self.add("run-limit-tag", format!("a run limit is on the tag {}", shown(&tag)), None)
                    .push_str(&format!("name a tag with 1 to {MAX_LABEL} bytes of printable characters"));
            }
            if limit.limit == 0 {
                self.add("run-limit-zero", format!("{who} is zero, so such a run never starts"), None)
                    .push_str("give at least one, or remove the limit");
            }
            if limits[..number].iter().any(|other| (&other.tag, &other.value) == (&limit.tag, &limit.value)) {
                self.add("run-limit-duplicate", format!("{who} is declared twice"), None).push_str("keep one of them");
            }
        }
    }
}

/// What the operating system would refuse when the process is started.
fn process_problem(process: &ProcessDef) -> Option<String> {
    let nul = |text: &String| text.contains('\0');
    if process.argv.iter().chain(&process.cwd).any(nul) {
        return Some("runs a process with a NUL character in its arguments or directory".to_owned());
    }
    let bad = |name: &&String| name.is_empty() || name.contains(['=', '\0']);
    if let Some(name) = process.env.keys().chain(&process.pass_env).find(bad) {
        return Some(format!("runs a process with the environment variable {}", shown(name)));
    }
    let (name, _) = process.env.iter().find(|(_, value)| nul(value))?;
    Some(format!("runs a process with a NUL character in the variable {name}"))
}

/// A text that may be anything, short enough for a message.
fn shown(text: &str) -> String {
    let start: String = text.chars().take(40).collect();
    match text.len() > MAX_LABEL {
        true => format!("{start:?}… of {} bytes", text.len()),
        false => format!("{start:?}"),
    }
}

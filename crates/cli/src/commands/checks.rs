//! Failed checks, as every command shows them.

use std::collections::BTreeMap;

use headwater_api::CheckResult;
use headwater_core::manifest::Severity;

use crate::output::{Style, Tone};

/// What a failed check means for the asset that it is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Verdict {
    /// Worth knowing.
    Warned,
    /// Wrong, and the run goes on.
    Failed,
    /// Wrong; what is downstream is held back, and the run fails.
    Refused,
}

impl Verdict {
    /// What a result means; none where the check passed.
    pub(crate) const fn of(check: &CheckResult) -> Option<Self> {
        match (check.passed, check.severity, check.blocking) {
            (true, ..) => None,
            (false, Severity::Warn, _) => Some(Self::Warned),
            (false, Severity::Error, false) => Some(Self::Failed),
            (false, Severity::Error, true) => Some(Self::Refused),
        }
    }

    /// Recognizable without colors, beside the signs of steps.
    pub(crate) const fn sign(self) -> &'static str {
        match self {
            Self::Refused => "✗",
            Self::Failed | Self::Warned => "!",
        }
    }

    pub(crate) const fn tone(self) -> Tone {
        match self {
            Self::Refused => Tone::Bad,
            Self::Failed => Tone::Warn,
            Self::Warned => Tone::Dim,
        }
    }

    const fn word(self) -> &'static str {
        match self {
            Self::Refused => "failed and blocks",
            Self::Failed => "failed",
            Self::Warned => "warns",
        }
    }
}

/// The failed checks of a run by the step that evaluated them, the worst first.
#[derive(Debug, Default)]
pub(crate) struct FailedChecks<'a>(BTreeMap<u32, Vec<(Verdict, &'a CheckResult)>>);

impl<'a> FailedChecks<'a> {
    pub(crate) fn new(results: &'a [CheckResult]) -> Self {
        let mut by_step: BTreeMap<u32, Vec<(Verdict, &CheckResult)>> = BTreeMap::new();
        for check in results {
            if let (Some(step), Some(verdict)) = (check.step, Verdict::of(check)) {
                by_step.entry(step).or_default().push((verdict, check));
            }
        }
        by_step.values_mut().for_each(|checks| checks.sort_by_key(|(verdict, _)| std::cmp::Reverse(*verdict)));
        Self(by_step)
    }

    /// The failed checks of a step.
    pub(crate) fn of(&self, step: u32) -> &[(Verdict, &'a CheckResult)] {
        self.0.get(&step).map_or(&[], Vec::as_slice)
    }

    /// The worst that the checks of a step say.
    pub(crate) fn worst(&self, step: u32) -> Option<Verdict> {
        self.of(step).first().map(|(verdict, _)| *verdict)
    }

    /// How many there are, as part of a list of counts: `2 checks failed, 1 warns`.
    pub(crate) fn counts(&self) -> Vec<String> {
        let all = || self.0.values().flatten();
        let warned = all().filter(|(verdict, _)| *verdict == Verdict::Warned).count();
        let failed = all().count() - warned;
        let say = |count: usize, one: &str, many: &str| match count {
            0 => None,
            1 => Some(format!("1 {one}")),
            _ => Some(format!("{count} {many}")),
        };
        let said = [say(failed, "check failed", "checks failed"), say(warned, "check warns", "checks warn")];
        said.into_iter().flatten().collect()
    }

    /// Those that are errors, at length; the rest in one line where there are many.
    pub(crate) fn page(&self, style: &Style, most: usize) -> String {
        let mut errors: Vec<_> = self.0.values().flatten().filter(|(verdict, _)| *verdict > Verdict::Warned).collect();
        errors.sort_by_key(|(verdict, _)| std::cmp::Reverse(*verdict));
        let mut text: String = errors.iter().take(most).map(|(verdict, check)| block(style, *verdict, check)).collect();
        if errors.len() > most {
            let more = format!("\n\nand {} more failed checks", errors.len() - most);
            text.push_str(&style.paint(Tone::Dim, &more));
        }
        text
    }
}

/// A failed check in one line: `check ids_are_unique failed: 2 ids come twice`.
pub(crate) fn brief(verdict: Verdict, check: &CheckResult) -> String {
    let why = check.description.lines().next().filter(|line| !line.is_empty());
    let what = if verdict == Verdict::Warned { "warns" } else { "failed" };
    format!("check {} {what}{}", check.check, why.map_or_else(String::new, |why| format!(": {why}")))
}

fn block(style: &Style, verdict: Verdict, check: &CheckResult) -> String {
    let on = check.asset.as_ref().map_or_else(String::new, |asset| format!(" on {asset}"));
    let title = format!("check {}{on} {}:", check.check, verdict.word());
    let why = if check.description.is_empty() { "it gives no reason" } else { check.description.trim_end() };
    format!("\n\n{}\n  {}", style.paint(verdict.tone(), &title), why.replace('\n', "\n  "))
}

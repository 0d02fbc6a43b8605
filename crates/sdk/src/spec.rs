//! What the macros write down: constants without logic, turned into definitions once.
#![expect(missing_docs, reason = "only generated code names these; their fields are named after the settings")]

use headwater_core::{
    key::{AssetKey, KeyError},
    manifest::{
        AssetDef, AssetRole, Automation, Backoff, CheckDef, ErrorClass, Executor, Freshness, Jitter, RetryPolicy,
        Severity, SourceRef, StepDef, Subset,
    },
    metadata::{Float, MetadataValue},
    time::Millis,
};

/// An asset as its attribute describes it.
#[derive(Clone, Debug)]
pub struct AssetSpec {
    pub key: &'static str,
    pub group: &'static str,
    pub domain: Option<&'static str>,
    pub tier: Option<&'static str>,
    pub owners: &'static [&'static str],
    pub tags: &'static [(&'static str, &'static str)],
    pub kinds: &'static [&'static str],
    pub description: &'static str,
    pub code_version: Option<&'static str>,
    pub metadata: &'static [(&'static str, Fact)],
    pub freshness: Option<Freshness>,
    pub automation: Option<AutomationSpec>,
    pub aliases: &'static [&'static str],
    pub checks: &'static [CheckSpec],
    pub source: Source,
}

impl AssetSpec {
    pub const EMPTY: Self = Self {
        key: "",
        group: "default",
        domain: None,
        tier: None,
        owners: &[],
        tags: &[],
        kinds: &[],
        description: "",
        code_version: None,
        metadata: &[],
        freshness: None,
        automation: None,
        aliases: &[],
        checks: &[],
        source: Source::NONE,
    };

    pub(crate) fn key(&self) -> Result<AssetKey, KeyError> {
        AssetKey::new(self.key)
    }

    pub(crate) fn define(&self, role: AssetRole) -> Result<AssetDef, KeyError> {
        let mut asset = AssetDef::new(self.key()?, role);
        asset.group = self.group.to_owned();
        asset.domain = self.domain.map(str::to_owned);
        asset.tier = self.tier.map(str::to_owned);
        asset.owners = texts(self.owners);
        asset.tags = pairs(self.tags);
        asset.kinds = texts(self.kinds);
        asset.description = self.description.to_owned();
        asset.code_version = self.code_version.map(str::to_owned);
        asset.metadata = self.metadata.iter().map(|(name, fact)| ((*name).to_owned(), fact.value())).collect();
        asset.freshness.clone_from(&self.freshness);
        asset.automation = self.automation.map(AutomationSpec::define);
        asset.aliases = self.aliases.iter().map(|key| AssetKey::new(key)).collect::<Result<_, _>>()?;
        asset.source = self.source.define();
        Ok(asset)
    }
}

/// A step as its attribute describes it.
#[derive(Clone, Copy, Debug)]
pub struct StepSpec {
    /// None takes the name of what it makes or checks.
    pub name: Option<&'static str>,
    pub subset: Subset,
    pub retry: RetrySpec,
    pub timeout: Option<Millis>,
    pub pool: Option<&'static str>,
    pub priority: i32,
    pub requires: &'static [(&'static str, &'static str)],
    pub source: Source,
}

impl StepSpec {
    pub const EMPTY: Self = Self {
        name: None,
        subset: Subset::Whole,
        retry: RetrySpec::EMPTY,
        timeout: None,
        pool: None,
        priority: 0,
        requires: &[],
        source: Source::NONE,
    };

    pub(crate) fn define(&self, name: String, executor: Executor) -> StepDef {
        let mut step = StepDef::new(name, executor);
        step.subset = self.subset;
        step.retry = self.retry.define();
        step.timeout = self.timeout;
        step.pool = self.pool.map(str::to_owned);
        step.priority = self.priority;
        step.requires = pairs(self.requires);
        step.source = self.source.define();
        step
    }
}

/// A retry policy; `max_retries` of zero is none at all.
#[derive(Clone, Copy, Debug)]
pub struct RetrySpec {
    pub max_retries: u32,
    pub delay: Millis,
    pub backoff: Backoff,
    pub max_delay: Millis,
    pub jitter: Jitter,
    pub only: &'static [&'static str],
    pub never: &'static [&'static str],
}

impl RetrySpec {
    pub const EMPTY: Self = Self {
        max_retries: 0,
        delay: Millis::ZERO,
        backoff: Backoff::Constant,
        max_delay: Millis::secs(3600),
        jitter: Jitter::None,
        only: &[],
        never: &[],
    };

    fn define(&self) -> RetryPolicy {
        let classes = |names: &[&'static str]| names.iter().map(|name| ErrorClass::custom(*name)).collect();
        RetryPolicy {
            max_retries: self.max_retries,
            delay: self.delay,
            backoff: self.backoff,
            max_delay: self.max_delay,
            jitter: self.jitter,
            only: classes(self.only),
            never: classes(self.never),
        }
    }
}

/// A check as its attribute describes it.
#[derive(Clone, Copy, Debug)]
pub struct CheckSpec {
    pub name: &'static str,
    pub blocking: bool,
    pub severity: Severity,
    pub description: &'static str,
    pub source: Source,
}

impl CheckSpec {
    pub(crate) fn define(&self, asset: AssetKey, step: String) -> CheckDef {
        CheckDef {
            name: self.name.to_owned(),
            asset,
            step,
            blocking: self.blocking,
            severity: self.severity,
            description: self.description.to_owned(),
            source: self.source.define(),
        }
    }
}

/// A fact that is known at compile time.
#[derive(Clone, Copy, Debug)]
pub enum Fact {
    Text(&'static str),
    Markdown(&'static str),
    Url(&'static str),
    Path(&'static str),
    Int(i64),
    Float(f64),
    Bool(bool),
}

impl Fact {
    fn value(self) -> MetadataValue {
        match self {
            Self::Text(text) => MetadataValue::Text(text.to_owned()),
            Self::Markdown(text) => MetadataValue::Markdown(text.to_owned()),
            Self::Url(text) => MetadataValue::Url(text.to_owned()),
            Self::Path(text) => MetadataValue::Path(text.to_owned()),
            Self::Int(value) => MetadataValue::Int(value),
            Self::Float(value) => MetadataValue::Float(Float(value)),
            Self::Bool(value) => MetadataValue::Bool(value),
        }
    }
}

/// When an asset should run by itself.
#[derive(Clone, Copy, Debug)]
pub enum AutomationSpec {
    Eager,
    OnMissing,
    OnCron { cron: &'static str, zone: &'static str },
}

impl AutomationSpec {
    fn define(self) -> Automation {
        match self {
            Self::Eager => Automation::Eager,
            Self::OnMissing => Automation::OnMissing,
            Self::OnCron { cron, zone } => Automation::OnCron { cron: cron.to_owned(), zone: zone.to_owned() },
        }
    }
}

/// A place in the sources.
#[derive(Clone, Copy, Debug)]
pub struct Source {
    pub file: &'static str,
    pub line: u32,
    pub column: u32,
}

impl Source {
    pub const NONE: Self = Self { file: "", line: 0, column: 0 };

    #[track_caller]
    pub(crate) fn here() -> Self {
        let at = std::panic::Location::caller();
        Self { file: at.file(), line: at.line(), column: at.column() }
    }

    pub(crate) fn define(self) -> Option<SourceRef> {
        let Self { file, line, column } = self;
        (!file.is_empty()).then(|| SourceRef { file: file.to_owned(), line, column })
    }
}

/// Reads a span of time at compile time; a bad one does not compile.
#[expect(clippy::panic, reason = "it is evaluated by the compiler, where a panic is an error message")]
pub const fn span(text: &str) -> Millis {
    let parsed = Millis::parse(text);
    let span = match &parsed {
        Ok(span) => Some(*span),
        Err(_) => None,
    };
    // An error may own a text, and the compiler cannot drop that.
    std::mem::forget(parsed);
    match span {
        Some(span) => span,
        None => panic!("a span of time is a whole number and its unit (ms, s, m, h or d), as in \"30s\" or \"10m\""),
    }
}

pub(crate) fn texts(texts: &[&str]) -> Vec<String> {
    texts.iter().map(|text| (*text).to_owned()).collect()
}

fn pairs(pairs: &[(&str, &str)]) -> std::collections::BTreeMap<String, String> {
    pairs.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect()
}

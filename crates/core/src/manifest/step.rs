//! Steps, the checks they evaluate, and the resources they use.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{asset::SourceRef, policy::RetryPolicy};
use crate::{key::AssetKey, time::Millis};

/// One unit of execution. It may produce several assets, evaluate checks, or both.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct StepDef {
    /// Its name, unique in the location.
    pub name: String,
    /// What runs it.
    pub executor: Executor,
    /// Whether some of its assets can be made without the others.
    #[serde(default, skip_serializing_if = "Subset::is_whole")]
    pub subset: Subset,
    /// When and how often a failed attempt is repeated.
    #[serde(default, skip_serializing_if = "RetryPolicy::is_none")]
    pub retry: RetryPolicy,
    /// The longest an attempt may take, in milliseconds.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub timeout: Option<Millis>,
    /// The pool from which an attempt takes a slot.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub pool: Option<String>,
    /// Ready steps with a higher number start first; added to the run's priority.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub priority: i32,
    /// Tags that a worker must have to get it.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub requires: BTreeMap<String, String>,
    /// Names of the resources that it uses.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub resources: Vec<String>,
    /// JSON Schema of its config, checked at launch.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub config_schema: Option<serde_json::Value>,
    /// Where it is declared.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub source: Option<SourceRef>,
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde hands out references")]
fn is_zero(value: &i32) -> bool {
    *value == 0
}

impl StepDef {
    /// A step with nothing but a name and an executor.
    pub fn new(name: impl Into<String>, executor: Executor) -> Self {
        Self {
            name: name.into(),
            executor,
            subset: Subset::Whole,
            retry: RetryPolicy::default(),
            timeout: None,
            pool: None,
            priority: 0,
            requires: BTreeMap::new(),
            resources: Vec::new(),
            config_schema: None,
            source: None,
        }
    }
}

/// Whether some of a step's assets can be made without the others.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Subset {
    /// Asking for one asset runs the step for all of them.
    #[default]
    Whole,
    /// The step honours the selected assets.
    Any,
}

impl Subset {
    fn is_whole(&self) -> bool {
        *self == Self::Whole
    }
}

/// What runs a step. Later kinds (pipes, SQL, dbt, containers) are further variants.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(tag = "kind", rename_all = "snake_case", deny_unknown_fields)]
pub enum Executor {
    /// A Rust function inside the worker of this code location.
    Rust,
    /// A process; exit code 0 is success.
    Process(ProcessDef),
}

/// A command to run as a step. It is never given to a shell.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ProcessDef {
    /// Program and arguments.
    pub argv: Vec<String>,
    /// Environment variables, in addition to a short list that is inherited.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub env: BTreeMap<String, String>,
    /// Names of variables that are inherited from the worker, for secrets: their values are masked in logs.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub pass_env: Vec<String>,
    /// Working directory; relative ones start at the worker's project directory.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cwd: Option<String>,
}

/// A check on an asset.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct CheckDef {
    /// Its name, unique for its asset.
    pub name: String,
    /// The asset that it is about.
    pub asset: AssetKey,
    /// The step that evaluates it: the asset's own, or one that runs after it.
    pub step: String,
    /// Whether a failure fails the run and holds back what is downstream of the asset in that run. A later run is not
    /// held back: to materialize something downstream by itself is the deliberate way past a check.
    #[serde(default)]
    pub blocking: bool,
    /// How bad a failure is, unless the check itself says so.
    #[serde(default)]
    pub severity: Severity,
    /// What it makes sure of, in Markdown.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub description: String,
    /// Where it is declared.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub source: Option<SourceRef>,
}

/// How bad a failed check is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Severity {
    /// Worth knowing; never blocks.
    Warn,
    /// Wrong.
    #[default]
    Error,
}

/// A resource that steps use. Its values stay on the worker.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ResourceDef {
    /// Its name.
    pub name: String,
    /// Its type, as in `shop::ShopApi`.
    pub type_name: String,
    /// What it is, in Markdown.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub description: String,
    /// Names of the environment variables that it reads, never their values.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub env: Vec<String>,
}

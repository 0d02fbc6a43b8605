//! Declared assets.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::{key::AssetKey, metadata::Metadata, time::Millis};

/// One data asset: a file, a table, a model, a sync.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct AssetDef {
    /// Its name.
    pub key: AssetKey,
    /// Who makes it.
    pub role: AssetRole,
    /// The assets it is made from, whether or not their values are loaded.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub deps: Vec<AssetKey>,
    /// Its group; exactly one.
    #[serde(default = "default_group")]
    pub group: String,
    /// The domain that answers for it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub domain: Option<String>,
    /// Its quality tier, as in `gold`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tier: Option<String>,
    /// E-mail addresses, or teams as in `team:data`.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub owners: Vec<String>,
    /// Labels with a value; an empty value is a bare label.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub tags: BTreeMap<String, String>,
    /// What it is made with or kept in: `rust`, `sqlite`, `csv`.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub kinds: Vec<String>,
    /// What it is, in Markdown.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub description: String,
    /// The version of the code that makes it. Unset, every run gives a new data version.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub code_version: Option<String>,
    /// Facts known without running anything.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub metadata: Metadata,
    /// The Rust or other type of its value, compared between producer and consumers.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub value_type: Option<String>,
    /// How old its data may be. Declared and shown; not yet acted upon.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub freshness: Option<Freshness>,
    /// When it should run by itself. Declared and shown; not yet acted upon.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub automation: Option<Automation>,
    /// Earlier keys of this asset; its history goes on under the new key.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub aliases: Vec<AssetKey>,
    /// Where it is declared.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub source: Option<SourceRef>,
}

fn default_group() -> String {
    "default".to_owned()
}

impl AssetDef {
    /// An asset with nothing but a key and a role.
    pub fn new(key: AssetKey, role: AssetRole) -> Self {
        Self {
            key,
            role,
            deps: Vec::new(),
            group: default_group(),
            domain: None,
            tier: None,
            owners: Vec::new(),
            tags: BTreeMap::new(),
            kinds: Vec::new(),
            description: String::new(),
            code_version: None,
            metadata: Metadata::new(),
            value_type: None,
            freshness: None,
            automation: None,
            aliases: Vec::new(),
            source: None,
        }
    }
}

/// Who makes an asset.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(tag = "kind", rename_all = "snake_case", deny_unknown_fields)]
pub enum AssetRole {
    /// A step of ours materializes it.
    Materialized {
        /// The step's name.
        step: String,
    },
    /// Somebody else makes it; a step of ours looks at its version.
    Observed {
        /// The step's name.
        step: String,
    },
    /// Somebody else makes it; it is part of the lineage and can be reported by API.
    External,
}

impl AssetRole {
    /// The step that makes or observes the asset.
    pub fn step(&self) -> Option<&str> {
        match self {
            Self::Materialized { step } | Self::Observed { step } => Some(step),
            Self::External => None,
        }
    }
}

/// How old an asset's data may be.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Freshness {
    /// Older than this is worth a warning, in milliseconds.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub warn_after: Option<Millis>,
    /// Older than this is a failure, in milliseconds.
    pub fail_after: Millis,
}

/// When an asset should run by itself.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(tag = "kind", rename_all = "snake_case", deny_unknown_fields)]
pub enum Automation {
    /// Whenever something it is made from has changed.
    Eager,
    /// When it has never been materialized.
    OnMissing,
    /// Once everything it is made from is newer than the last tick.
    OnCron {
        /// Five-field crontab expression.
        cron: String,
        /// IANA time zone.
        zone: String,
    },
}

/// A place in the user's sources.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct SourceRef {
    /// Path as the compiler or loader saw it, relative to the project.
    pub file: String,
    /// Line, counted from one.
    pub line: u32,
    /// Column, counted from one; zero where it is not known.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub column: u32,
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde hands out references")]
fn is_zero(value: &u32) -> bool {
    *value == 0
}

impl std::fmt::Display for SourceRef {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}:{}", self.file, self.line)?;
        if self.column > 0 { write!(f, ":{}", self.column) } else { Ok(()) }
    }
}

//! What a command works with: the definitions inside the binary, the way out, and the server.

use std::{collections::BTreeMap, path::Path};

use headwater_client::{Client, IdempotencyKey};
use headwater_core::{
    graph::Snapshot,
    manifest::{Manifest, ManifestError},
};
use headwater_worker::registry::Registry;

use crate::{
    args::Globals,
    config::{self, Target},
    edge,
    failure::{Exit, Failure},
    output::Output,
};

/// What a command works with.
#[derive(Debug)]
pub(crate) struct Context {
    registry: Registry,
    pub(crate) output: Output,
    pub(crate) globals: Globals,
}

/// Where a command finds definitions.
pub(crate) enum Definitions {
    /// In this binary, or in a manifest that was given.
    Here(Box<Registry>),
    /// On a server.
    Server,
}

impl Context {
    pub(crate) fn new(registry: Registry, output: Output, globals: Globals) -> Self {
        Self { registry, output, globals }
    }

    /// The server that flags, environment and profiles name.
    pub(crate) fn target(&self) -> Result<Target, Failure> {
        let env = |name: &str| std::env::var(name).ok();
        let file = config::read(config::path(&env).as_deref())?;
        config::resolve(&self.globals.flags(), &env, &file)
    }

    /// A client of that server.
    pub(crate) fn client(&self) -> Result<Client, Failure> {
        let target = self.target()?;
        Ok(Client::new(&target.url, target.token)?.deployment(&target.deployment))
    }

    /// The definitions of a manifest where one is given, of the binary where it has any, and otherwise the server's.
    pub(crate) fn definitions(&self, manifest: Option<&Path>) -> Result<Definitions, Failure> {
        if let Some(path) = manifest {
            return Ok(Definitions::Here(Box::new(Registry::new(read_manifest(path)?, BTreeMap::new()))));
        }
        if self.globals.names_server(|name| std::env::var(name).ok()) || self.is_empty() {
            return Ok(Definitions::Server);
        }
        Ok(Definitions::Here(Box::new(self.registry.clone())))
    }

    /// The definitions of a manifest where one is given, and otherwise of the binary, even where it has none.
    pub(crate) fn own(&self, manifest: Option<&Path>) -> Result<Registry, Failure> {
        manifest
            .map_or_else(|| Ok(self.registry.clone()), |path| Ok(Registry::new(read_manifest(path)?, BTreeMap::new())))
    }

    /// Whether this is the stock binary, without definitions of its own.
    pub(crate) fn is_empty(&self) -> bool {
        is_empty(self.registry.manifest())
    }
}

/// Whether a manifest declares nothing.
pub(crate) fn is_empty(manifest: &Manifest) -> bool {
    manifest.assets.is_empty() && manifest.steps.is_empty()
}

/// Reads a manifest.
pub(crate) fn read_manifest(path: &Path) -> Result<Manifest, Failure> {
    let text = std::fs::read_to_string(path).map_err(|error| Failure::file("read", path, &error))?;
    Manifest::from_json(&text).map_err(|error| {
        let hint = match error {
            ManifestError::Newer { .. } => "use the version of Headwater that wrote it, or a later one".to_owned(),
            ManifestError::Malformed { .. } => format!("`{} schema` prints the format", edge::program()),
        };
        Failure::new(Exit::Failed, "broken-manifest", format!("{}: {error}", path.display())).hint(hint)
    })
}

/// The validated definitions.
pub(crate) fn snapshot(manifest: &Manifest) -> Result<Snapshot, Failure> {
    Snapshot::new(manifest.clone()).map_err(|findings| {
        let mut failure = Failure::new(Exit::Failed, "broken-manifest", "the definitions are broken");
        failure.details = findings.iter().map(ToString::to_string).collect();
        failure.hint("`validate` shows the same; nothing was changed")
    })
}

/// A person's idempotency key, or one of our own.
pub(crate) fn idempotency(key: Option<String>) -> IdempotencyKey {
    key.map_or_else(IdempotencyKey::random, IdempotencyKey::new)
}

/// Reads a list to its end, or up to `limit` items.
pub(crate) async fn collect<T, F>(limit: u32, page: impl Fn(Option<String>, u32) -> F) -> Result<Vec<T>, Failure>
where
    F: Future<Output = Result<headwater_api::List<T>, headwater_client::ClientError>>,
{
    let mut items = Vec::new();
    let mut cursor = None;
    loop {
        let left = limit.saturating_sub(u32::try_from(items.len()).unwrap_or(u32::MAX));
        if left == 0 {
            return Ok(items);
        }
        let list = page(cursor, left.min(headwater_api::MAX_LIMIT)).await?;
        items.extend(list.items);
        match list.next {
            Some(next) => cursor = Some(next),
            None => return Ok(items),
        }
    }
}

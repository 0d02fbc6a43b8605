//! Alert policies and channels: what can be wrong with them, and which assets they watch.

use std::collections::BTreeMap;

use super::{Finding, Snapshot};
use crate::{
    alert::Quiet,
    manifest::{AlertOn, AlertPolicyDef, ChannelDef, ChannelKind, Manifest, Openness, SecretPlace},
    selection::{NodeSet, Selection, nearest::nearest},
    time::Millis,
};

/// A policy, read.
#[derive(Clone, Debug)]
pub(super) struct Watch {
    /// The assets that it is about; none means everything.
    nodes: Option<NodeSet>,
    quiet: Option<Quiet>,
}

/// Everything that is wrong with policies and channels.
pub(super) fn findings(manifest: &Manifest) -> Vec<Finding> {
    let channels: BTreeMap<&str, &ChannelDef> =
        manifest.channels.iter().map(|channel| (channel.name.as_str(), channel)).collect();
    let mut all: Vec<Finding> = manifest.channels.iter().flat_map(channel).collect();
    for policy in &manifest.alerts {
        let mut problem = |code: &str, message: String, hint: &str| {
            all.push(
                Finding::new(code, format!("alert policy {}: {message}", policy.name))
                    .at(policy.source.as_ref())
                    .hint(hint),
            );
        };
        if policy.on.is_empty() {
            problem("alert-on", "it says nothing that is worth telling".into(), "give `on` at least one kind");
        }
        for name in &policy.channels {
            if !channels.contains_key(name.as_str()) {
                let near = nearest(name, channels.keys().copied());
                let hint = match near.is_empty() {
                    true => "declare the channel".to_owned(),
                    false => format!("did you mean {}?", near.join(" or ")),
                };
                problem("channel-unknown", format!("no channel is named `{name}`"), &hint);
            }
        }
        if let Some(Err(error)) = policy.select.as_deref().map(Selection::parse) {
            problem("alert-selection", error.render(), "");
        }
        if let Some(Err(error)) = policy.quiet.as_ref().map(Quiet::read) {
            problem("alert-quiet", error.to_string(), "");
        }
        if policy.threshold.is_some_and(|threshold| threshold.count < 2 || threshold.within == Millis::ZERO) {
            problem(
                "alert-threshold",
                "a threshold is at least two times within a span".into(),
                "leave the threshold out to hear of every time",
            );
        }
        for on in &policy.on {
            if matches!(on, AlertOn::RunLong { limit: Some(Millis::ZERO) }) {
                problem("alert-limit", "a limit of zero is always over".into(), "leave it out to compare with history");
            }
        }
    }
    all
}

fn channel(channel: &ChannelDef) -> Vec<Finding> {
    let mut found = Vec::new();
    let mut problem = |code: &str, message: String, hint: &str| {
        found.push(
            Finding::new(code, format!("channel {}: {message}", channel.name)).at(channel.source.as_ref()).hint(hint),
        );
    };
    for (what, reference, openness) in channel.to.references() {
        match reference.place() {
            SecretPlace::Env("") | SecretPlace::File("") | SecretPlace::Value("") => {
                problem("channel-reference", format!("its {what} is empty"), "write env:NAME or file:PATH");
            }
            SecretPlace::Value(_) if openness == Openness::Secret => problem(
                "channel-secret",
                format!("its {what} is written down, where everybody who can read definitions can read it"),
                "keep it in the server's environment and write env:NAME, or in a file and write file:PATH",
            ),
            _ => {}
        }
    }
    if let ChannelKind::Email { from, to, .. } = &channel.to {
        if to.is_empty() {
            problem("channel-to", "it has no recipient".into(), "give `to` at least one address");
        }
        for address in std::iter::once(from).chain(to) {
            if !address.contains('@') || address.chars().any(char::is_control) {
                problem("channel-address", format!("{address:?} is not an e-mail address"), "");
            }
        }
    }
    found
}

/// What the policies of a sound snapshot watch, in their order.
pub(super) fn watches(snapshot: &Snapshot) -> Vec<Watch> {
    let policies = &snapshot.manifest.alerts;
    policies
        .iter()
        .map(|policy| Watch {
            nodes: policy
                .select
                .as_deref()
                .and_then(|text| Selection::parse(text).ok())
                .map(|selection| selection.eval(snapshot).nodes),
            quiet: policy.quiet.as_ref().and_then(|quiet| Quiet::read(quiet).ok()),
        })
        .collect()
}

impl Snapshot {
    /// Alert policies by name, each with its number.
    pub fn policies(&self) -> impl Iterator<Item = (usize, &AlertPolicyDef)> {
        self.manifest.alerts.iter().enumerate()
    }

    /// An alert policy with its number.
    pub fn find_policy(&self, name: &str) -> Option<(usize, &AlertPolicyDef)> {
        let at = self.manifest.alerts.binary_search_by(|policy| policy.name.as_str().cmp(name)).ok()?;
        Some((at, &self.manifest.alerts[at]))
    }

    /// A channel by its name.
    pub fn find_channel(&self, name: &str) -> Option<&ChannelDef> {
        let at = self.manifest.channels.binary_search_by(|channel| channel.name.as_str().cmp(name)).ok()?;
        Some(&self.manifest.channels[at])
    }

    /// Whether a policy watches any of these assets. One without a selection watches everything, also what is about
    /// no asset.
    pub fn watches(&self, policy: usize, assets: &[u32]) -> bool {
        let Some(watch) = self.watches.get(policy) else {
            return false;
        };
        watch.nodes.as_ref().is_none_or(|nodes| assets.iter().any(|&asset| nodes.contains(asset as usize)))
    }

    /// The quiet hours of a policy.
    pub fn quiet(&self, policy: usize) -> Option<&Quiet> {
        self.watches.get(policy)?.quiet.as_ref()
    }
}

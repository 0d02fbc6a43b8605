//! A universe in compact notation: `a -> b -> c; group(raw): a b; tag(zone=raw): a`.

use std::collections::BTreeMap;

use headwater_core::selection::{NodeSet, Universe};

#[derive(Clone, Debug, Default)]
pub(crate) struct Graph {
    pub(crate) nodes: Vec<Node>,
}

#[derive(Clone, Debug, Default)]
pub(crate) struct Node {
    pub(crate) key: String,
    pub(crate) group: String,
    pub(crate) owners: Vec<String>,
    pub(crate) tags: BTreeMap<String, String>,
    pub(crate) kinds: Vec<String>,
    pub(crate) domain: Option<String>,
    pub(crate) tier: Option<String>,
    pub(crate) upstream: Vec<u32>,
    pub(crate) downstream: Vec<u32>,
}

impl Graph {
    /// Adds the statements of one line, which are separated by semicolons.
    pub(crate) fn read(&mut self, line: &str) {
        for statement in line.split(';').map(str::trim).filter(|statement| !statement.is_empty()) {
            match statement.split_once("): ") {
                Some((attribute, keys)) => self.assign(attribute, keys),
                None => self.connect(statement),
            }
        }
    }

    /// A graph of numbered nodes with these edges, from upstream to downstream.
    pub(crate) fn numbered(nodes: usize, edges: impl IntoIterator<Item = (usize, usize)>) -> Self {
        let node = |number| Node { key: format!("n{number}"), ..Node::default() };
        let mut graph = Self { nodes: (0..nodes).map(node).collect() };
        edges.into_iter().for_each(|(from, to)| graph.edge(from, to));
        graph
    }

    pub(crate) fn keys(&self, set: &NodeSet) -> Vec<&str> {
        set.iter().map(|node| self.key(node)).collect()
    }

    fn connect(&mut self, chain: &str) {
        let nodes: Vec<usize> = chain.split("->").map(|key| self.node(key.trim())).collect();
        nodes.windows(2).for_each(|pair| self.edge(pair[0], pair[1]));
    }

    fn edge(&mut self, from: usize, to: usize) {
        self.nodes[from].downstream.push(u32::try_from(to).unwrap());
        self.nodes[to].upstream.push(u32::try_from(from).unwrap());
    }

    fn assign(&mut self, attribute: &str, keys: &str) {
        let (name, value) = attribute.split_once('(').expect("attribute(value): keys");
        for key in keys.split_whitespace() {
            let number = self.node(key);
            let node = &mut self.nodes[number];
            match name {
                "group" => node.group = value.to_owned(),
                "owner" => node.owners.push(value.to_owned()),
                "kind" => node.kinds.push(value.to_owned()),
                "domain" => node.domain = Some(value.to_owned()),
                "tier" => node.tier = Some(value.to_owned()),
                "tag" => {
                    let (name, value) = value.split_once('=').unwrap_or((value, ""));
                    node.tags.insert(name.to_owned(), value.to_owned());
                }
                other => panic!("no attribute {other}"),
            }
        }
    }

    fn node(&mut self, key: &str) -> usize {
        if let Some(node) = self.nodes.iter().position(|node| node.key == key) {
            return node;
        }
        let group = "default".to_owned();
        self.nodes.push(Node { key: key.to_owned(), group, ..Node::default() });
        self.nodes.len() - 1
    }
}

impl Universe for Graph {
    fn len(&self) -> usize {
        self.nodes.len()
    }
    fn key(&self, node: usize) -> &str {
        &self.nodes[node].key
    }
    fn group(&self, node: usize) -> &str {
        &self.nodes[node].group
    }
    fn owners(&self, node: usize) -> &[String] {
        &self.nodes[node].owners
    }
    fn tags(&self, node: usize) -> &BTreeMap<String, String> {
        &self.nodes[node].tags
    }
    fn kinds(&self, node: usize) -> &[String] {
        &self.nodes[node].kinds
    }
    fn domain(&self, node: usize) -> Option<&str> {
        self.nodes[node].domain.as_deref()
    }
    fn tier(&self, node: usize) -> Option<&str> {
        self.nodes[node].tier.as_deref()
    }
    fn upstream(&self, node: usize) -> &[u32] {
        &self.nodes[node].upstream
    }
    fn downstream(&self, node: usize) -> &[u32] {
        &self.nodes[node].downstream
    }
}

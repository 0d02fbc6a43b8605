//! The graph as it is drawn, without how its assets are: what follows from the definitions alone.

use std::collections::{BTreeMap, BTreeSet};

use headwater_core::{
    graph::layout::{Layout, Sizes, layered},
    selection::Universe,
};

use super::Catalog;

/// Which drawing.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(crate) struct Which {
    /// Only these assets, in the selection language; empty means all.
    pub(crate) select: String,
    /// Groups for which one box stands; `*` for all of them.
    pub(crate) collapse: BTreeSet<String>,
}

/// Boxes and edges with their places.
pub(crate) struct Drawing {
    /// The selected assets, by their numbers in the catalog.
    pub(crate) nodes: Vec<usize>,
    pub(crate) boxes: Vec<Boxed>,
    /// Between boxes, from upstream to downstream.
    pub(crate) edges: Vec<(u32, u32)>,
    pub(crate) layout: Layout,
}

/// What a box stands for.
pub(crate) enum Boxed {
    /// An asset, by its number in the catalog.
    Asset(usize),
    /// All selected assets of a group.
    Group(String),
}

impl Which {
    /// Whether one box stands for a group.
    pub(crate) fn is_collapsed(&self, group: &str) -> bool {
        self.collapse.contains("*") || self.collapse.contains(group)
    }
}

impl Drawing {
    /// Draws assets, in the order of the catalog.
    pub(super) fn new(catalog: &Catalog, nodes: Vec<usize>, which: &Which) -> Self {
        let mut boxes: Vec<Boxed> = Vec::new();
        let mut of_group: BTreeMap<&str, u32> = BTreeMap::new();
        let mut place = vec![None; catalog.len()];
        for &node in &nodes {
            let group = catalog.group(node);
            let next = boxes.len() as u32;
            if !which.is_collapsed(group) {
                boxes.push(Boxed::Asset(node));
                place[node] = Some(next);
                continue;
            }
            let at = of_group.entry(group).or_insert_with(|| {
                boxes.push(Boxed::Group(group.to_owned()));
                next
            });
            place[node] = Some(*at);
        }
        let edges = edges(catalog, &nodes, &place);
        let layout = layered(boxes.len(), &edges, Sizes::default());
        Self { nodes, boxes, edges, layout }
    }
}

fn edges(catalog: &Catalog, nodes: &[usize], place: &[Option<u32>]) -> Vec<(u32, u32)> {
    let mut edges: Vec<(u32, u32)> = nodes
        .iter()
        .flat_map(|&node| catalog.upstream(node).iter().filter_map(move |&up| place[up as usize].zip(place[node])))
        .filter(|(from, to)| from != to)
        .collect();
    edges.sort_unstable();
    edges.dedup();
    edges
}

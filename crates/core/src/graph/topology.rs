//! Directed graphs of numbers: order, cycles and neighbours. The only module that knows petgraph.

use std::collections::VecDeque;

use petgraph::{
    algo::kosaraju_scc,
    graph::{DiGraph, NodeIndex},
    visit::EdgeRef,
};

/// A graph of the numbers from zero to its length, with neighbours at hand in both directions.
///
/// Neighbours are sorted; building it takes time in proportion to nodes and edges.
#[derive(Clone, Debug, Default)]
pub(crate) struct Topology {
    up: Adjacency,
    down: Adjacency,
    /// Each node's place in the topological order.
    rank: Vec<u32>,
}

/// Neighbours of all nodes in one vector.
#[derive(Clone, Debug, Default)]
struct Adjacency {
    starts: Vec<u32>,
    targets: Vec<u32>,
}

impl Adjacency {
    /// From edges sorted by source and target.
    fn new(nodes: usize, edges: &[(u32, u32)]) -> Self {
        let mut starts = Vec::with_capacity(nodes + 1);
        let mut at = 0;
        for node in 0..nodes as u32 {
            starts.push(at as u32);
            while at < edges.len() && edges[at].0 == node {
                at += 1;
            }
        }
        starts.push(at as u32);
        Self { starts, targets: edges.iter().map(|edge| edge.1).collect() }
    }

    fn of(&self, node: usize) -> &[u32] {
        match (self.starts.get(node), self.starts.get(node + 1)) {
            (Some(&from), Some(&to)) => &self.targets[from as usize..to as usize],
            _ => &[],
        }
    }
}

impl Topology {
    /// A graph from its edges, upstream first. A cycle is given back as its nodes in order, the shortest there is
    /// through its smallest node.
    pub(crate) fn build(nodes: usize, mut edges: Vec<(u32, u32)>) -> Result<Self, Vec<u32>> {
        edges.sort_unstable();
        edges.dedup();
        let mut graph = DiGraph::<(), ()>::with_capacity(nodes, edges.len());
        for _ in 0..nodes {
            graph.add_node(());
        }
        for &(from, to) in &edges {
            graph.add_edge(NodeIndex::new(from as usize), NodeIndex::new(to as usize), ());
        }
        let down = Adjacency::new(nodes, &edges);
        let Some(rank) = ranks(&graph, &down) else {
            return Err(shortest_cycle(&graph));
        };
        for edge in &mut edges {
            *edge = (edge.1, edge.0);
        }
        edges.sort_unstable();
        Ok(Self { up: Adjacency::new(nodes, &edges), down, rank })
    }

    pub(crate) fn upstream(&self, node: usize) -> &[u32] {
        self.up.of(node)
    }

    pub(crate) fn downstream(&self, node: usize) -> &[u32] {
        self.down.of(node)
    }

    /// The node's place in the topological order; smaller comes first.
    pub(crate) fn rank(&self, node: usize) -> u32 {
        self.rank.get(node).copied().unwrap_or(u32::MAX)
    }
}

/// Layer by layer and by number inside a layer, so that the order does not depend on how edges were declared.
/// None where there is a cycle.
fn ranks(graph: &DiGraph<(), ()>, down: &Adjacency) -> Option<Vec<u32>> {
    let nodes = graph.node_count();
    let mut open: Vec<u32> = vec![0; nodes];
    for edge in graph.edge_references() {
        open[edge.target().index()] += 1;
    }
    let mut rank = vec![u32::MAX; nodes];
    let mut layer: Vec<u32> = (0..nodes as u32).filter(|&node| open[node as usize] == 0).collect();
    let mut next = 0;
    while !layer.is_empty() {
        let mut following = Vec::new();
        for &node in &layer {
            rank[node as usize] = next;
            next += 1;
            for &target in down.of(node as usize) {
                open[target as usize] -= 1;
                if open[target as usize] == 0 {
                    following.push(target);
                }
            }
        }
        following.sort_unstable();
        layer = following;
    }
    (next as usize == nodes).then_some(rank)
}

/// The shortest cycle through the smallest node that is on one.
fn shortest_cycle(graph: &DiGraph<(), ()>) -> Vec<u32> {
    // Kosaraju's algorithm is the one without recursion; a chain of 100,000 assets must not overflow the stack.
    let components = kosaraju_scc(graph);
    let on_cycle = |component: &Vec<NodeIndex>| {
        component.len() > 1 || component.iter().any(|&node| graph.contains_edge(node, node))
    };
    let Some(component) = components.iter().filter(|c| on_cycle(c)).min_by_key(|c| c.iter().min().copied()) else {
        return Vec::new();
    };
    let Some(&start) = component.iter().min() else {
        return Vec::new();
    };
    let mut from = vec![None; graph.node_count()];
    let mut queue = VecDeque::from([start]);
    while let Some(node) = queue.pop_front() {
        let mut targets: Vec<_> = graph.neighbors(node).collect();
        targets.sort_unstable();
        for target in targets {
            if target == start {
                return path_back(&from, node);
            }
            if from[target.index()].is_none() {
                from[target.index()] = Some(node);
                queue.push_back(target);
            }
        }
    }
    Vec::new()
}

fn path_back(from: &[Option<NodeIndex>], last: NodeIndex) -> Vec<u32> {
    let mut path = vec![last.index() as u32];
    let mut at = last;
    while let Some(previous) = from[at.index()] {
        path.push(previous.index() as u32);
        at = previous;
    }
    path.reverse();
    path
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn order_is_by_layer_and_number() {
        let graph = Topology::build(5, vec![(4, 0), (2, 0), (0, 1), (0, 3), (0, 3)]).unwrap();
        let mut order: Vec<usize> = (0..5).collect();
        order.sort_by_key(|&node| graph.rank(node));
        assert_eq!(order, [2, 4, 0, 1, 3]);
        assert_eq!(graph.upstream(0), [2, 4]);
        assert_eq!(graph.downstream(0), [1, 3]);
    }

    #[test]
    fn a_cycle_is_reported_whole_and_shortest() {
        // 1 → 2 → 3 → 4 → 1 and the short cut 2 → 4; 0 and 5 are not on it.
        let cycle = Topology::build(6, vec![(0, 1), (1, 2), (2, 3), (3, 4), (4, 1), (2, 4), (4, 5)]).unwrap_err();
        assert_eq!(cycle, [1, 2, 4]);
        assert_eq!(Topology::build(2, vec![(1, 1)]).unwrap_err(), [1]);
        let long: Vec<_> = (0..10_000).map(|node| (node, (node + 1) % 10_000)).collect();
        assert_eq!(Topology::build(10_000, long).unwrap_err().len(), 10_000);
    }

    #[test]
    fn a_long_chain_needs_no_stack() {
        let chain: Vec<_> = (0..99_999).map(|node| (node, node + 1)).collect();
        assert_eq!(Topology::build(100_000, chain).unwrap().rank(99_999), 99_999);
    }
}

//! `graph`: what is made from what, as text, for Graphviz, for Mermaid.

use std::collections::BTreeMap;

use headwater_core::graph::Snapshot;
use serde::Serialize;

use crate::{
    args::{GraphArgs, GraphFormat},
    context::{Context, Definitions, snapshot},
    failure::{Done, Exit},
    output::{Style, Tone},
};

/// Assets in topological order, with the edges between them.
#[derive(Debug, Serialize)]
struct Lineage {
    nodes: Vec<Node>,
    /// From upstream to downstream, as places in `nodes`.
    edges: Vec<(usize, usize)>,
}

#[derive(Debug, Serialize)]
struct Node {
    key: String,
    group: String,
    role: String,
}

pub(crate) async fn graph(context: &Context, args: &GraphArgs) -> Done {
    let lineage = match context.definitions(args.manifest.as_deref())? {
        Definitions::Here(registry) => here(context, &snapshot(registry.manifest())?, args.selection.as_deref())?,
        Definitions::Server => {
            args.selection.as_deref().map_or(Ok(()), super::materialize::check_selection)?;
            of_server(context.client()?.graph(args.selection.as_deref()).await?)
        }
    };
    context.output.show(&lineage, |style| match args.format {
        GraphFormat::Text => text(style, &lineage),
        GraphFormat::Dot => dot(&lineage),
        GraphFormat::Mermaid => mermaid(&lineage),
    })?;
    Ok(Exit::Success)
}

fn here(context: &Context, snapshot: &Snapshot, selection: Option<&str>) -> Result<Lineage, crate::failure::Failure> {
    let mut chosen = super::list::select(context, snapshot, selection)?;
    chosen.sort_by_key(|&asset| snapshot.asset_rank(asset));
    let place: BTreeMap<u32, usize> = chosen.iter().enumerate().map(|(place, &asset)| (asset, place)).collect();
    let nodes = chosen.iter().map(|&asset| {
        let asset = snapshot.asset(asset);
        let role = super::list::role(&asset.role).to_owned();
        Node { key: asset.key.to_string(), group: asset.group.clone(), role }
    });
    let edges =
        chosen.iter().enumerate().flat_map(|(to, &asset)| snapshot.upstream_of(asset).iter().map(move |&up| (up, to)));
    let edges = edges.filter_map(|(up, to)| Some((*place.get(&up)?, to))).collect();
    Ok(Lineage { nodes: nodes.collect(), edges })
}

fn of_server(graph: headwater_api::Graph) -> Lineage {
    let mut order: Vec<usize> = (0..graph.nodes.len()).collect();
    order.sort_by_key(|&node| graph.nodes[node].rank);
    let mut place = vec![0; order.len()];
    for (to, &from) in order.iter().enumerate() {
        place[from] = to;
    }
    let nodes = order.iter().map(|&node| {
        let node = &graph.nodes[node];
        Node { key: node.key.to_string(), group: node.group.clone(), role: node.role.clone() }
    });
    let at = |node: u32| place.get(node as usize).copied();
    let edges = graph.edges.iter().filter_map(|&(from, to)| Some((at(from)?, at(to)?))).collect();
    Lineage { nodes: nodes.collect(), edges }
}

/// A tree below each root. An asset that was shown before has `(*)`, and what is below it is not shown again.
fn text(style: &Style, lineage: &Lineage) -> String {
    if lineage.nodes.is_empty() {
        return "there are no such assets".to_owned();
    }
    let mut below = vec![Vec::new(); lineage.nodes.len()];
    let mut is_root = vec![true; lineage.nodes.len()];
    for &(from, to) in &lineage.edges {
        below[from].push(to);
        is_root[to] = false;
    }
    let mut lines = Vec::new();
    let mut shown = vec![false; lineage.nodes.len()];
    // A stack of our own: a chain of ten thousand assets must not end the process.
    let roots = (0..lineage.nodes.len()).rev().filter(|&node| is_root[node]);
    let mut open: Vec<(usize, String, String)> = roots.map(|node| (node, String::new(), String::new())).collect();
    while let Some((node, lead, indent)) = open.pop() {
        let repeated = std::mem::replace(&mut shown[node], true) && !below[node].is_empty();
        lines.push(format!("{lead}{}{}", label(style, &lineage.nodes[node]), if repeated { " (*)" } else { "" }));
        if repeated {
            continue;
        }
        for (place, &child) in below[node].iter().enumerate().rev() {
            let last = place + 1 == below[node].len();
            let lead = format!("{indent}{}", if last { "└── " } else { "├── " });
            open.push((child, lead, format!("{indent}{}", if last { "    " } else { "│   " })));
        }
    }
    lines.join("\n")
}

fn label(style: &Style, node: &Node) -> String {
    let about = match node.role.as_str() {
        "materialized" => format!("[{}]", node.group),
        role => format!("[{}, {role}]", node.group),
    };
    format!("{} {}", node.key, style.paint(Tone::Dim, &about))
}

/// Places of nodes by group, in the order of groups.
fn groups(lineage: &Lineage) -> BTreeMap<&str, Vec<usize>> {
    let mut groups: BTreeMap<&str, Vec<usize>> = BTreeMap::new();
    for (place, node) in lineage.nodes.iter().enumerate() {
        groups.entry(&node.group).or_default().push(place);
    }
    groups
}

fn dot(lineage: &Lineage) -> String {
    let quoted = |text: &str| format!("\"{}\"", text.replace('\\', "\\\\").replace('"', "\\\""));
    let mut text = String::from("digraph assets {\n  rankdir=LR;\n  node [shape=box, style=rounded];\n");
    for (number, (group, nodes)) in groups(lineage).into_iter().enumerate() {
        text.push_str(&format!("  subgraph cluster_{number} {{\n    label={};\n", quoted(group)));
        for place in nodes {
            let node = &lineage.nodes[place];
            let dashed = if node.role == "materialized" { "" } else { ", style=\"rounded,dashed\"" };
            text.push_str(&format!("    n{place} [label={}{dashed}];\n", quoted(&node.key)));
        }
        text.push_str("  }\n");
    }
    for (from, to) in &lineage.edges {
        text.push_str(&format!("  n{from} -> n{to};\n"));
    }
    text + "}\n"
}

fn mermaid(lineage: &Lineage) -> String {
    // Mermaid has no escapes, only entities.
    let quoted = |text: &str| format!("\"{}\"", text.replace('"', "#quot;").replace('<', "#lt;").replace('>', "#gt;"));
    let mut text = String::from("flowchart LR\n");
    for (number, (group, nodes)) in groups(lineage).into_iter().enumerate() {
        text.push_str(&format!("  subgraph g{number}[{}]\n", quoted(group)));
        for place in nodes {
            let node = &lineage.nodes[place];
            let shape = if node.role == "materialized" { ("[", "]") } else { ("([", "])") };
            text.push_str(&format!("    n{place}{}{}{}\n", shape.0, quoted(&node.key), shape.1));
        }
        text.push_str("  end\n");
    }
    for (from, to) in &lineage.edges {
        text.push_str(&format!("  n{from} --> n{to}\n"));
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lineage() -> Lineage {
        let node =
            |key: &str, group: &str, role: &str| Node { key: key.into(), group: group.into(), role: role.into() };
        let nodes = vec![
            node("erp/export", "erp", "external"),
            node("raw \"orders\"", "raw", "materialized"),
            node("orders", "curated", "materialized"),
            node("revenue", "curated", "materialized"),
            node("segments", "curated", "materialized"),
        ];
        Lineage { nodes, edges: vec![(0, 2), (1, 2), (2, 3), (2, 4), (3, 4)] }
    }

    #[test]
    fn trees_show_each_branch_once() {
        insta::assert_snapshot!(text(&Style::new(false, None), &lineage()));
    }

    #[test]
    fn graphviz_and_mermaid_are_quoted() {
        insta::assert_snapshot!(dot(&lineage()));
        insta::assert_snapshot!(mermaid(&lineage()));
    }

    #[test]
    fn a_long_chain_is_drawn() {
        let node = |at: usize| Node { key: format!("a{at}"), group: "g".into(), role: "materialized".into() };
        let chain =
            Lineage { nodes: (0..2_000).map(node).collect(), edges: (1..2_000).map(|to| (to - 1, to)).collect() };
        assert_eq!(text(&Style::new(false, None), &chain).lines().count(), 2_000);
    }
}

//! Where the boxes of a graph are drawn: layers from left to right, few crossings, short edges.
//!
//! The method is that of Sugiyama, Tagawa and Toda (1981): layers by longest path, orders within layers by the mean
//! place of neighbours, then places as near to the neighbours' as the order allows. Everything is deterministic and
//! ties go by the order in which nodes are given, so that the same graph is always drawn alike and a small change
//! moves little. It takes time in proportion to nodes and edges.

/// How large things are, in pixels at a zoom of one.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Sizes {
    /// Width of a box.
    pub width: f64,
    /// Height of a box.
    pub height: f64,
    /// Between two layers, where the edges are.
    pub between: f64,
    /// Between two boxes of a layer.
    pub gap: f64,
}

impl Default for Sizes {
    fn default() -> Self {
        Self { width: 220.0, height: 56.0, between: 72.0, gap: 16.0 }
    }
}

/// Where one box is.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Place {
    /// Its layer, counted from the left.
    pub layer: u32,
    /// Its left edge.
    pub x: f64,
    /// Its upper edge.
    pub y: f64,
}

/// Where all boxes are, in the order of the nodes.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Layout {
    /// Each node's box.
    pub places: Vec<Place>,
    /// Width of the whole.
    pub width: f64,
    /// Height of the whole.
    pub height: f64,
}

/// How often orders and places are improved from both sides; more changes little.
const SWEEPS: usize = 6;

/// Lays a graph out. Edges go from upstream to downstream; one that closes a circle is drawn backwards.
pub fn layered(nodes: usize, edges: &[(u32, u32)], sizes: Sizes) -> Layout {
    let forward = without_circles(nodes, edges);
    let (mut up, mut down) = (vec![Vec::new(); nodes], vec![Vec::new(); nodes]);
    for &(from, to) in &forward {
        up[to as usize].push(from);
        down[from as usize].push(to);
    }
    let layers = layers(&up, &down);
    let mut rows: Vec<Vec<u32>> = Vec::new();
    let mut alone = Vec::new();
    for node in 0..nodes {
        if up[node].is_empty() && down[node].is_empty() {
            alone.push(node as u32);
            continue;
        }
        let layer = layers[node] as usize;
        if rows.len() <= layer {
            rows.resize(layer + 1, Vec::new());
        }
        rows[layer].push(node as u32);
    }
    order(&mut rows, &up, &down);
    let y = place(&rows, &up, &down, sizes);
    let step = sizes.width + sizes.between;
    let mut places: Vec<Place> =
        (0..nodes).map(|node| Place { layer: layers[node], x: f64::from(layers[node]) * step, y: y[node] }).collect();
    set_aside(&mut places, &alone, rows.len(), sizes);
    finish(places, sizes)
}

/// The edges without those that close a circle, found by walking from each node in order.
fn without_circles(nodes: usize, edges: &[(u32, u32)]) -> Vec<(u32, u32)> {
    let mut down = vec![Vec::new(); nodes];
    for &(from, to) in edges.iter().filter(|(from, to)| from != to) {
        down[from as usize].push(to);
    }
    #[derive(Clone, Copy, PartialEq)]
    enum Seen {
        No,
        OnTheWay,
        Done,
    }
    let mut seen = vec![Seen::No; nodes];
    let mut kept = Vec::with_capacity(edges.len());
    for root in 0..nodes {
        if seen[root] != Seen::No {
            continue;
        }
        seen[root] = Seen::OnTheWay;
        let mut way = vec![(root, 0)];
        while let Some((node, at)) = way.pop() {
            let Some(&next) = down[node].get(at) else {
                seen[node] = Seen::Done;
                continue;
            };
            way.push((node, at + 1));
            match seen[next as usize] {
                Seen::OnTheWay => {}
                Seen::Done => kept.push((node as u32, next)),
                Seen::No => {
                    kept.push((node as u32, next));
                    seen[next as usize] = Seen::OnTheWay;
                    way.push((next as usize, 0));
                }
            }
        }
    }
    kept
}

/// The layer of each node: as far left as its upstreams allow; what has none stands right before its first user.
fn layers(up: &[Vec<u32>], down: &[Vec<u32>]) -> Vec<u32> {
    let mut layer = vec![0_u32; up.len()];
    let mut open: Vec<usize> = up.iter().map(Vec::len).collect();
    let mut ready: Vec<usize> = (0..up.len()).filter(|&node| open[node] == 0).collect();
    while let Some(node) = ready.pop() {
        for &next in &down[node] {
            let next = next as usize;
            layer[next] = layer[next].max(layer[node] + 1);
            open[next] -= 1;
            if open[next] == 0 {
                ready.push(next);
            }
        }
    }
    for node in (0..up.len()).filter(|&node| up[node].is_empty()) {
        if let Some(first) = down[node].iter().map(|&next| layer[next as usize]).min() {
            layer[node] = first.saturating_sub(1);
        }
    }
    layer
}

/// Orders each layer by the mean place of its neighbours on one side, from both sides in turn.
fn order(rows: &mut [Vec<u32>], up: &[Vec<u32>], down: &[Vec<u32>]) {
    let mut at = vec![0.0_f64; up.len()];
    let note = |row: &[u32], at: &mut [f64]| {
        let count = row.len().max(1) as f64;
        for (place, &node) in row.iter().enumerate() {
            // Layers of different sizes are compared by the part of their height.
            at[node as usize] = (place as f64 + 0.5) / count;
        }
    };
    rows.iter().for_each(|row| note(row, &mut at));
    for sweep in 0..SWEEPS {
        let (neighbours, all): (_, Vec<usize>) = match sweep % 2 {
            0 => (up, (0..rows.len()).collect()),
            _ => (down, (0..rows.len()).rev().collect()),
        };
        for layer in all {
            let row = &mut rows[layer];
            let mut keyed: Vec<(f64, u32)> =
                row.iter().map(|&node| (mean(&neighbours[node as usize], &at, at[node as usize]), node)).collect();
            keyed.sort_by(|a, b| a.0.total_cmp(&b.0).then(at[a.1 as usize].total_cmp(&at[b.1 as usize])));
            row.clear();
            row.extend(keyed.into_iter().map(|(_, node)| node));
            note(row, &mut at);
        }
    }
}

fn mean(of: &[u32], at: &[f64], otherwise: f64) -> f64 {
    if of.is_empty() {
        return otherwise;
    }
    of.iter().map(|&node| at[node as usize]).sum::<f64>() / of.len() as f64
}

/// The upper edge of each box, as near to the mean of its neighbours as the order of its layer allows.
fn place(rows: &[Vec<u32>], up: &[Vec<u32>], down: &[Vec<u32>], sizes: Sizes) -> Vec<f64> {
    let step = sizes.height + sizes.gap;
    let mut y = vec![0.0; up.len()];
    for row in rows {
        for (at, &node) in row.iter().enumerate() {
            y[node as usize] = (at as f64 - row.len() as f64 / 2.0) * step;
        }
    }
    for sweep in 0..SWEEPS {
        let (neighbours, all): (_, Vec<usize>) = match sweep % 2 {
            0 => (up, (0..rows.len()).collect()),
            _ => (down, (0..rows.len()).rev().collect()),
        };
        for layer in all {
            let row = &rows[layer];
            let wanted: Vec<f64> =
                row.iter().map(|&node| mean(&neighbours[node as usize], &y, y[node as usize])).collect();
            for (&node, at) in row.iter().zip(apart(&wanted, step)) {
                y[node as usize] = at;
            }
        }
    }
    y
}

/// The places nearest to the wanted ones, by the sum of squares, that keep their order and are `step` apart: blocks
/// that would overlap are merged and stand at their mean (pool adjacent violators).
fn apart(wanted: &[f64], step: f64) -> Vec<f64> {
    let mut blocks: Vec<(f64, usize)> = Vec::new();
    for (at, wanted) in wanted.iter().enumerate() {
        let mut block = (wanted - at as f64 * step, 1);
        while let Some(&(before, count)) = blocks.last()
            && before > block.0
        {
            blocks.pop();
            let total = count + block.1;
            block = ((before * count as f64 + block.0 * block.1 as f64) / total as f64, total);
        }
        blocks.push(block);
    }
    let starts = blocks.into_iter().flat_map(|(start, count)| std::iter::repeat_n(start, count));
    starts.enumerate().map(|(at, start)| start + at as f64 * step).collect()
}

/// Puts boxes without any edge below the others, as a block about as wide as they are.
fn set_aside(places: &mut [Place], alone: &[u32], layers: usize, sizes: Sizes) {
    let linked = places.iter().enumerate().filter(|(node, _)| alone.binary_search(&(*node as u32)).is_err());
    let lowest = linked.map(|(_, place)| place.y).max_by(f64::total_cmp);
    let top = lowest.map_or(0.0, |lowest| lowest + sizes.height + sizes.between);
    let columns = match layers {
        0 => (alone.len() as f64).sqrt().ceil() as usize,
        layers => layers.max(4),
    };
    for (at, &node) in alone.iter().enumerate() {
        let place = &mut places[node as usize];
        place.layer = (at % columns) as u32;
        place.x = f64::from(place.layer) * (sizes.width + sizes.between);
        place.y = top + (at / columns) as f64 * (sizes.height + sizes.gap);
    }
}

/// Moves everything to begin at zero, on whole pixels.
fn finish(mut places: Vec<Place>, sizes: Sizes) -> Layout {
    let top = places.iter().map(|place| place.y).min_by(f64::total_cmp).unwrap_or(0.0);
    let (mut width, mut height) = (0.0_f64, 0.0_f64);
    for place in &mut places {
        place.y = (place.y - top).round();
        width = width.max(place.x + sizes.width);
        height = height.max(place.y + sizes.height);
    }
    Layout { places, width, height }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn text(nodes: usize, edges: &[(u32, u32)]) -> String {
        let layout = layered(nodes, edges, Sizes::default());
        let places = layout.places.iter().map(|place| format!("{}@{}", place.layer, place.y));
        places.collect::<Vec<_>>().join(" ")
    }

    #[test]
    fn small_graphs_are_drawn_as_a_person_would() {
        // A chain lies on one line; a fork stands around its source; a diamond closes.
        assert_eq!(text(3, &[(0, 1), (1, 2)]), "0@0 1@0 2@0");
        assert_eq!(text(3, &[(0, 1), (0, 2)]), "0@36 1@0 1@72");
        assert_eq!(text(4, &[(0, 1), (0, 2), (1, 3), (2, 3)]), "0@36 1@0 1@72 2@36");
        // A source stands right before its user.
        assert_eq!(text(4, &[(0, 1), (1, 2), (3, 2)]), "0@0 1@0 2@36 1@72");
        // What has no edge stands aside, and a graph of nothing else is a block.
        assert_eq!(text(3, &[(0, 1)]), "0@0 1@0 0@128");
        assert_eq!(text(4, &[]), "0@0 1@0 0@72 1@72");
        assert_eq!(layered(0, &[], Sizes::default()), Layout::default());
    }

    #[test]
    fn a_circle_is_drawn_all_the_same() {
        assert_eq!(text(3, &[(0, 1), (1, 2), (2, 0), (1, 1)]), "0@0 1@0 2@0");
    }

    proptest! {
        #[test]
        fn boxes_never_overlap_and_edges_go_right(
            nodes in 1_usize..60,
            picks in prop::collection::vec((0_u32..60, 0_u32..60), 0..150),
        ) {
            let pairs = picks.into_iter().map(|(a, b)| (a % nodes as u32, b % nodes as u32));
            let edges: Vec<_> = pairs.filter(|(a, b)| a < b).collect();
            let sizes = Sizes::default();
            let layout = layered(nodes, &edges, sizes);
            prop_assert_eq!(&layout, &layered(nodes, &edges, sizes));
            for &(from, to) in &edges {
                prop_assert!(layout.places[from as usize].x < layout.places[to as usize].x);
            }
            for (at, a) in layout.places.iter().enumerate() {
                prop_assert!(a.x >= 0.0 && a.y >= 0.0);
                prop_assert!(a.x + sizes.width <= layout.width && a.y + sizes.height <= layout.height);
                for b in &layout.places[at + 1..] {
                    let apart = (a.x - b.x).abs() >= sizes.width || (a.y - b.y).abs() >= sizes.height;
                    prop_assert!(apart, "{:?} and {:?} overlap", a, b);
                }
            }
        }
    }
}

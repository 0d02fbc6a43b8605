//! Laws that hold for every text and every graph.

use std::collections::BTreeSet;

use headwater_core::selection::{NodeSet, Selection, tokens};
use proptest::prelude::*;

use crate::graph::Graph;

/// An expression of the tests' own, evaluated in the plainest way, so that the language is not its own judge.
#[derive(Clone, Debug)]
enum Plain {
    Key(usize),
    Group(char),
    All,
    Around(Option<Option<usize>>, Option<Option<usize>>, Box<Self>),
    Roots(Box<Self>),
    Sinks(Box<Self>),
    Not(Box<Self>),
    And(Box<Self>, Box<Self>),
    Or(Box<Self>, Box<Self>),
}

impl Plain {
    /// With parentheses around everything, so that precedence plays no part.
    fn text(&self) -> String {
        let layers = |side: &Option<Option<usize>>| side.map(|n| n.map_or(String::new(), |n| n.to_string()));
        match self {
            Self::Key(node) => format!("key:n{node}"),
            Self::Group(group) => format!("group:{group}"),
            Self::All => "(*)".to_owned(),
            Self::Around(up, down, of) => {
                let up = layers(up).map_or(String::new(), |n| format!("{n}+"));
                let down = layers(down).map_or(String::new(), |n| format!("+{n}"));
                format!("({up}({}){down})", of.text())
            }
            Self::Roots(of) => format!("roots({})", of.text()),
            Self::Sinks(of) => format!("(sinks(({})))", of.text()),
            Self::Not(of) => format!("(not ({}))", of.text()),
            Self::And(a, b) => format!("(({}) and {})", a.text(), b.text()),
            Self::Or(a, b) => format!("({} OR ({}))", a.text(), b.text()),
        }
    }

    fn eval(&self, graph: &Graph) -> BTreeSet<usize> {
        let all = 0..graph.nodes.len();
        match self {
            Self::Key(node) => all.filter(|n| n == node).collect(),
            Self::Group(group) => all.filter(|&n| graph.nodes[n].group == group.to_string()).collect(),
            Self::All => all.collect(),
            Self::Around(up, down, of) => {
                let start = of.eval(graph);
                let above = all.clone().filter(|&n| start.iter().any(|&s| within(*up, path(graph, n, s))));
                let below = all.clone().filter(|&n| start.iter().any(|&s| within(*down, path(graph, s, n))));
                above.chain(below).chain(start.iter().copied()).collect()
            }
            Self::Roots(of) => {
                let members = of.eval(graph);
                let other = |n: usize| members.iter().any(|&m| m != n && path(graph, m, n).is_some());
                members.iter().copied().filter(|&n| !other(n)).collect()
            }
            Self::Sinks(of) => {
                let members = of.eval(graph);
                let other = |n: usize| members.iter().any(|&m| m != n && path(graph, n, m).is_some());
                members.iter().copied().filter(|&n| !other(n)).collect()
            }
            Self::Not(of) => &all.collect() - &of.eval(graph),
            Self::And(a, b) => &a.eval(graph) & &b.eval(graph),
            Self::Or(a, b) => &a.eval(graph) | &b.eval(graph),
        }
    }
}

fn within(side: Option<Option<usize>>, length: Option<usize>) -> bool {
    match (side, length) {
        (Some(Some(limit)), Some(length)) => length <= limit,
        (Some(None), Some(_)) => true,
        _ => false,
    }
}

/// The length of the shortest path. Nodes are numbered along the edges, so trying everything ends.
fn path(graph: &Graph, from: usize, to: usize) -> Option<usize> {
    if from == to {
        return Some(0);
    }
    let next = graph.nodes[from].downstream.iter();
    next.filter_map(|&n| path(graph, n as usize, to)).min().map(|length| length + 1)
}

fn plain() -> impl Strategy<Value = Plain> {
    let leaf = prop_oneof![
        4 => (0..9_usize).prop_map(Plain::Key),
        2 => prop_oneof![Just('x'), Just('y')].prop_map(Plain::Group),
        1 => Just(Plain::All),
    ];
    leaf.prop_recursive(5, 24, 2, |inner| {
        let side = || proptest::option::of(proptest::option::of(0..4_usize));
        let boxed = inner.clone().prop_map(Box::new);
        let pair = (boxed.clone(), boxed.clone());
        prop_oneof![
            (side(), side(), boxed.clone()).prop_map(|(up, down, of)| Plain::Around(up, down, of)),
            boxed.clone().prop_map(Plain::Roots),
            boxed.clone().prop_map(Plain::Sinks),
            boxed.prop_map(Plain::Not),
            pair.clone().prop_map(|(a, b)| Plain::And(a, b)),
            pair.prop_map(|(a, b)| Plain::Or(a, b)),
        ]
    })
}

fn graph() -> impl Strategy<Value = Graph> {
    let edges = proptest::collection::btree_set((0..8_usize, 0..8_usize), 0..14);
    (edges, proptest::collection::vec(any::<bool>(), 8)).prop_map(|(edges, groups)| {
        let mut graph = Graph::numbered(8, edges.into_iter().filter(|(from, to)| from < to));
        for (node, x) in graph.nodes.iter_mut().zip(groups) {
            node.group = if x { "x" } else { "y" }.to_owned();
        }
        graph
    })
}

fn eval(text: &str, graph: &Graph) -> NodeSet {
    Selection::parse(text).unwrap_or_else(|error| panic!("{}", error.render())).eval(graph).nodes
}

/// Pieces of the language in any order: most are wrong, and many are almost right.
fn almost() -> impl Strategy<Value = String> {
    let pieces = [
        "a",
        "key",
        "tag",
        "k=v",
        ":",
        "=",
        "+",
        "2",
        "(",
        ")",
        "and",
        "or",
        "not",
        "roots",
        "roots(",
        "*",
        "?",
        "\"",
        "\\",
        "\"x y\"",
        "<null>",
        " ",
        "\n",
        "é",
        "🦀",
        "owner:team:data",
        "group:g",
        "&",
        ",",
    ];
    proptest::collection::vec(proptest::sample::select(pieces.to_vec()), 0..14).prop_map(|list| list.concat())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(512))]

    #[test]
    fn evaluates_like_the_plain_reference(plain in plain(), graph in graph()) {
        let found = eval(&plain.text(), &graph);
        prop_assert_eq!(found.iter().collect::<BTreeSet<_>>(), plain.eval(&graph));
    }

    /// Printing drops every parenthesis that precedence makes unnecessary, and no other.
    #[test]
    fn the_canonical_form_says_the_same(plain in plain(), graph in graph()) {
        let selection = Selection::parse(&plain.text()).unwrap();
        let canonical = selection.to_string();
        let again = Selection::parse(&canonical).unwrap();
        prop_assert_eq!(&again, &selection);
        prop_assert_eq!(again.to_string(), canonical);
        prop_assert_eq!(again.eval(&graph).nodes, selection.eval(&graph).nodes);
    }

    #[test]
    fn de_morgan(a in plain(), b in plain(), graph in graph()) {
        let (a, b) = (a.text(), b.text());
        prop_assert_eq!(eval(&format!("not ({a} and {b})"), &graph), eval(&format!("not {a} or not {b}"), &graph));
        prop_assert_eq!(eval(&format!("not ({a} or {b})"), &graph), eval(&format!("not {a} and not {b}"), &graph));
    }

    #[test]
    fn layers_only_add_and_more_layers_add_more(a in plain(), b in plain(), graph in graph(), n in 0..5_u32) {
        let (a, b) = (format!("({})", a.text()), format!("({})", b.text()));
        let at_most = |small: &str, large: &str| {
            let (mut small, large) = (eval(small, &graph), eval(large, &graph));
            small.subtract(&large);
            small.is_empty()
        };
        let holds = [
            at_most(&a, &format!("{n}+{a}")),
            at_most(&format!("{n}+{a}"), &format!("{}+{a}", n + 1)),
            at_most(&format!("{a}+{n}"), &format!("{a}+")),
            at_most(&format!("+({a} and {b})"), &format!("+{a} and +{b}")),
        ];
        prop_assert_eq!(holds, [true; 4]);
        prop_assert_eq!(eval(&format!("+({a} or {b})"), &graph), eval(&format!("+{a} or +{b}"), &graph));
        prop_assert_eq!(eval(&format!("+(+{a})"), &graph), eval(&format!("+{a}"), &graph));
    }

    #[test]
    fn no_text_is_too_strange(text in prop_oneof![any::<String>(), almost(), "[-a*?:\"\\\\ ()+=]{0,20}"]) {
        let mut end = 0;
        for token in tokens(&text) {
            prop_assert!(token.span.start >= end && !text[token.span.range()].is_empty());
            end = token.span.end;
        }
        match Selection::parse(&text) {
            Ok(selection) => {
                let again = Selection::parse(&selection.to_string());
                prop_assert_eq!(again.as_ref(), Ok(&selection));
                selection.eval(&Graph::numbered(3, [(0, 1), (1, 2)]));
            }
            Err(error) => {
                prop_assert!(text.get(error.span.range()).is_some(), "{error:?}");
                prop_assert!(error.render().contains('^'), "{error:?}");
            }
        }
    }

    /// Every text is the value of some selection that finds it.
    #[test]
    fn any_key_can_be_asked_for(keys in proptest::collection::btree_set(any::<String>(), 0..4)) {
        let mut graph = Graph::numbered(keys.len(), []);
        graph.nodes.iter_mut().zip(&keys).for_each(|(node, key)| node.key.clone_from(key));
        let all = Selection::keys(keys.iter().map(String::as_str));
        prop_assert_eq!(all.eval(&graph).nodes.len(), keys.len());
        for key in &keys {
            let one = Selection::keys([key.as_str()]);
            prop_assert_eq!(graph.keys(&one.eval(&graph).nodes), [key.as_str()]);
            prop_assert_eq!(Selection::parse(&one.to_string()), Ok(one));
        }
    }

    #[test]
    fn serializes_as_the_text_that_was_written(plain in plain()) {
        let text = plain.text();
        let json = serde_json::to_string(&Selection::parse(&text).unwrap()).unwrap();
        prop_assert_eq!(&json, &serde_json::to_string(&text).unwrap());
        let back: Selection = serde_json::from_str(&json).unwrap();
        prop_assert_eq!(back.text(), text);
    }
}

#[test]
fn a_text_that_is_wrong_does_not_deserialize() {
    let error = serde_json::from_str::<Selection>("\"gruop:raw\"").unwrap_err().to_string();
    assert!(error.contains("did you mean `group`?"), "{error}");
}

#[test]
fn a_chain_of_a_hundred_thousand_assets() {
    let n = 100_000;
    let graph = Graph::numbered(n, (1..n).map(|to| (to - 1, to)));
    assert_eq!(eval("+n99999", &graph).len(), n);
    assert_eq!(eval("n0+", &graph).len(), n);
    assert_eq!(eval("100+n50000+7", &graph).len(), 108);
    assert_eq!(graph.keys(&eval("roots(n7 or n70000)", &graph)), ["n7"]);
    assert_eq!(graph.keys(&eval("sinks(*)", &graph)), ["n99999"]);
    assert_eq!(eval("+n99999+ and not n5", &graph).len(), n - 1);
}

#[test]
fn nesting_has_a_limit_and_length_has_none() {
    let graph = Graph::numbered(3, [(0, 1)]);
    let deep = |levels: usize| format!("{}n1{}", "(not +".repeat(levels), ")".repeat(levels));
    assert!(Selection::parse(&deep(100)).is_ok());
    let error = Selection::parse(&deep(101)).unwrap_err();
    assert_eq!((error.message.as_str(), error.span.start), ("the selection is nested more than 200 levels deep", 600));
    for opening in ["(", "not ", "roots(", "+(", "not("] {
        assert!(Selection::parse(&opening.repeat(1_000_000)).is_err());
    }
    let wide = vec!["n1"; 20_000].join(" or ");
    assert_eq!(graph.keys(&eval(&wide, &graph)), ["n1"]);
    let left = format!("{}n1{}", "(".repeat(200), " or n2)".repeat(200));
    assert_eq!(Selection::parse(&left).unwrap().to_string(), format!("key:n1{}", " or key:n2".repeat(200)));
}

#[test]
fn no_keys_select_nothing() {
    let none = Selection::keys([]);
    assert!(none.eval(&Graph::numbered(3, [])).nodes.is_empty());
    assert_eq!(none.to_string(), "not *");
    assert_eq!(Selection::all().eval(&Graph::numbered(3, [])).nodes.len(), 3);
}

#[test]
fn warnings_of_built_selections_point_into_their_text() {
    let selection = Selection::keys(["n0", "shop/x y"]);
    let result = selection.eval(&Graph::numbered(2, []));
    let [warning] = result.warnings.as_slice() else { panic!("{:?}", result.warnings) };
    assert_eq!(&selection.text()[warning.span.range()], "key:\"shop/x y\"");
}

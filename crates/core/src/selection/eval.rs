//! Expression and universe to assets. Every operator is linear in assets and edges, and the only recursion is
//! over the expression, whose depth the parser bounds; graphs are walked with a queue of their own.

use std::{collections::BTreeSet, fmt};

use super::{
    ast::{Expr, Function, Reach, Term, Test},
    attribute::Attribute,
    error::Span,
    nearest::nearest,
    nodes::NodeSet,
    universe::Universe,
};

/// What a selection selects.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Evaluation {
    /// The selected assets.
    pub nodes: NodeSet,
    /// Conditions that no asset meets, in the order of the text: usually typing errors. An empty universe
    /// has none.
    pub warnings: Vec<Warning>,
}

/// A condition that no asset meets.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Warning {
    /// The condition in canonical form.
    pub term: String,
    /// Where it stands in the text.
    pub span: Span,
    /// Up to three values that exist and look like it, the likeliest first.
    pub suggestions: Vec<String>,
}

impl fmt::Display for Warning {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "no asset matches {}", self.term)?;
        let (last, others) = match self.suggestions.split_last() {
            Some(split) => split,
            None => return Ok(()),
        };
        f.write_str("; did you mean ")?;
        for other in others {
            write!(f, "{other} or ")?;
        }
        write!(f, "{last}?")
    }
}

/// Suggestions cost a pass over all assets each, and nobody reads more than a few.
const MAX_SUGGESTED: usize = 10;

pub(crate) fn evaluate<U: Universe + ?Sized>(expr: &Expr, universe: &U) -> Evaluation {
    let mut evaluator = Evaluator { universe, unmatched: Vec::new() };
    let nodes = evaluator.set(expr);
    let unmatched = if universe.is_empty() { Vec::new() } else { evaluator.unmatched };
    let warnings = unmatched.into_iter().enumerate().map(|(number, term)| {
        let suggestions = if number < MAX_SUGGESTED { suggestions(term, universe) } else { Vec::new() };
        Warning { term: term.to_string(), span: term.span, suggestions }
    });
    Evaluation { nodes, warnings: warnings.collect() }
}

struct Evaluator<'a, U: ?Sized> {
    universe: &'a U,
    unmatched: Vec<&'a Term>,
}

impl<'a, U: Universe + ?Sized> Evaluator<'a, U> {
    fn set(&mut self, expr: &'a Expr) -> NodeSet {
        let mut out = NodeSet::empty(self.universe.len());
        self.add(expr, &mut out);
        out
    }

    /// Adds what `expr` selects to `out`, so that `or` over thousands of keys needs one set, not thousands.
    fn add(&mut self, expr: &'a Expr, out: &mut NodeSet) {
        match expr {
            Expr::All => out.union_with(&NodeSet::full(self.universe.len())),
            Expr::Term(term) => self.add_term(term, out),
            Expr::Or(children) => children.iter().for_each(|child| self.add(child, out)),
            Expr::And(children) => {
                let mut both = NodeSet::full(self.universe.len());
                for child in children {
                    both.intersect_with(&self.set(child));
                }
                out.union_with(&both);
            }
            Expr::Not(of) => {
                let mut set = self.set(of);
                set.invert();
                out.union_with(&set);
            }
            Expr::Around { up, down, of } => {
                let start = self.set(of);
                out.union_with(&start);
                out.union_with(&reach(&start, *up, |node| self.universe.upstream(node)));
                out.union_with(&reach(&start, *down, |node| self.universe.downstream(node)));
            }
            Expr::Call(function, of) => {
                let mut members = self.set(of);
                let beyond = match function {
                    Function::Roots => reach(&members, Reach::Unlimited, |node| self.universe.downstream(node)),
                    Function::Sinks => reach(&members, Reach::Unlimited, |node| self.universe.upstream(node)),
                };
                members.subtract(&beyond);
                out.union_with(&members);
            }
        }
    }

    fn add_term(&mut self, term: &'a Term, out: &mut NodeSet) {
        let mut found = false;
        let mut take = |node| {
            out.insert(node);
            found = true;
        };
        let universe = self.universe;
        if let Some(key) = literal_key(term) {
            universe.find(key).into_iter().for_each(&mut take);
        } else {
            (0..universe.len()).filter(|&node| holds(term, universe, node)).for_each(&mut take);
        }
        if !found {
            self.unmatched.push(term);
        }
    }
}

fn literal_key(term: &Term) -> Option<&str> {
    match &term.test {
        Test::Is(pattern) if term.attribute == Attribute::Key => pattern.as_literal(),
        _ => None,
    }
}

fn holds<U: Universe + ?Sized>(term: &Term, universe: &U, node: usize) -> bool {
    match &term.test {
        Test::Is(pattern) => term.attribute.any(universe, node, |value| pattern.matches(value)),
        Test::Pair(name, value) => universe.tags(node).iter().any(|(n, v)| name.matches(n) && value.matches(v)),
        Test::Missing => !term.attribute.any(universe, node, |_| true),
    }
}

/// The nodes at the end of a path of one edge or more, and of no more edges than `layers`, from a member of
/// `start`. Members themselves are among them only if they are downstream of another one.
fn reach<'u>(start: &NodeSet, layers: Reach, next: impl Fn(usize) -> &'u [u32]) -> NodeSet {
    let mut seen = NodeSet::empty(start.bound());
    let mut limit = match layers {
        Reach::None => return seen,
        Reach::Layers(layers) => layers,
        Reach::Unlimited => u32::MAX,
    };
    // Layer by layer, so that a node is first met on its shortest path. Every node is expanded at most
    // twice: as a member, and if it is met on the way.
    let mut layer: Vec<usize> = start.iter().collect();
    while limit > 0 && !layer.is_empty() {
        let ends = layer.iter().flat_map(|&node| next(node)).map(|&node| node as usize);
        layer = ends.filter(|&node| seen.insert(node)).collect();
        if layers != Reach::Unlimited {
            limit -= 1;
        }
    }
    seen
}

/// Existing values that look like the one that matched nothing. Globs have none: they are not misspelt names.
fn suggestions<U: Universe + ?Sized>(term: &Term, universe: &U) -> Vec<String> {
    let wanted = match &term.test {
        Test::Is(pattern) => pattern.as_literal().map(ToOwned::to_owned),
        Test::Pair(name, value) => name.as_literal().zip(value.as_literal()).map(|(n, v)| format!("{n}={v}")),
        Test::Missing => None,
    };
    let Some(wanted) = wanted else {
        return Vec::new();
    };
    if term.attribute == Attribute::Key {
        let keys = (0..universe.len()).map(|node| universe.key(node));
        return nearest(&wanted, keys).into_iter().map(ToOwned::to_owned).collect();
    }
    let values = existing(term, universe);
    nearest(&wanted, values.iter().map(String::as_str)).into_iter().map(ToOwned::to_owned).collect()
}

fn existing<U: Universe + ?Sized>(term: &Term, universe: &U) -> BTreeSet<String> {
    let mut values = BTreeSet::new();
    for node in 0..universe.len() {
        if let Test::Pair(..) = term.test {
            values.extend(universe.tags(node).iter().map(|(name, value)| format!("{name}={value}")));
            continue;
        }
        term.attribute.any(universe, node, |value| {
            if !values.contains(value) {
                values.insert(value.to_owned());
            }
            false
        });
    }
    values
}

//! What a selection says, and how it is written.

use std::fmt;

use super::{attribute::Attribute, error::Span, pattern::Pattern};

/// A parsed selection. Equal if they say the same in the same order, wherever they stand in a text.
///
/// `And` and `Or` have at least two members and none of their own kind, whatever parentheses were written,
/// so that a chain of thousands of terms is no deeper than one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Expr {
    /// `*`
    All,
    /// `group:raw`
    Term(Term),
    /// `2+x+1`: `of` itself, with the layers on both sides of it. At least one side is not `Reach::None`.
    Around {
        /// Layers upstream.
        up: Reach,
        /// Layers downstream.
        down: Reach,
        /// Where to start.
        of: Box<Self>,
    },
    /// `roots(x)`, `sinks(x)`
    Call(Function, Box<Self>),
    /// `not x`
    Not(Box<Self>),
    /// `x and y`
    And(Vec<Self>),
    /// `x or y`
    Or(Vec<Self>),
}

/// How many layers to go.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reach {
    /// No `+` on this side.
    None,
    /// `2+`
    Layers(u32),
    /// `+`
    Unlimited,
}

/// A function of a selection.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Function {
    /// The members that are downstream of no other member.
    Roots,
    /// The members that are upstream of no other member.
    Sinks,
}

impl Function {
    /// Every function.
    pub const ALL: [Self; 2] = [Self::Roots, Self::Sinks];

    /// The name as it is written.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Roots => "roots",
            Self::Sinks => "sinks",
        }
    }
}

/// One condition on one asset.
#[derive(Clone, Debug)]
pub struct Term {
    /// What is looked at.
    pub attribute: Attribute,
    /// What it must be.
    pub test: Test,
    /// Where it stands in the text; not part of what it means.
    pub span: Span,
}

/// What an attribute must be.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Test {
    /// A value matches. For tags: a name does, whatever its value.
    Is(Pattern),
    /// `tag:name=value`: a tag whose name and value match.
    Pair(Pattern, Pattern),
    /// `<null>`: there is no value at all.
    Missing,
}

impl PartialEq for Term {
    fn eq(&self, other: &Self) -> bool {
        (self.attribute, &self.test) == (other.attribute, &other.test)
    }
}

impl Eq for Term {}

impl Expr {
    /// `children` joined by `and`; one alone stays itself.
    pub(crate) fn and(children: Vec<Self>) -> Self {
        join(children, Self::And, |child| match child {
            Self::And(inner) => Ok(inner),
            other => Err(other),
        })
    }

    /// `children` joined by `or`; one alone stays itself.
    pub(crate) fn or(children: Vec<Self>) -> Self {
        join(children, Self::Or, |child| match child {
            Self::Or(inner) => Ok(inner),
            other => Err(other),
        })
    }

    /// How tightly its outermost operator binds: looser ones need parentheses inside tighter ones.
    const fn binding(&self) -> u8 {
        match self {
            Self::Or(_) => 0,
            Self::And(_) => 1,
            Self::Not(_) => 2,
            Self::Around { .. } => 3,
            Self::All | Self::Term(_) | Self::Call(..) => 4,
        }
    }

    fn write(&self, f: &mut fmt::Formatter<'_>, at_least: u8) -> fmt::Result {
        if self.binding() < at_least {
            f.write_str("(")?;
            self.write(f, 0)?;
            return f.write_str(")");
        }
        match self {
            Self::All => f.write_str("*"),
            Self::Term(term) => write!(f, "{term}"),
            Self::Around { up, down, of } => {
                match up {
                    Reach::None => {}
                    Reach::Layers(layers) => write!(f, "{layers}+")?,
                    Reach::Unlimited => f.write_str("+")?,
                }
                of.write(f, 4)?;
                match down {
                    Reach::None => Ok(()),
                    Reach::Layers(layers) => write!(f, "+{layers}"),
                    Reach::Unlimited => f.write_str("+"),
                }
            }
            Self::Call(function, of) => {
                write!(f, "{}(", function.name())?;
                of.write(f, 0)?;
                f.write_str(")")
            }
            Self::Not(of) => {
                f.write_str("not ")?;
                of.write(f, 2)
            }
            Self::And(children) => write_joined(f, children, " and ", 2),
            Self::Or(children) => write_joined(f, children, " or ", 1),
        }
    }
}

fn join(children: Vec<Expr>, build: fn(Vec<Expr>) -> Expr, open: fn(Expr) -> Result<Vec<Expr>, Expr>) -> Expr {
    let mut flat = Vec::with_capacity(children.len());
    for child in children {
        match open(child) {
            Ok(inner) => flat.extend(inner),
            Err(other) => flat.push(other),
        }
    }
    if flat.len() > 1 {
        return build(flat);
    }
    // The empty conjunction and disjunction do not come up: the parser always has a first operand.
    flat.pop().unwrap_or(Expr::All)
}

fn write_joined(f: &mut fmt::Formatter<'_>, children: &[Expr], word: &str, at_least: u8) -> fmt::Result {
    for (number, child) in children.iter().enumerate() {
        if number > 0 {
            f.write_str(word)?;
        }
        child.write(f, at_least)?;
    }
    Ok(())
}

/// The canonical text: every attribute is named, one space between words, the fewest parentheses.
impl fmt::Display for Expr {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.write(f, 0)
    }
}

impl fmt::Display for Term {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.test {
            Test::Is(value) => write!(f, "{}:{value}", self.attribute),
            Test::Pair(name, value) => write!(f, "{}:{name}={value}", self.attribute),
            Test::Missing => write!(f, "{}:<null>", self.attribute),
        }
    }
}

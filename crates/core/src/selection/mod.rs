//! The language in which people say which assets they mean: in the CLI, the API, the UI and alert policies.
//!
//! # The language
//!
//! | text | selects |
//! |---|---|
//! | `*` | every asset |
//! | `key:shop/orders`, `shop/orders`, `"shop/orders"` | the asset with this key |
//! | `group:raw`, `kind:sql`, `domain:sales`, `tier:gold` | assets whose one or any value is this |
//! | `owner:team:data`, `owner:anna@shop.example` | assets with this owner |
//! | `tag:zone`, `tag:zone=raw` | assets with this tag, whatever its value, or with this value |
//! | `owner:<null>` | assets that have no owner; the same for every attribute |
//! | `+x`, `x+`, `+x+` | `x`, and everything upstream, downstream, or both |
//! | `2+x+1` | `x`, two layers upstream of it and one downstream |
//! | `not x`, `x and y`, `x or y`, `(x)` | as in logic |
//! | `roots(x)`, `sinks(x)` | the members of `x` that no other member is upstream (downstream) of |
//!
//! **Values.** In every value, in quotes or not, `*` stands for any run of characters (`/` included) and `?`
//! for one. A value is compared as a whole and case matters. Values with spaces or other signs than
//! `_ - . / @` go in double quotes; there `\"`, `\\`, `\*` and `\?` stand for the character itself.
//!
//! **Precedence**, tightest first: `+` on either side (once each), `not`, `and`, `or`. `+` applies to a term,
//! a function or a parenthesis, so `not +x` needs none and `+(not x)` does. `and` and `or` are associative.
//! The three words may be written in any case; attributes and functions are lower case. White space between
//! words and signs means nothing.
//!
//! **Layers** are counted from `x` itself on both sides: `2+x+1` is not `(2+x)+1`. Layer `n` are the assets
//! whose shortest path to a member of `x` has `n` edges; `0+x` is `x`.
//!
//! **Roots and sinks** are members of the selection, judged within it: `sinks(group:raw)` are those raw
//! assets from which no path leads to another raw asset, even through assets outside the group. They may well
//! have downstream assets of other groups. For the last assets of everything that depends on the group,
//! write `sinks(group:raw+)`; for those with nothing upstream at all, `roots(*)`.
//!
//! A selection that parses can always be evaluated. A condition that no asset meets is a [`Warning`], not an
//! error, because a stored selection must survive the removal of an asset.
//!
//! The language contains Dagster's asset selection syntax, with two deliberate differences: wildcards work
//! for every attribute, and `tag:zone` asks for the tag, not for the tag with an empty value.

mod ast;
mod attribute;
mod error;
mod eval;
mod explain;
mod lexer;
pub mod nearest;
mod nodes;
mod parser;
mod pattern;
mod universe;

use std::{borrow::Cow, fmt, str::FromStr};

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::{Deserialize, Deserializer, Serialize, Serializer, de};

pub use self::{
    ast::{Expr, Function, Reach, Term, Test},
    attribute::Attribute,
    error::{SelectionError, Span},
    eval::{Evaluation, Warning},
    lexer::{Token, TokenKind, tokens},
    nodes::NodeSet,
    pattern::Pattern,
    universe::Universe,
};

/// A selection that was understood. See the [module](self) for the language.
///
/// Two selections are equal if they say the same; the text may differ in spaces and parentheses. Shown, it
/// is in canonical form, which parses to an equal selection; serialized, it is the text as it was written.
#[derive(Clone, Debug)]
pub struct Selection {
    text: String,
    expr: Expr,
}

impl Selection {
    /// Reads a selection.
    ///
    /// # Errors
    /// The text is not in the language; the error says where and why.
    pub fn parse(text: &str) -> Result<Self, SelectionError> {
        Ok(Self { text: text.to_owned(), expr: parser::parse(text)? })
    }

    /// Every asset.
    pub fn all() -> Self {
        Self::from_expr(Expr::All)
    }

    /// The assets with exactly these keys. No key at all selects nothing.
    pub fn keys<'a>(keys: impl IntoIterator<Item = &'a str>) -> Self {
        let terms: Vec<Expr> = keys.into_iter().map(key_term).collect();
        if terms.is_empty() {
            return Self::from_expr(Expr::Not(Box::new(Expr::All)));
        }
        // Parsed again for the spans, so that warnings point into the text.
        let built = Self::from_expr(Expr::or(terms));
        Self::parse(&built.text).unwrap_or(built)
    }

    fn from_expr(expr: Expr) -> Self {
        Self { text: expr.to_string(), expr }
    }

    /// The text as it was written, which spans point into.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// What it says.
    pub const fn expr(&self) -> &Expr {
        &self.expr
    }

    /// What it selects, and which of its conditions no asset meets.
    ///
    /// Takes time linear in assets and edges for each operator.
    pub fn eval<U: Universe + ?Sized>(&self, universe: &U) -> Evaluation {
        eval::evaluate(&self.expr, universe)
    }

    /// A warning of this selection, with carets under the condition, for a terminal or a `<pre>`.
    pub fn render(&self, warning: &Warning) -> String {
        format!("{warning}\n{}", error::underline(&self.text, warning.span))
    }
}

fn key_term(key: &str) -> Expr {
    let test = Test::Is(Pattern::literal(key));
    Expr::Term(Term { attribute: Attribute::Key, test, span: Span::default() })
}

impl PartialEq for Selection {
    fn eq(&self, other: &Self) -> bool {
        self.expr == other.expr
    }
}

impl Eq for Selection {}

impl fmt::Display for Selection {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.expr.fmt(f)
    }
}

impl FromStr for Selection {
    type Err = SelectionError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        Self::parse(text)
    }
}

impl Serialize for Selection {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.text)
    }
}

impl<'de> Deserialize<'de> for Selection {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = Cow::<'de, str>::deserialize(deserializer)?;
        Self::parse(&text).map_err(de::Error::custom)
    }
}

impl JsonSchema for Selection {
    fn schema_name() -> Cow<'static, str> {
        "Selection".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({
            "type": "string",
            "description": "An asset selection, such as `group:raw+ and not tag:pii`.",
            "examples": ["*", "shop/orders", "group:raw+ and not tag:pii"]
        })
    }
}

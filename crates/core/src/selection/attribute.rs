//! What can stand before a colon. A new attribute is a variant here, its name, where its values are, and a
//! method of [`Universe`]; nothing else changes.

use std::fmt;

use super::{nearest::nearest, universe::Universe};

/// A property of an asset that a selection can ask for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Attribute {
    /// The whole asset key.
    Key,
    /// The asset's one group.
    Group,
    /// One of the owners.
    Owner,
    /// One of the tags, by name or by name and value.
    Tag,
    /// One of the kinds.
    Kind,
    /// The domain, if there is one.
    Domain,
    /// The quality tier, if there is one.
    Tier,
}

impl Attribute {
    /// Every attribute, in the order in which help texts list them.
    pub const ALL: [Self; 7] = [Self::Key, Self::Group, Self::Owner, Self::Tag, Self::Kind, Self::Domain, Self::Tier];

    /// The name as it is written before the colon.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Key => "key",
            Self::Group => "group",
            Self::Owner => "owner",
            Self::Tag => "tag",
            Self::Kind => "kind",
            Self::Domain => "domain",
            Self::Tier => "tier",
        }
    }

    /// The attribute of that name.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|attribute| attribute.name() == name)
    }

    /// Names that a person who wrote `name` may have meant.
    pub(crate) fn nearest(name: &str) -> Vec<&'static str> {
        nearest(name, Self::ALL.map(Self::name))
    }

    /// Does the asset have a value of this attribute that passes? For tags the value is the tag's name.
    pub(crate) fn any<U: Universe + ?Sized>(
        self,
        universe: &U,
        node: usize,
        mut pass: impl FnMut(&str) -> bool,
    ) -> bool {
        match self {
            Self::Key => pass(universe.key(node)),
            Self::Group => pass(universe.group(node)),
            Self::Owner => universe.owners(node).iter().any(|owner| pass(owner)),
            Self::Tag => universe.tags(node).keys().any(|name| pass(name)),
            Self::Kind => universe.kinds(node).iter().any(|kind| pass(kind)),
            Self::Domain => universe.domain(node).is_some_and(pass),
            Self::Tier => universe.tier(node).is_some_and(pass),
        }
    }
}

impl fmt::Display for Attribute {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

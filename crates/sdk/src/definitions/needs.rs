//! What a step makes and what it needs, as its signature says.

use std::any::{TypeId, type_name};

use serde_json::Value;

use crate::{
    argument::Argument,
    asset::Asset,
    run::is_unit,
    spec::{AssetSpec, CheckSpec},
};

/// Gathers what a step makes and what it needs. The generated code fills it; nothing else should.
#[derive(Debug, Default)]
pub struct Needs {
    pub(super) outputs: Vec<OutputNeeds>,
    pub(super) check: Option<(&'static AssetSpec, &'static CheckSpec)>,
    pub(super) deps: Vec<&'static str>,
    pub(super) resources: Vec<ResourceNeed>,
    pub(super) ios: Vec<IoNeed>,
    pub(super) config: Option<Value>,
    pub(super) configs: usize,
}

/// One asset of a step.
#[derive(Debug)]
pub struct OutputNeeds {
    pub(super) spec: &'static AssetSpec,
    pub(super) role: Role,
    pub(super) value_type: Option<&'static str>,
    /// None where it is made from everything that the step is made from.
    pub(super) deps: Option<Vec<&'static str>>,
}

/// What a step does with an asset.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Role {
    Made,
    Observed,
    External,
}

/// A resource by type.
#[derive(Debug)]
pub(super) struct ResourceNeed {
    pub(super) id: TypeId,
    pub(super) type_name: &'static str,
}

/// An IO manager by type, and the asset whose value it keeps.
#[derive(Debug)]
pub(super) struct IoNeed {
    pub(super) asset: &'static str,
    pub(super) manager: ResourceNeed,
}

impl Needs {
    /// An asset that the step makes.
    pub fn output<A: Asset>(&mut self) -> &mut OutputNeeds {
        self.io::<A::Io, A::Value>(A::SPEC);
        self.push::<A::Value>(A::SPEC, Role::Made)
    }

    /// An asset that the step observes.
    pub fn observed<A: Asset>(&mut self) {
        self.push::<A::Value>(A::SPEC, Role::Observed);
    }

    /// An asset that somebody else makes.
    pub fn external<A: Asset>(&mut self) {
        self.push::<A::Value>(A::SPEC, Role::External);
    }

    /// The check that the step evaluates.
    pub fn checked<A: Asset>(&mut self, check: &'static CheckSpec) {
        self.io::<A::Io, A::Value>(A::SPEC);
        self.check = Some((A::SPEC, check));
    }

    /// A parameter.
    pub fn argument<P: Argument>(&mut self) {
        P::needs(self);
    }

    /// An upstream asset.
    pub fn dep<A: Asset>(&mut self) {
        self.dep_key(A::SPEC.key);
    }

    /// An upstream asset by its key.
    pub fn dep_key(&mut self, key: &'static str) {
        self.deps.push(key);
    }

    pub(crate) fn resource<R: 'static>(&mut self) {
        self.resources.push(ResourceNeed { id: TypeId::of::<R>(), type_name: type_name::<R>() });
    }

    pub(crate) fn io<Io: 'static, V: 'static>(&mut self, asset: &'static AssetSpec) {
        if !is_unit::<V>() {
            let manager = ResourceNeed { id: TypeId::of::<Io>(), type_name: type_name::<Io>() };
            self.ios.push(IoNeed { asset: asset.key, manager });
        }
    }

    pub(crate) fn config(&mut self, schema: fn() -> Value) {
        self.config = Some(schema());
        self.configs += 1;
    }

    fn push<V: 'static>(&mut self, spec: &'static AssetSpec, role: Role) -> &mut OutputNeeds {
        let value_type = (!is_unit::<V>()).then(type_name::<V>);
        self.outputs.push_mut(OutputNeeds { spec, role, value_type, deps: None })
    }
}

impl OutputNeeds {
    /// The output is made only from what is named after this.
    pub fn own_deps(&mut self) {
        self.deps = Some(Vec::new());
    }

    /// An upstream asset of this output.
    pub fn dep<A: Asset>(&mut self) {
        self.dep_key(A::SPEC.key);
    }

    /// An upstream asset of this output by its key.
    pub fn dep_key(&mut self, key: &'static str) {
        self.deps.get_or_insert_default().push(key);
    }
}

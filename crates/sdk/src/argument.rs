//! What a step can take as a parameter.

use std::{any::Any, fmt, future::Future, ops::Deref, sync::Arc};

use headwater_core::{key::AssetKey, manifest::ErrorClass};
use schemars::JsonSchema;
use serde::de::DeserializeOwned;

use crate::{
    asset::{Asset, Gives},
    context::Context,
    definitions::Needs,
    error::{Result, StepError},
    run::Invocation,
};

/// A type that a step can take as a parameter: [`Context`], [`Input`], [`Res`], [`Config`].
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot be a parameter of a step",
    label = "not a parameter",
    note = "a step takes `Context`, `Input<an_asset>`, `Res<AResource>` and `Config<Settings>`"
)]
pub trait Argument: Sized + Send {
    /// Says what must be there.
    #[doc(hidden)]
    fn needs(needs: &mut Needs);

    /// Gets it.
    #[doc(hidden)]
    fn take(step: &Invocation) -> impl Future<Output = Result<Self>> + Send;
}

impl Argument for Context {
    fn needs(_: &mut Needs) {}

    async fn take(step: &Invocation) -> Result<Self> {
        Ok(step.context().clone())
    }
}

/// The value of an upstream asset, as its producer's IO manager kept it.
///
/// It is a dependency, too. `Input<orders>` does not compile where there is no asset `orders`, and
/// `Input<orders, Vec<Other>>` does not where the asset gives another type:
///
/// ```compile_fail
/// use headwater::prelude::*;
///
/// #[asset]
/// fn orders() -> Vec<u64> {
///     vec![1]
/// }
///
/// #[asset]
/// fn revenue(orders: Input<orders, Vec<String>>) -> usize { // asset `orders` does not give `Vec<String>`
///     orders.len()
/// }
/// ```
pub struct Input<A, V = <A as Asset>::Value>
where
    A: Asset + Gives<V>,
{
    value: Arc<V>,
    asset: std::marker::PhantomData<fn() -> A>,
}

impl<A: Asset + Gives<V>, V> Input<A, V> {
    /// The value, shared with whoever else reads it now.
    pub fn into_shared(self) -> Arc<V> {
        self.value
    }

    /// The value itself; it is cloned only where somebody else reads it now.
    pub fn into_inner(self) -> V
    where
        V: Clone,
    {
        Arc::unwrap_or_clone(self.value)
    }
}

impl<A: Asset + Gives<V>, V> Deref for Input<A, V> {
    type Target = V;

    fn deref(&self) -> &V {
        &self.value
    }
}

impl<A: Asset + Gives<V>, V> Clone for Input<A, V> {
    fn clone(&self) -> Self {
        Self { value: Arc::clone(&self.value), asset: std::marker::PhantomData }
    }
}

impl<A: Asset + Gives<V>, V: fmt::Debug> fmt::Debug for Input<A, V> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.value.fmt(f)
    }
}

/// For tests that call a step's function themselves.
impl<A: Asset + Gives<V>, V> From<V> for Input<A, V> {
    fn from(value: V) -> Self {
        Self { value: Arc::new(value), asset: std::marker::PhantomData }
    }
}

impl<A: Asset + Gives<V>, V: Send + Sync + 'static> Argument for Input<A, V> {
    fn needs(needs: &mut Needs) {
        needs.dep::<A>();
        needs.io::<A::Io, A::Value>(A::SPEC);
    }

    async fn take(step: &Invocation) -> Result<Self> {
        let value: Arc<dyn Any + Send + Sync> = step.load::<A>().await?;
        // `Gives` is implemented for the asset's own type alone, so the types are the same.
        let value = value
            .downcast::<V>()
            .map_err(|_| StepError::new(format!("asset {} has a value of another type", A::SPEC.key)))?;
        Ok(Self { value, asset: std::marker::PhantomData })
    }
}

/// A resource, built once per worker; see [`Provider`](crate::Provider).
pub struct Res<R>(Arc<R>);

impl<R> Res<R> {
    /// The resource, to keep it longer than the step.
    pub fn into_shared(self) -> Arc<R> {
        self.0
    }
}

impl<R> Deref for Res<R> {
    type Target = R;

    fn deref(&self) -> &R {
        &self.0
    }
}

impl<R> Clone for Res<R> {
    fn clone(&self) -> Self {
        Self(Arc::clone(&self.0))
    }
}

impl<R: fmt::Debug> fmt::Debug for Res<R> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// For tests that call a step's function themselves.
impl<R> From<R> for Res<R> {
    fn from(value: R) -> Self {
        Self(Arc::new(value))
    }
}

impl<R: Send + Sync + 'static> Argument for Res<R> {
    fn needs(needs: &mut Needs) {
        needs.resource::<R>();
    }

    async fn take(step: &Invocation) -> Result<Self> {
        step.resources().get::<R>().await.map(Self)
    }
}

/// The step's config as given at launch, checked against the JSON Schema of `T`.
///
/// ```
/// use headwater::prelude::*;
///
/// #[headwater::config]
/// struct Window {
///     /// How many days back.
///     #[serde(default = "week")]
///     days: u32,
/// }
///
/// fn week() -> u32 {
///     7
/// }
///
/// #[asset]
/// fn revenue(window: Config<Window>) -> u32 {
///     window.days
/// }
///
/// let mut kit = headwater::testing::Kit::new(&definitions![revenue]);
/// assert_eq!(*kit.materialize("revenue").value::<revenue>(), 7);
/// let mut kit = kit.config("revenue", serde_json::json!({ "days": 30 }));
/// assert_eq!(*kit.materialize("revenue").value::<revenue>(), 30);
/// ```
pub struct Config<T>(pub T);

impl<T> Deref for Config<T> {
    type Target = T;

    fn deref(&self) -> &T {
        &self.0
    }
}

impl<T: fmt::Debug> fmt::Debug for Config<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl<T: DeserializeOwned + JsonSchema + Send> Argument for Config<T> {
    fn needs(needs: &mut Needs) {
        needs.config(|| schemars::schema_for!(T).to_value());
    }

    async fn take(step: &Invocation) -> Result<Self> {
        let given = &step.context().step().config;
        let empty = serde_json::Value::Object(serde_json::Map::new());
        // Nothing given is an object without fields, so that the fields' defaults apply.
        T::deserialize(if given.is_null() { &empty } else { given }).map(Self).map_err(|error| {
            let name = step.context().step_name();
            StepError::of_class(ErrorClass::CONFIG, format!("the config of step {name} is not valid: {error}")).never()
        })
    }
}

/// The value is not there.
pub(crate) fn missing(asset: &AssetKey) -> StepError {
    StepError::of_class(ErrorClass::CONFIG, format!("asset {asset} has no value yet; materialize it first")).never()
}

//! Resources: built once per worker, injected by type.

use std::{
    any::{Any, TypeId, type_name},
    collections::BTreeMap,
    fmt,
    future::Future,
    pin::Pin,
    sync::{Arc, Mutex, PoisonError},
};

use headwater_core::manifest::ResourceDef;
use tokio::sync::OnceCell;

use crate::error::{IntoStepError, Result, StepError};

type Built = Arc<dyn Any + Send + Sync>;
type Boxed<T> = Pin<Box<dyn Future<Output = T> + Send>>;

/// How a resource comes to be: built when the first step needs it, shared by all steps of the worker, closed when the
/// worker goes away.
///
/// ```
/// use headwater::prelude::*;
///
/// struct Warehouse { url: String }
///
/// #[asset]
/// async fn orders(warehouse: Res<Warehouse>) -> String {
///     warehouse.url.clone()
/// }
///
/// let definitions = definitions![orders].provide(
///     Provider::new(|| async { Result::<_>::Ok(Warehouse { url: "sqlite::memory:".into() }) })
///         .description("Where the curated zone is.")
///         .env(["WAREHOUSE_URL"])
///         .teardown(|warehouse: std::sync::Arc<Warehouse>| async move { drop(warehouse) }),
/// );
/// let run = headwater::testing::materialize(&definitions, "orders");
/// assert_eq!(*run.value::<orders>(), "sqlite::memory:");
/// ```
///
/// A constructor that fails fails the step that needed it, under the resource's name, and is tried again by the next.
pub struct Provider<R> {
    definition: ResourceDef,
    make: Arc<dyn Fn() -> Boxed<Result<Arc<R>>> + Send + Sync>,
    teardown: Option<Teardown<R>>,
}

/// Closes what a constructor built.
type Teardown<R> = Arc<dyn Fn(Arc<R>) -> Boxed<()> + Send + Sync>;

impl<R: Send + Sync + 'static> Provider<R> {
    /// A resource that a function builds.
    pub fn new<F, E>(make: impl Fn() -> F + Send + Sync + 'static) -> Self
    where
        F: Future<Output = std::result::Result<R, E>> + Send + 'static,
        E: IntoStepError,
    {
        Self::from_make(Arc::new(move || {
            let built = make();
            Box::pin(async move { built.await.map(Arc::new).map_err(IntoStepError::into_step_error) })
        }))
    }

    /// A resource that exists already.
    pub fn ready(value: R) -> Self {
        let value = Arc::new(value);
        Self::from_make(Arc::new(move || {
            let value = Arc::clone(&value);
            Box::pin(async move { Ok(value) })
        }))
    }

    fn from_make(make: Arc<dyn Fn() -> Boxed<Result<Arc<R>>> + Send + Sync>) -> Self {
        let definition = ResourceDef {
            name: short_name(type_name::<R>()),
            type_name: type_name::<R>().to_owned(),
            description: String::new(),
            env: Vec::new(),
        };
        Self { definition, make, teardown: None }
    }

    /// The name under which people see it; by default the name of its type.
    #[must_use]
    pub fn named(mut self, name: impl Into<String>) -> Self {
        self.definition.name = name.into();
        self
    }

    /// What it is, in Markdown.
    #[must_use]
    pub fn description(mut self, text: impl Into<String>) -> Self {
        self.definition.description = text.into();
        self
    }

    /// Names of the environment variables that it reads. Their values are never shown.
    #[must_use]
    pub fn env(mut self, names: impl IntoIterator<Item = impl Into<String>>) -> Self {
        self.definition.env = names.into_iter().map(Into::into).collect();
        self
    }

    /// Closes it when the worker goes away, if it was built.
    #[must_use]
    pub fn teardown<F>(mut self, teardown: impl Fn(Arc<R>) -> F + Send + Sync + 'static) -> Self
    where
        F: Future<Output = ()> + Send + 'static,
    {
        self.teardown = Some(Arc::new(move |resource| Box::pin(teardown(resource))));
        self
    }

    pub(crate) fn erase(self) -> AnyProvider {
        let Self { definition, make, teardown } = self;
        let make: Arc<dyn Fn() -> Boxed<Result<Built>> + Send + Sync> = Arc::new(move || {
            let built = make();
            Box::pin(async move { built.await.map(|built| built as Built) })
        });
        let teardown = teardown.map(|teardown| {
            Arc::new(move |built: Built| -> Boxed<()> {
                match built.downcast::<R>() {
                    Ok(built) => teardown(built),
                    Err(_) => Box::pin(std::future::ready(())),
                }
            }) as Arc<dyn Fn(Built) -> Boxed<()> + Send + Sync>
        });
        AnyProvider { id: TypeId::of::<R>(), definition, make, teardown }
    }
}

impl<R> fmt::Debug for Provider<R> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.definition.fmt(f)
    }
}

/// A provider without its type.
#[derive(Clone)]
pub(crate) struct AnyProvider {
    pub(crate) id: TypeId,
    pub(crate) definition: ResourceDef,
    make: Arc<dyn Fn() -> Boxed<Result<Built>> + Send + Sync>,
    teardown: Option<Arc<dyn Fn(Built) -> Boxed<()> + Send + Sync>>,
}

/// The resources of one worker.
pub(crate) struct Resources {
    slots: BTreeMap<TypeId, Slot>,
    /// What was built, in that order.
    built: Mutex<Vec<TypeId>>,
}

struct Slot {
    provider: AnyProvider,
    cell: OnceCell<Built>,
}

impl Resources {
    pub(crate) fn new(providers: impl IntoIterator<Item = AnyProvider>) -> Self {
        let slot = |provider: AnyProvider| (provider.id, Slot { provider, cell: OnceCell::new() });
        Self { slots: providers.into_iter().map(slot).collect(), built: Mutex::default() }
    }

    /// The resource of a type, built now if nobody needed it before.
    pub(crate) async fn get<R: Send + Sync + 'static>(&self) -> Result<Arc<R>> {
        let built = self.get_any(TypeId::of::<R>(), type_name::<R>()).await?;
        built.downcast::<R>().map_err(|_| absent(type_name::<R>()))
    }

    async fn get_any(&self, id: TypeId, wanted: &'static str) -> Result<Built> {
        let slot = self.slots.get(&id).ok_or_else(|| absent(wanted))?;
        let built = slot.cell.get_or_try_init(|| async {
            let built = (slot.provider.make)().await?;
            self.built.lock().unwrap_or_else(PoisonError::into_inner).push(id);
            Ok(built)
        });
        let name = &slot.provider.definition.name;
        built.await.cloned().map_err(|error: StepError| error.context(format!("resource {name} could not be built")))
    }

    /// Closes what was built, last first.
    pub(crate) async fn teardown(&self) {
        let built = std::mem::take(&mut *self.built.lock().unwrap_or_else(PoisonError::into_inner));
        for id in built.into_iter().rev() {
            let Some(slot) = self.slots.get(&id) else {
                continue;
            };
            if let (Some(teardown), Some(built)) = (&slot.provider.teardown, slot.cell.get()) {
                teardown(Arc::clone(built)).await;
            }
        }
    }
}

fn absent(wanted: &str) -> StepError {
    StepError::new(format!("there is no resource of type {wanted}; add it with .resource(…) or .provide(…)")).never()
}

/// `ShopApi` of `shop::ingest::ShopApi<u8>`.
pub(crate) fn short_name(type_name: &str) -> String {
    let plain = type_name.split('<').next().unwrap_or(type_name);
    plain.rsplit("::").next().unwrap_or(plain).to_owned()
}

//! The types that stand for assets.

use crate::{definitions::Definitions, io::IoManager, spec::AssetSpec};

/// An asset that is declared in Rust. `#[asset]` and its siblings implement it; do not implement it by hand.
///
/// The attribute leaves the function and adds a type of the same name, which other definitions use as a path:
///
/// ```
/// use headwater::prelude::*;
///
/// /// Orders as the shop returned them.
/// #[asset(group = "raw", owners = ["team:data"], retries = 3, delay = "5s", timeout = "10m", tags(zone = "raw", pii))]
/// async fn raw_orders() -> Vec<u64> {
///     vec![1, 2, 2]
/// }
///
/// /// One row per order.
/// #[asset(key_prefix = "shop", code_version = "2")]
/// fn orders(raw_orders: Input<raw_orders>) -> Materialized<Vec<u64>> {
///     let mut orders = raw_orders.to_vec();
///     orders.dedup();
///     let rows = orders.len();
///     Materialized::new(orders).meta("rows", rows)
/// }
///
/// let run = headwater::testing::materialize(&definitions![raw_orders, orders], "*");
/// assert_eq!(*run.value::<orders>(), [1, 2]);
/// ```
///
/// # Settings
///
/// | setting | meaning |
/// |---|---|
/// | `key = "shop/orders"`, `key_prefix = "shop"` | its name; by default the function's |
/// | `group`, `domain`, `tier`, `code_version` | texts |
/// | `owners = […]`, `kinds = […]`, `aliases = […]` | lists of texts |
/// | `tags(zone = "raw", pii)` | labels |
/// | `metadata(table = "orders", docs = url("https://…"))` | facts known without running |
/// | `deps = [orders, crm::accounts, "other/key"]` | upstream assets whose values are not loaded |
/// | `io = Warehouse` | the [`IoManager`] that keeps its value; [`JsonFiles`](crate::JsonFiles) by default |
/// | `checks(ids_unique(blocking), rows(severity = "warn"))` | checks that the function itself evaluates; one that is `blocking` fails the run and holds back what is downstream, see [`CheckResult`](crate::CheckResult) |
/// | `retries = 3`, `delay = "5s"`, `backoff = exponential`, `max_delay = "5m"`, `jitter = full` | another attempt after a failure |
/// | `retry_only = ["rate_limited"]`, `retry_never = ["config"]` | the classes of failures that are retried |
/// | `timeout = "10m"`, `pool = "crm"`, `priority = 5`, `requires(gpu = "yes")` | how it runs |
/// | `freshness = "1d"` or `freshness(warn = "12h", fail = "1d")` | how old its data may be |
/// | `automation = eager`, `automation = on_missing`, `automation(cron = "0 6 * * *", zone = "Europe/Berlin")` | when it should run by itself |
///
/// The doc comment is its description.
///
/// # Parameters
///
/// By type, in any order: [`Context`](crate::Context), [`Input`](crate::Input), [`Res`](crate::Res),
/// [`Config`](crate::Config).
///
/// # Returns
///
/// `()`, a value, or [`Materialized`](crate::Materialized), each of them also within a `Result` whose error is
/// anything that converts into a boxed [`std::error::Error`], or a [`StepError`](crate::StepError).
///
/// A function that is not `async` runs on a thread of its own.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not an asset",
    label = "not an asset",
    note = "an asset is a function with #[asset], an output of a #[multi_asset], or an external_asset!"
)]
pub trait Asset: Send + Sync + 'static {
    /// The type of its value; `()` where it has none.
    type Value: Send + Sync + 'static;
    /// What keeps its value.
    type Io: IoManager<Self::Value>;
    /// What its attribute says.
    #[doc(hidden)]
    const SPEC: &'static AssetSpec;
}

/// Says which type of value an asset gives.
#[diagnostic::on_unimplemented(
    message = "asset `{Self}` does not give `{V}`",
    label = "the asset has a value of another type",
    note = "write `Input<{Self}>` to take the value as its producer gives it"
)]
pub trait Gives<V> {}

/// Something that [`definitions!`](crate::definitions) accepts.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not a definition",
    label = "not a definition",
    note = "name functions with #[asset], #[multi_asset], #[check], #[observable] or #[process_asset], or an external_asset!; \
            the outputs of a #[multi_asset] come with its function"
)]
pub trait Define {
    /// Adds it.
    #[doc(hidden)]
    fn define(into: &mut Definitions);
}

/// Says that an asset is made by the multi-asset `S`.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not an output of `{S}`",
    label = "made by another step",
    note = "list it in the attribute: #[multi_asset(output({Self}: …))]"
)]
pub trait OutputOf<S>: Asset {}

/// A way to look at the value of asset `A`: the value itself, a slice of a `Vec`, a `str` of a `String`.
pub trait ViewOf<A: Asset> {
    /// The value seen as this type.
    #[doc(hidden)]
    fn view(value: &A::Value) -> &Self;
}

impl<T, A: Asset<Value = T>> ViewOf<A> for T {
    fn view(value: &T) -> &Self {
        value
    }
}

impl<T, A: Asset<Value = Vec<T>>> ViewOf<A> for [T] {
    fn view(value: &Vec<T>) -> &Self {
        value
    }
}

impl<A: Asset<Value = String>> ViewOf<A> for str {
    fn view(value: &String) -> &Self {
        value
    }
}

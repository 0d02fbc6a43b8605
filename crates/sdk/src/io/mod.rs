//! IO managers: where the values of assets are kept between steps.

mod file_name;
mod json_files;
mod memory;

use std::future::Future;

use headwater_core::key::AssetKey;

pub use json_files::JsonFiles;
pub(crate) use memory::Memory;

use crate::error::Result;

/// Keeps the values of type `T` between steps. It is a resource: built once per worker, found by its type.
///
/// ```
/// use headwater::prelude::*;
///
/// struct Warehouse;
///
/// impl IoManager<Vec<u64>> for Warehouse {
///     async fn store(&self, slot: &Slot, value: &Vec<u64>) -> Result<()> {
///         // INSERT INTO … for slot.asset() and slot.partition()
///         # let _ = (slot, value);
///         Ok(())
///     }
///
///     async fn load(&self, slot: &Slot) -> Result<Option<Vec<u64>>> {
///         // SELECT …
///         # let _ = slot;
///         Ok(None)
///     }
/// }
///
/// #[asset(io = Warehouse)]
/// fn orders() -> Vec<u64> {
///     vec![1, 2]
/// }
///
/// # let _ =
/// definitions![orders].resource(Warehouse)
/// # ;
/// ```
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot keep values of type `{T}`",
    label = "cannot keep `{T}`",
    note = "JsonFiles keeps what implements serde's Serialize and DeserializeOwned; another manager is named with `io = …`"
)]
pub trait IoManager<T>: Send + Sync + 'static {
    /// Keeps a value in place of the one before. Either all of it is kept or nothing.
    fn store(&self, slot: &Slot, value: &T) -> impl Future<Output = Result<()>> + Send;

    /// The value that was kept last; none where there never was one.
    fn load(&self, slot: &Slot) -> impl Future<Output = Result<Option<T>>> + Send;
}

/// Where a value belongs: an asset, and one of its partitions.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Slot {
    asset: AssetKey,
    partition: String,
}

impl Slot {
    pub(crate) fn new(asset: AssetKey, partition: &str) -> Self {
        Self { asset, partition: partition.to_owned() }
    }

    /// The asset.
    pub fn asset(&self) -> &AssetKey {
        &self.asset
    }

    /// The partition; none for an asset without partitions.
    pub fn partition(&self) -> Option<&str> {
        (!self.partition.is_empty()).then_some(&*self.partition)
    }

    /// A file name without extension that is safe on every file system and different for every slot.
    pub fn file_name(&self) -> String {
        file_name::encode(self.asset.as_str(), &self.partition)
    }
}

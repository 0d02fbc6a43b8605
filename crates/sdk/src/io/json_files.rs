//! Values as JSON files in a folder.

use std::{
    fs::{self, File},
    io::{self, Write},
    path::{Path, PathBuf},
    sync::atomic::{AtomicU64, Ordering},
};

use serde::{Serialize, de::DeserializeOwned};

use super::{IoManager, Slot};
use crate::error::{Result, StepError, StepResult};

/// Keeps each value as a JSON file in a folder: what assets use that name no other IO manager.
///
/// A file is complete or absent: it is written beside its place, flushed to the disk and then renamed. Workers on
/// several machines need a folder that they share, or an IO manager on a database.
///
/// ```
/// # use headwater::prelude::*;
/// # #[asset] fn orders() -> Vec<u64> { vec![1] }
/// # let _ =
/// definitions![orders].resource(JsonFiles::new("data/values"))
/// # ;
/// ```
#[derive(Clone, Debug)]
pub struct JsonFiles {
    folder: PathBuf,
}

impl JsonFiles {
    /// Where values are kept unless the definitions say otherwise, relative to the worker's working directory.
    pub const DEFAULT_FOLDER: &'static str = ".headwater/values";

    /// Values in a folder, which is made when it is needed.
    pub fn new(folder: impl Into<PathBuf>) -> Self {
        Self { folder: folder.into() }
    }

    /// The file of a value.
    pub fn path(&self, slot: &Slot) -> PathBuf {
        self.folder.join(slot.file_name()).with_added_extension("json")
    }
}

impl<T: Serialize + DeserializeOwned + Send + Sync> IoManager<T> for JsonFiles {
    async fn store(&self, slot: &Slot, value: &T) -> Result<()> {
        let text = serde_json::to_vec(value).context("the value is not JSON")?;
        let path = self.path(slot);
        off_thread(move || write(&path, &text).with_path(&path)).await
    }

    async fn load(&self, slot: &Slot) -> Result<Option<T>> {
        let path = self.path(slot);
        let shown = path.display().to_string();
        let text = off_thread(move || match fs::read(&path) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
            other => other.map(Some).with_path(&path),
        });
        let Some(text) = text.await? else {
            return Ok(None);
        };
        let wanted = || format!("{shown} is not a {}; materialize the asset again", std::any::type_name::<T>());
        serde_json::from_slice(&text).map(Some).map_err(|error| StepError::from(error).context(wanted()).never())
    }
}

/// Writes a file beside its place, flushes it, and renames it.
fn write(path: &Path, text: &[u8]) -> io::Result<()> {
    static COUNT: AtomicU64 = AtomicU64::new(0);
    let folder = path.parent().unwrap_or(Path::new("."));
    fs::create_dir_all(folder)?;
    let unique = format!("{}-{}.part", std::process::id(), COUNT.fetch_add(1, Ordering::Relaxed));
    let part = path.with_added_extension(unique);
    let written = File::create(&part).and_then(|mut file| {
        file.write_all(text)?;
        file.sync_all()
    });
    if let Err(error) = written.and_then(|()| fs::rename(&part, path)) {
        // What was written is of no use; the error that counts is the one above.
        let _ = fs::remove_file(&part);
        return Err(error);
    }
    // The rename itself must survive a loss of power as well.
    File::open(folder)?.sync_all()
}

trait WithPath<T> {
    fn with_path(self, path: &Path) -> Result<T>;
}

impl<T> WithPath<T> for io::Result<T> {
    fn with_path(self, path: &Path) -> Result<T> {
        self.context(path.display())
    }
}

async fn off_thread<T: Send + 'static>(work: impl FnOnce() -> Result<T> + Send + 'static) -> Result<T> {
    tokio::task::spawn_blocking(work).await.map_err(StepError::from)?
}

#[cfg(test)]
mod tests {
    use super::*;
    use headwater_core::key::AssetKey;

    fn slot(key: &str) -> Slot {
        Slot::new(AssetKey::new(key).unwrap(), "")
    }

    #[tokio::test]
    async fn values_come_back_and_leave_nothing_else_behind() {
        let folder = tempfile::tempdir().unwrap();
        let files = JsonFiles::new(folder.path().join("a/b"));
        let orders = slot("shop/orders");
        assert_eq!(IoManager::<Vec<u8>>::load(&files, &orders).await.unwrap(), None);
        for value in [vec![1_u8], vec![2, 3]] {
            files.store(&orders, &value).await.unwrap();
            assert_eq!(IoManager::<Vec<u8>>::load(&files, &orders).await.unwrap(), Some(value));
        }
        let names: Vec<_> =
            fs::read_dir(folder.path().join("a/b")).unwrap().map(|entry| entry.unwrap().file_name()).collect();
        assert_eq!(names, ["shop%2forders.json"]);
    }

    #[tokio::test]
    async fn a_file_of_another_shape_says_which() {
        let folder = tempfile::tempdir().unwrap();
        let files = JsonFiles::new(folder.path());
        files.store(&slot("orders"), &"text".to_owned()).await.unwrap();
        let error = IoManager::<Vec<u8>>::load(&files, &slot("orders")).await.unwrap_err().to_string();
        assert!(error.contains("orders.json is not a alloc::vec::Vec<u8>"), "{error}");
    }

    #[tokio::test]
    async fn a_folder_that_cannot_be_made_is_named() {
        let folder = tempfile::tempdir().unwrap();
        fs::write(folder.path().join("file"), "").unwrap();
        let files = JsonFiles::new(folder.path().join("file/values"));
        let error = files.store(&slot("orders"), &1).await.unwrap_err().to_string();
        assert!(error.contains("file/values/orders.json"), "{error}");
    }
}

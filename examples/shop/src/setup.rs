//! Everything an asset needs, in one place: the shop, the warehouse and the folder in which the till leaves its export.

use crate::export::generate;
use crate::ingest::{IngestError, RetryPolicy, ShopClient};
use crate::shop_api::{ProcessError, ShopApiConfig, ShopApiProcess};
use crate::warehouse::{Warehouse, WarehouseError};
use crate::world::{HISTORY_DAYS, World};
use std::io;
use std::path::{Path, PathBuf};

/// Why the example cannot begin.
#[derive(Debug, thiserror::Error)]
pub enum SetupError {
    /// The data folder cannot be written.
    #[error("cannot write to the data folder {folder}: {source}")]
    Folder {
        /// The folder.
        folder: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// The shop's process did not come up.
    #[error(transparent)]
    Shop(#[from] ProcessError),
    /// The client could not be set up.
    #[error(transparent)]
    Client(#[from] IngestError),
    /// The warehouse could not be opened.
    #[error(transparent)]
    Warehouse(#[from] WarehouseError),
}

/// What the assets work with; cheap to clone.
#[derive(Debug, Clone)]
pub struct Setup {
    /// The shop's API, which is also the CRM's.
    pub shop: ShopClient,
    /// The warehouse.
    pub warehouse: Warehouse,
    /// The till's export.
    pub till: PathBuf,
    /// Where scripts of process steps are written.
    pub scripts: PathBuf,
}

impl Setup {
    /// Opens the data folder and connects to a shop that runs at `url`. Writes the till's export if it is not there.
    ///
    /// # Errors
    /// When the folder, the warehouse or the client cannot be had.
    pub async fn connect(
        url: &str,
        folder: &Path,
        config: &ShopApiConfig,
    ) -> Result<Self, SetupError> {
        let till = folder.join("till").join("till_export.csv");
        write_export(&till, config).map_err(|source| SetupError::Folder {
            folder: folder.to_owned(),
            source,
        })?;
        Ok(Self {
            shop: ShopClient::new(url, RetryPolicy::default())?,
            warehouse: Warehouse::open(&folder.join("warehouse.db")).await?,
            till,
            scripts: folder.join("scripts"),
        })
    }

    /// Starts `program shop-api` and connects to it. The shop runs for as long as the returned process is held.
    ///
    /// # Errors
    /// As [`Setup::connect`], and when the shop does not come up.
    pub async fn start(
        program: &Path,
        folder: &Path,
        config: &ShopApiConfig,
    ) -> Result<(Self, ShopApiProcess), SetupError> {
        let process = ShopApiProcess::start(program, config).await?;
        let setup = Self::connect(process.url(), folder, config).await?;
        Ok((setup, process))
    }
}

/// Written beside its place and then moved there, so that nobody ever reads half a file.
fn write_export(path: &Path, config: &ShopApiConfig) -> io::Result<()> {
    if path.exists() {
        return Ok(());
    }
    let world = World::generate(config.seed, config.start);
    if let Some(folder) = path.parent() {
        std::fs::create_dir_all(folder)?;
    }
    let unfinished = path.with_extension(format!("unfinished-{}", std::process::id()));
    std::fs::write(
        &unfinished,
        generate(&world, world.start(), HISTORY_DAYS).bytes,
    )?;
    std::fs::rename(unfinished, path)
}

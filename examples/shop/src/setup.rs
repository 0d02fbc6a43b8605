//! Everything an asset needs, in one place: the shop, the warehouse and the folder in which the till leaves its export.
//!
//! Workers on one machine share the data folder. The first one that needs the shop starts it and leaves its address
//! there; the others find it. `SHOP_URL` names a shop that somebody else runs.

use crate::activation::write_forecast_script;
use crate::assets::Slack;
use crate::export::generate;
use crate::ingest::{IngestError, RetryPolicy, ShopClient};
use crate::shop_api::{ProcessError, ShopApiConfig, ShopApiProcess};
use crate::warehouse::{Warehouse, WarehouseError};
use crate::world::{HISTORY_DAYS, World};
use std::fs::File;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

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

/// Where the example keeps its data and finds its shop.
#[derive(Debug, Clone)]
pub struct Settings {
    /// The data folder, as an absolute path.
    pub folder: PathBuf,
    /// Who says where the data folder is.
    pub place: Place,
    /// A shop that runs already; without it the first worker starts one.
    pub shop_url: Option<String>,
    /// How a shop that is started here behaves.
    pub api: ShopApiConfig,
    /// Whether Slack hears of incidents.
    pub slack: Slack,
}

/// Who says where the data folder is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Place {
    /// `SHOP_DATA` of each worker: the definitions are the same on every machine.
    Environment,
    /// This program, for itself alone.
    Program,
}

impl Settings {
    /// The variable that names the data folder.
    pub const FOLDER_VARIABLE: &'static str = "SHOP_DATA";
    /// The warehouse's file in the data folder.
    pub const WAREHOUSE_FILE: &'static str = "warehouse.db";
    /// The folder of the scripts of process steps in the data folder.
    pub const SCRIPTS_FOLDER: &'static str = "scripts";
    /// Where the data is unless `SHOP_DATA` says otherwise, relative to the working directory.
    pub const DEFAULT_FOLDER: &'static str = ".headwater/shop";

    /// Settings for a data folder, with a shop of its own.
    ///
    /// # Errors
    /// When the working directory, which a relative folder starts from, cannot be read.
    pub fn new(folder: &Path) -> Result<Self, SetupError> {
        let absolute =
            std::path::absolute(folder).map_err(|source| SetupError::Folder { folder: folder.to_owned(), source })?;
        let place = Place::Program;
        Ok(Self { folder: absolute, place, shop_url: None, api: ShopApiConfig::default(), slack: Slack::Off })
    }

    /// What `SHOP_DATA`, `SHOP_URL` and `SLACK_WEBHOOK_URL` say.
    ///
    /// # Errors
    /// As [`Settings::new`].
    pub fn from_env() -> Result<Self, SetupError> {
        let folder = std::env::var_os(Self::FOLDER_VARIABLE).unwrap_or_else(|| Self::DEFAULT_FOLDER.into());
        let shop_url = std::env::var("SHOP_URL").ok();
        let place = Place::Environment;
        Ok(Self { place, shop_url, slack: Slack::from_env(), ..Self::new(Path::new(&folder))? })
    }

    /// The warehouse file.
    #[must_use]
    pub fn warehouse(&self) -> PathBuf {
        self.folder.join(Self::WAREHOUSE_FILE)
    }

    /// Where scripts of process steps are.
    #[must_use]
    pub fn scripts(&self) -> PathBuf {
        self.folder.join(Self::SCRIPTS_FOLDER)
    }

    /// The shop that runs for this data folder, if one does.
    pub async fn running_shop(&self) -> Option<String> {
        match &self.shop_url {
            Some(url) => Some(url.clone()),
            None => {
                let url = std::fs::read_to_string(self.url_file()).ok()?;
                is_alive(&url).await.then_some(url)
            }
        }
    }

    fn url_file(&self) -> PathBuf {
        self.folder.join("shop_api.url")
    }

    fn failed(&self, source: io::Error) -> SetupError {
        SetupError::Folder { folder: self.folder.clone(), source }
    }
}

/// Whether a shop answers there. The address may be an old one, which somebody else uses now.
async fn is_alive(url: &str) -> bool {
    #[derive(serde::Deserialize)]
    struct Health {
        #[serde(rename = "now")]
        _now: jiff::Timestamp,
    }
    let policy = RetryPolicy { attempts: 1, timeout: Duration::from_secs(2), ..RetryPolicy::default() };
    match ShopClient::new(url, policy) {
        Ok(shop) => shop.get::<Health>("/health").await.is_ok(),
        Err(_) => false,
    }
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
    /// The shop, where this process started it; it ends with the last clone.
    process: Option<Arc<ShopApiProcess>>,
}

impl Setup {
    /// Opens the data folder and connects to a shop that runs at `url`. Writes the till's export if it is not there.
    ///
    /// # Errors
    /// When the folder, the warehouse or the client cannot be had.
    pub async fn connect(url: &str, folder: &Path, config: &ShopApiConfig) -> Result<Self, SetupError> {
        let till = folder.join("till").join("till_export.csv");
        write_export(&till, config).map_err(|source| SetupError::Folder { folder: folder.to_owned(), source })?;
        let scripts = folder.join("scripts");
        write_forecast_script(&scripts).map_err(|source| SetupError::Folder { folder: folder.to_owned(), source })?;
        Ok(Self {
            shop: ShopClient::new(url, RetryPolicy::default())?,
            warehouse: Warehouse::open(&folder.join("warehouse.db")).await?,
            till,
            scripts,
            process: None,
        })
    }

    /// What a worker does: connects to the shop that runs for its data folder, or starts `program shop-api`.
    ///
    /// # Errors
    /// As [`Setup::start`].
    pub async fn open(settings: &Settings, program: &Path) -> Result<Self, SetupError> {
        let folder = &settings.folder;
        let _turn = take_turn(settings).await?;
        if let Some(url) = settings.running_shop().await {
            return Self::connect(&url, folder, &settings.api).await;
        }
        let (setup, process) = Self::start(program, folder, &settings.api).await?;
        std::fs::write(settings.url_file(), process.url()).map_err(|error| settings.failed(error))?;
        tracing::info!(url = process.url(), "the shop's API is up");
        Ok(Self { process: Some(Arc::new(process)), ..setup })
    }

    /// Whether this process started the shop.
    #[must_use]
    pub fn owns_shop(&self) -> bool {
        self.process.is_some()
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

/// Of several workers that start at once only one may start the shop. The turn ends when the file is dropped, or with
/// the process.
async fn take_turn(settings: &Settings) -> Result<File, SetupError> {
    let folder = settings.folder.clone();
    let taken = tokio::task::spawn_blocking(move || {
        std::fs::create_dir_all(&folder)?;
        let file = File::create(folder.join("shop_api.lock"))?;
        file.lock()?;
        Ok(file)
    });
    match taken.await {
        Ok(taken) => taken.map_err(|error| settings.failed(error)),
        Err(error) => Err(settings.failed(io::Error::other(error))),
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
    std::fs::write(&unfinished, generate(&world, world.start(), HISTORY_DAYS).bytes)?;
    std::fs::rename(unfinished, path)
}

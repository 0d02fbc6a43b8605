//! A shop and a warehouse for one test.

use shop::ingest::{RetryPolicy, ShopClient};
use shop::shop_api::{Mode, ShopApiConfig, ShopApiProcess, Stats};
use shop::warehouse::Warehouse;
use std::path::{Path, PathBuf};
use std::time::Duration;
use tempfile::TempDir;

/// A shop whose clock stands still and which fails only when told to.
pub(crate) fn calm() -> ShopApiConfig {
    ShopApiConfig { speed: 0, requests_per_second: 10_000, errors_permille: 0, ..ShopApiConfig::default() }
}

/// Impatient enough for tests, and otherwise like the real one.
pub(crate) fn quick() -> RetryPolicy {
    RetryPolicy {
        attempts: 12,
        first_pause: Duration::from_millis(1),
        longest_pause: Duration::from_millis(20),
        timeout: Duration::from_secs(20),
    }
}

pub(crate) struct Shop {
    pub(crate) process: ShopApiProcess,
    pub(crate) client: ShopClient,
    admin: reqwest::Client,
}

impl Shop {
    pub(crate) async fn start(config: &ShopApiConfig) -> Self {
        let process = ShopApiProcess::start(Path::new(env!("CARGO_BIN_EXE_shop")), config).await.unwrap();
        let client = ShopClient::new(process.url(), quick()).unwrap();
        Self { process, client, admin: reqwest::Client::new() }
    }

    async fn tell(&self, path: &str, body: serde_json::Value) {
        let url = format!("{}{path}", self.process.url());
        let response = self.admin.post(url).json(&body).send().await.unwrap();
        assert!(response.status().is_success(), "{path}: {}", response.status());
    }

    pub(crate) async fn misbehave(&self, mode: Mode) {
        self.tell("/admin/misbehave", serde_json::json!({ "mode": mode })).await;
    }

    pub(crate) async fn advance(&self, hours: u32) {
        self.tell("/admin/advance", serde_json::json!({ "hours": hours })).await;
    }

    pub(crate) async fn stats(&self) -> Stats {
        self.client.get("/admin/stats").await.unwrap()
    }
}

/// A warehouse in a folder that goes away with it.
pub(crate) async fn warehouse() -> (TempDir, Warehouse) {
    let folder = tempfile::tempdir().unwrap();
    let warehouse = Warehouse::open(&folder.path().join("warehouse.db")).await.unwrap();
    (folder, warehouse)
}

/// The real export next to the project, if this machine has it.
pub(crate) fn real_export() -> Option<PathBuf> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared/data/online_retail_2010_12.csv");
    path.is_file().then_some(path)
}

/// A file of the same kind, kept with the tests.
pub(crate) fn excerpt() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/till_excerpt.csv")
}

//! Assets, selections, the graph.

use headwater_api::{
    Asset, AssetDetail, CheckResult, Commanded, Graph, List, ListQuery, ParseQuery, ParsedSelection, ReportVersion,
    Version, VersionQuery,
};
use headwater_core::key::AssetKey;
use reqwest::Method;
use serde::Serialize;

use crate::{Client, ClientError, IdempotencyKey};

#[derive(Serialize)]
struct Selected<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    select: Option<&'a str>,
    #[serde(flatten)]
    list: &'a ListQuery,
}

impl Client {
    /// Assets with how they are, by key; all of them without a selection.
    ///
    /// # Errors
    /// See [`ClientError`]; a text that is no selection is a `Problem` with a span.
    pub async fn assets(&self, select: Option<&str>, list: &ListQuery) -> Result<List<Asset>, ClientError> {
        self.here(Method::GET, &["assets"]).query(&Selected { select, list }).read().await
    }

    /// One asset with everything about it.
    ///
    /// # Errors
    /// See [`ClientError`].
    pub async fn asset(&self, key: &AssetKey) -> Result<AssetDetail, ClientError> {
        self.here(Method::GET, &["assets", key.as_str()]).read().await
    }

    /// Versions of an asset, newest first.
    ///
    /// # Errors
    /// See [`ClientError`].
    pub async fn asset_versions(&self, key: &AssetKey, query: &VersionQuery) -> Result<List<Version>, ClientError> {
        self.here(Method::GET, &["assets", key.as_str(), "versions"]).query(query).read().await
    }

    /// Results of an asset's checks, newest first; of one check where it is named.
    ///
    /// # Errors
    /// See [`ClientError`].
    pub async fn asset_checks(
        &self,
        key: &AssetKey,
        check: Option<&str>,
        list: &ListQuery,
    ) -> Result<List<CheckResult>, ClientError> {
        let mut segments = vec!["assets", key.as_str(), "checks"];
        segments.extend(check);
        self.here(Method::GET, &segments).query(list).read().await
    }

    /// Records a version of an asset that somebody else made.
    ///
    /// # Errors
    /// See [`ClientError`].
    pub async fn report_version(
        &self,
        key: &AssetKey,
        report: &ReportVersion,
        idempotency: &IdempotencyKey,
    ) -> Result<Commanded, ClientError> {
        self.here(Method::POST, &["assets", key.as_str(), "report"]).key(idempotency).json(report).read().await
    }

    /// Assets and the edges between them; of everything without a selection.
    ///
    /// # Errors
    /// See [`ClientError`].
    pub async fn graph(&self, select: Option<&str>) -> Result<Graph, ClientError> {
        self.here(Method::GET, &["graph"]).query(&Selected { select, list: &ListQuery::default() }).read().await
    }

    /// What a text means as a selection.
    ///
    /// # Errors
    /// See [`ClientError`]; a text that is no selection is not an error here.
    pub async fn parse_selection(&self, text: &str) -> Result<ParsedSelection, ClientError> {
        self.here(Method::GET, &["selection", "parse"]).query(&ParseQuery { text: text.to_owned() }).read().await
    }
}

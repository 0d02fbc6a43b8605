//! The route table: a route gets into the router only with the action that it does.

use axum::{Router, extract::DefaultBodyLimit, middleware};
use utoipa::openapi::OpenApi;
use utoipa_axum::router::{OpenApiRouter, UtoipaMethodRouter};

use crate::{
    app::App,
    auth::Action,
    gate::{Gate, Pace, gate},
};

/// The largest body of an ordinary route.
const ORDINARY_BODY: usize = 2 * 1024 * 1024;

/// One row: for the tests that go over every route.
#[derive(Clone, Debug)]
pub(crate) struct Row {
    /// The address with its parameters in braces.
    #[cfg_attr(not(test), expect(dead_code, reason = "read by tests that go over every route"))]
    pub(crate) path: String,
    /// The methods in capitals.
    #[cfg_attr(not(test), expect(dead_code, reason = "read by tests that go over every route"))]
    pub(crate) methods: Vec<&'static str>,
    /// What it does.
    #[cfg_attr(not(test), expect(dead_code, reason = "read by tests that go over every route"))]
    pub(crate) action: Action,
}

/// Routes with their rules.
pub(crate) struct Table {
    app: Option<App>,
    router: OpenApiRouter<App>,
    rows: Vec<Row>,
}

/// How a route differs from an ordinary one.
#[derive(Clone, Copy)]
pub(crate) struct Rule {
    pub(crate) action: Action,
    pub(crate) pace: Pace,
    pub(crate) body: usize,
}

impl From<Action> for Rule {
    fn from(action: Action) -> Self {
        Self { action, pace: Pace::Ordinary, body: ORDINARY_BODY }
    }
}

impl Rule {
    /// A route that lasts.
    pub(crate) const fn open(action: Action) -> Self {
        Self { action, pace: Pace::Open, body: ORDINARY_BODY }
    }

    /// A route with a larger body.
    #[must_use]
    pub(crate) const fn body(mut self, bytes: usize) -> Self {
        self.body = bytes;
        self
    }
}

impl Table {
    /// An empty table. Without an app it serves nothing and only documents.
    pub(crate) fn new(app: Option<App>, document: OpenApi) -> Self {
        Self { app, router: OpenApiRouter::with_openapi(document), rows: Vec::new() }
    }

    /// Adds a route, or several methods of one, under a rule.
    #[must_use]
    pub(crate) fn add(mut self, rule: impl Into<Rule>, routes: UtoipaMethodRouter<App>) -> Self {
        let rule = rule.into();
        let (schemas, paths, mut methods) = routes;
        for (path, item) in &paths.paths {
            let known = [("GET", &item.get), ("PUT", &item.put), ("POST", &item.post), ("DELETE", &item.delete)];
            let methods = known.iter().filter(|(_, operation)| operation.is_some()).map(|(name, _)| *name).collect();
            self.rows.push(Row { path: path.clone(), methods, action: rule.action });
        }
        if let Some(app) = self.app.clone() {
            let state = Gate { app, action: rule.action, pace: rule.pace };
            methods = methods
                .layer(DefaultBodyLimit::max(rule.body))
                .route_layer(middleware::from_fn_with_state(state, gate));
        }
        self.router = self.router.routes((schemas, paths, methods));
        self
    }

    /// The router, the document and the rows.
    pub(crate) fn finish(self) -> (Router<App>, OpenApi, Vec<Row>) {
        let (router, document) = self.router.split_for_parts();
        (router, document, self.rows)
    }
}

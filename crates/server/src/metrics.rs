//! The server's own figures, for Prometheus. Labels are few and known in advance: never a key, a run or a name.

use std::{sync::atomic::AtomicU64, time::Duration};

use http::Method;
use prometheus_client::{
    encoding::{EncodeLabelSet, text::encode},
    metrics::{counter::Counter, family::Family, gauge::Gauge, histogram::Histogram},
    registry::{Registry, Unit},
};

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct Answered {
    method: String,
    route: String,
    status: u16,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct OfRoute {
    route: String,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct InState {
    state: &'static str,
}

/// Figures that are read when somebody asks.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Snapshot {
    pub(crate) leading: bool,
    pub(crate) store_up: bool,
    pub(crate) last_seq: i64,
    pub(crate) queued: i64,
    pub(crate) running: i64,
    pub(crate) canceling: i64,
    pub(crate) waiting_steps: i64,
    pub(crate) workers: i64,
}

/// All figures.
pub(crate) struct Metrics {
    registry: Registry,
    requests: Family<Answered, Counter>,
    seconds: Family<OfRoute, Histogram>,
    pub(crate) streams: Gauge,
    pub(crate) log_bytes: Counter,
    leading: Gauge,
    store_up: Gauge,
    last_seq: Gauge,
    runs: Family<InState, Gauge>,
    waiting_steps: Gauge,
    workers: Gauge,
    build: Gauge<f64, AtomicU64>,
}

fn buckets() -> Histogram {
    Histogram::new([0.000_5, 0.001, 0.002_5, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0])
}

impl Default for Metrics {
    fn default() -> Self {
        let mut registry = Registry::with_prefix("headwater");
        let metrics = Self {
            requests: Family::default(),
            seconds: Family::new_with_constructor(buckets),
            streams: Gauge::default(),
            log_bytes: Counter::default(),
            leading: Gauge::default(),
            store_up: Gauge::default(),
            last_seq: Gauge::default(),
            runs: Family::default(),
            waiting_steps: Gauge::default(),
            workers: Gauge::default(),
            build: Gauge::default(),
            registry: Registry::default(),
        };
        registry.register("http_requests", "Requests that were answered", metrics.requests.clone());
        let seconds = metrics.seconds.clone();
        registry.register_with_unit("http_request_duration", "Time until the answer started", Unit::Seconds, seconds);
        registry.register("open_streams", "Event streams and log tails that are open", metrics.streams.clone());
        registry.register_with_unit("log_stored", "Compressed output stored", Unit::Bytes, metrics.log_bytes.clone());
        registry.register("leading", "1 where this server leads", metrics.leading.clone());
        registry.register("store_up", "1 where the database answers", metrics.store_up.clone());
        registry.register("last_event", "The last number of the event log", metrics.last_seq.clone());
        registry.register("runs", "Runs that have not ended, by state", metrics.runs.clone());
        registry.register("ready_steps", "Steps that are ready and wait", metrics.waiting_steps.clone());
        registry.register("workers", "Workers that are active or draining", metrics.workers.clone());
        registry.register("up", "1 while the server runs", metrics.build.clone());
        metrics.build.set(1.0);
        Self { registry, ..metrics }
    }
}

impl Metrics {
    pub(crate) fn answered(&self, method: &Method, route: &str, status: u16, after: Duration) {
        let method = match method.as_str() {
            known @ ("GET" | "HEAD" | "POST" | "PUT" | "DELETE" | "OPTIONS" | "PATCH") => known,
            _ => "other",
        };
        let answered = Answered { method: method.to_owned(), route: route.to_owned(), status };
        self.requests.get_or_create(&answered).inc();
        self.seconds.get_or_create(&OfRoute { route: route.to_owned() }).observe(after.as_secs_f64());
    }

    /// The text that Prometheus reads.
    pub(crate) fn text(&self, now: Snapshot) -> String {
        self.leading.set(now.leading.into());
        self.store_up.set(now.store_up.into());
        self.last_seq.set(now.last_seq);
        self.waiting_steps.set(now.waiting_steps);
        self.workers.set(now.workers);
        for (state, count) in [("queued", now.queued), ("running", now.running), ("canceling", now.canceling)] {
            self.runs.get_or_create(&InState { state }).set(count);
        }
        let mut text = String::new();
        // Writing to a string cannot fail.
        let _ = encode(&mut text, &self.registry);
        text
    }
}

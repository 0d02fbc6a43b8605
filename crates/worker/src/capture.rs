//! Ties what happens in user code to the attempt in which it happens: `tracing` events and panics.

use std::{
    backtrace::Backtrace,
    cell::RefCell,
    fmt,
    future::Future,
    panic::{AssertUnwindSafe, PanicHookInfo},
    sync::Once,
};

use futures_util::FutureExt as _;
use headwater_core::{manifest::ErrorClass, report::StepFailure};
use serde_json::{Map, Value};
use tracing::{Event, Subscriber, field::Field, field::Visit};
use tracing_subscriber::{Layer, layer::Context, registry::LookupSpan};

use crate::logs::{Level, StepLog};

tokio::task_local! {
    /// The log of the attempt that the current task works for.
    static CURRENT: StepLog;
}

thread_local! {
    /// What the panic hook saw last on this thread while an attempt was running on it.
    static PANIC: RefCell<Option<(String, String)>> = const { RefCell::new(None) };
}

/// Runs a future for an attempt: its `tracing` events go to the attempt's log, and its panic becomes a failure with
/// a backtrace.
///
/// # Errors
/// A failure of class [`ErrorClass::PANIC`].
pub async fn scoped<T>(log: StepLog, future: impl Future<Output = T>) -> Result<T, StepFailure> {
    install_hook();
    CURRENT.scope(log, AssertUnwindSafe(future).catch_unwind()).await.map_err(|payload| panicked(payload.as_ref()))
}

/// Runs blocking code for an attempt on the current thread, as [`scoped`] does for a future.
///
/// # Errors
/// A failure of class [`ErrorClass::PANIC`].
pub fn scoped_blocking<T>(log: StepLog, code: impl FnOnce() -> T) -> Result<T, StepFailure> {
    install_hook();
    CURRENT
        .sync_scope(log, || std::panic::catch_unwind(AssertUnwindSafe(code)))
        .map_err(|payload| panicked(payload.as_ref()))
}

/// Lets the panic hook keep message and backtrace of panics inside attempts; others go to the hook before.
fn install_hook() {
    static INSTALLED: Once = Once::new();
    INSTALLED.call_once(|| {
        let before = std::panic::take_hook();
        std::panic::set_hook(Box::new(move |info| {
            if CURRENT.try_with(|_| ()).is_ok() {
                remember(info);
            } else {
                before(info);
            }
        }));
    });
}

fn remember(info: &PanicHookInfo<'_>) {
    let place = info.location().map(ToString::to_string).unwrap_or_default();
    let backtrace = Backtrace::force_capture().to_string();
    PANIC.with(|seen| *seen.borrow_mut() = Some((place, backtrace)));
}

fn panicked(payload: &(dyn std::any::Any + Send)) -> StepFailure {
    let message = payload
        .downcast_ref::<&str>()
        .map(|text| (*text).to_owned())
        .or_else(|| payload.downcast_ref::<String>().cloned())
        .unwrap_or_else(|| "the panic carries no text".to_owned());
    let (place, backtrace) = PANIC.with(|seen| seen.borrow_mut().take()).unwrap_or_default();
    let mut failure = StepFailure::new(ErrorClass::PANIC, format!("the step panicked at {place}: {message}"));
    failure.details = backtrace;
    failure
}

/// A layer that sends `tracing` events of attempts to their logs and knows nothing of others.
pub fn layer<S: Subscriber + for<'a> LookupSpan<'a>>() -> impl Layer<S> {
    Capture
}

/// Whether the current task works for an attempt, so that a console layer can leave its events out.
pub fn is_inside() -> bool {
    CURRENT.try_with(|_| ()).is_ok()
}

struct Capture;

impl<S: Subscriber + for<'a> LookupSpan<'a>> Layer<S> for Capture {
    fn on_event(&self, event: &Event<'_>, _: Context<'_, S>) {
        let _ = CURRENT.try_with(|log| {
            let mut fields = Fields::default();
            event.record(&mut fields);
            let meta = event.metadata();
            log.record(level(*meta.level()), meta.target(), &fields.message, fields.others);
        });
    }
}

fn level(level: tracing::Level) -> Level {
    match level {
        tracing::Level::ERROR => Level::Error,
        tracing::Level::WARN => Level::Warn,
        tracing::Level::INFO => Level::Info,
        _ => Level::Debug,
    }
}

/// The fields of an event as JSON, with the message apart.
#[derive(Default)]
struct Fields {
    message: String,
    others: Map<String, Value>,
}

impl Fields {
    fn put(&mut self, field: &Field, value: Value) {
        if field.name() == "message" {
            self.message = value.as_str().map_or_else(|| value.to_string(), str::to_owned);
        } else {
            self.others.insert(field.name().to_owned(), value);
        }
    }
}

impl Visit for Fields {
    fn record_debug(&mut self, field: &Field, value: &dyn fmt::Debug) {
        self.put(field, Value::String(format!("{value:?}")));
    }

    fn record_str(&mut self, field: &Field, value: &str) {
        self.put(field, value.into());
    }

    fn record_i64(&mut self, field: &Field, value: i64) {
        self.put(field, value.into());
    }

    fn record_u64(&mut self, field: &Field, value: u64) {
        self.put(field, value.into());
    }

    fn record_f64(&mut self, field: &Field, value: f64) {
        self.put(field, value.into());
    }

    fn record_bool(&mut self, field: &Field, value: bool) {
        self.put(field, value.into());
    }
}

//! Ties what happens in user code to the attempt in which it happens: `tracing` events and panics.
//!
//! An attempt is known by its task, and by a span that the whole attempt is in. Code that user code starts on a task of
//! its own belongs to the attempt if it is started by [`spawn`], or takes the current span along; a bare
//! `tokio::spawn` leaves both behind. What is printed to the process's own standard output has no attempt at all.

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
use tokio::task::JoinHandle;
use tracing::{
    Event, Instrument as _, Subscriber,
    field::{Field, Visit},
    instrument::WithSubscriber as _,
    span::{Attributes, Id, Record},
};
use tracing_subscriber::{Layer, layer::Context, registry::LookupSpan};

use crate::logs::{Level, StepLog};

tokio::task_local! {
    /// The log of the attempt that the current task works for.
    static CURRENT: StepLog;
}

thread_local! {
    /// The logs of the attempts whose spans are entered on this thread, innermost last.
    static ENTERED: RefCell<Vec<StepLog>> = const { RefCell::new(Vec::new()) };
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
    let span = CURRENT.sync_scope(log.clone(), || tracing::debug_span!(parent: None, "attempt"));
    let guarded = AssertUnwindSafe(future.instrument(span)).catch_unwind();
    CURRENT.scope(log, guarded).await.map_err(|payload| panicked(payload.as_ref()))
}

/// Starts a task that belongs to an attempt: its `tracing` events go to the attempt's log, and so does its panic,
/// which whoever waits for the task sees as well.
///
/// # Panics
/// Outside a tokio runtime.
pub fn spawn<T: Send + 'static>(log: StepLog, future: impl Future<Output = T> + Send + 'static) -> JoinHandle<T> {
    install_hook();
    let told = log.clone();
    let guarded = AssertUnwindSafe(future.in_current_span()).catch_unwind();
    let watched = async move {
        guarded.await.unwrap_or_else(|payload| {
            let failure = panicked(payload.as_ref());
            told.error(format!("a task of {}\n{}", failure.message, failure.details));
            std::panic::resume_unwind(payload)
        })
    };
    tokio::spawn(CURRENT.scope(log, watched).with_current_subscriber())
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

/// Whether the current code works for an attempt, so that a console layer can leave its events out.
pub fn is_inside() -> bool {
    current().is_some()
}

/// The log of the attempt that the current code works for.
fn current() -> Option<StepLog> {
    CURRENT.try_with(StepLog::clone).ok().or_else(|| ENTERED.with_borrow(|entered| entered.last().cloned()))
}

/// The field in which a record names the spans that it is in.
const SPANS: &str = "span";

/// What is kept with a span of an attempt.
struct InAttempt {
    log: StepLog,
    fields: Map<String, Value>,
}

struct Capture;

impl<S: Subscriber + for<'a> LookupSpan<'a>> Layer<S> for Capture {
    fn on_new_span(&self, attributes: &Attributes<'_>, id: &Id, context: Context<'_, S>) {
        let Some(span) = context.span(id) else { return };
        let of_parent = || span.parent()?.extensions().get::<InAttempt>().map(|parent| parent.log.clone());
        let Some(log) = current().or_else(of_parent) else { return };
        let mut fields = Fields::default();
        attributes.record(&mut fields);
        span.extensions_mut().insert(InAttempt { log, fields: fields.all() });
    }

    fn on_record(&self, id: &Id, values: &Record<'_>, context: Context<'_, S>) {
        let Some(span) = context.span(id) else { return };
        if let Some(known) = span.extensions_mut().get_mut::<InAttempt>() {
            let mut fields = Fields::default();
            values.record(&mut fields);
            known.fields.extend(fields.all());
        }
    }

    fn on_enter(&self, id: &Id, context: Context<'_, S>) {
        let log = context.span(id).and_then(|span| span.extensions().get::<InAttempt>().map(|known| known.log.clone()));
        if let Some(log) = log {
            ENTERED.with_borrow_mut(|entered| entered.push(log));
        }
    }

    fn on_exit(&self, id: &Id, context: Context<'_, S>) {
        if context.span(id).is_some_and(|span| span.extensions().get::<InAttempt>().is_some()) {
            ENTERED.with_borrow_mut(Vec::pop);
        }
    }

    fn on_event(&self, event: &Event<'_>, context: Context<'_, S>) {
        let Some(log) = current() else { return };
        let mut fields = Fields::default();
        event.record(&mut fields);
        let meta = event.metadata();
        let mut others = around(event, &context);
        others.extend(fields.others);
        log.record(level(*meta.level()), meta.target(), &fields.message, others);
    }
}

/// The fields of the spans around an event, those of inner spans over those of outer ones, and the names of the spans.
fn around<S: Subscriber + for<'a> LookupSpan<'a>>(event: &Event<'_>, context: &Context<'_, S>) -> Map<String, Value> {
    let mut all = Map::new();
    let mut names = Vec::new();
    for span in context.event_scope(event).into_iter().flat_map(|scope| scope.from_root()) {
        if let Some(InAttempt { fields, .. }) = span.extensions().get() {
            all.extend(fields.clone());
            names.push(span.name());
        }
    }
    // The outermost one is the attempt's own.
    if names.len() > 1 {
        all.insert(SPANS.to_owned(), names[1..].join(":").into());
    }
    all
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
    /// All of them, for a span, whose `message` is a field like others.
    fn all(mut self) -> Map<String, Value> {
        if !self.message.is_empty() {
            self.others.insert("message".to_owned(), self.message.into());
        }
        self.others
    }

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

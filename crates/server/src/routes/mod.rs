//! The routes, one file per resource, and the table of all of them.

mod alerts;
mod assets;
mod catalog;
mod checks;
mod deliveries;
mod deploys;
mod diff;
mod errors;
mod event_stream;
mod events;
mod graph;
mod home;
mod incidents;
mod log_chunks;
mod log_tail;
mod logs;
mod overview;
mod pools;
mod probes;
mod queue;
mod report;
mod run_commands;
mod run_records;
mod runs;
mod schedules;
mod selection;
mod show;
mod status;
mod steps;
mod ticks;
mod versions;
mod worker;
mod workers;

use utoipa::OpenApi;
use utoipa_axum::routes;

use crate::{
    app::App,
    auth::Action,
    table::{Rule, Table},
};

/// The most that a manifest or a poll may have.
const LARGE_BODY: usize = 64 * 1024 * 1024;
/// The most that a chunk of output may have, compressed.
const CHUNK_BODY: usize = 8 * 1024 * 1024;

#[derive(OpenApi)]
#[openapi(
    info(
        title = "Headwater",
        description = "The HTTP API of Headwater.\n\nInstants are RFC 3339 in UTC, ids are UUIDs, lists come in parts \
            with an opaque `next`. Commands take an `Idempotency-Key` header and are durable when they are answered. \
            An asset key is one segment of the address: write its slashes as `%2F`. Whatever is refused is answered \
            with a `Problem`, whose `code` has a page at `/errors/{code}`.",
        license(name = "Apache-2.0", identifier = "Apache-2.0"),
    ),
    components(schemas(headwater_api::Problem, headwater_api::LogStream))
)]
struct Document;

/// Every route. Without an app it only documents.
pub(crate) fn table(app: Option<App>) -> Table {
    let table = Table::new(app, Document::openapi())
        .add(Action::Public, routes!(home::home))
        .add(Action::Public, routes!(home::openapi_json))
        .add(Action::Public, routes!(errors::error_page))
        .add(Action::Public, routes!(probes::healthz))
        .add(Action::Public, routes!(probes::readyz))
        .add(Action::ReadMetrics, routes!(probes::metrics))
        .add(Action::Public, routes!(status::version))
        .add(Action::Read, routes!(status::status))
        .add(Action::Read, routes!(workers::workers));
    worker_routes(run_routes(alert_routes(deployment_routes(table))))
}

fn deployment_routes(table: Table) -> Table {
    table
        .add(Action::Read, routes!(deploys::deployments))
        .add(Action::Read, routes!(assets::assets))
        .add(Action::Read, routes!(assets::asset))
        .add(Action::Read, routes!(versions::versions))
        .add(Action::Read, routes!(checks::checks))
        .add(Action::Read, routes!(checks::check))
        .add(Action::Report, routes!(report::report))
        .add(Action::Read, routes!(graph::graph))
        .add(Action::Read, routes!(overview::overview))
        .add(Action::Read, routes!(versions::series))
        .add(Action::Read, routes!(diff::diff))
        .add(Action::Run, routes!(schedules::run_now))
        .add(Action::Read, routes!(selection::parse))
        .add(Action::Read, routes!(schedules::schedules))
        .add(Action::Read, routes!(ticks::ticks))
        .add(Action::Read, routes!(ticks::preview))
        .add(Action::SwitchSchedule, routes!(schedules::switch))
        .add(Action::Read, routes!(pools::pools))
        .add(Action::SetLimit, routes!(pools::set_pool))
        .add(Action::ReadLeader, routes!(queue::queue))
        .add(Action::Read, routes!(deploys::deploys))
        .add(Rule::from(Action::Deploy).body(LARGE_BODY), routes!(deploys::deploy))
        .add(Action::Read, routes!(deploys::snapshot))
        .add(Action::Read, routes!(catalog::jobs))
        .add(Action::Read, routes!(catalog::resources))
        .add(Action::Read, routes!(events::events))
        .add(Rule::open(Action::Read), routes!(event_stream::event_stream))
}

fn alert_routes(table: Table) -> Table {
    table
        .add(Action::Read, routes!(alerts::policies))
        .add(Action::Alert, routes!(alerts::mute_policy))
        .add(Action::Alert, routes!(alerts::test_policy))
        .add(Action::Read, routes!(alerts::channels))
        .add(Action::Alert, routes!(alerts::test_channel))
        .add(Action::Read, routes!(incidents::incidents))
        .add(Action::Read, routes!(incidents::incident))
        .add(Action::Alert, routes!(incidents::acknowledge))
        .add(Action::Alert, routes!(incidents::mute_incident))
        .add(Action::Read, routes!(deliveries::deliveries))
}

fn run_routes(table: Table) -> Table {
    table
        .add(Action::Read, routes!(runs::runs))
        .add(Action::Run, routes!(run_commands::launch))
        .add(Action::Read, routes!(runs::run))
        .add(Action::Run, routes!(run_commands::cancel))
        .add(Action::Run, routes!(run_commands::retry))
        .add(Action::Read, routes!(steps::steps))
        .add(Action::Read, routes!(steps::attempts))
        .add(Action::Read, routes!(run_records::run_events))
        .add(Action::Read, routes!(run_records::run_versions))
        .add(Action::Read, routes!(run_records::run_checks))
        .add(Action::ReadLogs, routes!(logs::log))
        .add(Rule::open(Action::ReadLogs), routes!(log_tail::log_tail))
}

fn worker_routes(table: Table) -> Table {
    table
        .add(Action::Work, routes!(worker::join))
        .add(Rule::open(Action::Work).body(LARGE_BODY), routes!(worker::poll))
        .add(Rule::from(Action::WriteLogs).body(CHUNK_BODY), routes!(log_chunks::put_log_chunk))
}

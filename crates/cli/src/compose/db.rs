//! `db`: migrations by hand.

use std::path::Path;

use headwater_sql::{MigrationStatus, SqlOptions, SqlStore};

use super::plane;
use crate::{
    args::DbCommand,
    context::Context,
    edge,
    failure::{Done, Exit, Failure},
    output::{
        Style, Tone,
        table::{Cell, table},
    },
};

pub(crate) async fn db(context: &Context, command: DbCommand) -> Done {
    match command {
        DbCommand::Migrate { database } => migrate(context, &url(database.database)).await,
        DbCommand::Status { database } => status(context, &url(database.database)).await,
    }
}

fn url(given: Option<String>) -> String {
    given.unwrap_or_else(|| plane::sqlite_in(Path::new(".headwater")))
}

async fn connect(url: &str) -> Result<SqlStore, Failure> {
    SqlStore::connect(url, &SqlOptions::default()).await.map_err(|error| {
        let mut failure = plane::store_failed(&error);
        if failure.code == "database-in-use" {
            failure.hint = Some("a server brings its database up to date when it starts; stop it to look".to_owned());
        }
        failure
    })
}

async fn migrate(context: &Context, url: &str) -> Done {
    let store = plane::open(url, plane::Migrate::Nothing).await?;
    let applied = store.migrate().await.map_err(|error| plane::store_failed(&error));
    store.close().await;
    let applied = applied?;
    context.output.show(&serde_json::json!({ "applied": applied }), |_| match applied.as_slice() {
        [] => "nothing to do: the database is up to date".to_owned(),
        names => format!("applied {}", names.join(", ")),
    })?;
    Ok(Exit::Success)
}

async fn status(context: &Context, url: &str) -> Done {
    // Looking must not make a file.
    let file = url.strip_prefix("sqlite://").or_else(|| url.strip_prefix("sqlite:")).unwrap_or(url);
    if !url.starts_with("postgres") && !Path::new(file).exists() {
        return Err(Failure::usage(format!("there is no database at {file}"))
            .hint(format!("name one with --database, or make it with `{} db migrate`", edge::program())));
    }
    let store = connect(url).await?;
    let status = store.migrations().await.map_err(|error| plane::store_failed(&error));
    store.close().await;
    let status = status?;
    let document = serde_json::json!({
        "applied": status.applied, "pending": status.pending, "unknown": status.unknown,
    });
    context.output.show(&document, |style| page(style, &status))?;
    Ok(if status.pending.is_empty() && status.unknown.is_empty() { Exit::Success } else { Exit::Failed })
}

fn page(style: &Style, status: &MigrationStatus) -> String {
    let row = |name: &str, state, tone| vec![Cell::new(name), Cell::toned(state, tone)];
    let mut rows: Vec<_> = status.applied.iter().map(|name| row(name, "applied", Tone::Good)).collect();
    rows.extend(status.pending.iter().map(|name| row(name, "missing", Tone::Warn)));
    rows.extend(status.unknown.iter().map(|number| row(&number.to_string(), "of a later version", Tone::Bad)));
    table(style, &["migration", "state"], rows, "no migrations")
}

//! The commands, one file each (or one per noun).

mod alerts;
mod asset;
mod checks;
mod deploy;
mod doctor;
mod documents;
#[cfg(test)]
mod fixtures;
mod follow;
mod graph;
mod init;
mod list;
mod logs;
mod materialize;
mod metadata;
mod pool;
mod profile;
mod runs;
mod schedule;
mod token;
mod validate;
mod workers;

use crate::{
    args::Command,
    compose,
    context::Context,
    failure::{Done, Exit, Failure},
};

#[cfg(feature = "server")]
pub(crate) use {
    follow::follow_quietly,
    materialize::{check_selection, launch},
    runs::short,
};

/// Runs a command to its end.
pub(crate) async fn dispatch(context: &Context, command: Command) -> Done {
    match command {
        Command::Init(args) => init::init(context, &args),
        Command::Dev(args) => compose::dev(context, args).await,
        Command::Server(args) => compose::server(context, args).await,
        Command::Worker(args) => compose::worker(context, args).await,
        Command::Validate(args) => validate::validate(context, &args).await,
        Command::Ls(args) => list::ls(context, &args).await,
        Command::Graph(args) => graph::graph(context, &args).await,
        Command::Materialize(args) => materialize::materialize(context, args).await,
        Command::Runs(command) => runs::runs(context, command).await,
        Command::Asset(command) => asset::asset(context, command).await,
        Command::Alerts(command) => alerts::alerts(context, command).await,
        Command::Incidents(command) => alerts::incidents(context, command).await,
        Command::Schedule(command) => schedule::schedule(context, command).await,
        Command::Pool(command) => pool::pool(context, command).await,
        Command::Queue => pool::queue(context).await,
        Command::Workers => workers::workers(context).await,
        Command::Deploy(args) => deploy::deploy(context, &args).await,
        Command::Deploys(args) => deploy::deploys(context, &args).await,
        Command::Doctor(args) => doctor::doctor(context, &args).await,
        Command::Db(command) => compose::db(context, command).await,
        Command::Profile(command) => profile::profile(context, command),
        Command::Token(command) => token::token(context, command),
        Command::Completions { shell } => documents::completions(context, shell),
        Command::Man(args) => documents::man(context, &args),
        Command::Openapi => documents::openapi(context),
        Command::Schema => documents::schema(context),
        Command::Guard { state } => compose::guard(&state),
    }
}

/// Adds where ids are listed to a failure of a command that names something by its id.
fn where_ids_are(mut failure: Failure, hint: &str) -> Failure {
    if failure.exit == Exit::Usage {
        failure.details.extend(failure.hint.take());
        return failure.hint(hint);
    }
    failure
}

//! What stays: a server, a worker, or both in one process. Here, and only here, the parts of the product meet.

mod logging;
mod signals;
mod worker;

#[cfg(feature = "server")]
mod alerts;
#[cfg(feature = "server")]
mod db;
#[cfg(feature = "server")]
mod dev;
#[cfg(feature = "server")]
mod feed;
#[cfg(feature = "server")]
mod plane;
#[cfg(feature = "server")]
mod server;

#[cfg(feature = "server")]
pub(crate) use self::{db::db, dev::dev, server::server};
pub(crate) use worker::{guard, worker};

#[cfg(not(feature = "server"))]
mod without_server {
    use crate::{
        args::{DbCommand, DevArgs, ServerArgs},
        context::Context,
        failure::{Done, Failure},
    };

    fn refuse(command: &str) -> Done {
        Err(Failure::usage(format!("there is no server in this binary, so it cannot do `{command}`")).hint(
            "build it with `headwater = { …, features = [\"server\"] }` in Cargo.toml, or use the stock `headwater`",
        ))
    }

    pub(crate) async fn dev(_: &Context, _: DevArgs) -> Done {
        refuse("dev")
    }

    pub(crate) async fn server(_: &Context, _: ServerArgs) -> Done {
        refuse("server")
    }

    pub(crate) async fn db(_: &Context, _: DbCommand) -> Done {
        refuse("db")
    }
}

#[cfg(not(feature = "server"))]
pub(crate) use without_server::{db, dev, server};

//! `server`: a control plane of its own.

use std::{net::SocketAddr, path::Path};

use headwater_server::{ServerOptions, TokenEntry};
use serde::Deserialize;
use tokio::net::TcpListener;

use super::{
    logging,
    plane::{self, Migrate, Parts, Plane},
    signals::Signals,
};
use crate::{
    args::ServerArgs,
    context::Context,
    edge,
    failure::{Done, Exit, Failure},
};

pub(crate) async fn server(context: &Context, args: ServerArgs) -> Done {
    let options = ServerOptions {
        tokens: args.tokens.as_deref().map(read_tokens).transpose()?.unwrap_or_default(),
        allowed_hosts: args.allowed_hosts,
        ..ServerOptions::default()
    };
    options.check(args.listen).map_err(|error| plane::setup_failed(&error))?;
    logging::start(&context.output, args.log_format, "info")?;
    let mut signals = Signals::new()?;
    let listener = bind(args.listen).await?;
    let address = listener.local_addr().unwrap_or(args.listen);
    let url = args.database.database.unwrap_or_else(|| plane::sqlite_in(&args.data));
    let migrate = if args.no_migrate { Migrate::Refuse } else { Migrate::Apply };
    let parts = Parts {
        store: plane::open(&url, migrate).await?,
        data: &args.data,
        listener,
        address: args.advertise.unwrap_or_else(|| advertised(address)),
        options,
        alerts: args.alerts,
        url: format!("http://{address}"),
        lease: args.lease,
    };
    let mut plane = Plane::start(parts)?;
    let shown = serde_json::json!({ "kind": "listening", "url": format!("http://{address}") });
    context.output.record(&shown, |_| format!("listening on http://{address}"))?;
    tokio::select! {
        failure = plane.ended() => return Err(failure),
        () = signals.next() => {}
    }
    tracing::info!("shutting down");
    tokio::select! {
        () = plane.stop() => Ok(Exit::Success),
        () = signals.next() => Ok(Exit::Interrupted),
    }
}

async fn bind(address: SocketAddr) -> Result<TcpListener, Failure> {
    TcpListener::bind(address).await.map_err(|error| bind_failed(address, &error))
}

pub(super) fn bind_failed(address: SocketAddr, error: &std::io::Error) -> Failure {
    let failure = Failure::new(Exit::Failed, "listen", format!("cannot listen on {address}: {error}"));
    match error.kind() {
        std::io::ErrorKind::AddrInUse => failure.hint("something else listens there; choose another port"),
        std::io::ErrorKind::PermissionDenied => failure.hint("ports below 1024 need a privilege; choose a higher one"),
        _ => failure,
    }
}

/// Where other servers reach one that listens on every address: under the host's name.
fn advertised(address: SocketAddr) -> String {
    if !address.ip().is_unspecified() {
        return format!("http://{address}");
    }
    let host = nix::unistd::gethostname().ok().and_then(|name| name.into_string().ok());
    format!("http://{}:{}", host.unwrap_or_else(|| "127.0.0.1".to_owned()), address.port())
}

/// The file that says who may ask.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct TokenFile {
    #[serde(default)]
    token: Vec<TokenEntry>,
}

fn read_tokens(path: &Path) -> Result<Vec<TokenEntry>, Failure> {
    let text = std::fs::read_to_string(path).map_err(|error| Failure::file("read", path, &error))?;
    let file: TokenFile = toml::from_str(&text).map_err(|error| {
        Failure::usage(format!("{} is not a file of tokens", path.display()))
            .detail(error.to_string().trim_end().to_owned())
            .hint(format!("`{} token new` prints entries that are right", edge::program()))
    })?;
    if file.token.is_empty() {
        return Err(Failure::usage(format!("{} has no [[token]]", path.display()))
            .hint(format!("`{} token new --name me --role admin` prints one", edge::program())));
    }
    Ok(file.token)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn token_files_are_checked() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("tokens.toml");
        let read = |text: &str| {
            std::fs::write(&path, text).unwrap();
            read_tokens(&path)
        };
        let hash = "0".repeat(64);
        let tokens = read(&format!("[[token]]\nname = \"ci\"\nrole = \"operator\"\nsha256 = \"{hash}\"\n")).unwrap();
        assert_eq!((tokens.len(), tokens[0].name.as_str()), (1, "ci"));
        assert!(read("").unwrap_err().message.contains("no [[token]]"));
        assert!(read("[[token]]\nname = \"ci\"\n").unwrap_err().message.contains("not a file of tokens"));
        assert!(read_tokens(Path::new("nowhere/tokens.toml")).unwrap_err().message.contains("cannot read"));
    }

    #[test]
    fn an_open_address_is_told_by_name() {
        assert_eq!(advertised(([127, 0, 0, 1], 4000).into()), "http://127.0.0.1:4000");
        let open = advertised(([0, 0, 0, 0], 4000).into());
        assert!(open.ends_with(":4000") && !open.contains("0.0.0.0"), "{open}");
    }
}

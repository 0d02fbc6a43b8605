//! `doctor`: what is wrong with a server and the way to it.

use std::path::Path;

use headwater_api::{ErrorCode, Leading, Status, Worker};
use headwater_client::{Client, ClientError};
use headwater_core::record::WorkerState;
use serde::Serialize;

use crate::{
    args::DoctorArgs,
    context::Context,
    edge,
    failure::{Done, Exit},
    output::{
        Style, Tone,
        table::{Cell, table},
        time,
    },
};

/// Less free space than this is a problem soon, in bytes.
const LITTLE_SPACE: u64 = 5_000_000_000;
/// Less free space than this is a problem now, in bytes.
const NO_SPACE: u64 = 200_000_000;

/// How one thing is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
enum Health {
    Ok,
    Warn,
    Fail,
}

/// One thing that was looked at.
#[derive(Debug, Serialize)]
struct Probe {
    what: &'static str,
    health: Health,
    found: String,
    #[serde(skip_serializing_if = "String::is_empty")]
    hint: String,
}

impl Probe {
    fn new(what: &'static str, health: Health, found: impl Into<String>, hint: impl Into<String>) -> Self {
        Self { what, health, found: found.into(), hint: hint.into() }
    }

    fn ok(what: &'static str, found: impl Into<String>) -> Self {
        Self::new(what, Health::Ok, found, "")
    }
}

pub(crate) async fn doctor(context: &Context, args: &DoctorArgs) -> Done {
    let target = context.target()?;
    let profile = target.profile.as_ref().map_or_else(String::new, |name| format!(" (profile {name})"));
    let mut probes = vec![Probe::ok("address", format!("{}{profile}", target.url))];
    let mut exit = Exit::Success;
    match context.client() {
        Ok(client) => exit = ask(&client, &mut probes).await,
        Err(failure) => {
            probes.push(Probe::new("address", Health::Fail, failure.message, failure.hint.unwrap_or_default()));
        }
    }
    probes.extend(disk(&args.data));
    context.output.show(&probes, |style| page(style, &probes))?;
    let broken = probes.iter().any(|probe| probe.health == Health::Fail);
    Ok(if exit == Exit::Success && broken { Exit::Failed } else { exit })
}

async fn ask(client: &Client, probes: &mut Vec<Probe>) -> Exit {
    match client.version().await {
        Ok(version) => probes.push(versions(&version.version, env!("CARGO_PKG_VERSION"))),
        Err(error) => {
            probes.push(unreachable(&error));
            return Exit::Unreachable;
        }
    }
    match client.status().await {
        Ok(status) => of_status(&status, probes),
        Err(error) => probes.push(refused("status", &error)),
    }
    match client.workers().await {
        Ok(list) => probes.push(workers(&list.items)),
        Err(error) => probes.push(refused("workers", &error)),
    }
    Exit::Success
}

fn unreachable(error: &ClientError) -> Probe {
    match error {
        ClientError::Unreachable { reason, hint, .. } => Probe::new("server", Health::Fail, reason, hint),
        error => Probe::new("server", Health::Fail, error.to_string(), "does something else listen at this address?"),
    }
}

fn refused(what: &'static str, error: &ClientError) -> Probe {
    let hint = match error.code() {
        Some(ErrorCode::Unauthorized) => "give a token with --token, HEADWATER_TOKEN or a profile",
        Some(ErrorCode::Forbidden) => "the token's role does not allow it; use another one",
        _ => "the server's log says more",
    };
    Probe::new(what, Health::Fail, error.to_string(), hint)
}

fn versions(server: &str, client: &str) -> Probe {
    if server == client {
        return Probe::ok("version", format!("{server}, the same here"));
    }
    Probe::new("version", Health::Warn, format!("server {server}, here {client}"), "use the same version on both sides")
}

fn of_status(status: &Status, probes: &mut Vec<Probe>) {
    probes.push(match &status.leading {
        Leading::Leading { term } => Probe::ok("leader", format!("this server, term {term}")),
        Leading::Following { leader } => Probe::ok("leader", leader),
        Leading::Starting => {
            Probe::new("leader", Health::Warn, "nobody yet", "wait a few seconds; a new leader is there within ten")
        }
        Leading::Blind { reason } => Probe::new(
            "leader",
            Health::Fail,
            format!("nobody: {reason}"),
            "see to the database; the server goes on by itself",
        ),
    });
    match (&status.store, &status.store_error) {
        (Some(store), _) => {
            probes.push(Probe::ok("database", &store.engine));
            if !store.pending.is_empty() {
                let migrate = format!("{} db migrate --database URL", edge::program());
                let found = format!("{} missing: {}", store.pending.len(), store.pending.join(", "));
                probes.push(Probe::new("migrations", Health::Fail, found, &migrate));
            } else {
                probes.push(Probe::ok("migrations", format!("all {} applied", store.applied.len())));
            }
            for warning in &store.warnings {
                probes.push(Probe::new("database", Health::Warn, warning, ""));
            }
        }
        (None, reason) => {
            let found = reason.clone().unwrap_or_else(|| "it does not answer".to_owned());
            probes.push(Probe::new("database", Health::Fail, found, "is it running, and does it accept connections?"));
        }
    }
    let runs = format!("{} in progress, {} waiting", status.running_runs, status.queued_runs);
    probes.push(Probe::ok("runs", runs));
    probes.push(Probe::ok("you", format!("{} ({})", status.principal.name, role(status))));
}

fn role(status: &Status) -> String {
    serde_json::to_value(status.principal.role)
        .ok()
        .and_then(|role| role.as_str().map(str::to_owned))
        .unwrap_or_default()
}

fn workers(workers: &[Worker]) -> Probe {
    let of = |state| workers.iter().filter(|worker| worker.state == state).count();
    let (active, draining) = (of(WorkerState::Active), of(WorkerState::Draining));
    if active == 0 {
        let hint = "start one with your project's `worker` command; runs wait until then";
        return Probe::new("workers", Health::Warn, format!("none active, {draining} draining"), hint);
    }
    let slots: u32 =
        workers.iter().filter(|worker| worker.state == WorkerState::Active).map(|worker| worker.slots).sum();
    let ours = env!("CARGO_PKG_VERSION");
    let other = workers.iter().find(|worker| worker.state == WorkerState::Active && worker.version != ours);
    let found = format!("{active} active with {slots} slots, {draining} draining");
    match other {
        Some(worker) => {
            let found = format!("{found}; {} has version {}", worker.name, worker.version);
            Probe::new("workers", Health::Warn, found, "restart it with a binary of this version")
        }
        None => Probe::ok("workers", found),
    }
}

/// The free space where the data is; nothing where that is not on this machine.
fn disk(data: &Path) -> Option<Probe> {
    let found = nix::sys::statvfs::statvfs(data).ok()?;
    let free = (found.blocks_available() as u64).saturating_mul(found.fragment_size() as u64);
    let text = format!("{} free for {}", time::bytes(free), data.display());
    Some(match free {
        ..NO_SPACE => Probe::new("disk", Health::Fail, text, "make room now: commits and logs fail without space"),
        NO_SPACE..LITTLE_SPACE => Probe::new("disk", Health::Warn, text, "make room soon"),
        _ => Probe::ok("disk", text),
    })
}

fn page(style: &Style, probes: &[Probe]) -> String {
    let rows = probes.iter().map(|probe| {
        let health = match probe.health {
            Health::Ok => Cell::toned("ok", Tone::Good),
            Health::Warn => Cell::toned("warn", Tone::Warn),
            Health::Fail => Cell::toned("fail", Tone::Bad),
        };
        vec![health, Cell::new(probe.what), Cell::new(&probe.found), Cell::toned(&probe.hint, Tone::Busy)]
    });
    table(style, &["", "what", "found", "what to do"], rows.collect(), "")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn differing_versions_are_worth_a_look() {
        assert_eq!(versions("1.2.0", "1.2.0").health, Health::Ok);
        assert_eq!(versions("1.2.0", "1.3.0").health, Health::Warn);
        assert_eq!(workers(&[]).health, Health::Warn);
    }

    #[test]
    fn only_what_is_here_has_a_disk() {
        assert!(disk(Path::new("/")).is_some());
        assert!(disk(Path::new("/nowhere/at/all")).is_none());
    }
}

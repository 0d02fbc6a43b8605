//! `shop demo`: what a new user runs first. It uses nothing but the command line that everybody has: `dev` as a process
//! of its own, `materialize` in front of the user, and the API for the summary.

use super::{CommandError, read, summary, usage};
use crate::setup::Settings;
use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;
use std::ffi::OsString;
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::process::{ExitCode, ExitStatus, Stdio};
use tokio::io::{AsyncBufReadExt, BufReader};
use tokio::process::{Child, ChildStdout, Command};
use tokio::signal::unix::{SignalKind, signal};

/// Where commands look for a server that is not named.
const DEFAULT_URL: &str = "http://127.0.0.1:4000";

/// What comes after the run.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Afterwards {
    KeepServing,
    Exit,
}

/// What was asked for.
#[derive(Debug)]
pub(super) struct Options {
    data: PathBuf,
    port: Option<u16>,
    afterwards: Afterwards,
}

impl Options {
    pub(super) fn read(arguments: &[String]) -> Result<Self, CommandError> {
        let mut options = Self { data: PathBuf::from(".headwater"), port: None, afterwards: Afterwards::KeepServing };
        let mut arguments = arguments.iter();
        while let Some(name) = arguments.next() {
            let mut value = || arguments.next().ok_or_else(|| usage(format!("{name} needs a value")));
            match name.as_str() {
                "--exit" => options.afterwards = Afterwards::Exit,
                "--data" => options.data = PathBuf::from(value()?),
                "--port" => options.port = Some(read(name, value()?)?),
                _ => return Err(usage(format!("demo has no option {name}"))),
            }
        }
        Ok(options)
    }
}

pub(super) async fn demo(options: &Options) -> Result<ExitCode, CommandError> {
    let mut server = Server::start(options).await?;
    let run = server.materialize().await?;
    let mut out = io::stdout();
    writeln!(out, "{}", summary::of(&server.url).await?)?;
    if options.afterwards == Afterwards::KeepServing {
        let next = what_next(&server.url, Path::new(&server.shop_data));
        // It stays for whoever uses it, also where nobody reads this any more.
        let _ = out.write_all(format!("{next}\n").as_bytes());
        server.until_told().await?;
    }
    server.stop().await?;
    Ok(run.code().and_then(|code| u8::try_from(code).ok()).map_or(ExitCode::FAILURE, ExitCode::from))
}

/// What to try while it runs, as lines to copy into another terminal.
fn what_next(url: &str, shop_data: &Path) -> String {
    // As it was called, since the folders may be relative to the same place.
    let program = std::env::args().next().unwrap_or_else(|| "shop".to_owned());
    let server = if url == DEFAULT_URL { String::new() } else { format!(" --server {url}") };
    let data = if shop_data == Path::new(Settings::DEFAULT_FOLDER) {
        String::new()
    } else {
        format!("SHOP_DATA={} ", shop_data.display())
    };
    let full = r#"--config 'raw/orders={"full_refresh": true}'"#;
    format!(
        "Headwater is still running at {url}; Ctrl-C ends it.
Open that page, and in another terminal try

  {program} runs ls{server}
  {program} asset show curated/daily_revenue{server}
  {data}{program} misbehave bad_data
  {program} materialize 'raw/orders+' {full}{server}
  {program} incidents ls{server}
  {data}{program} misbehave off"
    )
}

/// `shop dev`, running beside this process.
struct Server {
    child: Child,
    /// Read to its end, so that the server never waits for a reader.
    events: tokio::task::JoinHandle<()>,
    url: String,
    program: PathBuf,
    shop_data: OsString,
}

impl Server {
    async fn start(options: &Options) -> Result<Self, CommandError> {
        let program = std::env::current_exe()?;
        let shop_data = std::env::var_os("SHOP_DATA").unwrap_or_else(|| options.data.join("shop").into_os_string());
        let mut command = own(&program, &shop_data);
        command.args(["dev", "--json", "--data"]).arg(&options.data);
        if let Some(port) = options.port {
            command.args(["--port", &port.to_string()]);
        }
        let mut child = command
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            // Ctrl-C in the terminal is for this process, which tells the server to finish first.
            .process_group(0)
            .kill_on_drop(true)
            .spawn()?;
        let output = child.stdout.take().ok_or(CommandError::NoServer)?;
        let (url, events) = ready(output).await?;
        Ok(Self { child, events, url, program, shop_data })
    }

    /// Everything, with the progress in front of the user.
    async fn materialize(&self) -> io::Result<ExitStatus> {
        own(&self.program, &self.shop_data)
            .args(["materialize", "*", "--location", env!("CARGO_PKG_NAME"), "--server", &self.url])
            .kill_on_drop(true)
            .status()
            .await
    }

    async fn until_told(&mut self) -> io::Result<()> {
        let (mut interrupt, mut terminate) = (signal(SignalKind::interrupt())?, signal(SignalKind::terminate())?);
        tokio::select! {
            _ = interrupt.recv() => {}
            _ = terminate.recv() => {}
            _ = self.child.wait() => {}
        }
        Ok(())
    }

    /// Lets steps finish, and waits until the server has ended.
    async fn stop(mut self) -> io::Result<()> {
        if let Some(id) = self.child.id().and_then(|id| i32::try_from(id).ok()) {
            // It may have ended by itself, which is as good.
            let _ = kill(Pid::from_raw(id), Signal::SIGTERM);
        }
        self.child.wait().await?;
        self.events.abort();
        Ok(())
    }
}

fn own(program: &Path, shop_data: &OsString) -> Command {
    let mut command = Command::new(program);
    command.env("SHOP_DATA", shop_data);
    command
}

/// Waits until the server says where it is; the rest of what it says is for other readers.
async fn ready(output: ChildStdout) -> Result<(String, tokio::task::JoinHandle<()>), CommandError> {
    #[derive(serde::Deserialize)]
    struct Ready {
        url: String,
    }
    let mut lines = BufReader::new(output).lines();
    let first = lines.next_line().await?.ok_or(CommandError::NoServer)?;
    let Ready { url } = serde_json::from_str(&first).map_err(|_| CommandError::NoServer)?;
    let rest = async move { while let Ok(Some(_)) = lines.next_line().await {} };
    Ok((url, tokio::spawn(rest)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_comes_next_names_only_what_is_not_the_default() {
        let usual = what_next(DEFAULT_URL, Path::new(Settings::DEFAULT_FOLDER));
        assert!(usual.contains(" misbehave bad_data\n") && !usual.contains("--server") && !usual.contains("SHOP_DATA"));
        let other = what_next("http://127.0.0.1:4551", Path::new("d/shop"));
        assert!(other.contains(" runs ls --server http://127.0.0.1:4551\n"), "{other}");
        assert!(other.contains("\n  SHOP_DATA=d/shop "), "{other}");
    }
}

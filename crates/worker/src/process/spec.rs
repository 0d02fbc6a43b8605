//! What to run and how.

use std::{collections::BTreeMap, ffi::OsString, fmt, path::PathBuf, str::FromStr, time::Duration};

use nix::sys::signal::Signal;

/// The environment variable that carries the attempt's token. It fences the
/// step's own side effects and marks the processes that belong to the attempt.
pub const ATTEMPT_TOKEN: &str = "HEADWATER_ATTEMPT_TOKEN";

/// What a step inherits from the worker's environment unless told otherwise.
pub const DEFAULT_INHERITED: [&str; 7] = ["PATH", "HOME", "LANG", "LC_*", "TZ", "TMPDIR", "USER"];

/// A program to run as a step.
#[derive(Debug, Clone)]
pub struct ProcessSpec {
    /// The program and its arguments. Never a shell string: nothing is
    /// expanded or split. A program without a slash is searched for in the
    /// `PATH` of the step's own environment; a relative one starts at `cwd`.
    pub argv: Vec<String>,
    /// Variables set for the process, over inherited ones. Should hold
    /// [`ATTEMPT_TOKEN`]; without it a random mark is added.
    pub env: BTreeMap<String, String>,
    /// Names of variables taken over from the worker; a `*` at the end stands
    /// for any rest.
    pub inherit_env: Vec<String>,
    /// Working directory; the worker's own when absent.
    pub cwd: Option<PathBuf>,
    /// The first signal on cancel or timeout.
    pub stop_signal: StopSignal,
    /// How long the tree has between the first signal and SIGKILL.
    pub kill_grace: Duration,
    /// How long the process may run.
    pub timeout: Option<Duration>,
    /// After the process has exited, its output is read until its end or until
    /// nothing came for this long.
    pub drain_idle: Duration,
}

impl ProcessSpec {
    /// A spec with these arguments and the defaults: SIGTERM, 10 s of grace,
    /// no timeout, 2 s of drain.
    #[must_use]
    pub fn new(argv: impl IntoIterator<Item = impl Into<String>>) -> Self {
        Self {
            argv: argv.into_iter().map(Into::into).collect(),
            env: BTreeMap::new(),
            inherit_env: DEFAULT_INHERITED.map(String::from).to_vec(),
            cwd: None,
            stop_signal: StopSignal::default(),
            kill_grace: Duration::from_secs(10),
            timeout: None,
            drain_idle: Duration::from_secs(2),
        }
    }

    /// The same with one more variable.
    #[must_use]
    pub fn env(mut self, name: impl Into<String>, value: impl Into<String>) -> Self {
        self.env.insert(name.into(), value.into());
        self
    }

    /// The whole environment of the process.
    pub(super) fn environment(&self) -> BTreeMap<OsString, OsString> {
        let inherited = std::env::vars_os().filter(|(name, _)| name.to_str().is_some_and(|name| self.inherits(name)));
        let own = self.env.iter().map(|(name, value)| (name.into(), value.into()));
        inherited.chain(own).collect()
    }

    fn inherits(&self, name: &str) -> bool {
        self.inherit_env.iter().any(|pattern| match pattern.strip_suffix('*') {
            Some(prefix) => name.starts_with(prefix),
            None => name == pattern,
        })
    }
}

/// The signal that asks a step to stop.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct StopSignal(pub(super) Signal);

impl StopSignal {
    /// SIGTERM, the default.
    pub const TERM: Self = Self(Signal::SIGTERM);
    /// SIGINT, for programs that clean up on Ctrl-C only, such as dbt.
    pub const INT: Self = Self(Signal::SIGINT);
}

impl Default for StopSignal {
    fn default() -> Self {
        Self::TERM
    }
}

impl fmt::Display for StopSignal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.0.as_str())
    }
}

/// The text is no signal that can ask a process to stop.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is not one of SIGTERM, SIGINT, SIGQUIT, SIGHUP, SIGUSR1, SIGUSR2, SIGKILL")]
pub struct UnknownSignal(String);

impl FromStr for StopSignal {
    type Err = UnknownSignal;

    /// Reads a name with or without `SIG`, in either case.
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let upper = text.to_ascii_uppercase();
        match upper.strip_prefix("SIG").unwrap_or(&upper) {
            "TERM" => Ok(Self(Signal::SIGTERM)),
            "INT" => Ok(Self(Signal::SIGINT)),
            "QUIT" => Ok(Self(Signal::SIGQUIT)),
            "HUP" => Ok(Self(Signal::SIGHUP)),
            "USR1" => Ok(Self(Signal::SIGUSR1)),
            "USR2" => Ok(Self(Signal::SIGUSR2)),
            "KILL" => Ok(Self(Signal::SIGKILL)),
            _ => Err(UnknownSignal(text.to_owned())),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn inherits_by_name_and_prefix_only() {
        let spec = ProcessSpec::new(["true"]);
        let inherited = ["PATH", "LC_ALL", "LC_", "LANG"].map(|name| spec.inherits(name));
        let left_out = ["PATHS", "LANGUAGE", "AWS_SECRET_ACCESS_KEY", "XLC_ALL"];
        assert_eq!(inherited, [true; 4]);
        assert_eq!(left_out.map(|name| spec.inherits(name)), [false; 4]);
    }

    #[test]
    fn reads_signal_names() {
        assert_eq!("sigint".parse(), Ok(StopSignal::INT));
        assert_eq!("TERM".parse(), Ok(StopSignal::TERM));
        assert!("SIGSTOP".parse::<StopSignal>().is_err());
    }
}

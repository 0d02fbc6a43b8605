//! Which server a command talks to: flags, environment, profiles.

use std::{
    collections::BTreeMap,
    path::{Path, PathBuf},
    process::{Command, Stdio},
};

use serde::{Deserialize, Serialize};

use crate::{edge, failure::Failure};

/// The server that `headwater dev` starts.
pub(crate) const DEFAULT_SERVER: &str = "http://127.0.0.1:4000";

/// The file with a person's profiles.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct ConfigFile {
    /// The profile that is used where none is named.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) current: Option<String>,
    /// Profiles by name.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub(crate) profiles: BTreeMap<String, Profile>,
}

/// A server under a name.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Profile {
    /// Its address.
    pub(crate) url: String,
    /// The deployment.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) deployment: Option<String>,
    /// The token itself.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) token: Option<String>,
    /// The name of an environment variable that holds the token.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) token_env: Option<String>,
    /// A program with its arguments that prints the token.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) token_command: Option<Vec<String>>,
}

/// What the command line says about the server.
#[derive(Clone, Debug, Default)]
pub(crate) struct Flags {
    pub(crate) server: Option<String>,
    pub(crate) token: Option<String>,
    pub(crate) profile: Option<String>,
    pub(crate) deployment: Option<String>,
}

/// A server with what is needed to talk to it.
#[derive(Clone, PartialEq, Eq)]
pub(crate) struct Target {
    pub(crate) url: String,
    pub(crate) token: Option<String>,
    pub(crate) deployment: String,
    /// The profile that it comes from.
    pub(crate) profile: Option<String>,
}

impl std::fmt::Debug for Target {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let token = self.token.as_ref().map(|_| "…");
        f.debug_struct("Target").field("url", &self.url).field("token", &token).finish_non_exhaustive()
    }
}

/// Finds the server. A flag wins over the environment, the environment over the current profile, and what is more
/// particular (`--server`) over what is less (`--profile`).
///
/// The token of a profile is only ever sent to that profile's server.
pub(crate) fn resolve(
    flags: &Flags,
    env: &dyn Fn(&str) -> Option<String>,
    file: &ConfigFile,
) -> Result<Target, Failure> {
    let env = |name: &str| env(name).filter(|value| !value.is_empty());
    let by_profile = |name: String| {
        let profile = file.profiles.get(&name).ok_or_else(|| unknown_profile(&name, file))?;
        Ok::<_, Failure>((profile.url.clone(), Some((name, profile.clone()))))
    };
    let (url, profile) = if let Some(url) = &flags.server {
        (url.clone(), None)
    } else if let Some(name) = &flags.profile {
        by_profile(name.clone())?
    } else if let Some(url) = env("HEADWATER_SERVER") {
        (url, None)
    } else if let Some(name) = env("HEADWATER_PROFILE").or_else(|| file.current.clone()) {
        by_profile(name)?
    } else {
        (DEFAULT_SERVER.to_owned(), None)
    };
    let of_profile = || profile.as_ref().map_or(Ok(None), |(name, profile)| profile_token(name, profile, &env));
    // A profile that was named on this command line knows its token better than the environment does.
    let named = flags.profile.is_some() && profile.is_some();
    let token = match (&flags.token, env("HEADWATER_TOKEN")) {
        (Some(token), _) => Some(token.clone()),
        (None, Some(token)) if !named => Some(token),
        (None, fallback) => of_profile()?.or(fallback),
    };
    let deployment = flags
        .deployment
        .clone()
        .or_else(|| env("HEADWATER_DEPLOYMENT"))
        .or_else(|| profile.as_ref().and_then(|(_, profile)| profile.deployment.clone()))
        .unwrap_or_else(|| headwater_api::DEFAULT_DEPLOYMENT.to_owned());
    Ok(Target { url, token, deployment, profile: profile.map(|(name, _)| name) })
}

fn profile_token(
    name: &str,
    profile: &Profile,
    env: &dyn Fn(&str) -> Option<String>,
) -> Result<Option<String>, Failure> {
    if let Some(token) = &profile.token {
        return Ok(Some(token.clone()));
    }
    if let Some(variable) = &profile.token_env {
        let missing = || {
            Failure::usage(format!("profile `{name}` takes its token from ${variable}, which is not set"))
                .hint(format!("export {variable}, or give --token"))
        };
        return env(variable).map(Some).ok_or_else(missing);
    }
    profile.token_command.as_ref().map(|command| run_token_command(name, command)).transpose()
}

fn run_token_command(profile: &str, command: &[String]) -> Result<String, Failure> {
    let refuse = |reason: String| {
        Failure::usage(format!("the token command of profile `{profile}` {reason}")).hint("run it by hand to see why")
    };
    let (program, arguments) = command.split_first().ok_or_else(|| refuse("is empty".to_owned()))?;
    let run = Command::new(program).args(arguments).stdin(Stdio::null()).stderr(Stdio::inherit()).output();
    let output = run.map_err(|error| refuse(format!("cannot be started: {error}")))?;
    if !output.status.success() {
        return Err(refuse(format!("failed with {}", output.status)));
    }
    let token = String::from_utf8_lossy(&output.stdout).trim().to_owned();
    if token.is_empty() { Err(refuse("printed nothing".to_owned())) } else { Ok(token) }
}

pub(crate) fn unknown_profile(name: &str, file: &ConfigFile) -> Failure {
    let known: Vec<&str> = file.profiles.keys().map(String::as_str).collect();
    let failure = Failure::usage(format!("there is no profile `{name}`"));
    match known.is_empty() {
        true => failure.hint(format!("add it: {} profile add {name} https://headwater.example", edge::program())),
        false => failure.hint(format!("there are: {}", known.join(", "))),
    }
}

/// Where the profiles are kept: `$HEADWATER_CONFIG`, or `headwater/config.toml` in the folder for configuration.
pub(crate) fn path(env: &dyn Fn(&str) -> Option<String>) -> Option<PathBuf> {
    let set = |name: &str| env(name).filter(|value| !value.is_empty()).map(PathBuf::from);
    set("HEADWATER_CONFIG").or_else(|| {
        let folder = set("XDG_CONFIG_HOME").or_else(|| set("HOME").map(|home| home.join(".config")))?;
        Some(folder.join("headwater").join("config.toml"))
    })
}

/// Reads the profiles; a file that is not there has none.
pub(crate) fn read(path: Option<&Path>) -> Result<ConfigFile, Failure> {
    let Some(path) = path else {
        return Ok(ConfigFile::default());
    };
    let text = match std::fs::read_to_string(path) {
        Ok(text) => text,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => {
            return Ok(ConfigFile::default());
        }
        Err(error) => return Err(Failure::file("read", path, &error)),
    };
    toml::from_str(&text).map_err(|error| {
        Failure::usage(format!("{} is not a configuration", path.display()))
            .detail(error.to_string().trim_end().to_owned())
            .hint("repair the file, or move it away and add the profiles again")
    })
}

/// Writes the profiles, readable for nobody else: there may be tokens in them.
pub(crate) fn write(path: &Path, file: &ConfigFile) -> Result<(), Failure> {
    use std::os::unix::fs::OpenOptionsExt as _;
    let text = toml::to_string(file).map_err(|error| Failure::local(error.to_string()))?;
    let save = || {
        if let Some(folder) = path.parent() {
            std::fs::create_dir_all(folder)?;
        }
        // Written beside it and renamed, so that an interrupted write leaves the old file.
        let new = path.with_extension("toml.new");
        let _ = std::fs::remove_file(&new);
        let mut out = std::fs::OpenOptions::new().write(true).create_new(true).mode(0o600).open(&new)?;
        std::io::Write::write_all(&mut out, text.as_bytes())?;
        out.sync_all()?;
        std::fs::rename(&new, path)
    };
    save().map_err(|error| Failure::file("write", path, &error))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn file() -> ConfigFile {
        toml::from_str(
            r#"
            current = "staging"
            [profiles.staging]
            url = "https://staging.example"
            token = "hw_staging"
            [profiles.production]
            url = "https://production.example"
            token_env = "PRODUCTION_TOKEN"
            deployment = "eu"
            [profiles.vault]
            url = "https://vault.example"
            token_command = ["echo", " hw_vault "]
            "#,
        )
        .unwrap()
    }

    /// Flags as `server token profile`, environment as pairs; gives address, token and deployment.
    fn resolved(flags: [&str; 3], env: &[(&str, &str)]) -> Result<(String, Option<String>, String), Failure> {
        let some = |text: &str| (!text.is_empty()).then(|| text.to_owned());
        let [server, token, profile] = flags.map(some);
        let flags = Flags { server, token, profile, deployment: None };
        let env = |name: &str| env.iter().find(|(key, _)| *key == name).map(|(_, value)| (*value).to_owned());
        resolve(&flags, &env, &file()).map(|target| (target.url, target.token, target.deployment))
    }

    fn is(url: &str, token: Option<&str>, deployment: &str) -> Result<(String, Option<String>, String), Failure> {
        Ok((url.to_owned(), token.map(str::to_owned), deployment.to_owned()))
    }

    #[test]
    fn flags_win_over_environment_over_profile() {
        let env = [("HEADWATER_SERVER", "http://env"), ("HEADWATER_TOKEN", "hw_env")];
        assert_eq!(resolved(["", "", ""], &[]), is("https://staging.example", Some("hw_staging"), "default"));
        assert_eq!(resolved(["", "", ""], &env), is("http://env", Some("hw_env"), "default"));
        assert_eq!(resolved(["http://flag", "", ""], &env), is("http://flag", Some("hw_env"), "default"));
        assert_eq!(resolved(["http://flag", "hw_flag", ""], &env), is("http://flag", Some("hw_flag"), "default"));
        let set = [("PRODUCTION_TOKEN", "hw_p"), ("HEADWATER_SERVER", "http://env"), ("HEADWATER_TOKEN", "hw_env")];
        assert_eq!(resolved(["", "", "production"], &set), is("https://production.example", Some("hw_p"), "eu"));
        let profile = [("HEADWATER_PROFILE", "vault")];
        assert_eq!(resolved(["", "", ""], &profile), is("https://vault.example", Some("hw_vault"), "default"));
    }

    #[test]
    fn a_profiles_token_stays_with_its_server() {
        assert_eq!(resolved(["http://elsewhere", "", "staging"], &[]), is("http://elsewhere", None, "default"));
        assert_eq!(resolved(["", "", ""], &[("HEADWATER_SERVER", "http://env")]), is("http://env", None, "default"));
    }

    #[test]
    fn what_is_missing_is_named() {
        let error = resolved(["", "", "prod"], &[]).unwrap_err();
        assert!(error.hint.unwrap().contains("production, staging, vault"));
        let error = resolved(["", "", "production"], &[]).unwrap_err();
        assert!(error.message.contains("$PRODUCTION_TOKEN"), "{error}");
        assert_eq!(resolve(&Flags::default(), &|_| None, &ConfigFile::default()).unwrap().url, DEFAULT_SERVER,);
    }

    #[test]
    fn the_file_is_private_and_reads_back() {
        use std::os::unix::fs::PermissionsExt as _;
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("deep/config.toml");
        assert_eq!(read(Some(&path)).unwrap(), ConfigFile::default());
        write(&path, &file()).unwrap();
        write(&path, &file()).unwrap();
        assert_eq!(read(Some(&path)).unwrap(), file());
        assert_eq!(std::fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
        std::fs::write(&path, "current = 3").unwrap();
        assert!(read(Some(&path)).unwrap_err().message.contains("config.toml"));
    }
}

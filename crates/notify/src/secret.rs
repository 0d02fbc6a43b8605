//! Secrets: where channels find what must not stand in a manifest.
//!
//! A reference is resolved when a message is sent, so that a secret that is set or changed later is found. Its value
//! is in nothing that is shown, logged or stored.

use std::{fmt, fs::File, io::Read, sync::Arc};

use headwater_core::manifest::{SecretPlace, SecretRef};
use percent_encoding::percent_decode_str;

/// The most that is read of a file with a secret.
const MOST: u64 = 64 * 1024;

/// What channels may name although nobody allowed it: names that say what they are for, and where containers have their
/// secrets. Everything else of a server's environment is its own: whoever may deploy could have it sent away otherwise.
const USUAL: [&str; 7] = ["SLACK_*", "TEAMS_*", "PAGERDUTY_*", "SMTP_*", "WEBHOOK_*", "ALERT_*", "/run/secrets/*"];

/// A value that is never shown.
#[derive(Clone, PartialEq, Eq)]
pub struct Secret(String);

impl Secret {
    /// A secret with this value.
    pub fn new(value: impl Into<String>) -> Self {
        Self(value.into())
    }

    /// The value, for the one who sends it.
    pub fn expose(&self) -> &str {
        &self.0
    }

    /// What of an address must not be shown: itself, and each part that a server may repeat by itself.
    pub(crate) fn parts_of_address(&self) -> Vec<Self> {
        let mut parts = vec![self.clone()];
        if let Ok(url) = self.0.parse::<reqwest::Url>() {
            let path = url.path().trim_start_matches('/');
            let decode = |text: &str| percent_decode_str(text).decode_utf8_lossy().into_owned();
            let password = url.password().map(decode);
            let all = [Some(path.to_owned()), url.query().map(ToOwned::to_owned), password];
            parts.extend(all.into_iter().flatten().map(Self));
            parts.push(Self(url.into()));
        }
        parts
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Secret(***)")
    }
}

/// Why a reference leads nowhere. It names the place, never a value.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum MissingSecret {
    /// The variable is not set, or empty.
    #[error("{0} is not set in the server's environment")]
    Variable(String),
    /// The file cannot be read.
    #[error("the server cannot read {path}: {reason}")]
    File {
        /// Its path.
        path: String,
        /// Why.
        reason: String,
    },
    /// The server does not let channels name it.
    #[error("channels may not name {0} on this server; --alerts-secrets {0} allows it")]
    Closed(String),
    /// There is nothing to resolve.
    #[error("its {0} is empty")]
    Empty(&'static str),
}

/// Reads one environment variable.
type Environment = Arc<dyn Fn(&str) -> Option<String> + Send + Sync>;

/// Finds secrets.
#[derive(Clone)]
pub struct Secrets {
    environment: Environment,
    /// The names and paths that may be named, the last of which may end in `*`; none where all may.
    open: Option<Arc<[String]>>,
}

impl fmt::Debug for Secrets {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Secrets")
    }
}

impl Default for Secrets {
    fn default() -> Self {
        Self::of_process()
    }
}

impl Secrets {
    /// In the environment and the files of this process.
    pub fn of_process() -> Self {
        Self::new(|name| std::env::var(name).ok())
    }

    /// In another environment.
    pub fn new(environment: impl Fn(&str) -> Option<String> + Send + Sync + 'static) -> Self {
        Self { environment: Arc::new(environment), open: None }
    }

    /// The same, where channels may name only what is usual and what is allowed here: variables and absolute paths, of
    /// which many are meant by one that ends in `*`.
    #[must_use]
    pub fn only(self, allowed: &[String]) -> Self {
        let usual = USUAL.iter().map(ToString::to_string);
        Self { open: Some(usual.chain(allowed.iter().cloned()).collect()), ..self }
    }

    fn may_name(&self, name: &str) -> bool {
        let meant = |open: &String| match open.strip_suffix('*') {
            Some(start) => name.starts_with(start),
            None => name == open,
        };
        // A path with `..` starts like one place and leads to another.
        let detour = name.split('/').any(|part| part == "..");
        self.open.as_ref().is_none_or(|open| !detour && open.iter().any(meant))
    }

    /// The value of a reference, which is called `what` where it is empty.
    ///
    /// # Errors
    /// [`MissingSecret`] with the place where it should have been.
    pub fn resolve(&self, what: &'static str, reference: &SecretRef) -> Result<Secret, MissingSecret> {
        match reference.place() {
            SecretPlace::Env("") | SecretPlace::File("") | SecretPlace::Value("") => Err(MissingSecret::Empty(what)),
            SecretPlace::Env(name) | SecretPlace::File(name) if !self.may_name(name) => {
                Err(MissingSecret::Closed(name.to_owned()))
            }
            SecretPlace::Env(name) => (self.environment)(name)
                .map(|value| value.trim().to_owned())
                .filter(|value| !value.is_empty())
                .map(Secret)
                .ok_or_else(|| MissingSecret::Variable(name.to_owned())),
            SecretPlace::File(path) => {
                let text = read(path).map_err(|reason| MissingSecret::File { path: path.to_owned(), reason })?;
                Ok(Secret(text))
            }
            SecretPlace::Value(value) => Ok(Secret(value.trim().to_owned())),
        }
    }
}

fn read(path: &str) -> Result<String, String> {
    let file = File::open(path).map_err(|error| error.to_string())?;
    let mut bytes = Vec::new();
    file.take(MOST + 1).read_to_end(&mut bytes).map_err(|error| error.to_string())?;
    if bytes.len() as u64 > MOST {
        return Err("it is too large for a secret".to_owned());
    }
    let text = String::from_utf8(bytes).map_err(|_| "it is not text".to_owned())?;
    let text = text.trim();
    if text.is_empty() { Err("it is empty".to_owned()) } else { Ok(text.to_owned()) }
}

/// A text without the secrets, as a server's answer may repeat them.
pub(crate) fn scrub(text: &str, secrets: &[Secret]) -> String {
    let mut secrets: Vec<&str> = secrets.iter().map(Secret::expose).filter(|value| value.len() >= 4).collect();
    // A secret may be a part of another one.
    secrets.sort_by_key(|value| std::cmp::Reverse(value.len()));
    secrets.iter().fold(text.to_owned(), |text, secret| text.replace(secret, "***"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn secrets() -> Secrets {
        Secrets::new(|name| match name {
            "HOOK" => Some(" https://hooks.example/T0/abc \n".to_owned()),
            "EMPTY" => Some("  ".to_owned()),
            _ => None,
        })
    }

    fn value(reference: &str) -> Result<String, String> {
        let found = secrets().resolve("url", &SecretRef(reference.to_owned()));
        found.map(|secret| secret.expose().to_owned()).map_err(|error| error.to_string())
    }

    #[test]
    fn references_are_resolved_and_trimmed() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("token");
        std::fs::write(&path, "xoxb-1\n").unwrap();
        assert_eq!(value("env:HOOK"), Ok("https://hooks.example/T0/abc".into()));
        assert_eq!(value(&format!("file:{}", path.display())), Ok("xoxb-1".into()));
        assert_eq!(value("https://open.example/hook"), Ok("https://open.example/hook".into()));
    }

    #[test]
    fn what_is_missing_is_named() {
        for (reference, error) in [
            ("env:SLACK_URL", "SLACK_URL is not set in the server's environment"),
            ("env:EMPTY", "EMPTY is not set in the server's environment"),
            ("env:", "its url is empty"),
            ("", "its url is empty"),
        ] {
            assert_eq!(value(reference).unwrap_err(), error);
        }
        let error = value("file:/nonexistent/token").unwrap_err();
        assert!(error.starts_with("the server cannot read /nonexistent/token: "), "{error}");
    }

    #[test]
    fn a_server_keeps_what_is_its_own() {
        let all = |name: &str| Some(format!("value of {name}"));
        let secrets = Secrets::new(all).only(&["HOOK".into(), "TEAM_A_*".into(), "/etc/headwater/alerts/*".into()]);
        let named = |reference: &str| secrets.resolve("url", &SecretRef(reference.to_owned()));
        for open in ["env:SLACK_WEBHOOK_URL", "env:HOOK", "env:TEAM_A_HOOK", "https://open.example/hook"] {
            assert!(named(open).is_ok(), "{open}");
        }
        for own in ["env:HEADWATER_DATABASE", "env:HOOK2", "env:AWS_SECRET_ACCESS_KEY", "file:/etc/passwd"] {
            assert!(matches!(named(own), Err(MissingSecret::Closed(_))), "{own}");
        }
        for path in ["/run/secrets/slack", "/etc/headwater/alerts/slack"] {
            assert!(matches!(named(&format!("file:{path}")), Err(MissingSecret::File { .. })), "{path}");
        }
        for detour in ["/run/secrets/../../etc/passwd", "/etc/headwater/alerts/.."] {
            assert!(matches!(named(&format!("file:{detour}")), Err(MissingSecret::Closed(_))), "{detour}");
        }
        let error = named("env:PGPASSWORD").unwrap_err().to_string();
        assert_eq!(error, "channels may not name PGPASSWORD on this server; --alerts-secrets PGPASSWORD allows it");
    }

    #[test]
    fn files_that_hold_no_secret_are_refused() {
        let folder = tempfile::tempdir().unwrap();
        for (name, content, reason) in [
            ("large", vec![b'a'; MOST as usize + 1], "too large"),
            ("binary", vec![0xff, 0xfe], "not text"),
            ("empty", b" \n".to_vec(), "empty"),
        ] {
            let path = folder.path().join(name);
            std::fs::write(&path, content).unwrap();
            let error = value(&format!("file:{}", path.display())).unwrap_err();
            assert!(error.contains(reason), "{error}");
        }
    }

    #[test]
    fn a_secret_is_never_shown() {
        let secret = Secret::new("xoxb-very-secret");
        assert!(!format!("{secret:?} {:?}", Some(&secret)).contains("very"));
        let answer = "no such hook: https://hooks.example/T0/abc?key=4711 (/T0/abc, key=4711)";
        let known = Secret::new("https://hooks.example/T0/abc?key=4711").parts_of_address();
        assert_eq!(scrub(answer, &known), "no such hook: *** (/***, ***)");
        let known = Secret::new("smtps://ann:p%40ssword@mail.example").parts_of_address();
        assert_eq!(scrub("535 no: p@ssword", &known), "535 no: ***");
    }
}

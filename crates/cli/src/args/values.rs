//! Values of options that are more than a word.

use std::{path::PathBuf, str::FromStr};

use headwater_core::time::Millis;

/// A tag on the command line: `name=value`, or `name` for a bare label.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Tag {
    pub(crate) name: String,
    pub(crate) value: String,
}

impl FromStr for Tag {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let (name, value) = text.split_once('=').unwrap_or((text, ""));
        match name.trim() {
            "" => Err("a tag is name=value, as in team=data".to_owned()),
            name => Ok(Self { name: name.to_owned(), value: value.to_owned() }),
        }
    }
}

/// The config of one step: `step={"json": 1}`, or `step=@file.json`.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct StepConfig {
    pub(crate) step: String,
    pub(crate) source: ConfigSource,
}

/// Where a config comes from.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum ConfigSource {
    Inline(serde_json::Value),
    File(PathBuf),
}

impl FromStr for StepConfig {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let malformed = || "write it as step={\"name\": 1} or step=@file.json".to_owned();
        let (step, value) = text.split_once('=').ok_or_else(malformed)?;
        if step.is_empty() || value.is_empty() {
            return Err(malformed());
        }
        let source = match value.strip_prefix('@') {
            Some(file) => ConfigSource::File(file.into()),
            None => ConfigSource::Inline(serde_json::from_str(value).map_err(|error| format!("not JSON: {error}"))?),
        };
        Ok(Self { step: step.to_owned(), source })
    }
}

/// A span such as `10m`.
pub(crate) fn span(text: &str) -> Result<Millis, String> {
    Millis::parse(text).map_err(|error| error.to_string())
}

/// The length of a lease. A shorter one would be lost to any pause of a busy machine.
pub(crate) fn lease(text: &str) -> Result<Millis, String> {
    let lease = span(text)?;
    if lease < Millis::secs(1) { Err("a lease takes at least 1s".to_owned()) } else { Ok(lease) }
}

/// A fact: `name=value`, where the value is JSON if it reads as JSON, and text otherwise.
pub(crate) fn fact(text: &str) -> Result<(String, serde_json::Value), String> {
    let (name, value) = text.split_once('=').ok_or("write it as name=value, as in rows=120")?;
    if name.is_empty() {
        return Err("the fact has no name".to_owned());
    }
    let value = serde_json::from_str(value).unwrap_or_else(|_| serde_json::Value::String(value.to_owned()));
    Ok((name.to_owned(), value))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tags_and_configs_read() {
        assert_eq!("a=b=c".parse::<Tag>().unwrap(), Tag { name: "a".into(), value: "b=c".into() });
        assert_eq!("pii".parse::<Tag>().unwrap().value, "");
        assert!("=x".parse::<Tag>().is_err());
        let inline: StepConfig = r#"load={"rows": 3}"#.parse().unwrap();
        assert_eq!(inline.source, ConfigSource::Inline(serde_json::json!({ "rows": 3 })));
        let file: StepConfig = "load=@c.json".parse().unwrap();
        assert_eq!(file.source, ConfigSource::File("c.json".into()));
        for bad in ["load", "=1", "load=", "load={"] {
            assert!(bad.parse::<StepConfig>().is_err(), "{bad}");
        }
        assert_eq!(fact("rows=120").unwrap().1, serde_json::json!(120));
        assert_eq!(fact("file=a.csv").unwrap().1, serde_json::json!("a.csv"));
    }
}

//! What the answers of HTTP say, the same for every channel.

use reqwest::Url;
use serde::Serialize;

use super::{Failure, Then};
use crate::{
    outbound::{Answer, HttpPost},
    secret::Secret,
};

/// A request with a JSON body.
pub(super) fn json(url: &Secret, body: &impl Serialize) -> HttpPost {
    HttpPost {
        url: url.clone(),
        headers: vec![("content-type", "application/json; charset=utf-8".to_owned())],
        // Bodies are made of maps with text keys, lists and numbers, which all have a form in JSON.
        body: serde_json::to_string(body).unwrap_or_default(),
    }
}

/// Whether a status says that the message was taken; `advice` says what to do about a refusal.
pub(super) fn taken(answer: &Answer, advice: impl FnOnce(&Answer) -> Option<String>) -> Result<(), Failure> {
    let status = answer.status;
    let said = quote(&answer.body);
    match status {
        200..=299 => Ok(()),
        408 | 425 | 500..=599 => Err(Failure {
            error: format!("it answered {status}{said}"),
            // Who names a time wants to be left alone until then, whatever the message.
            then: match answer.retry_after {
                None => Then::Again { after: None },
                after => Then::Hold { after },
            },
        }),
        429 => Err(Failure {
            error: format!("it takes no more messages for now (429){said}"),
            then: Then::Hold { after: answer.retry_after },
        }),
        300..=399 => {
            let host = answer.location.as_deref().and_then(|to| to.parse::<Url>().ok());
            let to = host.and_then(|url| url.host_str().map(|host| format!(" to {host}"))).unwrap_or_default();
            Err(Failure::never(format!(
                "it answered {status}, a redirect{to}, and redirects are not followed; give the channel its final address"
            )))
        }
        _ => {
            let advice = advice(answer).unwrap_or_else(|| match status {
                401 | 403 => "check the channel's address and its secret".to_owned(),
                404 | 410 => "the address is gone; make a new one and put it in the channel".to_owned(),
                413 => "the message is too large for it; make the policy's template shorter".to_owned(),
                _ => "it does not understand the message".to_owned(),
            });
            Err(Failure::never(format!("it answered {status}{said}; {advice}")))
        }
    }
}

/// The beginning of an answer, as a part of a sentence.
pub(super) fn quote(body: &str) -> String {
    let line = super::one_line(body);
    let mut short: String = line.chars().take(200).collect();
    if short.len() < line.len() {
        short.push('…');
    }
    if short.is_empty() { short } else { format!(": {short}") }
}

//! Channels: how each kind says what a message says.
//!
//! A kind of channel is one file: it turns a [`Letter`] into the requests that tell it ([`Channel::posts`]), and reads
//! what came back ([`Channel::read`]). Both are pure; sending is the business of `outbound`, and when to send that of
//! `deliver`.

mod email;
mod http;
mod pagerduty;
mod slack;
mod slack_bot;
mod slack_webhook;
mod teams;
mod text;
mod webhook;

use std::fmt;

use headwater_core::{
    alert::{AlertMessage, AlertTopic},
    manifest::{ChannelDef, ChannelKind},
    time::{Millis, Timestamp},
};
use serde_json::Value;

pub(crate) use text::{Markup, cut, one_line};

use crate::{
    outbound::{Answer, HttpPost, MailPost},
    secret::{MissingSecret, Secret, Secrets},
    template::{Context, Rendered},
};

/// Something to tell, with all that a channel needs for it.
#[derive(Debug)]
pub(crate) struct Letter<'a> {
    pub(crate) topic: AlertTopic,
    pub(crate) message: &'a AlertMessage,
    /// Two letters with the same key are one.
    pub(crate) dedup: &'a str,
    /// When it was decided.
    pub(crate) at: Timestamp,
    /// When it is sent.
    pub(crate) now: Timestamp,
    /// What templates read.
    pub(crate) context: &'a Context,
    /// The policy's own template.
    pub(crate) template: Option<&'a str>,
    /// What the channel gave back when it heard of the incident first.
    pub(crate) receipt: Option<&'a Value>,
}

impl Letter<'_> {
    /// What the letter says, by the policy's own template or by the default one.
    ///
    /// An own template that fails, although it was tried at the deploy, does not keep the alert back.
    pub(crate) fn body(&self, markup: Markup) -> String {
        match crate::template::render(self.template, self.context, markup) {
            Rendered::Text(text) => text,
            Rendered::Fallback { text, error } => {
                let note = format!("(the template of policy {} failed: {error})", self.message.policy);
                format!("{text}\n{}", markup.escape(&note))
            }
        }
    }

    /// What everybody sees first: how it stands and what it is.
    pub(crate) fn headline(&self) -> String {
        match self.topic {
            AlertTopic::Opened => self.context.title.clone(),
            _ => format!("{}: {}", self.context.status, self.context.title),
        }
    }
}

/// A request of a channel.
#[derive(Clone, Debug)]
pub(crate) enum Post {
    /// Over HTTP.
    Http(Purpose, HttpPost),
    /// By mail.
    Mail(Box<MailPost>),
}

/// What a request is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Purpose {
    /// It tells something new; without it, nobody heard.
    Tell,
    /// It corrects what was told before; where that is gone for good, the rest goes on.
    Correct,
}

/// What a failed request means for the message.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Failure {
    /// What was wrong and what to do.
    pub(crate) error: String,
    pub(crate) then: Then,
}

/// When a message is tried again.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Then {
    /// Later, and not before the channel wants it.
    Again {
        /// How long the channel wants to be left alone.
        after: Option<Millis>,
    },
    /// Later, and the channel takes nothing else until then.
    Hold {
        /// How long the channel wants to be left alone.
        after: Option<Millis>,
    },
    /// In a minute: the operator of the server must do something.
    Minute,
    /// Never: it would fail again.
    Never,
}

impl Failure {
    pub(crate) fn again(error: impl Into<String>) -> Self {
        Self { error: error.into(), then: Then::Again { after: None } }
    }

    pub(crate) fn never(error: impl Into<String>) -> Self {
        Self { error: error.into(), then: Then::Never }
    }

    pub(crate) fn minute(error: impl Into<String>) -> Self {
        Self { error: error.into(), then: Then::Minute }
    }
}

/// The port of channels.
pub(crate) trait Channel: fmt::Debug + Send + Sync {
    /// The requests that tell a letter, in their order; none where the channel has no way to say it.
    fn posts(&self, letter: &Letter<'_>) -> Result<Vec<Post>, Failure>;

    /// What a request's answer means, and what to remember of it.
    fn read(&self, purpose: Purpose, answer: &Answer) -> Result<Option<Value>, Failure>;

    /// What to remember of a letter that was told, where the answers do not say it.
    fn receipt(&self, _: &Letter<'_>) -> Option<Value> {
        None
    }

    /// Values that must be in no error.
    fn secrets(&self) -> Vec<Secret>;
}

/// A channel, ready to tell.
pub(crate) fn open(definition: &ChannelDef, secrets: &Secrets) -> Result<Box<dyn Channel>, MissingSecret> {
    Ok(match &definition.to {
        ChannelKind::SlackWebhook { url } => {
            Box::new(slack_webhook::SlackWebhook { url: secrets.resolve("url", url)? })
        }
        ChannelKind::SlackBot { token, channel, api } => Box::new(slack_bot::SlackBot {
            token: secrets.resolve("token", token)?,
            channel: channel.clone(),
            api: api.clone(),
        }),
        ChannelKind::Webhook { url, secret } => Box::new(webhook::Webhook {
            url: secrets.resolve("url", url)?,
            key: secret.as_ref().map(|secret| secrets.resolve("secret", secret)).transpose()?,
        }),
        ChannelKind::Email { smtp, from, to } => {
            Box::new(email::Email { server: secrets.resolve("smtp", smtp)?, from: from.clone(), to: to.clone() })
        }
        ChannelKind::Teams { url } => Box::new(teams::Teams { url: secrets.resolve("url", url)? }),
        ChannelKind::Pagerduty { routing_key, api } => Box::new(pagerduty::PagerDuty {
            routing_key: secrets.resolve("routing_key", routing_key)?,
            api: api.clone(),
        }),
    })
}

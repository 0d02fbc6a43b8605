//! Slack by incoming webhook. It only adds messages, and it does not say where they are.

use serde_json::Value;

use super::{Channel, Failure, Letter, Post, Purpose, http, slack};
use crate::{outbound::Answer, secret::Secret};

#[derive(Debug)]
pub(super) struct SlackWebhook {
    pub(super) url: Secret,
}

impl Channel for SlackWebhook {
    fn posts(&self, letter: &Letter<'_>) -> Result<Vec<Post>, Failure> {
        Ok(vec![Post::Http(Purpose::Tell, http::json(&self.url, &slack::message(letter)))])
    }

    fn read(&self, _: Purpose, answer: &Answer) -> Result<Option<Value>, Failure> {
        http::taken(answer, |answer| slack::advice(answer.body.trim()).map(ToOwned::to_owned))?;
        Ok(None)
    }

    fn secrets(&self) -> Vec<Secret> {
        self.url.parts_of_address()
    }
}

//! E-mail: one thread per incident, in plain text and in HTML.

use std::time::UNIX_EPOCH;

use headwater_core::{alert::AlertTopic, time::Timestamp};
use lettre::{
    Message,
    message::{
        Mailbox, MultiPart, MultiPartKind, SinglePart,
        header::{HeaderName, HeaderValue},
    },
};
use serde_json::{Value, json};

use super::{
    Channel, Failure, Letter, Post, Purpose, http,
    text::{Markup, cut},
};
use crate::{
    outbound::{Answer, MailPost},
    secret::Secret,
};

/// The longest subject, in characters.
const MOST_SUBJECT: usize = 200;

#[derive(Debug)]
pub(super) struct Email {
    pub(super) server: Secret,
    pub(super) from: String,
    pub(super) to: Vec<String>,
}

impl Email {
    fn message(&self, letter: &Letter<'_>) -> Result<Message, String> {
        let mailbox = |text: &str| {
            let parsed: Result<Mailbox, _> = text.trim().parse();
            parsed.map_err(|error| format!("`{text}` is not an e-mail address ({error}); correct it in the channel"))
        };
        let from = mailbox(&self.from)?;
        let mut message = Message::builder()
            .from(from.clone())
            .date(UNIX_EPOCH + letter.at.since(Timestamp::EPOCH).to_std())
            .message_id(Some(message_id(letter.dedup, from.email.domain())))
            .subject(subject(letter));
        for to in &self.to {
            message = message.to(mailbox(to)?);
        }
        if let Some(first) = letter.receipt.and_then(|receipt| receipt.get("message_id")?.as_str()) {
            message = message.in_reply_to(first.to_owned()).references(first.to_owned());
        }
        let raw = [
            ("Auto-Submitted", "auto-generated"),
            ("X-Headwater-Event", letter.topic.as_str()),
            ("X-Headwater-Incident", letter.context.incident.as_str()),
            ("X-Headwater-Severity", letter.context.severity),
        ];
        for (name, value) in raw {
            message = message.raw_header(HeaderValue::new(HeaderName::new_from_ascii_str(name), value.to_owned()));
        }
        let parts = MultiPart::builder()
            .kind(MultiPartKind::Alternative)
            .boundary(boundary(letter.dedup))
            .singlepart(SinglePart::plain(text(letter)))
            .singlepart(SinglePart::html(html(letter)));
        message.multipart(parts).map_err(|error| error.to_string())
    }
}

/// The subject stays the same, as some readers make threads of it.
fn subject(letter: &Letter<'_>) -> String {
    let title = cut(&super::one_line(&letter.context.title), MOST_SUBJECT);
    match (letter.topic, letter.receipt) {
        (AlertTopic::Test, _) => format!("[Headwater] Test: {title}"),
        (_, Some(_)) => format!("Re: [Headwater] {title}"),
        (_, None) => format!("[Headwater] {title}"),
    }
}

/// The key as the id of a mail, which has fewer letters.
fn message_id(dedup: &str, domain: &str) -> String {
    let safe = |c: char| match c {
        '/' => '.',
        c if c.is_ascii_alphanumeric() => c,
        _ => '-',
    };
    let id: String = dedup.chars().map(safe).collect();
    format!("<{id}@{domain}>")
}

fn boundary(dedup: &str) -> String {
    format!("=_headwater_{}", &blake3::hash(dedup.as_bytes()).to_hex()[..24])
}

fn first_line(letter: &Letter<'_>) -> String {
    format!("{}, {}: {}", letter.context.status, letter.context.severity, super::one_line(&letter.context.title))
}

fn text(letter: &Letter<'_>) -> String {
    let markup = Markup::Plain;
    let links: Vec<String> = letter.context.links().into_iter().map(|(name, url)| format!("{name}: {url}")).collect();
    let parts = [markup.escape(&first_line(letter)), letter.body(markup).trim_end().to_owned(), links.join("\n")];
    let parts: Vec<String> = parts.into_iter().filter(|part| !part.is_empty()).collect();
    format!("{}\n", parts.join("\n\n"))
}

fn html(letter: &Letter<'_>) -> String {
    let markup = Markup::Html;
    let body = match letter.template {
        // What people wrote in a template is text, not HTML.
        Some(_) => lines(&markup.escape(letter.body(Markup::Plain).trim_end())),
        None => lines(letter.body(markup).trim_end()),
    };
    let links: Vec<String> = letter.context.links().into_iter().map(|(name, url)| markup.link(name, url)).collect();
    format!(
        "<!doctype html>\n<html><body style=\"font-family: sans-serif\">\n<p><b>{}</b></p>\n<div>{body}</div>\n<p>{}</p>\n</body></html>\n",
        markup.escape(&first_line(letter)),
        links.join(" · "),
    )
}

/// Line breaks as HTML has them, except where text is shown as it is.
fn lines(html: &str) -> String {
    let mut out = String::with_capacity(html.len());
    let mut as_it_is = false;
    for line in html.split_inclusive('\n') {
        as_it_is = (as_it_is || line.contains("<pre>")) && !line.contains("</pre>");
        let (text, end) = line.strip_suffix('\n').map_or((line, ""), |text| (text, "\n"));
        out.push_str(text);
        if !end.is_empty() && !as_it_is && !text.ends_with("</pre>") {
            out.push_str("<br>");
        }
        out.push_str(end);
    }
    out
}

impl Channel for Email {
    fn posts(&self, letter: &Letter<'_>) -> Result<Vec<Post>, Failure> {
        if letter.topic == AlertTopic::Acknowledged {
            // Nobody wants a mail that says that nothing has to be done.
            return Ok(Vec::new());
        }
        let message = self.message(letter).map_err(Failure::never)?;
        Ok(vec![Post::Mail(Box::new(MailPost { server: self.server.clone(), message }))])
    }

    fn read(&self, _: Purpose, answer: &Answer) -> Result<Option<Value>, Failure> {
        match answer.status {
            200..=299 => Ok(None),
            status => Err(Failure::again(format!("the mail server answered {status}{}", http::quote(&answer.body)))),
        }
    }

    fn receipt(&self, letter: &Letter<'_>) -> Option<Value> {
        let domain = self.from.parse::<Mailbox>().ok()?;
        Some(json!({ "message_id": message_id(letter.dedup, domain.email.domain()) }))
    }

    fn secrets(&self) -> Vec<Secret> {
        self.server.parts_of_address()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_id_has_only_letters_that_ids_have() {
        assert_eq!(
            message_id("0190-ab/2/mail team <x>\r\n", "shop.example"),
            "<0190-ab.2.mail-team--x---@shop.example>"
        );
    }

    #[test]
    fn lines_break_outside_of_what_is_shown_as_it_is() {
        assert_eq!(lines("a\n<pre>b\nc</pre>\nd\ne"), "a<br>\n<pre>b\nc</pre>\nd<br>\ne");
    }
}

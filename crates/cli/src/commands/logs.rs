//! `runs logs`: what the steps of a run wrote.

mod tail;

use headwater_api::{ErrorCode, LogPage, LogQuery, LogStream, Step};
use headwater_client::{Client, ClientError};
use headwater_core::{
    id::{RunId, StepNo},
    time::Timestamp,
};
use serde::Serialize;
use serde_json::Value;

use super::runs;
use crate::{
    args::LogArgs,
    context::Context,
    failure::{Done, Exit, Failure},
    output::{Output, Style, Tone, time},
};

pub(crate) async fn logs(context: &Context, args: &LogArgs) -> Done {
    let client = context.client()?;
    let run = runs::find(&client, &args.run).await?;
    let steps = client.steps(run).await?.items;
    let chosen = choose(args.step.as_deref(), &steps)?;
    let streams = args.stream.streams();
    let width = chosen.map_or_else(|| steps.iter().map(|step| step.name.len()).max().unwrap_or(0).min(32), |_| 0);
    let lines = Lines { output: &context.output, name_width: width };
    if args.follow {
        return tail::follow(&client, run, chosen, &streams, args.attempt, &lines).await;
    }
    for step in steps.iter().filter(|step| chosen.is_none_or(|no| no == step.no) && step.attempt > 0) {
        for &stream in &streams {
            whole(&client, run, step, stream, args.attempt, &lines).await?;
        }
    }
    Ok(Exit::Success)
}

/// The number of the step that a person means; none for all of them.
fn choose(text: Option<&str>, steps: &[Step]) -> Result<Option<u32>, Failure> {
    let Some(text) = text else { return Ok(None) };
    let by_name = steps.iter().find(|step| step.name == text);
    let by_number = || text.parse().ok().and_then(|no: u32| steps.iter().find(|step| step.no == no));
    if let Some(step) = by_name.or_else(by_number) {
        return Ok(Some(step.no));
    }
    let similar: Vec<&str> =
        steps.iter().map(|step| step.name.as_str()).filter(|name| name.contains(text)).take(5).collect();
    let known: Vec<&str> = steps.iter().map(|step| step.name.as_str()).take(10).collect();
    let names = if similar.is_empty() { known } else { similar };
    Err(Failure::usage(format!("the run has no step `{text}`")).hint(format!("there are: {}", names.join(", "))))
}

async fn whole(
    client: &Client,
    run: RunId,
    step: &Step,
    stream: LogStream,
    attempt: Option<u32>,
    lines: &Lines<'_>,
) -> Result<(), Failure> {
    let mut part = Part::new(&step.name, stream);
    let mut query = LogQuery { attempt, offset: Some(0), limit: None };
    loop {
        let page = match client.log(run, StepNo(step.no), stream, &query).await {
            Ok(page) => page,
            Err(error) if is_nothing(&error) => return Ok(()),
            Err(error) => return Err(error.into()),
        };
        part.push(&page, lines)?;
        if page.next >= page.size || page.next == page.offset {
            return part.end(lines);
        }
        query.attempt = Some(page.attempt);
        query.offset = i64::try_from(page.next).ok();
    }
}

/// Whether the error says that nothing was written.
fn is_nothing(error: &ClientError) -> bool {
    error.code() == Some(ErrorCode::NotFound)
}

/// A stream whose parts end anywhere, as whole lines.
struct Part {
    step: String,
    stream: LogStream,
    attempt: u32,
    rest: String,
}

impl Part {
    fn new(step: &str, stream: LogStream) -> Self {
        Self { step: step.to_owned(), stream, attempt: 0, rest: String::new() }
    }

    fn push(&mut self, page: &LogPage, lines: &Lines<'_>) -> Result<(), Failure> {
        self.attempt = page.attempt;
        self.rest.push_str(&page.text);
        let Some(end) = self.rest.rfind('\n') else {
            return Ok(());
        };
        let rest = self.rest.split_off(end + 1);
        let whole = std::mem::replace(&mut self.rest, rest);
        whole.lines().try_for_each(|line| lines.write(self, line))
    }

    fn end(&mut self, lines: &Lines<'_>) -> Result<(), Failure> {
        let rest = std::mem::take(&mut self.rest);
        if rest.is_empty() { Ok(()) } else { lines.write(self, &rest) }
    }
}

/// One line as programs get it.
#[derive(Serialize)]
struct Line<'a> {
    step: &'a str,
    attempt: u32,
    stream: LogStream,
    #[serde(skip_serializing_if = "Option::is_none")]
    record: Option<Value>,
    #[serde(skip_serializing_if = "Option::is_none")]
    text: Option<&'a str>,
}

/// Where lines go.
struct Lines<'a> {
    output: &'a Output,
    /// The width of the column with names; zero for none.
    name_width: usize,
}

impl Lines<'_> {
    fn write(&self, of: &Part, line: &str) -> Result<(), Failure> {
        let record = (of.stream == LogStream::Log).then(|| serde_json::from_str::<Value>(line).ok()).flatten();
        let text = record.is_none().then_some(line);
        let document = Line { step: &of.step, attempt: of.attempt, stream: of.stream, record, text };
        self.output.record(&document, |style| self.human(style, &document))
    }

    fn human(&self, style: &Style, line: &Line<'_>) -> String {
        let text = match (&line.record, line.text) {
            (Some(record), _) => record_line(style, record),
            (None, text) => text.unwrap_or_default().to_owned(),
        };
        // An empty text would be no line at all.
        match self.name_width {
            0 if text.is_empty() => "\n".to_owned(),
            0 => text,
            width => format!("{} {text}", style.paint(Tone::Dim, &format!("{:width$} |", line.step))),
        }
    }
}

/// A structured record for people: `03:00:05 INFO  message name=value`.
fn record_line(style: &Style, record: &Value) -> String {
    let level = record["level"].as_str().unwrap_or("info");
    let tone = match level {
        "error" => Tone::Bad,
        "warn" => Tone::Warn,
        "debug" => Tone::Dim,
        _ => Tone::Good,
    };
    let at = Timestamp::from_micros(record["at"].as_i64().unwrap_or_default());
    let mut text = format!(
        "{} {} {}",
        style.paint(Tone::Dim, &time::clock(at)),
        style.paint(tone, &format!("{:5}", level.to_uppercase())),
        record["message"].as_str().unwrap_or_default(),
    );
    for (name, value) in record["fields"].as_object().into_iter().flatten() {
        let value = value.as_str().map_or_else(|| value.to_string(), str::to_owned);
        text.push_str(&style.paint(Tone::Dim, &format!(" {name}={value}")));
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn records_are_lines_for_people() {
        let record = serde_json::json!({
            "at": 1_795_489_205_000_000_i64, "level": "warn", "message": "few rows",
            "fields": { "rows": 3, "table": "orders" },
        });
        assert_eq!(record_line(&Style::new(false, None), &record), "03:00:05 WARN  few rows rows=3 table=orders");
    }

    #[test]
    fn parts_end_anywhere_and_lines_stay_whole() {
        let (output, text) = crate::output::capture(crate::output::Format::Human);
        let lines = Lines { output: &output, name_width: 6 };
        let mut part = Part::new("orders", LogStream::Stdout);
        for text in ["on", "e\ntw", "o\n\nlast"] {
            let page = LogPage { attempt: 1, offset: 0, next: 0, size: 0, complete: false, text: text.into() };
            part.push(&page, &lines).unwrap();
        }
        part.end(&lines).unwrap();
        assert_eq!(text(), "orders | one\norders | two\norders | \norders | last\n");
    }
}

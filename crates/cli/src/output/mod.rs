//! The only way to standard output and standard error.
//!
//! Results go to standard output, as text for people or as JSON; everything that is said about them on the way goes to
//! standard error. A reader that closes its end ends the command, and never with a panic.

pub(crate) mod style;
pub(crate) mod table;
pub(crate) mod time;

use std::{
    io::{self, IsTerminal as _, Write},
    sync::{Mutex, PoisonError},
};

use clap::ValueEnum;
use serde::Serialize;

use crate::failure::Failure;
pub(crate) use style::{Style, Tone};

/// When to use colors.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub(crate) enum ColorChoice {
    /// On a terminal, unless NO_COLOR is set
    #[default]
    Auto,
    /// Always
    Always,
    /// Never
    Never,
}

impl ColorChoice {
    fn decide(self, terminal: bool, env: impl Fn(&str) -> Option<String>) -> bool {
        let dumb = || env("TERM").is_some_and(|term| term == "dumb");
        let refused = || env("NO_COLOR").is_some_and(|value| !value.is_empty());
        match self {
            Self::Always => true,
            Self::Never => false,
            Self::Auto => terminal && !refused() && !dumb(),
        }
    }
}

/// What results are written as.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Format {
    /// Text for people.
    Human,
    /// JSON for programs.
    Json,
}

/// How much is said besides the result.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Verbosity {
    /// Errors only.
    Quiet,
    /// What a person wants to know.
    Normal,
    /// More than that.
    Verbose,
}

type Sink = Mutex<Box<dyn Write + Send>>;

/// Standard output and standard error of one command.
pub(crate) struct Output {
    out: Sink,
    err: Sink,
    format: Format,
    verbosity: Verbosity,
    style: Style,
    err_style: Style,
    interactive: bool,
}

impl std::fmt::Debug for Output {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Output").field("format", &self.format).field("style", &self.style).finish_non_exhaustive()
    }
}

impl Output {
    /// The process's own.
    pub(crate) fn standard(format: Format, color: ColorChoice, verbosity: Verbosity) -> Self {
        let env = |name: &str| std::env::var(name).ok();
        let (out, err) = (io::stdout().is_terminal(), io::stderr().is_terminal());
        Self {
            out: Mutex::new(Box::new(io::stdout())),
            err: Mutex::new(Box::new(io::stderr())),
            format,
            verbosity,
            style: Style::new(color.decide(out, env), if out { table::terminal_width() } else { None }),
            err_style: Style::new(color.decide(err, env), None),
            interactive: out && err && format == Format::Human,
        }
    }

    /// One that writes elsewhere, without colors.
    #[cfg(test)]
    pub(crate) fn to(out: Box<dyn Write + Send>, err: Box<dyn Write + Send>, format: Format) -> Self {
        let style = Style::new(false, None);
        let (out, err) = (Mutex::new(out), Mutex::new(err));
        Self { out, err, format, verbosity: Verbosity::Normal, style, err_style: style, interactive: false }
    }

    pub(crate) fn is_json(&self) -> bool {
        self.format == Format::Json
    }

    /// Whether a person watches: both streams are terminals, and text is wanted.
    pub(crate) fn is_interactive(&self) -> bool {
        self.interactive && self.verbosity > Verbosity::Quiet
    }

    /// Whether only the result is wanted.
    pub(crate) fn is_quiet(&self) -> bool {
        self.verbosity == Verbosity::Quiet
    }

    pub(crate) fn is_verbose(&self) -> bool {
        self.verbosity == Verbosity::Verbose
    }

    /// Whether standard error takes colors.
    pub(crate) fn has_colored_errors(&self) -> bool {
        self.err_style.color()
    }

    pub(crate) fn style(&self) -> &Style {
        &self.style
    }

    /// Shows the one result of a command.
    pub(crate) fn show<T: Serialize + ?Sized>(
        &self,
        value: &T,
        human: impl FnOnce(&Style) -> String,
    ) -> Result<(), Failure> {
        match self.format {
            Format::Json => self.line(&json(serde_json::to_string_pretty(value))?),
            Format::Human => self.text(&human(&self.style)),
        }
    }

    /// Shows one of many results as it comes: one line of JSON, or what people see.
    pub(crate) fn record<T: Serialize + ?Sized>(
        &self,
        value: &T,
        human: impl FnOnce(&Style) -> String,
    ) -> Result<(), Failure> {
        match self.format {
            Format::Json => self.line(&Self::json_line(value)?),
            Format::Human => self.text(&human(&self.style)),
        }
    }

    /// A document as one line.
    pub(crate) fn json_line<T: Serialize + ?Sized>(value: &T) -> Result<String, Failure> {
        json(serde_json::to_string(value))
    }

    /// Writes a text as it is, with a newline at its end where it has none. An empty text is nothing.
    pub(crate) fn text(&self, text: &str) -> Result<(), Failure> {
        if text.is_empty() {
            return Ok(());
        }
        self.raw(text.as_bytes())?;
        if text.ends_with('\n') { Ok(()) } else { self.raw(b"\n") }
    }

    pub(crate) fn line(&self, text: &str) -> Result<(), Failure> {
        self.raw(format!("{text}\n").as_bytes())
    }

    /// Writes bytes as they are.
    pub(crate) fn raw(&self, bytes: &[u8]) -> Result<(), Failure> {
        let mut out = self.out.lock().unwrap_or_else(PoisonError::into_inner);
        out.write_all(bytes).and_then(|()| out.flush()).map_err(Failure::from)
    }

    /// Says something on the way, to people only.
    pub(crate) fn note(&self, text: &str) {
        if self.verbosity > Verbosity::Quiet && self.format == Format::Human {
            self.say(text);
        }
    }

    /// Warns.
    pub(crate) fn warn(&self, text: &str) {
        if self.verbosity > Verbosity::Quiet {
            self.say(&format!("{} {text}", self.err_style.paint(Tone::Warn, "warning:")));
        }
    }

    /// Says why the command failed.
    pub(crate) fn fail(&self, failure: &Failure) {
        if self.format == Format::Json {
            let text = serde_json::to_string(&serde_json::json!({ "error": failure })).unwrap_or_default();
            return self.say(&text);
        }
        let style = &self.err_style;
        let mut text = format!("{} {}", style.paint(Tone::Bad, "error:"), failure.message);
        for line in &failure.details {
            text.push_str(&format!("\n{line}"));
        }
        if let Some(hint) = &failure.hint {
            text.push_str(&format!("\n{} {hint}", style.paint(Tone::Busy, "hint:")));
        }
        if failure.code != "usage" {
            text.push_str(&format!("\n{}", style.paint(Tone::Dim, &format!("[{}]", failure.code))));
        }
        self.say(&text);
    }

    fn say(&self, text: &str) {
        let mut err = self.err.lock().unwrap_or_else(PoisonError::into_inner);
        // Nobody is left to tell when standard error is closed too.
        let _ = writeln!(err, "{text}");
    }
}

/// An output that keeps what is written to standard output, with the way to read it.
#[cfg(test)]
pub(crate) fn capture(format: Format) -> (Output, impl Fn() -> String) {
    #[derive(Clone, Default)]
    struct Kept(std::sync::Arc<Mutex<Vec<u8>>>);
    impl Write for Kept {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            self.0.lock().unwrap().write(bytes)
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }
    let kept = Kept::default();
    let output = Output::to(Box::new(kept.clone()), Box::new(io::sink()), format);
    (output, move || String::from_utf8(kept.0.lock().unwrap().clone()).unwrap())
}

fn json(text: serde_json::Result<String>) -> Result<String, Failure> {
    text.map_err(|error| Failure::local(format!("the result cannot be written as JSON: {error}")))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn colors_follow_choice_terminal_and_environment() {
        let none = |_: &str| None;
        let no_color = |name: &str| (name == "NO_COLOR").then(|| "1".to_owned());
        let dumb = |name: &str| (name == "TERM").then(|| "dumb".to_owned());
        assert!(ColorChoice::Auto.decide(true, none));
        assert!(!ColorChoice::Auto.decide(false, none));
        assert!(!ColorChoice::Auto.decide(true, no_color));
        assert!(!ColorChoice::Auto.decide(true, dumb));
        assert!(ColorChoice::Always.decide(false, no_color));
        assert!(!ColorChoice::Never.decide(true, none));
    }

    struct Closed;

    impl Write for Closed {
        fn write(&mut self, _: &[u8]) -> io::Result<usize> {
            Err(io::ErrorKind::BrokenPipe.into())
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    #[test]
    fn a_closed_pipe_ends_the_command_quietly() {
        let output = Output::to(Box::new(Closed), Box::new(Closed), Format::Human);
        assert_eq!(output.line("x").unwrap_err().exit, crate::failure::Exit::Pipe);
        output.note("nobody hears this");
    }
}

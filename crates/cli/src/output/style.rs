//! Tones instead of colors: what a text means decides how it looks.

use anstyle::{AnsiColor, Style as Ansi};
use headwater_core::record::{RunState, StepState, TickOutcome, WorkerState};

/// What a text means.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Tone {
    /// Nothing in particular.
    Plain,
    /// As it should be.
    Good,
    /// Wrong.
    Bad,
    /// Worth a look.
    Warn,
    /// In progress.
    Busy,
    /// Less important.
    Dim,
    /// More important.
    Strong,
}

/// How results look.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Style {
    color: bool,
    width: Option<u16>,
}

impl Style {
    pub(crate) const fn new(color: bool, width: Option<u16>) -> Self {
        Self { color, width }
    }

    /// Whether colors are used.
    pub(crate) const fn color(&self) -> bool {
        self.color
    }

    /// The width of the terminal in columns; none where it is not a terminal.
    pub(crate) const fn width(&self) -> Option<u16> {
        self.width
    }

    /// The text in a tone.
    pub(crate) fn paint(&self, tone: Tone, text: &str) -> String {
        let ansi = match tone {
            Tone::Plain => return text.to_owned(),
            Tone::Good => Ansi::new().fg_color(Some(AnsiColor::Green.into())),
            Tone::Bad => Ansi::new().fg_color(Some(AnsiColor::Red.into())).bold(),
            Tone::Warn => Ansi::new().fg_color(Some(AnsiColor::Yellow.into())),
            Tone::Busy => Ansi::new().fg_color(Some(AnsiColor::Cyan.into())),
            Tone::Dim => Ansi::new().dimmed(),
            Tone::Strong => Ansi::new().bold(),
        };
        if self.color { format!("{ansi}{text}{ansi:#}") } else { text.to_owned() }
    }
}

/// What a state means to a person.
pub(crate) trait Toned {
    fn tone(&self) -> Tone;
}

impl Toned for RunState {
    fn tone(&self) -> Tone {
        match self {
            Self::Queued => Tone::Dim,
            Self::Running => Tone::Busy,
            Self::Canceling | Self::Canceled => Tone::Warn,
            Self::Succeeded => Tone::Good,
            Self::Failed => Tone::Bad,
        }
    }
}

impl Toned for StepState {
    fn tone(&self) -> Tone {
        match self {
            Self::Pending | Self::Skipped => Tone::Dim,
            Self::Running => Tone::Busy,
            Self::RetryWait | Self::Canceled => Tone::Warn,
            Self::Succeeded => Tone::Good,
            Self::Failed => Tone::Bad,
        }
    }
}

impl Toned for WorkerState {
    fn tone(&self) -> Tone {
        match self {
            Self::Active => Tone::Good,
            Self::Draining => Tone::Warn,
            Self::Gone => Tone::Dim,
            Self::Lost => Tone::Bad,
        }
    }
}

impl Toned for TickOutcome {
    fn tone(&self) -> Tone {
        match self {
            Self::Launched => Tone::Good,
            Self::Skipped => Tone::Dim,
            Self::Failed => Tone::Bad,
        }
    }
}

/// The sign in front of a step: recognizable without colors.
pub(crate) const fn sign(state: StepState) -> &'static str {
    match state {
        StepState::Pending => "·",
        StepState::Running => "▸",
        StepState::RetryWait => "↻",
        StepState::Succeeded => "✓",
        StepState::Failed => "✗",
        StepState::Skipped => "-",
        StepState::Canceled => "■",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn colors_are_optional() {
        assert_eq!(Style::new(false, None).paint(Tone::Bad, "x"), "x");
        assert_eq!(Style::new(true, None).paint(Tone::Good, "x"), "\u{1b}[32mx\u{1b}[0m");
        assert_eq!(Style::new(true, None).paint(Tone::Plain, "x"), "x");
    }
}

//! Messages from handlebars templates.
//!
//! A template reads the fields of [`Context`]; [`FIELDS`] documents them. Values are escaped as the channel wants it.
//! Beside the built-in blocks (`if`, `unless`, `each`, `with`) and comparisons (`eq`, `ne`, `gt`, `lt`, `and`, `or`,
//! `not`) there are helpers that look right on every channel: `{{bold x}}`, `{{code x}}` for the lines of an error,
//! `{{list xs}}`, `{{link x url}}`.

mod check;
mod context;
mod helpers;
mod sample;

use std::io;

use handlebars::{Handlebars, RenderError, Template, TemplateError, TemplateErrorReason};

pub use check::check_templates;
pub use context::{Context, FIELDS};

use crate::channel::Markup;

/// The default message.
const DEFAULT: &str = include_str!("default.hbs");

/// The longest text that a template makes, in bytes.
const MOST_TEXT: usize = 64 * 1024;

/// What became of a template.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Rendered {
    /// Its text.
    Text(String),
    /// It failed; the default message stands in.
    Fallback {
        /// The default message.
        text: String,
        /// Why.
        error: String,
    },
}

/// What is wrong with a template: where, as line and column counted from one, and what.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Wrong {
    pub(crate) at: Option<(usize, usize)>,
    pub(crate) what: String,
}

/// The message of a template, or of the default one.
pub(crate) fn render(own: Option<&str>, context: &Context, markup: Markup) -> Rendered {
    let plain = |template: &str| try_render(template, context, markup);
    let fallback = || plain(DEFAULT).unwrap_or_else(|_| markup.escape(&context.title));
    match own {
        None => Rendered::Text(fallback()),
        Some(own) => match plain(own) {
            Ok(text) => Rendered::Text(text),
            Err(wrong) => Rendered::Fallback { text: fallback(), error: wrong.what },
        },
    }
}

/// Renders one template.
pub(crate) fn try_render(template: &str, context: &Context, markup: Markup) -> Result<String, Wrong> {
    let template = compile(template)?;
    let mut registry = Handlebars::new();
    registry.set_strict_mode(true);
    registry.register_escape_fn(move |text| markup.escape(text));
    helpers::register(&mut registry, markup);
    registry.register_template("alert", template);
    let mut out = Bounded(Vec::new());
    registry.render_to_write("alert", context, &mut out).map_err(|error| render_error(&error))?;
    // Templates and values are text, so what they make is.
    Ok(String::from_utf8_lossy(&out.0).trim_end().to_owned())
}

/// Reads a template, with what is refused of it.
fn compile(text: &str) -> Result<Template, Wrong> {
    check::bounds(text)?;
    let template = Template::compile(text).map_err(|error| syntax(text, &error))?;
    check::walk(&template)?;
    Ok(template)
}

/// The parser tells what it expected in the names of its grammar, which help nobody.
fn syntax(text: &str, error: &TemplateError) -> Wrong {
    let what = match error.reason() {
        TemplateErrorReason::InvalidSyntax(_) if is_end(text, error.pos()) => {
            "it ends in the middle of a tag or a block; a block that `{{#if x}}` begins ends with `{{/if}}`".to_owned()
        }
        TemplateErrorReason::InvalidSyntax(_) => "it cannot be read from here on".to_owned(),
        reason => reason.to_string(),
    };
    Wrong { at: error.pos(), what }
}

/// Whether a place is behind the last character.
fn is_end(text: &str, at: Option<(usize, usize)>) -> bool {
    let lines = text.split('\n').count();
    let last = text.rsplit('\n').next().unwrap_or_default().chars().count();
    at.is_some_and(|(line, column)| line >= lines && column > last)
}

fn render_error(error: &RenderError) -> Wrong {
    use handlebars::RenderErrorReason as Reason;
    let what = match error.reason() {
        Reason::MissingVariable(Some(name)) => format!("there is no field `{name}`"),
        Reason::HelperNotFound(name) => format!("there is no helper `{name}`"),
        Reason::PartialNotFound(name) => format!("there is no partial `{name}`; a template stands alone"),
        Reason::ParamNotFoundForIndex(name, at) => format!("`{name}` needs {} values", at + 1),
        reason => reason.to_string(),
    };
    Wrong { at: error.line_no.zip(error.column_no), what }
}

/// Takes so much text and no more.
struct Bounded(Vec<u8>);

impl io::Write for Bounded {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        if self.0.len() + bytes.len() > MOST_TEXT {
            return Err(io::Error::other("its text is longer than 64 kB"));
        }
        self.0.extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

//! Helpers that look right on every channel, and the built-in ones that templates cannot have.

use handlebars::{
    Context, Handlebars, Helper, HelperDef, HelperResult, JsonRender, Output, RenderContext, RenderError,
    RenderErrorReason,
};

use crate::channel::Markup;

/// What a helper makes of its values.
type Make = fn(Markup, &[String]) -> String;

/// A helper: how many values it wants, and what it makes of them.
struct Marked {
    name: &'static str,
    wants: usize,
    markup: Markup,
    make: Make,
}

impl HelperDef for Marked {
    fn call<'reg: 'rc, 'rc>(
        &self,
        helper: &Helper<'rc>,
        _: &'reg Handlebars<'reg>,
        _: &'rc Context,
        _: &mut RenderContext<'reg, 'rc>,
        out: &mut dyn Output,
    ) -> HelperResult {
        let mut values = Vec::new();
        for at in 0..self.wants {
            let value = helper.param(at).ok_or(RenderErrorReason::ParamNotFoundForIndex(self.name, at))?;
            if value.is_value_missing() {
                return Err(RenderError::strict_error(value.relative_path()));
            }
            match value.value().as_array() {
                Some(list) => values.extend(list.iter().map(JsonRender::render)),
                None => values.push(value.value().render()),
            }
        }
        out.write(&(self.make)(self.markup, &values))?;
        Ok(())
    }
}

pub(super) fn register(registry: &mut Handlebars<'_>, markup: Markup) {
    let helpers: [(&'static str, usize, Make); 4] = [
        ("bold", 1, |markup, values| markup.bold(&values.concat())),
        ("code", 1, |markup, values| markup.code(&values.join("\n"))),
        ("list", 1, |markup, values| markup.escape(&values.join(", "))),
        ("link", 2, |markup, values| match values {
            [text, url] => markup.link(text, url),
            _ => String::new(),
        }),
    ];
    for (name, wants, make) in helpers {
        registry.register_helper(name, Box::new(Marked { name, wants, markup, make }));
    }
    // It writes to the server's log.
    registry.unregister_helper("log");
}

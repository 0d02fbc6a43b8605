//! Whether templates are sound, before they have to tell anything.

use handlebars::{
    Path, Template,
    template::{HelperTemplate, Parameter, TemplateElement},
};
use headwater_core::{
    alert::AlertTopic,
    graph::Finding,
    manifest::{AlertPolicyDef, Manifest},
};

use super::{FIELDS, Wrong, context::Context, sample, try_render};
use crate::channel::Markup;

/// Bounds of a template: its length, how many tags it has, how deep its blocks stand in each other, how many loops.
const MOST_BYTES: usize = 16 * 1024;
const MOST_TAGS: usize = 500;
const MOST_DEPTH: usize = 16;
const MOST_LOOPS: usize = 2;

/// Tries the template of every policy with sample events; gives what is wrong with them.
pub fn check_templates(manifest: &Manifest) -> Vec<Finding> {
    manifest.alerts.iter().filter_map(|policy| check(manifest, policy)).collect()
}

fn check(manifest: &Manifest, policy: &AlertPolicyDef) -> Option<Finding> {
    let template = policy.template.as_deref()?;
    let wrong =
        samples(manifest, policy).iter().find_map(|sample| try_render(template, sample, Markup::Plain).err())?;
    let place = wrong.at.map_or_else(String::new, |(line, column)| format!(", line {line}, column {column}"));
    let fields: Vec<&str> = FIELDS.iter().map(|(name, _)| *name).collect();
    let finding =
        Finding::new("alert-template", format!("alert policy {}: its template{place}: {}", policy.name, wrong.what));
    Some(finding.at(policy.source.as_ref()).hint(format!("the fields are {}", fields.join(", "))))
}

/// Events of every kind, with everything that an event can have and with as little as it can have, so that both sides
/// of every condition are tried.
fn samples(manifest: &Manifest, policy: &AlertPolicyDef) -> Vec<Context> {
    let mut samples = Vec::new();
    for &topic in AlertTopic::ALL {
        for message in [sample::full(manifest, policy, topic), sample::bare(manifest, policy, topic)] {
            let channel = policy.channels.first().map_or("", String::as_str);
            samples.push(Context::new(&message, topic, channel, "https://headwater.example"));
        }
    }
    samples
}

/// Refuses what would be dear to read at all.
pub(super) fn bounds(text: &str) -> Result<(), Wrong> {
    let wrong = |what: String| Err(Wrong { at: None, what });
    if text.len() > MOST_BYTES {
        return wrong(format!("it is longer than {MOST_BYTES} bytes"));
    }
    if text.matches("{{").count() > MOST_TAGS {
        return wrong(format!("it has more than {MOST_TAGS} tags"));
    }
    let mut depth = 0_usize;
    for character in text.chars() {
        match character {
            '(' => depth += 1,
            ')' => depth = depth.saturating_sub(1),
            '}' => depth = 0,
            _ => {}
        }
        if depth > MOST_DEPTH {
            return wrong(format!("it has more than {MOST_DEPTH} brackets in each other"));
        }
    }
    Ok(())
}

/// Refuses what a template must not do, and fields that are not there, also where no sample comes by.
pub(super) fn walk(template: &Template) -> Result<(), Wrong> {
    walk_at(template, Place { depth: 0, loops: 0, scope: Scope::Root })
}

/// Where in a template something stands.
#[derive(Clone, Copy)]
struct Place {
    depth: usize,
    loops: usize,
    scope: Scope,
}

/// What names are looked up in.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Scope {
    /// The fields.
    Root,
    /// Something else, within `each` or `with`.
    Other,
}

fn walk_at(template: &Template, place: Place) -> Result<(), Wrong> {
    for (at, element) in template.elements.iter().enumerate() {
        let position = template.mapping.get(at).map(|mapping| (mapping.0, mapping.1));
        let wrong = |what: String| Wrong { at: position, what };
        match element {
            TemplateElement::RawString(_) | TemplateElement::Comment(_) => {}
            TemplateElement::Expression(tag) => parameters(tag, place).map_err(wrong)?,
            TemplateElement::HelperBlock(block) => {
                parameters(block, place).map_err(wrong)?;
                let inner = within(block, place).map_err(wrong)?;
                block.template.iter().try_for_each(|body| walk_at(body, inner))?;
                block.inverse.iter().try_for_each(|body| walk_at(body, Place { depth: inner.depth, ..place }))?;
            }
            TemplateElement::HtmlExpression(_) => {
                return Err(wrong(
                    "three braces would leave a value as it is; write two, values are escaped for the channel".into(),
                ));
            }
            // Partials and what declares them: one that calls itself would never end.
            _ => {
                return Err(wrong("there are no partials; a template stands alone".into()));
            }
        }
    }
    Ok(())
}

/// The place inside of a block.
fn within(block: &HelperTemplate, place: Place) -> Result<Place, String> {
    let name = block.name.as_name().unwrap_or_default();
    let loops = place.loops + usize::from(name == "each");
    let depth = place.depth + 1;
    if depth > MOST_DEPTH {
        return Err(format!("it has more than {MOST_DEPTH} blocks in each other"));
    }
    if loops > MOST_LOOPS {
        return Err(format!("it has more than {MOST_LOOPS} `each` in each other"));
    }
    let scope = if matches!(name, "each" | "with") { Scope::Other } else { place.scope };
    Ok(Place { depth, loops, scope })
}

/// Looks at the names that a tag reads.
fn parameters(tag: &HelperTemplate, place: Place) -> Result<(), String> {
    tag.params.iter().chain(tag.hash.values()).try_for_each(|parameter| known(parameter, place))?;
    // A name alone is a field; with values or as a block it is a helper.
    let alone = !tag.block && tag.params.is_empty() && tag.hash.is_empty();
    if alone { known(&tag.name, place) } else { Ok(()) }
}

fn known(parameter: &Parameter, place: Place) -> Result<(), String> {
    match parameter {
        Parameter::Path(Path::Relative((_, raw))) if place.scope == Scope::Root => {
            let first = raw.trim_start_matches("this.").split(['.', '/', '[']).next().unwrap_or_default();
            let is_field = first.is_empty() || first == "this" || FIELDS.iter().any(|(name, _)| *name == first);
            if is_field { Ok(()) } else { Err(format!("there is no field `{raw}`")) }
        }
        Parameter::Subexpression(inner) => {
            let hash = inner.hash().into_iter().flat_map(|hash| hash.values());
            inner.params().into_iter().flatten().chain(hash).try_for_each(|parameter| known(parameter, place))
        }
        _ => Ok(()),
    }
}

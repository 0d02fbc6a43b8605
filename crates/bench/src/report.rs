//! Figures as JSON lines, and as a table for people.

use serde_json::{Map, Value, json};

/// Whether a figure is good when it is high or when it is low.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Target {
    /// At least this.
    AtLeast(f64),
    /// At most this.
    AtMost(f64),
}

/// All figures of a measurement.
#[derive(Debug, Default)]
pub(crate) struct Report {
    lines: Vec<Value>,
}

impl Report {
    /// Adds a figure with its parameters and prints its line.
    pub(crate) fn add(&mut self, name: &str, value: f64, unit: &str, target: Target, parameters: Value) {
        let rounded = (value * 1000.0).round() / 1000.0;
        let ok = match target {
            Target::AtLeast(goal) => value >= goal,
            Target::AtMost(goal) => value <= goal,
        };
        self.line(name, json!(rounded), unit, target, ok, parameters);
    }

    /// Adds a figure that could not be measured here: a line without a value, with the reason, and not ok.
    pub(crate) fn missing(&mut self, name: &str, unit: &str, target: Target, reason: &str) {
        self.line(name, Value::Null, unit, target, false, json!({ "missing": reason }));
    }

    fn line(&mut self, name: &str, value: Value, unit: &str, target: Target, ok: bool, parameters: Value) {
        let (Target::AtLeast(goal) | Target::AtMost(goal)) = target;
        let mut line = Map::new();
        line.insert("name".into(), json!(name));
        line.insert("value".into(), value);
        line.insert("unit".into(), json!(unit));
        line.insert("target".into(), json!(goal));
        line.insert("ok".into(), json!(ok));
        if let Value::Object(parameters) = parameters {
            line.extend(parameters);
        }
        let line = Value::Object(line);
        println!("{line}");
        self.lines.push(line);
    }

    /// Prints the table.
    pub(crate) fn print_table(&self) {
        if self.lines.is_empty() {
            return;
        }
        println!("\n{:<28} {:>14} {:<10} {:>12}  {:<5} parameters", "figure", "value", "unit", "target", "ok");
        for line in &self.lines {
            let text = |field: &str| match &line[field] {
                Value::String(text) => text.clone(),
                Value::Null => "-".into(),
                Value::Bool(true) => "yes".into(),
                Value::Bool(false) => "NO".into(),
                other => other.to_string(),
            };
            let known = ["name", "value", "unit", "target", "ok"];
            let parameters: Vec<String> = line
                .as_object()
                .into_iter()
                .flatten()
                .filter(|(field, _)| !known.contains(&field.as_str()))
                .map(|(field, value)| {
                    format!("{field}={}", value.as_str().map_or_else(|| value.to_string(), str::to_owned))
                })
                .collect();
            println!(
                "{:<28} {:>14} {:<10} {:>12}  {:<5} {}",
                text("name"),
                text("value"),
                text("unit"),
                text("target"),
                text("ok"),
                parameters.join(" ")
            );
        }
    }
}

/// The value below which a share of the samples lies.
pub(crate) fn percentile(samples: &[f64], share: f64) -> f64 {
    let mut sorted = samples.to_vec();
    sorted.sort_by(f64::total_cmp);
    let at = ((sorted.len() as f64 * share).ceil() as usize).saturating_sub(1);
    sorted.get(at.min(sorted.len().saturating_sub(1))).copied().unwrap_or(f64::NAN)
}

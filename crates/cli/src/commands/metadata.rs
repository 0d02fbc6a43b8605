//! Metadata of a version, for people: short facts below each other, and whatever needs room after them.

use std::collections::BTreeMap;

use headwater_core::metadata::{ColumnRef, Metadata, MetadataValue, Table, TableSchema};
use serde_json::Value;

use crate::output::{
    Style, Tone,
    table::{Cell, facts, table},
    time,
};

/// The most rows of a table that are shown; `--json` has all of them.
const MOST_ROWS: usize = 20;

/// The longest text that is a short fact.
const SHORT: usize = 100;

/// A fact as one short text; none where it needs room.
pub(crate) fn short(value: &MetadataValue) -> Option<String> {
    let text = match value {
        MetadataValue::Text(text) | MetadataValue::Url(text) | MetadataValue::Path(text) => text.clone(),
        MetadataValue::Int(number) => number.to_string(),
        MetadataValue::Float(number) => number.0.to_string(),
        MetadataValue::Bool(flag) => flag.to_string(),
        MetadataValue::Timestamp(at) => time::instant((*at).into()),
        MetadataValue::Markdown(_)
        | MetadataValue::Json(_)
        | MetadataValue::Table(_)
        | MetadataValue::TableSchema(_)
        | MetadataValue::ColumnLineage(_) => return None,
    };
    (text.chars().count() <= SHORT && !text.contains('\n')).then_some(text)
}

/// All facts; nothing where there are none.
pub(super) fn page(style: &Style, metadata: &Metadata) -> String {
    let (mut rows, mut blocks) = (Vec::new(), Vec::new());
    for (name, value) in metadata {
        match short(value) {
            Some(text) => rows.push((name.as_str(), Cell::new(text))),
            None => blocks.push(format!("{}\n{}", style.paint(Tone::Dim, name), block(style, value))),
        }
    }
    if !rows.is_empty() {
        blocks.insert(0, facts(style, rows));
    }
    blocks.join("\n\n")
}

fn block(style: &Style, value: &MetadataValue) -> String {
    match value {
        MetadataValue::Table(rows) => sample(style, rows),
        MetadataValue::TableSchema(schema) => columns(style, schema),
        MetadataValue::ColumnLineage(lineage) => sources(style, lineage),
        // JSON that was read can be written.
        MetadataValue::Json(json) => serde_json::to_string_pretty(json).unwrap_or_default(),
        MetadataValue::Text(text)
        | MetadataValue::Markdown(text)
        | MetadataValue::Url(text)
        | MetadataValue::Path(text) => text.trim_end().to_owned(),
        MetadataValue::Int(_) | MetadataValue::Float(_) | MetadataValue::Bool(_) | MetadataValue::Timestamp(_) => {
            short(value).unwrap_or_default()
        }
    }
}

fn sample(style: &Style, sample: &Table) -> String {
    let cell = |value: &Value| match value {
        Value::Null => Cell::toned("-", Tone::Dim),
        Value::String(text) => Cell::new(text),
        Value::Number(number) => Cell::number(number),
        other => Cell::new(other),
    };
    let rows = sample.rows.iter().take(MOST_ROWS).map(|row| row.iter().map(cell).collect());
    let headings: Vec<&str> = sample.columns.iter().map(String::as_str).collect();
    let shown = table(style, &headings, rows.collect(), "no rows");
    match sample.rows.len().saturating_sub(MOST_ROWS) {
        0 => shown,
        more => format!("{shown}\n{}", style.paint(Tone::Dim, &format!("and {more} more rows"))),
    }
}

fn columns(style: &Style, schema: &TableSchema) -> String {
    let rows = schema.columns.iter().map(|column| {
        let null = if column.nullable { "" } else { "not null" };
        let tags: Vec<String> = column
            .tags
            .iter()
            .map(|(name, value)| if value.is_empty() { name.clone() } else { format!("{name}={value}") })
            .collect();
        vec![
            Cell::new(&column.name),
            Cell::new(&column.data_type),
            Cell::toned(null, Tone::Dim),
            Cell::new(&column.description),
            Cell::toned(tags.join(", "), Tone::Dim),
        ]
    });
    table(style, &["column", "type", "", "description", "tags"], rows.collect(), "no columns")
}

fn sources(style: &Style, lineage: &BTreeMap<String, Vec<ColumnRef>>) -> String {
    let rows = lineage.iter().map(|(column, sources)| {
        let sources: Vec<String> =
            sources.iter().map(|source| format!("{} of {}", source.column, source.asset)).collect();
        vec![Cell::new(column), Cell::new(sources.join(", "))]
    });
    table(style, &["column", "comes from"], rows.collect(), "no columns")
}

#[cfg(test)]
mod tests {
    use headwater_core::metadata::Column;
    use serde_json::json;

    use super::*;

    #[test]
    fn every_type_is_shown() {
        let column = |name: &str, data_type: &str, nullable| Column {
            name: name.into(),
            data_type: data_type.into(),
            description: "What it says".into(),
            nullable,
            tags: [("pii".to_owned(), String::new())].into(),
        };
        let source = ColumnRef { asset: "raw/orders".parse().unwrap(), column: "amount".into() };
        let sample = Table {
            columns: vec!["day".into(), "revenue".into()],
            rows: (1..=25).map(|day| vec![json!(format!("2026-11-{day:02}")), json!(day * 10)]).collect(),
        };
        let metadata = Metadata::from([
            ("rows".into(), 120.into()),
            ("mean".into(), 1.5.into()),
            ("whole".into(), true.into()),
            ("endpoint".into(), MetadataValue::Url("https://shop.example/orders".into())),
            ("note".into(), MetadataValue::Markdown("# Note\n\nof **two** lines\n".into())),
            ("counts".into(), json!({ "a": [1, 2] }).into()),
            ("sample".into(), sample.into()),
            ("columns".into(), TableSchema { columns: vec![column("id", "BIGINT", false)] }.into()),
            ("lineage".into(), MetadataValue::ColumnLineage([("revenue".into(), vec![source])].into())),
        ]);
        insta::assert_snapshot!(page(&Style::new(false, None), &metadata));
        assert_eq!(page(&Style::new(false, None), &Metadata::new()), "");
    }
}

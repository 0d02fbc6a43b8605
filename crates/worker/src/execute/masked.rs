//! Takes secrets out of what an attempt tells about itself.
//!
//! Everything that people get to see is masked: texts of failures, metadata of every type, descriptions. Two things go
//! out as they are. Cursors come back to the step, which could not go on from a masked one. Asset keys, names of
//! checks and partitions are those of the definitions and say what a result belongs to.

use std::{collections::BTreeMap, mem};

use headwater_core::{
    metadata::{Column, ColumnRef, Metadata, MetadataValue, Table, TableSchema},
    report::{CheckOutcome, Materialized, Outcome, StepFailure, StepOutput},
};
use serde_json::Value;

use crate::logs::Masker;

/// The outcome without secrets, and with failure texts cut to what is kept.
pub(super) fn masked(outcome: Outcome, masker: &Masker) -> Outcome {
    let mask = Mask(masker);
    match outcome {
        Outcome::Failed(failure) => Outcome::Failed(mask.failure(failure)),
        Outcome::Succeeded(output) if !masker.is_empty() => Outcome::Succeeded(mask.output(output)),
        other => other,
    }
}

struct Mask<'a>(&'a Masker);

impl Mask<'_> {
    fn failure(&self, mut failure: StepFailure) -> StepFailure {
        self.text(failure.class.0.to_mut());
        self.text(&mut failure.message);
        self.text(&mut failure.details);
        failure.bounded()
    }

    fn output(&self, mut output: StepOutput) -> StepOutput {
        output.materialized.iter_mut().chain(&mut output.observed).for_each(|version| self.version(version));
        output.checks.iter_mut().for_each(|check| self.check(check));
        output
    }

    fn version(&self, version: &mut Materialized) {
        version.version.iter_mut().for_each(|version| self.text(version));
        self.metadata(&mut version.metadata);
    }

    fn check(&self, check: &mut CheckOutcome) {
        self.text(&mut check.description);
        self.metadata(&mut check.metadata);
    }

    fn text(&self, text: &mut String) {
        if let std::borrow::Cow::Owned(masked) = self.0.mask_str(text) {
            *text = masked;
        }
    }

    fn metadata(&self, metadata: &mut Metadata) {
        self.names(metadata);
        metadata.values_mut().for_each(|value| self.value(value));
    }

    /// Names can hold secrets as well. They seldom do, so most maps are left alone.
    fn names<V>(&self, map: &mut BTreeMap<String, V>) {
        if map.keys().any(|name| self.is_secret(name)) {
            *map =
                mem::take(map).into_iter().map(|(name, value)| (self.0.mask_str(&name).into_owned(), value)).collect();
        }
    }

    fn is_secret(&self, text: &str) -> bool {
        matches!(self.0.mask_str(text), std::borrow::Cow::Owned(_))
    }

    fn value(&self, value: &mut MetadataValue) {
        match value {
            MetadataValue::Text(text)
            | MetadataValue::Markdown(text)
            | MetadataValue::Url(text)
            | MetadataValue::Path(text) => self.text(text),
            MetadataValue::Json(json) => self.json(json),
            MetadataValue::Table(table) => self.table(table),
            MetadataValue::TableSchema(schema) => self.schema(schema),
            MetadataValue::ColumnLineage(lineage) => self.lineage(lineage),
            MetadataValue::Bool(_) => {}
            // A secret can be all digits. What is left of such a number is no number.
            MetadataValue::Int(number) => self.number(number.to_string(), value),
            MetadataValue::Float(number) => self.number(number.0.to_string(), value),
            MetadataValue::Timestamp(time) => self.number(time.as_micros().to_string(), value),
        }
    }

    fn number(&self, mut text: String, value: &mut MetadataValue) {
        if self.is_secret(&text) {
            self.text(&mut text);
            *value = MetadataValue::Text(text);
        }
    }

    fn json(&self, json: &mut Value) {
        match json {
            Value::String(text) => self.text(text),
            Value::Array(items) => items.iter_mut().for_each(|item| self.json(item)),
            Value::Object(fields) => {
                if fields.keys().any(|name| self.is_secret(name)) {
                    let named = mem::take(fields).into_iter();
                    *fields = named.map(|(name, value)| (self.0.mask_str(&name).into_owned(), value)).collect();
                }
                fields.values_mut().for_each(|field| self.json(field));
            }
            Value::Number(number) => {
                let mut text = number.to_string();
                if self.is_secret(&text) {
                    self.text(&mut text);
                    *json = Value::String(text);
                }
            }
            Value::Null | Value::Bool(_) => {}
        }
    }

    fn table(&self, table: &mut Table) {
        table.columns.iter_mut().for_each(|name| self.text(name));
        table.rows.iter_mut().flatten().for_each(|cell| self.json(cell));
    }

    fn schema(&self, schema: &mut TableSchema) {
        schema.columns.iter_mut().for_each(|Column { name, data_type, description, nullable: _, tags }| {
            [name, data_type, description].into_iter().for_each(|text| self.text(text));
            self.names(tags);
            tags.values_mut().for_each(|tag| self.text(tag));
        });
    }

    fn lineage(&self, lineage: &mut BTreeMap<String, Vec<ColumnRef>>) {
        self.names(lineage);
        lineage.values_mut().flatten().for_each(|source| self.text(&mut source.column));
    }
}

#[cfg(test)]
mod tests {
    use base64::{Engine as _, engine::general_purpose::STANDARD};
    use headwater_core::{
        id::{Attempt, RunId, StepNo, Token},
        key::AssetKey,
        manifest::ErrorClass,
        report::{AttemptRef, Report},
        time::Timestamp,
    };
    use proptest::prelude::*;
    use serde_json::json;

    use super::*;
    use crate::logs::Secret;

    fn percent(text: &str) -> String {
        text.bytes()
            .map(|byte| if byte.is_ascii_alphanumeric() { char::from(byte).into() } else { format!("%{byte:02X}") })
            .collect()
    }

    fn escaped(text: &str) -> String {
        serde_json::to_string(text).unwrap().trim_matches('"').to_owned()
    }

    /// The ways in which careless code writes a secret.
    fn forms(secret: &str) -> [String; 5] {
        let bare = secret.to_owned();
        [bare, STANDARD.encode(secret), percent(secret), escaped(secret), escaped(&escaped(secret))]
    }

    /// Facts of every type that hold a text wherever they can.
    fn facts(text: &str) -> Metadata {
        let column = Column {
            name: text.into(),
            data_type: text.into(),
            description: text.into(),
            nullable: true,
            tags: [(text.to_owned(), text.to_owned())].into(),
        };
        let source = ColumnRef { asset: AssetKey::new("a").unwrap(), column: text.into() };
        let table = Table { columns: vec![text.into()], rows: vec![vec![json!(text), json!({ text: [text] })]] };
        Metadata::from([
            ("text".to_owned(), text.into()),
            (text.to_owned(), MetadataValue::Bool(true)),
            ("markdown".to_owned(), MetadataValue::Markdown(format!("**{text}**"))),
            ("url".to_owned(), MetadataValue::Url(format!("https://me:{text}@host/"))),
            ("path".to_owned(), MetadataValue::Path(text.into())),
            (
                "json".to_owned(),
                json!({ text: { "deep": [1, [text]] }, "document": json!({ "x": text }).to_string() }).into(),
            ),
            ("table".to_owned(), table.into()),
            ("schema".to_owned(), TableSchema { columns: vec![column] }.into()),
            ("lineage".to_owned(), MetadataValue::ColumnLineage([(text.to_owned(), vec![source])].into())),
        ])
    }

    fn succeeded(text: &str) -> Outcome {
        let key = AssetKey::new("a").unwrap();
        let version =
            Materialized { version: Some(text.into()), metadata: facts(text), ..Materialized::new(key.clone()) };
        let check = CheckOutcome {
            asset: key,
            check: "c".into(),
            partition: String::new(),
            passed: true,
            severity: headwater_core::manifest::Severity::default(),
            description: text.into(),
            metadata: facts(text),
        };
        Outcome::Succeeded(StepOutput {
            materialized: vec![version.clone()],
            observed: vec![version],
            checks: vec![check],
        })
    }

    fn failed(text: &str) -> Outcome {
        let failure = StepFailure::new(ErrorClass::custom(text), text);
        Outcome::Failed(StepFailure { details: format!("caused by: {text}"), ..failure })
    }

    /// What is sent.
    fn sent(outcome: Outcome, masker: &Masker) -> String {
        let at = AttemptRef { run: RunId(uuid::Uuid::nil()), step: StepNo(0), attempt: Attempt(1), token: Token(7) };
        let (started_at, ended_at) = (Timestamp::EPOCH, Timestamp::EPOCH);
        let report = Report { at, started_at, ended_at, inputs: Vec::new(), outcome: masked(outcome, masker) };
        serde_json::to_string(&report).unwrap()
    }

    fn masker(secret: &str) -> Masker {
        Masker::new([Secret::new("test", secret)]).unwrap()
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(100))]

        #[test]
        fn no_form_of_a_secret_is_sent(
            // The first character keeps a form from being part of what every report has.
            secret in "[#][a-zA-Z0-9é/+%&<\"\\\\ ]{10,30}[#]",
            before in "[a-z ]{0,5}",
            after in "[a-z ]{0,5}",
        ) {
            let masker = masker(&secret);
            for form in forms(&secret) {
                let text = format!("{before}{form}{after}");
                for outcome in [succeeded(&text), failed(&text)] {
                    let plain = serde_json::to_string(&outcome).unwrap();
                    prop_assert!(plain.contains(&escaped(&form)), "the test hides nothing: {}", plain);
                    let sent = sent(outcome, &masker);
                    for form in forms(&secret) {
                        prop_assert!(!sent.contains(&form), "{} in {}", form, sent);
                    }
                }
            }
        }
    }

    #[test]
    fn numbers_that_are_secrets_are_masked() {
        let masker = masker("8837411906");
        let values = [
            MetadataValue::Int(8_837_411_906),
            8_837_411_906.5.into(),
            MetadataValue::Timestamp(Timestamp::from_micros(88_374_119_061)),
            json!({ "pin": [8_837_411_906_u64] }).into(),
        ];
        for value in values {
            let mut version = Materialized::new(AssetKey::new("a").unwrap());
            version.metadata.insert("pin".into(), value);
            let sent =
                sent(Outcome::Succeeded(StepOutput { materialized: vec![version], ..StepOutput::default() }), &masker);
            assert!(!sent.contains("8837411906") && sent.contains("***"), "{sent}");
        }
    }

    #[test]
    fn what_is_no_secret_is_left_as_it_is() {
        let outcome = succeeded("hunter2");
        assert_eq!(masked(outcome.clone(), &masker("another secret")), outcome);
        assert_eq!(masked(outcome.clone(), &Masker::none()), outcome);
    }

    #[test]
    fn a_cursor_comes_back_as_it_was() {
        let version =
            Materialized { cursor: Some(json!("hunter22")), ..Materialized::new(AssetKey::new("a").unwrap()) };
        let outcome = Outcome::Succeeded(StepOutput { materialized: vec![version], ..StepOutput::default() });
        assert_eq!(masked(outcome.clone(), &masker("hunter22")), outcome);
    }
}

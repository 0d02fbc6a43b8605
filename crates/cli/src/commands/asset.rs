//! One asset: as it is, as it was, reported from outside.

use headwater_api::{AssetDetail, CheckResult, ListQuery, ReportVersion, StaleCause, Version, VersionQuery};
use headwater_core::{
    key::AssetKey,
    metadata::{Metadata, MetadataValue},
    record::VersionKind,
    time::Timestamp,
};
use serde::Serialize;

use super::{checks::Verdict, list, metadata, runs::short};
use crate::{
    args::{AssetCommand, HistoryArgs, ReportArgs, ReportKind},
    context::{Context, collect, idempotency},
    edge,
    failure::{Done, Exit, Failure},
    output::{
        Style, Tone,
        table::{Cell, facts, table},
        time,
    },
};

pub(crate) async fn asset(context: &Context, command: AssetCommand) -> Done {
    match command {
        AssetCommand::Show { key } => show(context, &key).await,
        AssetCommand::History(args) => history(context, &args).await,
        AssetCommand::Report(args) => report(context, args).await,
    }
}

fn key(text: &str) -> Result<AssetKey, Failure> {
    text.parse().map_err(|error: headwater_core::key::KeyError| Failure::usage(error.to_string()))
}

async fn show(context: &Context, text: &str) -> Done {
    let (client, key) = (context.client()?, key(text)?);
    let detail = client.asset(&key).await?;
    let newest = VersionQuery { limit: Some(1), ..VersionQuery::default() };
    let latest_version = client.asset_versions(&key, &newest).await?.items.pop();
    let shown = Shown { detail, latest_version };
    context.output.show(&shown, |style| page(style, &shown, edge::now()))?;
    Ok(Exit::Success)
}

/// An asset with its latest version.
#[derive(Debug, Serialize)]
struct Shown {
    #[serde(flatten)]
    detail: AssetDetail,
    #[serde(skip_serializing_if = "Option::is_none")]
    latest_version: Option<Version>,
}

fn page(style: &Style, shown: &Shown, now: Timestamp) -> String {
    let detail = &shown.detail;
    let asset = &detail.asset;
    let (state, tone) = list::state(asset);
    let tags: Vec<String> = asset
        .tags
        .iter()
        .map(|(name, value)| if value.is_empty() { name.clone() } else { format!("{name}={value}") })
        .collect();
    let keys = |keys: &[AssetKey]| keys.iter().map(AssetKey::as_str).collect::<Vec<_>>().join(", ");
    let mut rows = vec![
        ("asset", Cell::toned(&asset.key, Tone::Strong)),
        ("state", Cell::toned(state, tone)),
        ("checks", list::checks(asset)),
        ("group", Cell::new(&asset.group)),
        ("role", Cell::new(&asset.role)),
        ("location", Cell::new(&asset.location)),
    ];
    let mut add = |name: &'static str, text: String| {
        if !text.is_empty() {
            rows.push((name, Cell::new(text)));
        }
    };
    add("domain", asset.domain.clone().unwrap_or_default());
    add("tier", asset.tier.clone().unwrap_or_default());
    add("owners", asset.owners.join(", "));
    add("kinds", asset.kinds.join(", "));
    add("tags", tags.join(", "));
    add("code version", asset.code_version.clone().unwrap_or_default());
    add("upstream", keys(&detail.upstream));
    add("downstream", keys(&detail.downstream));
    add("schedules", detail.schedules.join(", "));
    if let Some(latest) = &asset.latest {
        add("latest", format!("{} {} ({})", latest.kind, time::instant(latest.at), time::ago(now, latest.at.0)));
        add("data version", latest.version.clone());
        add("by run", latest.run.map(short).unwrap_or_default());
    }
    if let Some(failed) = &asset.failed {
        add("failed", format!("{} in run {}", time::ago(now, failed.at.0), short(failed.run)));
    }
    add(
        "stale because",
        asset.causes.iter().map(|cause: &StaleCause| cause.message.clone()).collect::<Vec<_>>().join("\n"),
    );
    let mut text = facts(style, rows);
    if !detail.description.is_empty() {
        text.push_str(&format!("\n\n{}", detail.description.trim_end()));
    }
    if !asset.checks.is_empty() {
        let rows = asset.checks.iter().map(|check| {
            let blocking = if check.blocking { "blocking" } else { "" };
            let at = check.latest.as_ref().map(|result| time::ago(now, result.at.0));
            let outcome = check.latest.as_ref().map_or(Cell::toned("never evaluated", Tone::Dim), outcome);
            let why = check.latest.as_ref().filter(|result| !result.passed).map(|result| result.description.as_str());
            vec![
                Cell::new(&check.name).whole(),
                outcome.whole(),
                Cell::maybe(at).whole(),
                Cell::toned(blocking, Tone::Dim).whole(),
                Cell::new(why.unwrap_or_default()),
            ]
        });
        text.push_str(&format!("\n\n{}", table(style, &["check", "result", "when", "", ""], rows.collect(), "")));
    }
    let known = shown.latest_version.as_ref().map(|version| metadata::page(style, &version.metadata));
    if let Some(known) = known.filter(|known| !known.is_empty()) {
        text.push_str(&format!("\n\n{known}"));
    }
    text
}

fn outcome(result: &CheckResult) -> Cell {
    match Verdict::of(result) {
        None => Cell::toned("passed", Tone::Good),
        Some(Verdict::Warned) => Cell::toned("failed (warning)", Tone::Warn),
        Some(Verdict::Failed | Verdict::Refused) => Cell::toned("failed", Tone::Bad),
    }
}

async fn history(context: &Context, args: &HistoryArgs) -> Done {
    let (client, key) = (context.client()?, key(&args.key)?);
    let now = edge::now();
    if args.checks {
        let results = collect(args.limit, |cursor, limit| {
            let (client, key, list) = (&client, &key, ListQuery { cursor, limit: Some(limit) });
            async move { client.asset_checks(key, None, &list).await }
        })
        .await?;
        context.output.show(&results, |style| check_table(style, &results, now))?;
        return Ok(Exit::Success);
    }
    let versions = collect(args.limit, |cursor, limit| {
        let (client, key) = (&client, &key);
        let query = VersionQuery { cursor, limit: Some(limit), partition: args.partition.clone(), run: None };
        async move { client.asset_versions(key, &query).await }
    })
    .await?;
    context.output.show(&versions, |style| version_table(style, &versions, now))?;
    Ok(Exit::Success)
}

fn version_table(style: &Style, versions: &[Version], now: Timestamp) -> String {
    let rows = versions.iter().map(|version| {
        vec![
            Cell::new(time::instant(version.at)),
            Cell::toned(time::ago(now, version.at.0), Tone::Dim),
            Cell::new(version.kind),
            Cell::new(version.version.chars().take(12).collect::<String>()),
            Cell::maybe(version.code_version.as_ref()),
            Cell::maybe(version.run.map(short)),
            Cell::new(brief(&version.metadata)),
        ]
    });
    table(style, &["at", "", "kind", "version", "code", "run", "facts"], rows.collect(), "it never had a version")
}

fn check_table(style: &Style, results: &[CheckResult], now: Timestamp) -> String {
    let rows = results.iter().map(|result| {
        vec![
            Cell::new(time::instant(result.at)),
            Cell::toned(time::ago(now, result.at.0), Tone::Dim),
            Cell::new(&result.check),
            outcome(result),
            Cell::maybe(result.run.map(short)),
            Cell::new(&result.description),
        ]
    });
    table(style, &["at", "", "check", "result", "run", ""], rows.collect(), "none of its checks was ever evaluated")
}

/// The short facts on one line: `endpoint=https://…, rows=120`.
fn brief(metadata: &Metadata) -> String {
    let facts = metadata.iter().filter_map(|(name, value)| {
        let value = metadata::short(value).filter(|value| value.chars().count() <= 40)?;
        Some(format!("{name}={value}"))
    });
    facts.take(4).collect::<Vec<_>>().join(", ")
}

async fn report(context: &Context, args: ReportArgs) -> Done {
    let key = key(&args.key)?;
    let fact = |(name, value): (String, serde_json::Value)| Ok::<_, Failure>((name, fact_value(value)));
    let report = ReportVersion {
        kind: match args.kind {
            ReportKind::Materialized => VersionKind::Materialized,
            ReportKind::Observed => VersionKind::Observed,
        },
        partition: args.partition,
        version: args.version,
        metadata: args.metadata.into_iter().map(fact).collect::<Result<_, _>>()?,
    };
    context.client()?.report_version(&key, &report, &idempotency(args.idempotency_key)).await?;
    let document = serde_json::json!({ "asset": key, "reported": report });
    context.output.show(&document, |_| format!("a version of {key} is recorded"))?;
    Ok(Exit::Success)
}

/// The most particular kind of fact that a JSON value can be.
fn fact_value(value: serde_json::Value) -> MetadataValue {
    match value {
        serde_json::Value::Bool(flag) => flag.into(),
        serde_json::Value::String(text) => text.into(),
        serde_json::Value::Number(number) => match (number.as_i64(), number.as_f64()) {
            (Some(whole), _) => whole.into(),
            (None, Some(float)) => float.into(),
            (None, None) => MetadataValue::Text(number.to_string()),
        },
        other => other.into(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn facts_take_the_kind_of_their_value() {
        assert_eq!(fact_value(serde_json::json!(3)), MetadataValue::Int(3));
        assert_eq!(fact_value(serde_json::json!(1.5)), MetadataValue::from(1.5));
        assert_eq!(fact_value(serde_json::json!("a")), MetadataValue::Text("a".into()));
        assert_eq!(fact_value(serde_json::json!([1])), MetadataValue::Json(serde_json::json!([1])));
        let metadata = Metadata::from([
            ("rows".into(), 3.into()),
            ("note".into(), "two\nlines".into()),
            ("ok".into(), true.into()),
        ]);
        assert_eq!(brief(&metadata), "ok=true, rows=3");
    }
}

//! Every route, asked wrongly: a refusal that says why, and never a server error.

use headwater_api::{ErrorCode, LaunchRequest, Problem};
use headwater_client::IdempotencyKey;
use reqwest::{Method, StatusCode};

use super::harness::{Server, manifest};
use crate::{routes, table::Row};

fn rows() -> Vec<Row> {
    routes::table(None).finish().2
}

/// Values that stand for a parameter of an address.
const SEGMENTS: [&str; 9] = [
    "default",
    "00000000-0000-7000-8000-000000000000",
    "..%2f..%2fetc%2fpasswd",
    "%00",
    "%ff%fe",
    "-1",
    "99999999999999999999",
    "%F0%9F%9B%92",
    "raw%2Forders",
];

const QUERIES: [&str; 12] = [
    "",
    "limit=0",
    "limit=-1",
    "limit=99999999999999999999",
    "limit=1&limit=2",
    "cursor=zz",
    "cursor=72756e733a31",
    "select=((",
    "text=%22",
    "unknown=1",
    "after=soon",
    "offset=1e999&raw_len=-1",
];

const BODIES: [&str; 9] = [
    "",
    "null",
    "[]",
    "{",
    "{\"selection\":1}",
    "{\"a\":1e999}",
    "\"\\ud800\"",
    "{\"scope\":\"some\"}",
    "{\"limit\":-1}",
];

fn fill(path: &str, value: &str) -> String {
    let mut filled = String::new();
    for segment in path.split('/').skip(1) {
        filled.push('/');
        match segment {
            "{deployment}" if value != "-1" => filled.push_str("default"),
            parameter if parameter.starts_with('{') => filled.push_str(value),
            fixed => filled.push_str(fixed),
        }
    }
    filled
}

/// Streams never end, so their answers are not read.
fn is_stream(path: &str) -> bool {
    path.ends_with("/stream") || path.ends_with("/tail")
}

#[tokio::test]
async fn wrong_requests_are_refused_on_every_route() {
    let server = Server::start().await;
    server.deploy(&manifest()).await;
    let http = reqwest::Client::new();
    for row in rows() {
        for method in &row.methods {
            let method: Method = method.parse().unwrap();
            let bodies: &[&str] = if method == Method::GET { &[""] } else { &BODIES };
            for (segment, query, body) in SEGMENTS
                .iter()
                .flat_map(|segment| QUERIES.iter().map(move |query| (segment, query)))
                .flat_map(|(segment, query)| bodies.iter().map(move |body| (segment, query, body)))
                .filter(|(segment, query, _)| **segment == "default" || query.is_empty())
            {
                let address = format!("{}?{query}", fill(&row.path, segment));
                let request = http.request(method.clone(), format!("{}{address}", server.url));
                let request = request.header("content-type", "application/json").body(*body);
                let answer = request.send().await.unwrap();
                let status = answer.status();
                let ready = row.path == "/readyz";
                assert!(!status.is_server_error() || ready, "{method} {address} {body}: {status}");
                if status.is_client_error() && !is_stream(&row.path) {
                    let text = answer.text().await.unwrap();
                    let problem: Problem = serde_json::from_str(&text)
                        .unwrap_or_else(|error| panic!("{method} {address}: {error}: {text}"));
                    assert_ne!(problem.code, ErrorCode::Unknown);
                    assert_eq!(problem.code.status(), status.as_u16(), "{method} {address}");
                }
            }
        }
    }
}

async fn refused(request: reqwest::RequestBuilder) -> (StatusCode, Problem) {
    let answer = request.send().await.unwrap();
    (answer.status(), answer.json().await.unwrap())
}

#[tokio::test]
async fn refusals_say_where() {
    let server = Server::start().await;
    server.deploy(&manifest()).await;
    let http = reqwest::Client::new();
    let here = format!("{}/api/v1/deployments/default", server.url);
    let json =
        |body: &'static str| http.post(format!("{here}/runs")).header("content-type", "application/json").body(body);
    let (_, problem) = refused(json("{\n  \"selection\": \"*\",\n  \"tgas\": {}\n}")).await;
    assert_eq!((problem.code, problem.place.unwrap().line), (ErrorCode::MalformedBody, 3));
    let (_, problem) = refused(http.get(format!("{here}/assets?select=group:%20and%20x"))).await;
    assert_eq!(problem.code, ErrorCode::InvalidSelection);
    assert!(problem.span.is_some());
    let (_, problem) = refused(http.post(format!("{here}/runs")).body("{}")).await;
    assert_eq!(problem.code, ErrorCode::UnsupportedMediaType);
    let (_, problem) = refused(http.get(format!("{}/api/v2/x", server.url))).await;
    assert_eq!(problem.code, ErrorCode::UnknownRoute);
    let (_, problem) = refused(http.delete(format!("{here}/runs"))).await;
    assert_eq!(problem.code, ErrorCode::MethodNotAllowed);
    let (_, problem) = refused(http.get(format!("{here}/assets?select={}", "x".repeat(9_000)))).await;
    assert_eq!(problem.code, ErrorCode::UriTooLong);
    let deep = http.post(format!("{here}/runs")).header("content-type", "application/json").body("[".repeat(100_000));
    assert_eq!(refused(deep).await.1.code, ErrorCode::MalformedBody);
    let large = http.post(format!("{here}/runs")).header("content-type", "application/json").body(" ".repeat(3 << 20));
    assert_eq!(refused(large).await.1.code, ErrorCode::TooLarge);
}

#[tokio::test]
async fn a_broken_manifest_says_what_is_wrong_and_changes_nothing() {
    let server = Server::start().await;
    server.deploy(&manifest()).await;
    let mut broken = manifest();
    broken.assets[0].deps = vec![super::harness::key("shop/orders")];
    let text = serde_json::to_string(&broken).unwrap();
    let error = server.client.deploy(text, &IdempotencyKey::random()).await.unwrap_err();
    let headwater_client::ClientError::Problem { status: 422, problem } = error else { panic!("{error}") };
    assert!(!problem.findings.is_empty(), "{problem:?}");
    let launch = LaunchRequest { selection: "*".into(), ..LaunchRequest::default() };
    server.client.launch(&launch, &IdempotencyKey::random()).await.unwrap();
}

#[tokio::test]
async fn config_is_held_against_the_schema_of_its_step() {
    let server = Server::start().await;
    let mut declared = manifest();
    let step = declared.steps[0].name.clone();
    declared.steps[0].config_schema = Some(serde_json::json!({
        "type": "object", "required": ["limit"], "properties": { "limit": { "type": "integer" } },
    }));
    let text = serde_json::to_string(&declared).unwrap();
    server.client.deploy(text, &IdempotencyKey::random()).await.unwrap();
    let launch = |config: serde_json::Value| {
        let config = [(step.clone(), config)].into();
        let request = LaunchRequest { selection: "*".into(), config, ..LaunchRequest::default() };
        let client = server.client.clone();
        async move { client.launch(&request, &IdempotencyKey::random()).await }
    };
    for (config, mistake) in [
        (serde_json::json!({ "limit": "ten" }), "/limit"),
        (serde_json::json!({}), "its config"),
        (serde_json::json!(3), "its config"),
    ] {
        let error = launch(config).await.unwrap_err();
        assert_eq!(error.code(), Some(ErrorCode::InvalidRequest));
        assert!(error.to_string().contains(mistake), "{error}");
    }
    launch(serde_json::json!({ "limit": 10 })).await.unwrap();
}

//! Who may do what, over HTTP, on every route.

use headwater_api::{ErrorCode, Principal, Problem, Role};
use reqwest::Method;
use sha2::{Digest, Sha256};

use super::harness::Server;
use crate::{
    ServerOptions, SetupError, TokenEntry,
    auth::{Action, Object, authorize},
    routes,
};

fn token(role: Role) -> String {
    format!("hw_{role:?}{}", "a".repeat(52))
}

fn options() -> ServerOptions {
    let entry = |role: Role| TokenEntry {
        name: format!("{role:?}"),
        sha256: Sha256::digest(token(role)).iter().map(|byte| format!("{byte:02x}")).collect(),
        role,
    };
    ServerOptions { tokens: Role::ALL.map(entry).to_vec(), ..ServerOptions::default() }
}

#[tokio::test]
async fn every_route_by_every_role() {
    let server = Server::start_on(headwater_store::MemoryStore::new(), options()).await;
    let http = reqwest::Client::new();
    let callers = Role::ALL.map(Some).into_iter().chain([None]);
    for row in routes::table(None).finish().2 {
        let path = row.path.replace("{deployment}", "default").replace(['{', '}'], "");
        for (method, role) in row.methods.iter().flat_map(|method| callers.clone().map(move |role| (method, role))) {
            let mut request = http.request(method.parse::<Method>().unwrap(), format!("{}{path}", server.url));
            if let Some(role) = role {
                request = request.bearer_auth(token(role));
            }
            let status = request.send().await.unwrap().status().as_u16();
            let what = format!("{method} {path} {role:?}: {status}");
            let expected = role.map(|role| {
                let principal = Principal { name: String::new(), role };
                authorize(&principal, row.action, Object::Server).is_ok()
            });
            match expected {
                _ if row.action == Action::Public => {
                    assert!(status != 401 && status != 403, "{what}");
                }
                None => assert_eq!(status, 401, "{what}"),
                Some(false) => assert_eq!(status, 403, "{what}"),
                Some(true) => assert!(status != 401 && status != 403, "{what}"),
            }
        }
    }
}

#[tokio::test]
async fn wrong_tokens_are_refused() {
    let server = Server::start_on(headwater_store::MemoryStore::new(), options()).await;
    let http = reqwest::Client::new();
    let url = format!("{}/api/v1/status", server.url);
    let almost = token(Role::Admin).replace("hw_A", "hw_B");
    for header in [
        "",
        "Bearer",
        "Bearer ",
        &format!("Bearer {almost}"),
        &format!("Basic {}", token(Role::Admin)),
        &token(Role::Admin),
    ] {
        let answer = http.get(&url).header("authorization", header).send().await.unwrap();
        assert_eq!(answer.headers().get("www-authenticate").unwrap(), "Bearer");
        assert_eq!(answer.json::<Problem>().await.unwrap().code, ErrorCode::Unauthorized, "{header}");
    }
    let query = http.get(format!("{url}?token={}", token(Role::Admin))).send().await.unwrap();
    assert_eq!(query.status(), 401);
    let right = http.get(&url).bearer_auth(token(Role::Viewer)).send().await.unwrap();
    assert_eq!(right.status(), 200);
}

#[tokio::test]
async fn pages_of_other_sites_change_nothing() {
    let server = Server::start().await;
    let http = reqwest::Client::new();
    let url = format!("{}/api/v1/deployments/default/runs", server.url);
    let cases = [
        ("origin", "https://evil.example", ErrorCode::CrossSite),
        ("origin", "null", ErrorCode::CrossSite),
        ("sec-fetch-site", "cross-site", ErrorCode::CrossSite),
        ("host", "evil.example", ErrorCode::UnknownHost),
        ("host", "127.0.0.1.evil.example:80", ErrorCode::UnknownHost),
    ];
    for (name, value, code) in cases {
        let answer = http.post(&url).header(name, value).header("content-type", "application/json").body("{}").send();
        let answer = answer.await.unwrap();
        assert_eq!(answer.json::<Problem>().await.unwrap().code, code, "{name}: {value}");
    }
    let page = http.get(&server.url).send().await.unwrap();
    assert!(page.headers()["content-security-policy"].to_str().unwrap().contains("default-src 'self'"));
    assert_eq!(page.headers()["x-content-type-options"], "nosniff");
}

#[test]
fn others_are_not_let_in_without_tokens() {
    let open = "0.0.0.0:4000".parse().unwrap();
    let closed = "127.0.0.1:4000".parse().unwrap();
    assert!(matches!(ServerOptions::default().check(open), Err(SetupError::OpenWithoutTokens(_))));
    ServerOptions::default().check(closed).unwrap();
    options().check(open).unwrap();
    let mut bad = options();
    bad.tokens[0].sha256.pop();
    assert!(matches!(bad.check(closed), Err(SetupError::Token { .. })));
}

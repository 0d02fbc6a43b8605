//! What a routed request passes: who asks, may they, is this the server that can do it, is there time.

use std::time::Duration;

use axum::{
    extract::{MatchedPath, RawPathParams, Request, State, rejection::RawPathParamsRejection},
    middleware::Next,
    response::{IntoResponse, Response},
};
use headwater_api::{ErrorCode, FORWARDED_BY};
use headwater_scheduler::Standing;

use crate::{
    app::App,
    auth::{Action, Object, authorize},
    problem::Refused,
};

/// How long a route may take.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Pace {
    /// As long as the options say.
    Ordinary,
    /// As long as it wants: streams and long polls, which end with the server.
    Open,
}

/// The rule of one route.
#[derive(Clone)]
pub(crate) struct Gate {
    pub(crate) app: App,
    pub(crate) action: Action,
    pub(crate) pace: Pace,
}

pub(crate) async fn gate(
    State(gate): State<Gate>,
    params: Result<RawPathParams, RawPathParamsRejection>,
    mut request: Request,
    next: Next,
) -> Response {
    let route = request.extensions().get::<MatchedPath>().cloned();
    let params = params
        .map_err(|error| Refused::new(ErrorCode::InvalidParameter, format!("the address is not understood: {error}")));
    let mut response = match params.and_then(|params| admit(&gate, &params, &mut request)) {
        Ok(Way::Here) => limited(&gate, next.run(request)).await,
        Ok(Way::Leader(address)) => {
            limited(&gate, async {
                gate.app.forwarder.pass_on(&address, request).await.unwrap_or_else(IntoResponse::into_response)
            })
            .await
        }
        Err(refused) => refused.into_response(),
    };
    if let Some(route) = route {
        response.extensions_mut().insert(route);
    }
    response
}

enum Way {
    Here,
    Leader(String),
}

fn admit(gate: &Gate, params: &RawPathParams, request: &mut Request) -> Result<Way, Refused> {
    let action = gate.action;
    if action == Action::Public {
        return Ok(Way::Here);
    }
    let principal = gate.app.tokens.principal(request.headers())?;
    let deployment = params.iter().find(|(name, _)| *name == "deployment").map(|(_, value)| value);
    authorize(&principal, action, deployment.map_or(Object::Server, Object::Deployment))?;
    request.extensions_mut().insert(principal);
    if !action.needs_leader() {
        return Ok(Way::Here);
    }
    let standing = gate.app.control.standing();
    match &*standing.borrow() {
        Standing::Leading(_) => Ok(Way::Here),
        // It was passed on once already: whoever did that was wrong about who leads.
        Standing::Following { .. } if request.headers().contains_key(FORWARDED_BY) => Err(no_leader("the lead moved")),
        Standing::Following { leader } => Ok(Way::Leader(leader.clone())),
        Standing::Starting => Err(no_leader("the server is starting")),
        Standing::Blind { reason } => {
            Err(Refused::new(ErrorCode::StoreUnavailable, format!("the database does not answer: {reason}")))
        }
    }
}

fn no_leader(why: &str) -> Refused {
    Refused::new(ErrorCode::NotLeading, format!("no server can take commands right now: {why}")).hint("try again soon")
}

async fn limited(gate: &Gate, answer: impl Future<Output = Response>) -> Response {
    let time: Duration = match gate.pace {
        Pace::Ordinary => gate.app.options.request_timeout,
        Pace::Open => {
            return tokio::select! {
                response = answer => response,
                () = gate.app.shutdown.cancelled() => {
                    Refused::new(ErrorCode::ShuttingDown, "the server is shutting down").into_response()
                }
            };
        }
    };
    tokio::time::timeout(time, answer).await.unwrap_or_else(|_| {
        let message = format!("the request was not done within {} seconds", time.as_secs());
        Refused::new(ErrorCode::Timeout, message).into_response()
    })
}

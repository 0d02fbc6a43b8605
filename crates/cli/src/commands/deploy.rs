//! `deploy` and `deploys`.

use std::time::Duration;

use headwater_api::{Deploy, ListQuery};
use headwater_client::Patience;

use crate::{
    args::{DeployArgs, DeploysArgs},
    context::{Context, collect, idempotency, is_empty, snapshot},
    edge,
    failure::{Done, Exit, Failure},
    output::{
        Style, Tone,
        table::{Cell, table},
        time,
    },
};

pub(crate) async fn deploy(context: &Context, args: &DeployArgs) -> Done {
    let registry = context.own(args.manifest.as_deref())?;
    let (manifest, text, _) = registry.manifest().clone().address();
    if args.print {
        return context.output.line(&text).map(|()| Exit::Success);
    }
    if is_empty(&manifest) {
        return Err(Failure::usage("there is nothing to deploy: this binary has no definitions")
            .hint("use your project's own binary (`cargo run -- deploy`), or give --manifest FILE"));
    }
    // What is broken is known before anybody is asked; the server still hears of it, so that people see that a deploy
    // was refused. Whether it could be told changes nothing about the answer.
    if let Err(broken) = snapshot(&manifest) {
        if let Ok(client) = context.client() {
            let impatient = client.patience(Patience { unreachable: Duration::ZERO, busy: Duration::ZERO });
            let _ = impatient.deploy(text, &idempotency(None)).await;
        }
        return Err(broken);
    }
    let deployed = context.client()?.deploy(text, &idempotency(None)).await?;
    for warning in &deployed.warnings {
        context.output.warn(warning);
    }
    context.output.show(&deployed, |_| {
        let (location, snapshot) = (&manifest.location, deployed.snapshot.short());
        match deployed.changed {
            true => format!("{location} is live with {} assets (definitions {snapshot})", deployed.assets),
            false => format!("nothing to do: {location} was live with these definitions already ({snapshot})"),
        }
    })?;
    Ok(Exit::Success)
}

pub(crate) async fn deploys(context: &Context, args: &DeploysArgs) -> Done {
    let client = context.client()?;
    let deploys = collect(args.limit, |cursor, limit| {
        let (client, list) = (&client, ListQuery { cursor, limit: Some(limit) });
        async move { client.deploys(&list).await }
    })
    .await?;
    context.output.show(&deploys, |style| list(style, &deploys))?;
    Ok(Exit::Success)
}

fn list(style: &Style, deploys: &[Deploy]) -> String {
    let now = edge::now();
    let rows = deploys.iter().map(|deploy| {
        let (state, tone) = match (&deploy.refused, deploy.live) {
            (Some(_), _) => ("refused", Tone::Bad),
            (None, true) => ("live", Tone::Good),
            (None, false) => ("replaced", Tone::Dim),
        };
        vec![
            Cell::new(time::instant(deploy.at)),
            Cell::toned(time::ago(now, deploy.at.0), Tone::Dim),
            Cell::new(&deploy.location),
            Cell::new(deploy.snapshot.short()),
            Cell::toned(state, tone),
            Cell::new(&deploy.by),
            Cell::new(deploy.refused.as_deref().unwrap_or_default()),
        ]
    });
    table(style, &["at", "", "location", "definitions", "state", "by", ""], rows.collect(), "nothing was ever deployed")
}

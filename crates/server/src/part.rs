//! Ids that are written in part, as people read them in the UI, in messages and on the command line.
//!
//! A whole id is taken as it is and costs nothing. A part is looked up among the newest; when none of them fits, a
//! bounded number of older ones is looked at, too.

use axum::{
    extract::{FromRequestParts, RawPathParams},
    http::request::Parts,
};
use headwater_api::ErrorCode;
use headwater_core::{
    alert::IncidentRecord,
    id::{DeploymentId, IncidentId, RunId, Seq},
    record::RunRecord,
};
use headwater_store::{IncidentFilter, Page, RunFilter, StoreError};
use utoipa::IntoParams;
use uuid::Uuid;

use crate::{app::App, extract::Here, problem::Refused};

/// The fewest characters that are taken for a part of an id.
const LEAST: usize = 4;
/// The characters of a whole id.
const WHOLE: usize = 36;
/// How many are looked at together.
const PAGE: u32 = 500;
/// How often older ones are looked at where none fits.
const PAGES: usize = 4;
/// How many are named where a part fits several, or none.
const NAMED: usize = 3;

/// The parameter of a path that names a run.
#[derive(IntoParams)]
#[into_params(parameter_in = Path)]
#[expect(dead_code, reason = "it describes the parameter that `RunOf` reads")]
pub(crate) struct RunPath {
    /// The id of the run, or four or more characters of its beginning or end that no other recent run has.
    run: String,
}

/// The parameter of a path that names an incident.
#[derive(IntoParams)]
#[into_params(parameter_in = Path)]
#[expect(dead_code, reason = "it describes the parameter that `IncidentOf` reads")]
pub(crate) struct IncidentPath {
    /// The id of the incident, or four or more characters of its beginning or end that no other recent one has.
    incident: String,
}

/// The run that a path names.
pub(crate) struct RunOf(pub(crate) RunId);

/// The incident that a path names.
pub(crate) struct IncidentOf(pub(crate) IncidentId);

impl FromRequestParts<App> for RunOf {
    type Rejection = Refused;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, Refused> {
        id_of::<RunRecord>(parts, app).await.map(|id| Self(RunId(id)))
    }
}

impl FromRequestParts<App> for IncidentOf {
    type Rejection = Refused;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, Refused> {
        id_of::<IncidentRecord>(parts, app).await.map(|id| Self(IncidentId(id)))
    }
}

/// The id that the path's parameter of this name means.
async fn id_of<T: Named>(parts: &mut Parts, app: &App) -> Result<Uuid, Refused> {
    let text = parameter(parts, app, T::WHAT).await?;
    if let Ok(whole) = Uuid::parse_str(&text) {
        return Ok(whole);
    }
    let Here(here) = Here::from_request_parts(parts, app).await?;
    search::<T>(app, here.id, &text).await
}

async fn parameter(parts: &mut Parts, app: &App, name: &str) -> Result<String, Refused> {
    let params = RawPathParams::from_request_parts(parts, app).await.map_err(|error| {
        Refused::new(ErrorCode::InvalidParameter, format!("the address is not understood: {error}"))
    })?;
    let found = params.iter().find(|(known, _)| *known == name);
    Ok(found.map_or("", |(_, value)| value).to_owned())
}

/// What has an id of which people write a part.
trait Named: Sized + Send + Sync {
    /// What it is called, also as a parameter of paths.
    const WHAT: &str;

    /// A part of those of a deployment, newest first.
    fn list(
        app: &App,
        deployment: DeploymentId,
        page: Page,
    ) -> impl Future<Output = Result<Vec<Self>, StoreError>> + Send;
    fn id(&self) -> Uuid;
    /// Its place in lists.
    fn seq(&self) -> Seq;
    /// What tells it from others.
    fn about(&self) -> String;
}

impl Named for RunRecord {
    const WHAT: &str = "run";

    async fn list(app: &App, deployment: DeploymentId, page: Page) -> Result<Vec<Self>, StoreError> {
        app.store.runs(deployment, &RunFilter::default(), page).await
    }

    fn id(&self) -> Uuid {
        self.id.0
    }

    fn seq(&self) -> Seq {
        self.created_seq
    }

    fn about(&self) -> String {
        format!("{} ({}, {})", self.id, self.selection, self.state)
    }
}

impl Named for IncidentRecord {
    const WHAT: &str = "incident";

    async fn list(app: &App, deployment: DeploymentId, page: Page) -> Result<Vec<Self>, StoreError> {
        app.store.incidents(deployment, IncidentFilter::All, page).await
    }

    fn id(&self) -> Uuid {
        self.id.0
    }

    fn seq(&self) -> Seq {
        self.opened_seq
    }

    fn about(&self) -> String {
        format!("{} ({})", self.id, self.title)
    }
}

/// Looks for the one that a part of an id means, the newest first.
async fn search<T: Named>(app: &App, deployment: DeploymentId, text: &str) -> Result<Uuid, Refused> {
    let Some(part) = part_of(text) else {
        let newest = T::list(app, deployment, Page { before: None, limit: NAMED as u32 }).await?;
        return Err(no_id(text, &newest));
    };
    let mut page = Page { before: None, limit: PAGE };
    let mut newest = Vec::new();
    for _ in 0..PAGES {
        let found = T::list(app, deployment, page).await?;
        if let Some(answer) = choose(&part, &found) {
            return answer;
        }
        page.before = found.last().map(Named::seq);
        let is_last = found.len() < PAGE as usize;
        if newest.is_empty() {
            newest = found;
        }
        if is_last {
            break;
        }
    }
    Err(unknown(&part, &newest))
}

/// A part as ids are written; none where the text cannot be one.
fn part_of(text: &str) -> Option<String> {
    let part = text.trim().to_ascii_lowercase();
    let fits = part.bytes().all(|byte| byte.is_ascii_hexdigit() || byte == b'-');
    (fits && (LEAST..=WHOLE).contains(&part.len())).then_some(part)
}

/// Refuses a text that is neither an id nor a part of one.
fn no_id<T: Named>(text: &str, newest: &[T]) -> Refused {
    let message = format!("`{}` is no {} id", text.escape_debug(), T::WHAT);
    let like = format!("an id is like 019ab2c3-7e10-7abc-8def-0123456789ab; {LEAST} or more characters of it will do");
    let newest: Vec<&T> = newest.iter().collect();
    let hint = if newest.is_empty() { like } else { format!("{like}; the newest are {}", named(&newest)) };
    Refused::new(ErrorCode::InvalidParameter, message).hint(hint)
}

/// The one whose id starts or ends with a part; none where no id does.
fn choose<T: Named>(part: &str, among: &[T]) -> Option<Result<Uuid, Refused>> {
    let fits = |named: &&T| {
        let id = named.id().to_string();
        id.starts_with(part) || id.ends_with(part)
    };
    let found: Vec<&T> = among.iter().filter(fits).collect();
    match found.as_slice() {
        [] => None,
        [one] => Some(Ok(one.id())),
        several => {
            let message = format!("`{part}` fits {} {}s", several.len(), T::WHAT);
            let hint = format!("write more of the id: {}", named(several));
            Some(Err(Refused::new(ErrorCode::InvalidParameter, message).hint(hint)))
        }
    }
}

/// Names those whose ids have most in common with the part.
fn unknown<T: Named>(part: &str, newest: &[T]) -> Refused {
    let common = |named: &T| named.id().to_string().bytes().zip(part.bytes()).take_while(|(a, b)| a == b).count();
    let mut nearest: Vec<&T> = newest.iter().collect();
    nearest.sort_by_key(|named| std::cmp::Reverse(common(named)));
    let refused = Refused::missing(T::WHAT, part);
    if nearest.is_empty() { refused } else { refused.hint(format!("the nearest are {}", named(&nearest))) }
}

fn named<T: Named>(some: &[&T]) -> String {
    some.iter().take(NAMED).map(|named| named.about()).collect::<Vec<_>>().join(", ")
}

#[cfg(test)]
mod tests {
    use super::*;

    struct Thing(&'static str);

    impl Named for Thing {
        const WHAT: &str = "thing";

        async fn list(_: &App, _: DeploymentId, _: Page) -> Result<Vec<Self>, StoreError> {
            Ok(Vec::new())
        }

        fn id(&self) -> Uuid {
            self.0.parse().unwrap()
        }

        fn seq(&self) -> Seq {
            Seq(0)
        }

        fn about(&self) -> String {
            self.0[24..].to_owned()
        }
    }

    const THINGS: [Thing; 3] = [
        Thing("019ab2c3-0003-7000-8000-000000000c0a"),
        Thing("019ab2c3-0002-7000-8000-000000000b0a"),
        Thing("018ab2c3-0001-7000-8000-000000000a0a"),
    ];

    #[test]
    fn a_part_means_the_one_that_it_fits() {
        let means = |text: &str| {
            let part = part_of(text).unwrap();
            choose(&part, &THINGS).map(|found| found.map_err(|refused| refused.0.message))
        };
        for (text, at) in [("019AB2C3-0002", 1), ("018a", 2), (" 0c0a ", 0)] {
            assert_eq!(means(text).unwrap().unwrap(), THINGS[at].id(), "{text}");
        }
        assert_eq!(means("019ab2c3").unwrap().unwrap_err(), "`019ab2c3` fits 2 things");
        assert!(means("019ab2c3-0004").is_none());
    }

    #[test]
    fn what_is_no_part_of_an_id_is_refused_in_words() {
        for text in ["", "01a", "last", "019ab2c3-0003-7000-8000-000000000c0a0", "-1-x"] {
            assert_eq!(part_of(text), None, "{text}");
        }
        let refused = no_id("last", &THINGS[..1]).0;
        assert_eq!(refused.message, "`last` is no thing id");
        assert!(refused.hint.unwrap().ends_with("; the newest are 000000000c0a"));
        let refused = unknown("018ab2c4", &THINGS).0;
        assert_eq!(refused.message, "there is no thing `018ab2c4`");
        assert_eq!(refused.hint.as_deref(), Some("the nearest are 000000000a0a, 000000000c0a, 000000000b0a"));
    }
}

//! The selection language, for editors.

use axum::{Json, extract::State};
use headwater_api::{
    ErrorCode, ParseQuery, ParsedSelection, Problem, SelectionFault, SelectionToken, SelectionWarning, Span,
};
use headwater_core::selection::{self, Selection, TokenKind, Universe};

use crate::{
    app::App,
    extract::{Here, QueryOf},
    problem::{Refused, Reply},
    views::Catalog,
};

/// How many matching assets are named.
const SAMPLE: usize = 20;
/// The longest selection in bytes.
const MAX_TEXT: usize = 4 * 1024;

/// The assets that a selection names; all of them without one.
pub(super) fn select(catalog: &Catalog, text: Option<&str>) -> Result<Vec<usize>, Refused> {
    let Some(text) = text.filter(|text| !text.trim().is_empty()) else {
        return Ok((0..catalog.len()).collect());
    };
    if text.len() > MAX_TEXT {
        return Err(Refused::new(ErrorCode::InvalidSelection, "the selection has more than 4 kB"));
    }
    let parsed = Selection::parse(text).map_err(Problem::from)?;
    Ok(parsed.eval(catalog).nodes.iter().collect())
}

/// What a text means as a selection. A text that is none is not an error here.
#[utoipa::path(
    get, path = "/api/v1/deployments/{deployment}/selection/parse", tag = "assets",
    params(("deployment" = String, Path), ParseQuery), responses((status = 200, body = ParsedSelection)),
)]
pub(super) async fn parse(
    State(app): State<App>,
    here: Here,
    QueryOf(query): QueryOf<ParseQuery>,
) -> Reply<ParsedSelection> {
    let text = query.text.as_str();
    if text.len() > MAX_TEXT {
        return Err(Refused::new(ErrorCode::InvalidSelection, "the selection has more than 4 kB"));
    }
    let catalog = app.views.catalog(&*app.store, &here.0).await?;
    let mut shown = ParsedSelection {
        tokens: selection::tokens(text).iter().map(|token| shown_token(token.kind, token.span)).collect(),
        canonical: None,
        error: None,
        matched: 0,
        sample: Vec::new(),
        warnings: Vec::new(),
    };
    match Selection::parse(text) {
        Ok(parsed) => {
            let evaluation = parsed.eval(&*catalog);
            shown.canonical = Some(parsed.to_string());
            shown.matched = evaluation.nodes.len() as u32;
            shown.sample = evaluation.nodes.iter().take(SAMPLE).map(|node| catalog.key(node).to_owned()).collect();
            shown.warnings = evaluation
                .warnings
                .into_iter()
                .map(|warning| SelectionWarning {
                    message: warning.to_string(),
                    span: span(warning.span),
                    suggestions: warning.suggestions,
                })
                .collect();
        }
        Err(error) => {
            shown.error = Some(SelectionFault { message: error.message, span: span(error.span), hint: error.hint });
        }
    }
    Ok(Json(shown))
}

const fn span(span: selection::Span) -> Span {
    Span { start: span.start, end: span.end }
}

fn shown_token(kind: TokenKind, at: selection::Span) -> SelectionToken {
    let kind = match kind {
        TokenKind::Word => "word",
        TokenKind::Quoted => "quoted",
        TokenKind::Unterminated => "unterminated",
        TokenKind::Null => "null",
        TokenKind::And => "and",
        TokenKind::Or => "or",
        TokenKind::Not => "not",
        TokenKind::Plus => "plus",
        TokenKind::Colon => "colon",
        TokenKind::Equals => "equals",
        TokenKind::Open => "open",
        TokenKind::Close => "close",
        TokenKind::Unknown => "unknown",
    };
    SelectionToken { kind: kind.to_owned(), span: span(at) }
}

//! One call to its end: a list to its last page, or one object. Main function: [`fetch`].

use std::collections::{BTreeMap, BTreeSet};

use serde_json::value::RawValue;
use url::Url;

use super::error::ApiError;
use super::objects::{is_shallow, text_member};
use super::page::{self, Page};
use super::plan::{CallKind, Plan, PlannedCall};
use super::transport::{Transport, describe};
use crate::catalog::ListCall;

/// The most pages that one list may have.
const PAGE_LIMIT: usize = 5_000;

/// What came of one call.
#[derive(Default)]
pub(crate) struct Fetched {
    /// The bodies, in the order of the pages.
    pub(crate) items: Vec<Box<RawValue>>,
    /// Locations that the API could not reach, with its words.
    pub(crate) unreachable: BTreeMap<String, String>,
    /// Why it is not all, where no request failed.
    pub(crate) incomplete: Option<String>,
    /// What ended it.
    pub(crate) error: Option<ApiError>,
}

/// Makes a call.
pub(crate) async fn fetch(transport: &Transport, call: &PlannedCall) -> Fetched {
    let CallKind::List(list) = &call.kind else { return object(transport, &call.url).await };
    let fetched = pages(transport, list, &call.url).await;
    match (&fetched.error, &call.whole_url) {
        // An API that does not know one of the members that were asked for refuses all of the request.
        (Some(ApiError::Status { status: 400, .. }), Some(whole)) => pages(transport, list, whole).await,
        _ => fetched,
    }
}

async fn object(transport: &Transport, url: &Url) -> Fetched {
    let body = transport.json(url).await.and_then(|body| {
        let body = String::from_utf8(body).ok().and_then(|body| RawValue::from_string(body).ok());
        body.ok_or_else(|| bad(url, "it is not UTF-8"))
    });
    match body {
        Ok(body) if is_shallow(body.get()) => Fetched { items: vec![body], ..Fetched::default() },
        Ok(_) => Fetched { error: Some(bad(url, "it is nested too deep")), ..Fetched::default() },
        Err(error) => Fetched { error: Some(error), ..Fetched::default() },
    }
}

/// Asks for all pages of a list. What came before a failure is kept.
async fn pages(transport: &Transport, list: &ListCall, first: &Url) -> Fetched {
    let mut fetched = Fetched::default();
    let mut url = first.clone();
    let mut tokens = BTreeSet::new();
    loop {
        let page = match transport.json(&url).await.and_then(|body| read(list, &url, &body)) {
            Ok(page) => page,
            Err(error) => {
                fetched.error = Some(error);
                return fetched;
            }
        };
        fetched.items.extend(page.items);
        fetched.unreachable.extend(page.unreachable);
        fetched.incomplete = fetched.incomplete.or(page.incomplete);
        let (Some(token), Some(names)) = (page.next, &list.page) else { return fetched };
        if tokens.len() >= PAGE_LIMIT || !tokens.insert(token.clone()) {
            fetched.error = Some(bad(&url, "its pages go in a circle"));
            return fetched;
        }
        url = first.clone();
        url.query_pairs_mut().append_pair(&names.request, &token);
    }
}

fn read(list: &ListCall, url: &Url, body: &[u8]) -> Result<Page, ApiError> {
    let text = std::str::from_utf8(body).map_err(|_| bad(url, "it is not UTF-8"))?;
    page::read(list, text).map_err(|problem| bad(url, problem))
}

fn bad(url: &Url, problem: impl Into<String>) -> ApiError {
    ApiError::BadAnswer { request: describe(url), problem: problem.into(), is_truncated: false }
}

/// Number and id of a project given by either.
pub(crate) async fn project(transport: &Transport, plan: &Plan, project: &str) -> Result<(String, String), ApiError> {
    let problem = |problem: &str| ApiError::BadAnswer {
        request: format!("the number and id of project {project}"),
        problem: problem.to_owned(),
        is_truncated: false,
    };
    let url = plan.project_url(project).ok_or_else(|| problem("there is no address to ask"))?;
    let body = transport.json(&url).await?;
    let member = |name| std::str::from_utf8(&body).ok().and_then(|body| text_member(body, name));
    match (member("projectNumber"), member("projectId")) {
        (Some(number), Some(id)) => Ok((number, id)),
        _ => Err(bad(&url, "it does not say number and id")),
    }
}

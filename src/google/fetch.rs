//! One list call to its last page. Main function: [`fetch`].

use std::collections::{BTreeMap, BTreeSet};

use serde_json::value::RawValue;

use super::error::ApiError;
use super::objects::text_member;
use super::page;
use super::plan::{Plan, PlannedCall};
use super::transport::{Transport, describe};

/// The most pages that one list may have.
const PAGE_LIMIT: usize = 5_000;

/// What came of one list call.
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

/// Asks for all pages of a list. What came before a failure is kept.
pub(crate) async fn fetch(transport: &Transport, call: &PlannedCall) -> Fetched {
    let mut fetched = Fetched::default();
    let mut url = call.url.clone();
    let mut tokens = BTreeSet::new();
    loop {
        let body = match transport.json(&url).await {
            Ok(body) => body,
            Err(error) => {
                fetched.error = Some(error);
                return fetched;
            }
        };
        let bad = |problem: String| ApiError::BadAnswer { request: describe(&url), problem, is_truncated: false };
        let page = std::str::from_utf8(&body)
            .map_err(|_| "it is not UTF-8".to_owned())
            .and_then(|body| page::read(&call.call, body));
        let page = match page {
            Ok(page) => page,
            Err(problem) => {
                fetched.error = Some(bad(problem));
                return fetched;
            }
        };
        fetched.items.extend(page.items);
        fetched.unreachable.extend(page.unreachable);
        fetched.incomplete = fetched.incomplete.or(page.incomplete);
        let (Some(token), Some(names)) = (page.next, &call.call.page) else { return fetched };
        if tokens.len() >= PAGE_LIMIT || !tokens.insert(token.clone()) {
            fetched.error = Some(bad("its pages go in a circle".to_owned()));
            return fetched;
        }
        url = call.url.clone();
        url.query_pairs_mut().append_pair(&names.request, &token);
    }
}

/// Asks for the number of a project; why it is not known otherwise.
pub(crate) async fn project_number(transport: &Transport, plan: &Plan, project: &str) -> Result<String, String> {
    let base = plan.projects_url.as_ref().ok_or("no address to ask")?;
    let mut url = base.clone();
    url.path_segments_mut().map_err(|()| "no address to ask".to_owned())?.pop_if_empty().extend(["projects", project]);
    let body = transport.json(&url).await.map_err(|error| error.to_string())?;
    let number = std::str::from_utf8(&body).ok().and_then(|body| text_member(body, "projectNumber"));
    number.ok_or_else(|| format!("{} does not say it", describe(&url)))
}

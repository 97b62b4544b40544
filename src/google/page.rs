//! One page of a list answer: its objects, what could not be reached, and where it goes on. Main function: [`read`].

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};

use serde::Deserialize;
use serde_json::value::RawValue;

use super::objects::{Members, is_shallow, members, text_member};
use crate::catalog::ListCall;

/// What one page holds.
#[derive(Debug, Default)]
pub(crate) struct Page {
    /// The bodies, in the answer's order.
    pub(crate) items: Vec<Box<RawValue>>,
    /// Locations that the API could not reach, by name (`us-east1`), with its words where it has any.
    pub(crate) unreachable: BTreeMap<String, String>,
    /// Why the page is not whole, where that cannot be said of single locations.
    pub(crate) incomplete: Option<String>,
    /// The token of the next page.
    pub(crate) next: Option<String>,
}

/// A warning of Compute (`code`, `message`) or of Cloud SQL (`code`, `message`, `region`).
#[derive(Deserialize, Default)]
#[serde(default)]
struct Warning {
    code: String,
    message: String,
    region: Option<String>,
}

impl Warning {
    /// Said of every scope that holds nothing.
    fn is_harmless(&self) -> bool {
        matches!(self.code.as_str(), "" | "NO_RESULTS_ON_PAGE")
    }

    fn text(&self) -> String {
        super::error::one_line(if self.message.is_empty() { &self.code } else { &self.message })
    }
}

/// Reads a page; a fragment that says what is wrong where it has not the shape of a list answer.
pub(crate) fn read(call: &ListCall, body: &str) -> Result<Page, String> {
    let answer = members(body).ok_or("it is no JSON object")?;
    if !is_list(call, &answer) {
        return Err("it is no answer to a list request".to_owned());
    }
    let mut page = Page::default();
    if let Some(items) = present(&answer, &call.items) {
        match &call.aggregated_items {
            Some(member) => read_scopes(&mut page, items, member, &call.aggregated_scopes)?,
            None => take_items(&mut page, items)?,
        }
    }
    let unreachable = [call.unreachable.as_deref().unwrap_or_default(), "unreachable", "unreachables"];
    for member in unreachable.into_iter().collect::<BTreeSet<_>>() {
        let Some(list) = present(&answer, member) else { continue };
        let places: Vec<Cow<'_, str>> =
            serde_json::from_str(list.get()).map_err(|_| format!("`{member}` is no list of locations"))?;
        for place in places {
            page.unreachable.entry(last_segment(&place).to_owned()).or_default();
        }
    }
    let single = present(&answer, "warning").map(|warning| vec![warning]);
    let several = present(&answer, "warnings").and_then(|list| serde_json::from_str(list.get()).ok());
    for warning in single.or(several).unwrap_or_default() {
        let warning: Warning = serde_json::from_str(warning.get()).unwrap_or_default();
        if warning.is_harmless() {
            continue;
        }
        // Objects of a region that a name does not tell apart: the whole list is short.
        let place = warning.region.as_deref().map(|region| format!("{region}: ")).unwrap_or_default();
        page.incomplete.get_or_insert_with(|| format!("{place}{}", warning.text()));
    }
    if let Some(tokens) = &call.page {
        page.next = text_member(body, &tokens.response).filter(|token| !token.is_empty());
    }
    Ok(page)
}

/// Members that answers have beside items, page token and locations: of Compute and Cloud SQL, of Cloud Run's v1.
const COMMON: [&str; 9] =
    ["kind", "id", "selfLink", "etag", "warning", "warnings", "unreachable", "unreachables", "apiVersion"];

/// Whether an answer is one to a list request. An empty list has no items, so that an error or another program's JSON
/// (sent with status 200) would read as one.
fn is_list(call: &ListCall, answer: &Members<'_>) -> bool {
    let token = call.page.as_ref().and_then(|page| page.response.split('.').next());
    let is_known = |name: &str| {
        name == call.items || Some(name) == token || Some(name) == call.unreachable.as_deref() || COMMON.contains(&name)
    };
    !answer.contains_key("error") && (answer.is_empty() || answer.keys().any(|name| is_known(name)))
}

fn present<'a>(answer: &Members<'a>, member: &str) -> Option<&'a RawValue> {
    answer.get(member).copied().filter(|value| value.get() != "null")
}

fn take_items(page: &mut Page, items: &RawValue) -> Result<(), String> {
    let items: Vec<&RawValue> = serde_json::from_str(items.get()).map_err(|_| "its items are no list".to_owned())?;
    for item in items {
        if !item.get().starts_with('{') || !is_shallow(item.get()) {
            page.incomplete.get_or_insert_with(|| "an item is no object, or nested too deep".to_owned());
            continue;
        }
        page.items.push(item.to_owned());
    }
    Ok(())
}

/// `items` of an aggregated list: scope (`regions/us-east1`, `global`) to an object with the list and a warning. Scopes
/// that do not begin with `start` hold objects of other types.
fn read_scopes(page: &mut Page, items: &RawValue, member: &str, start: &str) -> Result<(), String> {
    let scopes = members(items.get()).ok_or("its items are no map from scopes")?;
    for (scope, content) in scopes.into_iter().filter(|(scope, _)| scope.starts_with(start)) {
        let content = members(content.get()).ok_or_else(|| format!("its scope `{scope}` is no object"))?;
        if let Some(list) = present(&content, member) {
            take_items(page, list)?;
        }
        let Some(warning) = present(&content, "warning") else { continue };
        let warning: Warning = serde_json::from_str(warning.get()).unwrap_or_default();
        if !warning.is_harmless() {
            page.unreachable.insert(last_segment(&scope).to_owned(), warning.text());
        }
    }
    Ok(())
}

fn last_segment(path: &str) -> &str {
    path.rsplit('/').next().unwrap_or(path)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::catalog::Catalog;

    fn call(name: &str) -> &'static ListCall {
        &Catalog::builtin().get(name).expect("in the catalog").lists[0]
    }

    #[test]
    fn an_answer_without_items_is_an_empty_list() {
        let page = read(call("google_redis_instance"), "{}").expect("a page");
        assert!(page.items.is_empty() && page.next.is_none() && page.incomplete.is_none());
        assert!(read(call("google_redis_instance"), r#"{"instances":null}"#).is_ok());
    }

    #[test]
    fn scopes_that_hold_nothing_are_no_failure_and_unreachable_ones_are() {
        let page = read(
            call("google_compute_subnetwork"),
            r#"{"items":{"regions/a":{"subnetworks":[{"name":"s"}]},
               "regions/b":{"warning":{"code":"NO_RESULTS_ON_PAGE","message":"none"}},
               "regions/c":{"warning":{"code":"UNREACHABLE","message":"down"}}},"unreachables":["projects/p/regions/d"]}"#,
        )
        .expect("a page");
        assert_eq!(page.items.len(), 1);
        let unreachable: Vec<_> = page.unreachable.iter().map(|(place, why)| (place.as_str(), why.as_str())).collect();
        assert_eq!(unreachable, [("c", "down"), ("d", "")]);
    }

    #[test]
    fn scopes_that_hold_another_type_are_passed_over() {
        let page = read(
            call("google_compute_address"),
            r#"{"items":{"global":{"addresses":[{"name":"g"}]},"regions/a":{"addresses":[{"name":"r"}]}}}"#,
        )
        .expect("a page");
        assert_eq!(page.items.iter().map(|item| item.get()).collect::<Vec<_>>(), [r#"{"name":"r"}"#]);
    }

    #[test]
    fn a_region_that_sql_cannot_reach_makes_the_list_short() {
        let page = read(
            call("google_sql_database_instance"),
            r#"{"items":[],"warnings":[{"code":"REGION_UNREACHABLE","message":"down","region":"us-east1"}]}"#,
        )
        .expect("a page");
        assert_eq!(page.incomplete.as_deref(), Some("us-east1: down"));
    }

    #[test]
    fn tokens_are_found_where_the_catalog_says() {
        let page =
            read(call("google_cloud_run_service"), r#"{"items":[],"metadata":{"continue":"t"}}"#).expect("a page");
        assert_eq!(page.next.as_deref(), Some("t"));
        let page = read(call("google_redis_instance"), r#"{"nextPageToken":""}"#).expect("a page");
        assert_eq!(page.next, None);
    }

    #[test]
    fn what_is_no_list_answer_is_refused() {
        for body in ["[]", "{\"instances\":{}}", "{\"instances\":3}", "{\"unreachable\":3}"] {
            assert!(read(call("google_redis_instance"), body).is_err(), "{body}");
        }
        assert!(read(call("google_compute_router"), "{\"items\":[]}").is_err());
        let page = read(call("google_redis_instance"), "{\"instances\":[3]}").expect("a page");
        assert!(page.incomplete.is_some());
    }
}

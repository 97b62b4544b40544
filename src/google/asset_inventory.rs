//! Live objects out of Cloud Asset Inventory's API. Main function: [`read_assets`].
//!
//! Owns the paging of `assets.list` and what its answer is complete for. A line of an answer is read as that of an
//! export. The inventory lags behind by minutes: whoever reports a difference confirms it with a direct read first.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use serde::Deserialize;
use serde_json::value::RawValue;
use thiserror::Error;
use url::Url;

use super::assets::{AssetError, Pages};
use super::endpoint::{Endpoints, join};
use super::error::ApiError;
use super::live::{LiveError, LiveOptions, live_error, read_live, runtime};
use super::objects::members;
use super::plan::Wants;
use super::transport::Transport;
use crate::catalog::Catalog;
use crate::model::{Inventory, Listing, LiveKind, printable};

/// The service's name for `--endpoint`, and its base address. Source: cloudasset v1 `assets.list`.
pub(crate) const SERVICE: (&str, &str) = ("cloud_asset", "https://cloudasset.googleapis.com/v1/");
/// The type that tells which projects lie in a scope.
const PROJECT: &str = "cloudresourcemanager.googleapis.com/Project";
/// The largest page that the API gives.
const PAGE_SIZE: &str = "1000";
/// The most pages that are read.
const PAGE_LIMIT: usize = 5_000;

/// What of the inventory is read: `projects/P`, `folders/F` or `organizations/O`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AssetScope(String);

/// A text that is no scope.
#[derive(Clone, Debug, Error, PartialEq, Eq)]
#[error("read `assets://{0}`: expected assets://projects/P, assets://folders/F or assets://organizations/O")]
pub struct AssetScopeError(String);

impl AssetScope {
    /// Reads a scope, the part behind `assets://`.
    ///
    /// # Errors
    /// It is none.
    pub fn new(text: &str) -> Result<Self, AssetScopeError> {
        let is_plain = |name: &str| {
            !name.is_empty() && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_.:".contains(&byte))
        };
        match text.split_once('/') {
            Some(("projects" | "folders" | "organizations", name)) if is_plain(name) && !name.starts_with('.') => {
                Ok(Self(text.to_owned()))
            }
            _ => Err(AssetScopeError(printable(text).into_owned())),
        }
    }

    fn project(&self) -> Option<&str> {
        self.0.strip_prefix("projects/")
    }
}

/// One page. Source: cloudasset v1 `ListAssetsResponse`.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Page<'a> {
    #[serde(borrow, default)]
    assets: Vec<&'a RawValue>,
    #[serde(default)]
    next_page_token: String,
    #[serde(default)]
    read_time: Option<String>,
}

/// Reads what is wanted from the inventory of a scope, and from their own APIs the types that it does not hold.
///
/// Must not be called from within an asynchronous runtime: it has its own.
///
/// # Errors
/// Nothing could be read at all.
pub fn read_assets(
    options: LiveOptions,
    catalog: &Catalog,
    wants: &Wants,
    scope: &AssetScope,
) -> Result<Inventory, LiveError> {
    let named = wants.resources.iter().map(|wanted| wanted.resource_type.as_str());
    let types: BTreeSet<&str> = wants.types.iter().map(String::as_str).chain(named).collect();
    let (held, others): (Vec<&str>, Vec<&str>) =
        types.into_iter().partition(|name| catalog.get(name).is_some_and(|kind| kind.is_in_inventory));

    let transport = Arc::new(Transport::new(options.transport.clone())?);
    let runtime = runtime().map_err(LiveError::Runtime)?;
    let read = runtime.block_on(list(&transport, &options.endpoints, catalog, &held, scope));
    runtime.shutdown_background();
    let mut inventory = read?;
    inventory.source.requests = transport.requests();
    inventory.source.read_at = inventory.source.read_at.or(options.read_at.clone());

    if !others.is_empty() {
        let is_other = |name: &str| others.contains(&name);
        let direct = Wants {
            resources: wants.resources.iter().filter(|wanted| is_other(&wanted.resource_type)).cloned().collect(),
            types: wants.types.iter().filter(|name| is_other(name)).cloned().collect(),
            ..wants.clone()
        };
        match read_live(options, catalog, &direct) {
            Ok(direct) => {
                // Parents that were read for their children are in the inventory too.
                let listings = direct.listings.into_iter().filter(|listing| is_other(&listing.resource_type));
                let objects = direct
                    .objects
                    .into_iter()
                    .filter(|object| catalog.of_asset_type(&object.asset_type).any(|kind| is_other(&kind.name)));
                inventory.extend(Inventory { listings: listings.collect(), objects: objects.collect(), ..direct });
            }
            Err(error) => {
                // What the inventory holds was read all the same.
                let reason = chain(&error);
                inventory.listings.extend(others.iter().map(|name| incomplete(name, reason.clone())));
            }
        }
    }
    Ok(inventory)
}

async fn list(
    transport: &Transport,
    endpoints: &Endpoints,
    catalog: &Catalog,
    types: &[&str],
    scope: &AssetScope,
) -> Result<Inventory, LiveError> {
    let mut url = address(endpoints, scope)?;
    let asset_types: BTreeSet<&str> = types
        .iter()
        .filter_map(|name| {
            let kind = catalog.get(name)?;
            // What stands in another's body is no asset of its own.
            let around = kind.nested.as_ref().and_then(|nested| catalog.get(&nested.resource_type));
            Some(around.unwrap_or(kind).asset_type())
        })
        .chain([PROJECT])
        .collect();
    {
        let mut query = url.query_pairs_mut();
        query.append_pair("contentType", "RESOURCE").append_pair("pageSize", PAGE_SIZE);
        asset_types.iter().for_each(|asset_type| _ = query.append_pair("assetTypes", asset_type));
    }
    let mut pages = Pages::new(&format!("assets://{}", scope.0), catalog);
    let (mut token, mut seen) = (String::new(), BTreeSet::new());
    let mut read_time = None;
    let mut problem: Option<String> = None;
    for number in 0..PAGE_LIMIT {
        let mut page_url = url.clone();
        if !token.is_empty() {
            page_url.query_pairs_mut().append_pair("pageToken", &token);
        }
        let body = match transport.json(&page_url).await {
            Ok(body) => body,
            Err(error) if number == 0 => {
                let error = helped(error, scope);
                let reason = error.to_string();
                return Err(live_error(1, error, reason));
            }
            Err(error) => {
                problem = Some(helped(error, scope).to_string());
                break;
            }
        };
        let page = match page(&body) {
            Ok(page) => page,
            Err(reason) => {
                problem = Some(format!("the answer of the inventory is not usable: {reason}"));
                break;
            }
        };
        for asset in &page.assets {
            pages.take(asset.get()).map_err(LiveError::Assets)?;
        }
        read_time = read_time.or(page.read_time);
        if page.next_page_token.is_empty() {
            token.clear();
            break;
        }
        if !seen.insert(page.next_page_token.clone()) {
            problem = Some("the pages of the inventory go round in a circle".to_owned());
            break;
        }
        token = page.next_page_token;
    }
    if problem.is_none() && !token.is_empty() {
        problem = Some(format!("the inventory has more than {PAGE_LIMIT} pages"));
    }
    let mut inventory = pages.finish().map_err(LiveError::Assets)?;
    // Listings go by what was asked for, not by what was found: a type without any object was listed all the same.
    let lost: BTreeMap<String, String> = inventory
        .listings
        .iter()
        .filter_map(|listing| Some((listing.resource_type.clone(), listing.error.clone()?)))
        .collect();
    let mut projects: BTreeSet<String> = inventory.projects.iter().map(|(_, id)| id.to_owned()).collect();
    projects.extend(inventory.objects.iter().filter_map(|object| object.identity.project().map(str::to_owned)));
    projects.extend(scope.project().map(|project| inventory.projects.id(project).to_owned()));
    inventory.listings = types
        .iter()
        .flat_map(|name| projects.iter().map(move |project| (*name, project)))
        .map(|(name, project)| {
            let error = problem.clone().or_else(|| lost.get(name).cloned());
            let scope = format!("projects/{project}");
            Listing { resource_type: name.to_owned(), scope, is_complete: error.is_none(), error }
        })
        .collect();
    inventory.source.kind = LiveKind::Assets;
    inventory.source.read_at = read_time;
    Ok(inventory)
}

/// Reads a page. A JSON object that has nothing of a page is none, not an empty one.
fn page(body: &[u8]) -> Result<Page<'_>, String> {
    let text = std::str::from_utf8(body).map_err(|_| "it is not UTF-8".to_owned())?;
    let found = members(text).ok_or("it is no JSON object")?;
    let is_known = |name: &str| found.contains_key(name);
    if is_known("error") || !found.is_empty() && !["assets", "nextPageToken", "readTime"].into_iter().any(is_known) {
        return Err("it is no answer to a list request".to_owned());
    }
    serde_json::from_str(text).map_err(|error| error.to_string())
}

fn address(endpoints: &Endpoints, scope: &AssetScope) -> Result<Url, LiveError> {
    let base = match endpoints.of(&[SERVICE.0]) {
        Some(own) => own.clone(),
        None => endpoints.in_universe(Url::parse(SERVICE.1).map_err(|_| LiveError::Address)?),
    };
    join(&base, &format!("{}/assets", scope.0)).map_err(|_| LiveError::Address)
}

/// The error, with what the inventory takes.
fn helped(error: ApiError, scope: &AssetScope) -> ApiError {
    match error {
        ApiError::PermissionDenied { request, permission, message } => ApiError::PermissionDenied {
            request,
            permission: permission.or_else(|| Some("cloudasset.assets.listResource".to_owned())),
            message: format!("{message}; roles/cloudasset.viewer on {} has what it takes", scope.0),
        },
        error => error,
    }
}

fn incomplete(resource_type: &str, error: String) -> Listing {
    Listing { resource_type: resource_type.to_owned(), scope: String::new(), is_complete: false, error: Some(error) }
}

fn chain(error: &LiveError) -> String {
    let text = error.to_string();
    text.lines().next().unwrap_or_default().to_owned()
}

impl From<AssetError> for LiveError {
    fn from(error: AssetError) -> Self {
        Self::Assets(error)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_no_page_is_not_an_empty_one() {
        for body in [r#"{"error":{"code":403}}"#, r#"{"message":"sign in first"}"#, "[]", "3", r#"{"assets":3}"#] {
            assert!(page(body.as_bytes()).is_err(), "{body}");
        }
        for body in ["{}", r#"{"readTime":"2026-11-21T10:00:00Z"}"#, r#"{"assets":[],"nextPageToken":"t"}"#] {
            assert!(page(body.as_bytes()).is_ok(), "{body}");
        }
    }

    #[test]
    fn a_scope_is_one_of_three_kinds_and_a_plain_name() {
        for text in ["projects/p-1", "projects/example.com:p", "folders/12", "organizations/34"] {
            assert!(AssetScope::new(text).is_ok(), "{text}");
        }
        for text in ["", "projects", "projects/", "projects/a/b", "projects/..", "billingAccounts/1", "folders/1?x=y"] {
            assert!(AssetScope::new(text).is_err(), "{text}");
        }
    }
}

//! Makes the planned calls and puts the answers together.
//!
//! Owns how many calls run at once, and what a failure means for a listing. Main function: [`collect`].

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use serde_json::value::RawValue;
use tokio::task::JoinSet;

use super::advice::{advice, project_advice};
use super::error::ApiError;
use super::fetch::{Fetched, fetch, project};
use super::objects::{Kinds, ObjectSet, identity_of_body, learn_numbers, text_member};
use super::plan::{CallKind, Children, Plan, PlannedCall, is_number};
use super::transport::Transport;
use crate::catalog::{Catalog, ListScope, ResourceType};
use crate::model::{Identity, Inventory, Listing, LiveKind, LiveObject, LiveSource, ProjectNumbers, printable};

/// How far reading has come.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Progress {
    /// Calls that are done.
    pub done: usize,
    /// Calls that are known so far; more come when parents are known.
    pub total: usize,
    /// The type that was read last.
    pub resource_type: Arc<str>,
    /// Where.
    pub scope: String,
}

/// Is told of every call that is done.
pub type ProgressSink = Arc<dyn Fn(&Progress) + Send + Sync>;

/// What came of all calls.
pub(crate) struct Collected {
    /// The objects and listings.
    pub(crate) inventory: Inventory,
    /// How many calls were made.
    pub(crate) calls: usize,
    /// How many of them gave nothing, and the first error.
    pub(crate) refused: usize,
    /// The first error, in the order of the plan.
    pub(crate) first_error: Option<ApiError>,
}

/// Makes the calls of a plan, at most `parallelism` at once. The same answers give the same inventory, whatever order
/// they come in.
pub(crate) async fn collect(
    plan: &Plan,
    catalog: &Catalog,
    transport: Arc<Transport>,
    parallelism: usize,
    progress: Option<ProgressSink>,
) -> Collected {
    let mut collector = Collector {
        kinds: Kinds::new(catalog),
        plan,
        transport,
        parallelism: parallelism.max(1),
        progress,
        objects: ObjectSet::new(),
        listings: Vec::new(),
        disabled: BTreeSet::new(),
        numbers: plan.numbers.clone(),
        calls: 0,
        done: 0,
        refused: 0,
        first_error: None,
    };
    for (name, scope, reason) in &plan.impossible {
        collector.listings.push(listing(name, scope, Some(reason.clone())));
    }
    collector.list(plan.calls.clone()).await;
    collector.list_children().await;
    collector.finish()
}

struct Collector<'a> {
    kinds: Kinds<'a>,
    plan: &'a Plan,
    transport: Arc<Transport>,
    parallelism: usize,
    progress: Option<ProgressSink>,
    objects: ObjectSet<()>,
    listings: Vec<Listing>,
    /// Listings that were refused because the API is not enabled, as (resource type, scope).
    disabled: BTreeSet<(String, String)>,
    numbers: ProjectNumbers,
    calls: usize,
    done: usize,
    refused: usize,
    first_error: Option<ApiError>,
}

impl<'a> Collector<'a> {
    async fn list(&mut self, calls: Vec<PlannedCall>) {
        self.calls += calls.len();
        let mut waiting = calls.iter().cloned().enumerate();
        let mut running = JoinSet::new();
        let mut answers: BTreeMap<usize, Fetched> = BTreeMap::new();
        loop {
            while running.len() < self.parallelism
                && let Some((index, call)) = waiting.next()
            {
                let transport = Arc::clone(&self.transport);
                running.spawn(async move { (index, fetch(&transport, &call).await) });
            }
            let Some(finished) = running.join_next().await else { break };
            // A task that fell over leaves its index without answer; that is told apart below.
            let Ok((index, fetched)) = finished else { continue };
            self.done += 1;
            if let Some(progress) = &self.progress {
                let call = &calls[index];
                progress(&Progress {
                    done: self.done,
                    total: self.calls,
                    resource_type: Arc::clone(&call.resource_type),
                    scope: call.scope.clone(),
                });
            }
            answers.insert(index, fetched);
        }
        for (index, call) in calls.iter().enumerate() {
            let fetched = answers.remove(&index).unwrap_or_else(|| Fetched {
                incomplete: Some("the request was not finished (this is a fault of trueup)".to_owned()),
                ..Fetched::default()
            });
            self.take(call, fetched);
        }
    }

    /// Takes over the answer of one call.
    fn take(&mut self, call: &PlannedCall, mut fetched: Fetched) {
        let Some(kind) = self.kinds.get(&call.resource_type) else { return };
        for item in std::mem::take(&mut fetched.items) {
            self.take_item(kind, call, item, &mut fetched);
        }
        if let Some(error) = &fetched.error {
            let is_fact = match &call.kind {
                // The parent is gone, so nothing is below it.
                CallKind::List(list) => list.scope == ListScope::Parent,
                // The object itself is gone.
                CallKind::Object => true,
            };
            if is_fact && matches!(error, ApiError::NotFound { .. }) {
                fetched.error = None;
            } else {
                self.refused += 1;
                self.first_error.get_or_insert_with(|| error.clone());
            }
        }
        if matches!(fetched.error, Some(ApiError::ApiDisabled { .. })) {
            let kinds = self.kinds.read_along(kind).into_iter();
            self.disabled.extend(kinds.map(|kind| (kind.name.to_string(), call.scope.clone())));
        }
        let reason = fetched.error.as_ref().map(|error| advice(error, kind, call)).or(fetched.incomplete);
        let places = if reason.is_none() { fetched.unreachable } else { BTreeMap::new() };
        for kind in self.kinds.read_along(kind) {
            self.record(kind, call, reason.as_deref(), &places);
        }
    }

    fn take_item(&mut self, kind: &'a ResourceType, call: &PlannedCall, item: Box<RawValue>, fetched: &mut Fetched) {
        let Some(path) = identity_of_body(kind, item.get(), &call.values) else {
            fetched.incomplete.get_or_insert_with(|| "the answer has an object without a usable name".to_owned());
            return;
        };
        let identity = Identity::new(kind.full_name(&path));
        match &call.kind {
            // Redis puts an entry named `-` for a location that it could not reach.
            CallKind::List(list) if identity.name() == "-" && list.path.as_str().contains("/locations/-/") => {
                let location = identity.location().unwrap_or_default().to_owned();
                fetched.unreachable.entry(location).or_default();
                return;
            }
            CallKind::Object if !is_same_but_for_project(kind, &path, &call.scope) => {
                fetched.incomplete.get_or_insert_with(|| format!("the answer is another object: {}", printable(&path)));
                return;
            }
            CallKind::List(_) | CallKind::Object => {}
        }
        if let (Some(asked), Some(answered)) = (call.values.get("project"), identity.project()) {
            // One of them may be the number of the other: the call asks for one project only.
            self.numbers.learn(answered, asked);
            self.numbers.learn(asked, answered);
        }
        let object = LiveObject {
            identity,
            asset_type: kind.asset_type().to_owned(),
            api_version: Some(kind.api_version.clone()),
            update_time: text_member(item.get(), "updateTime"),
            data: item,
        };
        learn_numbers(&mut self.numbers, &object);
        self.objects.add(&self.kinds, kind, object, ());
    }

    /// Notes what a call covered. Where single locations could not be reached, the others still count.
    fn record(
        &mut self,
        kind: &ResourceType,
        call: &PlannedCall,
        reason: Option<&str>,
        unreachable: &BTreeMap<String, String>,
    ) {
        if unreachable.is_empty() {
            self.listings.push(listing(&kind.name, &call.scope, reason.map(str::to_owned)));
            return;
        }
        let project = call.values.get("project").cloned().unwrap_or_default();
        let placeholder = kind.identity.names().find(|name| ["location", "region", "zone"].contains(name));
        let names = unreachable.keys().map(String::as_str).collect::<Vec<_>>().join(", ");
        let short = format!("{} could not reach {names}", kind.service);
        self.listings.push(listing(&kind.name, &call.scope, Some(short.clone())));
        let Some(placeholder) = placeholder else { return };
        let found = self
            .objects
            .iter()
            .filter(|object| object.identity.project() == Some(&project) && kind.asset_type() == object.asset_type);
        let mut places: BTreeSet<&str> = found.filter_map(|object| object.identity.location()).collect();
        places.extend(self.plan.regions.get(&project).into_iter().flatten().map(String::as_str));
        places.extend(unreachable.keys().map(String::as_str));
        let mut values = call.values.clone();
        let mut listings = Vec::new();
        for place in places {
            values.insert(placeholder.to_owned(), place.to_owned());
            let scope = super::plan::scope(kind, placeholder, &values);
            let reason = unreachable.get(place).map(|words| {
                if words.is_empty() { format!("{} could not reach {place}", kind.service) } else { words.clone() }
            });
            listings.push(listing(&kind.name, &scope, reason));
        }
        self.listings.extend(listings);
    }

    /// The second round: what is listed below objects of the first.
    async fn list_children(&mut self) {
        let mut due: Vec<(&'a Children, &'a ResourceType, String)> = Vec::new();
        for children in &self.plan.children {
            let Some(parent_kind) = self.kinds.get(&children.parent_type) else { continue };
            let Some(kind) = self.kinds.get(&children.resource_type) else { continue };
            for path in self.parents(children, kind, parent_kind) {
                due.push((children, parent_kind, path));
            }
        }
        let failures = self.project_numbers(&due).await;
        let mut calls = Vec::new();
        for (children, parent_kind, path) in due {
            let project = Identity::new(format!("//x/{path}")).project().unwrap_or_default().to_owned();
            let number = self.number_of(&project);
            let call = match failures.get(&project) {
                Some(reason) if children.takes_number() => Err(reason.clone()),
                _ => children.call_below(parent_kind, &path, number.as_deref()),
            };
            match call {
                Ok(call) => calls.push(call),
                Err(reason) => self.listings.push(listing(&children.resource_type, &path, Some(reason))),
            }
        }
        self.list(calls).await;
        self.whole_projects();
    }

    /// The parents below which a list call makes sense; what the others mean is noted.
    fn parents(&mut self, children: &Children, kind: &ResourceType, parent_kind: &ResourceType) -> Vec<String> {
        let mut due = Vec::new();
        let mut seen = BTreeSet::new();
        let parent = children.call.parent.as_ref();
        let mut notes = Vec::new();
        for object in self.objects.iter().filter(|object| parent_kind.asset_type() == object.asset_type) {
            let path = self.numbers.with_id(object.identity.path());
            let project = self.numbers.id(object.identity.project().unwrap_or_default()).to_owned();
            let is_wanted = children.named.contains(&path) || children.projects.contains(&project);
            if !is_wanted || !seen.insert(path.clone()) {
                continue;
            }
            let body = object.data.get();
            let closed = parent.into_iter().flat_map(|parent| &parent.readable_when).find_map(|(member, value)| {
                let found = text_member(body, member);
                (found.as_ref() != Some(value)).then(|| {
                    let found = found.unwrap_or_else(|| "not set".to_owned());
                    format!("{path} does not list them: its {member} is {found}, not {value}")
                })
            });
            let is_empty = parent.and_then(|parent| parent.empty_without.as_deref()).is_some_and(|member| {
                let members = super::objects::members(body).unwrap_or_default();
                members.get(member).is_none_or(|value| matches!(value.get(), "null" | "[]"))
            });
            match closed {
                Some(reason) => notes.push(listing(&kind.name, &path, Some(reason))),
                None if is_empty => notes.push(listing(&kind.name, &path, None)),
                None => due.push(path),
            }
        }
        // A parent that is not there has no children; one that was not observed hides them.
        let of_parents = self.listings.iter().filter(|listing| *listing.resource_type == *parent_kind.name);
        let inventory = Inventory { listings: of_parents.cloned().collect(), ..Inventory::default() };
        for path in children.named.iter().filter(|path| !seen.contains(*path)) {
            let identity = Identity::new(parent_kind.full_name(path));
            notes.push(listing(&kind.name, path, inventory.not_observed(&parent_kind.name, &identity)));
        }
        self.listings.extend(notes);
        due
    }

    fn number_of(&self, project: &str) -> Option<String> {
        if is_number(project) {
            return Some(project.to_owned());
        }
        self.numbers.number(project).map(str::to_owned)
    }

    /// Asks for the numbers of the projects whose calls take them. The reasons why some are not known, by project.
    async fn project_numbers(&mut self, due: &[(&Children, &ResourceType, String)]) -> BTreeMap<String, String> {
        let mut failures = BTreeMap::new();
        let numbered = due.iter().filter(|(children, ..)| children.takes_number());
        let projects: BTreeSet<String> = numbered
            .filter_map(|(_, _, path)| Identity::new(format!("//x/{path}")).project().map(str::to_owned))
            .filter(|project| self.number_of(project).is_none())
            .collect();
        for id in projects {
            match project(&self.transport, self.plan, &id).await {
                Ok((number, _)) => self.numbers.learn(&number, &id),
                Err(error) => {
                    let reason = format!("the project's number is not known: {}", project_advice(&error, &id));
                    failures.insert(id, reason);
                }
            }
        }
        failures
    }

    /// Children of every parent of a project that was listed whole are themselves listed whole.
    fn whole_projects(&mut self) {
        let mut found = Vec::new();
        let mut disabled = Vec::new();
        for children in &self.plan.children {
            for project in &children.projects {
                let scope = format!("projects/{project}");
                let below = format!("{scope}/");
                let of_parents = self
                    .listings
                    .iter()
                    .filter(|listing| *listing.resource_type == *children.parent_type && listing.scope == scope);
                let of_children = self.listings.iter().filter(|listing| {
                    *listing.resource_type == *children.resource_type && listing.scope.starts_with(&below)
                });
                let parts: Vec<&Listing> = of_parents.chain(of_children).collect();
                let failed = parts.iter().find(|listing| !listing.is_complete);
                let reason = failed.map(|listing| {
                    listing.error.clone().unwrap_or_else(|| format!("{} was not listed whole", listing.scope))
                });
                let is_refused = |listing: &&Listing| {
                    self.disabled.contains(&(listing.resource_type.clone(), listing.scope.clone()))
                };
                // Where the API of the parents is not enabled, that is why there are no children to read either.
                if failed.is_some() && parts.iter().filter(|listing| !listing.is_complete).all(is_refused) {
                    disabled.push((children.resource_type.to_string(), scope.clone()));
                }
                if !parts.is_empty() {
                    found.push(listing(&children.resource_type, &scope, reason));
                }
            }
        }
        self.listings.extend(found);
        self.disabled.extend(disabled);
    }

    fn finish(mut self) -> Collected {
        let requests = self.transport.requests();
        let versions = &self.plan.versions;
        let prefers = |one: &LiveObject, other: &LiveObject| {
            if one.api_version == other.api_version {
                return false;
            }
            match versions.get(one.identity.path()) {
                Some(wanted) => one.api_version.as_ref() == Some(wanted),
                None => one.api_version > other.api_version,
            }
        };
        let (objects, _) = self.objects.finish(&self.numbers, prefers);
        self.listings.sort_by(|a, b| {
            (&a.resource_type, &a.scope, a.is_complete, &a.error).cmp(&(
                &b.resource_type,
                &b.scope,
                b.is_complete,
                &b.error,
            ))
        });
        self.listings.dedup();
        Collected {
            inventory: Inventory {
                source: LiveSource { kind: LiveKind::Api, path: None, read_at: None, requests },
                objects,
                listings: self.listings,
                disabled: self.disabled,
                projects: self.numbers,
                ..Inventory::default()
            },
            calls: self.calls,
            refused: self.refused,
            first_error: self.first_error,
        }
    }
}

/// Whether two paths name the same object of a type; one may have the project's id and the other its number.
fn is_same_but_for_project(kind: &ResourceType, one: &str, other: &str) -> bool {
    let parts = |path| {
        let mut parts = kind.identity.captures(path)?;
        parts.remove("project");
        Some(parts)
    };
    parts(one).is_some_and(|one| parts(other) == Some(one))
}

fn listing(resource_type: &str, scope: &str, error: Option<String>) -> Listing {
    Listing { resource_type: resource_type.to_owned(), scope: scope.to_owned(), is_complete: error.is_none(), error }
}

//! Makes the planned calls and puts the answers together.
//!
//! Owns how many calls run at once, and what a failure means for a listing; `children` makes the second round. Main
//! function: [`collect`].

mod children;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use serde_json::value::RawValue;
use tokio::task::JoinSet;

use super::advice::advice;
use super::error::ApiError;
use super::fetch::{Fetched, fetch};
use super::objects::{Kinds, ObjectSet, identity_of_body, learn_numbers, text_member};
use super::plan::{CallKind, Plan, PlannedCall};
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
    /// Objects that were read until now.
    pub objects: usize,
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
    /// How many of them gave nothing.
    pub(crate) refused: usize,
    /// The first error in the order of the plan, and the same with what would help.
    pub(crate) first_error: Option<(ApiError, String)>,
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
        read: 0,
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
    /// Objects that were read until now.
    read: usize,
    refused: usize,
    first_error: Option<(ApiError, String)>,
}

impl<'a> Collector<'a> {
    /// Makes calls and takes over their answers.
    async fn list(&mut self, calls: Vec<PlannedCall>) {
        let answers = self.make(&calls).await;
        // Who may not read an object may still be allowed to list it.
        let (mut refused, mut lists) = (Vec::new(), BTreeMap::new());
        for (call, fetched) in calls.into_iter().zip(answers) {
            match (&call.kind, &fetched.error) {
                (CallKind::Object { instead: Some(list) }, Some(ApiError::PermissionDenied { .. })) => {
                    lists.insert((list.resource_type.to_string(), list.scope.clone()), (**list).clone());
                    refused.push((call, fetched));
                }
                _ => self.take(&call, fetched),
            }
        }
        let lists: Vec<PlannedCall> = lists.into_values().collect();
        let answers = self.make(&lists).await;
        for (list, fetched) in lists.iter().zip(answers) {
            if matches!(fetched.error, Some(ApiError::PermissionDenied { .. })) {
                // It is the reading that was asked for, and that its reason is about.
                self.refused += 1;
            } else {
                self.take(list, fetched);
            }
        }
        for (call, fetched) in refused {
            if !self.is_listed(&call) {
                self.take(&call, fetched);
            }
        }
    }

    /// Whether a list covers the object of a call, whatever came of it.
    fn is_listed(&self, call: &PlannedCall) -> bool {
        let CallKind::Object { instead: Some(list) } = &call.kind else { return false };
        self.listings.iter().any(|listing| *listing.resource_type == *list.resource_type && listing.scope == list.scope)
    }

    /// Makes calls, at most so many at once as is allowed. The answers come in the order of the calls.
    async fn make(&mut self, calls: &[PlannedCall]) -> Vec<Fetched> {
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
            self.read += fetched.items.len();
            if let Some(progress) = &self.progress {
                let call = &calls[index];
                progress(&Progress {
                    done: self.done,
                    total: self.calls,
                    objects: self.read,
                    resource_type: Arc::clone(&call.resource_type),
                    scope: call.scope.clone(),
                });
            }
            answers.insert(index, fetched);
        }
        let unfinished = || Fetched {
            incomplete: Some("the request was not finished (this is a fault of trueup)".to_owned()),
            ..Fetched::default()
        };
        (0..calls.len()).map(|index| answers.remove(&index).unwrap_or_else(unfinished)).collect()
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
                CallKind::Object { .. } => true,
            };
            if is_fact && matches!(error, ApiError::NotFound { .. }) {
                fetched.error = None;
            } else {
                self.refused += 1;
                self.first_error.get_or_insert_with(|| (error.clone(), advice(error, kind, call)));
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
        if kind.is_gone(|member| text_member(item.get(), member)) {
            return;
        }
        let identity = Identity::new(kind.full_name(&path));
        match &call.kind {
            // Redis puts an entry named `-` for a location that it could not reach.
            CallKind::List(list) if identity.name() == "-" && list.path.as_str().contains("/locations/-/") => {
                let location = identity.location().unwrap_or_default().to_owned();
                fetched.unreachable.entry(location).or_default();
                return;
            }
            CallKind::Object { .. } if !is_same_but_for_project(kind, &path, &call.scope) => {
                fetched.incomplete.get_or_insert_with(|| format!("the answer is another object: {}", printable(&path)));
                return;
            }
            CallKind::List(_) | CallKind::Object { .. } => {}
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
        // A call that asked one location only says nothing of the others.
        let Some(placeholder) = placeholder.filter(|name| !call.values.contains_key(*name)) else { return };
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
                source: LiveSource {
                    kind: LiveKind::Api,
                    path: None,
                    read_at: None,
                    requests,
                    ..LiveSource::default()
                },
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

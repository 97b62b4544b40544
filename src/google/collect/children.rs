//! The second round of calls: what is listed below objects of the first.

use std::collections::{BTreeMap, BTreeSet};

use super::super::advice::project_advice;
use super::super::fetch::project;
use super::super::objects::{members, text_member};
use super::super::plan::{Children, is_number};
use super::{Collector, listing};
use crate::catalog::ResourceType;
use crate::model::{Identity, Inventory, Listing};

impl<'a> Collector<'a> {
    /// Lists below the parents that the first round found.
    pub(super) async fn list_children(&mut self) {
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
                let members = members(body).unwrap_or_default();
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
}

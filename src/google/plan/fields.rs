//! Partial responses: which members of an answer are asked for by name. Main function: [`mask`].
//!
//! Only where the catalog says that it saves much, and at the top of a body only: what stands below a member comes whole.

use std::collections::BTreeSet;

use crate::catalog::{Catalog, ListCall, ResourceType, Treatment};

/// The value of `fields` for a list call: the items with the members that something reads, the page token, and what else
/// of the answer the catalog names. `None` where whole bodies are asked for.
///
/// Source of the syntax: partial responses of Google's REST APIs, `items(a,b),nextPageToken`.
pub(super) fn mask(catalog: &Catalog, kind: &ResourceType, call: &ListCall) -> Option<String> {
    let further = call.partial.as_ref()?;
    let members: Vec<String> = members(catalog, kind).into_iter().collect();
    let mut mask = format!("{}({})", call.items, members.join(","));
    for member in call.page.iter().map(|page| &page.response).chain(&call.unreachable).chain(further) {
        mask.push(',');
        // Within a mask a member of a member is written with a slash.
        mask.push_str(&member.replace('.', "/"));
    }
    Some(mask)
}

/// The members at the top of a body that anything reads: rows, the identity, what is nested in it, and what decides
/// whether children are asked for.
fn members(catalog: &Catalog, kind: &ResourceType) -> BTreeSet<String> {
    let mut members = BTreeSet::from(["name".to_owned()]);
    let mut add = |path: &str| members.extend(path.split('.').next().map(str::to_owned));
    // A password is never in an answer, and never asked for.
    let rows = kind.rows().iter().filter(|row| row.treatment != Treatment::WriteOnly);
    rows.filter_map(|row| row.api.as_deref()).for_each(&mut add);
    for other in catalog.types() {
        if let Some(nested) = other.nested.as_ref().filter(|nested| *nested.resource_type == *kind.name) {
            add(&nested.member);
        }
        for parent in other.lists.iter().filter_map(|call| call.parent.as_ref()) {
            if *parent.resource_type == *kind.name {
                parent.readable_when.keys().chain(&parent.empty_without).for_each(|path| add(path));
            }
        }
    }
    members
}

#[cfg(test)]
mod tests {
    use super::*;

    fn mask_of(name: &str) -> Option<String> {
        let catalog = Catalog::builtin();
        let kind = catalog.get(name).expect("in the catalog");
        mask(catalog, kind, &kind.lists[0])
    }

    #[test]
    fn what_rows_children_and_paging_need_is_asked_for() {
        let networks = mask_of("google_compute_network").expect("partial");
        let (items, rest) = networks.split_once(')').expect("items first");
        assert!(items.starts_with("items(") && !items.contains("subnetworks"), "{items}");
        // The peerings are objects of their own, and say whether there are connections to list.
        for member in ["name", "selfLink", "autoCreateSubnetworks", "peerings", "routingConfig"] {
            assert!(items[6..].split(',').any(|found| found == member), "{member}: {items}");
        }
        assert_eq!(rest, ",nextPageToken,warning");
        assert_eq!(mask_of("google_redis_instance"), None);
        assert!(!mask_of("google_sql_database_instance").expect("partial").contains("assword"));
    }
}

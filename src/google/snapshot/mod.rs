//! Writes what a check read as an asset file: a snapshot. What reads it is [`super::assets`].
//!
//! Owns the form of the file and what is left out of it because it is sensitive. Does not know what the root marks as
//! sensitive: that comes in as [`Redaction`]. Main function: [`write()`].

mod body;

use std::collections::{BTreeMap, BTreeSet};
use std::io::{self, Write};

use serde::Serialize;

use self::body::{Wanted, quoted};
use super::objects::Kinds;
use crate::catalog::Catalog;
use crate::model::{Digests, Identity, Inventory, LiveObject, RedactionCheck};

/// What is left out of a snapshot beside what the catalog calls sensitive.
#[derive(Clone, Debug, Default)]
pub struct Redaction {
    /// Members of bodies that the root marks as sensitive, by object; names joined by dots.
    pub members: BTreeMap<Identity, BTreeSet<String>>,
    /// Objects that are left out as a whole, since what names them is sensitive.
    pub objects: BTreeSet<Identity>,
    /// Digests of what is left out, and what tells whether a key is the one that they were made with; `None` without
    /// a redaction key.
    pub digests: Option<(RedactionCheck, Digests)>,
}

/// The first line.
#[derive(Serialize)]
struct Header<'a> {
    format_version: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    captured_at: Option<&'a str>,
    listings: Vec<HeaderListing<'a>>,
    /// Ids of projects by their number.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    projects: BTreeMap<&'a str, &'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    redaction_check: Option<&'a str>,
}

#[derive(Serialize)]
struct HeaderListing<'a> {
    r#type: &'a str,
    scope: &'a str,
    complete: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    error: Option<&'a str>,
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    disabled: bool,
}

/// Writes an inventory, one line an object, sorted by identity: the same inventory gives the same bytes. Gives how many
/// objects were written.
///
/// # Errors
/// The writer's.
pub fn write(
    inventory: &Inventory,
    redaction: &Redaction,
    catalog: &Catalog,
    out: &mut (impl Write + ?Sized),
) -> io::Result<usize> {
    let kinds = Kinds::new(catalog);
    let (check, digests) = match &redaction.digests {
        Some((check, digests)) => (Some(check), Some(digests)),
        None => (None, None),
    };
    let hidden = "an object is left out of the snapshot because what names it is sensitive";
    let listings = inventory.listings.iter().map(|listing| {
        let hides = redaction.objects.iter().any(|object| listing.covers(object));
        HeaderListing {
            r#type: &listing.resource_type,
            scope: &listing.scope,
            complete: listing.is_complete && !hides,
            error: listing.error.as_deref().or(hides.then_some(hidden)),
            disabled: inventory.disabled.contains(&(listing.resource_type.clone(), listing.scope.clone())),
        }
    });
    let header = Header {
        format_version: "1.0",
        captured_at: inventory.source.read_at.as_deref(),
        listings: listings.collect(),
        projects: inventory.projects.iter().collect(),
        redaction_check: check.map(|check| check.0.as_str()),
    };
    writeln!(out, "{{\"trueup_snapshot\":{}}}", serde_json::to_string(&header)?)?;
    let mut wanted: BTreeMap<&str, Wanted> = BTreeMap::new();
    let mut count = 0;
    for object in &inventory.objects {
        let is_nested = kinds.of_asset_type(&object.asset_type).iter().any(|kind| kind.nested.is_some());
        // What stands in the body of its parent is read out of it again.
        if is_nested || redaction.objects.contains(&object.identity) {
            continue;
        }
        let wanted = wanted.entry(&object.asset_type).or_insert_with(|| Wanted::of(&kinds, &object.asset_type));
        let marked = redaction.members.get(&object.identity);
        let body = wanted.write(&object.data, marked.unwrap_or(&BTreeSet::new()));
        let digests = digests.and_then(|digests| digests.get(&object.identity)).filter(|digests| !digests.is_empty());
        writeln!(out, "{}", line(object, &body, digests.map(serde_json::to_string).transpose()?.as_deref()))?;
        count += 1;
    }
    Ok(count)
}

/// One asset, in the shape of Cloud Asset Inventory.
fn line(object: &LiveObject, body: &str, digests: Option<&str>) -> String {
    let mut line = format!(
        "{{\"name\":{},\"asset_type\":{},\"resource\":{{",
        quoted(object.identity.as_str()),
        quoted(&object.asset_type)
    );
    if let Some(version) = &object.api_version {
        line.push_str(&format!("\"version\":{},", quoted(version)));
    }
    if let Some(location) = object.identity.location() {
        line.push_str(&format!("\"location\":{},", quoted(location)));
    }
    line.push_str(&format!("\"data\":{body}}}"));
    if let Some(time) = &object.update_time {
        line.push_str(&format!(",\"update_time\":{}", quoted(time)));
    }
    if let Some(digests) = digests {
        line.push_str(&format!(",\"trueup_digests\":{digests}"));
    }
    line.push('}');
    line
}

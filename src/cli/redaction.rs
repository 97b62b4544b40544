//! What is sensitive in live objects because a root marks it, and the key that lets a snapshot be compared all the same.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use anyhow::{Context, Result, bail};

use super::sides::TerraformSides;
use crate::catalog::Catalog;
use crate::compare::LiveSide;
use crate::google::snapshot::Redaction;
use crate::model::{AttributePath, Digests, Identity, Inventory, LiveObject, NormalizedResource};
use crate::normalize::RedactionKey;

/// Reads the key of `--redaction-key`.
pub(crate) fn read_key(path: &Path) -> Result<RedactionKey> {
    let bytes = std::fs::read(path).with_context(|| format!("read redaction key `{}`", path.display()))?;
    RedactionKey::new(&bytes).with_context(|| {
        format!(
            "read redaction key `{}`: it is shorter than 16 bytes; `openssl rand -hex 32` makes one",
            path.display()
        )
    })
}

/// Refuses a key that is not the one that a snapshot was made with.
pub(crate) fn check_key(key: &RedactionKey, inventory: &Inventory) -> Result<()> {
    if inventory.redaction_check.as_ref().is_some_and(|check| *check != key.check()) {
        bail!("compare the snapshot: --redaction-key is not the key that it was made with");
    }
    Ok(())
}

/// What a snapshot of these objects leaves out.
pub(crate) fn of(
    sides: &TerraformSides,
    live: &[LiveSide],
    inventory: &Inventory,
    catalog: &Catalog,
    key: Option<&RedactionKey>,
) -> Redaction {
    let objects: BTreeMap<&Identity, &LiveObject> =
        inventory.objects.iter().map(|object| (&object.identity, object)).collect();
    let mut redaction = Redaction::default();
    let mut marked: BTreeMap<Identity, BTreeSet<AttributePath>> = BTreeMap::new();
    for resource in sides.resources() {
        let Ok(identity) = &resource.identity else { continue };
        let Some(object) = objects.get(identity) else { continue };
        let Some(resource_type) = catalog.get(&resource.resource_type) else { continue };
        if !resource.sensitive_names.is_empty() {
            redaction.objects.insert(identity.clone());
            continue;
        }
        for (path, leaf) in resource.leaves.iter().filter(|(_, leaf)| leaf.is_sensitive) {
            let Some(row) = resource_type.row(&leaf.facts.row) else { continue };
            if row.is_sensitive {
                continue;
            }
            let Some(member) = &row.api else { continue };
            let is_own_version =
                object.api_version.as_ref().is_none_or(|version| *version == resource_type.api_version);
            if !is_own_version {
                // The member goes by another name in this body.
                redaction.objects.insert(identity.clone());
                break;
            }
            redaction.members.entry(identity.clone()).or_default().insert(member.clone());
            marked.entry(identity.clone()).or_default().insert(path.clone());
        }
    }
    if let Some(key) = key {
        let mut digests = Digests::new();
        for side in live {
            let Ok(identity) = &side.resource.identity else { continue };
            let Some(resource_type) = catalog.get(&side.resource.resource_type) else { continue };
            let is_marked = |path: &AttributePath| marked.get(identity).is_some_and(|marked| marked.contains(path));
            let found = key.digests(&side.resource, |path, leaf| {
                let is_sensitive = resource_type.row(&leaf.facts.row).is_some_and(|row| row.is_sensitive);
                is_sensitive || leaf.is_sensitive || is_marked(path)
            });
            if !found.is_empty() {
                let of_object = digests.entry(identity.clone()).or_default();
                of_object.insert(side.resource.resource_type.to_string(), found);
            }
        }
        // A snapshot of a snapshot: what is left out of both keeps its digest.
        for (identity, types) in &inventory.digests {
            for (resource_type, earlier) in types {
                let of_type = digests.entry(identity.clone()).or_default().entry(resource_type.clone()).or_default();
                earlier.iter().for_each(|(path, digest)| _ = of_type.entry(path.clone()).or_insert(digest.clone()));
            }
        }
        redaction.digests = Some((key.check(), digests));
    } else if let Some(check) = &inventory.redaction_check {
        redaction.digests = Some((check.clone(), inventory.digests.clone()));
    }
    redaction
}

/// Says of live objects of a snapshot what the digests tell.
pub(crate) fn restore(
    key: &RedactionKey,
    sides: &TerraformSides,
    live: &mut [LiveSide],
    inventory: &Inventory,
    catalog: &Catalog,
) {
    let mut others: BTreeMap<(&Identity, &str), Vec<&NormalizedResource>> = BTreeMap::new();
    for resource in sides.resources() {
        if let Ok(identity) = &resource.identity {
            others.entry((identity, &resource.resource_type)).or_default().push(resource);
        }
    }
    for side in live {
        let Ok(identity) = side.resource.identity.clone() else { continue };
        let resource_type = side.resource.resource_type.to_string();
        let Some(digests) = inventory.digests.get(&identity).and_then(|digests| digests.get(&resource_type)) else {
            continue;
        };
        let others = others.get(&(&identity, resource_type.as_str())).map_or(&[][..], Vec::as_slice);
        key.restore(&mut side.resource, digests, others, catalog);
    }
}

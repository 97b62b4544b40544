//! Import blocks, ready to be pasted, for objects that no Terraform manages.

use std::collections::BTreeSet;

use super::Writer;
use super::style::Ink;
use crate::compare::{ResourceComparison, import_block};
use crate::model::printable;

/// How many blocks are written out.
const MOST: usize = 10;

/// Writes a block for each object that can be imported. `all` are the resources of the report, whose names are taken.
pub(super) fn write(unmanaged: &[&ResourceComparison], all: &[ResourceComparison], out: &mut Writer) {
    let importable: Vec<(&ResourceComparison, &str)> =
        unmanaged.iter().filter_map(|resource| Some((*resource, resource.import_id.as_deref()?))).collect();
    if importable.is_empty() {
        return;
    }
    out.gap();
    out.line("To take one over, write its resource block and import it:");
    out.gap();
    let mut taken: BTreeSet<String> =
        all.iter().filter_map(|resource| resource.address.as_ref()).map(ToString::to_string).collect();
    for (resource, id) in importable.iter().take(MOST) {
        let to = free_address(resource, &mut taken);
        import_block(&to, id).lines().for_each(|line| out.line(&format!("  {}", printable(line))));
    }
    if let Some(more) = importable.len().checked_sub(MOST).filter(|more| *more > 0) {
        let text = format!("  # and {more} more; --only selects them by type");
        out.line(&out.style.paint(Ink::Faint, &text));
    }
}

/// An address for an object, made of its name, that nothing has yet.
fn free_address(resource: &ResourceComparison, taken: &mut BTreeSet<String>) -> String {
    let name = resource.identity.as_ref().map_or("", |identity| identity.name());
    let plain = |character: char| if character.is_ascii_alphanumeric() { character.to_ascii_lowercase() } else { '_' };
    let mut name: String = name.chars().map(plain).collect();
    if !name.starts_with(|first: char| first.is_ascii_alphabetic() || first == '_') {
        name.insert(0, '_');
    }
    let base = format!("{}.{name}", resource.resource_type);
    let numbered = std::iter::once(base.clone()).chain((2..).map(|number| format!("{base}_{number}")));
    let address = numbered.into_iter().find(|address| !taken.contains(address)).unwrap_or(base);
    taken.insert(address.clone());
    address
}

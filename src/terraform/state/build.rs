//! Makes instances out of entries, and faults out of what is wrong with them.

use std::ops::Range;

use serde_json::value::RawValue;

use super::entry::{Document, InstanceEntry, Members, ResourceEntry, kind, span};
use super::fault::Faults;
use super::scan::Scan;
use super::{module_address, sensitive};
use crate::model::{
    AttributePath, InstanceAddress, InstanceKey, ModuleAddress, Number, ResourceAddress, ResourceMode, Severity,
    StateInstance, StateSource, printable,
};

const REPAIR: &str = "`terraform state pull` prints what the backend has; an entry that is wrong there too can be \
                      mended with `terraform state rm` and `terraform import`";

/// The instances read so far.
pub(super) struct Builder<'a> {
    text: &'a str,
    instances: Vec<StateInstance>,
    pub(super) faults: Faults,
    resources_seen: usize,
}

/// All that was read.
pub(super) struct Built {
    /// In file order, no two with the same address and deposed key.
    pub(super) instances: Vec<StateInstance>,
    /// The current ones, as indexes, sorted by address.
    pub(super) current: Vec<usize>,
    pub(super) faults: Faults,
}

/// What the instances of one entry share.
struct Header {
    resource: ResourceAddress,
    provider: String,
}

impl<'a> Builder<'a> {
    /// Over the text that all raw values are borrowed from.
    pub(super) fn new(text: &'a str) -> Self {
        Self { text, instances: Vec::new(), faults: Faults::default(), resources_seen: 0 }
    }

    /// Ends the reading: drops what stands more than once.
    pub(super) fn finish(mut self) -> Built {
        // Terraform writes its states sorted, so that this costs little more than one comparison per instance.
        let mut order: Vec<usize> = (0..self.instances.len()).collect();
        let rank = |index: &usize| {
            let instance = &self.instances[*index];
            (&instance.address, &instance.deposed, *index)
        };
        order.sort_by(|one, other| rank(one).cmp(&rank(other)));
        let is_same =
            |one: &StateInstance, other: &StateInstance| one.address == other.address && one.deposed == other.deposed;
        let repeated: Vec<usize> = order
            .windows(2)
            .filter(|pair| is_same(&self.instances[pair[0]], &self.instances[pair[1]]))
            .map(|pair| pair[1])
            .collect();
        if !repeated.is_empty() {
            self.drop_repeated(repeated);
            return self.finish();
        }
        order.retain(|index| self.instances[*index].deposed.is_none());
        Built { instances: self.instances, current: order, faults: self.faults }
    }

    fn drop_repeated(&mut self, mut repeated: Vec<usize>) {
        repeated.sort_unstable();
        for index in &repeated {
            let StateInstance { address, deposed, attributes, .. } = &self.instances[*index];
            let deposed = deposed.as_ref().map(|key| format!(" (deposed object {key})")).unwrap_or_default();
            self.faults.add(Severity::Error, "Duplicate instance in state", attributes.clone(), || {
                let address = address.to_string();
                format!(
                    "{}{} stands more than once. Only the first one is read; {REPAIR}.",
                    printable(&address),
                    printable(&deposed)
                )
            });
        }
        let mut index = 0;
        self.instances.retain(|_| {
            index += 1;
            repeated.binary_search(&(index - 1)).is_err()
        });
    }

    /// Adds the instances of one element of `resources`.
    pub(super) fn resource(&mut self, entry: &ResourceEntry<'a>) {
        self.resources_seen += 1;
        if let Some(header) = self.header(entry, entry.span(self.text)) {
            for instance in &entry.instances {
                self.instance(&header, instance);
            }
        }
    }

    /// The same for an element of which nothing is known but that it is JSON.
    pub(super) fn raw_resource(&mut self, raw: &'a str) {
        // The quick way for the elements that have nothing wrong.
        if let Some(entry) = ResourceEntry::scan(&mut Scan::new(raw)) {
            return self.resource(&entry);
        }
        self.resources_seen += 1;
        let place = span(self.text, raw);
        let Ok(members) = serde_json::from_str::<Members<'a>>(raw) else {
            return self.unreadable_resource(Some(place), &format!("is {}, not an object", kind(raw)));
        };
        let Some(header) = self.header(&ResourceEntry::from_members(&members), Some(place)) else { return };
        self.repeated_members(&members, &header.resource.to_string());
        let Some(instances) = members.get("instances") else { return };
        match serde_json::from_str::<Vec<&'a RawValue>>(instances) {
            Ok(instances) => instances.into_iter().for_each(|raw| self.raw_instance(&header, raw.get())),
            Err(_) => self.unreadable_instance(
                Some(span(self.text, instances)),
                &header.resource.to_string(),
                &format!("`instances` is {}, not a list", kind(instances)),
            ),
        }
    }

    fn raw_instance(&mut self, header: &Header, raw: &'a str) {
        let place = span(self.text, raw);
        match serde_json::from_str::<Members<'a>>(raw) {
            Ok(members) => {
                self.repeated_members(&members, &header.resource.to_string());
                self.instance(header, &InstanceEntry::from_members(&members));
            }
            Err(_) => self.unreadable_instance(
                Some(place),
                &header.resource.to_string(),
                &format!("an element of `instances` is {}, not an object", kind(raw)),
            ),
        }
    }

    /// Notes each member that stands more than once.
    pub(super) fn repeated_members(&mut self, members: &Members<'a>, of: &str) {
        for (name, last) in members.repeated() {
            self.faults.add(Severity::Error, "Duplicate key in state", Some(span(self.text, last)), || {
                format!(
                    "`{}` stands more than once in {}. Only the last one is read, as Terraform does; {REPAIR}.",
                    printable(name),
                    printable(of)
                )
            });
        }
    }

    /// What the envelope says; a fault for each member of a wrong type.
    pub(super) fn source(&mut self, path: &str, document: &Document<'_>) -> StateSource {
        let mut text = |name: &str, raw: Option<&str>| {
            let raw = raw?;
            let read = string(raw);
            if read.is_none() {
                self.unreadable_member(raw, name, "a string");
            }
            read
        };
        let terraform_version = text("terraform_version", document.terraform_version);
        let lineage = text("lineage", document.lineage);
        let serial = document.serial.and_then(|raw| {
            let read = serde_json::from_str::<u64>(raw).ok();
            if read.is_none() {
                self.unreadable_member(raw, "serial", "a whole number");
            }
            read
        });
        let size = self.text.len() as u64;
        StateSource { path: path.to_owned(), terraform_version, serial, lineage, size, generation: None }
    }

    fn unreadable_member(&mut self, raw: &str, name: &str, expected: &str) {
        self.faults.add(Severity::Warning, "Unreadable member of state", Some(span(self.text, raw)), || {
            format!("`{name}` is {}, not {expected}. It is taken as absent.", described(raw))
        });
    }

    fn header(&mut self, entry: &ResourceEntry<'_>, place: Option<Range<usize>>) -> Option<Header> {
        match header(entry) {
            Ok(header) => Some(header),
            Err(problem) => {
                self.unreadable_resource(place, &problem);
                None
            }
        }
    }

    fn instance(&mut self, header: &Header, entry: &InstanceEntry<'a>) {
        let resource = &header.resource;
        let key = match entry.index_key.map(|raw| (raw, instance_key(raw))) {
            None => None,
            Some((_, Some(key))) => Some(key),
            Some((raw, None)) => {
                let problem = format!("`index_key` is {}, not a string or a whole number", described(raw));
                return self.unreadable_instance(Some(span(self.text, raw)), &resource.to_string(), &problem);
            }
        };
        let address = InstanceAddress { resource: resource.clone(), key };
        let deposed = match entry.deposed.map(|raw| (raw, string(raw))) {
            None => None,
            Some((_, Some(key))) => (!key.is_empty()).then_some(key),
            Some((raw, None)) => {
                let problem = format!("`deposed` is {}, not a string", described(raw));
                return self.unreadable_instance(Some(span(self.text, raw)), &address.to_string(), &problem);
            }
        };
        let instance = StateInstance {
            provider: header.provider.clone(),
            is_tainted: self.is_tainted(&address, entry.status),
            schema_version: self.schema_version(&address, entry.schema_version),
            attributes: self.attributes(&address, entry),
            sensitive: self.sensitive(&address, entry.sensitive_attributes),
            address,
            deposed,
        };
        self.instances.push(instance);
    }

    fn is_tainted(&mut self, address: &InstanceAddress, status: Option<&str>) -> bool {
        let Some(raw) = status else { return false };
        match string(raw).as_deref() {
            Some("tainted") => true,
            Some("") => false,
            Some(_) | None => {
                let problem = format!("`status` is {}, not \"tainted\"", described(raw));
                self.odd_instance(raw, address, &format!("{problem}. It is taken as not tainted"));
                false
            }
        }
    }

    fn schema_version(&mut self, address: &InstanceAddress, raw: Option<&str>) -> u64 {
        let Some(raw) = raw else { return 0 };
        serde_json::from_str(raw).unwrap_or_else(|_| {
            let problem = format!("`schema_version` is {}, not a whole number. It is taken as 0", described(raw));
            self.odd_instance(raw, address, &problem);
            0
        })
    }

    fn attributes(&mut self, address: &InstanceAddress, entry: &InstanceEntry<'_>) -> Option<Range<usize>> {
        match (entry.attributes, entry.attributes_flat) {
            (Some(raw), _) if raw.starts_with('{') => Some(span(self.text, raw)),
            (Some(raw), _) => {
                // Its text may hold anything, secrets too.
                let problem = format!("`attributes` is {}, not an object. It is taken as not recorded", kind(raw));
                self.faults.add(Severity::Error, "Unreadable instance in state", Some(span(self.text, raw)), || {
                    format!("{}: {problem}; {REPAIR}.", printable(&address.to_string()))
                });
                None
            }
            (None, Some(flat)) => {
                self.faults.add(Severity::Warning, "Legacy attributes in state", Some(span(self.text, flat)), || {
                    format!(
                        "{} was last written by Terraform 0.11 or before, whose attributes cannot be compared. \
                         `terraform apply -refresh-only` with a later version converts them.",
                        printable(&address.to_string())
                    )
                });
                None
            }
            (None, None) => None,
        }
    }

    fn sensitive(&mut self, address: &InstanceAddress, raw: Option<&str>) -> Vec<AttributePath> {
        let Some(raw) = raw.filter(|raw| *raw != "[]") else { return Vec::new() };
        let (paths, is_whole) = sensitive::paths(raw);
        if !is_whole {
            let problem = "`sensitive_attributes` cannot be read in full. What it may mean is treated as sensitive";
            self.odd_instance(raw, address, problem);
        }
        paths
    }

    fn odd_instance(&mut self, raw: &str, address: &InstanceAddress, problem: &str) {
        self.faults.add(Severity::Warning, "Odd instance in state", Some(span(self.text, raw)), || {
            format!("{}: {problem}.", printable(&address.to_string()))
        });
    }

    fn unreadable_resource(&mut self, place: Option<Range<usize>>, problem: &str) {
        let number = self.resources_seen;
        self.faults.add(Severity::Error, "Unreadable resource in state", place, || {
            format!("Entry {number} of `resources` {problem}. It is left out and the others are read; {REPAIR}.")
        });
    }

    fn unreadable_instance(&mut self, place: Option<Range<usize>>, of: &str, problem: &str) {
        self.faults.add(Severity::Error, "Unreadable instance in state", place, || {
            format!("{}: {problem}. It is left out and the others are read; {REPAIR}.", printable(of))
        });
    }
}

/// What the instances of an entry share, or what is wrong as a fragment that reads after "entry 3".
fn header(entry: &ResourceEntry<'_>) -> Result<Header, String> {
    let required = |name: &str, raw: Option<&str>| {
        let raw = raw.ok_or_else(|| format!("has no `{name}`"))?;
        let text = string(raw).ok_or_else(|| format!("has {} as `{name}`, not a string", described(raw)))?;
        if text.is_empty() { Err(format!("has an empty `{name}`")) } else { Ok(text) }
    };
    let mode = match required("mode", entry.mode)?.as_str() {
        "managed" => ResourceMode::Managed,
        "data" => ResourceMode::Data,
        other => return Err(format!("has the mode `{}`, which is neither managed nor data", printable(other))),
    };
    let resource_type = required("type", entry.resource_type)?;
    let name = required("name", entry.name)?;
    let module = match entry.module {
        None => ModuleAddress::root(),
        Some(raw) => string(raw).and_then(|text| module_address::parse(&text)).ok_or_else(|| {
            format!("({}.{}) has a `module` that is no module address", printable(&resource_type), printable(&name))
        })?,
    };
    // Only shown and compared as text: an entry without provider is still a resource.
    let provider = entry.provider.and_then(string).unwrap_or_default();
    Ok(Header { resource: ResourceAddress { module, mode, resource_type, name }, provider })
}

/// The text of a JSON string; `None` for anything else.
fn string(raw: &str) -> Option<String> {
    let quoted = raw.strip_prefix('"')?;
    match quoted.strip_suffix('"') {
        Some(plain) if !plain.contains('\\') => Some(plain.to_owned()),
        _ => serde_json::from_str(raw).ok(),
    }
}

fn instance_key(raw: &str) -> Option<InstanceKey> {
    if let Some(key) = string(raw) {
        return Some(InstanceKey::Key(key));
    }
    let index = Number::parse(raw).ok()?.as_i64()?;
    usize::try_from(index).ok().map(InstanceKey::Index)
}

/// The value where it is short and plain, else its kind. Not for attributes: those may be secret.
fn described(raw: &str) -> String {
    match kind(raw) {
        kind @ ("a number" | "a boolean" | "a string") if raw.len() <= 40 => {
            format!("{kind} ({})", printable(raw))
        }
        kind => kind.to_owned(),
    }
}

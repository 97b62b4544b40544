//! What it means that a recorded resource is not among the configured instances.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use super::moved::without_keys;
use crate::model::{Configuration, InstanceAddress, ModuleAddress, ModuleStep};

/// Why a resource of the state has no configuration.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Absence {
    /// The configuration does not have it: an apply would destroy it.
    Removed,
    /// A `removed` block gives it up without destroying it.
    Forgotten,
    /// The configuration could not be read or worked out there; why.
    NotRead(Arc<str>),
}

/// Answers why a resource is absent from the configuration.
pub(crate) struct Absences<'r> {
    has_configuration: bool,
    modules: HashMap<String, Vec<(&'r ModuleAddress, &'r str)>>,
    unexpanded: HashMap<String, Vec<(&'r ModuleAddress, &'r str)>>,
    forgotten: HashSet<String>,
    forgotten_modules: HashSet<String>,
}

impl<'r> Absences<'r> {
    /// Indexes what the configuration says about itself.
    pub(crate) fn new(configuration: &'r Configuration, has_configuration: bool) -> Self {
        let mut modules: HashMap<String, Vec<_>> = HashMap::new();
        for unreadable in &configuration.unreadable_modules {
            modules.entry(names(&unreadable.module.0)).or_default().push((&unreadable.module, &*unreadable.reason));
        }
        let mut unexpanded: HashMap<String, Vec<_>> = HashMap::new();
        for resource in &configuration.unexpanded {
            unexpanded
                .entry(without_keys(&resource.resource))
                .or_default()
                .push((&resource.resource.module, &*resource.reason));
        }
        let forgotten = configuration.forgotten.iter().map(without_keys).collect();
        let forgotten_modules = configuration.forgotten_modules.iter().map(|module| names(&module.0)).collect();
        Self { has_configuration, modules, unexpanded, forgotten, forgotten_modules }
    }

    /// Why `address` is not configured.
    pub(crate) fn of(&self, address: &InstanceAddress) -> Absence {
        if !self.has_configuration {
            return Absence::NotRead("the root has no configuration".into());
        }
        let resource = without_keys(&address.resource);
        if self.forgotten.contains(&resource) {
            return Absence::Forgotten;
        }
        let steps = &address.resource.module.0;
        if let Some((_, reason)) =
            self.unexpanded.get(&resource).into_iter().flatten().find(|(module, _)| covers(&module.0, steps))
        {
            return Absence::NotRead((*reason).into());
        }
        if self.modules.is_empty() && self.forgotten_modules.is_empty() {
            return Absence::Removed;
        }
        if let Some((_, reason)) = self.modules.get("").and_then(|root| root.first()) {
            return Absence::NotRead((*reason).into());
        }
        let mut path = String::new();
        for step in steps {
            path.push_str(&step.name);
            path.push('.');
            if self.forgotten_modules.contains(&path) {
                return Absence::Forgotten;
            }
            let reason = self.modules.get(&path).into_iter().flatten().find(|(module, _)| covers(&module.0, steps));
            if let Some((module, reason)) = reason {
                return Absence::NotRead(format!("{module} could not be read: {reason}").into());
            }
        }
        Absence::Removed
    }
}

/// The module names of a path, each with a dot after it.
fn names(steps: &[ModuleStep]) -> String {
    let mut path = String::new();
    for step in steps {
        path.push_str(&step.name);
        path.push('.');
    }
    path
}

/// Whether `module` is a prefix of `steps`; a step without key stands for all instances.
fn covers(module: &[ModuleStep], steps: &[ModuleStep]) -> bool {
    module.len() <= steps.len()
        && module
            .iter()
            .zip(steps)
            .all(|(module, step)| module.name == step.name && (module.key.is_none() || module.key == step.key))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::compare::samples;
    use crate::model::{UnexpandedResource, UnreadableModule};

    fn address(text: &str) -> InstanceAddress {
        text.parse().expect("address")
    }

    #[test]
    fn unread_parts_of_the_configuration_are_not_called_removed() {
        let configuration = Configuration {
            unexpanded: vec![UnexpandedResource {
                resource: address("module.m.google_x.a").resource,
                reason: "count is unknown".to_owned(),
                range: samples::range("main.tf", 1),
            }],
            unreadable_modules: vec![UnreadableModule {
                module: address("module.far[\"k\"].t.n").resource.module,
                reason: "its source is not here".to_owned(),
                range: samples::range("main.tf", 1),
            }],
            forgotten: vec![address("google_x.kept").resource],
            forgotten_modules: vec![address("module.kept.t.n").resource.module],
            ..Configuration::default()
        };
        let absences = Absences::new(&configuration, true);
        let not_read = |text: &str| matches!(absences.of(&address(text)), Absence::NotRead(_));
        assert!(not_read("module.m[0].google_x.a[3]"));
        assert!(not_read("module.far[\"k\"].module.deep.google_x.b"));
        assert!(!not_read("module.far[\"l\"].google_x.b"));
        assert!(!not_read("module.farther.google_x.b"));
        assert_eq!(absences.of(&address("google_x.kept[0]")), Absence::Forgotten);
        assert_eq!(absences.of(&address("module.kept[0].module.deep.google_x.a")), Absence::Forgotten);
        assert_eq!(absences.of(&address("google_x.gone")), Absence::Removed);
        let root = UnreadableModule {
            module: ModuleAddress::root(),
            reason: "a file could not be read".to_owned(),
            range: samples::range("main.tf", 1),
        };
        let unread = Configuration { unreadable_modules: vec![root], ..Configuration::default() };
        assert!(matches!(Absences::new(&unread, true).of(&address("module.m.google_x.a")), Absence::NotRead(_)));
        assert!(matches!(Absences::new(&configuration, false).of(&address("google_x.gone")), Absence::NotRead(_)));
    }
}

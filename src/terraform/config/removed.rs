//! `removed` blocks: what the configuration gives up, and whether it is kept.

use super::evaluator::Evaluator;
use super::target::Target;
use crate::model::{Diagnostic, ModuleAddress, ResourceAddress, ResourceMode};

/// What a module instance gives up without destroying it.
#[derive(Debug, Default)]
pub(crate) struct Forgotten {
    pub(crate) resources: Vec<ResourceAddress>,
    pub(crate) modules: Vec<ModuleAddress>,
}

impl Evaluator<'_> {
    /// Reads the `removed` blocks of a module instance, and gives those that keep the object.
    pub(crate) fn read_removed(&self, instance: usize) -> Forgotten {
        let mut forgotten = Forgotten::default();
        for block in &self.source(instance).removed {
            let destroy = block.body.blocks_of("lifecycle").find_map(|lifecycle| lifecycle.body.attribute("destroy"));
            let is_kept = destroy.is_some_and(|destroy| self.constant(destroy) == Some(false));
            let Some(attribute) = block.body.attribute("from") else { continue };
            let Some(target) = self.target(instance, block, "from") else { continue };
            let refuse = |summary: &str, detail: String| {
                self.report(Diagnostic::error(summary, detail).at(attribute.value_range.clone()));
            };
            let depth = self.instance(instance).address.0.len();
            if target.module().0.iter().skip(depth).any(|step| step.key.is_some()) {
                let detail = "Module address must be a module (e.g. \"module.foo\"), not a module instance (e.g. \"module.foo[1]\").";
                refuse("Module instance keys not allowed", detail.to_owned());
                continue;
            }
            let declared = self.declared_at(&target, false);
            match target {
                Target::Resource(address) if address.resource.mode == ResourceMode::Data => {
                    let detail = "Data sources are never destroyed, so they are not valid targets of removed blocks. To remove the data source from state, remove the data source block from configuration.";
                    refuse("Data source address not allowed", detail.to_owned());
                }
                Target::Resource(address) if address.key.is_some() => {
                    let detail = "Resource address must be a resource (e.g. \"test_instance.foo\"), not a resource instance (e.g. \"test_instance.foo[1]\").";
                    refuse("Resource instance keys not allowed", detail.to_owned());
                }
                Target::Resource(address) => {
                    if let Some(place) = declared {
                        let detail = format!(
                            "This statement declares that {address} was removed, but it is still declared in configuration."
                        );
                        self.report(Diagnostic::error("Removed resource still exists", detail).at(place));
                    }
                    if is_kept {
                        forgotten.resources.push(address.resource);
                    }
                }
                Target::Module(module) => {
                    if let Some(place) = declared {
                        let detail = format!(
                            "This statement declares that {module} was removed, but it is still declared in configuration."
                        );
                        self.report(Diagnostic::error("Removed module still exists", detail).at(place));
                    }
                    if is_kept {
                        forgotten.modules.push(module);
                    }
                }
            }
        }
        forgotten
    }
}

//! Addresses as `moved`, `removed` and `import` write them: a module, a resource, or one instance of either.

use std::fmt;

use hcl_edit::expr::Expression;

use super::body::{Attribute, ReferenceStep, reference_steps};
use crate::model::{
    Diagnostic, InstanceAddress, InstanceKey, ModuleAddress, ModuleStep, ResourceAddress, ResourceMode,
};

/// What an address names.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Target {
    /// A module call, or one instance of it.
    Module(ModuleAddress),
    /// A resource, or one instance of it.
    Resource(InstanceAddress),
}

impl Target {
    /// Reads the address that an argument writes out, below the module that it is written in.
    pub(crate) fn read(attribute: &Attribute, within: &ModuleAddress) -> Result<Self, Box<Diagnostic>> {
        let refuse = |summary: &str, detail: &str| {
            Box::new(Diagnostic::error(summary, detail).at(attribute.value_range.clone()))
        };
        let is_quoted = !attribute.is_json() && matches!(&*attribute.expression, Expression::String(_));
        let Some(steps) = reference_steps(&attribute.expression).filter(|_| !is_quoted) else {
            let detail = "A single static variable reference is required: only attribute access and indexing with constant keys. No calculations, function calls, template expressions, etc are allowed here.";
            return Err(refuse("Invalid expression", detail));
        };
        Self::parse(&steps, within).map_err(|detail| refuse("Invalid address", detail))
    }

    /// Reads `module.a["k"].google_x.y[0]`; an error says what is missing.
    pub(crate) fn parse(steps: &[ReferenceStep], within: &ModuleAddress) -> Result<Self, &'static str> {
        let mut module = within.clone();
        let mut rest = steps;
        while let [ReferenceStep::Name(word), ReferenceStep::Name(name), after @ ..] = rest
            && word == "module"
        {
            let (key, after) = index(after);
            module.0.push(ModuleStep { name: name.clone(), key });
            rest = after;
        }
        let mode = match rest {
            [ReferenceStep::Name(word), after @ ..] if word == "data" => {
                rest = after;
                ResourceMode::Data
            }
            _ => ResourceMode::Managed,
        };
        match rest {
            [] if module.0.len() > within.0.len() && mode == ResourceMode::Managed => Ok(Self::Module(module)),
            [ReferenceStep::Name(resource_type), ReferenceStep::Name(name), after @ ..] => {
                let (key, after) = index(after);
                if !after.is_empty() {
                    return Err("Resource instance key must be given in square brackets.");
                }
                let (resource_type, name) = (resource_type.clone(), name.clone());
                Ok(Self::Resource(InstanceAddress {
                    resource: ResourceAddress { module, mode, resource_type, name },
                    key,
                }))
            }
            _ => Err("Resource specification must include a resource type and name."),
        }
    }

    /// Whether its last part names one instance.
    pub(crate) fn is_keyed(&self) -> bool {
        match self {
            Self::Module(module) => module.0.last().is_some_and(|step| step.key.is_some()),
            Self::Resource(address) => address.key.is_some(),
        }
    }

    /// The module that it is, or that it stands in.
    pub(crate) fn module(&self) -> &ModuleAddress {
        match self {
            Self::Module(module) => module,
            Self::Resource(address) => &address.resource.module,
        }
    }
}

impl fmt::Display for Target {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Module(module) => write!(f, "{module}"),
            Self::Resource(address) => write!(f, "{address}"),
        }
    }
}

fn index(steps: &[ReferenceStep]) -> (Option<InstanceKey>, &[ReferenceStep]) {
    match steps {
        [ReferenceStep::Index(index), rest @ ..] => match usize::try_from(*index) {
            Ok(index) => (Some(InstanceKey::Index(index)), rest),
            Err(_) => (None, steps),
        },
        [ReferenceStep::Key(key), rest @ ..] => (Some(InstanceKey::Key(key.clone())), rest),
        _ => (None, steps),
    }
}

//! What Terraform says about names that mean nothing where they stand.
//!
//! Owns the wording alone; who looks names up decides that they are not there.

use super::module::{ModuleSource, ResourceKey};
use super::spelling::closest;
use super::tree::ModuleTree;
use crate::model::ResourceMode;
use crate::terraform::lang::Fault;

fn did_you_mean<'n>(name: &str, known: impl Iterator<Item = &'n String>) -> Option<String> {
    closest(name, known.map(String::as_str)).map(|closest| format!(" Did you mean \"{closest}\"?"))
}

/// `var` without a name after it.
pub(crate) fn bare(root: &str) -> Fault {
    let detail = match root {
        "data" | "ephemeral" | "resource" => return half(root),
        _ => format!("The \"{root}\" object cannot be accessed directly. Instead, access one of its attributes."),
    };
    Fault::error("Invalid reference", detail)
}

/// `google_x` without a name after it.
pub(crate) fn bare_type() -> Fault {
    let detail = "A reference to a resource type must be followed by at least one attribute access, specifying the resource name.";
    Fault::error("Invalid reference", detail)
}

/// `data.google_x` without a name after it.
pub(crate) fn half(root: &str) -> Fault {
    let kind = if root == "data" { "data source" } else { "resource" };
    let detail = format!(
        "The \"{root}\" object must be followed by two attribute names: the {kind} type and the resource name."
    );
    Fault::error("Invalid reference", detail)
}

/// A variable that is not declared.
pub(crate) fn variable(module: &ModuleSource, name: &str) -> Fault {
    let hint = did_you_mean(name, module.variables.keys())
        .unwrap_or_else(|| format!(" This variable can be declared with a variable \"{name}\" {{}} block."));
    let detail = format!("An input variable with the name \"{name}\" has not been declared.{hint}");
    Fault::error("Reference to undeclared input variable", detail)
}

/// A local value that is not declared.
pub(crate) fn local(module: &ModuleSource, name: &str) -> Fault {
    let hint = did_you_mean(name, module.locals.keys()).unwrap_or_default();
    let detail = format!("A local value with the name \"{name}\" has not been declared.{hint}");
    Fault::error("Reference to undeclared local value", detail)
}

/// A module call that is not declared.
pub(crate) fn call(tree: &ModuleTree, module: &ModuleSource, name: &str) -> Fault {
    let hint = did_you_mean(name, module.calls.keys()).unwrap_or_default();
    let detail = format!("No module call named \"{name}\" is declared in {}.{hint}", tree.label(module));
    Fault::error("Reference to undeclared module", detail)
}

/// A resource or data source that is not declared.
pub(crate) fn resource(tree: &ModuleTree, module: &ModuleSource, key: &ResourceKey) -> Fault {
    let ResourceKey { mode, resource_type, name } = key;
    let kind = if *mode == ResourceMode::Data { "data" } else { "managed" };
    let data = ResourceKey { mode: ResourceMode::Data, ..key.clone() };
    let hint = if *mode == ResourceMode::Managed && module.resources.contains_key(&data) {
        format!("\n\nDid you mean the data resource {}?", label(&data))
    } else {
        String::new()
    };
    let detail = format!(
        "A {kind} resource \"{resource_type}\" \"{name}\" has not been declared in {}.{hint}",
        tree.label(module)
    );
    Fault::error("Reference to undeclared resource", detail)
}

/// An ephemeral resource that is not declared.
pub(crate) fn ephemeral(tree: &ModuleTree, module: &ModuleSource, resource_type: &str, name: &str) -> Fault {
    let detail = format!(
        "An ephemeral resource \"{resource_type}\" \"{name}\" has not been declared in {}.",
        tree.label(module)
    );
    Fault::error("Reference to undeclared resource", detail)
}

/// A data source of a `check` block, outside of it.
pub(crate) fn scoped(key: &ResourceKey) -> Fault {
    let detail = format!(
        "The referenced data resource \"{}\" \"{}\" is not available from this context.",
        key.resource_type, key.name
    );
    Fault::error("Reference to scoped resource", detail)
}

/// An attribute that a resource type does not have.
pub(crate) fn attribute(name: &str, known: &[String]) -> Fault {
    let hint = did_you_mean(name, known.iter()).unwrap_or_default();
    let detail = format!("This object has no argument, nested block, or exported attribute named \"{name}\".{hint}");
    Fault::error("Unsupported attribute", detail)
}

/// An output that a module does not have.
pub(crate) fn output(name: &str) -> Fault {
    Fault::error("Unsupported attribute", format!("This object does not have an attribute named \"{name}\"."))
}

/// `google_x.y[0]` where the resource has neither `count` nor `for_each`.
pub(crate) fn unexpected_key(key: &ResourceKey) -> Fault {
    let detail = format!(
        "Because {} does not have \"count\" or \"for_each\" set, references to it must not include an index key. Remove the bracketed index to refer to the single instance of this resource.",
        label(key)
    );
    Fault::error("Unexpected resource instance key", detail)
}

/// `google_x.y.name` where the resource has `count` or `for_each`.
pub(crate) fn missing_key(key: &ResourceKey, is_keyed: bool) -> Fault {
    let (argument, index) = if is_keyed { ("for_each", "each.key") } else { ("count", "count.index") };
    let label = label(key);
    let detail = format!(
        "Because {label} has \"{argument}\" set, its attributes must be accessed on specific instances.\n\nFor example, to correlate with indices of a referring resource, use:\n    {label}[{index}]"
    );
    Fault::error("Missing resource instance key", detail)
}

/// `path.x` that is none.
pub(crate) fn path(name: &str) -> Fault {
    let detail = format!("The \"path\" object does not have an attribute named \"{name}\".");
    Fault::error("Invalid \"path\" attribute", detail)
}

/// `terraform.x` that is none.
pub(crate) fn terraform(name: &str) -> Fault {
    let detail = format!(
        "The \"terraform\" object does not have an attribute named \"{name}\". The only supported attributes are terraform.workspace, the name of the currently-selected workspace, and terraform.applying, a boolean which is true only during apply."
    );
    Fault::error("Invalid \"terraform\" attribute", detail)
}

/// `each` where there is no `for_each`.
pub(crate) fn each() -> Fault {
    let detail = "The \"each\" object can be used only in \"module\" or \"resource\" blocks, and only when the \"for_each\" argument is set.";
    Fault::error("Reference to \"each\" in context without for_each", detail)
}

/// `each.x` that is neither key nor value.
pub(crate) fn each_attribute(name: &str) -> Fault {
    let detail = format!(
        "The \"each\" object does not have an attribute named \"{name}\". The supported attributes are each.key and each.value, the current key and value pair of the \"for_each\" attribute set."
    );
    Fault::error("Invalid \"each\" attribute", detail)
}

/// `count` where there is none.
pub(crate) fn count() -> Fault {
    let detail = "The \"count\" object can only be used in \"module\", \"resource\", and \"data\" blocks, and only when the \"count\" argument is set.";
    Fault::error("Reference to \"count\" in non-counted context", detail)
}

/// `count.x` that is not the index.
pub(crate) fn count_attribute(name: &str) -> Fault {
    let detail = format!(
        "The \"count\" object does not have an attribute named \"{name}\". The only supported attribute is count.index, which is the index of each instance of a resource block that has the \"count\" argument set."
    );
    Fault::error("Invalid \"count\" attribute", detail)
}

/// `self` where it means nothing.
pub(crate) fn self_object() -> Fault {
    let detail = "The \"self\" object is not available in this context. This object can be used only in resource provisioner, connection, and postcondition blocks.";
    Fault::error("Invalid \"self\" reference", detail)
}

/// A resource as references name it.
pub(crate) fn label(key: &ResourceKey) -> String {
    let data = if key.mode == ResourceMode::Data { "data." } else { "" };
    format!("{data}{}.{}", key.resource_type, key.name)
}

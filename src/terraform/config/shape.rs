//! Which blocks and arguments the configuration language has, as data.
//!
//! Source: the configuration language's reference, one page per block, Terraform 1.9 to 1.15, and OpenTofu's where it
//! has more. What stands in a resource, a provider or a backend beyond this is for others to know. Who checks it is
//! `block_check`; JSON syntax tells blocks from arguments by it.

/// A kind of block, and what may stand in it.
#[derive(Debug)]
pub(crate) struct Shape {
    /// What stands first: `resource`. Empty for a whole file.
    pub(crate) kind: &'static str,
    /// What its labels are called; as many as it has.
    pub(crate) labels: &'static [&'static str],
    /// Arguments, and whether each has to be there.
    pub(crate) arguments: &'static [(&'static str, Need)],
    /// Blocks.
    pub(crate) blocks: &'static [Shape],
    /// What else may stand in it.
    pub(crate) rest: Rest,
}

/// Whether an argument has to be there.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Need {
    /// It has to.
    Required,
    /// It may.
    Optional,
    /// It must not: the name is kept for later.
    Reserved,
}

/// What may stand in a block beside what its shape lists.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Rest {
    /// Nothing.
    Nothing,
    /// Arguments of any name, and no block.
    Arguments,
    /// Anything: someone else's schema says what.
    Anything,
    /// The block itself must not be there: its name is kept for later.
    Reserved,
}

impl Shape {
    /// The shape of a block in it.
    pub(crate) fn block(&self, kind: &str) -> Option<&'static Shape> {
        let blocks: &'static [Shape] = self.blocks;
        blocks.iter().find(|shape| shape.kind == kind)
    }

    /// Whether an argument has to be there; `None` where it is not listed.
    pub(crate) fn argument(&self, name: &str) -> Option<Need> {
        self.arguments.iter().find(|(own, _)| *own == name).map(|(_, need)| *need)
    }

    const fn with(mut self, rest: Rest) -> Self {
        self.rest = rest;
        self
    }
}

use Need::{Optional, Required, Reserved};

type Arguments = &'static [(&'static str, Need)];

const fn shape(
    kind: &'static str,
    labels: &'static [&'static str],
    arguments: Arguments,
    blocks: &'static [Shape],
) -> Shape {
    Shape { kind, labels, arguments, blocks, rest: Rest::Nothing }
}

/// A block of which only someone else's schema says what stands in it.
const fn open(kind: &'static str, labels: &'static [&'static str], blocks: &'static [Shape]) -> Shape {
    shape(kind, labels, &[], blocks).with(Rest::Anything)
}

/// A block whose name is kept for later.
const fn reserved(kind: &'static str, labels: &'static [&'static str]) -> Shape {
    shape(kind, labels, &[], &[]).with(Rest::Reserved)
}

const CONDITION: Arguments = &[("condition", Required), ("error_message", Required)];
const REPEATED: Arguments =
    &[("count", Optional), ("for_each", Optional), ("provider", Optional), ("depends_on", Optional)];
const TYPE_AND_NAME: &[&str] = &["type", "name"];
const NAME: &[&str] = &["name"];
const TYPE: &[&str] = &["type"];

const CONNECTION: Shape = open("connection", &[], &[]);
const PROVISIONER: Shape = open("provisioner", TYPE, &[CONNECTION]);
/// Makes what stands in it arguments of the resource, also where the name is the language's own.
const ESCAPE: Shape = open("_", &[], &[]);

const LIFECYCLE: Shape = shape(
    "lifecycle",
    &[],
    &[
        ("create_before_destroy", Optional),
        ("prevent_destroy", Optional),
        ("ignore_changes", Optional),
        ("replace_triggered_by", Optional),
        // OpenTofu's.
        ("enabled", Optional),
        ("destroy", Optional),
    ],
    &[
        shape("precondition", &[], CONDITION, &[]),
        shape("postcondition", &[], CONDITION, &[]),
        shape(
            "action_trigger",
            &[],
            &[("events", Required), ("actions", Required), ("condition", Optional), ("on_failure", Optional)],
            &[],
        ),
    ],
);
const LOCALS: Shape = reserved("locals", &[]);
const DATA: Shape = shape("data", TYPE_AND_NAME, REPEATED, &[LIFECYCLE, LOCALS, ESCAPE]).with(Rest::Anything);

/// A configuration file.
pub(crate) static FILE: Shape = shape(
    "",
    &[],
    &[],
    &[
        shape("resource", TYPE_AND_NAME, REPEATED, &[LIFECYCLE, CONNECTION, PROVISIONER, LOCALS, ESCAPE])
            .with(Rest::Anything),
        DATA,
        shape("ephemeral", TYPE_AND_NAME, REPEATED, &[LIFECYCLE, LOCALS, ESCAPE]).with(Rest::Anything),
        shape(
            "variable",
            NAME,
            &[
                ("description", Optional),
                ("default", Optional),
                ("type", Optional),
                ("sensitive", Optional),
                ("nullable", Optional),
                ("ephemeral", Optional),
                ("deprecated", Optional),
                ("const", Optional),
            ],
            &[shape("validation", &[], CONDITION, &[])],
        ),
        shape(
            "output",
            NAME,
            &[
                ("description", Optional),
                ("value", Required),
                ("depends_on", Optional),
                ("sensitive", Optional),
                ("ephemeral", Optional),
                ("deprecated", Optional),
                ("type", Optional),
            ],
            &[shape("precondition", &[], CONDITION, &[])],
        ),
        shape(
            "module",
            NAME,
            &[
                ("source", Required),
                ("version", Optional),
                ("count", Optional),
                ("for_each", Optional),
                ("depends_on", Optional),
                ("providers", Optional),
                ("ignore_nested_deprecations", Optional),
            ],
            &[shape("lifecycle", &[], &[("enabled", Optional)], &[]), LOCALS, reserved("provider", TYPE), ESCAPE],
        )
        .with(Rest::Arguments),
        shape(
            "provider",
            NAME,
            // OpenTofu has `for_each`.
            &[
                ("alias", Optional),
                ("version", Optional),
                ("for_each", Optional),
                ("count", Reserved),
                ("depends_on", Reserved),
                ("source", Reserved),
            ],
            &[reserved("lifecycle", &[]), LOCALS, ESCAPE],
        )
        .with(Rest::Anything),
        shape("locals", &[], &[], &[]).with(Rest::Arguments),
        shape(
            "terraform",
            &[],
            &[("required_version", Optional), ("experiments", Optional), ("language", Optional)],
            &[
                open("backend", TYPE, &[]),
                open("cloud", &[], &[open("workspaces", &[], &[])]),
                shape("required_providers", &[], &[], &[]).with(Rest::Arguments),
                open("provider_meta", &["provider"], &[]),
                open("state_store", TYPE, &[]),
                open("encryption", &[], &[]),
            ],
        ),
        shape("moved", &[], &[("from", Required), ("to", Required)], &[]),
        shape(
            "removed",
            &[],
            &[("from", Required)],
            &[shape("lifecycle", &[], &[("destroy", Optional)], &[]), CONNECTION, PROVISIONER],
        ),
        shape(
            "import",
            &[],
            &[
                ("to", Required),
                ("id", Optional),
                ("identity", Optional),
                ("provider", Optional),
                ("for_each", Optional),
            ],
            &[],
        ),
        shape("check", NAME, &[], &[DATA, shape("assert", &[], CONDITION, &[])]),
        shape(
            "action",
            TYPE_AND_NAME,
            &[
                ("count", Optional),
                ("for_each", Optional),
                ("provider", Optional),
                ("depends_on", Optional),
                ("linked_resource", Optional),
                ("linked_resources", Optional),
            ],
            &[open("config", &[], &[])],
        ),
        open("language", &[], &[]),
    ],
);

/// A file of arguments alone, as `terraform.tfvars.json` is.
pub(crate) static ARGUMENTS: Shape = shape("", &[], &[], &[]).with(Rest::Arguments);

#[cfg(test)]
mod tests {
    use super::*;

    fn walk(shape: &Shape, above: &str) {
        let mut names: Vec<&str> = shape.arguments.iter().map(|(name, _)| *name).collect();
        names.extend(shape.blocks.iter().map(|block| block.kind));
        let mut unique = names.clone();
        unique.sort_unstable();
        unique.dedup();
        assert_eq!(unique.len(), names.len(), "a name twice in {above}{}", shape.kind);
        shape.blocks.iter().for_each(|block| walk(block, &format!("{above}{}.", shape.kind)));
    }

    #[test]
    fn no_block_has_a_name_twice() {
        walk(&FILE, "");
    }
}

//! How an expression sees the world around it: names, and the folders that functions may read.

use std::path::PathBuf;

use super::{Allowance, Fault, Val};

/// One step after the root name of a reference. Its texts are those of the expression.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Step<'e> {
    /// `.name`
    Attribute(&'e str),
    /// `[0]`, or `.0` of old configurations.
    Index(usize),
    /// `["key"]`
    Key(&'e str),
    /// An index that is not a constant, or a splat: nothing after it is visible.
    Opaque,
}

impl<'e> Step<'e> {
    /// The name of an attribute step.
    pub(crate) fn attribute(&self) -> Option<&'e str> {
        match self {
            Self::Attribute(name) => Some(name),
            Self::Index(_) | Self::Key(_) | Self::Opaque => None,
        }
    }
}

/// What a reference stands for.
#[derive(Clone, Debug)]
pub(crate) struct Resolved {
    /// The value after the consumed steps.
    pub(crate) value: Val,
    /// How many of the given steps the value already accounts for; the evaluator does the rest.
    pub(crate) consumed: usize,
}

/// The folders that file functions work in.
#[derive(Clone, Debug, Default)]
pub(crate) struct FileContext {
    /// Where relative paths start: the root module's folder, in which Terraform would run. `path.module` and
    /// `path.root` have to be given relative to it (or absolute).
    pub(crate) root_directory: PathBuf,
    /// The topmost folder that may be read, also through symbolic links: the repository's top.
    pub(crate) confinement: PathBuf,
    /// What `~` stands for in `pathexpand`; unknown where it is not given.
    pub(crate) home: Option<PathBuf>,
}

/// What names mean where an expression stands. `for` variables are the evaluator's own.
pub(crate) trait Scope {
    /// The value of a reference: `root` is the first name (`var`, `local`, `google_x`, `data`, `module`, `each`,
    /// `count`, `path`, `terraform`, `self`), `steps` what follows, up to and including the first [`Step::Opaque`].
    ///
    /// A value that cannot be known is an unknown [`Val`] with its reason, not an error. An error is for a name that
    /// does not exist; the evaluator adds the place.
    fn resolve(&self, root: &str, steps: &[Step<'_>]) -> Result<Resolved, Fault>;

    /// The folders for file functions.
    fn files(&self) -> &FileContext;

    /// Where the provider that goes by a local name comes from, as `required_providers` writes it: `hashicorp/google`.
    /// `None` where no provider of that name is required.
    fn provider_source(&self, local_name: &str) -> Option<String>;

    /// What the root may still use up.
    fn allowance(&self) -> &Allowance;
}

//! Names that must not be printed: keys of maps, elements of blocks and parts of identities that a side marks as
//! sensitive. Comparing uses the real ones; what leaves this room has them masked. Main type: [`SensitiveNames`].

use std::borrow::Cow;
use std::collections::BTreeSet;

use crate::model::{AttributePath, Identity, NormalizedResource, PathStep};

/// What stands in place of a sensitive name.
const MASK: &str = "(sensitive value)";

/// The sensitive names of one resource.
#[derive(Debug)]
pub(crate) struct SensitiveNames<'a> {
    configuration: Option<&'a NormalizedResource>,
    state: Option<&'a NormalizedResource>,
}

impl<'a> SensitiveNames<'a> {
    /// Of what configuration and state mark; live marks nothing.
    pub(crate) fn new(configuration: Option<&'a NormalizedResource>, state: Option<&'a NormalizedResource>) -> Self {
        Self { configuration, state }
    }

    /// A path as it may be printed.
    pub(crate) fn path(&self, path: &AttributePath) -> AttributePath {
        if self.is_empty() {
            return path.clone();
        }
        // What the configuration names in the open is no secret, however coarse the marks of the state are.
        let is_open = self.configuration.is_some_and(|side| side.leaves.contains_key(path));
        let is_hidden = |key: &str| self.marks(self.configuration, key) || (!is_open && self.marks(self.state, key));
        path.steps().iter().fold(AttributePath::root(), |shown, step| match step {
            PathStep::Key(key) if is_hidden(key) => shown.key(MASK),
            step => shown.with(step.clone()),
        })
    }

    /// An identity as it may be printed.
    pub(crate) fn identity(&self, identity: &Identity) -> Identity {
        Identity::new(self.text(identity.as_str()))
    }

    /// A text that may hold parts of the identity, as it may be printed.
    pub(crate) fn text<'t>(&self, text: &'t str) -> Cow<'t, str> {
        if self.is_empty() {
            return Cow::Borrowed(text);
        }
        let names: BTreeSet<&String> =
            [self.configuration, self.state].into_iter().flatten().flat_map(|side| &side.sensitive_names).collect();
        let is_hidden = |segment: &str| names.iter().any(|name| name.as_str() == segment);
        let segments: Vec<&str> =
            text.split('/').map(|segment| if is_hidden(segment) { MASK } else { segment }).collect();
        Cow::Owned(segments.join("/"))
    }

    fn marks(&self, side: Option<&NormalizedResource>, name: &str) -> bool {
        side.is_some_and(|side| side.sensitive_names.contains(name))
    }

    fn is_empty(&self) -> bool {
        [self.configuration, self.state].into_iter().flatten().all(|side| side.sensitive_names.is_empty())
    }
}

//! Globs over addresses, types and identities, as `--only`, `--skip` and `ignore` blocks have them.

use wildmatch::WildMatch;

use crate::model::{Identity, InstanceAddress, ResourceAddress};

/// What a pattern can name of a resource.
pub(crate) struct Subject<'a> {
    /// The address, where it has one.
    address: Option<String>,
    /// The address without instance key, where it has a key: a pattern for a block means all of its instances.
    block: Option<String>,
    /// The type.
    resource_type: &'a str,
    /// The identity, where it is known.
    identity: Option<&'a str>,
}

impl<'a> Subject<'a> {
    /// The subject of a resource.
    pub(crate) fn new(
        address: Option<&InstanceAddress>,
        resource_type: &'a str,
        identity: Option<&'a Identity>,
    ) -> Self {
        Self {
            address: address.map(InstanceAddress::to_string),
            block: address
                .filter(|address| address.key.is_some())
                .map(|address| ResourceAddress::to_string(&address.resource)),
            resource_type,
            identity: identity.map(Identity::as_str),
        }
    }

    /// The texts that a pattern may match.
    pub(crate) fn names(&self) -> impl Iterator<Item = &str> {
        [self.address.as_deref(), self.block.as_deref(), Some(self.resource_type), self.identity].into_iter().flatten()
    }
}

/// One glob: `*` is any text, `?` any one character.
pub(crate) struct Pattern {
    /// The text before the first wildcard: rules most subjects out at once.
    literal: String,
    glob: Option<WildMatch>,
}

impl Pattern {
    /// Compiles a pattern.
    pub(crate) fn new(pattern: &str) -> Self {
        match pattern.find(['*', '?']) {
            Some(end) => Self { literal: pattern[..end].to_owned(), glob: Some(WildMatch::new(pattern)) },
            None => Self { literal: pattern.to_owned(), glob: None },
        }
    }

    /// Whether it has no wildcard, and so matches one text only.
    pub(crate) fn is_literal(&self) -> bool {
        self.glob.is_none()
    }

    /// Whether it can match a text that begins like this.
    fn may_match_below(&self, start: &str) -> bool {
        self.literal.starts_with(start) || (self.glob.is_some() && start.starts_with(&self.literal))
    }

    /// Whether it matches any name of the subject.
    pub(crate) fn matches(&self, subject: &Subject<'_>) -> bool {
        subject.names().any(|name| match &self.glob {
            Some(glob) => name.starts_with(&self.literal) && glob.matches(name),
            None => name == self.literal,
        })
    }
}

/// `--only` and `--skip`.
pub(crate) struct Selection {
    only: Vec<Pattern>,
    skip: Vec<Pattern>,
}

impl Selection {
    /// Compiles both lists; an empty `only` selects everything.
    pub(crate) fn new(only: &[String], skip: &[String]) -> Self {
        let compile = |patterns: &[String]| patterns.iter().map(|pattern| Pattern::new(pattern)).collect();
        Self { only: compile(only), skip: compile(skip) }
    }

    /// Whether nothing is deselected.
    pub(crate) fn is_everything(&self) -> bool {
        self.only.is_empty() && self.skip.is_empty()
    }

    /// Whether the subject is selected.
    pub(crate) fn selects(&self, subject: &Subject<'_>) -> bool {
        (self.only.is_empty() || self.only.iter().any(|pattern| pattern.matches(subject)))
            && !self.skip.iter().any(|pattern| pattern.matches(subject))
    }

    /// Whether it may select an object of a type that no resource claims. Of such an object only the type is known, and
    /// that its identity begins with `//HOST/`.
    pub(crate) fn may_select_unclaimed(&self, resource_type: &str, host: &str) -> bool {
        let subject = Subject { address: None, block: None, resource_type, identity: None };
        let start = format!("//{host}/");
        let may_be_named = |pattern: &Pattern| pattern.matches(&subject) || pattern.may_match_below(&start);
        (self.only.is_empty() || self.only.iter().any(may_be_named))
            && !self.skip.iter().any(|pattern| pattern.matches(&subject))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn selects(only: &[&str], skip: &[&str], address: &str) -> bool {
        let texts = |patterns: &[&str]| patterns.iter().map(|&pattern| pattern.to_owned()).collect::<Vec<_>>();
        let address: InstanceAddress = address.parse().expect("address");
        let subject = Subject::new(Some(&address), &address.resource.resource_type, None);
        Selection::new(&texts(only), &texts(skip)).selects(&subject)
    }

    #[test]
    fn what_nothing_claims_may_be_selected_by_type_or_identity() {
        let may_select = |only: &[&str], skip: &[&str]| {
            let texts = |patterns: &[&str]| patterns.iter().map(|&pattern| pattern.to_owned()).collect::<Vec<_>>();
            Selection::new(&texts(only), &texts(skip)).may_select_unclaimed("google_x", "x.googleapis.com")
        };
        for only in ["google_x", "google_*", "*", "//x.googleapis.com/projects/p/x", "//x.google*", "*.cache"] {
            assert!(may_select(&[only], &[]), "{only}");
        }
        for only in ["google_x.a", "google_y", "module.m.*", "//y.googleapis.com/*", "//x", "google_x.*"] {
            assert!(!may_select(&[only], &[]), "{only}");
        }
        assert!(may_select(&[], &[]) && may_select(&[], &["google_y", "//x.googleapis.com/projects/p/*"]));
        assert!(!may_select(&[], &["google_x"]) && !may_select(&["*"], &["google_*"]));
    }

    #[test]
    fn addresses_types_and_whole_blocks_are_selected() {
        assert!(selects(&[], &[], "google_x.a"));
        assert!(selects(&["google_x"], &[], "module.m.google_x.a[0]"));
        assert!(selects(&["google_x.a"], &[], "google_x.a[\"k\"]"));
        assert!(selects(&["module.m.*"], &[], "module.m.google_x.a"));
        assert!(!selects(&["google_x.b"], &[], "google_x.a"));
        assert!(!selects(&["google_x.*"], &["*.a"], "google_x.a"));
        assert!(!selects(&["google_x.a[1]"], &[], "google_x.a[0]"));
    }
}

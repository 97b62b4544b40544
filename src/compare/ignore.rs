//! `ignore` blocks: which resources and attributes they cover, and which blocks cover nothing.

use std::collections::{BTreeSet, HashMap};

use super::pattern::{Pattern, Subject};
use crate::model::{AttributePath, IgnoreRule, PathStep};

/// All `ignore` blocks, compiled, with a note of which have matched.
pub(crate) struct Ignores<'r> {
    rules: Vec<Rule<'r>>,
    literal: HashMap<&'r str, Vec<usize>>,
    globs: Vec<usize>,
    matched: BTreeSet<usize>,
}

struct Rule<'r> {
    pattern: Pattern,
    attributes: Vec<AttributePath>,
    covers_all: bool,
    reason: &'r str,
}

impl<'r> Ignores<'r> {
    /// Compiles the rules. An attribute that is no path matches nothing.
    pub(crate) fn new(rules: &'r [IgnoreRule]) -> Self {
        let compiled: Vec<Rule<'r>> = rules
            .iter()
            .map(|rule| Rule {
                pattern: Pattern::new(&rule.pattern),
                attributes: rule.attributes.iter().filter_map(|attribute| attribute.parse().ok()).collect(),
                covers_all: rule.attributes.is_empty(),
                reason: if rule.reason.is_empty() { "ignored" } else { &rule.reason },
            })
            .collect();
        let mut literal: HashMap<&str, Vec<usize>> = HashMap::new();
        let mut globs = Vec::new();
        for (index, rule) in compiled.iter().enumerate() {
            if rule.pattern.is_literal() {
                literal.entry(&rules[index].pattern).or_default().push(index);
            } else {
                globs.push(index);
            }
        }
        Self { rules: compiled, literal, globs, matched: BTreeSet::new() }
    }

    /// The rules whose pattern matches a resource, in file order.
    pub(crate) fn of(&self, subject: &Subject<'_>) -> Vec<usize> {
        let mut rules: Vec<usize> =
            self.globs.iter().copied().filter(|&index| self.rules[index].pattern.matches(subject)).collect();
        if !self.literal.is_empty() {
            rules.extend(subject.names().filter_map(|name| self.literal.get(name)).flatten());
        }
        rules.sort_unstable();
        rules.dedup();
        rules
    }

    /// The reason of the first of `rules` that covers the whole resource.
    pub(crate) fn whole(&mut self, rules: &[usize]) -> Option<&'r str> {
        let index = *rules.iter().find(|&&index| self.rules[index].covers_all)?;
        self.matched.insert(index);
        Some(self.rules[index].reason)
    }

    /// The reason of the first of `rules` that covers an attribute. All that cover it count as matched.
    pub(crate) fn attribute(&mut self, rules: &[usize], path: &AttributePath) -> Option<&'r str> {
        let mut reason = None;
        for &index in rules {
            let rule = &self.rules[index];
            if rule.covers_all || rule.attributes.iter().any(|attribute| covers(attribute, path)) {
                reason = reason.or(Some(rule.reason));
                self.matched.insert(index);
            }
        }
        reason
    }

    /// The rules that matched nothing.
    pub(crate) fn unmatched(&self) -> Vec<usize> {
        (0..self.rules.len()).filter(|index| !self.matched.contains(index)).collect()
    }
}

/// Whether `rule` names `path` or something that it lies below. Indexes and keys may be left out of `rule`.
fn covers(rule: &AttributePath, path: &AttributePath) -> bool {
    let mut steps = path.steps().iter();
    rule.steps().iter().all(|wanted| match wanted {
        PathStep::Attribute(_) => {
            steps.by_ref().find(|step| matches!(step, PathStep::Attribute(_))).is_some_and(|step| step == wanted)
        }
        PathStep::Index(_) | PathStep::Key(_) => steps.next() == Some(wanted),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn indexes_may_be_left_out_and_what_is_below_is_covered() {
        let covers = |rule: &str, path: &str| covers(&rule.parse().expect("path"), &path.parse().expect("path"));
        let path = "settings[0].database_flags[\"max\"].value";
        for rule in [
            "settings",
            "settings[0]",
            "settings.database_flags",
            "settings[0].database_flags[\"max\"]",
            "settings.database_flags[\"max\"]",
            "settings.database_flags.value",
            path,
        ] {
            assert!(covers(rule, path), "{rule}");
        }
        for rule in ["setting", "settings[1]", "settings.tier", "settings.database_flags[\"min\"]", "database_flags"] {
            assert!(!covers(rule, path), "{rule}");
        }
        assert!(covers("labels", "labels[\"a\"]"));
        assert!(covers("labels[\"a\"]", "labels[\"a\"]"));
    }
}

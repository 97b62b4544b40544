//! Attribute paths: where in a resource a value stands.

use std::borrow::Borrow;
use std::cmp::Ordering;
use std::fmt;
use std::str::FromStr;
use std::sync::Arc;

use thiserror::Error;

/// One step of an [`AttributePath`].
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum PathStep {
    /// An attribute or block name: `settings`, `.tier`.
    Attribute(Arc<str>),
    /// An element of a list, from 0: `[0]`.
    Index(usize),
    /// A member of a map, or an element of a set that has a key: `["max_connections"]`.
    Key(Arc<str>),
}

/// A path inside a resource, as Terraform writes it: `settings[0].database_flags["max_connections"].value`.
///
/// Sorted by name, then index, then key, so that reports have one order. A clone shares the steps: the same path is met
/// many times over, on every side of every resource.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct AttributePath(Arc<[PathStep]>);

/// Why a text is no attribute path.
#[derive(Debug, Error, PartialEq, Eq)]
#[error("parse attribute path `{text}`: unexpected input at byte {offset}")]
pub struct PathError {
    text: String,
    offset: usize,
}

impl AttributePath {
    /// The empty path: the resource itself.
    pub fn root() -> Self {
        Self::default()
    }

    /// A path of given steps.
    pub fn new(steps: Vec<PathStep>) -> Self {
        Self(steps.into())
    }

    /// The steps, outermost first.
    pub fn steps(&self) -> &[PathStep] {
        &self.0
    }

    /// Whether this is the root.
    pub fn is_root(&self) -> bool {
        self.0.is_empty()
    }

    /// This path and one attribute name below it.
    #[must_use]
    pub fn attribute(&self, name: impl AsRef<str>) -> Self {
        self.with(PathStep::Attribute(name.as_ref().into()))
    }

    /// This path and one list index below it.
    #[must_use]
    pub fn index(&self, index: usize) -> Self {
        self.with(PathStep::Index(index))
    }

    /// This path and one key below it.
    #[must_use]
    pub fn key(&self, key: impl AsRef<str>) -> Self {
        self.with(PathStep::Key(key.as_ref().into()))
    }

    /// This path and one step below it.
    #[must_use]
    pub fn with(&self, step: PathStep) -> Self {
        // One allocation: the length of such a chain is known.
        Self(self.0.iter().cloned().chain(std::iter::once(step)).collect())
    }

    /// The path without its last step; `None` at the root.
    pub fn parent(&self) -> Option<Self> {
        let (_, rest) = self.0.split_last()?;
        Some(Self(rest.into()))
    }

    /// Whether `self` is `prefix` or below it.
    pub fn starts_with(&self, prefix: &AttributePath) -> bool {
        self.0.starts_with(&prefix.0)
    }

    /// The names alone, without indexes and keys: `settings.database_flags.value`. How catalog rows are named.
    pub fn pattern(&self) -> String {
        let mut text = String::new();
        for step in &*self.0 {
            if let PathStep::Attribute(name) = step {
                if !text.is_empty() {
                    text.push('.');
                }
                text.push_str(name);
            }
        }
        text
    }
}

impl PartialOrd for AttributePath {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for AttributePath {
    /// The order of the steps; shared ones are not looked at.
    fn cmp(&self, other: &Self) -> Ordering {
        if Arc::ptr_eq(&self.0, &other.0) { Ordering::Equal } else { self.0.cmp(&other.0) }
    }
}

impl Borrow<[PathStep]> for AttributePath {
    /// So that maps keyed by path can be asked for a prefix without building it.
    fn borrow(&self) -> &[PathStep] {
        &self.0
    }
}

impl fmt::Display for AttributePath {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (position, step) in self.0.iter().enumerate() {
            match step {
                PathStep::Attribute(name) if position == 0 => f.write_str(name)?,
                PathStep::Attribute(name) => write!(f, ".{name}")?,
                PathStep::Index(index) => write!(f, "[{index}]")?,
                PathStep::Key(key) => write!(f, "[{}]", quoted(key))?,
            }
        }
        Ok(())
    }
}

/// A string in Terraform's quotes, with `"` and `\` escaped.
pub(crate) fn quoted(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + 2);
    out.push('"');
    for character in text.chars() {
        if matches!(character, '"' | '\\') {
            out.push('\\');
        }
        out.push(character);
    }
    out.push('"');
    out
}

/// Reads `[0]` or `["key"]` at the start of `rest`; returns the step and the bytes it took.
pub(crate) fn bracket(rest: &str) -> Option<(PathStep, usize)> {
    let inner = rest.strip_prefix('[')?;
    if let Some(quoted) = inner.strip_prefix('"') {
        let mut key = String::new();
        let mut escaped = false;
        for (offset, character) in quoted.char_indices() {
            if escaped {
                key.push(character);
                escaped = false;
            } else if character == '\\' {
                escaped = true;
            } else if character == '"' {
                let end = 2 + offset + 1;
                return rest[end..].starts_with(']').then(|| (PathStep::Key(key.into()), end + 1));
            } else {
                key.push(character);
            }
        }
        return None;
    }
    let end = inner.find(']')?;
    let index = inner[..end].parse().ok()?;
    Some((PathStep::Index(index), end + 2))
}

impl FromStr for AttributePath {
    type Err = PathError;

    fn from_str(text: &str) -> Result<Self, PathError> {
        let mut steps = Vec::new();
        let mut offset = 0;
        let error = |offset| PathError { text: text.to_owned(), offset };
        while offset < text.len() {
            let rest = &text[offset..];
            if rest.starts_with('[') {
                let (step, taken) = bracket(rest).ok_or_else(|| error(offset))?;
                steps.push(step);
                offset += taken;
                continue;
            }
            let name_start = if steps.is_empty() {
                offset
            } else if rest.starts_with('.') {
                offset + 1
            } else {
                return Err(error(offset));
            };
            let name_end = text[name_start..].find(['.', '[']).map_or(text.len(), |end| name_start + end);
            if name_end == name_start {
                return Err(error(name_start));
            }
            steps.push(PathStep::Attribute(text[name_start..name_end].into()));
            offset = name_end;
        }
        Ok(Self::new(steps))
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn step() -> impl Strategy<Value = PathStep> {
        prop_oneof![
            "[a-z][a-z0-9_]{0,8}".prop_map(|name| PathStep::Attribute(name.into())),
            (0_usize..1000).prop_map(PathStep::Index),
            ".{0,12}".prop_map(|key| PathStep::Key(key.into())),
        ]
    }

    proptest! {
        #[test]
        fn parsing_what_was_printed_gives_the_path_back(first in "[a-z]{1,8}", rest in proptest::collection::vec(step(), 0..6)) {
            let mut steps = vec![PathStep::Attribute(first.into())];
            steps.extend(rest);
            let path = AttributePath::new(steps);
            prop_assert_eq!(path.to_string().parse::<AttributePath>(), Ok(path));
        }

        #[test]
        fn paths_have_the_order_of_their_steps(
            a in proptest::collection::vec(step(), 0..4),
            b in proptest::collection::vec(step(), 0..4),
        ) {
            let (first, second) = (AttributePath::new(a.clone()), AttributePath::new(b.clone()));
            prop_assert_eq!(first.cmp(&second), a.cmp(&b));
            prop_assert_eq!(first.cmp(&first.clone()), Ordering::Equal);
        }
    }

    #[test]
    fn nonsense_is_refused_with_its_place() {
        for text in ["a..b", "a[", "a[x]", ".a", "a[\"k]", "a[0]b"] {
            assert!(text.parse::<AttributePath>().is_err(), "{text:?}");
        }
    }
}

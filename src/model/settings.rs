//! What `trueup.hcl` says.

use super::{ConfiguredInstance, Diagnostic, SourceMap, SourceRange};

/// The settings of a root. All empty where there is no `trueup.hcl`.
#[derive(Clone, Debug, Default)]
pub struct Settings {
    /// `live { projects, regions }`: scopes beyond what state and configuration name.
    pub live: LiveScopes,
    /// `ignore` blocks, in file order.
    pub ignores: Vec<IgnoreRule>,
    /// `severity` blocks, in file order.
    pub severities: Vec<SeverityRule>,
    /// `expect` blocks, as configuration without state.
    pub expected: Vec<ConfiguredInstance>,
    /// The text of the file, for snippets.
    pub sources: SourceMap,
    /// What is wrong with it.
    pub diagnostics: Vec<Diagnostic>,
}

/// Scopes to look into beside those that state and configuration name.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct LiveScopes {
    /// Project ids or numbers.
    pub projects: Vec<String>,
    /// Regions.
    pub regions: Vec<String>,
}

/// `ignore "PATTERN" { attributes, reason, expires }`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct IgnoreRule {
    /// A glob over the address, the type, or the identity.
    pub pattern: String,
    /// Attribute paths, or patterns without indexes; empty: the whole resource.
    pub attributes: Vec<String>,
    /// Why.
    pub reason: String,
    /// The last day on which it holds, `YYYY-MM-DD`; `None`: for ever.
    pub expires: Option<String>,
    /// The block's header.
    pub range: SourceRange,
}

/// `severity "POLICY" { level }`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SeverityRule {
    /// The policy's id.
    pub policy: String,
    /// Its level from now on.
    pub level: SeverityLevel,
    /// The block's header.
    pub range: SourceRange,
}

/// A level that a policy can be set to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum SeverityLevel {
    /// A certain break.
    Error,
    /// A likely break, or a limit soon.
    Warning,
    /// Hygiene.
    Note,
    /// Not judged at all.
    Off,
}

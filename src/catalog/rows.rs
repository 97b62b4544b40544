//! Reading the rows of a catalog file: what a row leaves unsaid is worked out here.

use std::collections::BTreeMap;
use std::sync::Arc;

use serde::Deserialize;

use super::resource_type::parent_path;
use super::row::{SharedLeaves, Ties, default_visibility, is_compared};
use super::{CatalogError, Converter, Form, Generation, Kind, Mode, Row, Treatment};
use crate::model::{AttributeFacts, AttributePath, Exception, Nesting, PlanVisibility, Replacement, Value};

/// A row as it is written.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct RawRow {
    api: Option<String>,
    kind: RawKind,
    mode: Mode,
    required_since: Option<String>,
    treatment: Option<Treatment>,
    form: Option<Form>,
    key: Option<String>,
    default: Option<Value>,
    when_absent: Option<Value>,
    replaces: Option<RawReplacement>,
    #[serde(default)]
    sensitive: bool,
    converter: Option<Converter>,
    grows_with: Option<String>,
    same_as: Option<String>,
    unset_equals: Option<Value>,
    moves_by: Option<String>,
    #[serde(default)]
    by_key: bool,
    present_when: Option<String>,
    #[serde(default)]
    only_with: Vec<String>,
    #[serde(default)]
    server_chosen: Vec<String>,
    #[serde(default)]
    server_keys: Vec<String>,
    #[serde(default)]
    volatile_keys: Vec<String>,
    link: Option<String>,
    set: Option<(RawVisibility, String)>,
    unset: Option<(RawVisibility, String)>,
    consequence: Option<String>,
    source: String,
    #[serde(default)]
    earlier: Vec<RawEarlier>,
}

/// How an argument stood in earlier versions of the provider.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct RawEarlier {
    /// The first major version of which this no longer holds.
    before: String,
    mode: Mode,
    default: Option<Value>,
    source: String,
}

impl RawRow {
    /// How the argument stands in a generation.
    fn standing(&self, generation: Generation) -> Result<Standing<'_>, &'static str> {
        let mut standing =
            Standing { mode: self.mode, default: self.default.as_ref(), source: &self.source, earlier: false };
        let mut previous = Generation::EARLIEST;
        for earlier in &self.earlier {
            let before = Generation::beginning(&earlier.before)
                .ok_or("has an `earlier` that ends with what is no major version")?;
            if before <= previous {
                return Err("has an `earlier` that does not end after the one before it");
            }
            previous = before;
            if generation < before && !standing.earlier {
                let RawEarlier { mode, default, source, .. } = earlier;
                standing = Standing { mode: *mode, default: default.as_ref(), source, earlier: true };
            }
        }
        Ok(standing)
    }
}

/// Mode and default of an argument in one generation.
struct Standing<'r> {
    mode: Mode,
    default: Option<&'r Value>,
    source: &'r str,
    /// They come from an `earlier`.
    earlier: bool,
}

#[derive(Clone, Copy, Deserialize)]
#[serde(rename_all = "snake_case")]
enum RawKind {
    String,
    Integer,
    Float,
    Boolean,
    List,
    /// A list of which the order means nothing.
    UnorderedList,
    Set,
    Map,
    Block,
    BlockList,
    BlockSet,
    /// A list of objects that is only read: an argument of the schema, not a block.
    ObjectList,
    /// The same, where the body has one object.
    Object,
}

#[derive(Clone, Copy, Deserialize)]
#[serde(rename_all = "snake_case")]
enum RawReplacement {
    Always,
    WhenLowered,
    WhenRemoved,
}

#[derive(Clone, Copy, Deserialize)]
#[serde(rename_all = "snake_case")]
enum RawVisibility {
    Shown,
    RefreshOnly,
    Hidden,
}

/// What rows need of the row above them.
struct Above {
    /// The member of the body.
    api: Option<String>,
    is_sensitive: bool,
    /// The first element of the block.
    element: AttributePath,
}

impl Default for Above {
    /// What is above the rows at the top: the body itself.
    fn default() -> Self {
        Self { api: Some(String::new()), is_sensitive: false, element: AttributePath::root() }
    }
}

/// The rows of a type as one generation of the provider has them, in the order of their paths.
pub(super) fn read(
    resource_type: &str,
    is_facts_only: bool,
    generation: Generation,
    raw: &BTreeMap<String, RawRow>,
) -> Result<Vec<Row>, CatalogError> {
    let error = |path: &str, reason: &str| CatalogError::Row {
        resource_type: resource_type.to_owned(),
        path: path.to_owned(),
        reason: reason.to_owned(),
    };
    // Paths are sorted, so that a parent comes before what is below it.
    let mut above: BTreeMap<&str, Above> = BTreeMap::from([("", Above::default())]);
    let mut rows = Vec::with_capacity(raw.len());
    for (path, raw) in raw {
        let parent = above.get(parent_path(path)).ok_or_else(|| error(path, "has no parent row"))?;
        let api = member(path, parent.api.as_deref(), raw.api.as_deref());
        let is_sensitive = raw.sensitive || parent.is_sensitive;
        let first = parent.element.attribute(last_name(path));
        above.insert(path, Above { api: api.clone(), is_sensitive, element: first.index(0) });
        let mut treatment = raw.treatment.unwrap_or(Treatment::Compared);
        if is_facts_only && treatment == Treatment::Compared {
            treatment = Treatment::Fact;
        }
        let standing = raw.standing(generation).map_err(|reason| error(path, reason))?;
        let mut visibility = default_visibility(standing.mode, treatment, standing.default);
        if let Some(rule) = raw.set.as_ref().filter(|_| !standing.earlier) {
            visibility.set = rule_of(rule);
        }
        if let Some(rule) = raw.unset.as_ref().filter(|_| !standing.earlier) {
            visibility.unset = rule_of(rule);
        }
        let replacement = match raw.replaces {
            None => Replacement::Never,
            Some(RawReplacement::Always) => Replacement::Always,
            Some(RawReplacement::WhenLowered) => Replacement::WhenLowered,
            Some(RawReplacement::WhenRemoved) => Replacement::WhenRemoved,
        };
        let exceptions = [
            raw.grows_with.clone().map(Exception::GrowsWith),
            raw.same_as.clone().map(Exception::SameAs),
            raw.unset_equals.clone().map(Exception::UnsetEquals),
            raw.moves_by.clone().map(Exception::MovesBy),
        ];
        let mut exceptions = exceptions.into_iter().flatten();
        let exception = exceptions.next();
        if exceptions.next().is_some() {
            return Err(error(path, "has more than one exception"));
        }
        let required_since = raw.required_since.as_deref().map(str::parse).transpose();
        let required_since = required_since.map_err(|_| error(path, "has a `required_since` that is no version"))?;
        let only_with = match raw.only_with.split_first() {
            None => None,
            Some((_, [])) => return Err(error(path, "has an `only_with` without a value")),
            Some((sibling, wanted)) => Some((sibling.clone(), wanted.to_vec())),
        };
        let is_compared = is_compared(treatment);
        let is_identity = treatment == Treatment::Identity;
        let facts = AttributeFacts { row: path.clone(), is_compared, is_identity, replacement, visibility, exception };
        rows.push(Row {
            path: path.clone(),
            first,
            api,
            kind: kind_of(raw.kind),
            mode: standing.mode,
            required_since,
            treatment,
            form: raw.form.unwrap_or(Form::Exact),
            key: raw.key.clone(),
            is_by_key: raw.by_key,
            default: standing.default.cloned(),
            when_absent: raw.when_absent.clone(),
            replacement,
            is_sensitive,
            converter: raw.converter,
            present_when: raw.present_when.clone(),
            only_with,
            server_chosen: raw.server_chosen.clone(),
            server_keys: raw.server_keys.clone(),
            volatile_keys: raw.volatile_keys.clone(),
            link: raw.link.clone(),
            is_list: matches!(raw.kind, RawKind::UnorderedList),
            is_attribute: matches!(raw.kind, RawKind::Object | RawKind::ObjectList),
            consequence: raw.consequence.clone(),
            source: standing.source.to_owned(),
            facts: Arc::new(facts),
            ties: Ties::default(),
            shared: SharedLeaves::default(),
        });
    }
    Ok(rows)
}

/// The member of the body that a row is read from, from the body's root.
fn member(path: &str, parent: Option<&str>, api: Option<&str>) -> Option<String> {
    let name = match api {
        Some("") => return None,
        Some(absolute) if absolute.starts_with('/') => return Some(absolute[1..].to_owned()),
        Some(name) => name.to_owned(),
        None => camel_case(last_name(path)),
    };
    match parent? {
        "" => Some(name),
        parent => Some(format!("{parent}.{name}")),
    }
}

fn last_name(path: &str) -> &str {
    path.rsplit('.').next().unwrap_or(path)
}

fn camel_case(name: &str) -> String {
    let mut out = String::with_capacity(name.len());
    let mut is_upper = false;
    for character in name.chars() {
        if character == '_' {
            is_upper = true;
        } else if is_upper {
            out.push(character.to_ascii_uppercase());
            is_upper = false;
        } else {
            out.push(character);
        }
    }
    out
}

fn kind_of(kind: RawKind) -> Kind {
    match kind {
        RawKind::String => Kind::String,
        RawKind::Integer => Kind::Integer,
        RawKind::Float => Kind::Float,
        RawKind::Boolean => Kind::Boolean,
        RawKind::List => Kind::ScalarList,
        RawKind::Set | RawKind::UnorderedList => Kind::ScalarSet,
        RawKind::Map => Kind::Map,
        RawKind::Block | RawKind::Object => Kind::Block(Nesting::Single),
        RawKind::BlockList | RawKind::ObjectList => Kind::Block(Nesting::List),
        RawKind::BlockSet => Kind::Block(Nesting::Set),
    }
}

fn rule_of((visibility, reason): &(RawVisibility, String)) -> (PlanVisibility, Arc<str>) {
    let visibility = match visibility {
        RawVisibility::Shown => PlanVisibility::Shown,
        RawVisibility::RefreshOnly => PlanVisibility::RefreshOnly,
        RawVisibility::Hidden => PlanVisibility::Hidden,
    };
    (visibility, reason.as_str().into())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rows(text: &str) -> Result<Vec<Row>, String> {
        let raw: BTreeMap<String, RawRow> = toml::from_str(text).map_err(|error| error.to_string())?;
        read("google_x", false, Generation::NEWEST, &raw).map_err(|error| error.to_string())
    }

    #[test]
    fn mode_and_default_are_those_of_the_generation() {
        let text = r#""x" = { kind = "integer", mode = "optional_computed", source = "s", earlier = [
            { before = "5.0.0", mode = "optional", source = "t" },
            { before = "6.0.0", mode = "optional", default = 300, source = "t" },
        ] }"#
            .replace('\n', " ");
        let raw: BTreeMap<String, RawRow> = toml::from_str(&text).expect("good rows");
        let found: Vec<_> = Generation::all()
            .map(|generation| {
                let row = read("google_x", false, generation, &raw).expect("good rows").remove(0);
                (row.mode, row.default.is_some(), row.facts.visibility.unset.0)
            })
            .collect();
        let (shown, silent) = (PlanVisibility::Shown, PlanVisibility::RefreshOnly);
        let newest = (Mode::OptionalComputed, false, silent);
        assert_eq!(found, [(Mode::Optional, false, shown), (Mode::Optional, true, shown), newest, newest]);
    }

    #[test]
    fn earlier_modes_that_overlap_or_end_with_no_major_version_are_errors() {
        let row = |ends: &str| {
            let earlier =
                ends.split(' ').map(|end| format!("{{ before = \"{end}\", mode = \"optional\", source = \"t\" }}"));
            let earlier: Vec<String> = earlier.collect();
            rows(&format!(
                "\"x\" = {{ kind = \"string\", mode = \"required\", source = \"s\", earlier = [{}] }}",
                earlier.join(", ")
            ))
        };
        assert!(row("5.0.0 6.0.0").is_ok());
        for ends in ["6.0.0 5.0.0", "5.0.0 5.0.0", "5.1.0", "4.0.0", "newest"] {
            assert!(row(ends).is_err_and(|error| error.contains("row `x`: has an `earlier`")), "{ends}");
        }
    }

    #[test]
    fn members_follow_from_the_path() {
        let rows = rows(
            r#"
            "a_block" = { kind = "block", mode = "optional", source = "s" }
            "a_block.some_name" = { kind = "string", mode = "optional", source = "s" }
            "a_block.other" = { kind = "string", mode = "optional", api = "inner.name", source = "s" }
            "a_block.top" = { kind = "string", mode = "optional", api = "/top", source = "s" }
            "a_block.none" = { kind = "string", mode = "client_only", api = "", source = "s" }
            "#,
        );
        let members: Vec<_> = rows.expect("good rows").into_iter().map(|row| row.api.unwrap_or_default()).collect();
        assert_eq!(members, ["aBlock", "", "aBlock.inner.name", "aBlock.someName", "top"]);
    }

    #[test]
    fn a_row_stands_in_the_first_element_of_every_block_around_it() {
        let rows = rows(
            r#"
            "a" = { kind = "block", mode = "optional", source = "s" }
            "a.b" = { kind = "block_list", mode = "optional", source = "s" }
            "a.b.c" = { kind = "string", mode = "optional", source = "s" }
            "#,
        );
        let rows = rows.expect("good rows");
        let places: Vec<(String, &str)> = rows.iter().map(|row| (row.first.to_string(), row.name())).collect();
        assert_eq!(places, [("a".into(), "a"), ("a[0].b".into(), "b"), ("a[0].b[0].c".into(), "c")]);
    }

    #[test]
    fn visibility_follows_from_the_mode_unless_the_row_says_otherwise() {
        let rows = rows(
            r#"
            "a" = { kind = "string", mode = "optional", default = "x", source = "s" }
            "b" = { kind = "string", mode = "optional_computed", source = "s" }
            "c" = { kind = "string", mode = "optional", treatment = "not_readable", source = "s" }
            "d" = { kind = "string", mode = "optional", unset = ["hidden", "because"], source = "s" }
            "#,
        );
        let rules: Vec<_> = rows.expect("good rows").into_iter().map(|row| row.facts.visibility.clone()).collect();
        let of = |index: usize| (rules[index].set.0, rules[index].unset.0);
        assert_eq!(of(0), (PlanVisibility::Shown, PlanVisibility::Shown));
        assert!(rules[0].unset.1.contains("\"x\""), "the default is named");
        assert_eq!(of(1), (PlanVisibility::Shown, PlanVisibility::RefreshOnly));
        assert_eq!(of(2), (PlanVisibility::Hidden, PlanVisibility::Hidden));
        assert_eq!(of(3), (PlanVisibility::Shown, PlanVisibility::Hidden));
        assert_eq!(&*rules[3].unset.1, "because");
    }

    #[test]
    fn a_row_that_contradicts_the_rest_is_refused_by_name() {
        for (text, expected) in [
            (r#""a.b" = { kind = "string", mode = "optional", source = "s" }"#, "`a.b`: has no parent row"),
            (
                r#""a" = { kind = "integer", mode = "optional", grows_with = "b", same_as = "c", source = "s" }"#,
                "`a`: has more than one exception",
            ),
            (
                r#""a" = { kind = "string", mode = "optional", only_with = ["b"], source = "s" }"#,
                "`a`: has an `only_with` without a value",
            ),
            (r#""a" = { kind = "string", mode = "optional", sourc = "s" }"#, "sourc"),
            (r#""a" = { kind = "string", mode = "optional" }"#, "source"),
        ] {
            let error = rows(text).expect_err(text);
            assert!(error.contains(expected), "{error}");
        }
    }
}

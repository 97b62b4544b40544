//! One piece of an asset file: a header or an asset. Main function: [`parse`].

use std::borrow::Cow;
use std::collections::BTreeMap;

use serde::Deserialize;
use serde_json::value::RawValue;

use super::super::error::one_line;
use super::super::objects::{Kinds, identity_of_body, is_shallow, members, path_of_name, text_member};
use crate::catalog::ResourceType;
use crate::model::{Identity, LiveObject};

/// What a piece is.
pub(super) enum Entry<'c> {
    Header(Header),
    Asset(Asset<'c>),
}

/// The first line of a snapshot.
#[derive(Deserialize)]
pub(super) struct Header {
    pub(super) format_version: String,
    #[serde(default)]
    pub(super) captured_at: Option<String>,
    #[serde(default)]
    pub(super) listings: Vec<HeaderListing>,
    /// Ids of projects by their number.
    #[serde(default)]
    pub(super) projects: BTreeMap<String, String>,
    #[serde(default)]
    pub(super) redaction_check: Option<String>,
}

/// One listing of a snapshot's header.
#[derive(Deserialize)]
pub(super) struct HeaderListing {
    #[serde(rename = "type")]
    pub(super) resource_type: String,
    pub(super) scope: String,
    pub(super) complete: bool,
    #[serde(default)]
    pub(super) error: Option<String>,
    /// Whether it was refused because the API is not enabled.
    #[serde(default)]
    pub(super) disabled: bool,
}

/// An asset.
pub(super) struct Asset<'c> {
    /// The project that its name names, id or number.
    pub(super) project: Option<String>,
    /// Number and id of a project, where the line gives both.
    pub(super) project_number: Option<(String, String)>,
    /// The object, where the catalog has its type.
    pub(super) object: Option<(&'c ResourceType, LiveObject)>,
    /// Digests of what was left out of it, by resource type and attribute path.
    pub(super) digests: BTreeMap<String, BTreeMap<String, String>>,
}

/// Why a piece cannot be read.
pub(super) struct Problem {
    /// As a fragment.
    pub(super) text: String,
    /// The asset type, where it can still be seen.
    pub(super) asset_type: Option<String>,
    /// Where in the piece, in bytes and in characters from its start; nothing behind its first line.
    pub(super) offset: (usize, usize),
}

impl Problem {
    pub(super) fn new(text: impl Into<String>, asset_type: Option<&str>) -> Self {
        Self { text: text.into(), asset_type: asset_type.map(str::to_owned), offset: (0, 0) }
    }
}

/// Both spellings are met: the export's own (`asset_type`) and that of `gcloud asset list --format=json`.
#[derive(Deserialize)]
struct Line<'a> {
    #[serde(borrow, default)]
    trueup_snapshot: Option<&'a RawValue>,
    #[serde(borrow, default)]
    name: Option<Cow<'a, str>>,
    #[serde(borrow, default, alias = "assetType")]
    asset_type: Option<Cow<'a, str>>,
    #[serde(borrow, default)]
    resource: Option<&'a RawValue>,
    #[serde(borrow, default, alias = "updateTime")]
    update_time: Option<Cow<'a, str>>,
    #[serde(borrow, default)]
    ancestors: Option<Vec<Cow<'a, str>>>,
    #[serde(default)]
    trueup_digests: BTreeMap<String, BTreeMap<String, String>>,
}

#[derive(Deserialize)]
struct Resource<'a> {
    #[serde(borrow, default)]
    version: Option<Cow<'a, str>>,
    #[serde(borrow, default)]
    data: Option<&'a RawValue>,
}

/// Reads one piece.
pub(super) fn parse<'c>(kinds: &Kinds<'c>, text: &str) -> Result<Entry<'c>, Problem> {
    let unparsable = |error: &serde_json::Error, what: &str| Problem {
        text: format!("{what}: {}", without_place(error)),
        asset_type: visible_type(text),
        offset: place(text, error),
    };
    let line: Line<'_> = serde_json::from_str(text).map_err(|error| {
        let what = if error.is_data() { "it has not the shape of an asset" } else { "it is not JSON" };
        unparsable(&error, what)
    })?;
    if let Some(header) = line.trueup_snapshot {
        let header = serde_json::from_str(header.get());
        return header.map(Entry::Header).map_err(|error| {
            Problem::new(format!("its snapshot header is not valid: {}", without_place(&error)), None)
        });
    }
    let Some(asset_type) = line.asset_type.as_deref() else {
        return Err(Problem::new("it has no asset_type", None));
    };
    if !is_asset_type(asset_type) {
        return Err(Problem::new(format!("its asset_type `{}` is none", one_line(asset_type)), None));
    }
    let problem = |text: &str| Problem::new(text, Some(asset_type));
    let name = line.name.as_deref().unwrap_or_default();
    let project = Identity::new(name).project().map(str::to_owned);
    let number = line.ancestors.iter().flatten().find_map(|ancestor| ancestor.strip_prefix("projects/"));
    let mut project_number = number.map(str::to_owned).zip(project.clone());
    let candidates = kinds.of_asset_type(asset_type);
    let is_project = asset_type == "cloudresourcemanager.googleapis.com/Project";
    if candidates.is_empty() && !is_project {
        return Ok(Entry::Asset(Asset { project, project_number, object: None, digests: BTreeMap::new() }));
    }
    let resource: Option<Resource<'_>> = line
        .resource
        .map(|resource| serde_json::from_str(resource.get()))
        .transpose()
        .map_err(|error| problem(&format!("its resource is not valid: {}", without_place(&error))))?;
    let data = resource.as_ref().and_then(|resource| resource.data);
    if is_project {
        project_number = data.and_then(|data| number_and_id(data.get())).or(project_number);
        return Ok(Entry::Asset(Asset { project, project_number, object: None, digests: BTreeMap::new() }));
    }
    let data = data.ok_or_else(|| problem("it has no resource.data (export with --content-type=resource)"))?;
    if !data.get().starts_with('{') {
        return Err(problem("its resource.data is no object"));
    }
    if !is_shallow(data.get()) {
        return Err(problem("its resource.data is nested too deep"));
    }
    let Some((kind, path)) = kind_and_path(candidates, name, data.get()) else {
        // A spelling that stands for several kinds (an address may be regional or global) need not be one of ours.
        let is_own = candidates.iter().any(|kind| kind.asset_type() == asset_type);
        if is_own && !candidates.iter().any(|kind| is_of_another_scope(kind, name)) {
            return Err(problem(&format!("its name `{}` is not that of a {asset_type}", one_line(name))));
        }
        return Ok(Entry::Asset(Asset { project, project_number, object: None, digests: BTreeMap::new() }));
    };
    if kind.is_gone(|member| text_member(data.get(), member)) {
        return Ok(Entry::Asset(Asset { project, project_number, object: None, digests: BTreeMap::new() }));
    }
    let object = LiveObject {
        identity: Identity::new(kind.full_name(&path)),
        asset_type: kind.asset_type().to_owned(),
        api_version: resource.and_then(|resource| resource.version).map(Cow::into_owned).filter(|v| !v.is_empty()),
        data: data.to_owned(),
        update_time: line.update_time.map(Cow::into_owned),
    };
    let project = project.or_else(|| object.identity.project().map(str::to_owned));
    Ok(Entry::Asset(Asset { project, project_number, object: Some((kind, object)), digests: line.trueup_digests }))
}

/// The type and path of an asset: by its name, else by what its body says of itself.
///
/// Of types that describe one object, the one that is reported where nothing claims it comes first.
fn kind_and_path<'c>(candidates: &[&'c ResourceType], name: &str, body: &str) -> Option<(&'c ResourceType, String)> {
    let by_name = |kind: &ResourceType| {
        let path = path_of_name(kind, name)?;
        kind.identity.captures(path).map(|_| path.to_owned())
    };
    let by_body = |kind: &ResourceType| {
        let path = path_of_name(kind, name).and_then(|path| kind.identity.captures(path));
        let project = path.and_then(|values| Some(("project".to_owned(), values.get("project")?.clone())));
        identity_of_body(kind, body, &project.into_iter().collect())
    };
    let ordered = || {
        let (aliases, own): (Vec<_>, Vec<_>) =
            candidates.iter().copied().partition(|kind| kind.same_object_as.is_some());
        own.into_iter().chain(aliases)
    };
    let named_by_body = || ordered().filter(|kind| kind.is_named_by_body);
    named_by_body()
        .find_map(|kind| by_body(kind).map(|path| (kind, path)))
        .or_else(|| ordered().find_map(|kind| by_name(kind).map(|path| (kind, path))))
        .or_else(|| ordered().find_map(|kind| by_body(kind).map(|path| (kind, path))))
}

/// Whether a name is that of an object in a scope in which the type has none: an endpoint group of a zone.
fn is_of_another_scope(kind: &ResourceType, name: &str) -> bool {
    let below_project = || path_of_name(kind, name)?.strip_prefix("projects/")?.split_once('/').map(|(_, below)| below);
    let own_scopes = kind.lists.iter().map(|call| call.aggregated_scopes.as_str()).find(|scopes| !scopes.is_empty());
    own_scopes.zip(below_project()).is_some_and(|(own, below)| {
        ["global/", "regions/", "zones/"].into_iter().any(|scope| scope != own && below.starts_with(scope))
    })
}

/// Number and id of a project resource. Source: cloudresourcemanager `Project`, v1 (`projectNumber`) and v3 (`name`).
fn number_and_id(body: &str) -> Option<(String, String)> {
    let members = members(body)?;
    let text = |name: &str| {
        let value = members.get(name)?.get();
        Some(value.trim_matches('"').to_owned())
    };
    let number = text("projectNumber").or_else(|| text("name")?.strip_prefix("projects/").map(str::to_owned))?;
    Some((number, text("projectId")?))
}

/// Where an error stands in the first line of a piece, in bytes and in characters.
fn place(text: &str, error: &serde_json::Error) -> (usize, usize) {
    let bytes = error.column().saturating_sub(1);
    match text.get(..bytes) {
        Some(before) if error.line() == 1 => (bytes, before.chars().count()),
        _ => (0, 0),
    }
}

/// The asset type of a piece that cannot be parsed, where it can still be seen.
pub(super) fn visible_type(text: &str) -> Option<String> {
    ["\"asset_type\"", "\"assetType\""].into_iter().find_map(|key| {
        let rest = &text[text.find(key)? + key.len()..];
        let rest = rest.trim_start().strip_prefix(':')?.trim_start().strip_prefix('"')?;
        let end = rest.find(['"', '\\', ',', '}'])?;
        (rest[end..].starts_with('"') && is_asset_type(&rest[..end])).then(|| rest[..end].to_owned())
    })
}

/// Whether a text is `SERVICE/KIND`. One that is damaged says nothing: its type could be any.
fn is_asset_type(text: &str) -> bool {
    let is_sound =
        |part: &str| !part.is_empty() && part.chars().all(|c| c.is_ascii_alphanumeric() || ".-_".contains(c));
    text.split_once('/').is_some_and(|(service, kind)| service.contains('.') && is_sound(service) && is_sound(kind))
}

/// The message of a JSON error without the place in the piece, which is not the place in the file.
fn without_place(error: &serde_json::Error) -> String {
    let text = error.to_string();
    one_line(text.split(" at line ").next().unwrap_or_default())
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::catalog::Catalog;

    fn kinds() -> Kinds<'static> {
        Kinds::new(Catalog::builtin())
    }

    fn problem(text: &str) -> Problem {
        parse(&kinds(), text).err().expect("unreadable")
    }

    #[test]
    fn the_type_of_a_broken_line_is_seen_where_it_can_be() {
        let visible = problem(r#"{"asset_type" : "redis.googleapis.com/Instance","name":"//x","#);
        assert_eq!(visible.asset_type.as_deref(), Some("redis.googleapis.com/Instance"));
        let listed = problem(r#"{"assetType":"redis.googleapis.com/Instance","name":3}"#);
        assert_eq!(listed.asset_type.as_deref(), Some("redis.googleapis.com/Instance"));
        assert_eq!(problem(r#"{"asset_type":"redis.goo"#).asset_type, None);
    }

    #[test]
    fn a_missing_body_says_how_to_export() {
        let problem = problem(r#"{"asset_type":"redis.googleapis.com/Instance","name":"//x"}"#);
        assert!(problem.text.contains("--content-type=resource"), "{}", problem.text);
    }

    #[test]
    fn a_project_says_its_number() {
        for data in [
            r#"{"projectId":"p","projectNumber":"12"}"#,
            r#"{"projectId":"p","projectNumber":12}"#,
            r#"{"projectId":"p","name":"projects/12"}"#,
        ] {
            let line = format!(
                r#"{{"asset_type":"cloudresourcemanager.googleapis.com/Project","name":"//cloudresourcemanager.googleapis.com/projects/12","resource":{{"data":{data}}}}}"#
            );
            let Ok(Entry::Asset(asset)) = parse(&kinds(), &line) else { panic!("unreadable") };
            assert_eq!(asset.project_number, Some(("12".to_owned(), "p".to_owned())));
        }
    }

    proptest! {
        #[test]
        fn no_text_makes_it_fail_hard(text in ".{0,80}") {
            let _ = parse(&kinds(), &text);
        }

        #[test]
        fn no_cut_of_a_line_reads_as_an_asset(cut in 0_usize..200) {
            let line = r#"{"name":"//redis.googleapis.com/projects/p/locations/r/instances/ä","asset_type":"redis.googleapis.com/Instance","resource":{"version":"v1","data":{"name":"projects/p/locations/r/instances/ä"}}}"#;
            if let Some(text) = line.get(..cut).filter(|text| text.len() < line.len()) {
                prop_assert!(!matches!(parse(&kinds(), text), Ok(Entry::Asset(_))), "{text}");
            }
        }
    }
}

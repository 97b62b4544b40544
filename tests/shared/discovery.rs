//! The descriptions of Google's APIs: their methods, and the schemas of their answers.

#![allow(dead_code, reason = "each integration test uses a part of this module")]

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use serde_json::{Map, Value};
use trueup::catalog::ResourceType;

use crate::shared;

/// The folder of ground truth, where it has descriptions.
pub(crate) fn folder() -> Option<PathBuf> {
    Some(shared::folder_with("gcp/discovery/compute.v1.json")?.join("gcp"))
}

pub(crate) fn json(path: &Path) -> Value {
    serde_json::from_str(&std::fs::read_to_string(path).expect("readable")).expect("JSON")
}

/// The descriptions of the API of a type, the one of its version first.
pub(crate) struct Api(Vec<Value>);

impl Api {
    pub(crate) fn of(folder: &Path, kind: &ResourceType, version: &str) -> Self {
        let service = kind.service.split('.').next().expect("a name");
        Self::named(folder, &format!("{service}.{version}"))
    }

    /// The descriptions of an API and version: `redis.v1`.
    pub(crate) fn named(folder: &Path, name: &str) -> Self {
        let files = [format!("{name}.json"), format!("{name}.from-proto.json")];
        let files = files.iter().map(|file| folder.join("discovery").join(file)).filter(|path| path.exists());
        let descriptions: Vec<Value> = files.map(|path| json(&path)).collect();
        assert!(!descriptions.is_empty(), "no description of {name}");
        Self(descriptions)
    }

    /// Whether there is a description that tells methods: those made from protocol buffers tell members only.
    pub(crate) fn has_methods(&self) -> bool {
        self.0.iter().any(|description| description.get("resources").is_some())
    }

    /// The GET method of a path below the root of the service; names in braces do not count. A description may have a
    /// name in braces for `projects` as well: what it tells of is asked for in folders, too.
    pub(crate) fn method(&self, path: &str) -> Option<&Value> {
        fn is_path(pattern: &str, path: &str) -> bool {
            let (pattern, path): (Vec<&str>, Vec<&str>) = (pattern.split('/').collect(), path.split('/').collect());
            let is_part = |(part, segment): (&&str, &str)| *part == segment || (*part == "{}" && segment == "projects");
            pattern.len() == path.len() && pattern.iter().zip(path).all(is_part)
        }
        fn find<'a>(resource: &'a Value, path: &str) -> Option<&'a Value> {
            let methods = resource["methods"].as_object().into_iter().flat_map(Map::values);
            let is_it = |method: &&Value| {
                let paths = [&method["flatPath"], &method["path"]];
                method["httpMethod"] == "GET"
                    && paths.iter().any(|text| text.as_str().is_some_and(|text| is_path(&anonymous(text), path)))
            };
            let below = resource["resources"].as_object().into_iter().flat_map(Map::values);
            methods.filter(is_it).chain(below.filter_map(|resource| find(resource, path))).next()
        }
        let path = anonymous(path);
        self.0.iter().find_map(|description| {
            let prefix = description["servicePath"].as_str().unwrap_or_default();
            find(description, path.strip_prefix(prefix).unwrap_or(&path))
        })
    }

    /// The GET method of an address below the root of the service.
    pub(crate) fn method_at(&self, address: &str) -> Option<&Value> {
        fn find<'a>(resource: &'a Value, address: &[&str]) -> Option<&'a Value> {
            let methods = resource["methods"].as_object().into_iter().flat_map(Map::values);
            let is_it = |method: &&Value| {
                let pattern = [&method["flatPath"], &method["path"]].into_iter().find_map(Value::as_str);
                let pattern: Vec<&str> = pattern.unwrap_or_default().split('/').collect();
                method["httpMethod"] == "GET"
                    && pattern.len() == address.len()
                    && pattern
                        .iter()
                        .zip(address)
                        .all(|(part, segment)| (part.starts_with('{') && part.ends_with('}')) || part == segment)
            };
            let below = resource["resources"].as_object().into_iter().flat_map(Map::values);
            methods.filter(is_it).chain(below.filter_map(|resource| find(resource, address))).next()
        }
        self.0.iter().find_map(|description| {
            let prefix = description["servicePath"].as_str().unwrap_or_default();
            let address: Vec<&str> = address.strip_prefix(prefix).unwrap_or(address).split('/').collect();
            find(description, &address)
        })
    }

    /// The members of a schema in any of the descriptions.
    pub(crate) fn members(&self, schema: &str) -> BTreeMap<String, &Value> {
        let properties =
            self.0.iter().filter_map(|description| description["schemas"][schema]["properties"].as_object());
        properties.flatten().map(|(name, value)| (name.clone(), value)).collect()
    }
}

/// A path with every name in braces (and every value that stands for one) made `{}`.
pub(crate) fn anonymous(path: &str) -> String {
    let segments =
        path.split('/').map(|segment| if segment.starts_with('{') || segment == "-" { "{}" } else { segment });
    segments.collect::<Vec<_>>().join("/")
}

/// The path of a call below the root of its service: that of its base address, and its own.
pub(crate) fn path(base: &str, path: &str) -> String {
    let base = base.split_once("://").and_then(|(_, rest)| rest.split_once('/')).map_or("", |(_, base)| base);
    format!("{base}{path}")
}

/// The schema that a member refers to, of a list or a map that of its elements.
pub(crate) fn schema(member: &Value) -> Option<&str> {
    [member, &member["items"], &member["additionalProperties"]].into_iter().find_map(|place| place["$ref"].as_str())
}

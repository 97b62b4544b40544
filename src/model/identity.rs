//! The identity of a live object: its full resource name, in one spelling.

use std::collections::BTreeMap;
use std::fmt;
use std::sync::Arc;

/// The full resource name of a live object, in one spelling: `//vpcaccess.googleapis.com/projects/p/locations/r/connectors/c`.
///
/// `//SERVICE/` and the path without API version. The project is an id wherever its number could be translated. A clone
/// shares the text: every side, world and comparison of an object has its identity.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Identity(Arc<str>);

impl Identity {
    /// An identity of a full resource name that is already in the one spelling.
    pub fn new(name: impl Into<Arc<str>>) -> Self {
        Self(name.into())
    }

    /// The whole name.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The service host: `redis.googleapis.com`.
    pub fn service(&self) -> &str {
        let rest = self.0.strip_prefix("//").unwrap_or(&self.0);
        rest.split('/').next().unwrap_or_default()
    }

    /// The path after the host, without leading slash: `projects/p/locations/r/instances/i`.
    pub fn path(&self) -> &str {
        let rest = self.0.strip_prefix("//").unwrap_or(&self.0);
        rest.split_once('/').map_or("", |(_, path)| path)
    }

    /// The segment after `collection/`: `segment("projects")` is the project.
    pub fn segment(&self, collection: &str) -> Option<&str> {
        let mut segments = self.path().split('/');
        while let Some(segment) = segments.next() {
            let value = segments.next()?;
            if segment == collection {
                return Some(value);
            }
            if segment == "global" {
                // `global` has no value: `projects/p/global/networks/n`.
                if value == collection {
                    return segments.next();
                }
                segments.next();
            }
        }
        None
    }

    /// The project, as id or number.
    pub fn project(&self) -> Option<&str> {
        self.segment("projects")
    }

    /// The region or location, where the path has one; `None` for global and project-wide objects.
    pub fn location(&self) -> Option<&str> {
        self.segment("locations").or_else(|| self.segment("regions")).or_else(|| self.segment("zones"))
    }

    /// The last path segment: the object's own name.
    pub fn name(&self) -> &str {
        self.path().rsplit('/').next().unwrap_or_default()
    }
}

impl fmt::Display for Identity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// What is known about which project number belongs to which project id. May be empty.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ProjectNumbers(BTreeMap<String, String>);

impl ProjectNumbers {
    /// Notes that `number` is the number of the project `id`. What is not a number, or an id that is one, is passed over.
    pub fn learn(&mut self, number: &str, id: &str) {
        if is_number(number) && !is_number(id) && !id.is_empty() {
            self.0.insert(number.to_owned(), id.to_owned());
        }
    }

    /// Numbers and their ids, sorted by number.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &str)> {
        self.0.iter().map(|(number, id)| (number.as_str(), id.as_str()))
    }

    /// Takes over all that `other` knows.
    pub fn merge(&mut self, other: &ProjectNumbers) {
        for (number, id) in &other.0 {
            self.0.insert(number.clone(), id.clone());
        }
    }

    /// The id of a project given as id or number; what is not known stays as it is.
    pub fn id<'a>(&'a self, project: &'a str) -> &'a str {
        self.0.get(project).map_or(project, String::as_str)
    }

    /// The number of a project given as id, where it is known; the smallest of several.
    pub fn number(&self, id: &str) -> Option<&str> {
        self.0.iter().find(|(_, known)| *known == id).map(|(number, _)| number.as_str())
    }

    /// A path (or link, or full name) with the segment after `projects/` made an id where it is known.
    pub fn with_id(&self, path: &str) -> String {
        if self.0.is_empty() {
            return path.to_owned();
        }
        let Some(start) = path.find("projects/").map(|start| start + "projects/".len()) else {
            return path.to_owned();
        };
        let end = path[start..].find('/').map_or(path.len(), |end| start + end);
        format!("{}{}{}", &path[..start], self.id(&path[start..end]), &path[end..])
    }
}

fn is_number(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parts_of_a_name() {
        let identity = Identity::new("//vpcaccess.googleapis.com/projects/p/locations/r/connectors/c");
        assert_eq!((identity.service(), identity.project()), ("vpcaccess.googleapis.com", Some("p")));
        assert_eq!((identity.location(), identity.name()), (Some("r"), "c"));
        let global = Identity::new("//compute.googleapis.com/projects/p/global/networks/n");
        assert_eq!((global.location(), global.segment("networks")), (None, Some("n")));
    }

    #[test]
    fn numbers_become_ids_where_known() {
        let mut numbers = ProjectNumbers::default();
        numbers.learn("123", "p");
        numbers.learn("p", "123");
        assert_eq!(
            numbers.with_id("https://x/v1/projects/123/global/networks/n"),
            "https://x/v1/projects/p/global/networks/n"
        );
        assert_eq!(numbers.with_id("projects/124/x"), "projects/124/x");
    }
}

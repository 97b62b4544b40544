//! What of a body goes into a snapshot: what the rows of its types read, less what is sensitive. Main type: [`Wanted`].

use std::collections::{BTreeMap, BTreeSet};

use serde_json::value::RawValue;

use super::super::objects::{Kinds, members};
use crate::catalog::{Kind, ResourceType};
use crate::model::LEFT_OUT_MEMBER;

/// Members that say which object a body is of, and which number its project has.
const NAMES: [&str; 10] = [
    "name",
    "selfLink",
    "project",
    "updateTime",
    "persistenceIamIdentity",
    "metadata.name",
    "metadata.namespace",
    "metadata.labels",
    "apiVersion",
    "kind",
];

/// The members of the bodies of one asset type that go into a snapshot.
#[derive(Debug, Default)]
pub(super) struct Wanted {
    names: BTreeMap<String, Wanted>,
    /// The member is taken with all that is below it.
    is_whole: bool,
    /// It is never written.
    is_sensitive: bool,
    /// The member has elements by their keys, and the names below are those of each element.
    is_by_key: bool,
}

impl Wanted {
    /// What all types of an asset type read of its bodies.
    pub(super) fn of(kinds: &Kinds<'_>, asset_type: &str) -> Self {
        let mut wanted = Self::default();
        for name in NAMES {
            wanted.at(name).is_whole = true;
        }
        for kind in kinds.of_asset_type(asset_type) {
            wanted.add(kind, "");
            for nested in kinds.nested_in(&kind.name) {
                let member = nested.nested.as_ref().map_or("", |nested| nested.member.as_str());
                wanted.add(nested, &format!("{member}."));
            }
            for some in kind.system_made.iter().chain(&kind.gone) {
                some.members.keys().for_each(|name| wanted.at(name).is_whole = true);
            }
        }
        wanted
    }

    fn add(&mut self, kind: &ResourceType, prefix: &str) {
        let names = kind.identity.names().filter(|name| !name.is_empty());
        names.for_each(|name| self.at(&format!("{prefix}{name}")).is_whole = true);
        for row in kind.rows() {
            let Some(api) = &row.api else { continue };
            let node = self.at(&format!("{prefix}{api}"));
            node.is_sensitive |= row.is_sensitive;
            node.is_by_key |= row.is_by_key;
            // A block is made of what its rows read; one without rows is read as it is.
            node.is_whole |= !matches!(row.kind, Kind::Block(_)) || kind.children(&row.path).next().is_none();
            if let Some(member) = &row.present_when {
                self.at(&format!("{prefix}{api}.{member}")).is_whole = true;
            }
        }
    }

    fn at(&mut self, path: &str) -> &mut Self {
        path.split('.').fold(self, |node, name| node.names.entry(name.to_owned()).or_default())
    }

    /// The body as it is written, keys sorted. `marked` are further members that are sensitive, names joined by dots.
    pub(super) fn write(&self, body: &RawValue, marked: &BTreeSet<String>) -> String {
        // What was left out before stays left out.
        let earlier = members(body.get()).and_then(|members| {
            members.get(LEFT_OUT_MEMBER).and_then(|names| serde_json::from_str::<BTreeSet<String>>(names.get()).ok())
        });
        let left_out = earlier.unwrap_or_default();
        let mut writer = Writer { marked, left_out, path: Vec::new(), out: String::new() };
        writer.object(self, body.get(), false);
        if writer.left_out.is_empty() {
            return writer.out;
        }
        // The body is an object: its closing brace is made room for one more member.
        let mut out = writer.out;
        out.pop();
        if !out.ends_with('{') {
            out.push(',');
        }
        let names: Vec<String> = writer.left_out.iter().map(|name| quoted(name)).collect();
        out.push_str(&format!("{}:[{}]}}", quoted(LEFT_OUT_MEMBER), names.join(",")));
        out
    }
}

struct Writer<'a> {
    marked: &'a BTreeSet<String>,
    left_out: BTreeSet<String>,
    path: Vec<String>,
    out: String,
}

impl Writer<'_> {
    fn value(&mut self, wanted: &Wanted, text: &str, is_whole: bool) {
        match text.as_bytes().first() {
            Some(b'{') if wanted.is_by_key => self.by_key(wanted, text, is_whole),
            Some(b'{') => self.object(wanted, text, is_whole || wanted.is_whole),
            Some(b'[') => {
                let elements: Vec<&RawValue> = serde_json::from_str(text).unwrap_or_default();
                self.out.push('[');
                for (index, element) in elements.iter().enumerate() {
                    if index > 0 {
                        self.out.push(',');
                    }
                    self.value(wanted, element.get(), is_whole);
                }
                self.out.push(']');
            }
            _ => self.out.push_str(text),
        }
    }

    fn object(&mut self, wanted: &Wanted, text: &str, is_whole: bool) {
        let nothing = Wanted::default();
        let members = members(text).unwrap_or_default();
        let mut written = 0;
        self.out.push('{');
        for (name, value) in &members {
            self.path.push(name.to_string());
            let below = wanted.names.get(&**name);
            let path = self.path.join(".");
            if below.is_some_and(|below| below.is_sensitive) || self.marked.contains(&path) {
                self.left_out.insert(path);
            } else if is_whole || below.is_some() {
                self.name(name, &mut written);
                self.value(below.unwrap_or(&nothing), value.get(), is_whole);
            }
            self.path.pop();
        }
        // An element that holds something is not an empty one, even where no row reads what it holds.
        if written == 0
            && let Some((name, _)) = members.iter().next()
        {
            self.name(name, &mut written);
            self.out.push_str("null");
        }
        self.out.push('}');
    }

    /// Elements by their keys. Paths are without the keys, as those within lists are without indexes.
    fn by_key(&mut self, wanted: &Wanted, text: &str, is_whole: bool) {
        let mut written = 0;
        self.out.push('{');
        for (key, element) in &members(text).unwrap_or_default() {
            self.name(key, &mut written);
            match element.get().as_bytes().first() {
                Some(b'{') => self.object(wanted, element.get(), is_whole),
                _ => self.out.push_str("null"),
            }
        }
        self.out.push('}');
    }

    fn name(&mut self, name: &str, written: &mut usize) {
        if *written > 0 {
            self.out.push(',');
        }
        *written += 1;
        self.out.push_str(&quoted(name));
        self.out.push(':');
    }
}

/// A text as JSON.
pub(super) fn quoted(text: &str) -> String {
    serde_json::Value::from(text).to_string()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::catalog::Catalog;

    fn written(asset_type: &str, body: &str, marked: &[&str]) -> String {
        let kinds = Kinds::new(Catalog::builtin());
        let body: Box<RawValue> = serde_json::from_str(body).expect("valid JSON");
        let marked = marked.iter().map(|name| (*name).to_owned()).collect();
        Wanted::of(&kinds, asset_type).write(&body, &marked)
    }

    #[test]
    fn what_no_row_reads_is_not_written() {
        let body = r#"{"tier":"BASIC","name":"projects/p/locations/r/instances/i","somethingNew":{"token":"t"}}"#;
        assert_eq!(
            written("redis.googleapis.com/Instance", body, &[]),
            r#"{"name":"projects/p/locations/r/instances/i","tier":"BASIC"}"#
        );
    }

    #[test]
    fn sensitive_members_are_named_and_not_written() {
        let body = r#"{"name":"n","template":{"containers":[{"image":"i","env":[{"name":"A","value":"hush"},{"name":"B"}]}]}}"#;
        assert_eq!(
            written("run.googleapis.com/Service", body, &[]),
            r#"{"name":"n","template":{"containers":[{"env":[{"name":"A"},{"name":"B"}],"image":"i"}]},"trueup_left_out":["template.containers.env.value"]}"#
        );
    }

    #[test]
    fn a_member_that_the_root_marks_is_left_out() {
        let body = r#"{"name":"n","displayName":"hush"}"#;
        assert_eq!(
            written("redis.googleapis.com/Instance", body, &["displayName"]),
            r#"{"name":"n","trueup_left_out":["displayName"]}"#
        );
    }

    #[test]
    fn an_element_of_which_nothing_is_read_stays_an_element() {
        let body = r#"{"name":"n","template":{"containers":[{"somethingNew":{"token":"t"}}]}}"#;
        assert_eq!(
            written("run.googleapis.com/Service", body, &[]),
            r#"{"name":"n","template":{"containers":[{"somethingNew":null}]}}"#
        );
    }

    #[test]
    fn elements_by_their_keys_are_written_with_what_rows_read() {
        let body =
            r#"{"name":"n","cleanupPolicies":{"old":{"id":"old","action":"DELETE","somethingNew":"t"},"odd":"t"}}"#;
        assert_eq!(
            written("artifactregistry.googleapis.com/Repository", body, &[]),
            r#"{"cleanupPolicies":{"odd":null,"old":{"action":"DELETE"}},"name":"n"}"#
        );
    }

    #[test]
    fn numbers_keep_every_digit() {
        let body = r#"{"name":"n","memorySizeGb":12345678901234567890123,"replicaCount":1.50}"#;
        assert_eq!(
            written("redis.googleapis.com/Instance", body, &[]),
            r#"{"memorySizeGb":12345678901234567890123,"name":"n","replicaCount":1.50}"#
        );
    }
}

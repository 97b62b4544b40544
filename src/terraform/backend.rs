//! Where a root module keeps its state: a place, not bytes.
//!
//! Reads the `backend` block and what `terraform init` left in `.terraform/terraform.tfstate`. Main entry: [`locate`].

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use serde::Deserialize;

use super::config::{Block, ParsedRoot};
use crate::model::SourceRange;

/// How large the file that `terraform init` leaves may be, in bytes.
const MAX_INITIALIZED_BYTES: u64 = 4 << 20;
const STATE_FILE: &str = "terraform.tfstate";

/// Where a state is kept.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum BackendPlace {
    /// A file; relative to the root module's folder unless absolute.
    Local(PathBuf),
    /// An object in Cloud Storage.
    Gcs {
        /// The bucket's name.
        bucket: String,
        /// The object's name.
        object: String,
    },
    /// A backend of a kind that is read, of which an argument is not known: it is given to `terraform init` alone.
    Incomplete {
        /// The kind: `gcs`.
        kind: String,
        /// The argument that is missing.
        argument: String,
    },
    /// A backend of a kind that is not read: `s3`, `cloud`.
    Unsupported(String),
}

/// Where a root module keeps its state, and what says so.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Backend {
    /// The place.
    pub place: BackendPlace,
    /// The `backend` block; `None` where there is none and Terraform's default holds.
    pub range: Option<SourceRange>,
}

/// Where the state of a workspace is kept. Reads nothing beyond the root's own files.
pub fn locate(root: &ParsedRoot, workspace: &str) -> Backend {
    let Some(block) = &root.module.backend else {
        return Backend { place: local(&BTreeMap::new(), workspace), range: None };
    };
    let kind = if block.kind == "cloud" { "cloud" } else { block.label() };
    let arguments = arguments(block, kind, root.directory());
    let place = match kind {
        "local" => local(&arguments, workspace),
        "gcs" => gcs(&arguments, workspace),
        other => BackendPlace::Unsupported(other.to_owned()),
    };
    Backend { place, range: Some(block.range.clone()) }
}

/// A local state: `path` for the default workspace, else below `workspace_dir`. Source: the local backend's page.
fn local(arguments: &BTreeMap<String, Option<String>>, workspace: &str) -> BackendPlace {
    let given = |name: &str| arguments.get(name).cloned().flatten().filter(|value| !value.is_empty());
    if workspace == "default" {
        return match arguments.get("path") {
            Some(None) => BackendPlace::Incomplete { kind: "local".to_owned(), argument: "path".to_owned() },
            _ => BackendPlace::Local(given("path").unwrap_or_else(|| STATE_FILE.to_owned()).into()),
        };
    }
    let folder = given("workspace_dir").unwrap_or_else(|| "terraform.tfstate.d".to_owned());
    BackendPlace::Local(PathBuf::from(folder).join(workspace).join(STATE_FILE))
}

/// An object `PREFIX/WORKSPACE.tfstate`. Source: the gcs backend's page, `prefix`.
fn gcs(arguments: &BTreeMap<String, Option<String>>, workspace: &str) -> BackendPlace {
    let incomplete =
        |argument: &str| BackendPlace::Incomplete { kind: "gcs".to_owned(), argument: argument.to_owned() };
    let Some(Some(bucket)) = arguments.get("bucket") else { return incomplete("bucket") };
    let prefix = match arguments.get("prefix") {
        Some(Some(prefix)) => prefix.trim_matches('/'),
        Some(None) => return incomplete("prefix"),
        None => "",
    };
    let separator = if prefix.is_empty() { "" } else { "/" };
    BackendPlace::Gcs { bucket: bucket.clone(), object: format!("{prefix}{separator}{workspace}.tfstate") }
}

/// The backend's arguments: what the block says, and for the rest what `terraform init` was told. `None` for an
/// argument that is given but is no plain text.
fn arguments(block: &Block, kind: &str, root: &Path) -> BTreeMap<String, Option<String>> {
    let mut arguments = initialized(root, kind);
    for attribute in &block.body.attributes {
        if attribute.expression.is_null() {
            continue;
        }
        let value = attribute.expression.as_str().map(str::to_owned);
        match (arguments.get(&attribute.name), &value) {
            // OpenTofu allows expressions here; what it was initialized with says what they gave.
            (Some(Some(_)), None) => {}
            _ => {
                arguments.insert(attribute.name.clone(), value);
            }
        }
    }
    arguments
}

/// What `terraform init` recorded of a backend of this kind.
fn initialized(root: &Path, kind: &str) -> BTreeMap<String, Option<String>> {
    #[derive(Deserialize)]
    struct File {
        backend: Option<Recorded>,
    }
    #[derive(Deserialize)]
    struct Recorded {
        r#type: String,
        #[serde(default)]
        config: BTreeMap<String, serde_json::Value>,
    }
    let path = root.join(".terraform").join(STATE_FILE);
    let is_small =
        fs::metadata(&path).is_ok_and(|metadata| metadata.is_file() && metadata.len() <= MAX_INITIALIZED_BYTES);
    if !is_small {
        return BTreeMap::new();
    }
    let recorded = fs::read(&path).ok().and_then(|bytes| serde_json::from_slice::<File>(&bytes).ok());
    match recorded.and_then(|file| file.backend) {
        Some(backend) if backend.r#type == kind => backend
            .config
            .into_iter()
            .filter_map(|(name, value)| value.as_str().map(|text| (name, Some(text.to_owned()))))
            .collect(),
        _ => BTreeMap::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::terraform::config::parse_root;

    fn place(files: &[(&str, &str)], workspace: &str) -> Backend {
        let folder = tempfile::tempdir().expect("a temporary folder");
        for (name, text) in files {
            let path = folder.path().join(name);
            fs::create_dir_all(path.parent().expect("a parent")).expect("created");
            fs::write(path, text).expect("written");
        }
        locate(&parse_root(folder.path()), workspace)
    }

    fn backend(text: &str, workspace: &str) -> BackendPlace {
        place(&[("main.tf", &format!("terraform {{\n  {text}\n}}\n"))], workspace).place
    }

    fn object(bucket: &str, object: &str) -> BackendPlace {
        BackendPlace::Gcs { bucket: bucket.to_owned(), object: object.to_owned() }
    }

    #[test]
    fn without_a_block_the_state_lies_beside_the_files() {
        let backend = place(&[("main.tf", "")], "default");
        assert_eq!(backend, Backend { place: BackendPlace::Local("terraform.tfstate".into()), range: None });
        let path = BackendPlace::Local("terraform.tfstate.d/staging/terraform.tfstate".into());
        assert_eq!(place(&[("main.tf", "")], "staging").place, path);
    }

    #[test]
    fn the_local_backend_takes_its_paths() {
        let text = "backend \"local\" {\n path = \"s/x.tfstate\"\n workspace_dir = \"w\"\n }";
        assert_eq!(backend(text, "default"), BackendPlace::Local("s/x.tfstate".into()));
        assert_eq!(backend(text, "a"), BackendPlace::Local("w/a/terraform.tfstate".into()));
    }

    #[test]
    fn the_gcs_backend_names_objects_by_workspace() {
        let text = "backend \"gcs\" {\n bucket = \"b\"\n prefix = \"a/b/\"\n }";
        assert_eq!(backend(text, "default"), object("b", "a/b/default.tfstate"));
        assert_eq!(backend(text, "staging"), object("b", "a/b/staging.tfstate"));
        assert_eq!(backend("backend \"gcs\" {\n bucket = \"b\"\n }", "default"), object("b", "default.tfstate"));
    }

    #[test]
    fn what_the_block_leaves_out_comes_from_init() {
        let initialized =
            r#"{"version":3,"backend":{"type":"gcs","config":{"bucket":"b","prefix":"p","credentials":null}}}"#;
        let files =
            [("main.tf", "terraform {\n  backend \"gcs\" {}\n}\n"), (".terraform/terraform.tfstate", initialized)];
        let located = place(&files, "default");
        assert_eq!(located.place, object("b", "p/default.tfstate"));
        assert_eq!(located.range.map(|range| range.to_string()).as_deref(), Some("main.tf:2"));
        let missing = BackendPlace::Incomplete { kind: "gcs".to_owned(), argument: "bucket".to_owned() };
        assert_eq!(backend("backend \"gcs\" {}", "default"), missing);
    }

    #[test]
    fn other_kinds_are_named() {
        assert_eq!(backend("backend \"s3\" {}", "default"), BackendPlace::Unsupported("s3".to_owned()));
        assert_eq!(
            backend("cloud {\n organization = \"o\"\n }", "default"),
            BackendPlace::Unsupported("cloud".to_owned())
        );
    }
}

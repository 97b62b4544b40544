//! Paths as text, and where they lead: nothing outside of the repository is read, also not through symbolic links.

use std::path::{Path, PathBuf};

use super::{Call, Failure, Function, Outcome, STRING, string};
use crate::terraform::lang::{FileContext, Val};

pub(super) const FUNCTIONS: &[Function] = &[
    Function::new("abspath", &[string("path")], STRING, abspath),
    Function::new("basename", &[string("path")], STRING, |call| Ok(Val::string(basename(call.text(0))))),
    Function::new("dirname", &[string("path")], STRING, |call| Ok(Val::string(dirname(call.text(0))))),
    Function::new("pathexpand", &[string("path")], STRING, |call| expanded(call, 0).map(Val::string)),
];

/// How many symbolic links are followed by hand.
const LINKS: usize = 40;

/// A path without `.`, `..` and doubled slashes, by its text alone.
pub(super) fn cleaned(path: &str) -> String {
    let is_absolute = path.starts_with('/');
    let mut parts: Vec<&str> = Vec::new();
    for part in path.split('/') {
        match part {
            "" | "." => {}
            ".." => match parts.last() {
                Some(&"..") | None if !is_absolute => parts.push(".."),
                _ => {
                    parts.pop();
                }
            },
            _ => parts.push(part),
        }
    }
    match (is_absolute, parts.is_empty()) {
        (true, _) => format!("/{}", parts.join("/")),
        (false, true) => ".".to_owned(),
        (false, false) => parts.join("/"),
    }
}

fn abspath(call: &Call<'_>) -> Outcome {
    let path = call.files().root_directory.join(call.text(0));
    if !path.is_absolute() {
        return Err(Failure::Unknown("where the root module stands is not known here".to_owned()));
    }
    Ok(Val::string(cleaned(&path.to_string_lossy())))
}

fn basename(path: &str) -> String {
    if path.is_empty() {
        return ".".to_owned();
    }
    let trimmed = path.trim_end_matches('/');
    if trimmed.is_empty() {
        return "/".to_owned();
    }
    trimmed.rsplit('/').next().unwrap_or(trimmed).to_owned()
}

fn dirname(path: &str) -> String {
    match path.rfind('/') {
        Some(at) => cleaned(&path[..=at]),
        None => ".".to_owned(),
    }
}

/// The path with the home folder for `~`.
pub(super) fn expanded(call: &Call<'_>, position: usize) -> Result<String, Failure> {
    let path = call.text(position);
    let Some(rest) = path.strip_prefix('~') else { return Ok(path.to_owned()) };
    if !rest.is_empty() && !rest.starts_with('/') {
        return Err(Failure::call("cannot expand user-specific home dir"));
    }
    match &call.files().home {
        Some(home) => Ok(cleaned(&format!("{}/{rest}", home.to_string_lossy()))),
        None => Err(Failure::Unknown("the home folder is not known here".to_owned())),
    }
}

/// The folders of a [`FileContext`] without symbolic links on the way.
pub(super) struct Confinement {
    root: PathBuf,
    top: PathBuf,
}

/// Where a path leads.
pub(super) enum Place {
    /// To what is there, without symbolic links on the way.
    There(PathBuf),
    /// To nothing, within the repository.
    Missing,
    /// Out of the repository.
    Outside,
}

impl Confinement {
    pub(super) fn new(files: &FileContext) -> Result<Self, Failure> {
        let real = |path: &Path| {
            path.canonicalize().map_err(|_| Failure::Unknown("the repository's folder cannot be read".to_owned()))
        };
        Ok(Self { root: real(&files.root_directory)?, top: real(&files.confinement)? })
    }

    /// Where a cleaned path leads, from the root module's folder on.
    pub(super) fn find(&self, path: &str) -> Place {
        self.follow(&self.root.join(path), LINKS)
    }

    /// Whether a cleaned path is a symbolic link.
    pub(super) fn is_link(&self, path: &str) -> bool {
        self.root.join(path).symlink_metadata().is_ok_and(|metadata| metadata.is_symlink())
    }

    /// Where a path leads. What is not there is judged by the folder that would hold it, so that nobody learns what
    /// exists elsewhere.
    fn follow(&self, path: &Path, links: usize) -> Place {
        for ancestor in path.ancestors() {
            if let Ok(real) = ancestor.canonicalize() {
                return match real.starts_with(&self.top) {
                    false => Place::Outside,
                    true if ancestor == path => Place::There(real),
                    true => Place::Missing,
                };
            }
            // A link that leads to nothing may still lead out.
            if links > 0
                && let (Ok(target), Some(folder)) = (ancestor.read_link(), ancestor.parent())
            {
                return match self.follow(&folder.join(target), links - 1) {
                    Place::Outside => Place::Outside,
                    Place::There(_) | Place::Missing => Place::Missing,
                };
            }
        }
        Place::Outside
    }
}

/// What is said of a path that leads out.
pub(super) fn outside(position: usize, path: &str) -> Failure {
    let message = format!("\"{path}\" lies outside of the repository, and nothing there is read");
    Failure::argument(position, message)
}

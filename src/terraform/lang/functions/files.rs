//! Functions on paths and files. Nothing outside the repository is read, also not through symbolic links.

use std::path::{Component, Path, PathBuf};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use regex::Regex;

use super::{BOOL, Call, Failure, Function, Outcome, Returns, STRING, Shape, string};
use crate::terraform::lang::{Type, Val, limits};

pub(super) const FUNCTIONS: &[Function] = &[
    Function::new("abspath", &[string("path")], STRING, |call| {
        let path = call.files().root_directory.join(call.text(0));
        Ok(Val::string(cleaned(&path.to_string_lossy())))
    }),
    Function::new("basename", &[string("path")], STRING, |call| Ok(Val::string(basename(call.text(0))))),
    Function::new("dirname", &[string("path")], STRING, |call| Ok(Val::string(dirname(call.text(0))))),
    Function::new("pathexpand", &[string("path")], STRING, pathexpand),
    Function::new("file", &[string("path")], STRING, |call| text(call, 0).map(Val::string)),
    Function::new("filebase64", &[string("path")], STRING, |call| Ok(Val::string(STANDARD.encode(read(call, 0)?)))),
    Function::new("fileexists", &[string("path")], BOOL, fileexists),
    Function::new("fileset", &[string("path"), string("pattern")], Returns::Fixed(Shape::StringSet), fileset),
];

/// How many files and folders `fileset` looks at before it gives up.
const WALK_ENTRIES: usize = 200_000;

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

fn pathexpand(call: &Call<'_>) -> Outcome {
    let path = call.text(0);
    if path != "~" && !path.starts_with("~/") {
        return Ok(Val::string(path));
    }
    match &call.files().home {
        Some(home) => Ok(Val::string(cleaned(&format!("{}/{}", home.to_string_lossy(), &path[1..])))),
        None => Err(Failure::Unknown("the home folder is not known here".to_owned())),
    }
}

/// The real path of what an argument names.
enum Place {
    There(PathBuf),
    Missing,
}

fn place(call: &Call<'_>, position: usize) -> Result<Place, Failure> {
    let given = call.text(position);
    let files = call.files();
    let path = match given.strip_prefix("~/") {
        Some(rest) => match &files.home {
            Some(home) => home.join(rest),
            None => return Err(Failure::Unknown("the home folder is not known here".to_owned())),
        },
        None => files.root_directory.join(given),
    };
    let outside = || {
        Failure::argument(position, format!("\"{given}\" lies outside of the repository, and nothing there is read"))
    };
    let top = match files.confinement.canonicalize() {
        Ok(top) => top,
        Err(_) => return Err(Failure::Unknown("the repository's folder cannot be read".to_owned())),
    };
    match path.canonicalize() {
        Ok(real) if real.starts_with(&top) => Ok(Place::There(real)),
        Ok(_) => Err(outside()),
        // What is not there is judged by its name, so that nobody learns what exists elsewhere.
        Err(_) => {
            let root = files.root_directory.canonicalize().unwrap_or_else(|_| files.root_directory.clone());
            if is_within(&root.join(given), &top) { Ok(Place::Missing) } else { Err(outside()) }
        }
    }
}

fn is_within(path: &Path, top: &Path) -> bool {
    let mut clean = PathBuf::new();
    for component in path.components() {
        match component {
            Component::ParentDir => {
                clean.pop();
            }
            Component::CurDir => {}
            other => clean.push(other),
        }
    }
    clean.starts_with(top)
}

fn missing(call: &Call<'_>, position: usize) -> Failure {
    Failure::argument(
        position,
        format!(
            "no file exists at \"{}\"; this function works only with files that are distributed as part of the configuration source code, so if this file will be created by a resource in this configuration you must instead obtain this result from an attribute of that resource",
            cleaned(call.text(position))
        ),
    )
}

/// The bytes of the file that an argument names.
pub(super) fn read(call: &Call<'_>, position: usize) -> Result<Vec<u8>, Failure> {
    let Place::There(path) = place(call, position)? else { return Err(missing(call, position)) };
    let given = call.text(position);
    let broken =
        |error: std::io::Error| Failure::argument(position, format!("failed to read file \"{given}\": {error}"));
    let metadata = std::fs::metadata(&path).map_err(broken)?;
    if !metadata.is_file() {
        return Err(Failure::argument(position, format!("\"{given}\" is a directory, not a file")));
    }
    if metadata.len() > limits::FILE_BYTES {
        return Err(Failure::Unknown("the file is larger than 16 MiB".to_owned()));
    }
    std::fs::read(&path).map_err(broken)
}

/// The text of the file that an argument names.
pub(super) fn text(call: &Call<'_>, position: usize) -> Result<String, Failure> {
    String::from_utf8(read(call, position)?).map_err(|_| {
        Failure::argument(
            position,
            format!("contents of \"{}\" are not valid UTF-8; use the filebase64 function to obtain the Base64 encoded contents or the other file functions (e.g. filemd5, filesha256) to obtain file hashing results instead", call.text(position)),
        )
    })
}

fn fileexists(call: &Call<'_>) -> Outcome {
    match place(call, 0)? {
        Place::Missing => Ok(Val::bool(false)),
        Place::There(path) if path.is_file() => Ok(Val::bool(true)),
        Place::There(_) => Err(Failure::argument(0, format!("\"{}\" is a directory, not a file", call.text(0)))),
    }
}

fn fileset(call: &Call<'_>) -> Outcome {
    let of = Type::String;
    let pattern =
        glob(call.text(1)).ok_or_else(|| Failure::argument(1, "failed to glob pattern: syntax error in pattern"))?;
    let Place::There(folder) = place(call, 0)? else { return Ok(Val::set(of, Vec::new())) };
    let top = call.files().confinement.canonicalize().unwrap_or_default();
    let mut found = Vec::new();
    let mut waiting = vec![(folder, String::new())];
    let mut looked_at = 0;
    while let Some((folder, prefix)) = waiting.pop() {
        let Ok(entries) = std::fs::read_dir(&folder) else { continue };
        for entry in entries.flatten() {
            looked_at += 1;
            if looked_at > WALK_ENTRIES {
                return Err(Failure::Unknown("the folder holds too many files".to_owned()));
            }
            let name = entry.file_name();
            let Some(name) = name.to_str() else { continue };
            let relative = format!("{prefix}{name}");
            let Ok(kind) = entry.file_type() else { continue };
            if kind.is_dir() {
                waiting.push((entry.path(), format!("{relative}/")));
            } else if pattern.is_match(&relative) && (kind.is_file() || links_to_file(&entry.path(), &top)) {
                found.push(Val::string(relative));
            }
        }
    }
    Ok(Val::set(of, found))
}

fn links_to_file(path: &Path, top: &Path) -> bool {
    path.canonicalize().is_ok_and(|real| real.starts_with(top) && real.is_file())
}

/// A glob pattern as a regular expression: `*`, `**`, `?`, `[…]` and `{a,b}`.
fn glob(pattern: &str) -> Option<Regex> {
    let pattern = cleaned(pattern);
    let mut expression = String::from("(?s)^");
    let mut characters = pattern.chars().peekable();
    let mut alternatives = 0_usize;
    while let Some(character) = characters.next() {
        match character {
            '*' if characters.peek() == Some(&'*') => {
                characters.next();
                if characters.peek() == Some(&'/') {
                    characters.next();
                    expression.push_str("(?:.*/)?");
                } else {
                    expression.push_str(".*");
                }
            }
            '*' => expression.push_str("[^/]*"),
            '?' => expression.push_str("[^/]"),
            '{' => {
                alternatives += 1;
                expression.push_str("(?:");
            }
            '}' if alternatives > 0 => {
                alternatives -= 1;
                expression.push(')');
            }
            ',' if alternatives > 0 => expression.push('|'),
            '[' => {
                expression.push('[');
                if matches!(characters.peek(), Some('!' | '^')) {
                    characters.next();
                    expression.push('^');
                }
                loop {
                    match characters.next()? {
                        ']' => break,
                        '\\' => expression.push_str(&regex::escape(&characters.next()?.to_string())),
                        '-' => expression.push('-'),
                        other => expression.push_str(&regex::escape(&other.to_string())),
                    }
                }
                expression.push(']');
            }
            '\\' => expression.push_str(&regex::escape(&characters.next()?.to_string())),
            other => expression.push_str(&regex::escape(&other.to_string())),
        }
    }
    expression.push('$');
    if alternatives > 0 {
        return None;
    }
    Regex::new(&expression).ok()
}

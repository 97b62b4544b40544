//! Functions that read files and folders of the repository.

use std::collections::BTreeSet;
use std::io::Read as _;
use std::path::{Path, PathBuf};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use super::glob::{self, Component, PatternFault};
use super::paths::{Confinement, Place, cleaned, expanded, outside};
use super::{BOOL, Call, Failure, Function, Outcome, Returns, STRING, Shape, string};
use crate::terraform::lang::{Type, Val, limits};

pub(super) const FUNCTIONS: &[Function] = &[
    Function::new("file", &[string("path")], STRING, |call| text(call, 0).map(Val::string)),
    Function::new("filebase64", &[string("path")], STRING, |call| Ok(Val::string(STANDARD.encode(read(call, 0)?)))),
    Function::new("fileexists", &[string("path")], BOOL, fileexists),
    Function::new("fileset", &[string("path"), string("pattern")], Returns::Fixed(Shape::StringSet), fileset),
];

/// How deep folders may nest for `fileset`.
const WALK_DEPTH: usize = 100;
/// How many files and folders are looked at for one step of the evaluation.
const ENTRIES_A_STEP: u64 = 10;

fn place(call: &Call<'_>, position: usize) -> Result<Place, Failure> {
    let path = cleaned(&expanded(call, position)?);
    match Confinement::new(call.files())?.find(&path) {
        Place::Outside => Err(outside(position, call.text(position))),
        place => Ok(place),
    }
}

/// What is wrong with what is no file, where it is none.
fn irregular(path: &Path, shown: &str) -> Option<String> {
    let metadata = std::fs::metadata(path).ok()?;
    match (metadata.is_file(), metadata.is_dir()) {
        (true, _) => None,
        (_, true) => Some(format!("\"{shown}\" is a directory, not a file")),
        _ => Some(format!("\"{shown}\" is not a regular file")),
    }
}

/// The bytes of the file that an argument names.
pub(super) fn read(call: &Call<'_>, position: usize) -> Result<Vec<u8>, Failure> {
    let given = call.text(position);
    let Place::There(path) = place(call, position)? else {
        let message = format!(
            "no file exists at \"{}\"; this function works only with files that are distributed as part of the configuration source code, so if this file will be created by a resource in this configuration you must instead obtain this result from an attribute of that resource",
            cleaned(given)
        );
        return Err(Failure::argument(position, message));
    };
    // Opening what is no file could wait forever.
    if let Some(message) = irregular(&path, given) {
        return Err(Failure::argument(position, message));
    }
    let mut bytes = Vec::new();
    let file = std::fs::File::open(&path);
    let result = file.and_then(|file| file.take(limits::FILE_BYTES + 1).read_to_end(&mut bytes));
    result.map_err(|error| Failure::argument(position, format!("failed to read file \"{given}\": {error}")))?;
    if bytes.len() as u64 > limits::FILE_BYTES {
        return Err(Failure::Limit("a file is larger than 16 MiB"));
    }
    call.spend((bytes.len() / limits::BYTES_A_STEP) as u64)?;
    Ok(bytes)
}

/// The text of the file that an argument names.
pub(super) fn text(call: &Call<'_>, position: usize) -> Result<String, Failure> {
    String::from_utf8(read(call, position)?).map_err(|_| {
        Failure::call(format!(
            "contents of \"{}\" are not valid UTF-8; use the filebase64 function to obtain the Base64 encoded contents or the other file functions (e.g. filemd5, filesha256) to obtain file hashing results instead",
            call.text(position)
        ))
    })
}

fn fileexists(call: &Call<'_>) -> Outcome {
    match place(call, 0)? {
        Place::There(path) => match irregular(&path, call.text(0)) {
            Some(message) => Err(Failure::call(message)),
            None => Ok(Val::bool(true)),
        },
        Place::Missing | Place::Outside => Ok(Val::bool(false)),
    }
}

fn fileset(call: &Call<'_>) -> Outcome {
    let folder = cleaned(call.text(0));
    if glob::has_meaning(&folder) {
        return Err(Failure::Unknown("the folder's name has characters that mean something in a pattern".to_owned()));
    }
    let pattern = cleaned(&format!("{folder}/{}", call.text(1)));
    let components = glob::components(&pattern);
    let confinement = Confinement::new(call.files())?;
    let start = if pattern.starts_with('/') { "/" } else { "" };
    let mut walk = Walk { call, confinement, pattern: &pattern, found: BTreeSet::new(), above: Vec::new() };
    walk.go(start.to_owned(), &components)?;
    let found = walk.found.iter().map(|path| Val::string(relative(&folder, path)));
    Ok(Val::set(Type::String, found.collect()))
}

/// A walk through folders, with paths as the pattern spells them.
struct Walk<'w, 'c> {
    call: &'w Call<'c>,
    confinement: Confinement,
    pattern: &'w str,
    found: BTreeSet<String>,
    /// The folders on the way, without symbolic links.
    above: Vec<PathBuf>,
}

fn joined(folder: &str, name: &str) -> String {
    let separator = if folder.is_empty() || folder.ends_with('/') { "" } else { "/" };
    format!("{folder}{separator}{name}")
}

impl Walk<'_, '_> {
    /// What a path leads to, where it is there.
    fn real(&self, path: &str) -> Result<Option<PathBuf>, Failure> {
        match self.confinement.find(path) {
            Place::There(real) => Ok(Some(real)),
            Place::Missing => Ok(None),
            Place::Outside => Err(outside(0, path)),
        }
    }

    fn go(&mut self, mut folder: String, components: &[Component]) -> Result<(), Failure> {
        let mut rest = components;
        while let Some((Component::Name(name), others)) = rest.split_first() {
            folder = joined(&folder, name);
            rest = others;
        }
        let Some(real) = self.real(if folder.is_empty() { "." } else { &folder })? else {
            // A link to nothing that the pattern names is a fault, anything else is just not there.
            let is_link = self.is_link(&folder);
            return match rest.is_empty() && is_link {
                true => Err(Failure::call(format!("failed to stat {folder}: no such file or directory"))),
                false => Ok(()),
            };
        };
        let Some((next, others)) = rest.split_first() else {
            if real.is_file() {
                self.found.insert(folder);
            }
            return Ok(());
        };
        if !real.is_dir() {
            return Ok(());
        }
        if self.above.contains(&real) {
            return Err(Failure::Unknown("a symbolic link leads back to a folder that it stands in".to_owned()));
        }
        if self.above.len() >= WALK_DEPTH {
            return Err(Failure::Limit("folders nest deeper than 100 levels"));
        }
        let names = self.names(&real)?;
        self.above.push(real);
        let result = self.entries(&folder, &names, next, others, rest);
        self.above.pop();
        result
    }

    fn entries(
        &mut self,
        folder: &str,
        names: &[(String, bool)],
        next: &Component,
        others: &[Component],
        rest: &[Component],
    ) -> Result<(), Failure> {
        let (pattern, after) = match (next, others.split_first()) {
            (Component::AnyDepth, below) => {
                for (name, is_folder) in names {
                    let path = joined(folder, name);
                    // What a link leads to decides; one that leads nowhere counts for nothing here.
                    let is_folder =
                        *is_folder || (self.is_link(&path) && self.real(&path)?.is_some_and(|real| real.is_dir()));
                    if is_folder {
                        self.go(path, rest)?;
                    } else if below.is_none() && self.real(&path)?.is_some() {
                        self.go(path, &[])?;
                    }
                }
                let Some((next, after)) = below else { return Ok(()) };
                (next, after)
            }
            (other, _) => (other, others),
        };
        for (name, _) in names {
            let is_match = match pattern {
                Component::Name(own) => own == name,
                Component::AnyDepth => true,
                Component::Pattern(regex) => regex.is_match(name),
                Component::Faulty(fault) => return Err(self.faulty(*fault)),
            };
            if is_match {
                self.go(joined(folder, name), after)?;
            }
        }
        Ok(())
    }

    /// A faulty pattern does no harm until there is a name to hold against it.
    fn faulty(&self, fault: PatternFault) -> Failure {
        match fault {
            PatternFault::Syntax => {
                Failure::call(format!("failed to glob pattern {}: syntax error in pattern", self.pattern))
            }
            PatternFault::Braces => Failure::Unknown("the pattern is one that only Terraform reads".to_owned()),
        }
    }

    fn is_link(&self, path: &str) -> bool {
        self.confinement.is_link(path)
    }

    /// The names in a folder, each with whether it is a folder itself.
    fn names(&self, folder: &Path) -> Result<Vec<(String, bool)>, Failure> {
        let mut names = Vec::new();
        for entry in std::fs::read_dir(folder).into_iter().flatten().flatten() {
            let Ok(name) = entry.file_name().into_string() else { continue };
            names.push((name, entry.file_type().is_ok_and(|kind| kind.is_dir())));
            if names.len() % 1000 == 0 {
                self.call.spend(1000 / ENTRIES_A_STEP)?;
            }
        }
        self.call.spend(1 + names.len() as u64 % 1000 / ENTRIES_A_STEP)?;
        names.sort_unstable();
        Ok(names)
    }
}

/// A path as it is called from a folder; both cleaned.
fn relative(folder: &str, path: &str) -> String {
    let parts = |path: &str| -> Vec<String> {
        path.split('/').filter(|part| !part.is_empty() && *part != ".").map(str::to_owned).collect()
    };
    let (folder, path) = (parts(folder), parts(path));
    let common = folder.iter().zip(&path).take_while(|(own, other)| own == other).count();
    let up = std::iter::repeat_n("..", folder.len() - common);
    cleaned(&up.chain(path[common..].iter().map(String::as_str)).collect::<Vec<_>>().join("/"))
}

//! Reading a module folder: which files count, in which order, and what is wrong with them.
//!
//! Owns all file reading of configuration. Main entry: [`parse_root`].

use std::collections::BTreeSet;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::body::Body;
use super::module::{BrokenBlock, ModuleSource};
use super::source::SourceFile;
use super::{block_check, hcl, json_body};
use crate::model::{Diagnostic, Severity, SourceRange};

/// How large a configuration file may be, in bytes.
const MAX_FILE_BYTES: u64 = 8 << 20;
/// How many configuration files a module may have.
const MAX_FILES: usize = 10_000;

/// A root module, parsed but not evaluated.
#[derive(Debug)]
pub struct ParsedRoot {
    pub(crate) module: Arc<ModuleSource>,
    /// Whether OpenTofu's files count.
    pub(crate) is_tofu: bool,
}

impl ParsedRoot {
    /// The root module's folder.
    pub fn directory(&self) -> &Path {
        &self.module.directory
    }
}

/// Which folders may be read, and as which tool does.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Reading<'p> {
    /// The topmost folder that may be read, also through symbolic links.
    pub(crate) top: &'p Path,
    /// Whether OpenTofu's files count.
    pub(crate) is_tofu: bool,
}

/// Reads the configuration files of a root module, wherever symbolic links lead; for folders that are trusted.
pub fn parse_root(root: &Path) -> ParsedRoot {
    parse_root_within(root, Path::new("/"))
}

/// Reads the configuration files of a root module. `repository` is the topmost folder that may be read, also through
/// symbolic links. What is wrong with a file is a diagnostic, and the rest is still read; a folder that cannot be read
/// is a diagnostic too.
pub fn parse_root_within(root: &Path, repository: &Path) -> ParsedRoot {
    let is_tofu = is_tofu(root);
    let module = match load_module(root, "", Reading { top: repository, is_tofu }) {
        Ok(module) => module,
        Err(error) => {
            let detail = format!("The folder \"{}\" could not be read: {error}.", root.display());
            let mut module = ModuleSource::new(root.to_owned(), "");
            module.diagnostics.push(Diagnostic::error("Failed to read module directory", detail));
            module
        }
    };
    ParsedRoot { module: Arc::new(module), is_tofu }
}

/// Whether a root is OpenTofu's: its lock file says so, or, where that says nothing, it has `.tofu` files.
fn is_tofu(root: &Path) -> bool {
    let lock = root.join(".terraform.lock.hcl");
    let is_small = fs::metadata(&lock).is_ok_and(|metadata| metadata.is_file() && metadata.len() <= MAX_FILE_BYTES);
    let text = if is_small { fs::read_to_string(&lock).unwrap_or_default() } else { String::new() };
    let locks = |registry: &str| text.contains(&format!("provider \"{registry}/"));
    if locks("registry.opentofu.org") {
        return true;
    }
    let is_own = |name: String| name.ends_with(".tofu") || name.ends_with(".tofu.json");
    !locks("registry.terraform.io")
        && fs::read_dir(root)
            .into_iter()
            .flatten()
            .flatten()
            .any(|entry| entry.file_name().into_string().is_ok_and(is_own))
}

/// Reads the configuration files of a module folder. `display` is the folder as seen from the root, with `/`.
pub(crate) fn load_module(directory: &Path, display: &str, reading: Reading<'_>) -> io::Result<ModuleSource> {
    let mut module = ModuleSource::new(directory.to_owned(), display);
    let (mut base, mut overrides) = (Vec::new(), Vec::new());
    for name in configuration_files(directory, reading, &mut module)? {
        if is_override(&name) { overrides.push(name) } else { base.push(name) }
    }
    for name in base {
        if let Some(body) = read_file(&mut module, &name, reading) {
            module.add(body);
        }
    }
    for name in overrides {
        if let Some(body) = read_file(&mut module, &name, reading) {
            module.add_override(body);
        }
    }
    Ok(module)
}

/// The names of a folder's configuration files, sorted. OpenTofu takes `x.tofu` in place of `x.tf`; Terraform reads no
/// `.tofu` file.
fn configuration_files(directory: &Path, reading: Reading<'_>, module: &mut ModuleSource) -> io::Result<Vec<String>> {
    let mut names = BTreeSet::new();
    for entry in fs::read_dir(directory)? {
        let entry = entry?;
        let Ok(name) = entry.file_name().into_string() else { continue };
        let is_ignored = name.starts_with('.') || name.ends_with('~') || (name.starts_with('#') && name.ends_with('#'));
        let ends: &[&str] =
            if reading.is_tofu { &[".tf", ".tf.json", ".tofu", ".tofu.json"] } else { &[".tf", ".tf.json"] };
        let is_configuration = ends.iter().any(|end| name.ends_with(end));
        if is_configuration && !is_ignored && !entry.path().is_dir() {
            names.insert(name);
        }
    }
    if let Some(beyond) = names.iter().nth(MAX_FILES) {
        module.miss(start_of(beyond));
        let detail = format!(
            "The folder \"{}\" has {} configuration files; the first {MAX_FILES} are read.",
            directory.display(),
            names.len()
        );
        module.diagnostics.push(Diagnostic::error("Too many configuration files", detail));
    }
    let replaced = |name: &String| {
        let tofu = if let Some(stem) = name.strip_suffix(".tf.json") {
            format!("{stem}.tofu.json")
        } else if let Some(stem) = name.strip_suffix(".tf") {
            format!("{stem}.tofu")
        } else {
            return false;
        };
        names.contains(&tofu)
    };
    Ok(names.iter().filter(|name| !replaced(name)).take(MAX_FILES).cloned().collect())
}

fn is_override(name: &str) -> bool {
    let stem = [".tf.json", ".tofu.json", ".tf", ".tofu"].iter().find_map(|end| name.strip_suffix(end)).unwrap_or(name);
    stem == "override" || stem.ends_with("_override")
}

fn read_file(module: &mut ModuleSource, name: &str, reading: Reading<'_>) -> Option<Body> {
    let path = module.directory.join(name);
    let shown = if module.display.is_empty() { name.to_owned() } else { format!("{}/{name}", module.display) };
    let text = match read_text_within(&path, &shown, reading.top) {
        Ok(text) => text,
        Err(diagnostic) => {
            module.miss(start_of(&shown));
            module.diagnostics.push(*diagnostic);
            return None;
        }
    };
    let is_json = name.ends_with(".json");
    let ParsedFile { file, body, diagnostics, broken, unread } =
        if is_json { parse_json(shown.into(), text) } else { parse_native(shown.into(), text) };
    if let Some(range) = unread {
        module.miss(range);
    }
    module.is_incomplete |= diagnostics.iter().any(|diagnostic| diagnostic.severity == Severity::Error);
    module.files.push(file);
    module.diagnostics.extend(diagnostics);
    module.diagnostics.extend(block_check::check_file(&body, is_override(name)));
    module.broken.extend(broken);
    Some(body)
}

/// A file, as far as it could be read.
#[derive(Debug)]
pub(crate) struct ParsedFile {
    pub(crate) file: Arc<SourceFile>,
    pub(crate) body: Body,
    pub(crate) diagnostics: Vec<Diagnostic>,
    /// Blocks that could not be read, but whose headers could.
    pub(crate) broken: Vec<BrokenBlock>,
    /// Where the first part starts of which nobody knows what it declares.
    pub(crate) unread: Option<SourceRange>,
}

/// The place where a file starts that is not read.
fn start_of(file: &str) -> SourceRange {
    SourceFile::new(file, "").plain_range(0..0)
}

fn parse_json(name: Arc<str>, text: Arc<str>) -> ParsedFile {
    let json_body::ParsedJson { file, body, diagnostics, broken, is_lost } = json_body::parse_file(name, text);
    let unread = is_lost.then(|| file.plain_range(0..0));
    ParsedFile { file, body, diagnostics, broken, unread }
}

/// Parses a text in native syntax.
pub(crate) fn parse_native(name: Arc<str>, text: Arc<str>) -> ParsedFile {
    let parsed = hcl::parse(&text);
    native(name, text, parsed)
}

/// Parses a text in native syntax as it reads with some blanks made line breaks; places are those of the text.
/// `None` where that does not read without faults either.
pub(crate) fn parse_native_as(name: Arc<str>, text: Arc<str>, with_line_breaks: &str) -> Option<ParsedFile> {
    let parsed = hcl::parse(with_line_breaks);
    parsed.faults.is_empty().then(|| native(name, text, parsed))
}

fn native(name: Arc<str>, text: Arc<str>, parsed: hcl::ParsedText) -> ParsedFile {
    let file = Arc::new(SourceFile::new(name, text));
    let diagnostics = parsed
        .faults
        .into_iter()
        .map(|fault| Diagnostic::error(fault.summary, fault.detail).at(file.range(fault.span)))
        .collect();
    let (mut broken, mut unread) = (Vec::new(), None);
    for span in parsed.skipped {
        let found = broken_blocks(&file, span.clone());
        // A header that is written in an odd way may declare anything.
        let skipped = &file.text()[span.clone()];
        if found.is_empty() && (skipped.contains("resource") || skipped.contains("module")) {
            unread.get_or_insert_with(|| file.plain_range(span.start..span.start));
        }
        broken.extend(found);
    }
    let body = Body::from_syntax(parsed.body, &file);
    ParsedFile { file, body, diagnostics, broken, unread }
}

/// The resource and module blocks whose headers stand in a stretch that was skipped.
fn broken_blocks(file: &SourceFile, span: std::ops::Range<usize>) -> Vec<BrokenBlock> {
    let mut found = Vec::new();
    let mut offset = span.start;
    for line in file.text()[span].split_inclusive('\n') {
        let parts: Vec<&str> = line.split('"').collect();
        let labels = match parts.as_slice() {
            [kind, resource_type, blank, name, rest]
                if kind.trim_end() == "resource" && blank.trim().is_empty() && rest.trim_start().starts_with('{') =>
            {
                vec![(*resource_type).to_owned(), (*name).to_owned()]
            }
            [kind, name, rest] if kind.trim_end() == "module" && rest.trim_start().starts_with('{') => {
                vec![(*name).to_owned()]
            }
            _ => Vec::new(),
        };
        if !labels.is_empty() {
            let kind = if labels.len() == 2 { "resource" } else { "module" }.to_owned();
            let end = offset + line.trim_end().trim_end_matches('{').trim_end().len();
            found.push(BrokenBlock { kind, labels, range: file.range(offset..end) });
        }
        offset += line.len();
    }
    found
}

/// Reads a file as text, or says why not; a symbolic link must not lead out of `top`.
pub(crate) fn read_text_within(path: &Path, shown: &str, top: &Path) -> Result<Arc<str>, Box<Diagnostic>> {
    if fs::symlink_metadata(path).is_ok_and(|metadata| metadata.is_symlink()) && !is_within(path, top) {
        let detail =
            format!("The file \"{shown}\" could not be read: it is a link to a place outside of the repository.");
        return Err(Box::new(Diagnostic::error("Failed to read file", detail)));
    }
    read_text(path, shown)
}

/// Reads a file as text, or says why not.
pub(crate) fn read_text(path: &Path, shown: &str) -> Result<Arc<str>, Box<Diagnostic>> {
    let fail = |why: String| {
        Box::new(Diagnostic::error("Failed to read file", format!("The file \"{shown}\" could not be read: {why}.")))
    };
    let metadata = fs::metadata(path).map_err(|error| fail(error.to_string()))?;
    if !metadata.is_file() {
        return Err(fail("it is not a regular file".to_owned()));
    }
    if metadata.len() > MAX_FILE_BYTES {
        return Err(fail(format!("it has {} bytes, more than the {MAX_FILE_BYTES} that are read", metadata.len())));
    }
    let bytes = fs::read(path).map_err(|error| fail(error.to_string()))?;
    String::from_utf8(bytes).map(Into::into).map_err(|error| {
        let offset = error.utf8_error().valid_up_to();
        let text = String::from_utf8_lossy(error.as_bytes());
        let range = SourceFile::new(shown, text.as_ref()).plain_range(offset..offset + 1);
        let detail = "The file is not encoded in UTF-8.";
        Box::new(Diagnostic::error("Invalid character encoding", detail).at(range))
    })
}

/// Joins a folder as seen from the root with a relative path, without `.` and needless `..`.
pub(crate) fn join_display(base: &str, relative: &str) -> String {
    let mut parts: Vec<&str> = base.split('/').filter(|part| !part.is_empty()).collect();
    for part in relative.split('/') {
        match part {
            "" | "." => {}
            ".." if parts.last().is_some_and(|last| *last != "..") => {
                parts.pop();
            }
            other => parts.push(other),
        }
    }
    parts.join("/")
}

/// Whether a folder lies in another, symbolic links followed.
pub(crate) fn is_within(directory: &Path, top: &Path) -> bool {
    let resolve = |path: &Path| fs::canonicalize(path).unwrap_or_else(|_| PathBuf::from(path));
    resolve(directory).starts_with(resolve(top))
}

//! Asset files: snapshots, and exports of Cloud Asset Inventory. JSON lines, a JSON array, either of them gzipped.
//!
//! Owns the reading of the file; what an object is, is [`super::objects`]'s to say. A line that cannot be read is a
//! diagnostic, makes the listings of its type incomplete, and does not keep the others from being read. Main function:
//! [`read`].

mod entry;
mod lines;
mod listings;

use std::io::{self, BufRead};
use std::sync::Arc;

use thiserror::Error;

use self::entry::{Entry, Problem};
use self::lines::{Chunk, Chunks};
use self::listings::Coverage;
use super::objects::{Kinds, ObjectSet, learn_numbers};
use crate::catalog::Catalog;
use crate::model::{
    Diagnostic, Digests, Inventory, LiveKind, LiveObject, LiveSource, Position, ProjectNumbers, RedactionCheck,
    SourceRange,
};

/// How many faults of a kind are shown one by one; the others are counted.
const SHOWN: usize = 20;

/// Why an asset file gives nothing at all.
#[derive(Debug, Error)]
pub enum AssetError {
    /// It cannot be read to its end.
    #[error("read asset file `{path}`")]
    Read {
        /// The file.
        path: String,
        /// What the system says.
        source: io::Error,
    },
    /// It is text in another encoding than UTF-8.
    #[error("read asset file `{path}`: it is UTF-16; save it as UTF-8 (in PowerShell: `| Out-File -Encoding utf8`)")]
    Encoding {
        /// The file.
        path: String,
    },
    /// No line of it is an asset.
    #[error(
        "read asset file `{path}`: not one line of it is an asset ({problem}); expected a snapshot or the output of \
         `gcloud asset export --content-type=resource`"
    )]
    NotAssets {
        /// The file.
        path: String,
        /// What is wrong with the first line.
        problem: String,
    },
    /// A snapshot of a later format.
    #[error("read asset file `{path}`: it has snapshot format {version}, this program reads 1.x; update trueup")]
    Version {
        /// The file.
        path: String,
        /// The format that it has.
        version: String,
    },
}

/// Reads an asset file. `path` is its name for messages.
///
/// With a `trueup_snapshot` header the listings are the header's. Without one, each type that the file holds is
/// complete in each project that the file names.
///
/// # Errors
/// The file cannot be read, or nothing in it is an asset. Faults in single lines are diagnostics of the inventory.
pub fn read(reader: impl BufRead, path: &str, catalog: &Catalog) -> Result<Inventory, AssetError> {
    let kinds = Kinds::new(catalog);
    let mut reading = Reading::new(path);
    let mut chunks = Chunks::new(reader).map_err(|error| error.of_file(path))?;
    while let Some(chunk) = chunks.next().map_err(|error| error.of_file(path))? {
        reading.take(&kinds, chunk)?;
    }
    reading.finish(&kinds)
}

/// Assets that come one by one, as the pages of the inventory's API give them.
pub(crate) struct Pages<'c> {
    kinds: Kinds<'c>,
    reading: Reading,
    taken: usize,
}

impl<'c> Pages<'c> {
    /// Nothing is read yet. `label` is the source's name for messages.
    pub(crate) fn new(label: &str, catalog: &'c Catalog) -> Self {
        Self { kinds: Kinds::new(catalog), reading: Reading::new(label), taken: 0 }
    }

    /// Takes one asset, as JSON. One that cannot be read is a diagnostic.
    ///
    /// # Errors
    /// It says that it is of a format that this program does not know.
    pub(crate) fn take(&mut self, asset: &str) -> Result<(), AssetError> {
        self.taken += 1;
        let start = Position { line: self.taken, column: 1, byte: 0 };
        self.reading.take(&self.kinds, Chunk { start, text: Ok(asset.to_owned()) })
    }

    /// All that was read.
    ///
    /// # Errors
    /// Nothing of it was an asset.
    pub(crate) fn finish(self) -> Result<Inventory, AssetError> {
        if self.taken == 0 {
            // A scope that holds none of what was asked for is an answer too.
            return Ok(Inventory::default());
        }
        self.reading.finish(&self.kinds)
    }
}

struct Reading {
    path: Arc<str>,
    objects: ObjectSet<Position>,
    coverage: Coverage,
    numbers: ProjectNumbers,
    read_at: Option<String>,
    digests: Digests,
    redaction_check: Option<RedactionCheck>,
    diagnostics: Vec<Diagnostic>,
    problems: usize,
    first_problem: Option<String>,
    entries: usize,
}

impl Reading {
    fn new(path: &str) -> Self {
        Self {
            path: path.into(),
            objects: ObjectSet::new(),
            coverage: Coverage::default(),
            numbers: ProjectNumbers::default(),
            read_at: None,
            digests: Digests::new(),
            redaction_check: None,
            diagnostics: Vec::new(),
            problems: 0,
            first_problem: None,
            entries: 0,
        }
    }

    fn take(&mut self, kinds: &Kinds<'_>, chunk: Chunk) -> Result<(), AssetError> {
        let start = chunk.start;
        let parsed = match &chunk.text {
            Ok(text) => entry::parse(kinds, text),
            Err(unusable) => {
                let asset_type = entry::visible_type(&unusable.head);
                Err(Problem::new(unusable.problem.clone(), asset_type.as_deref()))
            }
        };
        match parsed {
            Ok(Entry::Header(header)) => {
                if header.format_version.split('.').next() != Some("1") {
                    let version = super::error::one_line(&header.format_version);
                    return Err(AssetError::Version { path: self.path.to_string(), version });
                }
                self.read_at = header.captured_at.or(self.read_at.take());
                self.redaction_check = header.redaction_check.map(RedactionCheck).or(self.redaction_check.take());
                header.projects.iter().for_each(|(number, id)| self.numbers.learn(number, id));
                self.coverage.declare(kinds, header.listings);
                self.entries += 1;
            }
            Ok(Entry::Asset(asset)) => {
                self.entries += 1;
                if let Some((number, id)) = &asset.project_number {
                    self.numbers.learn(number, id);
                }
                self.coverage.saw_project(asset.project.as_deref());
                if let Some((kind, object)) = asset.object {
                    if !asset.digests.is_empty() {
                        self.digests.insert(object.identity.clone(), asset.digests);
                    }
                    self.coverage.saw_type(kinds, kind);
                    learn_numbers(&mut self.numbers, &object);
                    self.objects.add(kinds, kind, object, start);
                }
            }
            Err(problem) => self.unreadable(kinds, start, problem),
        }
        Ok(())
    }

    fn unreadable(&mut self, kinds: &Kinds<'_>, start: Position, problem: Problem) {
        self.problems += 1;
        let reason = format!("line {} of {} cannot be read", start.line, self.path);
        let effect = self.coverage.unreadable(kinds, problem.asset_type.as_deref(), &reason);
        if self.first_problem.is_none() {
            self.first_problem = Some(format!("line {}: {}", start.line, problem.text));
        }
        if self.problems <= SHOWN {
            let detail = format!("{}. {effect}", capitalized(&problem.text));
            let (bytes, characters) = problem.offset;
            let at = Position { column: start.column + characters, byte: start.byte + bytes, ..start };
            self.diagnostics.push(Diagnostic::error("Unreadable asset", detail).at(self.range(at)));
        }
    }

    fn range(&self, at: Position) -> SourceRange {
        SourceRange { filename: Arc::clone(&self.path), start: at, end: at }
    }

    fn finish(mut self, kinds: &Kinds<'_>) -> Result<Inventory, AssetError> {
        if self.entries == 0
            && let Some(problem) = self.first_problem.take()
        {
            return Err(AssetError::NotAssets { path: self.path.to_string(), problem });
        }
        if self.problems > SHOWN {
            let more = self.problems - SHOWN;
            let detail = format!("{more} more lines of {} cannot be read.", self.path);
            self.diagnostics.push(Diagnostic::error("Unreadable assets", detail));
        }
        if self.entries == 0 {
            let detail = format!("{} holds nothing, so nothing is observed.", self.path);
            self.diagnostics.push(Diagnostic::warning("Empty asset file", detail));
        }
        let objects = std::mem::replace(&mut self.objects, ObjectSet::new());
        let (objects, duplicates) = objects.finish(&self.numbers, later_version);
        let more = duplicates.len().saturating_sub(SHOWN);
        for duplicate in duplicates.into_iter().take(SHOWN) {
            let detail = format!(
                "{} stands in line {} as well; line {} counts.",
                duplicate.identity,
                duplicate.kept.line.min(duplicate.passed_over.line),
                duplicate.kept.line
            );
            let at = self.range(if duplicate.kept.line > duplicate.passed_over.line {
                duplicate.kept
            } else {
                duplicate.passed_over
            });
            self.diagnostics.push(Diagnostic::warning("Asset given twice", detail).at(at));
        }
        if more > 0 {
            let detail = format!("{more} more lines of {} give an asset again.", self.path);
            self.diagnostics.push(Diagnostic::warning("Assets given twice", detail));
        }
        Ok(Inventory {
            source: LiveSource {
                kind: LiveKind::Assets,
                path: Some(self.path.to_string()),
                read_at: self.read_at,
                requests: 0,
                ..LiveSource::default()
            },
            objects,
            disabled: std::mem::take(&mut self.coverage.disabled),
            listings: self.coverage.listings(kinds, &self.numbers),
            projects: self.numbers,
            digests: self.digests,
            redaction_check: self.redaction_check,
            diagnostics: self.diagnostics,
        })
    }
}

/// Of two bodies of one object that different API versions gave, the later version's says more.
fn later_version(one: &LiveObject, other: &LiveObject) -> bool {
    match (&one.api_version, &other.api_version) {
        (Some(one), Some(other)) => one.starts_with("v2") && other.starts_with("v1"),
        _ => false,
    }
}

fn capitalized(text: &str) -> String {
    let mut characters = text.chars();
    characters.next().map_or_else(String::new, |first| first.to_uppercase().chain(characters).collect())
}

//! What the targets share: a root module on disk, written anew for each input, and its evaluation.
//!
//! Owns no input format but that of [`Root::write_all`]. The code under test reads folders, so each process keeps one
//! in memory (`/dev/shm` where there is one) and rewrites only files that change.

use std::collections::BTreeMap;
use std::fmt::{self, Write as _};
use std::fs;
use std::hash::{DefaultHasher, Hasher as _};
use std::path::{Path, PathBuf};

use tempfile::TempDir;
use trueup::catalog::Catalog;
use trueup::model::{InstanceAddress, RecordedAttributes, ReferenceData, State};
use trueup::terraform::backend::locate;
use trueup::terraform::config::{EvaluateOptions, Evaluated, evaluate, parse_root};
use trueup::terraform::settings;
use trueup::terraform::state::{self, StateReference};

/// The files that an input may hold. `m` and `m/n` are the folders of modules, `text` is there to be read by functions.
const NAMES: [&str; 12] = [
    "main.tf",
    "second.tf",
    "main_override.tf",
    "third.tf.json",
    "terraform.tfvars",
    "values.auto.tfvars.json",
    "m/main.tf",
    "m/n/main.tf",
    "text",
    "trueup.hcl",
    "terraform.tfstate",
    ".terraform/modules/modules.json",
];

/// A root module in a folder of its own.
pub struct Root {
    folder: TempDir,
    written: BTreeMap<&'static str, Vec<u8>>,
}

impl Root {
    /// An empty folder, in memory where the machine has such a place.
    pub fn new() -> Self {
        let memory = Path::new("/dev/shm");
        let place = if memory.is_dir() { memory.to_owned() } else { std::env::temp_dir() };
        let folder = tempfile::tempdir_in(place).expect("a temporary folder can be made");
        for inner in ["m/n", ".terraform/modules"] {
            fs::create_dir_all(folder.path().join(inner)).expect("a folder can be made");
        }
        Self { folder, written: BTreeMap::new() }
    }

    /// The folder.
    pub fn path(&self) -> &Path {
        self.folder.path()
    }

    /// Writes one file, and removes all others.
    pub fn write(&mut self, name: &'static str, text: &[u8]) -> PathBuf {
        self.update(BTreeMap::from([(name, text)]));
        self.path().join(name)
    }

    /// Writes the files of an input: text, cut by lines `-- NAME --` with one of [`NAMES`]. What stands before the first
    /// such line is `main.tf`. Of two parts with one name the later counts.
    pub fn write_all(&mut self, input: &[u8]) {
        let mut files = BTreeMap::new();
        let mut name = NAMES[0];
        let (mut start, mut at) = (0, 0);
        for line in input.split_inclusive(|byte| *byte == b'\n') {
            let title = line.trim_ascii_end().strip_prefix(b"-- ").and_then(|rest| rest.strip_suffix(b" --"));
            if let Some(next) = title.and_then(|title| NAMES.into_iter().find(|name| name.as_bytes() == title)) {
                files.insert(name, &input[start..at]);
                name = next;
                start = at + line.len();
            }
            at += line.len();
        }
        files.insert(name, &input[start..]);
        self.update(files);
    }

    fn update(&mut self, files: BTreeMap<&'static str, &[u8]>) {
        let folder = self.folder.path();
        self.written.retain(|name, _| {
            let stays = files.contains_key(name);
            if !stays {
                fs::remove_file(folder.join(name)).expect("a file of ours can be removed");
            }
            stays
        });
        for (name, bytes) in files {
            if self.written.get(name).is_none_or(|written| written != bytes) {
                fs::write(folder.join(name), bytes).expect("a file of ours can be written");
                self.written.insert(name, bytes.to_vec());
            }
        }
    }

    /// Parses and evaluates what stands in the folder, with the state and the settings that stand there.
    pub fn evaluate(&self, options: &EvaluateOptions) -> Evaluated {
        let root = parse_root(self.path());
        locate(&root, &options.workspace);
        let settings = self
            .written
            .contains_key("trueup.hcl")
            .then(|| settings::parse(&self.path().join("trueup.hcl"), self.path()));
        let state = self.written.get("terraform.tfstate").and_then(|bytes| state::parse(bytes.clone(), "state").ok());
        let recorded = Recorded(state.as_ref());
        evaluate(&root, settings.as_ref(), options, &recorded, Catalog::builtin())
    }

    /// Evaluates twice and compares.
    ///
    /// # Panics
    /// Where the second evaluation has another result than the first.
    pub fn evaluate_twice(&self, options: &EvaluateOptions) {
        let first = digest(&self.evaluate(options));
        assert_eq!(first, digest(&self.evaluate(options)), "the second evaluation differs from the first");
    }

    /// Options without anything from outside of the folder.
    pub fn options(&self) -> EvaluateOptions {
        EvaluateOptions::new(self.path())
    }
}

impl Default for Root {
    fn default() -> Self {
        Self::new()
    }
}

/// A state where there is one.
struct Recorded<'a>(Option<&'a State>);

impl ReferenceData for Recorded<'_> {
    fn attributes(&self, instance: &InstanceAddress) -> Option<RecordedAttributes> {
        self.0.and_then(|state| StateReference::new(state).attributes(instance))
    }
}

/// A number that two values share where their texts are equal, without keeping the texts.
pub fn digest(value: &impl fmt::Debug) -> u64 {
    struct Sink(DefaultHasher);
    impl fmt::Write for Sink {
        fn write_str(&mut self, text: &str) -> fmt::Result {
            self.0.write(text.as_bytes());
            Ok(())
        }
    }
    let mut sink = Sink(DefaultHasher::new());
    write!(sink, "{value:?}").expect("a digest takes any text");
    sink.0.finish()
}

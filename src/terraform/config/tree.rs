//! The tree of module calls, loaded before anything is evaluated.
//!
//! Owns finding the folder of each called module: local paths, and what `terraform init` has put below `.terraform`.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use serde::Deserialize;

use super::body::{Attribute, Block};
use super::load::{ParsedRoot, Reading, is_within, join_display, load_module};
use super::module::ModuleSource;
use super::scope::Constants;
use crate::model::{Diagnostic, Severity};
use crate::terraform::lang::{Allowance, Faults, FileContext, evaluate};

/// How many module calls a root may have in all, counted in every module that calls them.
const MAX_CALLS: usize = 10_000;
/// How deep module calls may nest.
const MAX_DEPTH: usize = 64;
/// How large `modules.json` may be, in bytes.
const MAX_MANIFEST_BYTES: u64 = 16 << 20;

/// A module of the tree: what it declares, and the modules that it calls.
#[derive(Debug)]
pub(crate) struct ModuleNode {
    pub(crate) source: Arc<ModuleSource>,
    /// The names of the calls that lead here; empty for the root.
    pub(crate) path: Vec<String>,
    /// The index of the module that calls this one; `None` for the root.
    pub(crate) caller: Option<usize>,
    /// By call name: the index of the called module, or why it cannot be read.
    pub(crate) children: BTreeMap<String, Result<usize, String>>,
}

/// All modules of a root; the root is the first.
#[derive(Debug)]
pub(crate) struct ModuleTree {
    pub(crate) nodes: Vec<ModuleNode>,
    /// Each module folder once, by its name as seen from the root.
    pub(crate) sources: BTreeMap<String, Arc<ModuleSource>>,
    /// What is wrong with calls.
    pub(crate) diagnostics: Vec<Diagnostic>,
}

impl ModuleTree {
    /// The module that calls one, and the `module` block that does; `None` for the root.
    pub(crate) fn call(&self, node: usize) -> Option<(usize, &Block)> {
        let own = &self.nodes[node];
        let caller = own.caller?;
        Some((caller, self.nodes[caller].source.calls.get(own.path.last()?)?))
    }

    /// How Terraform names a module: `the root module`, or the path of calls that leads there first.
    pub(crate) fn label(&self, module: &ModuleSource) -> String {
        let path = self.nodes.iter().find(|node| node.source.display == module.display).map(|node| &*node.path);
        match path {
            None | Some([]) => "the root module".to_owned(),
            Some(names) => names.iter().map(|name| format!("module.{name}")).collect::<Vec<_>>().join("."),
        }
    }
}

/// `.terraform/modules/modules.json`.
#[derive(Default, Deserialize)]
struct Manifest {
    #[serde(rename = "Modules", default)]
    modules: Vec<ManifestModule>,
}

#[derive(Deserialize)]
struct ManifestModule {
    #[serde(rename = "Key")]
    key: String,
    #[serde(rename = "Source", default)]
    source: String,
    #[serde(rename = "Dir")]
    directory: String,
}

/// Loads every module that the root calls, directly or not. `top` is the topmost folder that may be read.
pub(crate) fn load_tree(root: &ParsedRoot, top: &Path) -> ModuleTree {
    let directory = root.module.directory.clone();
    let reading = Reading { top, is_tofu: root.is_tofu };
    let installed = installed_modules(&directory, top);
    let source = Arc::clone(&root.module);
    let mut loader = Loader {
        root: directory,
        reading,
        installed,
        sources: BTreeMap::from([(String::new(), Arc::clone(&source))]),
        diagnostics: Vec::new(),
    };
    let mut nodes = vec![ModuleNode { source, path: Vec::new(), caller: None, children: BTreeMap::new() }];
    let mut ancestors: Vec<Vec<String>> = vec![vec![String::new()]];
    let mut index = 0;
    while index < nodes.len() && nodes.len() < MAX_CALLS {
        let source = Arc::clone(&nodes[index].source);
        for (name, call) in &source.calls {
            if nodes.len() >= MAX_CALLS {
                let detail = format!(
                    "The root has more than {MAX_CALLS} module calls, counted in every module that calls them, which is the limit. The modules beyond it are left out and their outputs are unknown."
                );
                let diagnostic = Diagnostic::error("Too many module calls", detail);
                loader.diagnostics.push(diagnostic.at(call.range.clone()));
                break;
            }
            let path: Vec<String> = nodes[index].path.iter().chain([name]).cloned().collect();
            let loaded = if path.len() > MAX_DEPTH {
                Err(Failure::not_here(format!("module calls nest deeper than {MAX_DEPTH}")))
            } else {
                loader.load(&source, call, &path, &ancestors[index])
            };
            let child = loaded.map(|child| {
                let mut above = ancestors[index].clone();
                above.push(child.display.clone());
                ancestors.push(above);
                nodes.push(ModuleNode { source: child, path, caller: Some(index), children: BTreeMap::new() });
                nodes.len() - 1
            });
            if let Err(Failure { reason, severity }) = &child {
                let detail = format!(
                    "The module \"{name}\" could not be read: {reason}. Its resources are left out and its outputs are unknown."
                );
                let diagnostic = Diagnostic::warning("Module not readable", detail).at(call.range.clone());
                loader.diagnostics.push(Diagnostic { severity: *severity, ..diagnostic });
            }
            nodes[index].children.insert(name.clone(), child.map_err(|failure| failure.reason));
        }
        index += 1;
    }
    ModuleTree { nodes, sources: loader.sources, diagnostics: loader.diagnostics }
}

/// Whether a module's source is a path in the file system.
pub(crate) fn is_local(source: &str) -> bool {
    ["./", "../", ".\\", "..\\"].iter().any(|start| source.starts_with(start)) || matches!(source, "." | "..")
}

/// Why a module cannot be read.
struct Failure {
    /// A fragment.
    reason: String,
    /// An error where Terraform would refuse it too; a warning where it may only not be installed here.
    severity: Severity,
}

impl Failure {
    fn not_here(reason: String) -> Self {
        Self { reason, severity: Severity::Warning }
    }

    fn refused(reason: String) -> Self {
        Self { reason, severity: Severity::Error }
    }
}

struct Loader<'p> {
    root: PathBuf,
    reading: Reading<'p>,
    installed: BTreeMap<String, InstalledModule>,
    sources: BTreeMap<String, Arc<ModuleSource>>,
    diagnostics: Vec<Diagnostic>,
}

impl Loader<'_> {
    fn load(
        &mut self,
        caller: &ModuleSource,
        call: &Block,
        path: &[String],
        ancestors: &[String],
    ) -> Result<Arc<ModuleSource>, Failure> {
        let Some(attribute) = call.body.attribute("source") else {
            return Err(Failure::refused("it has no \"source\" argument".to_owned()));
        };
        let Some(source) = constant_text(attribute) else {
            return Err(Failure::not_here("its source is not a plain string".to_owned()));
        };
        let display = if is_local(&source) {
            join_display(&caller.display, &source.replace('\\', "/"))
        } else {
            let Some(installed) = self.installed.get(&path.join(".")) else {
                let reason = format!("its source \"{source}\" is not local and is not installed below \".terraform\"");
                return Err(Failure::not_here(reason));
            };
            if installed.is_of_another_source(&source) {
                let reason = format!(
                    "what is installed for it below \".terraform\" comes from \"{}\", not from \"{source}\"",
                    installed.source
                );
                return Err(Failure::not_here(reason));
            }
            join_display("", &installed.directory)
        };
        if let Some(position) = ancestors.iter().position(|ancestor| *ancestor == display) {
            let shown = |folder: &String| if folder.is_empty() { ".".to_owned() } else { folder.clone() };
            let chain: Vec<String> = ancestors[position..].iter().chain([&display]).map(shown).collect();
            return Err(Failure::refused(format!("it calls itself: {}", chain.join(" -> "))));
        }
        if let Some(source) = self.sources.get(&display) {
            return Ok(Arc::clone(source));
        }
        let directory = self.root.join(&display);
        if !directory.is_dir() {
            let reason = format!("there is no folder \"{display}\"");
            return Err(if is_local(&source) { Failure::refused(reason) } else { Failure::not_here(reason) });
        }
        if !is_within(&directory, self.reading.top) {
            return Err(Failure::not_here(format!("the folder \"{display}\" lies outside of the repository")));
        }
        let module = load_module(&directory, &display, self.reading)
            .map_err(|error| Failure::not_here(format!("the folder \"{display}\" could not be read: {error}")))?;
        if module.files.is_empty() && !module.is_incomplete {
            // Terraform takes it for a module of nothing; here a submodule may only not be checked out.
            return Err(Failure::not_here(format!("the folder \"{display}\" has no configuration files")));
        }
        let module = Arc::new(module);
        self.sources.insert(display, Arc::clone(&module));
        Ok(module)
    }
}

/// The text of an argument that refers to nothing.
fn constant_text(attribute: &Attribute) -> Option<String> {
    if let Some(text) = attribute.expression.as_str() {
        return Some(text.to_owned());
    }
    let files = FileContext::default();
    let mut faults = Faults::new();
    let text = attribute.file.expression_text();
    let value = evaluate(
        &attribute.expression,
        text,
        &Constants { files: &files, allowance: &Allowance::default() },
        &mut faults,
    );
    value.as_str().filter(|_| !faults.has_errors()).map(str::to_owned)
}

/// A module that `terraform init` has put below `.terraform`.
struct InstalledModule {
    /// Where it came from, as Terraform writes it.
    source: String,
    /// The folder, as seen from the root.
    directory: String,
}

impl InstalledModule {
    /// Whether it certainly is another module than a call names. Only registry addresses are compared: others are
    /// written in many ways.
    fn is_of_another_source(&self, source: &str) -> bool {
        let address = |text: &str| {
            let (package, folder) = text.split_once("//").unwrap_or((text, ""));
            let parts: Vec<&str> = package.split('/').collect();
            let is_plain = parts.iter().all(|part| !part.is_empty() && !part.contains(':'));
            let parts = match parts.as_slice() {
                [host, rest @ ..] if rest.len() == 3 && host.contains('.') => rest,
                rest if rest.len() == 3 && !rest[0].contains('.') => rest,
                _ => return None,
            };
            is_plain.then(|| format!("{}//{folder}", parts.join("/")))
        };
        matches!((address(&self.source), address(source)), (Some(installed), Some(named)) if installed != named)
    }
}

/// The installed modules by the path of their call (`a.b`). Empty where the root is not initialized.
fn installed_modules(root: &Path, top: &Path) -> BTreeMap<String, InstalledModule> {
    let path = root.join(".terraform/modules/modules.json");
    let is_small = fs::metadata(&path).is_ok_and(|metadata| metadata.is_file() && metadata.len() <= MAX_MANIFEST_BYTES);
    let text = if is_small && is_within(&path, top) { fs::read(&path).unwrap_or_default() } else { Vec::new() };
    let manifest: Manifest = serde_json::from_slice(&text).unwrap_or_default();
    manifest
        .modules
        .into_iter()
        .filter(|module| !module.key.is_empty())
        .map(|module| {
            let directory = module.directory.replace('\\', "/");
            (module.key, InstalledModule { source: module.source, directory })
        })
        .collect()
}

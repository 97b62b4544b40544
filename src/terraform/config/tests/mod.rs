//! Roots in temporary folders, evaluated.

mod blocks;
mod conditions;
mod cycles;
mod declared;
mod files;
mod generated;
mod modules;
mod moves;
mod overrides;
mod properties;
mod providers;
mod references;
mod remote_state;
mod resources;
mod values;

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use tempfile::TempDir;

use super::{EvaluateOptions, Evaluated, VariableArgument, evaluate, parse_root_within};
use crate::model::{
    ArgumentFacts, AttributePath, Chain, ConfiguredInstance, Diagnostic, InstanceAddress, Nesting, Origin, Provenance,
    ProviderVersion, RecordedAttributes, ReferenceData, SchemaFacts, Value, ValueType,
};
use crate::terraform::settings;

/// A root to evaluate.
pub(crate) struct Root {
    folder: TempDir,
    pub(crate) options: EvaluateOptions,
    pub(crate) recorded: Recorded,
    pub(crate) facts: Facts,
    pub(crate) path: &'static str,
}

/// Recorded attributes by address.
#[derive(Default)]
pub(crate) struct Recorded(BTreeMap<String, RecordedAttributes>);

impl ReferenceData for Recorded {
    fn attributes(&self, instance: &InstanceAddress) -> Option<RecordedAttributes> {
        self.0.get(&instance.to_string()).cloned()
    }
}

/// Facts of the one type `google_known`.
#[derive(Default)]
pub(crate) struct Facts(BTreeMap<String, ArgumentFacts>);

pub(crate) fn fact(value_type: ValueType) -> ArgumentFacts {
    ArgumentFacts {
        block: None,
        value_type,
        is_required: false,
        required_since: None,
        is_optional: true,
        is_computed: false,
        default: None,
        is_sensitive: false,
    }
}

impl Facts {
    /// A type with one argument of each kind.
    pub(crate) fn known() -> Self {
        let block = |nesting| ArgumentFacts { block: Some(nesting), ..fact(ValueType::Object) };
        let computed = ArgumentFacts { is_optional: false, is_computed: true, ..fact(ValueType::String) };
        Self(BTreeMap::from([
            ("name".to_owned(), ArgumentFacts { is_required: true, is_optional: false, ..fact(ValueType::String) }),
            ("size".to_owned(), ArgumentFacts { default: Some(Value::from(10_i64)), ..fact(ValueType::Number) }),
            ("label".to_owned(), fact(ValueType::String)),
            ("region".to_owned(), ArgumentFacts { is_computed: true, ..fact(ValueType::String) }),
            ("user_labels".to_owned(), fact(ValueType::Map)),
            ("password".to_owned(), ArgumentFacts { is_sensitive: true, ..fact(ValueType::String) }),
            ("self_link".to_owned(), computed.clone()),
            ("settings".to_owned(), block(Nesting::Single)),
            ("settings.tier".to_owned(), fact(ValueType::String)),
            ("settings.etag".to_owned(), computed),
            ("rule".to_owned(), block(Nesting::List)),
            ("rule.port".to_owned(), fact(ValueType::Number)),
        ]))
    }
}

impl SchemaFacts for Facts {
    fn knows(&self, resource_type: &str) -> bool {
        resource_type == "google_known" && !self.0.is_empty()
    }

    fn argument(&self, _resource_type: &str, path: &[&str]) -> Option<ArgumentFacts> {
        self.0.get(&path.join(".")).cloned()
    }

    fn removed_in(&self, _resource_type: &str, path: &[&str]) -> Option<ProviderVersion> {
        matches!(path, ["gone"] | ["settings", "gone"]).then_some(ProviderVersion::new(4, 0, 0))
    }

    fn names(&self, _resource_type: &str, path: &[&str]) -> Vec<String> {
        let prefix = path.iter().map(|name| format!("{name}.")).collect::<String>();
        let below = self.0.keys().filter_map(|name| name.strip_prefix(&prefix));
        below.filter(|name| !name.contains('.')).map(str::to_owned).collect()
    }
}

/// A root of these files, by path from the repository's top, which is the root too.
pub(crate) fn root(files: &[(&str, &str)]) -> Root {
    let folder = TempDir::new().expect("a temporary folder");
    for (name, text) in files {
        let path = folder.path().join(name);
        fs::create_dir_all(path.parent().expect("a parent")).expect("created");
        fs::write(path, text).expect("written");
    }
    let options = EvaluateOptions::new(folder.path());
    Root { folder, options, recorded: Recorded::default(), facts: Facts::default(), path: "" }
}

/// A root of one file, `main.tf`.
pub(crate) fn main_tf(text: &str) -> Root {
    root(&[("main.tf", text)])
}

impl Root {
    pub(crate) fn folder(&self) -> &Path {
        self.folder.path()
    }

    pub(crate) fn known(mut self) -> Self {
        self.facts = Facts::known();
        self
    }

    /// One more argument of `google_known`.
    pub(crate) fn with_argument(mut self, path: &str, fact: ArgumentFacts) -> Self {
        self.facts.0.insert(path.to_owned(), fact);
        self
    }

    /// Records a resource with these attributes, as JSON.
    pub(crate) fn recorded(mut self, address: &str, json: &str) -> Self {
        let value = serde_json::from_str(json).expect("valid JSON");
        self.recorded.0.insert(address.to_owned(), RecordedAttributes { value, sensitive: Vec::new() });
        self
    }

    pub(crate) fn var(mut self, name: &str, text: &str) -> Self {
        let argument = VariableArgument::Assignment { name: name.to_owned(), text: text.to_owned() };
        self.options.variables.push(argument);
        self
    }

    pub(crate) fn environment(mut self, name: &str, text: &str) -> Self {
        self.options.environment.insert(name.to_owned(), text.to_owned());
        self
    }

    /// The places through which an argument came, outermost first.
    pub(crate) fn chain(&self, evaluated: &Evaluated, address: &str, at: &str) -> Chain {
        let (ranges, at) = (&evaluated.instance(address).arguments.ranges, path(at));
        let range = (0..=at.steps().len()).rev().find_map(|length| ranges.get(&at.steps()[..length]));
        let origin = Origin { range: range.unwrap_or_else(|| panic!("{at} is not given")).clone(), path: at };
        let tracer = evaluated.declarations.tracer(&self.recorded, &self.facts);
        tracer.chain(&address.parse().expect("an address"), &origin)
    }

    /// The same as `FILE:LINE`.
    pub(crate) fn places(&self, evaluated: &Evaluated, address: &str, at: &str) -> Vec<String> {
        self.chain(evaluated, address, at).places.iter().map(ToString::to_string).collect()
    }

    pub(crate) fn evaluate(&self) -> Evaluated {
        let directory = self.folder.path().join(self.path);
        let file = directory.join("trueup.hcl");
        let parsed = file.is_file().then(|| settings::parse(&file, &directory));
        evaluate(
            &parse_root_within(&directory, &self.options.repository),
            parsed.as_ref(),
            &self.options,
            &self.recorded,
            &self.facts,
        )
    }
}

/// `FILE:LINE SUMMARY: DETAIL` of each diagnostic.
pub(crate) fn lines(diagnostics: &[Diagnostic]) -> Vec<String> {
    diagnostics
        .iter()
        .map(|diagnostic| {
            let place = diagnostic.range.as_ref().map(|range| format!("{range} ")).unwrap_or_default();
            format!("{place}{}: {}", diagnostic.summary, diagnostic.detail)
        })
        .collect()
}

impl Evaluated {
    /// The addresses of all instances.
    pub(crate) fn addresses(&self) -> Vec<String> {
        self.configuration.instances.iter().map(|instance| instance.address.to_string()).collect()
    }

    pub(crate) fn instance(&self, address: &str) -> &ConfiguredInstance {
        let found = self.configuration.instances.iter().find(|instance| instance.address.to_string() == address);
        found.unwrap_or_else(|| panic!("{address} is not among {:?}", self.addresses()))
    }

    /// An argument of an instance, as compact text; `unknown: …` where it is unknown.
    pub(crate) fn argument(&self, address: &str, name: &str) -> String {
        match self.instance(address).arguments.value.get(name) {
            Some(value) => text(value),
            None => "(not given)".to_owned(),
        }
    }

    pub(crate) fn lines(&self) -> Vec<String> {
        lines(&self.configuration.diagnostics)
    }
}

/// An attribute path.
pub(crate) fn path(text: &str) -> AttributePath {
    text.parse().expect("a path")
}

/// A value as compact text.
pub(crate) fn text(value: &Value) -> String {
    let join = |elements: &[Value]| elements.iter().map(text).collect::<Vec<_>>().join(", ");
    match value {
        Value::Null => "null".to_owned(),
        Value::Bool(value) => value.to_string(),
        Value::Number(number) => number.to_string(),
        Value::String(text) => text.clone(),
        Value::List(elements) => format!("[{}]", join(elements)),
        Value::Set(elements) => format!("set[{}]", join(elements)),
        Value::Map(members) => {
            let members: Vec<String> = members.iter().map(|(name, value)| format!("{name}={}", text(value))).collect();
            format!("{{{}}}", members.join(", "))
        }
        Value::Unknown(reason) => format!("unknown: {reason}"),
    }
}

//! Every value of every sample root followed to where it is set: no panic, in bounded time, and where a literal stands at
//! the place, it is in the value.
//!
//! Needs the samples that lie beside the repository (or where `TRUEUP_SHARED` says); skipped where they are not. Prints
//! how far the values were followed, and what ended the way; `TRUEUP_SHOW="a function"` prints each value that ended there.

mod shared;

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;
use std::time::{Duration, Instant};

use hcl_edit::expr::Expression;
use serde_json::Value as Json;
use trueup::catalog::Catalog;
use trueup::model::{
    AttributePath, ConfiguredInstance, InstanceAddress, Origin, Provenance, RecordedAttributes, ReferenceData,
    SourceRange, Value,
};
use trueup::terraform::config::{EvaluateOptions, Evaluated, VariableArgument, evaluate, parse_root};

struct Nothing;

impl ReferenceData for Nothing {
    fn attributes(&self, _instance: &InstanceAddress) -> Option<RecordedAttributes> {
        None
    }
}

fn json(path: &Path) -> Json {
    serde_json::from_slice(&fs::read(path).expect("readable")).expect("valid JSON")
}

/// What was found.
#[derive(Default)]
struct Findings {
    values: usize,
    places: BTreeMap<usize, usize>,
    ends: BTreeMap<&'static str, usize>,
    faults: Vec<String>,
}

/// The known scalars of an instance, by path.
fn scalars(instance: &ConfiguredInstance) -> Vec<(AttributePath, String)> {
    let mut all = Vec::new();
    let mut open = vec![(AttributePath::root(), &instance.arguments.value)];
    while let Some((path, value)) = open.pop() {
        match value {
            Value::Map(members) => open.extend(members.iter().map(|(name, member)| (path.attribute(name), member))),
            Value::List(elements) | Value::Set(elements) => {
                open.extend(elements.iter().enumerate().map(|(index, element)| (path.index(index), element)));
            }
            Value::Bool(value) => all.push((path, value.to_string())),
            Value::Number(value) => all.push((path, value.to_string())),
            Value::String(text) => all.push((path, text.clone())),
            Value::Null | Value::Unknown(_) => {}
        }
    }
    all
}

/// The expression that stands at a place: alone, or after a name.
fn expression(text: &str) -> Option<Expression> {
    let starts = [0].into_iter().chain(text.match_indices(['=', ':']).map(|(at, _)| at + 1));
    starts.into_iter().find_map(|start| hcl_edit::parser::parse_expr(text[start..].trim()).ok())
}

/// What kind of expression it is, and its text where it is a literal.
fn end(expression: &Expression) -> (&'static str, Option<String>) {
    match expression {
        Expression::String(text) => ("a literal", Some(text.as_str().to_owned())),
        Expression::Number(number) => ("a literal", Some(number.value().to_string())),
        Expression::Bool(value) => ("a literal", Some(value.value().to_string())),
        Expression::StringTemplate(_) | Expression::HeredocTemplate(_) => ("a template", None),
        Expression::FuncCall(_) => ("a function", None),
        Expression::Traversal(_) | Expression::Variable(_) => ("a reference", None),
        Expression::Array(_) | Expression::Object(_) => ("a collection", None),
        Expression::Conditional(_) => ("a condition", None),
        Expression::ForExpr(_) => ("a loop", None),
        Expression::UnaryOp(_) | Expression::BinaryOp(_) => ("an operation", None),
        Expression::Parenthesis(inner) => end(inner.inner()),
        Expression::Null(_) => ("null", None),
    }
}

fn follow(root: &str, evaluated: &Evaluated, findings: &mut Findings) {
    let show = std::env::var("TRUEUP_SHOW").ok();
    let tracer = evaluated.declarations.tracer(&Nothing, Catalog::builtin());
    let sources = &evaluated.configuration.sources;
    let text =
        |place: &SourceRange| sources.get(&place.filename).and_then(|it| it.get(place.start.byte..place.end.byte));
    for instance in &evaluated.configuration.instances {
        for (path, value) in scalars(instance) {
            let ranges = &instance.arguments.ranges;
            let steps = path.steps();
            let Some(range) = (0..=steps.len()).rev().find_map(|length| ranges.get(&steps[..length])) else { continue };
            let chain = tracer.chain(&instance.address, &Origin { range: range.clone(), path: path.clone() });
            findings.values += 1;
            *findings.places.entry(chain.places.len()).or_default() += 1;
            let where_else = format!("{root}: {} {path} = {value:?}", instance.address);
            for place in &chain.places {
                if text(place).is_none_or(str::is_empty) && place.start != place.end {
                    findings.faults.push(format!("{where_else}: {place} is no place"));
                }
            }
            let Some(place) = chain.places.first() else { continue };
            let Some(outermost) = text(place) else { continue };
            // The header of a block, or a name that stands for what could not be told apart; in JSON it is in quotes.
            let rest = sources.get(&place.filename).map_or("", |it| &it[place.end.byte..]).trim_start();
            let expression = expression(outermost).filter(|_| !rest.starts_with(':'));
            let (kind, literal) = expression.map_or(("a name", None), |expression| end(&expression));
            if show.as_deref() == Some(kind) {
                shared::say(&format!("{where_else}: {place} {}", outermost.replace('\n', " ")));
            }
            *findings.ends.entry(kind).or_default() += 1;
            if let Some(literal) = literal
                && !value.to_lowercase().contains(&literal.to_lowercase())
                && literal.parse::<f64>().is_err()
            {
                findings.faults.push(format!("{where_else}: {:?}: {outermost}", chain.places));
            }
        }
    }
}

#[test]
fn what_stands_at_a_place_is_in_the_value() {
    let Some(samples) = shared::folder_with("samples/planned/index.json").map(|folder| folder.join("samples")) else {
        return;
    };
    let mut work: Vec<(String, Vec<VariableArgument>)> = Vec::new();
    for entry in json(&samples.join("hcl/manifest.json")).as_array().expect("a list") {
        work.push((entry["dir"].as_str().expect("text").to_owned(), Vec::new()));
    }
    let files = tempfile::tempdir().expect("a temporary directory");
    for entry in json(&samples.join("planned/index.json")).as_array().expect("a list") {
        let Some(file) = entry["file"].as_str() else { continue };
        let plan = json(&samples.join("planned").join(file));
        let variables = files.path().join(format!("{}.tfvars.json", work.len()));
        fs::write(&variables, plan["variables"].to_string()).expect("written");
        work.push((plan["root"].as_str().expect("text").to_owned(), vec![VariableArgument::File(variables)]));
    }
    let mut findings = Findings::default();
    let mut slow = Vec::new();
    for (root, variables) in &work {
        let folder = samples.join("hcl").join(root);
        let top = samples.join("hcl").join(root.split('/').next().expect("a first part"));
        let mut options = EvaluateOptions::new(top);
        options.variables.clone_from(variables);
        let evaluated = evaluate(&parse_root(&folder), None, &options, &Nothing, Catalog::builtin());
        let started = Instant::now();
        follow(root, &evaluated, &mut findings);
        if started.elapsed() > Duration::from_secs(5) {
            slow.push(format!("{root}: {:?}", started.elapsed()));
        }
    }
    let Findings { values, places, ends, faults } = findings;
    shared::say(&format!("{} roots, {values} values followed", work.len()));
    shared::say(&format!("places in a chain: {places:?}"));
    shared::say(&format!("what sets them: {ends:?}"));
    assert!(values > 0);
    assert!(faults.is_empty(), "{} faults:\n{}", faults.len(), faults.join("\n"));
    assert!(slow.is_empty(), "{slow:?}");
}

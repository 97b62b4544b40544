//! Variables and locals of the sample roots, evaluated and compared with what Terraform itself answers for each.
//!
//! Terraform was asked under defaults and automatic tfvars, with resources, data sources and modules cut away. Here the
//! whole root is evaluated, and a reference reached as the argument of an `expect` block, which is evaluated in the
//! scope of the root. Needs the samples that lie beside the repository (or where `TRUEUP_SHARED` says); skipped where
//! they are not.

mod shared;

use std::collections::{BTreeMap, BTreeSet};
use std::fs;

use serde::Deserialize;
use trueup::catalog::Catalog;
use trueup::model::{InstanceAddress, RecordedAttributes, ReferenceData, Value};
use trueup::terraform::config::{EvaluateOptions, evaluate, parse_root};
use trueup::terraform::settings;

/// A line of the samples.
#[derive(Deserialize)]
struct Answer {
    root: String,
    /// `var.NAME` or `local.NAME`
    #[serde(rename = "ref")]
    reference: String,
    json: Value,
}

struct Nothing;

impl ReferenceData for Nothing {
    fn attributes(&self, _instance: &InstanceAddress) -> Option<RecordedAttributes> {
        None
    }
}

/// What is unknown here although Terraform prints something: root, reference and why.
const EXPLAINED: &[(&str, &str, &str)] = &[
    (
        "click-to-deploy/document-ai/infra",
        "local.bq_table_id",
        "Terraform reports the null in the template as an error, and prints what is left of the text",
    ),
    (
        "click-to-deploy/streaming-data-to-analytics/terraform",
        "local.ingest_api_container",
        "Terraform reports the null in the template as an error, and prints what is left of the text",
    ),
];

/// How values that were worked out stand to Terraform's.
#[derive(Default)]
struct Count {
    equal: usize,
    /// Root, reference, and the reason of the first unknown in it; the rest is equal.
    unknown: Vec<(String, String, String)>,
    different: Vec<String>,
}

/// Whether a value is what Terraform has, as far as it is known. Terraform writes a set as an array.
fn agrees(value: &Value, answer: &Value) -> bool {
    match (value, answer) {
        (Value::Unknown(_), _) => true,
        (Value::List(elements), Value::List(answers)) => {
            elements.len() == answers.len() && elements.iter().zip(answers).all(|(value, answer)| agrees(value, answer))
        }
        (Value::Set(elements), Value::List(answers)) => {
            let mut left: Vec<&Value> = answers.iter().collect();
            elements.len() == answers.len()
                && elements.iter().all(|element| {
                    let found = left.iter().position(|answer| agrees(element, answer));
                    found.map(|index| left.remove(index)).is_some()
                })
        }
        (Value::Map(members), Value::Map(answers)) => {
            members.len() == answers.len()
                && members.iter().all(|(name, member)| answers.get(name).is_some_and(|answer| agrees(member, answer)))
        }
        (value, answer) => value == answer,
    }
}

#[test]
fn variables_and_locals_are_what_terraform_answers() {
    let Some(folder) = shared::folder_with("samples/oracle/values.jsonl") else { return };
    let samples = folder.join("samples");
    let text = fs::read_to_string(samples.join("oracle/values.jsonl")).expect("readable");
    let mut roots: BTreeMap<String, Vec<Answer>> = BTreeMap::new();
    for line in text.lines().filter(|line| !line.trim().is_empty()) {
        let answer: Answer = serde_json::from_str(line).expect("a line of JSON");
        roots.entry(answer.root.clone()).or_default().push(answer);
    }

    let mut count = Count::default();
    for (root, answers) in &roots {
        let arguments =
            answers.iter().enumerate().map(|(index, answer)| format!("  v{index} = {}\n", answer.reference));
        let block = format!("expect \"sample_values\" \"all\" {{\n{}}}\n", arguments.collect::<String>());
        let file = tempfile::Builder::new().suffix(".hcl").tempfile().expect("a temporary file");
        fs::write(file.path(), block).expect("written");
        let directory = samples.join("hcl").join(root);
        let top = samples.join("hcl").join(root.split('/').next().expect("a first part"));
        let settings = settings::parse(file.path(), &directory);
        let options = EvaluateOptions::new(top);
        let evaluated = evaluate(&parse_root(&directory), Some(&settings), &options, &Nothing, Catalog::builtin());
        let [expected] = evaluated.settings.expected.as_slice() else { panic!("{root}: no values") };
        for (index, answer) in answers.iter().enumerate() {
            match expected.arguments.value.get(&format!("v{index}")) {
                Some(value) if agrees(value, &answer.json) => match value.unknown_reason() {
                    None => count.equal += 1,
                    Some(reason) => {
                        count.unknown.push((root.clone(), answer.reference.clone(), reason.to_string()));
                    }
                },
                value => {
                    let line = format!("{root}: {} is {value:?} instead of {:?}", answer.reference, answer.json);
                    count.different.push(line);
                }
            }
        }
    }
    let Count { equal, unknown, different } = count;
    shared::say(&format!(
        "{} roots: {equal} values equal, {} unknown, {} different",
        roots.len(),
        unknown.len(),
        different.len()
    ));
    for (root, reference, reason) in &unknown {
        shared::say(&format!("    {root}: {reference} is unknown: {reason}"));
    }
    assert!(equal > 0);
    let explained: BTreeSet<(&str, &str)> = EXPLAINED.iter().map(|(root, reference, _)| (*root, *reference)).collect();
    let unknown = unknown.iter().map(|(root, reference, _)| (root.as_str(), reference.as_str())).collect();
    assert_eq!(explained, unknown, "what is unknown, and for which reason, stands in a list");
    assert!(different.is_empty(), "{} differ:\n{}", different.len(), different.join("\n"));
}

//! Compares the table of functions with the signatures that Terraform gives.

use std::collections::BTreeMap;
use std::path::PathBuf;

use crate::terraform::lang::evaluate::with_evaluator;
use crate::terraform::lang::functions::{self, Call, Function, Parameter};
use crate::terraform::lang::test_scope::TestScope;
use crate::terraform::lang::{Type, Val};

/// In the table and not among Terraform's: what 0.12 removed, and what only OpenTofu has.
const NOT_LISTED: &[&str] = &["list", "map", "base64gunzip", "cidrcontains", "urldecode"];
/// Take expressions rather than values, so that they are not in the table.
const OF_EXPRESSIONS: &[&str] = &["can", "try"];

fn parameter(prefix: &str, parameter: &Parameter) -> String {
    let null = if parameter.is_nullable { "?" } else { "" };
    format!("{prefix}{}: {}{null}", parameter.name, parameter.shape.of())
}

/// The type of the result for arguments of which only the types are known.
fn returned(function: &'static Function) -> String {
    let parameters: Vec<&Parameter> = function.parameters.iter().chain(&function.variadic).collect();
    if parameters.iter().any(|parameter| parameter.shape.of() == Type::Any && !parameter.is_dynamic) {
        return "any".to_owned();
    }
    let arguments: Vec<Val> =
        parameters.iter().map(|parameter| Val::unknown(parameter.shape.of(), "for the test")).collect();
    with_evaluator(&TestScope::default(), |evaluator| {
        match function.returns.of(&Call { function, arguments: &arguments, evaluator }) {
            Ok(of) => of.to_string(),
            Err(_) => panic!("{} has no type", function.name),
        }
    })
}

fn signature(function: &'static Function) -> String {
    let fixed = function.parameters.iter().map(|own| parameter("", own));
    let rest = function.variadic.iter().map(|own| parameter("...", own));
    let parameters: Vec<String> = fixed.chain(rest).collect();
    format!("{}({}): {}", function.name, parameters.join(", "), returned(function))
}

#[test]
fn the_table_has_the_functions_of_terraform() {
    let path = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("testdata/functions/signatures.txt");
    let text = std::fs::read_to_string(path).expect("readable");
    let lines = text.lines().filter(|line| !line.is_empty() && !line.starts_with('#'));
    let mut expected: BTreeMap<&str, &str> =
        lines.map(|line| (line.split('(').next().unwrap_or_default(), line)).collect();
    assert!(expected.len() > 100);
    for name in OF_EXPRESSIONS {
        assert!(expected.remove(name).is_some());
    }
    for name in functions::names().into_iter().filter(|name| !NOT_LISTED.contains(name)) {
        let own = signature(functions::find(name).expect("listed"));
        match expected.remove(name) {
            // Its first parameter takes an expression, whose value is looked at as it is.
            Some(line) if name == "templatestring" => {
                assert_eq!(own.replace("template: any", "template: string").replace("): any", "): string"), line);
            }
            Some(line) => assert_eq!(own, line),
            None => panic!("Terraform has no {own}"),
        }
    }
    assert!(expected.is_empty(), "missing: {:?}", expected.values());
    assert!(NOT_LISTED.iter().all(|name| functions::find(name).is_some()));
}

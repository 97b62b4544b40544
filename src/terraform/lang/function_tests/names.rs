//! How functions are found by name, and which providers' functions are called.

use crate::terraform::lang::test_scope::{TestScope, evaluate_text};
use crate::terraform::lang::{Fault, Val};

fn with_providers(providers: &[(&str, &str)]) -> TestScope {
    let providers = providers.iter().map(|(local, source)| ((*local).to_owned(), (*source).to_owned()));
    TestScope { providers: providers.collect(), ..TestScope::default() }
}

fn fault(call: &str, scope: &TestScope) -> Fault {
    let (value, faults) = evaluate_text(call, scope);
    assert!(!value.is_known(), "{call}: {value:?}");
    faults.into_iter().next().unwrap_or_else(|| panic!("{call} has no fault"))
}

#[test]
fn unknown_functions_are_faults_with_a_hint() {
    let scope = TestScope::default();
    for (call, summary, detail) in [
        ("uper(1)", "Call to unknown function", "There is no function named \"uper\". Did you mean \"upper\"?"),
        ("nothing_like_it(1)", "Call to unknown function", "There is no function named \"nothing_like_it\"."),
        ("type(1)", "Call to unknown function", "There is no function named \"type\"."),
        ("core::uper(1)", "Unknown provider function", "The function namespace \"core\" is not valid."),
        ("foo::bar(1)", "Unknown provider function", "The function namespace \"foo\" is not valid."),
        ("provider::x(1)", "Unknown provider function", "must include the provider name"),
    ] {
        let fault = fault(call, &scope);
        assert_eq!(fault.summary, summary, "{call}");
        assert!(fault.detail.starts_with(detail) || fault.detail.contains(detail), "{call}: {}", fault.detail);
        assert!(fault.span.is_some(), "{call}");
    }
}

#[test]
fn every_built_in_function_also_goes_by_core() {
    let scope = TestScope::default();
    assert_eq!(evaluate_text("core::upper(\"a\")", &scope), (Val::string("A"), Vec::new()));
    assert_eq!(evaluate_text("core::try({}.a, 1)", &scope), (Val::number(1_i64), Vec::new()));
    let fault = fault("core::upper(null)", &scope);
    assert_eq!(fault.detail, "Invalid value for \"str\" parameter: argument must not be null.");
    let list = super::names::fault("core::list(1)", &scope);
    assert!(list.detail.starts_with("Call to function \"core::list\" failed"), "{}", list.detail);
}

#[test]
fn a_provider_goes_by_the_name_under_which_it_is_required() {
    let call = |local: &str| format!("provider::{local}::region_from_zone(\"us-central1-a\")");
    for source in [
        "google",
        "hashicorp/google",
        "hashicorp/google-beta",
        "registry.terraform.io/hashicorp/google",
        "registry.opentofu.org/hashicorp/google-beta",
    ] {
        let scope = with_providers(&[("g", source)]);
        assert_eq!(evaluate_text(&call("g"), &scope), (Val::string("us-central1"), Vec::new()), "{source}");
        let missing = fault(&call("google"), &scope);
        assert_eq!(missing.summary, "Unknown provider function");
        assert!(missing.detail.contains("is declared in this module's required_providers block"), "{}", missing.detail);
    }
}

#[test]
fn functions_of_other_providers_are_unknown_and_named() {
    let scope = with_providers(&[("google", "acme/google"), ("aws", "hashicorp/aws")]);
    for (call, named) in [
        ("provider::google::region_from_zone(\"a-b-c\")", "acme/google"),
        ("provider::aws::arn_parse(\"x\")", "hashicorp/aws"),
    ] {
        let (value, faults) = evaluate_text(call, &scope);
        assert!(faults.is_empty(), "{call}: {faults:?}");
        let reason = value.unknown_reason().expect("unknown");
        assert!(reason.contains(named) && reason.contains("`provider::"), "{reason}");
    }
    let sensitive = "provider::aws::arn_parse(sensitive(\"x\"))";
    assert!(evaluate_text(sensitive, &scope).0.is_sensitive());
    assert!(!evaluate_text("provider::aws::arn_parse(nothing)", &scope).1.is_empty());
}

#[test]
fn a_name_that_the_google_provider_lacks_is_a_fault_with_a_hint() {
    let scope = with_providers(&[("google", "hashicorp/google")]);
    let near = fault("provider::google::zone_from_ids(\"a\")", &scope);
    assert!(near.detail.ends_with("Did you mean \"zone_from_id\"?"), "{}", near.detail);
    let far = fault("provider::google::parse(\"a\")", &scope);
    assert!(far.detail.contains("location_from_id, name_from_id"), "{}", far.detail);
    let deep = fault("provider::google::a::b(\"a\")", &scope);
    assert!(deep.detail.contains("provider::google::a::b"), "{}", deep.detail);
}

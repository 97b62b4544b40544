//! What Terraform would have shown of a difference, with the reason.

use std::collections::BTreeSet;
use std::sync::Arc;

use super::Verdict;
use crate::model::{
    AttributeFacts, AttributePath, Exception, NormalizedResource, PathStep, PlanVisibility, Side, Value,
};

/// How Terraform stands to a resource.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Standing {
    /// In state and configuration.
    Managed,
    /// In the state; the configuration was not read there.
    ConfigurationNotRead,
    /// In the state only: a plan destroys it.
    ToBeDestroyed,
    /// Not in the state: no Terraform command reads it.
    NotInState,
}

/// A visibility and why, as a fragment.
pub(crate) type Shown = (PlanVisibility, Arc<str>);

/// What Terraform shows of an attribute with this verdict. `configuration` is the resource as configured, `live` what is
/// live of the attribute.
pub(crate) fn visibility(
    standing: Standing,
    verdict: Verdict,
    facts: &AttributeFacts,
    path: &AttributePath,
    configuration: Option<&NormalizedResource>,
    live: Option<&Value>,
) -> Shown {
    let rule = &facts.visibility;
    match standing {
        Standing::NotInState => {
            return (PlanVisibility::Hidden, "it is not in the state, and Terraform reads only what is".into());
        }
        Standing::ToBeDestroyed => {
            return (PlanVisibility::Shown, "the configuration does not have it, so a plan destroys it".into());
        }
        Standing::Managed | Standing::ConfigurationNotRead => {}
    }
    match verdict {
        Verdict::Pending => {
            return (PlanVisibility::Shown, "a plan changes it to what the configuration says".into());
        }
        Verdict::Converged => {
            return (
                PlanVisibility::RefreshOnly,
                "the configuration says the same already, so a plan has nothing to change".into(),
            );
        }
        // The provider does not read it, so a plan compares the configuration with the recorded value.
        Verdict::Conflict if rule.set.0 == PlanVisibility::Hidden => {
            return (
                PlanVisibility::Shown,
                "a plan shows it as a change of the recorded value; what is live it does not read".into(),
            );
        }
        Verdict::Conflict | Verdict::Drifted | Verdict::NotComparable | Verdict::InSync => {}
    }
    let Some(configuration) = configuration else {
        if rule.set.0 == rule.unset.0 {
            return rule.set.clone();
        }
        let reason =
            format!("{}; the configuration was not read, and where it sets this, it is otherwise", rule.unset.1);
        return (rule.unset.0, reason.into());
    };
    match configuration.side(path) {
        Side::Value(_) | Side::Unknown(_) => rule.set.clone(),
        Side::Unset { .. } if is_taken_for_unset(facts, live) => {
            (PlanVisibility::RefreshOnly, "the provider takes this value for the same as none".into())
        }
        Side::Unset { counts_as } => absent_block(configuration, path)
            .filter(|_| rule.set.0 != PlanVisibility::Hidden && rule.unset.0 != PlanVisibility::Hidden)
            .map_or_else(|| rule.unset.clone(), |block| within_absent(&block, counts_as.is_some())),
        Side::NotObserved(_) | Side::NotRecorded => rule.unset.clone(),
    }
}

/// What `ignore_changes` leaves of a visibility.
pub(crate) fn under_ignore_changes(verdict: Verdict) -> Shown {
    if verdict == Verdict::Pending {
        (PlanVisibility::Hidden, "ignore_changes keeps the configuration's value out of a plan".into())
    } else {
        (PlanVisibility::RefreshOnly, "ignore_changes keeps a plan from showing it".into())
    }
}

/// Whether the provider takes the live value for an argument that is not given. Of a list or set the elements count.
pub(super) fn is_taken_for_unset(facts: &AttributeFacts, live: Option<&Value>) -> bool {
    let (Some(Exception::UnsetEquals(value)), Some(live)) = (&facts.exception, live) else { return false };
    match (value.as_elements(), live.as_elements()) {
        (Some(value), Some(live)) => value.iter().collect::<BTreeSet<_>>() == live.iter().collect::<BTreeSet<_>>(),
        _ => value == live,
    }
}

/// The block that the configuration does not have and in which the argument at `path` stands.
fn absent_block(configuration: &NormalizedResource, path: &AttributePath) -> Option<AttributePath> {
    // A member of a map stands in no block.
    if configuration.leaves.contains_key(path) || !matches!(path.steps().last(), Some(PathStep::Attribute(_))) {
        return None;
    }
    let steps = path.steps();
    (1..steps.len())
        .rev()
        .find_map(|length| configuration.below.get_key_value(&steps[..length]))
        .map(|(block, _)| block.clone())
}

fn within_absent(block: &AttributePath, counts_as_null: bool) -> Shown {
    if counts_as_null {
        (PlanVisibility::Shown, format!("the configuration has no `{block}`, so a plan removes it").into())
    } else {
        (
            PlanVisibility::RefreshOnly,
            format!("the configuration has no `{block}`, so Terraform accepts what Google has").into(),
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::compare::samples;
    use crate::model::{Replacement, Value, VisibilityRule};

    fn facts(set: PlanVisibility, unset: PlanVisibility) -> AttributeFacts {
        AttributeFacts {
            row: "block.argument".to_owned(),
            is_compared: true,
            is_identity: false,
            replacement: Replacement::Never,
            visibility: VisibilityRule { set: (set, "set".into()), unset: (unset, "unset".into()) },
            exception: None,
        }
    }

    fn shown(below: &[(&str, Side)], leaves: &[(&str, Side)], path: &str) -> (PlanVisibility, String) {
        let mut resource = samples::resource("google_x", leaves);
        for (path, side) in below {
            resource.below.insert(path.parse().expect("path"), side.clone());
        }
        let facts = facts(PlanVisibility::Shown, PlanVisibility::RefreshOnly);
        let path = path.parse().expect("path");
        let (visibility, reason) =
            visibility(Standing::Managed, Verdict::Drifted, &facts, &path, Some(&resource), None);
        (visibility, reason.to_string())
    }

    #[test]
    fn given_arguments_follow_one_rule_and_others_another() {
        let given = [("a", Side::Value(Value::from("x")))];
        assert_eq!(shown(&[], &given, "a").1, "set");
        assert_eq!(shown(&[], &[("a", Side::Unknown("why".into()))], "a").1, "set");
        assert_eq!(shown(&[], &[("a", Side::Unset { counts_as: None })], "a").1, "unset");
        assert_eq!(shown(&[("", Side::Unset { counts_as: Some(Value::Null) })], &[], "a").1, "unset");
    }

    #[test]
    fn arguments_of_an_absent_block_follow_the_block() {
        let dropped = [("block", Side::Unset { counts_as: None })];
        assert_eq!(shown(&dropped, &[], "block[0].argument").0, PlanVisibility::RefreshOnly);
        let null = [("block", Side::Unset { counts_as: Some(Value::Null) })];
        assert_eq!(shown(&null, &[], "block[0].argument").0, PlanVisibility::Shown);
        assert_eq!(shown(&null, &[], "block[\"member\"]").1, "unset", "a map is no block");
    }

    #[test]
    fn a_value_that_the_provider_takes_for_none_is_seen_by_a_refresh_only() {
        let mut facts = facts(PlanVisibility::Shown, PlanVisibility::Shown);
        facts.exception = Some(Exception::UnsetEquals(Value::from("everywhere")));
        let path = "a".parse().expect("path");
        let of = |facts: &AttributeFacts, side: Side, live: &str| {
            let resource = samples::resource("google_x", &[("a", side)]);
            let live = Value::from(live);
            visibility(Standing::Managed, Verdict::Drifted, facts, &path, Some(&resource), Some(&live)).0
        };
        let unset = || Side::Unset { counts_as: Some(Value::Null) };
        assert_eq!(of(&facts, unset(), "everywhere"), PlanVisibility::RefreshOnly);
        assert_eq!(of(&facts, unset(), "elsewhere"), PlanVisibility::Shown);
        assert_eq!(of(&facts, Side::Value(Value::from("here")), "everywhere"), PlanVisibility::Shown);
        facts.exception = Some(Exception::UnsetEquals(Value::List(vec!["b".into(), "a".into()])));
        assert!(is_taken_for_unset(&facts, Some(&Value::set(vec!["a".into(), "b".into()]))), "order does not count");
        assert!(!is_taken_for_unset(&facts, Some(&Value::set(vec!["a".into()]))));
    }

    #[test]
    fn what_terraform_does_not_manage_is_hidden_from_it() {
        let facts = facts(PlanVisibility::Shown, PlanVisibility::Shown);
        let path = "a".parse().expect("path");
        let of = |standing, verdict| visibility(standing, verdict, &facts, &path, None, None).0;
        assert_eq!(of(Standing::NotInState, Verdict::Drifted), PlanVisibility::Hidden);
        assert_eq!(of(Standing::ToBeDestroyed, Verdict::Drifted), PlanVisibility::Shown);
        assert_eq!(of(Standing::Managed, Verdict::Converged), PlanVisibility::RefreshOnly);
        assert_eq!(of(Standing::Managed, Verdict::Pending), PlanVisibility::Shown);
    }
}

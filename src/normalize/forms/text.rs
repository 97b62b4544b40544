//! Small forms of names: the last path segment, enums in upper case, and projects by id or number.

use crate::normalize::scope::Scope;

/// The last non-empty segment of a path; a bare name is its own.
pub(super) fn last_segment(text: &str) -> String {
    let text = text.trim_end_matches('/');
    text.rsplit('/').next().unwrap_or(text).to_owned()
}

/// Upper case, `_` for `-`: `pd-ssd` is `PD_SSD`.
pub(super) fn upper_snake(text: &str) -> String {
    text.to_uppercase().replace('-', "_")
}

/// An enum's value; nothing for the one that says that there is none.
pub(super) fn specified(text: &str) -> String {
    if text.ends_with("_UNSPECIFIED") { String::new() } else { text.to_owned() }
}

/// The id of a project that is given by id, by number or as `projects/…`; a number that is not known stays.
pub(super) fn project(text: &str, scope: &Scope<'_>) -> String {
    let name = text.strip_prefix("projects/").filter(|name| !name.is_empty() && !name.contains('/')).unwrap_or(text);
    scope.numbers().id(name).to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::ProjectNumbers;

    #[test]
    fn id_and_number_of_a_project_are_one() {
        let mut numbers = ProjectNumbers::default();
        numbers.learn("12", "p");
        let scope = Scope::new(None, None, &numbers);
        assert_eq!(["12", "p", "projects/12", "projects/p"].map(|text| project(text, &scope)), ["p"; 4]);
        assert_eq!(
            ["13", "projects/13", "projects/", "a/b"].map(|text| project(text, &scope)),
            ["13", "13", "projects/", "a/b"]
        );
    }

    #[test]
    fn a_name_equals_the_link_that_ends_in_it() {
        assert_eq!(last_segment("projects/p/locations/r/connectors/c"), last_segment("c"));
        assert_eq!(last_segment("https://x/regions/r/"), "r");
    }

    #[test]
    fn what_is_not_specified_is_nothing() {
        assert_eq!(specified("VERSION_POLICY_UNSPECIFIED"), "");
        assert_eq!(specified("RELEASE"), "RELEASE");
    }

    #[test]
    fn hyphens_and_case_of_an_enum_do_not_count() {
        assert_eq!(upper_snake("pd-ssd"), upper_snake("PD_SSD"));
    }
}

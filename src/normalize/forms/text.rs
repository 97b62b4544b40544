//! Small forms of names: the last path segment, and enums in upper case.

/// The last non-empty segment of a path; a bare name is its own.
pub(super) fn last_segment(text: &str) -> String {
    let text = text.trim_end_matches('/');
    text.rsplit('/').next().unwrap_or(text).to_owned()
}

/// Upper case, `_` for `-`: `pd-ssd` is `PD_SSD`.
pub(super) fn upper_snake(text: &str) -> String {
    text.to_uppercase().replace('-', "_")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_equals_the_link_that_ends_in_it() {
        assert_eq!(last_segment("projects/p/locations/r/connectors/c"), last_segment("c"));
        assert_eq!(last_segment("https://x/regions/r/"), "r");
    }

    #[test]
    fn hyphens_and_case_of_an_enum_do_not_count() {
        assert_eq!(upper_snake("pd-ssd"), upper_snake("PD_SSD"));
    }
}

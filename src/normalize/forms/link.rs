//! Links to other objects: self links of any version, full names, partial paths and bare names.

use crate::normalize::scope::Scope;

/// The path from `projects/` on, the project as id where its number is known.
///
/// Partial paths (`regions/r/x/n`, `global/x/n`) get the resource's own project in front. A bare name is completed
/// where the row says in which collection it stands (`global/networks`, `regions/{location}/subnetworks`) and the
/// project (and location) of the resource is known: that is how the API reads it. Otherwise it stays bare.
pub(super) fn canonical(text: &str, collection: Option<&str>, scope: &Scope<'_>) -> String {
    let text = text.trim_end_matches('/');
    if let Some(path) = from_projects(text) {
        return scope.numbers().with_id(path);
    }
    if text.contains("://") || text.starts_with("//") {
        return text.to_owned();
    }
    let Some(project) = scope.project() else {
        return text.to_owned();
    };
    if is_partial(text) {
        return format!("projects/{project}/{text}");
    }
    if text.is_empty() || text.contains(['/', ':', ' ', '@']) {
        return text.to_owned();
    }
    let Some(collection) = collection else {
        return text.to_owned();
    };
    if !collection.contains("{location}") {
        return format!("projects/{project}/{collection}/{text}");
    }
    match scope.location() {
        Some(location) => format!("projects/{project}/{}/{text}", collection.replace("{location}", location)),
        None => text.to_owned(),
    }
}

/// What stands from `projects/` on, where that begins a path segment and something follows.
fn from_projects(text: &str) -> Option<&str> {
    const PROJECTS: &str = "projects/";
    let mut offset = 0;
    while let Some(found) = text[offset..].find(PROJECTS) {
        let start = offset + found;
        if (start == 0 || text.as_bytes()[start - 1] == b'/') && text.len() > start + PROJECTS.len() {
            return Some(&text[start..]);
        }
        offset = start + PROJECTS.len();
    }
    None
}

/// Whether a text is a path that lacks only the project.
fn is_partial(text: &str) -> bool {
    let mut segments = text.split('/');
    let (Some(first), Some(second), Some(_)) = (segments.next(), segments.next(), segments.next()) else {
        return false;
    };
    matches!(first, "global" | "regions" | "zones" | "locations") && !second.is_empty()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::ProjectNumbers;

    fn link(text: &str, collection: Option<&str>) -> String {
        let mut numbers = ProjectNumbers::default();
        numbers.learn("123", "p");
        canonical(text, collection, &Scope::new(Some("p"), Some("r"), &numbers))
    }

    #[test]
    fn every_spelling_of_one_network_is_one_path() {
        for text in [
            "https://www.googleapis.com/compute/v1/projects/p/global/networks/n",
            "https://www.googleapis.com/compute/beta/projects/p/global/networks/n",
            "https://compute.googleapis.com/compute/v1/projects/123/global/networks/n",
            "//compute.googleapis.com/projects/p/global/networks/n",
            "projects/p/global/networks/n",
            "projects/123/global/networks/n/",
            "global/networks/n",
            "n",
        ] {
            assert_eq!(link(text, Some("global/networks")), "projects/p/global/networks/n", "{text}");
        }
    }

    #[test]
    fn a_regional_bare_name_takes_the_region_of_the_resource() {
        assert_eq!(link("s", Some("regions/{location}/subnetworks")), "projects/p/regions/r/subnetworks/s");
        assert_eq!(link("regions/q/subnetworks/s", None), "projects/p/regions/q/subnetworks/s");
    }

    #[test]
    fn objects_of_other_projects_stay_apart() {
        assert_ne!(
            link("projects/other/global/networks/n", Some("global/networks")),
            link("n", Some("global/networks"))
        );
    }

    #[test]
    fn what_cannot_be_completed_stays_as_it_is() {
        let numbers = ProjectNumbers::default();
        let nowhere = Scope::new(None, None, &numbers);
        assert_eq!(canonical("n", Some("global/networks"), &nowhere), "n");
        assert_eq!(link("n", None), "n");
        assert_eq!(link("https://example.com/x", None), "https://example.com/x");
        assert_eq!(link("myprojects/x", None), "myprojects/x");
    }
}

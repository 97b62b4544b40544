//! Names by which resources refer to each other: networks, connectors, Cloud SQL instances.

/// A network: project and name. Ordered by name, then project.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct NetworkName {
    /// Its own name.
    pub(crate) name: String,
    /// The project, an id or a number; `None` where nothing says it.
    pub(crate) project: Option<String>,
    /// The project was not written but taken from the resource that refers to the network. In a Shared VPC that can
    /// be wrong.
    pub(crate) is_project_assumed: bool,
}

impl NetworkName {
    /// A network link, partial path or bare name, in the project of the resource that refers to it.
    pub(crate) fn from_link(link: &str, own_project: Option<&str>) -> Self {
        let stated = segment_after(link, "projects");
        Self {
            name: last_segment(link).to_owned(),
            project: stated.or(own_project).map(str::to_owned),
            is_project_assumed: stated.is_none(),
        }
    }

    /// Whether both are the same network; `None` where that cannot be said (an assumed project, or an id against a
    /// number).
    pub(crate) fn is_same(&self, other: &Self) -> Option<bool> {
        if self.name != other.name {
            return Some(false);
        }
        match (&self.project, &other.project) {
            (Some(own), Some(others)) if own == others => Some(true),
            (Some(own), Some(others)) => {
                let certain = !self.is_project_assumed && !other.is_project_assumed;
                (certain && is_number(own) == is_number(others)).then_some(false)
            }
            _ => None,
        }
    }
}

/// A regional object: a connector, a subnetwork.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct ObjectName {
    /// The project, an id or a number.
    pub(crate) project: String,
    /// The region or location.
    pub(crate) location: String,
    /// Its own name.
    pub(crate) name: String,
}

impl ObjectName {
    /// A link, full name or bare name; what it leaves out is taken from the resource that refers to it. `None` where
    /// project or location stay open.
    pub(crate) fn from_link(link: &str, own_project: Option<&str>, own_location: Option<&str>) -> Option<Self> {
        let location = segment_after(link, "locations").or_else(|| segment_after(link, "regions")).or(own_location)?;
        let project = segment_after(link, "projects").or(own_project)?;
        Some(Self { project: project.to_owned(), location: location.to_owned(), name: last_segment(link).to_owned() })
    }
}

/// The connection name of a Cloud SQL instance: `PROJECT:REGION:INSTANCE`. A domain-scoped project holds a colon.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct ConnectionName {
    /// The project id.
    pub(crate) project: String,
    /// The region.
    pub(crate) region: String,
    /// The instance's own name.
    pub(crate) instance: String,
}

impl ConnectionName {
    /// Reads `PROJECT:REGION:INSTANCE`.
    pub(crate) fn parse(text: &str) -> Option<Self> {
        let mut parts = text.trim().rsplitn(3, ':');
        let (instance, region, project) = (parts.next()?, parts.next()?, parts.next()?);
        let is_whole = [project, region, instance].iter().all(|part| !part.is_empty());
        is_whole.then(|| Self { project: project.to_owned(), region: region.to_owned(), instance: instance.to_owned() })
    }
}

/// The last segment of a path or link; a bare name is its own.
pub(crate) fn last_segment(link: &str) -> &str {
    link.trim_end_matches('/').rsplit('/').next().unwrap_or(link)
}

fn segment_after<'a>(link: &'a str, collection: &str) -> Option<&'a str> {
    let mut segments = link.split('/');
    segments.find(|segment| *segment == collection)?;
    segments.next().filter(|segment| !segment.is_empty())
}

fn is_number(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn network(link: &str) -> NetworkName {
        NetworkName::from_link(link, Some("p"))
    }

    #[test]
    fn a_bare_network_name_is_of_the_own_project() {
        assert_eq!(network("n").is_same(&network("projects/p/global/networks/n")), Some(true));
        assert_eq!(
            network("n").is_same(&network("https://www.googleapis.com/compute/v1/projects/p/global/networks/n")),
            Some(true)
        );
        assert_eq!(network("n").is_same(&network("m")), Some(false));
    }

    #[test]
    fn a_bare_name_may_mean_the_host_project() {
        assert_eq!(network("n").is_same(&network("projects/host/global/networks/n")), None);
        assert_eq!(
            network("projects/q/global/networks/n").is_same(&network("projects/host/global/networks/n")),
            Some(false)
        );
        assert_eq!(network("projects/123/global/networks/n").is_same(&network("projects/p/global/networks/n")), None);
    }

    #[test]
    fn connection_names_keep_domain_scoped_projects_whole() {
        let name = ConnectionName::parse("example.com:p:us-central1:db").expect("three parts and a domain");
        assert_eq!((name.project.as_str(), name.instance.as_str()), ("example.com:p", "db"));
        for text in ["", "db", "r:db", "::", "p::db", "p:r:"] {
            assert_eq!(ConnectionName::parse(text), None, "{text:?}");
        }
    }

    #[test]
    fn an_object_name_borrows_what_its_link_leaves_out() {
        let full = ObjectName::from_link("projects/p/locations/r/connectors/c", None, None);
        assert_eq!(full, ObjectName::from_link("c", Some("p"), Some("r")));
        assert_eq!(ObjectName::from_link("c", Some("p"), None), None);
    }
}

//! Templates of names, ids and URL paths: text with attribute names in braces.

use std::collections::BTreeMap;
use std::fmt;

use thiserror::Error;

/// A text with placeholders: `projects/{project}/locations/{region}/connectors/{name}`.
///
/// `{name}` stands for one path segment; `{name:path}` for a link, from `projects/` on, with its slashes; `{name:url}`
/// for the same with everything but letters, digits, `-`, `.`, `_` and `~` percent-encoded; `{name:project}` for the
/// project of a link; `{name:domain}` for one segment as part of a domain.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Template {
    text: String,
    parts: Vec<Part>,
}

/// One part of a [`Template`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Part {
    /// Text that stands for itself.
    Literal(String),
    /// `{name}`: one path segment.
    Segment(String),
    /// `{name:path}`: a link from `projects/` on.
    Path(String),
    /// `{name:url}`: any text, percent-encoded.
    Encoded(String),
    /// `{name:domain}`: one path segment as it stands in a domain: of `example.com:p`, `p.example.com`.
    Domain(String),
    /// `{name:project}`: the project of a link, the segment after `projects/`.
    Project(String),
}

/// Why a text is no template.
#[derive(Debug, Error, PartialEq, Eq)]
pub enum TemplateError {
    /// A brace without its other half.
    #[error("parse template `{0}`: a brace without its other half")]
    Brace(String),
    /// A placeholder that is empty or of an unknown kind.
    #[error("parse template `{0}`: bad placeholder `{1}`")]
    Placeholder(String, String),
}

impl Template {
    /// Reads a template.
    pub fn parse(text: &str) -> Result<Self, TemplateError> {
        let mut parts = Vec::new();
        let mut rest = text;
        while let Some(open) = rest.find('{') {
            let (literal, after) = (&rest[..open], &rest[open + 1..]);
            let close = after.find('}').ok_or_else(|| TemplateError::Brace(text.to_owned()))?;
            if !literal.is_empty() {
                parts.push(Part::Literal(literal.to_owned()));
            }
            let placeholder = &after[..close];
            let (name, kind) = placeholder.split_once(':').unwrap_or((placeholder, ""));
            let bad = || TemplateError::Placeholder(text.to_owned(), placeholder.to_owned());
            if name.is_empty() || !name.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'_') {
                return Err(bad());
            }
            parts.push(match kind {
                "" => Part::Segment(name.to_owned()),
                "path" => Part::Path(name.to_owned()),
                "url" => Part::Encoded(name.to_owned()),
                "domain" => Part::Domain(name.to_owned()),
                "project" => Part::Project(name.to_owned()),
                _ => return Err(bad()),
            });
            rest = &after[close + 1..];
        }
        if rest.contains('}') {
            return Err(TemplateError::Brace(text.to_owned()));
        }
        if !rest.is_empty() {
            parts.push(Part::Literal(rest.to_owned()));
        }
        Ok(Self { text: text.to_owned(), parts })
    }

    /// The template as it was written.
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// The parts in order.
    pub fn parts(&self) -> &[Part] {
        &self.parts
    }

    /// The names in braces, in order.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.parts.iter().filter_map(Part::name)
    }

    /// Puts values in; the name of the first placeholder without a value where one is missing or empty.
    ///
    /// Of a value for a segment only what follows its last `/` is taken, of one for a path what stands from
    /// `projects/` on, of one for a project what stands behind that: a link, a path or a bare name all do, but that a
    /// bare name has no project.
    pub fn fill(&self, value: impl Fn(&str) -> Option<String>) -> Result<String, &str> {
        let mut out = String::with_capacity(self.text.len() + 32);
        for part in &self.parts {
            let Some(name) = part.name() else {
                if let Part::Literal(literal) = part {
                    out.push_str(literal);
                }
                continue;
            };
            let value = value(name).filter(|value| !value.is_empty()).ok_or(name)?;
            match part {
                Part::Path(_) => out.push_str(from_projects(&value)),
                Part::Encoded(_) => out.extend(percent_encoding::utf8_percent_encode(&value, ENCODED)),
                Part::Domain(_) => {
                    let segment = value.rsplit('/').next().unwrap_or_default();
                    match segment.split_once(':') {
                        Some((domain, name)) => out.extend([name, ".", domain]),
                        None => out.push_str(segment),
                    }
                }
                Part::Project(_) => out.push_str(project_of(&value).ok_or(name)?),
                Part::Segment(_) | Part::Literal(_) => out.push_str(value.rsplit('/').next().unwrap_or_default()),
            }
        }
        Ok(out)
    }

    /// The values that the placeholders have in `text`; `None` where the text does not fit the template.
    ///
    /// A segment takes up to the next `/` or literal, a path everything up to the literal that follows. The project of a
    /// link is no value of its own: it is passed over.
    pub fn captures(&self, text: &str) -> Option<BTreeMap<&str, String>> {
        let mut values = BTreeMap::new();
        let mut rest = text;
        let mut parts = self.parts.iter().peekable();
        while let Some(part) = parts.next() {
            let Some(name) = part.name() else {
                if let Part::Literal(literal) = part {
                    rest = rest.strip_prefix(literal.as_str())?;
                }
                continue;
            };
            let end = match parts.peek() {
                Some(Part::Literal(literal)) if matches!(part, Part::Path(_)) => rest.rfind(literal.as_str())?,
                Some(Part::Literal(literal)) => rest.find(literal.as_str())?,
                _ => rest.len(),
            };
            let value = &rest[..end];
            rest = &rest[end..];
            let value = match part {
                _ if value.is_empty() => return None,
                Part::Segment(_) | Part::Project(_) | Part::Domain(_) if value.contains('/') => return None,
                Part::Project(_) => continue,
                Part::Encoded(_) => percent_encoding::percent_decode_str(value).decode_utf8().ok()?.into_owned(),
                _ => value.to_owned(),
            };
            values.insert(name, value);
        }
        rest.is_empty().then_some(values)
    }
}

impl Part {
    /// The name in braces; `None` for literal text.
    pub fn name(&self) -> Option<&str> {
        match self {
            Self::Literal(_) => None,
            Self::Segment(name) | Self::Path(name) | Self::Encoded(name) | Self::Project(name) | Self::Domain(name) => {
                Some(name)
            }
        }
    }
}

impl fmt::Display for Template {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

/// All but the characters that RFC 3986 calls unreserved.
const ENCODED: &percent_encoding::AsciiSet =
    &percent_encoding::NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~');

fn from_projects(link: &str) -> &str {
    link.find("projects/").map_or(link, |start| &link[start..])
}

/// The segment after the first `projects/`; `None` where there is none.
pub(crate) fn project_of(link: &str) -> Option<&str> {
    let rest = from_projects(link).strip_prefix("projects/")?;
    rest.split('/').next().filter(|project| !project.is_empty())
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn template(text: &str) -> Template {
        Template::parse(text).expect("a good template")
    }

    #[test]
    fn a_template_is_filled_from_names_and_links() {
        let connector = template("projects/{project}/locations/{region}/connectors/{name}");
        let filled = connector.fill(|name| match name {
            "project" => Some("p".to_owned()),
            "region" => Some("https://www.googleapis.com/compute/v1/projects/p/regions/r".to_owned()),
            "name" => Some("c".to_owned()),
            _ => None,
        });
        assert_eq!(filled.as_deref(), Ok("projects/p/locations/r/connectors/c"));
        assert_eq!(connector.fill(|name| (name != "region").then(|| "x".to_owned())), Err("region"));
        assert_eq!(connector.fill(|_| Some(String::new())), Err("project"));
    }

    #[test]
    fn a_path_keeps_its_slashes() {
        let connection = template("{network:path}/connections/{service}");
        let network = "https://compute.googleapis.com/compute/v1/projects/p/global/networks/n";
        let filled = connection.fill(|name| {
            Some(if name == "network" { network.to_owned() } else { "servicenetworking.googleapis.com".to_owned() })
        });
        let name = "projects/p/global/networks/n/connections/servicenetworking.googleapis.com";
        assert_eq!(filled.as_deref(), Ok(name));
        let values = connection.captures(name).expect("fits");
        assert_eq!(values["network"], "projects/p/global/networks/n");
    }

    #[test]
    fn an_encoded_id_is_read_and_written() {
        let id = template("{network:url}:{service}");
        let values = id.captures("projects%2Fp%2Fglobal%2Fnetworks%2Fn:s.googleapis.com").expect("fits");
        assert_eq!(values["network"], "projects/p/global/networks/n");
        let filled = id.fill(|name| Some(values[name].clone()));
        assert_eq!(filled.as_deref(), Ok("projects%2Fp%2Fglobal%2Fnetworks%2Fn:s.googleapis.com"));
    }

    #[test]
    fn a_project_of_a_domain_stands_in_a_domain_with_its_parts_turned() {
        let address = template("{account_id}@{project:domain}.iam.gserviceaccount.com");
        let filled = |project: &str| {
            address.fill(|name| Some(if name == "project" { project.to_owned() } else { "app".to_owned() }))
        };
        assert_eq!(filled("p").as_deref(), Ok("app@p.iam.gserviceaccount.com"));
        assert_eq!(filled("projects/p").as_deref(), Ok("app@p.iam.gserviceaccount.com"));
        assert_eq!(filled("example.com:p").as_deref(), Ok("app@p.example.com.iam.gserviceaccount.com"));
    }

    #[test]
    fn the_project_of_a_link_is_written_and_passed_over() {
        let id = template("{network:project}/{network}/{name}");
        let filled = |network: &'static str| {
            id.fill(move |name| Some(if name == "network" { network.to_owned() } else { "a-to-b".to_owned() }))
        };
        let link = "https://www.googleapis.com/compute/v1/projects/p/global/networks/a";
        assert_eq!(filled(link).as_deref(), Ok("p/a/a-to-b"));
        assert_eq!(filled("a"), Err("network"), "a bare name has no project");
        let values = id.captures("p/a/a-to-b").expect("fits");
        assert_eq!((values["network"].as_str(), values["name"].as_str()), ("a", "a-to-b"));
    }

    #[test]
    fn what_does_not_fit_gives_nothing() {
        let connector = template("projects/{project}/locations/{region}/connectors/{name}");
        for text in ["", "projects/p/locations/r/connectors/", "projects/p/locations/r/connectors/a/b", "p/r/c"] {
            assert_eq!(connector.captures(text), None, "{text}");
        }
    }

    #[test]
    fn bad_templates_are_refused() {
        for text in ["{", "a}", "{}", "{a:b}", "{A}"] {
            assert!(Template::parse(text).is_err(), "{text}");
        }
    }

    proptest! {
        #[test]
        fn capturing_what_was_filled_gives_the_values_back(a in "[^/{}]{1,12}", b in "[^/{}]{1,12}") {
            let template = template("projects/{a}/things/{b}");
            let filled = template.fill(|name| Some(if name == "a" { a.clone() } else { b.clone() })).expect("filled");
            let values = template.captures(&filled).expect("fits");
            prop_assert_eq!((&values["a"], &values["b"]), (&a, &b));
        }

        #[test]
        fn no_text_makes_reading_fail_hard(text in ".{0,40}") {
            let _ = Template::parse(&text);
            let _ = template("{a:path}/x/{b}").captures(&text);
        }
    }
}

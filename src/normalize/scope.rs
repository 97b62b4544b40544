//! Where a resource stands: what a relative name in it is relative to.

use crate::model::ProjectNumbers;

/// The project and location of one resource, and what is known of project numbers.
#[derive(Clone, Debug)]
pub(crate) struct Scope<'a> {
    project: Option<String>,
    location: Option<String>,
    numbers: &'a ProjectNumbers,
}

impl<'a> Scope<'a> {
    /// A scope; an empty project or location counts as not known, a project number becomes the id where it is known.
    pub(crate) fn new(project: Option<&str>, location: Option<&str>, numbers: &'a ProjectNumbers) -> Self {
        let known = |text: Option<&str>| text.filter(|text| !text.is_empty()).map(str::to_owned);
        let last = |text: &str| text.rsplit('/').next().unwrap_or_default().to_owned();
        Self {
            project: known(project).map(|project| numbers.id(&last(&project)).to_owned()),
            location: known(location).map(|location| last(&location)),
            numbers,
        }
    }

    /// The project, as id where that is known.
    pub(crate) fn project(&self) -> Option<&str> {
        self.project.as_deref()
    }

    /// The region or location.
    pub(crate) fn location(&self) -> Option<&str> {
        self.location.as_deref()
    }

    /// What is known of project numbers.
    pub(crate) fn numbers(&self) -> &'a ProjectNumbers {
        self.numbers
    }
}

//! What evaluation is told from outside. Plain data: nothing here reads the environment or a clock.

use std::collections::BTreeMap;
use std::path::PathBuf;

/// Where an evaluation happens and what it was given.
#[derive(Clone, Debug)]
pub struct EvaluateOptions {
    /// The topmost folder that modules and file functions may read: the repository's top.
    pub repository: PathBuf,
    /// The workspace: `terraform.workspace`.
    pub workspace: String,
    /// Of the process's environment what Terraform and its google provider read: `TF_VAR_*`, `GOOGLE_PROJECT` and its
    /// siblings, `GOOGLE_REGION` and `GOOGLE_ZONE` with theirs. By the variables' own names.
    pub environment: BTreeMap<String, String>,
    /// `--var` and `--var-file`, in command order: a later one wins.
    pub variables: Vec<VariableArgument>,
    /// `path.cwd`; unknown where it is not given.
    pub working_directory: Option<PathBuf>,
    /// What `~` stands for in `pathexpand`; unknown where it is not given.
    pub home: Option<PathBuf>,
}

/// One `--var` or `--var-file`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum VariableArgument {
    /// `--var NAME=TEXT`
    Assignment {
        /// The variable's name.
        name: String,
        /// Its value as text: taken as it is where the variable is a string, number or bool, else read as an expression.
        text: String,
    },
    /// `--var-file PATH`
    File(PathBuf),
}

impl EvaluateOptions {
    /// The options of a plain run: workspace `default`, no variables, no environment.
    pub fn new(repository: impl Into<PathBuf>) -> Self {
        Self {
            repository: repository.into(),
            workspace: "default".to_owned(),
            environment: BTreeMap::new(),
            variables: Vec::new(),
            working_directory: None,
            home: None,
        }
    }

    /// The first of these environment variables that is set and not empty.
    pub(crate) fn first_set(&self, names: &[&str]) -> Option<&str> {
        names.iter().filter_map(|name| self.environment.get(*name)).map(String::as_str).find(|value| !value.is_empty())
    }
}

//! A root module with all that belongs to it: its state read, its configuration evaluated. What every command on a root
//! starts from. Main type: [`LoadedRoot`].

use std::fs::File;

use anyhow::{Context, Result};

use super::arguments::RootArguments;
use super::environment::Environment;
use super::reader::Reader;
use super::root_state;
use super::terraform_root::TerraformRoot;
use crate::catalog::Catalog;
use crate::model::{Configuration, Diagnostic, Settings, State};
use crate::terraform::config::{
    Declarations, EvaluateOptions, Evaluated, ParsedRoot, VariableArgument, evaluate, parse_root_within,
};
use crate::terraform::settings;
use crate::terraform::state::StateReference;

/// A root module, read.
#[derive(Debug)]
pub(crate) struct LoadedRoot {
    /// Where it is and what surrounds it.
    pub(crate) root: TerraformRoot,
    /// Its state; `None` where it has none yet.
    pub(crate) state: Option<State>,
    /// Its configuration, evaluated. The diagnostics of both are their own.
    pub(crate) configuration: Configuration,
    /// What `trueup.hcl` says.
    pub(crate) settings: Settings,
    /// What the configuration was made from: says where its values come from.
    pub(crate) declarations: Declarations,
    /// What is wrong beside configuration and state.
    pub(crate) diagnostics: Vec<Diagnostic>,
}

impl LoadedRoot {
    /// Reads a root. `variables` are `--var` and `--var-file` in command order.
    pub(crate) fn load(arguments: &RootArguments, variables: &[VariableArgument], reader: &Reader<'_>) -> Result<Self> {
        for variable in variables {
            if let VariableArgument::File(path) = variable {
                File::open(path).with_context(|| format!("open variables file `{}`", path.display()))?;
            }
        }
        let environment = reader.environment;
        let root = TerraformRoot::find(
            &arguments.directory,
            arguments.workspace.as_deref(),
            arguments.config.as_deref(),
            environment,
        )?;
        let parsed = parse_root_within(&root.directory, &root.repository_top);
        let mut diagnostics = Vec::new();
        let state = root_state::read(&root, &parsed, arguments.state.as_deref(), reader, &mut diagnostics)?;
        match &state {
            Some(state) => {
                reader.say(&format!("read {} objects of state {}", state.instances.len(), state.source.path));
            }
            None => reader.say("there is no state"),
        }
        let no_state = State::default();
        let recorded = state.as_ref().unwrap_or(&no_state);
        let Evaluated { configuration, settings, declarations } =
            evaluate_root(&root, &parsed, recorded, variables, environment);
        reader.say(&format!(
            "evaluated {} configuration files to {} instances",
            configuration.files,
            configuration.instances.len()
        ));
        Ok(Self { root, state, configuration, settings, declarations, diagnostics })
    }
}

fn evaluate_root(
    root: &TerraformRoot,
    parsed: &ParsedRoot,
    recorded: &State,
    variables: &[VariableArgument],
    environment: &Environment,
) -> Evaluated {
    let settings = root.settings.as_deref().map(|path| settings::parse(path, &root.directory));
    let evaluate_options = EvaluateOptions {
        repository: root.repository_top.clone(),
        workspace: root.workspace.clone(),
        environment: environment.to_map(),
        variables: variables.to_vec(),
        working_directory: std::env::current_dir().ok(),
        home: environment.get("HOME").map(Into::into),
    };
    evaluate(parsed, settings.as_ref(), &evaluate_options, &StateReference::new(recorded), Catalog::builtin())
}

//! Configuration: the files of a root module, read, evaluated and expanded to resource instances.
//!
//! Owns files, blocks, modules, variables, `count` and `for_each`. Does not own expressions (`lang` does), nor state or
//! schema: values of other resources come through [`ReferenceData`], facts of resource types through [`SchemaFacts`].
//! Main entries: [`parse_root`] and [`evaluate`].

mod arguments;
mod block_check;
mod body;
mod collect;
mod conditions;
mod constants;
mod cycles;
mod dynamic_value;
mod evaluator;
pub(super) mod hcl;
mod ignore_changes;
mod imports;
mod inputs;
mod json;
mod json_body;
mod knots;
mod load;
mod mentions;
mod module;
mod moves;
mod options;
mod order;
mod outputs;
mod overrides;
mod places;
mod provenance;
mod provider;
mod provider_check;
mod provider_versions;
mod reference_check;
mod remote_state;
mod removed;
mod repetition;
mod resource;
mod schema;
mod scope;
mod self_check;
mod shape;
mod source;
mod spelling;
mod survey;
mod target;
#[cfg(test)]
pub(crate) mod tests;
mod tokens;
mod tree;
mod undeclared;
mod variable;

use crate::model::{Configuration, Diagnostic, ReferenceData, SchemaFacts, Settings};
use crate::terraform::settings::{self, ParsedSettings};

pub(crate) use arguments::ArgumentReader;
pub(crate) use body::{Attribute, Block, Body};
use conditions::NothingRecorded;

pub(crate) use collect::{note_argument_places, note_places};
pub(crate) use evaluator::Evaluator;
pub(crate) use load::{ParsedFile, parse_native, parse_native_as, read_text};
pub use load::{ParsedRoot, parse_root, parse_root_within};
pub use options::{EvaluateOptions, VariableArgument};
pub(crate) use places::Places;
pub use provenance::{Declarations, Tracer};
pub(crate) use provider::{ProviderCache, provider_of};
pub(crate) use scope::BlockScope;
pub(crate) use tokens::{Piece, tokens};

/// A root module and its settings, evaluated in one scope.
#[derive(Debug)]
pub struct Evaluated {
    /// The configuration. Its instances hold the `expect` blocks too.
    pub configuration: Configuration,
    /// The settings; empty where there is no settings file.
    pub settings: Settings,
    /// What the values were made from: says where they come from.
    pub declarations: Declarations,
}

/// Evaluates a root module, and its `trueup.hcl` where there is one.
///
/// Reads the folders of called modules, variables files, and what file functions ask for; never beyond the repository
/// that the options name. Never fails: what cannot be known is unknown with its reason, what is wrong is a diagnostic.
pub fn evaluate(
    root: &ParsedRoot,
    settings: Option<&ParsedSettings>,
    options: &EvaluateOptions,
    recorded: &dyn ReferenceData,
    facts: &dyn SchemaFacts,
) -> Evaluated {
    let tree = tree::load_tree(root, &options.repository);
    let inputs = inputs::gather(&root.module, options);
    let settings_body = settings.map(|settings| &settings.body);
    let evaluator = Evaluator::new(&tree, options, &inputs, settings_body, recorded, facts);
    let mut providers = ProviderCache::default();
    let mut configuration = evaluator.collect(&mut providers);
    evaluator.check_conditions(|| Evaluator::new(&tree, options, &inputs, settings_body, &NothingRecorded, facts));
    configuration.diagnostics = sorted(evaluator.take_diagnostics());
    let mut read = Settings::default();
    if let Some(parsed) = settings {
        read = settings::read(parsed, &evaluator, &mut providers, &mut configuration);
        read.diagnostics.extend(evaluator.take_diagnostics());
        read.diagnostics = sorted(read.diagnostics);
        configuration.instances.extend(read.expected.iter().cloned());
        configuration.instances.sort_by(|left, right| left.address.cmp(&right.address));
    }
    drop(evaluator);
    let body = settings.map(|settings| settings.body.clone());
    let declarations = Declarations { tree, inputs, options: options.clone(), settings: body };
    Evaluated { configuration, settings: read, declarations }
}

/// By place: those without one first, then file by file, from top to bottom.
fn sorted(mut diagnostics: Vec<Diagnostic>) -> Vec<Diagnostic> {
    diagnostics.sort_by(|left, right| {
        let place =
            |diagnostic: &Diagnostic| diagnostic.range.as_ref().map(|range| (range.filename.clone(), range.start.byte));
        (place(left), left.severity, &left.summary, &left.detail).cmp(&(
            place(right),
            right.severity,
            &right.summary,
            &right.detail,
        ))
    });
    diagnostics
}

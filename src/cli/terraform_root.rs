//! What surrounds a root module: the repository, the workspace, the settings file.

use std::env;
use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};

use super::environment::Environment;

/// The name of the settings file.
const SETTINGS: &str = "trueup.hcl";

/// A root module and what surrounds it.
#[derive(Clone, Debug)]
pub(crate) struct TerraformRoot {
    /// The root module's directory, as the user named it.
    pub(crate) directory: PathBuf,
    /// The top of the repository that it lies in, absolute and without symbolic links; where there is no repository, the
    /// working directory if the root lies below it, else the root itself. Nothing outside of it is read by a
    /// configuration.
    pub(crate) repository_top: PathBuf,
    /// The selected workspace.
    pub(crate) workspace: String,
    /// The settings file, where there is one.
    pub(crate) settings: Option<PathBuf>,
}

impl TerraformRoot {
    /// Finds what surrounds `directory`.
    pub(crate) fn find(
        directory: &Path,
        workspace: Option<&str>,
        settings: Option<&Path>,
        environment: &Environment,
    ) -> Result<Self> {
        let absolute = fs::canonicalize(directory).with_context(|| format!("open root `{}`", directory.display()))?;
        if !absolute.is_dir() {
            bail!("open root `{}`: not a directory", directory.display());
        }
        let repository_top = match absolute.ancestors().find(|ancestor| ancestor.join(".git").exists()) {
            Some(top) => top.to_path_buf(),
            // An exported tree has no repository; whoever stands above the root means what lies below them.
            None => env::current_dir()
                .and_then(fs::canonicalize)
                .ok()
                .filter(|directory| absolute.starts_with(directory))
                .unwrap_or_else(|| absolute.clone()),
        };
        let settings = match settings {
            Some(path) => {
                fs::File::open(path).with_context(|| format!("open settings `{}`", path.display()))?;
                Some(path.to_path_buf())
            }
            None => absolute
                .ancestors()
                .take_while(|ancestor| ancestor.starts_with(&repository_top))
                .map(|ancestor| ancestor.join(SETTINGS))
                .find(|path| path.is_file())
                // Beside the root it is shown as the user names the root; above it, where it really lies.
                .map(|path| if path.parent() == Some(&absolute) { directory.join(SETTINGS) } else { path }),
        };
        let workspace = workspace
            .or_else(|| environment.get("TF_WORKSPACE"))
            .map_or_else(|| selected_workspace(&absolute, environment), str::to_owned);
        if workspace.is_empty() || workspace.contains(['/', '\\']) || workspace == ".." {
            bail!("workspace `{workspace}`: not a valid workspace name");
        }
        Ok(Self { directory: directory.to_path_buf(), repository_top, workspace, settings })
    }
}

/// The workspace that `terraform workspace select` left in the data directory, else `default`.
fn selected_workspace(root: &Path, environment: &Environment) -> String {
    let data = root.join(environment.get("TF_DATA_DIR").unwrap_or(".terraform"));
    match fs::read_to_string(data.join("environment")) {
        Ok(text) if !text.trim().is_empty() => text.trim().to_owned(),
        _ => "default".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn find(root: &Path) -> TerraformRoot {
        TerraformRoot::find(root, None, None, &Environment::default()).expect("found")
    }

    #[test]
    fn settings_are_looked_for_up_to_the_top_of_the_repository_and_no_further() {
        let folder = tempfile::tempdir().expect("temporary directory");
        let root = folder.path().join("repository/infra/staging");
        fs::create_dir_all(root.join(".terraform")).expect("created");
        fs::create_dir_all(folder.path().join("repository/.git")).expect("created");
        fs::write(folder.path().join(SETTINGS), "").expect("written");
        assert_eq!(find(&root).settings, None, "outside of the repository");
        fs::write(folder.path().join("repository").join(SETTINGS), "").expect("written");
        assert!(find(&root).settings.is_some_and(|path| path.ends_with("repository/trueup.hcl")));
        fs::write(root.join(SETTINGS), "").expect("written");
        assert_eq!(find(&root).settings, Some(root.join(SETTINGS)));
    }

    #[test]
    fn the_workspace_is_what_was_selected() {
        let folder = tempfile::tempdir().expect("temporary directory");
        assert_eq!(find(folder.path()).workspace, "default");
        fs::create_dir(folder.path().join(".terraform")).expect("created");
        fs::write(folder.path().join(".terraform/environment"), "blue\n").expect("written");
        assert_eq!(find(folder.path()).workspace, "blue");
        let named = TerraformRoot::find(folder.path(), Some("green"), None, &Environment::default()).expect("found");
        assert_eq!(named.workspace, "green");
        assert!(TerraformRoot::find(folder.path(), Some("../x"), None, &Environment::default()).is_err());
    }
}

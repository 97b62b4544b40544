//! Where credentials come from. Main type: [`CredentialSource`].

use std::fmt;
use std::path::{Path, PathBuf};

use super::file::CredentialFile;
use crate::model::printable;

/// The variable that all of Google's libraries know.
const DEFAULT_FILE: &str = "GOOGLE_APPLICATION_CREDENTIALS";
/// The variables of Terraform's provider, in its order: a path, or the JSON itself.
const PROVIDER: [&str; 3] = ["GOOGLE_CREDENTIALS", "GOOGLE_CLOUD_KEYFILE_JSON", "GCLOUD_KEYFILE_JSON"];
/// An access token, as the provider takes it.
const TOKEN: &str = "GOOGLE_OAUTH_ACCESS_TOKEN";
/// Where gcloud leaves application default credentials, below the home folder.
const GCLOUD_FILE: &str = "gcloud/application_default_credentials.json";

/// Where credentials come from.
#[derive(Clone, Default)]
pub enum CredentialSource {
    /// The metadata server of the machine, the last of the application default credentials.
    #[default]
    Metadata,
    /// A file in one of the forms that application default credentials have.
    File {
        /// Its path.
        path: PathBuf,
        /// The variable that names it; `None`: it is where gcloud leaves it.
        variable: Option<&'static str>,
    },
    /// Such a file's text itself, in an environment variable.
    Text {
        /// The variable.
        variable: &'static str,
        /// Its value.
        text: String,
    },
    /// An access token, used as it is: `GOOGLE_OAUTH_ACCESS_TOKEN`.
    Token(String),
    /// None at all: for an emulator.
    Anonymous,
}

impl fmt::Debug for CredentialSource {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Metadata => f.write_str("Metadata"),
            Self::File { path, .. } => write!(f, "File({})", path.display()),
            Self::Text { variable, .. } => write!(f, "Text({variable}, sensitive)"),
            Self::Token(_) => f.write_str("Token(sensitive)"),
            Self::Anonymous => f.write_str("Anonymous"),
        }
    }
}

impl CredentialSource {
    /// What environment variables name: a token, then what the provider takes, then application default credentials.
    /// `get` gives a variable, and nothing for one that is empty.
    pub fn from_variables<'a>(get: impl Fn(&str) -> Option<&'a str>) -> Self {
        if let Some(token) = get(TOKEN) {
            return Self::Token(token.to_owned());
        }
        let home = get("HOME").or_else(|| get("USERPROFILE")).map(Path::new);
        for variable in PROVIDER {
            let Some(value) = get(variable) else { continue };
            if value.trim_start().starts_with('{') {
                return Self::Text { variable, text: value.to_owned() };
            }
            let below_home = value.strip_prefix("~/").and_then(|rest| Some(home?.join(rest)));
            return Self::File { path: below_home.unwrap_or_else(|| value.into()), variable: Some(variable) };
        }
        if let Some(path) = get(DEFAULT_FILE) {
            return Self::File { path: path.into(), variable: Some(DEFAULT_FILE) };
        }
        let folder =
            if cfg!(windows) { get("APPDATA").map(PathBuf::from) } else { home.map(|home| home.join(".config")) };
        match folder.map(|folder| folder.join(GCLOUD_FILE)).filter(|path| path.try_exists().unwrap_or(true)) {
            Some(path) => Self::File { path, variable: None },
            None => Self::Metadata,
        }
    }

    /// The file that this names, read; `None` where it names none. An error says which file and what is wrong with it.
    pub(super) fn file(&self) -> Option<Result<CredentialFile, String>> {
        match self {
            Self::File { path, variable } => {
                let of = variable.map(|variable| format!(" ({variable})")).unwrap_or_default();
                let name = format!("`{}`{of}", printable(&path.display().to_string()));
                let text = std::fs::read_to_string(path).map_err(|error| format!("cannot read {name}: {error}"));
                Some(text.and_then(|text| CredentialFile::new(name, &text)))
            }
            Self::Text { variable, text } => Some(CredentialFile::new((*variable).to_owned(), text)),
            Self::Metadata | Self::Token(_) | Self::Anonymous => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(variables: &[(&str, &'static str)]) -> CredentialSource {
        CredentialSource::from_variables(|name| {
            variables.iter().find(|(known, _)| *known == name).map(|(_, value)| *value)
        })
    }

    #[test]
    fn a_token_comes_first_then_the_provider_then_the_default_file_then_the_metadata_server() {
        let file = (DEFAULT_FILE, "/a.json");
        let json = ("GCLOUD_KEYFILE_JSON", " {\"type\": \"service_account\"}");
        let all = [file, json, ("GOOGLE_CREDENTIALS", "~/b.json"), ("HOME", "/home/u"), (TOKEN, "ya29.x")];
        assert!(matches!(of(&all), CredentialSource::Token(token) if token == "ya29.x"));
        assert!(matches!(of(&all[..4]), CredentialSource::File { path, variable: Some("GOOGLE_CREDENTIALS") }
            if path == Path::new("/home/u/b.json")));
        assert!(matches!(of(&all[..2]), CredentialSource::Text { variable: "GCLOUD_KEYFILE_JSON", .. }));
        assert!(matches!(of(&all[..1]), CredentialSource::File { variable: Some(DEFAULT_FILE), .. }));
        assert!(matches!(of(&[("HOME", "/nowhere")]), CredentialSource::Metadata));
    }

    #[test]
    fn neither_a_token_nor_a_key_shows_in_debug_output() {
        let key = CredentialSource::Text { variable: "GOOGLE_CREDENTIALS", text: "private".to_owned() };
        let shown = format!("{key:?} {:?}", CredentialSource::Token("ya29.x".to_owned()));
        assert!(!shown.contains("private") && !shown.contains("ya29"), "{shown}");
    }
}

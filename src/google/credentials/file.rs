//! A file of application default credentials: its form, what has to be in it, and the credentials it makes. Main type:
//! [`CredentialFile`].
//!
//! Nothing that stands in such a file is shown, except whom and what host it names.

use google_cloud_auth::build_errors::Error as BuildError;
use google_cloud_auth::credentials::{Credentials, external_account, impersonated, service_account, user_account};
use serde_json::Value;
use url::Url;

use super::SCOPE;
use crate::model::printable;

/// A file whose form is known.
#[derive(Clone)]
pub(super) struct CredentialFile {
    /// The file as a person knows it: its path, the variable that names it.
    pub(super) name: String,
    /// Its form.
    pub(super) kind: FileKind,
    json: Value,
}

/// The forms of such a file, by its member `type`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum FileKind {
    /// `service_account`: a key.
    Key,
    /// `authorized_user`: what gcloud leaves after a login.
    User,
    /// `external_account`: workload identity federation.
    Federation,
    /// `impersonated_service_account`: one of the others, and the service account to act as.
    Impersonation,
}

/// Where a federated identity's own token comes from.
pub(super) enum SubjectSource {
    /// A file.
    File(String),
    /// An address.
    Url(Url),
    /// A program, or the machine's own identity in another cloud.
    Other,
}

const KINDS: [(&str, FileKind, &[&str]); 4] = [
    ("service_account", FileKind::Key, &["client_email", "private_key_id", "private_key", "project_id"]),
    ("authorized_user", FileKind::User, &["client_id", "client_secret", "refresh_token"]),
    ("external_account", FileKind::Federation, &["audience", "subject_token_type", "token_url"]),
    ("impersonated_service_account", FileKind::Impersonation, &["service_account_impersonation_url"]),
];

impl CredentialFile {
    /// Reads a file's text. An error says what is wrong, without what stands in it.
    pub(super) fn new(name: String, text: &str) -> Result<Self, String> {
        if text.trim().is_empty() {
            return Err(format!("{name} is empty"));
        }
        // Only the place: serde's own words may quote the text.
        let json: Value = serde_json::from_str(text)
            .map_err(|error| format!("{name}:{}:{}: not JSON", error.line(), error.column()))?;
        let kind = kind_of(&name, &json)?;
        if kind == FileKind::Impersonation {
            let source = json.get("source_credentials").unwrap_or(&Value::Null);
            if kind_of(&format!("`source_credentials` of {name}"), source)? == FileKind::Impersonation {
                return Err(format!("{name}: an impersonation of an impersonation; `delegates` names a chain"));
            }
        }
        let file = Self { name, kind, json };
        for member in ["token_uri", "token_url", "service_account_impersonation_url"] {
            if let Some(address) = text_of(&file.json, member).or_else(|| text_of(file.base(), member))
                && Url::parse(address).is_err()
            {
                return Err(format!("{}: `{member}` is no address", file.name));
            }
        }
        Ok(file)
    }

    /// The part that says who asks first: the file, or its `source_credentials`.
    fn base(&self) -> &Value {
        match self.kind {
            FileKind::Impersonation => self.json.get("source_credentials").unwrap_or(&Value::Null),
            _ => &self.json,
        }
    }

    /// The form of the part that says who asks first.
    pub(super) fn base_kind(&self) -> FileKind {
        kind_of("", self.base()).unwrap_or(self.kind)
    }

    /// The service account whose key this is.
    pub(super) fn account(&self) -> Option<String> {
        text_of(self.base(), "client_email").map(|email| printable(email).into_owned())
    }

    /// The service account that it asks to act as.
    pub(super) fn target(&self) -> Option<String> {
        let member = |json| text_of(json, "service_account_impersonation_url");
        let url = member(&self.json).or_else(|| member(self.base()))?;
        let email = url.split("/serviceAccounts/").nth(1)?.split(':').next()?;
        Some(printable(email).into_owned())
    }

    /// Where the federated identity's own token comes from.
    pub(super) fn subject(&self) -> SubjectSource {
        let source = self.base().get("credential_source").unwrap_or(&Value::Null);
        match (text_of(source, "file"), text_of(source, "url").map(Url::parse)) {
            (_, Some(Ok(url))) if text_of(source, "environment_id").is_none() => SubjectSource::Url(url),
            (Some(file), None) => SubjectSource::File(printable(file).into_owned()),
            _ => SubjectSource::Other,
        }
    }

    /// The member of the token's source that holds the token, where it is JSON.
    pub(super) fn subject_member(&self) -> Option<String> {
        let format = self.base().get("credential_source")?.get("format")?;
        Some(printable(text_of(format, "subject_token_field_name")?).into_owned())
    }

    /// The address where the federated identity's token is exchanged.
    pub(super) fn exchange(&self) -> Option<Url> {
        text_of(self.base(), "token_url").and_then(|url| Url::parse(url).ok())
    }

    /// The credentials. `quota_project` goes before what the file says of it.
    pub(super) fn credentials(&self, quota_project: Option<&str>) -> Result<Credentials, String> {
        let quota = quota_project.or_else(|| text_of(&self.json, "quota_project_id"));
        let json = self.json.clone();
        macro_rules! build {
            ($builder:expr) => {{
                let builder = $builder;
                match quota {
                    Some(project) => builder.with_quota_project_id(project).build(),
                    None => builder.build(),
                }
            }};
        }
        let built = match self.kind {
            FileKind::Key => {
                let scope = service_account::AccessSpecifier::from_scopes([SCOPE]);
                build!(service_account::Builder::new(json).with_access_specifier(scope))
            }
            FileKind::User => build!(user_account::Builder::new(json).with_scopes([SCOPE])),
            FileKind::Federation => build!(external_account::Builder::new(json).with_scopes([SCOPE])),
            FileKind::Impersonation => build!(impersonated::Builder::new(json).with_scopes([SCOPE])),
        };
        built.map_err(|error| self.refused(&error))
    }

    fn refused(&self, error: &BuildError) -> String {
        let name = &self.name;
        if error.is_not_supported() {
            // Users are the only ones of whom the library asks it.
            format!("{name}: there are user credentials in the universe googleapis.com only")
        } else {
            format!("{name} is not complete, or a member of it is not what it should be")
        }
    }
}

fn kind_of(name: &str, json: &Value) -> Result<FileKind, String> {
    let expected = || KINDS.map(|(name, ..)| name).join(", ");
    let Some(kind) = text_of(json, "type") else {
        let is_client = json.get("installed").or_else(|| json.get("web")).is_some();
        let hint = if is_client { " (it is an OAuth client, which logs in nobody)" } else { "" };
        return Err(format!("{name} is no file of credentials: it has no `type`{hint}; expected {}", expected()));
    };
    let Some((_, kind, members)) = KINDS.into_iter().find(|(name, ..)| *name == kind) else {
        let which = match kind {
            "external_account_authorized_user" => "a workforce identity's login (external_account_authorized_user)",
            "gdch_service_account" => "a service account of Google Distributed Cloud (gdch_service_account)",
            _ => "of an unknown `type`",
        };
        return Err(format!("{name} is {which}, which is not supported; expected {}", expected()));
    };
    match members.iter().find(|member| text_of(json, member).is_none_or(str::is_empty)) {
        Some(member) => Err(format!("{name} has no text `{member}`")),
        None if kind == FileKind::Federation && !json.get("credential_source").is_some_and(Value::is_object) => {
            Err(format!("{name} has no object `credential_source`"))
        }
        None => Ok(kind),
    }
}

/// A member that is a text.
fn text_of<'a>(json: &'a Value, member: &str) -> Option<&'a str> {
    json.get(member).and_then(Value::as_str)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refusal(text: &str) -> String {
        CredentialFile::new("`f`".to_owned(), text).err().expect("refused")
    }

    #[test]
    fn a_file_that_is_none_says_why_and_nothing_of_its_content() {
        let cases = [
            (" \n", "is empty"),
            ("{\"type\": \"service_account\",\n \"private_key\": SECRET}", "`f`:2:17: not JSON"),
            (r#"{"private_key": "SECRET"}"#, "has no `type`"),
            (r#"{"installed": {"client_secret": "SECRET"}}"#, "OAuth client"),
            (r#"{"type": "SECRET"}"#, "unknown `type`"),
            (r#"{"type": "external_account_authorized_user", "refresh_token": "SECRET"}"#, "workforce"),
            (
                r#"{"type": "service_account", "client_email": "a@b", "private_key_id": "SECRET"}"#,
                "no text `private_key`",
            ),
            (
                r#"{"type": "authorized_user", "client_id": "i", "client_secret": ["SECRET"]}"#,
                "no text `client_secret`",
            ),
            (
                r#"{"type": "external_account", "audience": "a", "subject_token_type": "t", "token_url": "SECRET", "credential_source": {}}"#,
                "`token_url` is no address",
            ),
            (
                r#"{"type": "impersonated_service_account", "service_account_impersonation_url": "https://h/SECRET"}"#,
                "`source_credentials` of `f` is no file of credentials",
            ),
            ("\"SECRET\"", "has no `type`"),
        ];
        for (text, expected) in cases {
            let reason = refusal(text);
            assert!(reason.contains(expected) && !reason.contains("SECRET"), "{text}: {reason}");
        }
    }
}

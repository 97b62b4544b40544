//! What can go wrong with one request. Main type: [`ApiError`].

use std::time::Duration;

use thiserror::Error;

use crate::model::printable;

/// The longest piece of a foreign message that is kept, in characters.
const MESSAGE_LIMIT: usize = 400;

/// Why one request to an API did not give what was asked for.
///
/// `request` is the method and the address without query, so that neither page tokens nor filters are shown.
#[derive(Clone, Debug, Error, PartialEq, Eq)]
pub enum ApiError {
    /// HTTP 404: the object, or the parent of a list, does not exist.
    #[error("{request}: not found: {message}")]
    NotFound {
        /// Method and address.
        request: String,
        /// What the API said.
        message: String,
    },
    /// HTTP 403 for want of a permission.
    #[error("{request}: permission denied{}: {message}", named(permission.as_ref()))]
    PermissionDenied {
        /// Method and address.
        request: String,
        /// The permission that is missing, where the API says so: `redis.instances.list`.
        permission: Option<String>,
        /// What the API said.
        message: String,
    },
    /// HTTP 403 because the API is not enabled in the project.
    #[error("{request}: {service} is not enabled; `gcloud services enable {service}{}` enables it", project_flag(project.as_ref()))]
    ApiDisabled {
        /// Method and address.
        request: String,
        /// The service: `redis.googleapis.com`.
        service: String,
        /// The project (id or number) in which it is not enabled, where the API says so.
        project: Option<String>,
    },
    /// HTTP 429, or 403 with a rate or quota reason, still there after all retries.
    #[error("{request}: quota exceeded: {message}")]
    Quota {
        /// Method and address.
        request: String,
        /// What the API said.
        message: String,
        /// How long the API asked to wait.
        retry_after: Option<Duration>,
        /// Whether waiting helps: a rate does, a daily quota does not.
        is_rate: bool,
    },
    /// HTTP 401: the credentials were not taken.
    #[error("{request}: the credentials were refused: {message}")]
    Unauthenticated {
        /// Method and address.
        request: String,
        /// What the API said.
        message: String,
    },
    /// Any other status that is no success.
    #[error("{request}: HTTP {status}: {message}")]
    Status {
        /// Method and address.
        request: String,
        /// The HTTP status.
        status: u16,
        /// What the API said.
        message: String,
        /// How long the API asked to wait.
        retry_after: Option<Duration>,
    },
    /// A success whose body is not the JSON that was asked for.
    #[error("{request}: the answer is not usable: {problem}")]
    BadAnswer {
        /// Method and address.
        request: String,
        /// What is wrong with it.
        problem: String,
        /// Whether it was cut short, so that asking again may help.
        is_truncated: bool,
    },
    /// No connection, a broken one, or no answer in time.
    #[error("{request}: {problem}")]
    Transport {
        /// Method and address.
        request: String,
        /// What happened.
        problem: String,
        /// Whether asking again may help: not with a certificate that is not trusted.
        is_transient: bool,
        /// Whether the time for all requests was over, so that more of it would have helped.
        is_out_of_time: bool,
        /// Whether an answer came and broke off: the server is there.
        has_begun: bool,
    },
    /// No token could be had.
    #[error("{request}: no credentials: {reason}")]
    Credentials {
        /// Method and address.
        request: String,
        /// Why, without anything secret.
        reason: String,
    },
}

fn named(permission: Option<&String>) -> String {
    permission.map(|permission| format!(" ({permission})")).unwrap_or_default()
}

fn project_flag(project: Option<&String>) -> String {
    project.map(|project| format!(" --project {project}")).unwrap_or_default()
}

impl ApiError {
    /// Whether the same request may work a moment later.
    pub(crate) fn is_transient(&self) -> bool {
        match self {
            Self::Quota { is_rate, .. } => *is_rate,
            Self::Status { status, .. } => matches!(status, 408 | 500..=599) && *status != 501,
            Self::BadAnswer { is_truncated, .. } => *is_truncated,
            Self::Transport { is_transient, .. } => *is_transient,
            Self::NotFound { .. }
            | Self::PermissionDenied { .. }
            | Self::ApiDisabled { .. }
            | Self::Unauthenticated { .. }
            | Self::Credentials { .. } => false,
        }
    }

    /// How long the API asked to wait before the next attempt.
    pub(crate) fn retry_after(&self) -> Option<Duration> {
        match self {
            Self::Quota { retry_after, .. } | Self::Status { retry_after, .. } => *retry_after,
            _ => None,
        }
    }

    /// Whether nothing came from the server.
    pub(crate) fn is_unreachable(&self) -> bool {
        matches!(self, Self::Transport { has_begun: false, .. })
    }

    /// The same error with a text (a token that a server echoed) taken out of all that it says.
    pub(crate) fn without(mut self, secret: &str) -> Self {
        let (request, text) = match &mut self {
            Self::NotFound { request, message }
            | Self::PermissionDenied { request, message, .. }
            | Self::Quota { request, message, .. }
            | Self::Unauthenticated { request, message }
            | Self::Status { request, message, .. } => (request, message),
            Self::BadAnswer { request, problem, .. } | Self::Transport { request, problem, .. } => (request, problem),
            Self::Credentials { request, reason } => (request, reason),
            Self::ApiDisabled { request, service, .. } => (request, service),
        };
        for part in [request, text] {
            if !secret.is_empty() && part.contains(secret) {
                *part = part.replace(secret, "(sensitive value)");
            }
        }
        self
    }
}

/// A foreign message made fit for one line: no control characters, not longer than a few lines on a terminal.
pub(crate) fn one_line(text: &str) -> String {
    let text = text.split_whitespace().collect::<Vec<_>>().join(" ");
    let shown: String = text.chars().take(MESSAGE_LIMIT).collect();
    let ending = if shown.len() < text.len() { "…" } else { "" };
    format!("{}{ending}", printable(&shown))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_foreign_message_keeps_to_one_short_line() {
        assert_eq!(one_line("a\n  b\u{1b}[31m"), "a b\\u{1b}[31m");
        assert_eq!(one_line(&"x".repeat(1000)).chars().count(), MESSAGE_LIMIT + 1);
    }
}

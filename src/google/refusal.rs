//! Reads Google's error bodies. Main function: [`refused`].

use std::time::Duration;

use serde::Deserialize;

use super::error::{ApiError, one_line};

/// The projects of gcloud's own OAuth clients, by number: a login without quota project is metered there. Source: the client
/// ids in gcloud and in the files that `gcloud auth application-default login` writes.
const GCLOUD_PROJECTS: [&str; 2] = ["764086051850", "32555940559"];
/// What to do where a login names no project of one's own.
const QUOTA_PROJECT_HINT: &str = "a login needs a project that quota goes by: GOOGLE_CLOUD_QUOTA_PROJECT=PROJECT, or \
                                  `gcloud auth application-default set-quota-project PROJECT`";

/// The `error` member of a Google answer. Source: google.rpc.Status as JSON, and the older `errors` array.
#[derive(Deserialize, Default)]
#[serde(default)]
struct ErrorBody {
    message: Option<String>,
    status: Option<String>,
    errors: Vec<OlderError>,
    details: Vec<ErrorDetail>,
}

#[derive(Deserialize, Default)]
#[serde(default)]
struct OlderError {
    reason: Option<String>,
}

#[derive(Deserialize, Default)]
#[serde(default)]
struct ErrorDetail {
    reason: Option<String>,
    metadata: std::collections::BTreeMap<String, String>,
    links: Vec<Link>,
    #[serde(rename = "retryDelay")]
    retry_delay: Option<String>,
}

#[derive(Deserialize, Default)]
#[serde(default)]
struct Link {
    url: Option<String>,
}

impl ErrorBody {
    fn read(body: &[u8]) -> Self {
        #[derive(Deserialize)]
        struct Envelope<'a> {
            #[serde(borrow)]
            error: &'a serde_json::value::RawValue,
            #[serde(default)]
            error_description: Option<String>,
        }
        // Some hosts wrap the object in an array of one.
        let envelope = serde_json::from_slice::<Envelope<'_>>(body)
            .or_else(|_| serde_json::from_slice::<(Envelope<'_>,)>(body).map(|(envelope,)| envelope));
        let Ok(envelope) = envelope else { return Self::default() };
        match serde_json::from_str::<Self>(envelope.error.get()) {
            Ok(error) => error,
            // OAuth's form: `{"error": "invalid_grant", "error_description": "…"}`; or an object of another shape, of
            // which at least the message counts.
            Err(_) => {
                let text = serde_json::from_str::<String>(envelope.error.get()).ok();
                let message = envelope.error_description.or(text).or_else(|| message_of(envelope.error.get()));
                Self { message, ..Self::default() }
            }
        }
    }

    fn reasons(&self) -> impl Iterator<Item = &str> {
        let details = self.details.iter().filter_map(|detail| detail.reason.as_deref());
        details.chain(self.errors.iter().filter_map(|error| error.reason.as_deref()))
    }

    fn has_reason(&self, wanted: &[&str]) -> bool {
        self.reasons().any(|reason| wanted.contains(&reason))
    }

    fn metadata(&self, key: &str) -> Option<&str> {
        self.details.iter().find_map(|detail| detail.metadata.get(key)).map(String::as_str)
    }
}

fn message_of(error: &str) -> Option<String> {
    #[derive(Deserialize)]
    struct Message {
        message: String,
    }
    serde_json::from_str::<Message>(error).ok().map(|error| error.message)
}

/// What an answer without success says.
///
/// `retry_after` is the header's value in seconds. `is_html` says that the body is a page for people, `is_json` that JSON
/// was asked for: only an API's own error then tells that something does not exist, since whatever stands in between may
/// answer 404 as well. Of bytes Cloud Storage says it in plain text.
pub(crate) fn refused(
    request: String,
    host: &str,
    status: u16,
    retry_after: Option<Duration>,
    is_html: bool,
    is_json: bool,
    body: &[u8],
) -> ApiError {
    let error = ErrorBody::read(body);
    let message = match &error.message {
        Some(message) => one_line(message),
        None if is_html => "an HTML page and no API answer (is a proxy or a login page in between?)".to_owned(),
        None => match std::str::from_utf8(body) {
            Ok(text) if !is_json && !text.trim().is_empty() => one_line(text),
            _ => "no explanation in the answer".to_owned(),
        },
    };
    let retry_after =
        retry_after.or_else(|| error.details.iter().find_map(|detail| detail.retry_delay.as_deref()).and_then(seconds));
    match status {
        401 => ApiError::Unauthenticated { request, message },
        403 => forbidden(request, host, retry_after, message, &error),
        404 if error.message.is_some() || !is_json && !is_html => ApiError::NotFound { request, message },
        429 => ApiError::Quota { request, message, retry_after, is_rate: true },
        _ => ApiError::Status { request, status, message, retry_after },
    }
}

fn forbidden(
    request: String,
    host: &str,
    retry_after: Option<Duration>,
    message: String,
    error: &ErrorBody,
) -> ApiError {
    let text = error.message.as_deref().unwrap_or_default();
    let is_disabled = error.has_reason(&["SERVICE_DISABLED", "accessNotConfigured"])
        || text.contains("has not been used in project") && text.contains("it is disabled");
    if is_disabled {
        let service = error.metadata("service").map(str::to_owned).or_else(|| service_of_links(error));
        let project = error
            .metadata("consumer")
            .and_then(|consumer| consumer.strip_prefix("projects/"))
            .or_else(|| between(text, "in project ", " "));
        if project.is_some_and(|project| GCLOUD_PROJECTS.contains(&project)) {
            // Nobody can enable anything in there.
            let message = format!("{message}; {QUOTA_PROJECT_HINT}");
            return ApiError::Status { request, status: 403, message, retry_after: None };
        }
        return ApiError::ApiDisabled {
            request,
            service: service.filter(|name| is_name(name)).unwrap_or_else(|| host.to_owned()),
            project: project.filter(|name| is_name(name)).map(str::to_owned),
        };
    }
    if error.has_reason(&["rateLimitExceeded", "userRateLimitExceeded", "RATE_LIMIT_EXCEEDED"]) {
        return ApiError::Quota { request, message, retry_after, is_rate: true };
    }
    let is_quota = error.has_reason(&["quotaExceeded", "dailyLimitExceeded", "RESOURCE_QUOTA_EXCEEDED"])
        || error.status.as_deref() == Some("RESOURCE_EXHAUSTED");
    if is_quota {
        return ApiError::Quota { request, message, retry_after, is_rate: false };
    }
    // Refusals that no role would lift.
    let is_policy = [
        "SECURITY_POLICY_VIOLATED",
        "BILLING_DISABLED",
        "ACCESS_TOKEN_SCOPE_INSUFFICIENT",
        "CONSUMER_INVALID",
        "USER_PROJECT_DENIED",
    ];
    if error.has_reason(&is_policy) {
        return ApiError::Status { request, status: 403, message, retry_after: None };
    }
    let permission = error
        .metadata("permission")
        .or_else(|| between(text, "Required '", "' permission"))
        .or_else(|| between(text, "Permission '", "' denied"))
        .or_else(|| between(text, "does not have ", " access"))
        .filter(|name| is_name(name) && name.contains('.'));
    ApiError::PermissionDenied { request, permission: permission.map(str::to_owned), message }
}

/// The service in a console link: `…/apis/api/SERVICE/overview?project=P`.
fn service_of_links(error: &ErrorBody) -> Option<String> {
    let links = error.details.iter().flat_map(|detail| &detail.links).filter_map(|link| link.url.as_deref());
    let text = error.message.as_deref();
    links.chain(text).find_map(|link| between(link, "/apis/api/", "/")).map(str::to_owned)
}

fn between<'a>(text: &'a str, before: &str, after: &str) -> Option<&'a str> {
    let start = text.find(before)? + before.len();
    let end = text[start..].find(after)?;
    Some(&text[start..start + end])
}

/// Whether a text can stand in a command as it is.
fn is_name(text: &str) -> bool {
    !text.is_empty() && text.len() <= 200 && text.chars().all(|c| c.is_ascii_alphanumeric() || "._-:".contains(c))
}

/// Seconds of a header or of a protobuf duration: `3`, `3.5s`.
pub(crate) fn seconds(text: &str) -> Option<Duration> {
    let number: f64 = text.trim().trim_end_matches('s').parse().ok()?;
    Duration::try_from_secs_f64(number).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(status: u16, body: &str) -> ApiError {
        refused("GET x".to_owned(), "redis.googleapis.com", status, None, false, true, body.as_bytes())
    }

    #[test]
    fn a_disabled_service_is_told_from_a_missing_permission() {
        let disabled = read(
            403,
            r#"{"error":{"code":403,"message":"Y API has not been used in project 12 before or it is disabled.","status":"PERMISSION_DENIED",
            "details":[{"@type":"type.googleapis.com/google.rpc.ErrorInfo","reason":"SERVICE_DISABLED","domain":"googleapis.com",
            "metadata":{"service":"y.googleapis.com","consumer":"projects/12"}}]}}"#,
        );
        assert_eq!(
            disabled.to_string(),
            "GET x: y.googleapis.com is not enabled; `gcloud services enable y.googleapis.com --project 12` enables it"
        );
        let older = read(
            403,
            r#"{"error":{"code":403,"message":"Y API has not been used in project 12 before or it is disabled. Visit https://console.developers.google.com/apis/api/z.googleapis.com/overview?project=12 then retry.",
            "errors":[{"domain":"usageLimits","reason":"accessNotConfigured"}]}}"#,
        );
        assert!(
            matches!(&older, ApiError::ApiDisabled { service, project: Some(project), .. } if service == "z.googleapis.com" && project == "12"),
            "{older:?}"
        );
    }

    #[test]
    fn a_login_without_quota_project_is_not_told_to_enable_an_api_in_gclouds_own() {
        let refused = read(
            403,
            r#"{"error":{"code":403,"message":"The redis.googleapis.com API requires a quota project, which is not set by default.","status":"PERMISSION_DENIED",
            "details":[{"reason":"SERVICE_DISABLED","metadata":{"service":"redis.googleapis.com","consumer":"projects/764086051850"}}]}}"#,
        );
        let text = refused.to_string();
        assert!(text.contains("GOOGLE_CLOUD_QUOTA_PROJECT") && !text.contains("services enable"), "{text}");
    }

    #[test]
    fn the_missing_permission_is_named_where_the_answer_names_it() {
        let by_details = r#"{"error":{"message":"no","details":[{"reason":"IAM_PERMISSION_DENIED","metadata":{"permission":"redis.instances.list"}}]}}"#;
        let by_text = r#"{"error":{"message":"Required 'redis.instances.list' permission for 'projects/p'","errors":[{"reason":"forbidden"}]}}"#;
        for body in [by_details, by_text] {
            assert!(
                matches!(read(403, body), ApiError::PermissionDenied { permission: Some(name), .. } if name == "redis.instances.list")
            );
        }
        let unnamed = read(403, r#"{"error":{"message":"The caller does not have permission"}}"#);
        assert!(matches!(unnamed, ApiError::PermissionDenied { permission: None, .. }), "{unnamed:?}");
    }

    #[test]
    fn what_no_role_lifts_is_no_missing_permission() {
        let refused =
            read(403, r#"{"error":{"message":"prohibited","details":[{"reason":"SECURITY_POLICY_VIOLATED"}]}}"#);
        assert!(matches!(refused, ApiError::Status { status: 403, .. }) && !refused.is_transient(), "{refused:?}");
        // It is the quota project that the caller may not use, and no role on what was asked for.
        let quota = r#"{"error":{"message":"Caller does not have required permission to use project q.","details":[{"reason":"USER_PROJECT_DENIED"}]}}"#;
        assert!(matches!(read(403, quota), ApiError::Status { status: 403, .. }));
    }

    #[test]
    fn a_rate_is_retried_and_a_daily_quota_is_not() {
        assert!(read(403, r#"{"error":{"errors":[{"reason":"rateLimitExceeded"}],"message":"slow"}}"#).is_transient());
        assert!(!read(403, r#"{"error":{"errors":[{"reason":"quotaExceeded"}],"message":"done"}}"#).is_transient());
        let asked = read(429, r#"{"error":{"message":"slow","details":[{"retryDelay":"7s"}]}}"#);
        assert_eq!(asked.retry_after(), Some(Duration::from_secs(7)));
    }

    #[test]
    fn only_the_api_itself_says_that_something_does_not_exist() {
        let absent = read(404, r#"{"error":{"code":404,"message":"not found","status":"NOT_FOUND"}}"#);
        assert!(matches!(absent, ApiError::NotFound { .. }), "{absent:?}");
        for body in ["", "{}", "{\"message\":\"no route\"}", "default backend - 404"] {
            assert!(matches!(read(404, body), ApiError::Status { status: 404, .. }), "{body}");
        }
        let bytes = |body: &str| {
            refused(
                "GET x".to_owned(),
                "storage.googleapis.com",
                404,
                None,
                body.starts_with('<'),
                false,
                body.as_bytes(),
            )
        };
        let absent = bytes("No such object: states/env/default.tfstate");
        assert!(
            matches!(&absent, ApiError::NotFound { message, .. } if message.starts_with("No such object")),
            "{absent:?}"
        );
        assert!(matches!(bytes("<!doctype html>"), ApiError::Status { .. }));
    }

    #[test]
    fn any_body_gives_an_error_and_never_a_panic() {
        for body in [
            "",
            "null",
            "[]",
            "{\"error\":3}",
            "{\"error\":\"invalid_grant\"}",
            "<html>",
            "{\"error\":{\"details\":4}}",
        ] {
            for status in [400, 401, 403, 404, 409, 429, 500] {
                let _ = read(status, body).to_string();
            }
        }
    }

    #[test]
    fn a_message_keeps_to_one_line() {
        let error = read(500, "{\"error\":{\"message\":\"a\\nb\\u001b[31m\"}}");
        assert!(error.to_string().ends_with("a b\\u{1b}[31m"), "{error}");
    }

    #[test]
    fn an_echoed_token_is_taken_out() {
        let error = read(401, r#"{"error":{"message":"token ya29.abc is bad"}}"#).without("ya29.abc");
        assert!(error.to_string().ends_with("token (sensitive value) is bad"), "{error}");
    }
}

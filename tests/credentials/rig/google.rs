//! What the hosts answer: token endpoints as their references say, APIs with one Redis instance and little else.

use std::io::Write as _;

use axum::body::Body;
use axum::http::Response;
use serde_json::{Value, json};

use super::keys;
use super::world::{MARK, Seen, SharedWorld, World};

/// The project that the APIs know.
pub(crate) const PROJECT: &str = "acme-staging";
/// What a federated identity shows.
pub(crate) const ASSERTION: &str = "assertion-s3cr3t-of-the-job";
/// What a job shows to get its assertion.
pub(crate) const JOB_TOKEN: &str = "job-s3cr3t";
/// What gcloud keeps of a login.
pub(crate) const REFRESH_TOKEN: &str = "refresh-s3cr3t";
/// What gcloud's client is known by.
pub(crate) const CLIENT_SECRET: &str = "client-s3cr3t";

/// Answers a request, and remembers it.
pub(crate) fn answer(world: &SharedWorld, seen: Seen) -> Response<Body> {
    let mut world = world.lock().expect("no test fails within");
    let host = seen.host.split(':').next().unwrap_or_default().to_owned();
    let path = seen.path.split('?').next().unwrap_or_default().to_owned();
    let takes_gzip = seen.header("accept-encoding").contains("gzip");
    let place = format!("{host}{path}");
    let refusal = world.refusals.iter_mut().find(|refusal| refusal.times > 0 && place.contains(&refusal.of));
    let refusal = refusal.and_then(|refusal| match refusal.spared {
        0 => {
            refusal.times -= 1;
            Some((refusal.status, refusal.body.clone()))
        }
        _ => {
            refusal.spared -= 1;
            None
        }
    });
    let (status, body) = refusal.unwrap_or_else(|| {
        let (status, body) = known(&mut world, &seen, &host, &path);
        (status, body.as_str().map_or_else(|| body.to_string(), str::to_owned))
    });
    world.requests.push(seen);
    let response = Response::builder().status(status).header("content-type", "application/json; charset=UTF-8");
    if takes_gzip && status == 200 {
        let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
        encoder.write_all(body.as_bytes()).expect("in memory");
        let body = encoder.finish().expect("in memory");
        return response.header("content-encoding", "gzip").body(Body::from(body)).expect("a response");
    }
    response.body(Body::from(body)).expect("a response")
}

fn known(world: &mut World, seen: &Seen, host: &str, path: &str) -> (u16, Value) {
    match (seen.method.as_str(), host.split('.').next().unwrap_or_default(), path) {
        (_, _, path) if path.starts_with("/computeMetadata/") => metadata(world, seen, path),
        ("POST", "oauth2" | "localhost", "/token") => refresh(world, seen),
        ("POST", "sts", "/v1/token") => exchange(world, seen),
        ("GET", "tokens", "/job") => assertion(seen),
        ("POST", "iamcredentials", path) if path.ends_with(":generateAccessToken") => act(world, seen),
        ("GET", _, path) => api(world, seen, path),
        _ => (405, error(405, "no such method here", "UNIMPLEMENTED")),
    }
}

/// Compute Engine's metadata server.
fn metadata(world: &mut World, seen: &Seen, path: &str) -> (u16, Value) {
    if seen.header("metadata-flavor") != "Google" || seen.method != "GET" {
        return (403, json!("Missing Metadata-Flavor:Google header."));
    }
    match path.strip_prefix("/computeMetadata/v1/").unwrap_or_default() {
        "universe/universe-domain" => (200, json!(world.universe)),
        "instance/service-accounts/default/token" => {
            let token = world.mint("machine");
            (200, json!({"access_token": token, "expires_in": world.lifetime, "token_type": "Bearer"}))
        }
        _ => (404, json!("not found")),
    }
}

/// Google's OAuth token endpoint, for a refresh token.
fn refresh(world: &mut World, seen: &Seen) -> (u16, Value) {
    let sent: Value = serde_json::from_str(&seen.body).unwrap_or_default();
    if sent["grant_type"] != "refresh_token" || sent["client_secret"] != CLIENT_SECRET {
        return (401, json!({"error": "invalid_client", "error_description": "The OAuth client was not found."}));
    }
    if sent["refresh_token"] != REFRESH_TOKEN {
        return (400, json!({"error": "invalid_grant", "error_description": "Bad Request"}));
    }
    let token = world.mint("user");
    (200, json!({"access_token": token, "expires_in": world.lifetime, "token_type": "Bearer", "scope": "x"}))
}

/// Security Token Service, `v1.token`.
fn exchange(world: &mut World, seen: &Seen) -> (u16, Value) {
    let sent: Vec<(String, String)> = url::form_urlencoded::parse(seen.body.as_bytes()).into_owned().collect();
    let of = |name: &str| sent.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_str());
    let is_right = of("grant_type") == Some("urn:ietf:params:oauth:grant-type:token-exchange")
        && of("subject_token") == Some(ASSERTION)
        && of("subject_token_type") == Some("urn:ietf:params:oauth:token-type:jwt")
        && of("audience").is_some_and(|audience| audience.starts_with("//iam.googleapis.com/projects/"));
    if !is_right {
        return (400, json!({"error": "invalid_request", "error_description": format!("not taken: {}", seen.body)}));
    }
    let token = world.mint("federated");
    let kind = "urn:ietf:params:oauth:token-type:access_token";
    (
        200,
        json!({"access_token": token, "issued_token_type": kind, "token_type": "Bearer", "expires_in": world.lifetime}),
    )
}

/// What gives a job its assertion, as GitHub's token service does.
fn assertion(seen: &Seen) -> (u16, Value) {
    if seen.token() != JOB_TOKEN {
        return (401, json!({"message": format!("not taken: {}", seen.token())}));
    }
    (200, json!({"count": 1, "value": ASSERTION}))
}

/// IAM Credentials, `projects.serviceAccounts.generateAccessToken`.
fn act(world: &mut World, seen: &Seen) -> (u16, Value) {
    let sent: Value = serde_json::from_str(&seen.body).unwrap_or_default();
    if !takes(world, seen) {
        return (401, error(401, &format!("not taken: {}", seen.token()), "UNAUTHENTICATED"));
    }
    if !sent["scope"].is_array() || !sent["lifetime"].is_string() {
        return (400, error(400, "scope and lifetime are needed", "INVALID_ARGUMENT"));
    }
    (200, json!({"accessToken": world.mint("acting"), "expireTime": "2100-01-01T00:00:00Z"}))
}

/// An API that lists.
fn api(world: &mut World, seen: &Seen, path: &str) -> (u16, Value) {
    if !takes(world, seen) {
        // As the real ones do not, it repeats what it was sent.
        let message = format!("Request had invalid authentication credentials: {}", seen.token());
        return (401, error(401, &message, "UNAUTHENTICATED"));
    }
    if path.ends_with("/instances") && path.contains("/locations/") {
        let name = format!("projects/{PROJECT}/locations/us-central1/instances/cache");
        return (200, json!({"instances": [{"name": name, "tier": "BASIC", "memorySizeGb": 1}]}));
    }
    if path == "/storage/v1/b/states/o/env%2Fdefault.tfstate" {
        return (
            200,
            json!({"version": 4, "terraform_version": "1.9.0", "serial": 7, "lineage": "l", "outputs": {}, "resources": []}),
        );
    }
    if path == format!("/v1/projects/{PROJECT}") {
        return (200, json!({"projectId": PROJECT, "projectNumber": "400000000042"}));
    }
    (200, json!({}))
}

/// Whether a token counts: one that was given, or one that a key has signed.
fn takes(world: &mut World, seen: &Seen) -> bool {
    let token = seen.token();
    world.take(token) || keys::is_signed(token)
}

/// Google's usual error.
pub(crate) fn error(status: u16, message: &str, name: &str) -> Value {
    json!({"error": {"code": status, "message": message, "status": name}})
}

/// An error of the OAuth kind whose description repeats secrets, as it should not.
pub(crate) fn oauth_error(word: &str, description: &str) -> String {
    json!({"error": word, "error_description": format!("{description} ({MARK} {ASSERTION} {REFRESH_TOKEN})")})
        .to_string()
}

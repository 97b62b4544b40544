//! A small Google Cloud on loopback: lists that it pages, objects of a bucket, and faults on demand.
//!
//! One server answers for all services, each below a path of its own; [`FakeGoogle::endpoints`] gives the overrides. It
//! takes GET only and checks the token of every request. What a list holds can be read by itself as well.

#![allow(dead_code, reason = "each integration test uses a part of this module")]

mod faults;
mod partial;
mod permissions;
mod unreachable;
mod worlds;

use std::collections::{BTreeMap, BTreeSet};
use std::net::SocketAddr;
use std::sync::{Arc, Mutex, MutexGuard};
use std::time::Duration;

use axum::Router;
use axum::body::Body;
use axum::extract::{Request, State};
use axum::http::{Method, StatusCode, header};
use axum::response::Response;
use serde_json::{Value, json};

pub(crate) use faults::{Fault, Faults};

/// The token that every request must carry.
pub(crate) const TOKEN: &str = "fake-token-7b1f";
/// The project of [`FakeGoogle::with_world`].
pub(crate) const PROJECT: &str = "acme-staging";
/// Its number.
pub(crate) const NUMBER: &str = "400000000042";

struct List {
    items: String,
    aggregated: Option<String>,
    bodies: Vec<(String, Value)>,
    token: (String, String),
}

#[derive(Default)]
struct World {
    lists: BTreeMap<String, List>,
    files: BTreeMap<String, Vec<u8>>,
    faults: Vec<(String, usize, Fault)>,
    chance: Faults,
    attempts: faults::Attempts,
    page_size: usize,
    requests: Vec<String>,
    /// How many tokens have expired.
    expired: usize,
    /// The permissions that the caller has; `None`: all.
    granted: Option<BTreeSet<String>>,
}

/// The server; it ends with the process.
#[derive(Clone)]
pub(crate) struct FakeGoogle {
    address: SocketAddr,
    world: Arc<Mutex<World>>,
}

impl FakeGoogle {
    /// An empty cloud.
    pub(crate) fn start() -> Self {
        let world = Arc::new(Mutex::new(World { page_size: 100, ..World::default() }));
        let state = Arc::clone(&world);
        let (sender, receiver) = std::sync::mpsc::channel();
        std::thread::spawn(move || {
            let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("runtime");
            runtime.block_on(async move {
                let listener = tokio::net::TcpListener::bind(("127.0.0.1", 0)).await.expect("a free port");
                sender.send(listener.local_addr().expect("bound")).expect("waiting");
                let app = Router::new().fallback(answer).with_state(state);
                axum::serve(listener, app).await.expect("serving");
            });
        });
        Self { address: receiver.recv().expect("started"), world }
    }

    /// `http://127.0.0.1:PORT`.
    pub(crate) fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// `127.0.0.1:PORT`.
    pub(crate) fn host(&self) -> String {
        self.address.to_string()
    }

    /// `SERVICE=URL` for every service, as `--endpoint` takes it.
    pub(crate) fn endpoints(&self) -> Vec<String> {
        let bases = [
            ("compute", "compute/v1/"),
            ("dns", "dns/v1/"),
            ("sql", "sql/v1beta4/"),
            ("redis", "redis/v1/"),
            ("artifact_registry", "artifactregistry/v1/"),
            ("cloud_run_v2", "run/v2/"),
            ("cloudfunctions2", "cloudfunctions/v2/"),
            ("iam", "iam/v1/"),
            ("memcache", "memcache/v1/"),
            ("memorystore", "memorystore/v1/"),
            ("secret_manager", "secretmanager/v1/"),
            ("service_usage", "serviceusage/v1/"),
            ("cloud_run", "run-v1/"),
            ("vpc_access", "vpcaccess/v1/"),
            ("service_networking", "servicenetworking/v1/"),
            ("resource_manager", "crm/v1/"),
            ("storage", "storage/v1/"),
            ("cloud_asset", "cloudasset/v1/"),
        ];
        bases.iter().map(|(service, base)| format!("{service}={}/{base}", self.url())).collect()
    }

    /// Serves a list.
    pub(crate) fn list(&self, path: &str, items: &str, bodies: Vec<Value>) {
        let bodies = bodies.into_iter().map(|body| (String::new(), body)).collect();
        self.insert(path, items, None, bodies);
    }

    /// Serves an aggregated list.
    pub(crate) fn aggregated(&self, path: &str, member: &str, bodies: Vec<(&str, Value)>) {
        let bodies = bodies.into_iter().map(|(scope, body)| (scope.to_owned(), body)).collect();
        self.insert(path, "items", Some(member.to_owned()), bodies);
    }

    fn insert(&self, path: &str, items: &str, aggregated: Option<String>, bodies: Vec<(String, Value)>) {
        let token = ("pageToken".to_owned(), "nextPageToken".to_owned());
        self.world().lists.insert(path.to_owned(), List { items: items.to_owned(), aggregated, bodies, token });
    }

    /// Names the page tokens of a list otherwise than usual; a response member may lie in an object.
    pub(crate) fn set_token(&self, path: &str, request: &str, response: &str) {
        let mut world = self.world();
        let list = world.lists.get_mut(path).expect("a list");
        list.token = (request.to_owned(), response.to_owned());
    }

    /// Serves bytes at a path, as it stands in the request line.
    pub(crate) fn file(&self, path: &str, bytes: Vec<u8>) {
        self.world().files.insert(path.to_owned(), bytes);
    }

    /// The paths of all lists.
    pub(crate) fn lists(&self) -> Vec<String> {
        self.world().lists.keys().cloned().collect()
    }

    /// What a list answers where nothing is wrong: its first page.
    pub(crate) fn first_page(&self, path: &str) -> Value {
        let request = Request::get(path).body(Body::empty()).expect("an address");
        list(&self.world(), &request, path).expect("a list")
    }

    /// The same where a location is not reached.
    pub(crate) fn page_without(&self, location: &str, path: &str) -> Value {
        unreachable::without(location, path, self.first_page(path))
    }

    /// How many objects a page holds.
    pub(crate) fn set_page_size(&self, size: usize) {
        self.world().page_size = size;
    }

    /// The next `times` requests whose path or query contains a text go wrong.
    pub(crate) fn fault(&self, path: &str, times: usize, fault: Fault) {
        self.world().faults.push((path.to_owned(), times, fault));
    }

    /// A share of all requests goes wrong from now on, as if none had been made before.
    pub(crate) fn set_faults(&self, faults: Faults) {
        let mut world = self.world();
        world.chance = faults;
        world.attempts = faults::Attempts::default();
        world.requests.clear();
    }

    /// Gives the caller these permissions and no others.
    pub(crate) fn grant(&self, permissions: impl IntoIterator<Item = String>) {
        self.world().granted = Some(permissions.into_iter().collect());
    }

    /// The permissions that the requests until now took.
    pub(crate) fn permissions(&self) -> BTreeSet<String> {
        let paths = self.requests().into_iter().map(|request| request.split('?').next().unwrap_or_default().to_owned());
        paths.filter_map(|path| permissions::needed(&path)).collect()
    }

    /// Path and query of every request until now, in order.
    pub(crate) fn requests(&self) -> Vec<String> {
        self.world().requests.clone()
    }

    /// How many requests had a path that contains a text.
    pub(crate) fn count(&self, path: &str) -> usize {
        self.requests().iter().filter(|request| request.contains(path)).count()
    }

    fn world(&self) -> MutexGuard<'_, World> {
        self.world.lock().expect("no test fails within")
    }
}

impl World {
    /// What goes wrong with a request, where something does.
    fn fault(&mut self, address: &str) -> Option<Fault> {
        let times = self.attempts.count(address);
        match self.faults.iter_mut().find(|(part, left, _)| *left > 0 && address.contains(part.as_str())) {
            Some((_, left, fault)) => {
                *left -= 1;
                Some(fault.clone())
            }
            None => self.chance.choose(address, times),
        }
    }

    /// The token that is taken at present.
    fn token(&self) -> String {
        match self.expired {
            0 => TOKEN.to_owned(),
            expired => format!("{TOKEN}-{expired}"),
        }
    }
}

async fn answer(State(world): State<Arc<Mutex<World>>>, request: Request) -> Response {
    let path = request.uri().path().to_owned();
    if path.starts_with("/computeMetadata/") {
        return metadata(&mut world.lock().expect("no test fails within"), &path);
    }
    let (fault, token, delay) = {
        let mut world = world.lock().expect("no test fails within");
        world.requests.push(request.uri().to_string());
        let fault = world.fault(&request.uri().to_string());
        if matches!(fault, Some(Fault::ExpiredToken)) {
            world.expired += 1;
        }
        (fault, world.token(), world.chance.delay)
    };
    tokio::time::sleep(delay).await;
    if request.method() != Method::GET {
        return error(405, "only GET", None);
    }
    let sent = request.headers().get(header::AUTHORIZATION).and_then(|value| value.to_str().ok());
    if sent != Some(&format!("Bearer {token}")) && !path.starts_with("/emulator/") {
        return error(
            401,
            &format!("Request had invalid authentication credentials: {}", sent.unwrap_or("none")),
            None,
        );
    }
    match fault {
        Some(Fault::Stall) => {
            tokio::time::sleep(Duration::from_secs(600)).await;
            error(503, "too late", None)
        }
        Some(
            fault @ (Fault::ContentType(_)
            | Fault::Cut
            | Fault::TooLong(_)
            | Fault::TooShort(_)
            | Fault::Killed
            | Fault::StallWithin),
        ) => {
            let right = allowed(&world.lock().expect("no test fails within"), &request, &path);
            faults::damaged(&fault, right).await
        }
        Some(fault) => wrong(&world.lock().expect("no test fails within"), &request, &path, fault, sent),
        None => allowed(&world.lock().expect("no test fails within"), &request, &path),
    }
}

/// The metadata server. Its requests are part of the record.
fn metadata(world: &mut World, path: &str) -> Response {
    world.requests.push(path.to_owned());
    if path == "/computeMetadata/v1/universe/universe-domain" {
        return respond(200, "application/text", "googleapis.com".to_owned());
    }
    let token = json!({"access_token": world.token(), "expires_in": 3600, "token_type": "Bearer"});
    respond(200, "application/json", token.to_string())
}

/// The right answer, to whoever may have it.
fn allowed(world: &World, request: &Request, path: &str) -> Response {
    refusal(world, path).unwrap_or_else(|| content(world, request, path))
}

/// The answer for want of a permission.
fn refusal(world: &World, path: &str) -> Option<Response> {
    let needed = permissions::needed(path)?;
    (!world.granted.as_ref()?.contains(&needed)).then(|| denied(&needed))
}

/// An answer other than the right one.
fn wrong(world: &World, request: &Request, path: &str, fault: Fault, sent: Option<&str>) -> Response {
    if let Some(refusal) = refusal(world, path) {
        return refusal;
    }
    match fault {
        Fault::UnknownField => match query(request, "fields") {
            Some(_) => error(400, "Invalid field selection", None),
            None => content(world, request, path),
        },
        Fault::NoRoute => respond(404, "text/plain", "default backend - 404".to_owned()),
        Fault::Object(body) => respond(200, "application/json; charset=UTF-8", body.to_string()),
        Fault::PermissionDenied(permission) => denied(permission),
        Fault::ServiceDisabled(service) => error(
            403,
            &format!("{service} has not been used in project {NUMBER} before or it is disabled."),
            Some(json!([{"@type": "type.googleapis.com/google.rpc.ErrorInfo", "reason": "SERVICE_DISABLED",
                         "domain": "googleapis.com",
                         "metadata": {"service": service, "consumer": format!("projects/{NUMBER}")}}])),
        ),
        Fault::NotFound => error(404, "not found", None),
        Fault::TooMany(wait) => {
            let mut response = error(429, "slow down", None);
            response.headers_mut().insert(header::RETRY_AFTER, wait.into());
            response
        }
        Fault::RetryInfo(wait) => error(
            429,
            "slow down",
            Some(json!([{"@type": "type.googleapis.com/google.rpc.RetryInfo",
                         "retryDelay": format!("{}s", wait.as_secs_f64())}])),
        ),
        Fault::RateLimited => older(403, "Rate Limit Exceeded", "rateLimitExceeded"),
        Fault::QuotaExceeded => older(403, "Daily Limit Exceeded", "dailyLimitExceeded"),
        Fault::Status(status) => error(status, "backend error", None),
        Fault::Html => respond(200, "text/html", "<!doctype html><title>Sign in</title>".to_owned()),
        Fault::Truncated => respond(200, "application/json", "{\"items\": [{\"name\": \"ma".to_owned()),
        Fault::EchoedToken => error(401, &format!("bad credentials: {}", sent.unwrap_or_default()), None),
        Fault::RepeatedToken => merged(world, request, path, &json!({"nextPageToken": "again"})),
        Fault::With(members) => merged(world, request, path, &members),
        Fault::Unreachable(location) => match whole_list(world, request, path) {
            Some(whole) => {
                let body = asked(request, unreachable::without(location, path, whole));
                respond(200, "application/json; charset=UTF-8", body.to_string())
            }
            None => content(world, request, path),
        },
        Fault::ContentType(_)
        | Fault::Cut
        | Fault::TooLong(_)
        | Fault::TooShort(_)
        | Fault::Killed
        | Fault::Stall
        | Fault::StallWithin
        | Fault::ExpiredToken => content(world, request, path),
    }
}

/// An error as the older APIs write it.
fn older(status: u16, message: &str, reason: &str) -> Response {
    let body = json!({"error": {"code": status, "message": message,
                      "errors": [{"domain": "usageLimits", "reason": reason}]}});
    respond(status, "application/json", body.to_string())
}

fn denied(permission: &str) -> Response {
    error(
        403,
        "The caller does not have permission",
        Some(json!([{"@type": "type.googleapis.com/google.rpc.ErrorInfo", "reason": "IAM_PERMISSION_DENIED",
                     "domain": "iam.googleapis.com", "metadata": {"permission": permission}}])),
    )
}

/// The value of a query parameter.
fn query(request: &Request, name: &str) -> Option<String> {
    let pairs = url::form_urlencoded::parse(request.uri().query().unwrap_or_default().as_bytes());
    pairs.into_iter().find(|(found, _)| found == name).map(|(_, value)| value.into_owned())
}

fn content(world: &World, request: &Request, path: &str) -> Response {
    if let Some(bytes) = world.files.get(path) {
        // As the stores say it: Cloud Storage has a generation, the others an entity tag.
        let mark = if path.starts_with("/storage/") { "x-goog-generation" } else { "etag" };
        return Response::builder()
            .header(mark, "\"1700000000000042\"")
            .header(header::LAST_MODIFIED, "Sat, 21 Nov 2026 10:00:00 GMT")
            .body(Body::from(bytes.clone()))
            .expect("valid");
    }
    match list(world, request, path).or_else(|| object(world, path)) {
        Some(answer) => respond(200, "application/json; charset=UTF-8", answer.to_string()),
        // As Cloud Storage answers where the bytes of an object were asked for.
        None if query(request, "alt").as_deref() == Some("media") => {
            respond(404, "text/html; charset=UTF-8", format!("No such object: {path}"))
        }
        None => error(404, &format!("nothing at {path}"), None),
    }
}

fn merged(world: &World, request: &Request, path: &str, members: &Value) -> Response {
    // What is no list has no pages, and is there all the same.
    let Some(mut answer) = list(world, request, path) else { return content(world, request, path) };
    for (name, value) in members.as_object().expect("an object") {
        if name == "items" && answer["items"].is_object() {
            for (scope, content) in value.as_object().expect("scopes") {
                answer["items"][scope] = content.clone();
            }
        } else if let (Some(list), Some(more)) = (answer[name].as_array_mut(), value.as_array()) {
            list.extend(more.iter().cloned());
        } else {
            answer[name] = value.clone();
        }
    }
    respond(200, "application/json; charset=UTF-8", answer.to_string())
}

/// An object of any list of the same service, by its own path.
fn object(world: &World, path: &str) -> Option<Value> {
    let path = percent_encoding::percent_decode_str(path).decode_utf8().ok()?;
    let (service, wanted) = (path.split('/').nth(1)?, &path[path.find("projects/")?..]);
    let lists = world.lists.iter().filter(|(list, _)| list.split('/').nth(1) == Some(service));
    let bodies = lists.flat_map(|(list, content)| content.bodies.iter().map(move |(_, body)| (list, body)));
    let is_wanted = |list: &str, body: &Value| {
        let link = body["selfLink"].as_str().or_else(|| body["name"].as_str());
        let own = link.and_then(|link| Some(link[link.find("projects/")?..].to_owned()));
        let location = &body["metadata"]["labels"]["cloud.googleapis.com/location"];
        let knative = || Some(list[list.find("projects/")?..].replace("/-/", &format!("/{}/", location.as_str()?)));
        // Cloud DNS names objects by their own name alone.
        let in_list = || Some(format!("{}/{}", &list[list.find("projects/")?..], body["name"].as_str()?));
        own == Some(wanted.to_owned())
            || in_list().as_deref() == Some(wanted)
            || knative().is_some_and(|list| {
                Some(wanted) == body["metadata"]["name"].as_str().map(|name| format!("{list}/{name}")).as_deref()
            })
    };
    bodies.into_iter().find(|(list, body)| is_wanted(list, body)).map(|(_, body)| body.clone())
}

fn list(world: &World, request: &Request, path: &str) -> Option<Value> {
    whole_list(world, request, path).map(|whole| asked(request, whole))
}

/// What of an answer a request asks for.
fn asked(request: &Request, whole: Value) -> Value {
    match query(request, "fields") {
        Some(mask) => partial::apply(&mask, &whole),
        None => whole,
    }
}

fn whole_list(world: &World, request: &Request, path: &str) -> Option<Value> {
    let list = world.lists.get(path)?;
    let (parameter, member) = &list.token;
    let start = query(request, parameter).and_then(|value| value.strip_prefix("at-")?.parse().ok()).unwrap_or(0);
    let asked = ["maxResults", "pageSize"].into_iter().find_map(|name| query(request, name)?.parse().ok());
    let end = list.bodies.len().min(start + world.page_size.min(asked.unwrap_or(usize::MAX)));
    let page = list.bodies.get(start..end).unwrap_or_default();
    let mut answer = json!({});
    match &list.aggregated {
        None => {
            let bodies: Vec<Value> = page.iter().map(|(_, body)| body.clone()).collect();
            // Google leaves an empty list out.
            if !bodies.is_empty() {
                answer[&list.items] = bodies.into();
            }
        }
        Some(kind) => {
            let nothing = json!({"warning": {"code": "NO_RESULTS_ON_PAGE", "message": "There are no results."}});
            let mut scopes = json!({"global": nothing});
            for (scope, body) in page {
                // A scope that holds something has no warning.
                if scopes[scope].get(kind).is_none() {
                    scopes[scope] = json!({});
                }
                let bodies = &mut scopes[scope][kind];
                match bodies.as_array_mut() {
                    Some(bodies) => bodies.push(body.clone()),
                    None => *bodies = json!([body]),
                }
            }
            answer[&list.items] = scopes;
        }
    }
    if end < list.bodies.len() {
        let next = Value::from(format!("at-{end}"));
        match member.split_once('.') {
            Some((object, name)) => answer[object] = json!({name: next}),
            None => answer[member] = next,
        }
    }
    Some(answer)
}

fn error(status: u16, message: &str, details: Option<Value>) -> Response {
    let mut body = json!({"error": {"code": status, "message": message}});
    if let Some(details) = details {
        body["error"]["details"] = details;
    }
    respond(status, "application/json; charset=UTF-8", body.to_string())
}

fn respond(status: u16, content_type: &str, body: String) -> Response {
    let status = StatusCode::from_u16(status).expect("a status");
    Response::builder().status(status).header(header::CONTENT_TYPE, content_type).body(Body::from(body)).expect("valid")
}

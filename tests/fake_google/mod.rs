//! A small Google Cloud on loopback: lists that it pages, objects of a bucket, and faults on demand.
//!
//! One server answers for all services, each below a path of its own; [`FakeGoogle::endpoints`] gives the overrides. It
//! takes GET only and checks the token of every request. What a list holds can be read by itself as well.

#![allow(dead_code, reason = "each integration test uses a part of this module")]

mod partial;
mod permissions;

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

/// The token that every request must carry.
pub(crate) const TOKEN: &str = "fake-token-7b1f";
/// The project of [`FakeGoogle::with_world`].
pub(crate) const PROJECT: &str = "acme-staging";
/// Its number.
pub(crate) const NUMBER: &str = "400000000042";

/// What goes wrong.
#[derive(Clone, Debug)]
pub(crate) enum Fault {
    /// 403 for want of this permission.
    PermissionDenied(&'static str),
    /// 403 since this service is not enabled.
    ServiceDisabled(&'static str),
    /// 404.
    NotFound,
    /// 429 that asks to wait so many seconds.
    TooMany(u64),
    /// 403 with the older rate reason.
    RateLimited,
    /// This status with Google's usual body.
    Status(u16),
    /// A page for people, with status 200.
    Html,
    /// JSON that breaks off.
    Truncated,
    /// No answer for a long time.
    Stall,
    /// The same token for the next page, for ever.
    RepeatedToken,
    /// 401 whose message repeats the token.
    EchoedToken,
    /// The answer, but these members put in.
    With(Value),
    /// 404 of something between here and the API.
    NoRoute,
    /// This object and nothing else.
    Object(Value),
    /// 400 where parts of an answer are asked for, as of a member that the API does not know.
    UnknownField,
}

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
    page_size: usize,
    requests: Vec<String>,
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

    /// A project with a little of everything.
    pub(crate) fn with_world() -> Self {
        let google = Self::start();
        let link = |rest: &str| format!("https://www.googleapis.com/compute/v1/projects/{PROJECT}/{rest}");
        let compute = |kind: &str| format!("/compute/v1/projects/{PROJECT}/{kind}");
        google.list(
            &compute("global/networks"),
            "items",
            vec![
                json!({"name": "main", "selfLink": link("global/networks/main"), "autoCreateSubnetworks": false,
                   "peerings": [{"name": "servicenetworking-googleapis-com", "state": "ACTIVE"}]}),
                json!({"name": "lonely", "selfLink": link("global/networks/lonely"), "autoCreateSubnetworks": false}),
            ],
        );
        google.list(&compute("global/firewalls"), "items", vec![
            json!({"name": "allow-internal", "selfLink": link("global/firewalls/allow-internal"),
                   "network": link("global/networks/main"), "sourceRanges": ["10.0.0.0/8"]}),
            json!({"name": "aet-uscentral1-main-connector-sg", "selfLink": link("global/firewalls/aet-uscentral1-main-connector-sg"),
                   "network": link("global/networks/main")}),
        ]);
        let services = json!({"name": "services", "selfLink": link("global/addresses/services"), "purpose": "VPC_PEERING",
                              "address": "10.20.0.0", "prefixLength": 16, "network": link("global/networks/main")});
        google.list(&compute("global/addresses"), "items", vec![services.clone()]);
        google.aggregated(
            &compute("aggregated/subnetworks"),
            "subnetworks",
            vec![
                (
                    "regions/us-central1",
                    json!({"name": "apps", "ipCidrRange": "10.0.0.0/24",
                "selfLink": link("regions/us-central1/subnetworks/apps"), "network": link("global/networks/main")}),
                ),
                (
                    "regions/europe-west1",
                    json!({"name": "apps", "ipCidrRange": "10.0.1.0/24",
                "selfLink": link("regions/europe-west1/subnetworks/apps"), "network": link("global/networks/main")}),
                ),
            ],
        );
        google.aggregated(
            &compute("aggregated/addresses"),
            "addresses",
            vec![
                ("global", services),
                (
                    "regions/us-central1",
                    json!({"name": "egress", "address": "203.0.113.7", "addressType": "EXTERNAL",
                           "selfLink": link("regions/us-central1/addresses/egress")}),
                ),
            ],
        );
        google.aggregated(&compute("aggregated/routers"), "routers", vec![(
            "regions/us-central1",
            json!({"name": "edge", "selfLink": link("regions/us-central1/routers/edge"), "network": link("global/networks/main"),
                   "nats": [{"name": "out", "natIpAllocateOption": "AUTO_ONLY"}, {"name": "spare"}]}),
        )]);
        for (list, items) in [
            ("artifactregistry/v1/projects/{}/locations/us-central1/repositories", "repositories"),
            ("artifactregistry/v1/projects/{}/locations/europe-west1/repositories", "repositories"),
            ("run/v2/projects/{}/locations/europe-west1/jobs", "jobs"),
            ("cloudfunctions/v2/projects/{}/locations/-/functions", "functions"),
            ("memcache/v1/projects/{}/locations/-/instances", "instances"),
            ("memorystore/v1/projects/{}/locations/-/instances", "instances"),
            ("redis/v1/projects/{}/locations/-/clusters", "clusters"),
            ("run/v2/projects/{}/locations/us-central1/jobs", "jobs"),
        ] {
            google.list(&format!("/{}", list.replace("{}", PROJECT)), items, Vec::new());
        }
        google.list(
            &format!("/secretmanager/v1/projects/{PROJECT}/secrets"),
            "secrets",
            vec![json!({"name": format!("projects/{PROJECT}/secrets/token"), "replication": {"automatic": {}}})],
        );
        google.list(
            &format!("/serviceusage/v1/projects/{PROJECT}/services"),
            "services",
            vec![json!({"name": format!("projects/{PROJECT}/services/run.googleapis.com")})],
        );
        let address = format!("app@{PROJECT}.iam.gserviceaccount.com");
        google.list(
            &format!("/iam/v1/projects/{PROJECT}/serviceAccounts"),
            "accounts",
            vec![json!({"name": format!("projects/{PROJECT}/serviceAccounts/{address}"), "email": address,
                        "projectId": PROJECT, "uniqueId": "100000000000000000001"})],
        );
        google.list(&format!("/redis/v1/projects/{PROJECT}/locations/-/instances"), "instances", vec![
            json!({"name": format!("projects/{PROJECT}/locations/us-central1/instances/cache"), "tier": "BASIC", "memorySizeGb": 1}),
            json!({"name": format!("projects/{PROJECT}/locations/europe-west1/instances/cache"), "tier": "BASIC", "memorySizeGb": 2}),
        ]);
        for (region, connectors) in [("us-central1", vec!["main-connector"]), ("europe-west1", vec![])] {
            let name = |name| json!({"name": format!("projects/{PROJECT}/locations/{region}/connectors/{name}"), "state": "READY"});
            google.list(
                &format!("/vpcaccess/v1/projects/{PROJECT}/locations/{region}/connectors"),
                "connectors",
                connectors.into_iter().map(name).collect(),
            );
        }
        for region in ["us-central1", "europe-west1"] {
            google.list(&format!("/run/v2/projects/{PROJECT}/locations/{region}/services"), "services", vec![
                json!({"name": format!("projects/{PROJECT}/locations/{region}/services/web"), "ingress": "INGRESS_TRAFFIC_ALL"}),
            ]);
        }
        let services = ["us-central1", "europe-west1"].map(|region| {
            json!({"apiVersion": "serving.knative.dev/v1", "kind": "Service",
                   "metadata": {"name": "web", "namespace": NUMBER, "labels": {"cloud.googleapis.com/location": region}}})
        });
        google.list(&format!("/run-v1/v1/projects/{PROJECT}/locations/-/services"), "items", services.to_vec());
        google.set_token(
            &format!("/run-v1/v1/projects/{PROJECT}/locations/-/services"),
            "continue",
            "metadata.continue",
        );
        let sql = format!("/sql/v1beta4/projects/{PROJECT}/instances");
        let instance = |name: &str, policy: &str| {
            json!({"name": name, "project": PROJECT, "databaseVersion": "POSTGRES_14", "gceZone": "us-central1-a", "settings": {"activationPolicy": policy},
                   "selfLink": format!("https://sqladmin.googleapis.com/sql/v1beta4/projects/{PROJECT}/instances/{name}")})
        };
        google.list(&sql, "items", vec![instance("db", "ALWAYS"), instance("asleep", "NEVER")]);
        google.list(
            &format!("{sql}/db/users"),
            "items",
            vec![
                json!({"name": "app", "host": "", "instance": "db", "project": PROJECT}),
                json!({"name": "postgres", "instance": "db", "project": PROJECT}),
            ],
        );
        google.list(&format!("{sql}/db/databases"), "items", vec![
            json!({"name": "app", "instance": "db", "project": PROJECT, "charset": "UTF8",
                   "selfLink": format!("https://sqladmin.googleapis.com/sql/v1beta4/projects/{PROJECT}/instances/db/databases/app")}),
        ]);
        for project in [PROJECT, NUMBER] {
            google.file(
                &format!("/crm/v1/projects/{project}"),
                json!({"projectId": PROJECT, "projectNumber": NUMBER}).to_string().into_bytes(),
            );
        }
        google.list("/servicenetworking/v1/services/-/connections", "connections", vec![
            json!({"network": format!("projects/{NUMBER}/global/networks/main"), "peering": "servicenetworking-googleapis-com",
                   "reservedPeeringRanges": ["services"], "service": "services/servicenetworking.googleapis.com"}),
        ]);
        google
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

    /// How many objects a page holds.
    pub(crate) fn set_page_size(&self, size: usize) {
        self.world().page_size = size;
    }

    /// The next `times` requests whose path contains a text go wrong.
    pub(crate) fn fault(&self, path: &str, times: usize, fault: Fault) {
        self.world().faults.push((path.to_owned(), times, fault));
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

async fn answer(State(world): State<Arc<Mutex<World>>>, request: Request) -> Response {
    let path = request.uri().path().to_owned();
    let (fault, stall) = {
        let mut world = world.lock().expect("no test fails within");
        world.requests.push(request.uri().to_string());
        let found = world.faults.iter_mut().find(|(part, left, _)| *left > 0 && path.contains(part.as_str()));
        let fault = found.map(|(_, left, fault)| {
            *left -= 1;
            fault.clone()
        });
        let stall = matches!(fault, Some(Fault::Stall));
        (fault, stall)
    };
    if request.method() != Method::GET {
        return error(405, "only GET", None);
    }
    if path == "/computeMetadata/v1/universe/universe-domain" {
        return respond(200, "application/text", "googleapis.com".to_owned());
    }
    if path.starts_with("/computeMetadata/") {
        return respond(
            200,
            "application/json",
            json!({"access_token": TOKEN, "expires_in": 3600, "token_type": "Bearer"}).to_string(),
        );
    }
    let sent = request.headers().get(header::AUTHORIZATION).and_then(|value| value.to_str().ok());
    if sent != Some(&format!("Bearer {TOKEN}")) && !path.starts_with("/emulator/") {
        return error(
            401,
            &format!("Request had invalid authentication credentials: {}", sent.unwrap_or("none")),
            None,
        );
    }
    if stall {
        tokio::time::sleep(Duration::from_secs(600)).await;
    }
    let world = world.lock().expect("no test fails within");
    let needed = permissions::needed(&path);
    if let (Some(granted), Some(needed)) = (&world.granted, needed)
        && !granted.contains(&needed)
    {
        return denied(&needed);
    }
    match fault {
        None | Some(Fault::Stall) => content(&world, &request, &path),
        Some(Fault::UnknownField) => match query(&request, "fields") {
            Some(_) => error(400, "Invalid field selection", None),
            None => content(&world, &request, &path),
        },
        Some(Fault::NoRoute) => respond(404, "text/plain", "default backend - 404".to_owned()),
        Some(Fault::Object(body)) => respond(200, "application/json; charset=UTF-8", body.to_string()),
        Some(Fault::PermissionDenied(permission)) => denied(permission),
        Some(Fault::ServiceDisabled(service)) => error(
            403,
            &format!("{service} has not been used in project {NUMBER} before or it is disabled."),
            Some(json!([{"@type": "type.googleapis.com/google.rpc.ErrorInfo", "reason": "SERVICE_DISABLED",
                         "domain": "googleapis.com",
                         "metadata": {"service": service, "consumer": format!("projects/{NUMBER}")}}])),
        ),
        Some(Fault::NotFound) => error(404, "not found", None),
        Some(Fault::TooMany(wait)) => {
            let mut response = error(429, "slow down", None);
            response.headers_mut().insert(header::RETRY_AFTER, wait.into());
            response
        }
        Some(Fault::RateLimited) => {
            let body = json!({"error": {"code": 403, "message": "Rate Limit Exceeded",
                              "errors": [{"domain": "usageLimits", "reason": "rateLimitExceeded"}]}});
            respond(403, "application/json", body.to_string())
        }
        Some(Fault::Status(status)) => error(status, "backend error", None),
        Some(Fault::Html) => respond(200, "text/html", "<!doctype html><title>Sign in</title>".to_owned()),
        Some(Fault::Truncated) => respond(200, "application/json", "{\"items\": [{\"name\": \"ma".to_owned()),
        Some(Fault::EchoedToken) => error(401, &format!("bad credentials: {}", sent.unwrap_or_default()), None),
        Some(Fault::RepeatedToken) => merged(&world, &request, &path, &json!({"nextPageToken": "again"})),
        Some(Fault::With(members)) => merged(&world, &request, &path, &members),
    }
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
    let Some(mut answer) = list(world, request, path) else { return error(404, "nothing", None) };
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
        own == Some(wanted.to_owned())
            || knative().is_some_and(|list| {
                Some(wanted) == body["metadata"]["name"].as_str().map(|name| format!("{list}/{name}")).as_deref()
            })
    };
    bodies.into_iter().find(|(list, body)| is_wanted(list, body)).map(|(_, body)| body.clone())
}

fn list(world: &World, request: &Request, path: &str) -> Option<Value> {
    let whole = whole_list(world, request, path)?;
    Some(match query(request, "fields") {
        Some(mask) => partial::apply(&mask, &whole),
        None => whole,
    })
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
                let mut bodies = scopes[scope][kind].as_array().cloned().unwrap_or_default();
                bodies.push(body.clone());
                scopes[scope] = json!({kind: bodies});
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

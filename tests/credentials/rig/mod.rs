//! A whole network on loopback: a proxy behind which every host of Google's stands, with real names and real TLS.
//!
//! The program under test gets `HTTPS_PROXY` and `SSL_CERT_FILE` and nothing else; whom it asks, over which connection and
//! with which token, [`Rig`] knows. Whatever is secret holds [`MARK`], and no output may.

mod authority;
pub(crate) mod google;
pub(crate) mod keys;
mod server;
mod world;

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::process::Command;
use std::sync::MutexGuard;

use serde_json::Value;
use tempfile::TempDir;

pub(crate) use google::PROJECT;
pub(crate) use world::{MARK, Seen};
use world::{Refusal, SharedWorld, World};

/// The network, and a folder with a root module and the files of a test.
pub(crate) struct Rig {
    address: SocketAddr,
    world: SharedWorld,
    folder: TempDir,
}

/// What a run of the program came to.
pub(crate) struct Outcome {
    /// The exit status.
    pub(crate) status: Option<i32>,
    /// Standard output.
    pub(crate) stdout: String,
    /// Standard error.
    pub(crate) stderr: String,
}

impl Rig {
    /// A network in which all is well.
    pub(crate) fn new() -> Self {
        let (acceptor, trusted) = authority::acceptor();
        let world = SharedWorld::default();
        let address = server::start(SharedWorld::clone(&world), acceptor);
        let rig = Self { address, world, folder: tempfile::tempdir().expect("a folder") };
        rig.write("authority.pem", &trusted);
        rig.write(
            "root/main.tf",
            &format!(
                "provider \"google\" {{\n  project = \"{PROJECT}\"\n  region  = \"us-central1\"\n}}\n\
                 resource \"google_redis_instance\" \"cache\" {{\n  name           = \"cache\"\n  memory_size_gb = 5\n}}\n\
                 resource \"google_compute_network\" \"main\" {{\n  name = \"main\"\n}}\n\
                 resource \"google_cloud_run_v2_service\" \"web\" {{\n  name     = \"web\"\n  location = \"us-central1\"\n}}\n"
            ),
        );
        rig
    }

    /// Writes a file of the folder; its path.
    pub(crate) fn write(&self, name: &str, text: &str) -> String {
        let path = self.path(name);
        std::fs::create_dir_all(path.parent().expect("in the folder")).expect("made");
        std::fs::write(&path, text).expect("written");
        path.to_str().expect("UTF-8").to_owned()
    }

    /// A path in the folder.
    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// `127.0.0.1:PORT`, which is proxy, TLS server and metadata server.
    pub(crate) fn host(&self) -> String {
        self.address.to_string()
    }

    /// Its port.
    pub(crate) fn port(&self) -> u16 {
        self.address.port()
    }

    /// What it knows.
    pub(crate) fn world(&self) -> MutexGuard<'_, World> {
        self.world.lock().expect("no test fails within")
    }

    /// Refuses what has a part of `host/path`, so often.
    pub(crate) fn refuse(&self, of: &str, times: usize, status: u16, body: impl Into<String>) {
        self.world().refusals.push(Refusal { of: of.to_owned(), spared: 0, times, status, body: body.into() });
    }

    /// Refuses what has a part of `host/path`, always but for the first `spared` times.
    pub(crate) fn refuse_after(&self, of: &str, spared: usize, status: u16, body: impl Into<String>) {
        let refusal = Refusal { of: of.to_owned(), spared, times: usize::MAX, status, body: body.into() };
        self.world().refusals.push(refusal);
    }

    /// The requests until now to a host.
    pub(crate) fn to(&self, host: &str) -> Vec<Seen> {
        self.world().requests.iter().filter(|seen| seen.host == host).cloned().collect()
    }

    /// The requests until now to the APIs, which are all that bring no token or get one.
    pub(crate) fn to_apis(&self) -> Vec<Seen> {
        let is_api = |seen: &&Seen| seen.path.contains(&format!("/projects/{PROJECT}"));
        self.world().requests.iter().filter(is_api).cloned().collect()
    }

    /// The hosts that were asked, with how often.
    pub(crate) fn hosts(&self) -> BTreeMap<String, usize> {
        let mut hosts = BTreeMap::new();
        for seen in &self.world().requests {
            *hosts.entry(seen.host.clone()).or_default() += 1;
        }
        hosts
    }

    /// Runs a check with these variables and flags beside what leads it here.
    pub(crate) fn check_with(&self, variables: &[(&str, &str)], flags: &[&str]) -> Outcome {
        let mut program = Command::new(env!("CARGO_BIN_EXE_trueup"));
        program.arg("check").arg(self.path("root"));
        program.args(["--live", "api", "--format", "json", "--fail-on", "none"]).args(flags);
        program.env_clear().env("HOME", self.path("home"));
        let has_proxy = |name: &str| ["https_proxy", "all_proxy"].contains(&&*name.to_ascii_lowercase());
        if !variables.iter().any(|(name, _)| has_proxy(name)) {
            program.env("HTTPS_PROXY", format!("http://{}", self.host()));
        }
        program.env("SSL_CERT_FILE", self.path("authority.pem"));
        // Nobody listens there: a run finds a metadata server only where a test gives it one.
        program.env("GCE_METADATA_HOST", "127.0.0.1:1");
        for (name, value) in variables {
            program.env(name, value);
        }
        let output = program.output().expect("it runs");
        let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
        let outcome =
            Outcome { status: output.status.code(), stdout: text(&output.stdout), stderr: text(&output.stderr) };
        outcome.shows_nothing_secret();
        outcome
    }

    /// Runs a check with these variables.
    pub(crate) fn check(&self, variables: &[(&str, &str)]) -> Outcome {
        self.check_with(variables, &[])
    }
}

impl Outcome {
    fn shows_nothing_secret(&self) {
        let all = format!("{}\n{}", self.stdout, self.stderr);
        for secret in [MARK, "eyJ", "PRIVATE KEY-", keys::piece(), "panicked"] {
            assert!(!all.contains(secret), "`{secret}` shows: {all}");
        }
    }

    /// The report of a run that read all that it wanted.
    pub(crate) fn whole(&self) -> Value {
        assert_eq!(self.status, Some(0), "{}{}", self.stdout, self.stderr);
        let report: Value = serde_json::from_str(&self.stdout).expect("JSON");
        assert_eq!(report["complete"], true, "{}", self.stdout);
        let resources = report["resources"].as_array().expect("a list");
        let cache = resources.iter().find(|resource| resource["address"] == "google_redis_instance.cache");
        assert_eq!(cache.expect("listed")["presence"], "not_in_state", "{}", self.stdout);
        report
    }

    /// What is said of a run that could not be done.
    pub(crate) fn failure(&self) -> &str {
        assert_eq!((self.status, self.stdout.as_str()), (Some(1), ""), "{}", self.stderr);
        &self.stderr
    }
}

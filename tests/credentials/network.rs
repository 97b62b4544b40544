//! How requests travel: TLS, HTTP/2, gzip, connections, and the ways round and through a proxy.

use std::collections::BTreeMap;

use axum::http::Version;

use crate::files::{user, with};
use crate::rig::{MARK, Rig};

const TOKEN: (&str, &str) = ("GOOGLE_OAUTH_ACCESS_TOKEN", "given-s3cr3t");
const DEFAULT_FILE: &str = "GOOGLE_APPLICATION_CREDENTIALS";

/// A rig that takes the token which [`TOKEN`] gives.
fn rig() -> Rig {
    let rig = Rig::new();
    rig.world().tokens.insert(TOKEN.1.to_owned(), usize::MAX);
    rig
}

#[test]
fn each_host_is_asked_over_one_connection_in_http_2_with_gzip() {
    let rig = rig();
    rig.check(&[TOKEN]).whole();
    let mut connections: BTreeMap<String, Vec<usize>> = BTreeMap::new();
    for seen in rig.to_apis() {
        assert_eq!((seen.version, seen.is_tls), (Version::HTTP_2, true), "{seen:?}");
        assert_eq!(seen.tunnel.as_deref(), Some(&*format!("{}:443", seen.host)), "what the proxy was asked for");
        assert!(seen.header("accept-encoding").contains("gzip"), "{seen:?}");
        assert!(seen.header("user-agent").starts_with("trueup/"), "{seen:?}");
        connections.entry(seen.host).or_default().push(seen.connection);
    }
    assert!(connections.values().any(|used| used.len() > 1), "a host is asked more than once: {connections:?}");
    for (host, mut used) in connections {
        used.dedup();
        assert_eq!(used.len(), 1, "{host}");
    }
}

#[test]
fn a_proxy_counts_in_either_case_and_gets_its_password() {
    for name in ["HTTPS_PROXY", "https_proxy", "ALL_PROXY", "all_proxy"] {
        let rig = rig();
        let proxy = format!("http://user:{MARK}@{}", rig.host());
        rig.check(&[TOKEN, (name, &proxy)]).whole();
        for tunnel in &rig.world().tunnels {
            assert_eq!(tunnel.authorization.as_deref(), Some("Basic dXNlcjpzM2NyM3Q="), "{name}: {tunnel:?}");
        }
    }
}

#[test]
fn what_no_proxy_names_is_asked_directly() {
    // An address of this machine that is not of its loopback network, so that a proxy counts for it.
    let rig = rig();
    let endpoint = format!("redis=https://0.0.0.0:{}/v1/", rig.port());
    let tunnels =
        |rig: &Rig| rig.world().tunnels.iter().filter(|tunnel| tunnel.authority.starts_with("0.0.0.0:")).count();
    rig.check_with(&[TOKEN], &["--endpoint", &endpoint]).whole();
    let through_the_proxy = tunnels(&rig);
    assert!(through_the_proxy > 0);
    rig.check_with(&[TOKEN, ("NO_PROXY", "example.org,0.0.0.0")], &["--endpoint", &endpoint]).whole();
    assert_eq!(tunnels(&rig), through_the_proxy, "none was added");
    let last = rig.to_apis().into_iter().rfind(|seen| seen.host.starts_with("0.0.0.0")).expect("asked");
    assert!(last.is_tls && last.tunnel.is_none(), "{last:?}");
}

#[test]
fn token_endpoints_and_the_metadata_server_heed_no_proxy_as_well() {
    let rig = rig();
    let file = with(user(), "token_uri", format!("https://localhost:{}/token", rig.port()));
    let path = rig.write("credentials.json", &file.to_string());
    rig.check(&[(DEFAULT_FILE, &path), ("NO_PROXY", "localhost")]).whole();
    let asked = rig.to(&format!("localhost:{}", rig.port()));
    assert!(asked.len() == 1 && asked[0].is_tls && asked[0].tunnel.is_none(), "{asked:?}");

    let host = rig.host();
    let nowhere = ("HTTP_PROXY", "http://127.0.0.1:1");
    rig.check(&[("GCE_METADATA_HOST", &host), nowhere, ("NO_PROXY", "127.0.0.1")]).whole();
    assert!(!rig.to(&host).is_empty());
}

#[test]
fn this_machine_is_asked_without_proxy() {
    let rig = rig();
    let endpoint = format!("redis=http://{}/v1/", rig.host());
    rig.check_with(&[TOKEN, ("HTTP_PROXY", "http://127.0.0.1:1")], &["--endpoint", &endpoint]).whole();
    let asked = rig.to(&rig.host());
    assert!(!asked.is_empty() && asked.iter().all(|seen| seen.tunnel.is_none() && !seen.is_tls), "{asked:?}");
}

#[test]
fn a_proxy_that_refuses_is_named_as_what_it_is() {
    let rig = rig();
    let proxy = format!("http://user:{MARK}@{}", rig.host());
    for (status, expected) in [(407, "wants a login"), (403, "does not connect"), (502, "does not connect")] {
        rig.world().proxy_status = Some(status);
        rig.world().tunnels.clear();
        let outcome = rig.check_with(&[TOKEN, ("HTTPS_PROXY", &proxy)], &["--timeout", "2s"]);
        let said = outcome.failure();
        assert!(said.contains(expected), "{status}: {said}");
        let path = rig.write("credentials.json", &user().to_string());
        let outcome = rig.check_with(&[(DEFAULT_FILE, &path), ("HTTPS_PROXY", &proxy)], &["--timeout", "2s"]);
        let said = outcome.failure();
        assert!(said.contains("oauth2.googleapis.com") && said.contains(expected), "{status}: {said}");
    }
    assert_eq!(rig.world().requests.len(), 0, "nothing goes past it");
}

#[test]
fn a_proxy_that_is_not_there_is_no_reason_to_go_past_it() {
    let rig = rig();
    let outcome = rig.check_with(&[TOKEN, ("HTTPS_PROXY", "http://user:s3cr3t@127.0.0.1:1")], &["--timeout", "2s"]);
    let said = outcome.failure();
    assert!(said.contains("it is the proxy") && said.contains("googleapis.com"), "{said}");
    assert_eq!(rig.world().requests.len(), 0);
}

#[test]
fn a_certificate_that_is_not_trusted_ends_it() {
    let (rig, other) = (rig(), Rig::new());
    let authority = other.path("authority.pem");
    let authority = ("SSL_CERT_FILE", authority.to_str().expect("UTF-8"));
    let path = rig.write("credentials.json", &user().to_string());
    for credentials in [TOKEN, (DEFAULT_FILE, path.as_str())] {
        let outcome = rig.check(&[credentials, authority]);
        let said = outcome.failure();
        assert!(said.contains("SSL_CERT_FILE"), "{said}");
    }
    assert_eq!(rig.world().requests.len(), 0, "neither token nor request was shown to it");
}

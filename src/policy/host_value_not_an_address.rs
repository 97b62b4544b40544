//! `host-value-not-an-address`: a host in an environment variable that no address or name looks like.

use std::collections::BTreeSet;
use std::net::Ipv6Addr;

use super::answer::{Answer, Context, Draft, listed, named};
use crate::topology::{Service, Variable, VariableValue};

pub(super) fn check(context: &Context<'_>) -> Vec<Answer> {
    context.topology.services.iter().flat_map(|service| judge(context, service)).collect()
}

fn judge(context: &Context<'_>, service: &Service<'_>) -> Vec<Answer> {
    let names: BTreeSet<String> = service.variables.iter().map(|variable| variable.name.to_ascii_uppercase()).collect();
    let mut answers = Vec::new();
    let mut words = Vec::new();
    let mut evidence = Vec::new();
    let mut open = BTreeSet::new();
    for variable in &service.variables {
        let Some(strictness) = strictness(&variable.name, &names) else { continue };
        match open_reason(variable) {
            Some(why) => {
                open.insert(why);
            }
            None => {
                let VariableValue::Text(value) = &variable.value else { continue };
                let faults = faults(value, strictness);
                if !faults.is_empty() {
                    let said = listed(&faults);
                    words.push(format!("{} {said}", named(&variable.name)));
                    // What is wrong with it, never the value.
                    evidence.push(context.said_of(service.resource, &variable.path, said));
                }
            }
        }
    }
    answers.extend(open.into_iter().map(|why| Answer::undetermined(context, service.resource, why)));
    if !words.is_empty() {
        let message = format!(
            "{} has host values that are not a bare address or name, so that they are looked up as names and not found \
             (\"Temporary failure in name resolution\"): {}.",
            named(&service.title()),
            words.join("; ")
        );
        answers.push(Answer::Fires(Draft::new(message, vec![context.label(service.resource)], evidence)));
    }
    answers
}

fn open_reason(variable: &Variable) -> Option<String> {
    match &variable.value {
        VariableValue::Text(_) => None,
        // The same words for all, so that a report can count them.
        VariableValue::Secret => Some("hosts come from secrets, whose content is never read".to_owned()),
        VariableValue::Unknown(reason) => Some(format!("{} is not known: {reason}", named(&variable.name))),
    }
}

/// What a variable must not hold.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Strictness {
    /// A bare host: no port and no scheme either.
    BareHost,
    /// By convention perhaps `host:port` or a URL: only what no address can hold.
    AnyAddress,
}

/// How strictly to read a variable; `None` where its name does not say that it holds a host.
///
/// A port or a scheme is held against a variable only where its name speaks of a database or cache, or where the port
/// has a variable of its own: many programs take `https://…` in a `*_HOST`, and emulators `host:port`.
fn strictness(name: &str, all: &BTreeSet<String>) -> Option<Strictness> {
    let name = name.to_ascii_uppercase();
    if name == "PGHOST" {
        return Some(Strictness::BareHost);
    }
    if let Some(stem) = ["_HOST", "_HOSTNAME"].into_iter().find_map(|suffix| name.strip_suffix(suffix)) {
        if stem.ends_with("EMULATOR") || stem.is_empty() {
            return Some(Strictness::AnyAddress);
        }
        let is_store = stem.split('_').any(|word| STORES.contains(&word));
        let has_port = all.contains(&format!("{stem}_PORT"));
        return Some(if is_store || has_port { Strictness::BareHost } else { Strictness::AnyAddress });
    }
    ["_ADDR", "_ADDRESS"]
        .into_iter()
        .find_map(|suffix| name.strip_suffix(suffix))
        .filter(|stem| stem.split('_').any(|word| STORES.contains(&word)))
        .map(|_| Strictness::AnyAddress)
}

const STORES: &[&str] = &[
    "CACHE",
    "CLICKHOUSE",
    "CLOUDSQL",
    "DATABASE",
    "DB",
    "MARIADB",
    "MEMCACHE",
    "MEMCACHED",
    "MEMORYSTORE",
    "MONGO",
    "MONGODB",
    "MYSQL",
    "PG",
    "POSTGRES",
    "POSTGRESQL",
    "RABBITMQ",
    "REDIS",
    "SQL",
    "VALKEY",
];

/// What is wrong with a value, each as words that fit after the variable's name.
fn faults(value: &str, strictness: Strictness) -> Vec<String> {
    let mut faults = Vec::new();
    // A path to a socket is a host for database clients.
    if value.is_empty() || value.starts_with('/') {
        return faults;
    }
    let mut fault = |words: &str| faults.push(words.to_owned());
    if value.ends_with(['\n', '\r']) {
        fault("ends in a newline");
    } else if value.contains(['\n', '\r']) {
        fault("holds a newline");
    }
    let inner = value.trim_end_matches(['\n', '\r']);
    if inner.starts_with([' ', '\t']) || inner.ends_with([' ', '\t']) {
        fault("begins or ends with a blank");
    } else if inner.contains([' ', '\t']) {
        fault("holds a blank");
    }
    let host = inner.trim();
    if host.starts_with(['"', '\'', '`']) || host.ends_with(['"', '\'', '`']) {
        fault("stands in quotes");
    }
    if strictness == Strictness::BareHost {
        let host = host.trim_matches(['"', '\'', '`']);
        if host.contains("://") {
            fault("holds a scheme (URL)");
        } else if host.contains('/') {
            fault("holds a path");
        } else if holds_port(host) {
            fault("holds a port");
        }
    }
    faults
}

fn holds_port(host: &str) -> bool {
    if host.trim_matches(['[', ']']).parse::<Ipv6Addr>().is_ok() {
        return false;
    }
    host.rsplit_once(':').is_some_and(|(_, port)| !port.is_empty() && port.bytes().all(|b| b.is_ascii_digit()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn malformed_hosts_are_told_by_their_fault() {
        let said = |value| faults(value, Strictness::BareHost).join(", ");
        assert_eq!(said("10.0.0.1\n"), "ends in a newline");
        assert_eq!(said("10.0.0.1:6379"), "holds a port");
        assert_eq!(said("\"10.0.0.1\""), "stands in quotes");
        assert_eq!(said(" 10.0.0.1"), "begins or ends with a blank");
        assert_eq!(said("redis://10.0.0.1:6379"), "holds a scheme (URL)");
        assert_eq!(said("'db:5432'\r\n"), "ends in a newline, stands in quotes, holds a port");
        for good in ["10.0.0.1", "redis", "db.example.com", "::1", "[fd00::1]", "/cloudsql/p:r:i", "", "a,b"] {
            assert_eq!(said(good), "", "{good}");
        }
    }

    #[test]
    fn only_names_that_say_host_are_read_strictly() {
        let all = BTreeSet::from(["SEARCH_PORT".to_owned()]);
        for name in ["REDIS_HOST", "PGHOST", "db_host", "SEARCH_HOST", "CACHE_HOSTNAME"] {
            assert_eq!(strictness(name, &all), Some(Strictness::BareHost), "{name}");
        }
        for name in ["LANGFUSE_HOST", "REDIS_ADDR", "PUBSUB_EMULATOR_HOST", "REDIS_EMULATOR_HOST"] {
            assert_eq!(strictness(name, &all), Some(Strictness::AnyAddress), "{name}");
        }
        for name in ["REDIS_URL", "HOST", "ALLOWED_HOSTS", "EMAIL_ADDRESS", "GHOST", "DB_NAME"] {
            assert_eq!(strictness(name, &all), None, "{name}");
        }
    }
}

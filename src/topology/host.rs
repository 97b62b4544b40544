//! Hosts that the values of environment variables name, and whether they lie outside.

use std::net::{IpAddr, Ipv4Addr};

use ipnet::Ipv4Net;
use url::Url;

/// A host that a value names.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Host {
    /// A public address or a name that nothing marks as internal.
    Outside(String),
    /// A private address.
    Private(Ipv4Addr),
    /// Names that may be served inside: localhost, `.internal`, Google's own APIs (which Private Google Access can
    /// carry), and addresses whose class Google does not document.
    Other,
}

/// The host of a URL: `postgres://u:p@host:5432/db`. `None` where the value is no URL with a host.
pub(crate) fn url_host(value: &str) -> Option<Host> {
    if !value.contains("://") || value.len() > MAX_LENGTH {
        return None;
    }
    let url = Url::parse(value.trim()).ok()?;
    classify(url.host_str()?)
}

/// The host of a value that should be a bare address or name, with or without port. `None` where it is neither.
pub(crate) fn bare_host(value: &str) -> Option<Host> {
    let value = value.trim();
    if value.len() > MAX_LENGTH {
        return None;
    }
    let host = match value.rsplit_once(':') {
        Some((host, port)) if !host.contains(':') && port.bytes().all(|b| b.is_ascii_digit()) => host,
        _ => value,
    };
    classify(host)
}

/// Longer values are documents, not hosts.
const MAX_LENGTH: usize = 2_000;

fn classify(host: &str) -> Option<Host> {
    match host.trim_matches(['[', ']']).parse::<IpAddr>() {
        Ok(IpAddr::V4(address)) => Some(classify_address(address)),
        Ok(IpAddr::V6(_)) => Some(Host::Other),
        Err(_) => is_name(host).then(|| classify_name(host)),
    }
}

fn classify_address(address: Ipv4Addr) -> Host {
    let within = |ranges: &[(Ipv4Addr, u8)]| {
        ranges
            .iter()
            .filter_map(|(start, length)| Ipv4Net::new(*start, *length).ok())
            .any(|range| range.contains(&address))
    };
    if within(PRIVATE) {
        Host::Private(address)
    } else if within(UNDECIDED) || address.is_loopback() || address.is_multicast() {
        Host::Other
    } else {
        Host::Outside(address.to_string())
    }
}

/// RFC 1918 and RFC 6598.
const PRIVATE: &[(Ipv4Addr, u8)] = &[
    (Ipv4Addr::new(10, 0, 0, 0), 8),
    (Ipv4Addr::new(172, 16, 0, 0), 12),
    (Ipv4Addr::new(192, 168, 0, 0), 16),
    (Ipv4Addr::new(100, 64, 0, 0), 10),
];

/// Not routed to the internet, or not documented as either: link-local, Private Google Access, class E and the like.
const UNDECIDED: &[(Ipv4Addr, u8)] = &[
    (Ipv4Addr::new(0, 0, 0, 0), 8),
    (Ipv4Addr::new(169, 254, 0, 0), 16),
    (Ipv4Addr::new(192, 0, 0, 0), 24),
    (Ipv4Addr::new(198, 18, 0, 0), 15),
    (Ipv4Addr::new(199, 36, 153, 4), 30),
    (Ipv4Addr::new(199, 36, 153, 8), 30),
    (Ipv4Addr::new(34, 126, 0, 0), 18),
    (Ipv4Addr::new(240, 0, 0, 0), 4),
];

/// A DNS name with at least one dot, a letter in its last label, and nothing that cannot stand in one.
fn is_name(host: &str) -> bool {
    let host = host.strip_suffix('.').unwrap_or(host);
    let is_label = |label: &str| {
        !label.is_empty()
            && label.len() <= 63
            && label.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_'))
    };
    host.contains('.')
        && host.len() <= 253
        && host.split('.').all(is_label)
        && host.rsplit('.').next().is_some_and(|last| last.bytes().any(|b| b.is_ascii_alphabetic()))
}

fn classify_name(host: &str) -> Host {
    let host = host.trim_end_matches('.').to_ascii_lowercase();
    if host == "localhost" || INSIDE_SUFFIXES.iter().any(|suffix| host.ends_with(suffix)) {
        Host::Other
    } else {
        Host::Outside(host)
    }
}

const INSIDE_SUFFIXES: &[&str] = &[
    ".internal",
    ".local",
    ".localdomain",
    ".localhost",
    ".svc",
    ".lan",
    ".corp",
    ".intranet",
    ".private",
    ".home.arpa",
    ".in-addr.arpa",
    ".googleapis.com",
    ".run.app",
    ".gcr.io",
    ".pkg.dev",
    ".goog",
    ".invalid",
    ".test",
];

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn outside(host: &str) -> Option<Host> {
        Some(Host::Outside(host.to_owned()))
    }

    #[test]
    fn hosts_of_urls() {
        assert_eq!(url_host("https://user:secret@db.example.com:8443/x?y"), outside("db.example.com"));
        assert_eq!(url_host("postgres://u:p@203.0.113.9:5432/db"), outside("203.0.113.9"));
        assert_eq!(url_host("redis://10.1.2.3:6379"), Some(Host::Private(Ipv4Addr::new(10, 1, 2, 3))));
        assert_eq!(url_host("https://sqladmin.googleapis.com/v1"), Some(Host::Other));
        assert_eq!(url_host("http://localhost:8080"), None);
        for text in ["", "db.example.com", "file:///etc/x", "postgresql:///db?host=/cloudsql/p:r:i", "a://", "://x"] {
            assert_eq!(url_host(text), None, "{text:?}");
        }
    }

    #[test]
    fn bare_hosts() {
        assert_eq!(bare_host("db.example.com"), outside("db.example.com"));
        assert_eq!(bare_host("db.example.com:9440\n"), outside("db.example.com"));
        assert_eq!(bare_host("10.0.0.1:6379"), Some(Host::Private(Ipv4Addr::new(10, 0, 0, 1))));
        for text in ["redis", "0.0.0.0.0", "/cloudsql/p:r:i", "a b.c", "true", "1.5", "a..b"] {
            assert_eq!(bare_host(text), None, "{text:?}");
        }
    }

    #[test]
    fn addresses_that_stay_inside_are_not_outside() {
        for text in ["100.64.0.1", "172.31.255.255", "192.168.0.1"] {
            assert!(matches!(bare_host(text), Some(Host::Private(_))), "{text}");
        }
        for text in ["199.36.153.8", "127.0.0.1", "0.0.0.0", "169.254.169.254", "240.0.0.1", "::1", "fd00::1"] {
            assert_eq!(bare_host(text), Some(Host::Other), "{text}");
        }
    }

    proptest! {
        #[test]
        fn no_value_panics(value in ".{0,60}") {
            let _ = (url_host(&value), bare_host(&value), url_host(&format!("x://{value}")));
        }
    }
}

//! Where each API is asked: the catalog's base addresses, and what the user set in their place. Main type: [`Endpoints`].

use std::collections::{BTreeMap, BTreeSet};

use thiserror::Error;
use url::Url;

use super::credentials::{DEFAULT_UNIVERSE, is_domain};

/// Addresses that replace the catalog's base addresses, keyed by service.
///
/// A service goes by the name that the provider uses (`compute`, `cloud_run_v2`, from
/// `GOOGLE_CLOUD_RUN_V2_CUSTOM_ENDPOINT`); case, `_` and `-` do not count. As in the provider, the address replaces the
/// whole base, version included.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Endpoints {
    addresses: BTreeMap<String, Url>,
    /// The services that a flag named, as it wrote them: a variable may be meant for the provider alone.
    named: BTreeSet<String>,
    /// The universe in which the catalog's addresses are looked for; `None`: `googleapis.com`.
    universe: Option<String>,
}

/// Why an endpoint override cannot be used.
#[derive(Clone, Debug, Error, PartialEq, Eq)]
pub enum EndpointError {
    /// Not `SERVICE=URL`.
    #[error("read endpoint `{text}`: expected SERVICE=URL, as in redis=https://redis.example.com/v1/")]
    Shape {
        /// What was given.
        text: String,
    },
    /// The address is no `http` or `https` URL.
    #[error("read endpoint of `{service}`: `{address}` is no http or https address")]
    Address {
        /// The service.
        service: String,
        /// What was given as address, without user name and password.
        address: String,
    },
    /// The universe is no domain.
    #[error("use universe `{domain}`: it is no domain, such as googleapis.com")]
    Universe {
        /// What was given.
        domain: String,
    },
    /// A service that no resource type uses.
    #[error("use endpoint of `{service}`: no such service; known are {known}")]
    Unknown {
        /// The service.
        service: String,
        /// The services that there are.
        known: String,
    },
}

impl Endpoints {
    /// Takes `GOOGLE_<SERVICE>_CUSTOM_ENDPOINT` out of environment variables; all others are passed over. An empty
    /// value is as good as none.
    ///
    /// # Errors
    /// A value that is no address.
    pub fn set_from_variables<'a>(
        &mut self,
        variables: impl IntoIterator<Item = (&'a str, &'a str)>,
    ) -> Result<(), EndpointError> {
        for (name, value) in variables {
            let service = name.strip_prefix("GOOGLE_").and_then(|name| name.strip_suffix("_CUSTOM_ENDPOINT"));
            if let (Some(service), false) = (service, value.is_empty()) {
                self.set(service, value)?;
            }
        }
        Ok(())
    }

    /// Takes one `SERVICE=URL`, as `--endpoint` has it. It replaces what was set before.
    ///
    /// # Errors
    /// A text that is not `SERVICE=URL`.
    pub fn set_from_flag(&mut self, text: &str) -> Result<(), EndpointError> {
        let (service, address) = text.split_once('=').ok_or_else(|| EndpointError::Shape { text: text.to_owned() })?;
        if service.trim().is_empty() {
            return Err(EndpointError::Shape { text: text.to_owned() });
        }
        self.set(service.trim(), address.trim())?;
        self.named.insert(service.trim().to_owned());
        Ok(())
    }

    fn set(&mut self, service: &str, address: &str) -> Result<(), EndpointError> {
        let refused = || EndpointError::Address { service: service.to_owned(), address: without_user(address) };
        let url = Url::parse(address).map_err(|_| refused())?;
        if !matches!(url.scheme(), "http" | "https") || url.host_str().is_none() {
            return Err(refused());
        }
        self.addresses.insert(key(service), url);
        Ok(())
    }

    /// Looks for the catalog's addresses in another universe than `googleapis.com`.
    ///
    /// # Errors
    /// A text that is no domain.
    pub fn set_universe(&mut self, domain: &str) -> Result<(), EndpointError> {
        if !is_domain(domain) {
            return Err(EndpointError::Universe { domain: domain.to_owned() });
        }
        self.universe = (domain != DEFAULT_UNIVERSE).then(|| domain.to_owned());
        Ok(())
    }

    /// An address of the catalog, in the universe that requests go to.
    pub(crate) fn in_universe(&self, mut address: Url) -> Url {
        if let (Some(universe), Some(host)) = (&self.universe, address.host_str())
            && let Some(service) = host.strip_suffix(DEFAULT_UNIVERSE)
        {
            let host = format!("{service}{universe}");
            // The universe was checked to be a domain, so that the host stays one.
            let _ = address.set_host(Some(&host));
        }
        address
    }

    /// The address that replaces the base of a service, by any of the names it goes by.
    pub(crate) fn of(&self, names: &[&str]) -> Option<&Url> {
        names.iter().find_map(|name| self.addresses.get(&key(name)))
    }

    /// Says which service of a flag is not among the known ones.
    pub(crate) fn check<'a>(&self, known: impl Iterator<Item = &'a str> + Clone) -> Result<(), EndpointError> {
        for service in &self.named {
            if !known.clone().any(|name| key(name) == key(service)) {
                let mut names: Vec<&str> = known.collect();
                names.sort_unstable();
                names.dedup();
                return Err(EndpointError::Unknown { service: service.clone(), known: names.join(", ") });
            }
        }
        Ok(())
    }
}

fn key(service: &str) -> String {
    let service = service.strip_suffix(".googleapis.com").unwrap_or(service);
    service.chars().filter(char::is_ascii_alphanumeric).map(|c| c.to_ascii_lowercase()).collect()
}

/// The address without what stands before an `@`: it may be a password.
fn without_user(address: &str) -> String {
    address.rsplit_once('@').map_or_else(|| address.to_owned(), |(_, rest)| format!("…@{rest}"))
}

/// A base address with a relative path below it, whatever slashes either has.
pub(crate) fn join(base: &Url, path: &str) -> Result<Url, url::ParseError> {
    let mut base = base.as_str().trim_end_matches('/').to_owned();
    base.push('/');
    base.push_str(path.trim_start_matches('/'));
    Url::parse(&base)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn variables_and_flags_name_the_same_service() {
        let mut endpoints = Endpoints::default();
        let variables = [("GOOGLE_CLOUD_RUN_V2_CUSTOM_ENDPOINT", "http://127.0.0.1:1/v2/"), ("HOME", "/x")];
        endpoints.set_from_variables(variables).expect("valid");
        assert_eq!(endpoints.of(&["cloud_run_v2"]).map(Url::as_str), Some("http://127.0.0.1:1/v2/"));
        endpoints.set_from_flag("cloud-run-v2=http://127.0.0.1:2/").expect("valid");
        assert_eq!(endpoints.of(&["x", "cloud_run_v2"]).map(Url::as_str), Some("http://127.0.0.1:2/"), "the flag wins");
        assert_eq!(endpoints.of(&["cloud_run"]), None);
    }

    #[test]
    fn what_is_no_address_is_refused_without_its_password() {
        let mut endpoints = Endpoints::default();
        for text in ["redis", "=http://x", "redis=", "redis=ftp://x/", "redis=//x"] {
            assert!(endpoints.set_from_flag(text).is_err(), "{text}");
        }
        let error = endpoints.set_from_flag("redis=ftp://u:secret@x/").expect_err("not http");
        assert!(!error.to_string().contains("secret"), "{error}");
    }

    #[test]
    fn a_service_that_nobody_uses_is_said() {
        let mut endpoints = Endpoints::default();
        endpoints.set_from_flag("rediss=http://127.0.0.1/").expect("an address");
        let error = endpoints.check(["redis", "compute"].into_iter()).expect_err("unknown");
        assert!(error.to_string().contains("compute, redis"), "{error}");
        let mut endpoints = Endpoints::default();
        endpoints.set_from_variables([("GOOGLE_DNS_CUSTOM_ENDPOINT", "http://127.0.0.1/")]).expect("an address");
        assert_eq!(endpoints.check(["redis"].into_iter()), Ok(()), "a variable may be meant for the provider alone");
    }

    #[test]
    fn slashes_do_not_matter() {
        for (base, path) in [("http://h/v1", "p/x"), ("http://h/v1/", "/p/x"), ("http://h/v1/", "p/x")] {
            let base = Url::parse(base).expect("valid");
            assert_eq!(join(&base, path).map(String::from), Ok("http://h/v1/p/x".to_owned()));
        }
    }
}

//! What single attributes need beyond their form. One function for each [`crate::catalog::Converter`], with its reason.

use std::collections::BTreeMap;
use std::net::IpAddr;

use crate::catalog::{Converter, Row};
use crate::model::Value;

/// The value of a row of which the member alone does not tell it, from the whole body. `None`: read the member.
pub(super) fn from_body(converter: Converter, body: &BTreeMap<String, Value>) -> Option<Value> {
    match converter {
        Converter::SqlFirstAddress => Some(address(body, None)),
        Converter::SqlPublicAddress => Some(address(body, Some("PRIMARY"))),
        Converter::SqlPrivateAddress => Some(address(body, Some("PRIVATE"))),
        // The API has a name for the architecture, the provider asks whether it is the new one.
        Converter::SqlNewNetworkArchitecture => {
            let architecture = body.get("sqlNetworkArchitecture").and_then(Value::as_str);
            Some(Value::Bool(architecture == Some("NEW_NETWORK_ARCHITECTURE")))
        }
        Converter::ProxyComputeCertificates => Some(certificates(body, false)),
        Converter::ProxyManagedCertificates => Some(certificates(body, true)),
        Converter::SqlMasterName
        | Converter::SqlDatabaseVersion
        | Converter::AddressOrReference
        | Converter::BlankIsNone
        | Converter::BareName
        | Converter::LinkZone => None,
    }
}

/// Whether a configured value says nothing that could be compared, as if it were not given.
pub(super) fn says_nothing(converter: Converter, configured: &Value) -> bool {
    match (converter, configured) {
        // The address of an object that the code names instead: only the API knows it.
        (Converter::AddressOrReference, Value::String(text)) => !text.is_empty() && address_alone(text).is_none(),
        _ => false,
    }
}

/// Whether a configured value stands for a value that the API has, though the two are not equal.
pub(super) fn means(converter: Converter, configured: &Value, stored: &Value) -> bool {
    match (converter, configured, stored) {
        // Minor versions from 35 on are upgrades of MYSQL_8_0 that Google makes by itself.
        (Converter::SqlDatabaseVersion, Value::String(configured), Value::String(stored))
            if configured == "MYSQL_8_0" =>
        {
            let minor = stored.strip_prefix("MYSQL_8_0_").and_then(|minor| minor.parse::<u32>().ok());
            minor.is_some_and(|minor| minor >= 35)
        }
        // The collection that a bare name stands in depends on the zone or region of another argument; the provider takes
        // any link that ends in the name for the same.
        (Converter::BareName, Value::String(configured), Value::String(stored)) => {
            let is_bare = !configured.is_empty() && !configured.contains('/');
            is_bare && stored.rsplit_once('/').is_some_and(|(_, name)| name == configured)
        }
        // The switch works one way: an instance that is on the new architecture stays there.
        (Converter::SqlNewNetworkArchitecture, configured, Value::Bool(true)) => configured.as_bool() != Some(true),
        _ => false,
    }
}

/// The canonical value of a row, on any side.
pub(super) fn value(row: &Row, value: Value) -> Value {
    match (row.converter, &value) {
        // The API puts `project:` before the name of the primary, the provider takes it off.
        (Some(Converter::SqlMasterName), Value::String(text)) => match text.rsplit_once(':') {
            Some((_, name)) => Value::string(name),
            None => value,
        },
        // The API has the zone only in the link to the instance, the provider takes it out.
        (Some(Converter::LinkZone), Value::String(text)) => match zone(text) {
            Some(zone) => Value::string(zone),
            None => value,
        },
        // What IAP has for the client that Google keeps for everyone.
        (Some(Converter::BlankIsNone), Value::String(text)) if text.trim().is_empty() => Value::Null,
        // An IPv6 address may have a prefix length on one side only.
        (Some(Converter::AddressOrReference), Value::String(text)) => match address_alone(text) {
            Some(address) => Value::string(address.to_string()),
            None => value,
        },
        _ => value,
    }
}

/// The segment after `zones/` in a link.
fn zone(link: &str) -> Option<&str> {
    let mut segments = link.split('/').skip_while(|segment| *segment != "zones");
    segments.nth(1).filter(|zone| !zone.is_empty())
}

/// The address of a text that is one, with or without prefix length.
fn address_alone(text: &str) -> Option<IpAddr> {
    text.split_once('/').map_or(text, |(address, _)| address).parse().ok()
}

/// The certificates of a proxy: the body has both kinds in one list, and the first one tells which they are.
fn certificates(body: &BTreeMap<String, Value>, is_managed: bool) -> Value {
    let Some(all) = body.get("sslCertificates") else {
        return Value::Null;
    };
    let first = all.as_elements().and_then(|elements| elements.first()).and_then(Value::as_str);
    let is_certificate_managers = first.is_some_and(|first| first.starts_with("//certificatemanager.googleapis.com/"));
    if is_certificate_managers == is_managed { all.clone() } else { Value::Null }
}

/// The first of Cloud SQL's addresses (of a type), which the provider also gives by itself. Null where there is none.
fn address(body: &BTreeMap<String, Value>, wanted: Option<&str>) -> Value {
    let addresses = body.get("ipAddresses").and_then(Value::as_elements).unwrap_or_default();
    let found = addresses
        .iter()
        .find(|address| wanted.is_none() || address.get("type").and_then(Value::as_str) == wanted)
        .and_then(|address| address.get("ipAddress"));
    found.cloned().unwrap_or(Value::Null)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn body(json: &str) -> BTreeMap<String, Value> {
        serde_json::from_str(json).expect("a JSON object")
    }

    #[test]
    fn addresses_are_told_apart_by_type() {
        let body = body(
            r#"{"ipAddresses":[{"type":"PRIVATE","ipAddress":"10.0.0.2"},{"type":"PRIMARY","ipAddress":"203.0.113.5"}]}"#,
        );
        assert_eq!(from_body(Converter::SqlFirstAddress, &body), Some("10.0.0.2".into()));
        assert_eq!(from_body(Converter::SqlPublicAddress, &body), Some("203.0.113.5".into()));
        assert_eq!(from_body(Converter::SqlPrivateAddress, &body), Some("10.0.0.2".into()));
    }

    #[test]
    fn what_google_upgrades_by_itself_is_what_the_code_means() {
        let version =
            |configured: &str, stored: &str| means(Converter::SqlDatabaseVersion, &configured.into(), &stored.into());
        assert!(version("MYSQL_8_0", "MYSQL_8_0_36"));
        assert!(!version("MYSQL_8_0", "MYSQL_8_0_31"));
        assert!(!version("MYSQL_8_0", "MYSQL_8_4"));
    }

    #[test]
    fn a_bare_name_stands_for_the_links_that_end_in_it() {
        let means = |configured: &str, stored: &str| means(Converter::BareName, &configured.into(), &stored.into());
        assert!(means("proxy", "projects/p/zones/z/instances/proxy"));
        assert!(!means("proxy", "projects/p/zones/z/instances/other-proxy"));
        assert!(!means("", "projects/p/zones/z/instances/"));
        assert!(!means("projects/p/zones/y/instances/proxy", "projects/p/zones/z/instances/proxy"));
        assert!(!means("10.0.0.9", "10.0.0.8"));
    }

    #[test]
    fn a_link_has_a_zone() {
        for link in ["https://www.googleapis.com/compute/v1/projects/p/zones/z/instances/i", "zones/z/instances/i"] {
            assert_eq!(zone(link), Some("z"), "{link}");
        }
        for text in ["z", "projects/p/global/networks/n", "zones/", ""] {
            assert_eq!(zone(text), None, "{text}");
        }
    }

    #[test]
    fn an_instance_without_addresses_has_none() {
        assert_eq!(from_body(Converter::SqlPublicAddress, &body("{}")), Some(Value::Null));
    }

    #[test]
    fn the_first_certificate_of_a_proxy_tells_whose_they_are() {
        let managed = body(r#"{"sslCertificates":["//certificatemanager.googleapis.com/projects/p/x/a"]}"#);
        let compute = body(r#"{"sslCertificates":["https://www.googleapis.com/compute/v1/projects/p/x/a"]}"#);
        for (body, is_managed) in [(&managed, true), (&compute, false)] {
            let (own, other) = (Converter::ProxyManagedCertificates, Converter::ProxyComputeCertificates);
            let (own, other) = if is_managed { (own, other) } else { (other, own) };
            assert_eq!(from_body(own, body).as_ref(), body.get("sslCertificates"));
            assert_eq!(from_body(other, body), Some(Value::Null));
        }
        assert_eq!(from_body(Converter::ProxyComputeCertificates, &body("{}")), Some(Value::Null));
    }

    #[test]
    fn a_reference_to_an_address_says_nothing_of_it() {
        let says_nothing = |text: &str| says_nothing(Converter::AddressOrReference, &text.into());
        assert!(says_nothing("projects/p/global/addresses/a"));
        assert!(says_nothing("a"));
        assert!(!says_nothing("203.0.113.7"));
        assert!(!says_nothing("2001:db8::/96"));
    }

    #[test]
    fn the_old_network_architecture_is_not_the_new_one() {
        let new = body(r#"{"sqlNetworkArchitecture":"NEW_NETWORK_ARCHITECTURE"}"#);
        let old = body(r#"{"sqlNetworkArchitecture":"OLD_NETWORK_ARCHITECTURE"}"#);
        assert_eq!(from_body(Converter::SqlNewNetworkArchitecture, &new), Some(true.into()));
        assert_eq!(from_body(Converter::SqlNewNetworkArchitecture, &old), Some(false.into()));
    }
}

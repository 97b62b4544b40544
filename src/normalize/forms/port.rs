//! Ports, port ranges and protocols of firewall rules.

/// A range of one port is that port; blanks around the numbers and leading zeros do not count.
pub(super) fn range(text: &str) -> String {
    let number = |part: &str| part.trim().parse::<u16>().ok();
    match text.split_once('-') {
        None => number(text).map_or_else(|| text.to_owned(), |port| port.to_string()),
        Some((first, last)) => match (number(first), number(last)) {
            (Some(first), Some(last)) if first == last => first.to_string(),
            (Some(first), Some(last)) => format!("{first}-{last}"),
            _ => text.to_owned(),
        },
    }
}

/// The name in lower case where the number has one that Google takes.
///
/// Source: compute v1 Firewall.allowed[].IPProtocol; numbers from the IANA protocol registry. `ipip` is left out: the
/// registry has two entries of that kind.
pub(super) fn protocol(text: &str) -> String {
    let lower = text.trim().to_lowercase();
    let name = match lower.as_str() {
        "1" => "icmp",
        "6" => "tcp",
        "17" => "udp",
        "50" => "esp",
        "51" => "ah",
        "132" => "sctp",
        _ => return lower,
    };
    name.to_owned()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_range_of_one_is_a_port() {
        assert_eq!(range("80-80"), "80");
        assert_eq!(range(" 8000 - 9000 "), "8000-9000");
        assert_eq!(range("080"), "80");
        assert_eq!(range("http"), "http");
        assert_eq!(range("80-90-100"), "80-90-100");
    }

    #[test]
    fn protocols_are_equal_by_name_and_number() {
        assert_eq!(protocol("TCP"), protocol("6"));
        assert_eq!(protocol("all"), "all");
        assert_ne!(protocol("tcp"), protocol("udp"));
    }

    proptest! {
        #[test]
        fn different_ranges_stay_different(a: u16, b: u16, c: u16, d: u16) {
            prop_assert_eq!(range(&format!("{a}-{b}")) == range(&format!("{c}-{d}")), (a, b) == (c, d));
        }
    }
}

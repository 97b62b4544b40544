//! Address ranges.

use std::net::IpAddr;

use ipnet::IpNet;

/// The range with its host bits cleared and its address in the shortest spelling; a single address is a range of one.
pub(super) fn canonical(text: &str) -> String {
    let trimmed = text.trim();
    if let Ok(range) = trimmed.parse::<IpNet>() {
        return range.trunc().to_string();
    }
    match trimmed.parse::<IpAddr>() {
        Ok(address) => IpNet::from(address).to_string(),
        Err(_) => text.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn spellings_of_one_range_are_equal() {
        assert_eq!(canonical("10.0.0.5/24"), canonical("10.0.0.0/24"));
        assert_eq!(canonical("203.0.113.7"), "203.0.113.7/32");
        assert_eq!(canonical("2001:DB8:0::/48"), canonical("2001:db8::/48"));
    }

    #[test]
    fn what_is_no_range_stays() {
        for text in ["", "auto", "10.0.0.0/33", "300.0.0.1"] {
            assert_eq!(canonical(text), text);
        }
    }

    proptest! {
        #[test]
        fn ranges_are_equal_where_prefix_and_network_bits_are(a: u32, b: u32, prefix in 0_u8..=32) {
            let mask = u32::MAX.checked_shl(32 - u32::from(prefix)).unwrap_or(0);
            let text = |bits: u32| format!("{}/{prefix}", std::net::Ipv4Addr::from(bits));
            prop_assert_eq!(canonical(&text(a)) == canonical(&text(b)), a & mask == b & mask);
        }
    }
}

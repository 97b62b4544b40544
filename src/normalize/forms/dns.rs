//! Domain names, and the data of DNS records.

use std::net::Ipv6Addr;

/// In lower case and without the dot of the root: names mean the same in any case, and certificates leave it out.
pub(super) fn domain(text: &str) -> String {
    text.strip_suffix('.').filter(|name| !name.ends_with('.')).unwrap_or(text).to_lowercase()
}

/// What a record says, however it is written.
///
/// A text may be written with its quotes or without: the API adds them. The case of a text counts (a DKIM key is one),
/// that of names in MX records and of digests in DS records does not. What type a record has is not asked: an IPv6
/// address, a number with a name, and three numbers with a digest are seen as what they are.
pub(super) fn record_data(text: &str) -> String {
    let text = text.trim_matches('"');
    if let Ok(address) = text.parse::<Ipv6Addr>() {
        return address.to_string();
    }
    if is_mail_exchange(text) || is_delegation_signer(text) {
        return text.to_lowercase();
    }
    text.to_owned()
}

/// `10 mail.example.com.`
fn is_mail_exchange(text: &str) -> bool {
    let Some((preference, name)) = text.split_once(' ') else {
        return false;
    };
    is_number(preference) && name.ends_with('.') && !name.contains(' ')
}

/// `12345 8 2 49FD46E6…`
fn is_delegation_signer(text: &str) -> bool {
    let fields: Vec<&str> = text.splitn(5, ' ').collect();
    let [tag, algorithm, digest_type, digest] = fields.as_slice() else {
        return false;
    };
    let is_hexadecimal = !digest.is_empty() && digest.bytes().all(|byte| byte.is_ascii_hexdigit());
    [tag, algorithm, digest_type].into_iter().all(|field| is_number(field)) && is_hexadecimal
}

fn is_number(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit())
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn case_and_the_last_dot_of_a_domain_do_not_count() {
        assert_eq!(domain("Shop.Example.com."), domain("shop.example.com"));
        assert_ne!(domain("a.example.com"), domain("b.example.com"));
        assert_eq!(domain("."), "");
    }

    #[test]
    fn a_text_is_the_same_with_quotes_and_without() {
        assert_eq!(record_data("\"v=spf1 -all\""), record_data("v=spf1 -all"));
        assert_ne!(record_data("\"v=DKIM1; p=MIGf\""), record_data("\"v=DKIM1; p=migf\""), "the case counts");
    }

    #[test]
    fn mail_exchanges_and_digests_are_the_same_in_any_case() {
        assert_eq!(record_data("10 Mail.Example.com."), record_data("10 mail.example.com."));
        assert_eq!(record_data("12345 8 2 49FD46E6"), record_data("12345 8 2 49fd46e6"));
        assert_ne!(record_data("10 mail.example.com."), record_data("20 mail.example.com."));
        assert_ne!(record_data("Frontend.example.com."), record_data("frontend.example.com."), "exact elsewhere");
    }

    proptest! {
        #[test]
        fn ipv6_addresses_are_equal_where_their_bits_are(a: u128, b: u128) {
            let long = |bits: u128| {
                let groups = Ipv6Addr::from(bits).segments().map(|group| format!("{group:04X}"));
                groups.join(":")
            };
            prop_assert_eq!(record_data(&long(a)), Ipv6Addr::from(a).to_string());
            prop_assert_eq!(record_data(&long(a)) == record_data(&long(b)), a == b);
        }

        #[test]
        fn ipv4_addresses_stay(a: u32) {
            let text = std::net::Ipv4Addr::from(a).to_string();
            prop_assert_eq!(record_data(&text), text);
        }
    }
}

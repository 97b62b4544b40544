//! Base64, in the standard or the URL alphabet, with or without padding.

use base64::Engine as _;
use base64::alphabet;
use base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig};

/// Reads with or without padding, and with stray bits in the last digit.
const LENIENT: GeneralPurposeConfig = GeneralPurposeConfig::new()
    .with_decode_padding_mode(DecodePaddingMode::Indifferent)
    .with_decode_allow_trailing_bits(true);

/// The standard alphabet with padding. What does not decode stays.
pub(super) fn canonical(text: &str) -> String {
    let standard = GeneralPurpose::new(&alphabet::STANDARD, LENIENT);
    let joined: String = text
        .chars()
        .filter(|c| !c.is_ascii_whitespace())
        .map(|c| {
            if c == '-' {
                '+'
            } else if c == '_' {
                '/'
            } else {
                c
            }
        })
        .collect();
    match standard.decode(&joined) {
        Ok(bytes) if !bytes.is_empty() => standard.encode(bytes),
        _ => text.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn alphabet_and_padding_do_not_count(bytes in proptest::collection::vec(any::<u8>(), 1..40)) {
            let standard = base64::engine::general_purpose::STANDARD.encode(&bytes);
            let url = base64::engine::general_purpose::URL_SAFE_NO_PAD.encode(&bytes);
            prop_assert_eq!(canonical(&url), canonical(&standard));
        }
    }

    #[test]
    fn what_does_not_decode_stays() {
        assert_eq!(canonical("a"), "a");
        assert_eq!(canonical("not base64!"), "not base64!");
    }
}

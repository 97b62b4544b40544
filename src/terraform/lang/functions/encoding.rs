//! Base 64 and percent encoding.

use std::fmt::Write as _;
use std::io::Read as _;

use base64::Engine as _;
use base64::alphabet;
use base64::engine::general_purpose::{GeneralPurpose, GeneralPurposeConfig, STANDARD};
use flate2::read::MultiGzDecoder;

use super::{Call, Failure, Function, Outcome, STRING, string};
use crate::terraform::lang::{Val, limits};

pub(super) const FUNCTIONS: &[Function] = &[
    Function::new("base64decode", &[string("str")], STRING, base64decode),
    Function::new("base64encode", &[string("str")], STRING, |call| Ok(Val::string(STANDARD.encode(call.text(0))))),
    Function::new("base64gzip", &[string("str")], STRING, |_| {
        Err(Failure::Unknown("`base64gzip` gives bytes that only Terraform's own compressor writes".to_owned()))
    }),
    Function::new("base64gunzip", &[string("str")], STRING, base64gunzip),
    Function::new("urlencode", &[string("str")], STRING, |call| Ok(Val::string(urlencode(call.text(0))))),
    Function::new("urldecode", &[string("str")], STRING, urldecode),
];

const NOT_UTF8: &str = "the result of decoding the provided string is not valid UTF-8";

/// Go's decoder does not look at the bits that are left over.
const LAX: GeneralPurpose =
    GeneralPurpose::new(&alphabet::STANDARD, GeneralPurposeConfig::new().with_decode_allow_trailing_bits(true));

/// The bytes of a text in base 64, which may be broken into lines.
pub(super) fn decoded(text: &str) -> Option<Vec<u8>> {
    LAX.decode(text.replace(['\n', '\r'], "")).ok()
}

fn base64decode(call: &Call<'_>) -> Outcome {
    let text = call.text(0);
    let bytes = decoded(text).ok_or_else(|| Failure::call(format!("failed to decode base64 data {text:?}")))?;
    String::from_utf8(bytes).map(Val::string).map_err(|_| Failure::call(NOT_UTF8))
}

fn base64gunzip(call: &Call<'_>) -> Outcome {
    let bytes = decoded(call.text(0))
        .ok_or_else(|| Failure::call(format!("failed to decode base64 data {:?}", call.text(0))))?;
    let mut unpacked = Vec::new();
    let most = u64::try_from(limits::VALUE_WEIGHT).unwrap_or(u64::MAX);
    let read = MultiGzDecoder::new(bytes.as_slice()).take(most + 1).read_to_end(&mut unpacked);
    read.map_err(|error| Failure::call(format!("failed to gunzip bytes: {error}")))?;
    if unpacked.len() > limits::VALUE_WEIGHT {
        return Err(Failure::Limit("a value is larger than 64 MiB"));
    }
    String::from_utf8(unpacked).map(Val::string).map_err(|_| Failure::call(NOT_UTF8))
}

fn urlencode(text: &str) -> String {
    let mut encoded = String::with_capacity(text.len());
    for byte in text.bytes() {
        match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'_' | b'.' | b'~' => encoded.push(char::from(byte)),
            b' ' => encoded.push('+'),
            _ => {
                // Writing to a string cannot fail.
                let _ = write!(encoded, "%{byte:02X}");
            }
        }
    }
    encoded
}

fn urldecode(call: &Call<'_>) -> Outcome {
    let text = call.text(0);
    for (at, _) in text.match_indices('%') {
        let digits = text.as_bytes().get(at + 1..at + 3).unwrap_or_default();
        if digits.len() < 2 || !digits.iter().all(u8::is_ascii_hexdigit) {
            let escape: String = text[at..].chars().take(3).collect();
            return Err(Failure::call(format!("failed to decode URL {text:?}: invalid URL escape {escape:?}")));
        }
    }
    let decoded: Vec<u8> = percent_encoding::percent_decode_str(&text.replace('+', " ")).collect();
    String::from_utf8(decoded).map(Val::string).map_err(|_| Failure::call(NOT_UTF8))
}

//! Digests, and what is random or secret and so cannot be known.

use std::fmt::Write as _;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use sha1::Sha1;
use sha2::{Digest as _, Sha256, Sha512};

use super::files::read;
use super::{Call, Failure, Function, Outcome, STRING, string};
use crate::terraform::lang::Val;

pub(super) const FUNCTIONS: &[Function] = &[
    Function::new("md5", &[string("str")], STRING, |call| Ok(hex(&md5::Md5::digest(call.text(0))))),
    Function::new("sha1", &[string("str")], STRING, |call| Ok(hex(&Sha1::digest(call.text(0))))),
    Function::new("sha256", &[string("str")], STRING, |call| Ok(hex(&Sha256::digest(call.text(0))))),
    Function::new("sha512", &[string("str")], STRING, |call| Ok(hex(&Sha512::digest(call.text(0))))),
    Function::new("base64sha256", &[string("str")], STRING, |call| Ok(encoded(&Sha256::digest(call.text(0))))),
    Function::new("base64sha512", &[string("str")], STRING, |call| Ok(encoded(&Sha512::digest(call.text(0))))),
    Function::new("filemd5", &[string("path")], STRING, |call| Ok(hex(&md5::Md5::digest(read(call, 0)?)))),
    Function::new("filesha1", &[string("path")], STRING, |call| Ok(hex(&Sha1::digest(read(call, 0)?)))),
    Function::new("filesha256", &[string("path")], STRING, |call| Ok(hex(&Sha256::digest(read(call, 0)?)))),
    Function::new("filesha512", &[string("path")], STRING, |call| Ok(hex(&Sha512::digest(read(call, 0)?)))),
    Function::new("filebase64sha256", &[string("path")], STRING, |call| Ok(encoded(&Sha256::digest(read(call, 0)?)))),
    Function::new("filebase64sha512", &[string("path")], STRING, |call| Ok(encoded(&Sha512::digest(read(call, 0)?)))),
    Function::new("bcrypt", &[string("str")], STRING, |_| {
        Err(Failure::Unknown("`bcrypt` gives another result each time".to_owned()))
    })
    .variadic(super::number("cost")),
    Function::new("rsadecrypt", &[string("ciphertext"), string("privatekey")], STRING, |_| {
        Err(Failure::Unknown("`rsadecrypt` is not carried out, as no key is ever read here".to_owned()))
    }),
    Function::new("uuid", &[], STRING, |_| Err(Failure::Unknown("`uuid` gives another result each time".to_owned()))),
    Function::new("uuidv5", &[string("namespace"), string("name")], STRING, uuidv5),
];

fn hex(bytes: &[u8]) -> Val {
    let mut text = String::with_capacity(bytes.len() * 2);
    for byte in bytes {
        // Writing to a string cannot fail.
        let _ = write!(text, "{byte:02x}");
    }
    Val::string(text)
}

fn encoded(bytes: &[u8]) -> Val {
    Val::string(STANDARD.encode(bytes))
}

/// RFC 4122, section 4.3, with SHA-1.
fn uuidv5(call: &Call<'_>) -> Outcome {
    // RFC 4122, appendix C: the four well-known name spaces differ in one digit.
    const WELL_KNOWN: u128 = 0x6ba7_b810_9dad_11d1_80b4_00c0_4fd4_30c8;
    let step = 1_u128 << 96;
    let namespace = match call.text(0) {
        "dns" => WELL_KNOWN,
        "url" => WELL_KNOWN + step,
        "oid" => WELL_KNOWN + 2 * step,
        "x500" => WELL_KNOWN + 4 * step,
        text => uuid(text)
            .ok_or_else(|| Failure::call(format!("uuidv5() doesn't support namespace {text} (invalid UUID)")))?,
    };
    let mut hasher = Sha1::new();
    hasher.update(namespace.to_be_bytes());
    hasher.update(call.text(1));
    let digest = hasher.finalize();
    let mut bytes = [0_u8; 16];
    bytes.iter_mut().zip(digest.iter()).for_each(|(to, from)| *to = *from);
    bytes[6] = (bytes[6] & 0x0f) | 0x50;
    bytes[8] = (bytes[8] & 0x3f) | 0x80;
    let text = format!("{:032x}", u128::from_be_bytes(bytes));
    Ok(Val::string(format!("{}-{}-{}-{}-{}", &text[..8], &text[8..12], &text[12..16], &text[16..20], &text[20..])))
}

/// A UUID with hyphens (also after `urn:uuid:` or between two more characters, usually braces) or without.
fn uuid(text: &str) -> Option<u128> {
    let with_hyphens = match text.len() {
        32 => None,
        36 => Some(text),
        38 => Some(text.get(1..37)?),
        45 => Some(text.get(9..).filter(|_| text.get(..9).is_some_and(|head| head.eq_ignore_ascii_case("urn:uuid:")))?),
        _ => return None,
    };
    let digits = match with_hyphens {
        None => text.to_owned(),
        Some(text) => {
            let parts: Vec<&str> = text.split('-').collect();
            let has_shape = parts.iter().map(|part| part.len()).eq([8, 4, 4, 4, 12]);
            has_shape.then(|| parts.concat())?
        }
    };
    let is_hexadecimal = digits.bytes().all(|digit| digit.is_ascii_hexdigit());
    u128::from_str_radix(&digits, 16).ok().filter(|_| is_hexadecimal)
}

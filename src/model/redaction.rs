//! What stands in a snapshot in place of sensitive values.

use std::collections::BTreeMap;

use super::Identity;

/// Digests of values that were left out of a snapshot: by object, resource type and attribute path (as it is printed),
/// in hexadecimal. HMAC-SHA-256 under a key that only the user has.
pub type Digests = BTreeMap<Identity, BTreeMap<String, BTreeMap<String, String>>>;

/// Tells whether a redaction key is the one that digests were made with; in hexadecimal.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RedactionCheck(pub String);

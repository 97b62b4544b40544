//! Recognizes what is given in place of a state, by its first bytes or by its top-level members.

use super::entry::Members;
use super::error::Foreign;

/// What bytes are that cannot be the text of a state, by how they begin.
pub(super) fn by_bytes(bytes: &[u8]) -> Option<Foreign> {
    match bytes {
        [0x1f, 0x8b, ..] => Some(Foreign::Gzip),
        [b'P', b'K', 3, 4, ..] => Some(Foreign::PlanFile),
        [0xff, 0xfe, ..] | [0xfe, 0xff, ..] | [b'{', 0, ..] | [0, b'{', ..] => Some(Foreign::Utf16),
        [b'<', next, ..] if next.is_ascii_alphabetic() || matches!(next, b'!' | b'?') => Some(Foreign::Markup),
        _ if bytes.starts_with(b"version https://git-lfs") => Some(Foreign::LfsPointer),
        _ => None,
    }
}

/// What a JSON object is that is no readable state, by its members.
pub(super) fn by_members(members: &Members<'_>) -> Option<Foreign> {
    let has = |name| members.has(name);
    if has("encrypted_data") {
        Some(Foreign::Encrypted)
    } else if has("trueup_snapshot") || has("asset_type") || has("assetType") {
        Some(Foreign::LiveObjects)
    } else if has("format_version") && (has("planned_values") || has("resource_changes")) {
        Some(Foreign::PlanJson)
    } else if has("format_version") {
        Some(Foreign::ShowJson)
    } else if has("backend") && !has("resources") {
        Some(Foreign::BackendRecord)
    } else {
        None
    }
}

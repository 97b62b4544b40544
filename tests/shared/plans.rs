//! Reading plans in JSON, and the templates that some were made of.

use serde_json::Value as Json;

/// The text without conditional parts: `{{if .Provider.credentials }}…{{end}}`.
pub(crate) fn without_conditions(text: &str) -> String {
    let mut out = String::new();
    let mut rest = text;
    while let Some(start) = rest.find("{{if") {
        let Some(length) = rest[start..].find("{{end}}") else { break };
        out.push_str(&rest[..start]);
        rest = &rest[start + length + "{{end}}".len()..];
    }
    out + rest
}

/// The resources of a planned module and of those below it.
pub(crate) fn resources<'a>(module: &'a Json, out: &mut Vec<&'a Json>) {
    let list = |name: &str| module[name].as_array().map_or(&[][..], Vec::as_slice);
    out.extend(list("resources"));
    list("child_modules").iter().for_each(|child| resources(child, out));
}

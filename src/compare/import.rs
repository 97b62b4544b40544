//! `import` blocks, ready to be pasted.

/// The block that takes the object with an id in under an address, four lines without a break at the end.
pub fn import_block(to: &str, id: &str) -> String {
    format!("import {{\n  to = {to}\n  id = {}\n}}", quoted(id))
}

/// A string as HCL writes it; `${` and `%{` would begin a template.
fn quoted(text: &str) -> String {
    let escaped = text.replace('\\', "\\\\").replace('"', "\\\"").replace("${", "$${").replace("%{", "%%{");
    format!("\"{escaped}\"")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_template_sign_in_an_id_is_escaped() {
        assert_eq!(import_block("a.b", "a${b}\"$c"), "import {\n  to = a.b\n  id = \"a$${b}\\\"$c\"\n}");
    }
}

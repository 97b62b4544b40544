//! Reads the `module` of a resource entry: `module.net["a"].module.b[0]`, keys quoted as Terraform quotes strings.

use crate::model::{InstanceKey, ModuleAddress, ModuleStep};

/// The module address that a text is, or `None` where it is none. The empty text is the root module.
pub(super) fn parse(text: &str) -> Option<ModuleAddress> {
    let mut steps = Vec::new();
    let mut rest = text;
    while !rest.is_empty() {
        if !steps.is_empty() {
            rest = rest.strip_prefix('.')?;
        }
        rest = rest.strip_prefix("module.")?;
        let (name, after_name) = rest.split_at(rest.find(['.', '[']).unwrap_or(rest.len()));
        if name.is_empty() {
            return None;
        }
        let (key, after_key) = match after_name.strip_prefix('[') {
            Some(inside) => {
                let (key, after) = key(inside)?;
                (Some(key), after)
            }
            None => (None, after_name),
        };
        steps.push(ModuleStep { name: name.to_owned(), key });
        rest = after_key;
    }
    Some(ModuleAddress(steps))
}

/// Reads `0]` or `"key"]`; returns the key and what follows the bracket.
fn key(inside: &str) -> Option<(InstanceKey, &str)> {
    let Some(quoted) = inside.strip_prefix('"') else {
        let (digits, rest) = inside.split_once(']')?;
        let is_number = !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit());
        return is_number.then(|| digits.parse().ok()).flatten().map(|index| (InstanceKey::Index(index), rest));
    };
    let mut key = String::new();
    let mut characters = quoted.char_indices();
    while let Some((offset, character)) = characters.next() {
        match character {
            '"' => return quoted[offset + 1..].strip_prefix(']').map(|rest| (InstanceKey::Key(key), rest)),
            '\\' => key.push(match characters.next()?.1 {
                'n' => '\n',
                'r' => '\r',
                't' => '\t',
                'u' => code_point(&mut characters, 4)?,
                'U' => code_point(&mut characters, 8)?,
                escaped @ ('"' | '\\') => escaped,
                _ => return None,
            }),
            // `$${` and `%%{` stand for `${` and `%{`.
            '$' | '%' if quoted[offset + 1..].starts_with(character) && quoted[offset + 2..].starts_with('{') => {
                key.push(character);
                characters.next();
            }
            _ => key.push(character),
        }
    }
    None
}

fn code_point(characters: &mut std::str::CharIndices<'_>, digits: usize) -> Option<char> {
    let mut code = 0_u32;
    for _ in 0..digits {
        code = code.checked_mul(16)?.checked_add(characters.next()?.1.to_digit(16)?)?;
    }
    char::from_u32(code)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn only_key(text: &str) -> Option<InstanceKey> {
        parse(text).expect("valid").0.pop().expect("one step").key
    }

    #[test]
    fn nested_modules_keep_their_keys() {
        let address = parse("module.a.module.b[10].module.c[\"x.y\"]").expect("valid");
        let expected = ModuleAddress::root()
            .child("a", None)
            .child("b", Some(InstanceKey::Index(10)))
            .child("c", Some(InstanceKey::Key("x.y".to_owned())));
        assert_eq!(address, expected);
        assert_eq!(parse(""), Some(ModuleAddress::root()));
    }

    #[test]
    fn keys_are_unquoted_as_terraform_quotes_them() {
        for (text, key) in [
            (r#"module.a["a\"b\\c"]"#, "a\"b\\c"),
            (r#"module.a["\n\t\u001b\U0001f600"]"#, "\n\t\u{1b}\u{1f600}"),
            (r#"module.a["$${x} %%{y} $$ $"]"#, "${x} %{y} $$ $"),
            (r#"module.a["a]b"]"#, "a]b"),
        ] {
            assert_eq!(only_key(text), Some(InstanceKey::Key(key.to_owned())), "{text}");
        }
    }

    #[test]
    fn anything_else_is_refused() {
        for text in [
            "a",
            "module",
            "module.",
            "module.a.",
            "module.a.b",
            "module.a[",
            "module.a[x]",
            "module.a[-1]",
            "module.a[\"x]",
            "module.a[\"x\"",
            "module.a[0]x",
            "module.a[\"\\q\"]",
            "module.a[\"\\u12\"]",
            "module.a[99999999999999999999]",
            "module.a[\"\\ud800\"]",
            "module.a.data.x.y",
        ] {
            assert_eq!(parse(text), None, "{text:?}");
        }
    }
}

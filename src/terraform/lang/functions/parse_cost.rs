//! What it costs to parse a text that only a value holds, told before it is parsed.
//!
//! The parser goes through a text once, but compares each key of an object with all before it. Keys stand before `=` or
//! `:`, and in a template only between braces. Where comments or heredocs stand there, all of the rest is taken for keys.

/// How many bytes are parsed for one step.
const BYTES_A_STEP: usize = 4;

/// How many keys are compared for one step.
const COMPARISONS_A_STEP: usize = 16;

/// Where a place in a template is.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Inside {
    /// What stands for itself.
    Text,
    /// `${` or `%{`, or a brace in one.
    Braces,
    /// A string in braces.
    Quotes,
}

/// The steps that it costs to parse a template.
pub(super) fn of_template(text: &str) -> u64 {
    let mut comparisons = 0_usize;
    let mut keys = 0_usize;
    let mut open = vec![Inside::Text];
    let mut rest = text.as_bytes();
    while let [byte, after @ ..] = rest {
        let mut skipped = 0;
        match (open.last(), byte) {
            (Some(Inside::Braces), b'=' | b':') => keys += 1,
            (Some(Inside::Braces), b'{') => open.push(Inside::Braces),
            (Some(Inside::Braces), b'"') => open.push(Inside::Quotes),
            (Some(Inside::Quotes), b'"') | (Some(Inside::Braces), b'}') => {
                open.pop();
            }
            (Some(Inside::Braces), b'#') => return steps(text, comparisons, keys + keys_in(after)),
            (Some(Inside::Braces), b'/' | b'<') if matches!(after.first(), Some(b'/' | b'*' | b'<')) => {
                return steps(text, comparisons, keys + keys_in(after));
            }
            (Some(Inside::Quotes), b'\\') => skipped = 1,
            (_, b'$' | b'%') => match after {
                [b'{', ..] => {
                    open.push(Inside::Braces);
                    skipped = 1;
                }
                [second, b'{', ..] if second == byte => skipped = 2,
                [second, third, b'{', ..] if second == byte && third == byte => {
                    return steps(text, comparisons, keys + keys_in(after));
                }
                _ => {}
            },
            _ => {}
        }
        if open.len() <= 1 {
            comparisons = comparisons.saturating_add(pairs(keys));
            keys = 0;
        }
        rest = after.get(skipped..).unwrap_or_default();
    }
    steps(text, comparisons, keys)
}

/// The steps that it costs to parse arguments.
pub(super) fn of_arguments(text: &str) -> u64 {
    steps(text, 0, keys_in(text.as_bytes()))
}

fn keys_in(text: &[u8]) -> usize {
    text.iter().filter(|byte| matches!(byte, b'=' | b':')).count()
}

fn pairs(keys: usize) -> usize {
    keys.saturating_mul(keys) / 2
}

fn steps(text: &str, comparisons: usize, keys: usize) -> u64 {
    let comparisons = comparisons.saturating_add(pairs(keys));
    u64::try_from((text.len() / BYTES_A_STEP).saturating_add(comparisons / COMPARISONS_A_STEP)).unwrap_or(u64::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_count_where_objects_can_stand() {
        let keys = "a=".repeat(1_000);
        let dear = 1_000 * 1_000 / 2 / COMPARISONS_A_STEP;
        let comparisons = |text: &str| usize::try_from(of_template(text)).expect("small") - text.len() / BYTES_A_STEP;
        for cheap in [
            keys.clone(),
            format!("$${{{keys}}}"),
            format!("${{a}}{keys}${{\"${{b}}}}\"}}{keys}"),
            format!("${{f(\"\\\"}}{keys}\")}}"),
            format!("%%{{{keys}"),
            "${a == b}".repeat(100),
        ] {
            assert!(comparisons(&cheap) < 20, "{cheap:.40}");
        }
        for text in [
            format!("${{{keys}}}"),
            format!("%{{ if {keys}"),
            format!("${{{{a=\"}}\",b=\"${{\"}}}}\"}}\",{keys}}}}}"),
            format!("${{{{a=\"$${{\",b=\"}}\",{keys}}}}}"),
            format!("${{#}}\n{keys}}}"),
            format!("${{/*}}*/{keys}}}"),
            format!("${{//}}\n{keys}}}"),
            format!("${{<<A\n}}\nA\n{keys}}}"),
            format!("$$${{{keys}}}"),
        ] {
            assert!(comparisons(&text) >= dear, "{text:.40}");
        }
        assert!(of_arguments(&keys) >= u64::try_from(dear).expect("small"));
    }
}

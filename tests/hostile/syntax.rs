//! Texts that a parser could stumble over.

use trueup::model::Value;

use crate::roots::{assert_stopped, configuration_in, folder, lines, of, only_error};

fn of_bytes(bytes: &[u8]) -> trueup::model::Configuration {
    configuration_in(folder(&[("main.tf", bytes)]).path())
}

#[test]
fn deep_nesting_names_the_limit_and_its_line() {
    for (open, close) in [
        ("[", "]"),
        ("(", ")"),
        ("{ a = ", " }"),
        ("f(", ")"),
        ("\"${", "}\""),
        ("!", ""),
        ("-", ""),
        ("true ? 1 : ", ""),
    ] {
        let error =
            only_error(&of(&format!("# one\nlocals {{\n  x = {}1{}\n}}\n", open.repeat(5_000), close.repeat(5_000))));
        assert!(
            error.starts_with("main.tf:3 Too many nested levels: ") && error.contains("64 levels"),
            "{open}: {error}"
        );
    }
    let blocks = format!("locals {{\n{}{}}}\n", "a {\n".repeat(5_000), "}\n".repeat(5_000));
    assert_stopped(&of(&blocks), "main.tf:", "64 levels");
    assert_stopped(&of(&format!("locals {{\n  x = {}\n}}\n", "[".repeat(100_000))), "main.tf:2", "");
}

#[test]
fn a_long_chain_of_operators_names_the_limit_and_its_line() {
    for operator in ["+", "&&", "==", "*"] {
        let error = only_error(&of(&format!(
            "locals {{\n  y = 1\n  x = true{}\n}}\n",
            format!(" {operator} true").repeat(10_000)
        )));
        assert!(error.starts_with("main.tf:3 Too many operators: ") && error.contains("128 operators"), "{error}");
    }
}

#[test]
fn long_traversals_and_lists_are_read() {
    let attributes = ".a".repeat(100_000);
    assert_eq!(
        lines(&of(&format!(
            "locals {{\n  x = try({{}}{attributes}, 1)\n  y = length([{}])\n}}\n",
            "1,".repeat(100_000)
        ))),
        [] as [String; 0]
    );
}

#[test]
fn files_that_are_too_large_are_refused_with_the_limit() {
    let large = format!(
        "locals {{\n  x = 1\n}}\n{}",
        "# a line of fifty bytes, which is no more than text\n".repeat(1_000_000)
    );
    let error = only_error(&of(&large));
    assert!(error.starts_with("- Failed to read file: The file \"main.tf\"") && error.contains("8388608"), "{error}");
}

#[test]
fn one_long_line_is_read() {
    let line = format!("locals {{\n  x = \"{}\"\n  y = [{}]\n}}\n", "a".repeat(400_000), "1, ".repeat(100_000));
    assert_eq!(lines(&of(&line)), [] as [String; 0]);
    assert_stopped(&of(&format!("locals {{\n  x = \"{}\n}}\n", "a".repeat(400_000))), "main.tf:2", "");
}

#[test]
fn repeated_keys_are_read_however_many_there_are() {
    let members: String = (0..5_000).map(|number| format!("    a = {number}\n    b{number} = {number}\n")).collect();
    let configuration = of(&format!("resource \"null_resource\" \"r\" {{\n  triggers = {{\n{members}  }}\n}}\n"));
    assert_eq!(lines(&configuration), [] as [String; 0]);
    let triggers = configuration.instances[0].arguments.value.get("triggers").expect("given");
    assert_eq!(triggers.get("a"), Some(&Value::from(4999_i64)));
}

#[test]
fn an_object_too_large_to_read_hides_only_its_block() {
    let members: String = (0..40_000).map(|number| format!("    a{number} = 1\n")).collect();
    let configuration = of(&format!("locals {{\n  x = {{\n{members}  }}\n}}\nresource \"null_resource\" \"r\" {{}}\n"));
    assert_stopped(&configuration, "main.tf:2 Object too large", "14,000");
    assert_eq!(configuration.instances.len(), 1);
}

#[test]
fn very_many_faults_are_counted() {
    let broken: String = (0..20_000).map(|number| format!("locals {{\n  x{number} = = 1\n}}\n")).collect();
    let configuration = of(&format!("{broken}resource \"null_resource\" \"r\" {{}}\n"));
    assert_eq!(configuration.instances.len(), 1);
    assert_stopped(&configuration, "main.tf:", "19980 more faults");
}

#[test]
fn brackets_and_quotes_that_nothing_closes_are_read_in_one_go() {
    for piece in [
        "a {\n",
        "a = [\n",
        "}\n",
        "a = \"\n",
        "a = \"${\n",
        "a = <<A\n",
        "/*\n",
        "(\n",
        "\"",
        "${",
        "a = {\n",
        "a \"b\" {\n  c = \"${\n",
    ] {
        let configuration = of(&format!("{}resource \"null_resource\" \"r\" {{}}\n", piece.repeat(100_000)));
        assert!(!configuration.diagnostics.is_empty(), "{piece:?}");
        assert!(configuration.diagnostics.len() <= 30, "{piece:?}");
    }
}

#[test]
fn odd_bytes_are_read_or_named() {
    let plain = b"resource \"null_resource\" \"r\" {\n  a = 1\n}\n".as_slice();
    let with_mark = [b"\xef\xbb\xbf".as_slice(), plain].concat();
    let with_returns: Vec<u8> =
        plain.iter().flat_map(|byte| if *byte == b'\n' { vec![b'\r', b'\n'] } else { vec![*byte] }).collect();
    for bytes in [plain, &with_mark, &with_returns] {
        let configuration = of_bytes(bytes);
        assert_eq!((lines(&configuration), configuration.instances.len()), (Vec::new(), 1));
    }
    let with_lone_returns: Vec<u8> = plain.iter().map(|byte| if *byte == b'\n' { b'\r' } else { *byte }).collect();
    for bytes in [
        with_lone_returns.as_slice(),
        b"a = \0\n",
        b"\0\0\0\0",
        b"resource \"a\" \"b\0\" {}\n\0",
        b"\xff\xfe\0r",
        b"locals {\n  x = \"\xff\"\n}\n",
        b"\x7fELF",
        b"\x1f\x8b\x08",
    ] {
        assert!(!of_bytes(bytes).diagnostics.is_empty(), "{bytes:?}");
    }
    let error = only_error(&of_bytes(b"locals {\n  x = \"\xff\"\n}\n"));
    assert!(error.starts_with("main.tf:2 Invalid character encoding"), "{error}");
}

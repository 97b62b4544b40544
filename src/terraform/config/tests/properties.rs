//! Laws of evaluation, over generated roots: it is deterministic whatever the order of blocks and files, and knowing
//! less never gives another answer, only a vaguer one.

use std::collections::{BTreeMap, BTreeSet};

use proptest::prelude::*;

use super::generated::{BLOCKS, GeneratedRoot, Generator};
use super::{Evaluated, Root, root, text};
use crate::model::{Configuration, Severity, Value};

/// The root with these blocks in these files; the inputs named in `hidden` have no value.
fn written(files: &[(&str, Vec<&str>)], generated: &GeneratedRoot, hidden: &[&str]) -> Root {
    let given = generated.inputs.iter().filter(|(name, _)| !hidden.contains(name));
    let values: String = given.map(|(name, value)| format!("{name} = {value}\n")).collect();
    let mut texts: Vec<(&str, String)> = files.iter().map(|(name, blocks)| (*name, blocks.concat())).collect();
    texts.push(("m/main.tf", generated.module.clone()));
    texts.push(("terraform.tfvars", values));
    let texts: Vec<(&str, &str)> = texts.iter().map(|(name, text)| (*name, text.as_str())).collect();
    root(&texts).known()
}

fn evaluated(generated: &GeneratedRoot, hidden: &[&str]) -> Evaluated {
    let blocks = generated.blocks.iter().map(String::as_str).collect();
    written(&[("main.tf", blocks)], generated, hidden).evaluate()
}

/// What is seen of a configuration, without the places where it was written.
fn seen(configuration: &Configuration) -> BTreeMap<String, String> {
    let instances =
        configuration.instances.iter().map(|instance| (instance.address.to_string(), text(&instance.arguments.value)));
    let unexpanded =
        configuration.unexpanded.iter().map(|resource| (resource.resource.to_string(), resource.reason.clone()));
    let diagnostics = configuration.diagnostics.iter().map(|diagnostic| {
        let place = diagnostic.range.as_ref().map(|range| range.end.byte - range.start.byte);
        (format!("{} {}", diagnostic.summary, diagnostic.detail), format!("{place:?}"))
    });
    instances.chain(unexpanded).chain(diagnostics).collect()
}

fn has_errors(configuration: &Configuration) -> bool {
    configuration.diagnostics.iter().any(|diagnostic| diagnostic.severity == Severity::Error)
}

/// Whether `vague` says nothing that `exact` contradicts. What is unknown in `exact` has an error there.
fn is_vaguer(vague: &Value, exact: &Value) -> bool {
    match (vague, exact) {
        (Value::Unknown(_), _) | (_, Value::Unknown(_)) => true,
        (Value::List(a), Value::List(b)) => a.len() == b.len() && a.iter().zip(b).all(|(a, b)| is_vaguer(a, b)),
        (Value::Set(a), Value::Set(b)) => {
            b.len() <= a.len() && a.iter().filter(|a| a.unknown_reason().is_none()).all(|a| b.contains(a))
        }
        (Value::Map(a), Value::Map(b)) => {
            // Blocks that are not known may turn out to be none, which leaves nothing of them.
            let is_open = |name: &str| {
                BLOCKS.contains(&name) && a.get(name).is_some_and(|value| value.unknown_reason().is_some())
            };
            a.keys().all(|name| b.contains_key(name) || is_open(name))
                && b.iter().all(|(name, b)| a.get(name).is_some_and(|a| is_vaguer(a, b)))
        }
        _ => vague == exact,
    }
}

/// What the vague configuration says that the exact one contradicts.
fn contradiction(vague: &Configuration, exact: &Configuration) -> Option<String> {
    let open: BTreeSet<String> = vague.unexpanded.iter().map(|own| own.resource.to_string()).collect();
    let of = |configuration: &Configuration| -> BTreeMap<String, Value> {
        let closed = configuration.instances.iter().filter(|own| !open.contains(&own.address.resource.to_string()));
        closed.map(|own| (own.address.to_string(), own.arguments.value.clone())).collect()
    };
    let also_open: BTreeSet<String> = exact.unexpanded.iter().map(|own| own.resource.to_string()).collect();
    let is_known = |address: &&String| !also_open.iter().any(|open| address.starts_with(open.as_str()));
    let (vague_instances, exact_instances) = (of(vague), of(exact));
    let addresses: Vec<&String> = vague_instances.keys().filter(is_known).collect();
    if !addresses.iter().copied().eq(exact_instances.keys()) {
        return Some(format!("instances {addresses:?} where there are {:?}", exact_instances.keys()));
    }
    for (address, exact) in &exact_instances {
        let vague = &vague_instances[address];
        if !is_vaguer(vague, exact) {
            return Some(format!("{address}: {} is not a vaguer {}", text(vague), text(exact)));
        }
    }
    let new = vague.diagnostics.iter().find(|diagnostic| diagnostic.severity == Severity::Error);
    new.filter(|_| !has_errors(exact))
        .map(|diagnostic| format!("an error that is none: {}: {}", diagnostic.summary, diagnostic.detail))
}

fn bytes() -> impl Strategy<Value = Vec<u8>> {
    proptest::collection::vec(any::<u8>(), 20..300)
}

/// How many roots are made up; `PROPTEST_CASES` asks for more than every run affords.
fn cases() -> ProptestConfig {
    let asked = std::env::var("PROPTEST_CASES").ok().and_then(|text| text.parse().ok());
    ProptestConfig { cases: asked.unwrap_or(48), ..ProptestConfig::default() }
}

proptest! {
    #![proptest_config(cases())]

    #[test]
    fn evaluation_is_deterministic_and_blind_to_order_and_files(
        bytes in bytes(), order in proptest::collection::vec((any::<u16>(), 0_usize..3), 30),
    ) {
        let generated = Generator::root(&bytes);
        let first = evaluated(&generated, &[]);
        let again = evaluated(&generated, &[]);
        prop_assert_eq!(format!("{:?}", first.configuration.instances), format!("{:?}", again.configuration.instances));
        prop_assert_eq!(first.lines(), again.lines());
        let mut blocks: Vec<(u16, usize, &str)> = generated
            .blocks
            .iter()
            .zip(order.iter().cycle())
            .map(|(block, (place, file))| (*place, *file, block.as_str()))
            .collect();
        blocks.sort_unstable();
        let file = |wanted: usize| blocks.iter().filter(|(_, file, _)| *file == wanted).map(|(_, _, block)| *block).collect();
        let files = [("z.tf", file(0)), ("main.tf", file(1)), ("a.tf", file(2))];
        let other = written(&files, &generated, &[]).evaluate();
        prop_assert_eq!(seen(&first.configuration), seen(&other.configuration));
    }

    #[test]
    fn knowing_less_gives_the_same_or_unknown(
        bytes in bytes(), hidden in proptest::sample::subsequence(vec!["s", "n", "b", "l", "m", "o"], 1..=3),
    ) {
        let generated = Generator::root(&bytes);
        let exact = evaluated(&generated, &[]).configuration;
        let vague = evaluated(&generated, &hidden).configuration;
        if let Some(contradiction) = contradiction(&vague, &exact) {
            let inputs = &generated.inputs;
            prop_assert!(
                false, "without {hidden:?}: {contradiction}\n{inputs:?}\n{}\n--- m\n{}", generated.blocks.concat(), generated.module
            );
        }
    }
}

#[test]
fn generated_roots_are_mostly_right_and_have_everything_in_them() {
    let (mut right, mut instances, mut unexpanded, mut written) = (0, 0, 0, String::new());
    for seed in 0_u64..60 {
        let mut state = seed.wrapping_mul(0x9e37_79b9_7f4a_7c15).wrapping_add(1);
        let bytes: Vec<u8> = (0..250)
            .map(|_| {
                state ^= state << 13;
                state ^= state >> 7;
                state ^= state << 17;
                u8::try_from(state >> 56).expect("eight bits")
            })
            .collect();
        let generated = Generator::root(&bytes);
        let exact = evaluated(&generated, &[]).configuration;
        right += usize::from(!has_errors(&exact));
        instances += exact.instances.len();
        unexpanded += evaluated(&generated, &["l", "m", "b"]).configuration.unexpanded.len();
        written.push_str(&generated.blocks.concat());
    }
    assert!(
        right > 30 && instances > 150 && unexpanded > 20,
        "{right} right, {instances} instances, {unexpanded} open"
    );
    for part in [
        "count =",
        "for_each = toset(",
        "dynamic \"blk\"",
        "dynamic \"rule\"",
        "dynamic \"within\"",
        " ? ",
        "module.m.p",
    ] {
        assert!(written.contains(part), "{part}");
    }
}

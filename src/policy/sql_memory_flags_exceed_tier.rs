//! `sql-memory-flags-exceed-tier`: database flags ask for more memory than the machine has.

use super::FindingSeverity;
use super::answer::{Answer, Context, Draft, named};
use crate::model::{Fact, Number};
use crate::topology::{Database, Stated};

const KIB: i128 = 1024;
const MIB: i128 = 1024 * KIB;
const GIB: i128 = 1024 * MIB;

/// Flags that are an amount of memory on their own: name, bytes of one unit, whether the server takes that much at
/// start (the planner's estimate is only an estimate).
const FLAGS: [(&str, i128, bool); 4] = [
    ("shared_buffers", 8 * KIB, true),
    ("effective_cache_size", 8 * KIB, false),
    ("innodb_buffer_pool_size", 1, true),
    ("maintenance_work_mem", KIB, false),
];

pub(super) fn check(context: &Context<'_>) -> Vec<Answer> {
    context.topology.databases.iter().filter_map(|database| judge(context, database)).collect()
}

fn judge(context: &Context<'_>, database: &Database<'_>) -> Option<Answer> {
    let mut flags: Vec<_> =
        database.flags().filter_map(|flag| Some((FLAGS.iter().find(|(name, ..)| *name == flag.name)?, flag))).collect();
    // What certainly breaks comes first.
    flags.sort_by_key(|((name, _, is_taken), _)| (!is_taken, *name));
    let undetermined = |why: String| Some(Answer::undetermined(context, database.resource, why));
    if let Some(reason) = database.flags_unknown()
        && flags.is_empty()
    {
        return undetermined(format!("its database flags are not known: {reason}"));
    }
    if flags.is_empty() {
        return None;
    }
    let Stated { value: tier, path: tier_path } = match &database.tier {
        Fact::Known(stated) => stated,
        Fact::Absent => return undetermined("nothing says its tier".to_owned()),
        Fact::Undetermined(reason) => return undetermined(format!("its tier is not known: {reason}")),
    };
    let Some(memory) = memory(tier) else {
        return undetermined(format!("the memory of tier {} is not known", named(tier)));
    };
    let mut words = Vec::new();
    let mut evidence = vec![context.said_of(database.resource, tier_path, format!("{tier} ({})", size(memory)))];
    let mut is_certain = false;
    let mut open = None;
    for ((name, unit, is_taken), flag) in flags {
        let number = flag.value.as_ref().and_then(Number::as_i128);
        let Some(bytes) = number.and_then(|count| count.checked_mul(*unit)) else {
            open = Some(format!("{name} is not a number of units"));
            continue;
        };
        if bytes > memory {
            let shown = flag.value.map(|number| number.to_string()).unwrap_or_default();
            words.push(format!("{name} is {}", size(bytes)));
            evidence.push(context.said_of(database.resource, &flag.path, format!("{shown} ({})", size(bytes))));
            is_certain |= is_taken;
        }
    }
    if words.is_empty() {
        return open.and_then(undetermined);
    }
    let consequence = if is_certain {
        "the server cannot start with that"
    } else {
        "the server plans with memory that it does not have"
    };
    let message = format!(
        "Cloud SQL {} has {} of memory ({}), but {}: {consequence}.",
        named(&database.title()),
        size(memory),
        named(tier),
        words.join(" and "),
    );
    let subjects = vec![context.label(database.resource)];
    let severity = (!is_certain).then_some(FindingSeverity::Warning);
    Some(Answer::Fires(Draft { severity, ..Draft::new(message, subjects, evidence) }))
}

/// The memory of a tier in bytes. Source: S-01.
fn memory(tier: &str) -> Option<i128> {
    match tier {
        "db-f1-micro" => return Some(GIB * 6 / 10),
        "db-g1-small" => return Some(GIB * 17 / 10),
        _ => {}
    }
    if let Some(size) = tier.strip_prefix("db-custom-") {
        let (processors, megabytes) = size.split_once('-')?;
        processors.parse::<u32>().ok()?;
        return Some(i128::from(megabytes.parse::<u32>().ok()?) * MIB);
    }
    let processors = tier.strip_prefix("db-perf-optimized-N-")?;
    let (_, gigabytes) = PERFORMANCE_TIERS.iter().find(|(count, _)| *count == processors)?;
    Some(i128::from(*gigabytes) * GIB)
}

/// Processors and GB of `db-perf-optimized-N-*`.
const PERFORMANCE_TIERS: [(&str, u32); 10] = [
    ("2", 16),
    ("4", 32),
    ("8", 64),
    ("16", 128),
    ("32", 256),
    ("48", 384),
    ("64", 512),
    ("80", 640),
    ("96", 768),
    ("128", 864),
];

/// An amount of memory as people write it.
fn size(bytes: i128) -> String {
    let (unit, name) = if bytes >= GIB { (GIB, "GiB") } else { (MIB, "MiB") };
    let hundredths = (bytes.saturating_mul(100) + unit / 2) / unit;
    let (whole, part) = (hundredths / 100, hundredths % 100);
    match part {
        0 => format!("{whole} {name}"),
        part if part % 10 == 0 => format!("{whole}.{} {name}", part / 10),
        part => format!("{whole}.{part:02} {name}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tiers_and_their_memory() {
        assert_eq!(memory("db-custom-2-7680"), Some(7680 * MIB));
        assert_eq!(memory("db-perf-optimized-N-128"), Some(864 * GIB));
        for tier in
            ["", "db-custom-", "db-custom-2-", "db-custom-x-7680", "db-custom-2-99999999999", "db-n1-standard-1"]
        {
            assert_eq!(memory(tier), None, "{tier:?}");
        }
    }

    #[test]
    fn sizes_read_like_sizes() {
        assert_eq!(size(256_000 * 8 * KIB), "1.95 GiB");
        assert_eq!(size(GIB * 17 / 10), "1.7 GiB");
        assert_eq!(size(512 * MIB), "512 MiB");
        assert_eq!(size(8 * GIB), "8 GiB");
    }
}

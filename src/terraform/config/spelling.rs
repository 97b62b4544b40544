//! Which known name a misspelled one may have meant.

/// How long names may be that are compared; longer ones have no suggestion.
const MAX_LENGTH: usize = 64;
/// How many known names are looked at.
const MAX_KNOWN: usize = 1_000;

/// The known name that is closest, where it is close enough to be meant. Of two equally close ones the first.
pub(crate) fn closest<'n>(name: &str, known: impl Iterator<Item = &'n str>) -> Option<&'n str> {
    let limit = if name.len() <= 2 { 0 } else { 2 };
    known
        .take(MAX_KNOWN)
        .filter(|candidate| candidate.len() <= MAX_LENGTH && name.len() <= MAX_LENGTH)
        .map(|candidate| (distance(name, candidate), candidate))
        .filter(|(distance, _)| *distance <= limit)
        .min_by_key(|(distance, _)| *distance)
        .map(|(_, candidate)| candidate)
}

/// How many characters have to be added, removed or replaced.
fn distance(left: &str, right: &str) -> usize {
    let right: Vec<char> = right.chars().collect();
    let mut row: Vec<usize> = (0..=right.len()).collect();
    for (index, left) in left.chars().enumerate() {
        let mut diagonal = index;
        row[0] = index + 1;
        for (position, right) in right.iter().enumerate() {
            let above = row[position + 1];
            let replaced = diagonal + usize::from(left != *right);
            row[position + 1] = replaced.min(above + 1).min(row[position] + 1);
            diagonal = above;
        }
    }
    row.last().copied().unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_slip_is_recognized_and_another_word_is_not() {
        let known = ["machine_type", "min_instances", "name", "network"];
        assert_eq!(closest("machne_type", known.into_iter()), Some("machine_type"));
        assert_eq!(closest("nmae", known.into_iter()), Some("name"));
        assert_eq!(closest("labels", known.into_iter()), None);
        assert_eq!(closest("names", known.into_iter()), Some("name"));
    }
}

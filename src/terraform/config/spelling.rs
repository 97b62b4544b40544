//! Which known name a misspelled one may have meant.

/// How long names may be that are compared; longer ones have no suggestion.
const MAX_LENGTH: usize = 64;
/// How many names are compared.
const MAX_NAMES: usize = 2_000;

/// The known name that is closest, where it is close enough to be meant. Of two equally close ones the first.
pub(crate) fn closest<'n>(name: &str, known: impl Iterator<Item = &'n str>) -> Option<&'n str> {
    let limit = if name.len() <= 2 { 0 } else { 2 };
    if name.len() > MAX_LENGTH {
        return None;
    }
    let wanted: Vec<char> = name.chars().collect();
    let (mut letters, mut row) = (Vec::with_capacity(MAX_LENGTH), Vec::with_capacity(MAX_LENGTH));
    let mut best = None;
    for candidate in known.take(MAX_NAMES).filter(|candidate| candidate.len() <= MAX_LENGTH) {
        letters.clear();
        letters.extend(candidate.chars());
        let allowed = best.map_or(limit, |(distance, _): (usize, &str)| distance.saturating_sub(1));
        if let Some(distance) = distance(&wanted, &letters, allowed, &mut row)
            && best.is_none_or(|(nearest, _)| distance < nearest)
        {
            best = Some((distance, candidate));
        }
    }
    best.map(|(_, candidate)| candidate)
}

/// How many characters have to be added, removed or replaced; `None` where it is more than the limit.
fn distance(left: &[char], right: &[char], limit: usize, row: &mut Vec<usize>) -> Option<usize> {
    if left.len().abs_diff(right.len()) > limit {
        return None;
    }
    row.clear();
    row.extend(0..=right.len());
    for (index, left) in left.iter().enumerate() {
        let mut diagonal = index;
        row[0] = index + 1;
        let mut least = row[0];
        for (position, right) in right.iter().enumerate() {
            let above = row[position + 1];
            let replaced = diagonal + usize::from(left != right);
            row[position + 1] = replaced.min(above + 1).min(row[position] + 1);
            least = least.min(row[position + 1]);
            diagonal = above;
        }
        if least > limit {
            return None;
        }
    }
    row.last().copied().filter(|distance| *distance <= limit)
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

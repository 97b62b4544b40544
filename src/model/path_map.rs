//! A map by attribute path, held as one sorted list.
//!
//! Resources have some dozens of attributes, are made once, and are gone through from the first path to the last: a
//! list takes a fraction of the memory and time of a tree for that. Owns [`PathMap`].

use std::borrow::Borrow;
use std::cmp::Ordering;

use super::{AttributePath, PathStep};

/// A map by attribute path, in the order of the paths.
#[derive(Clone, Debug, PartialEq)]
pub struct PathMap<T> {
    /// Sorted by path; no path twice.
    entries: Vec<(AttributePath, T)>,
}

impl<T> PathMap<T> {
    /// A map without entries.
    pub fn new() -> Self {
        Self::default()
    }

    /// How many entries there are.
    pub fn len(&self) -> usize {
        self.entries.len()
    }

    /// Whether there are no entries.
    pub fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }

    fn find(&self, steps: &[PathStep]) -> Result<usize, usize> {
        self.entries.binary_search_by(|(path, _)| order(path, steps))
    }

    /// The entry of a path, or of the steps of one.
    pub fn get<P: Borrow<[PathStep]> + ?Sized>(&self, path: &P) -> Option<&T> {
        self.get_key_value(path).map(|(_, value)| value)
    }

    /// The same with the path as the map has it, which may share its steps with others.
    pub fn get_key_value<P: Borrow<[PathStep]> + ?Sized>(&self, path: &P) -> Option<(&AttributePath, &T)> {
        let index = self.find(path.borrow()).ok()?;
        self.entries.get(index).map(|(path, value)| (path, value))
    }

    /// The entry of a path, to be changed.
    pub fn get_mut<P: Borrow<[PathStep]> + ?Sized>(&mut self, path: &P) -> Option<&mut T> {
        let index = self.find(path.borrow()).ok()?;
        self.entries.get_mut(index).map(|(_, value)| value)
    }

    /// Whether a path has an entry.
    pub fn contains_key<P: Borrow<[PathStep]> + ?Sized>(&self, path: &P) -> bool {
        self.find(path.borrow()).is_ok()
    }

    /// Puts an entry in; gives back what was there.
    pub fn insert(&mut self, path: AttributePath, value: T) -> Option<T> {
        match self.find(path.steps()) {
            Ok(index) => self.entries.get_mut(index).map(|(_, there)| std::mem::replace(there, value)),
            Err(index) => {
                self.entries.insert(index, (path, value));
                None
            }
        }
    }

    /// Leaves in only the entries that `is_kept`, and gives back the memory of the others.
    pub fn retain(&mut self, mut is_kept: impl FnMut(&AttributePath, &T) -> bool) {
        self.entries.retain(|(path, value)| is_kept(path, value));
        self.shrink_to_fit();
    }

    /// Gives back the memory of entries that are not there.
    pub fn shrink_to_fit(&mut self) {
        self.entries.shrink_to_fit();
    }

    /// What a path and all those below it have, to be changed.
    pub fn below_mut(&mut self, path: &AttributePath) -> impl Iterator<Item = &mut T> {
        let start = self.find(path.steps()).unwrap_or_else(|place| place);
        let rest = self.entries.get_mut(start..).unwrap_or_default();
        rest.iter_mut().take_while(move |(below, _)| below.starts_with(path)).map(|(_, value)| value)
    }

    /// All entries.
    pub fn iter(&self) -> PathEntries<'_, T> {
        PathEntries { entries: self.entries.iter() }
    }

    /// All entries, to be changed.
    pub fn iter_mut(&mut self) -> impl Iterator<Item = (&AttributePath, &mut T)> {
        self.entries.iter_mut().map(|(path, value)| (&*path, value))
    }

    /// All paths.
    pub fn keys(&self) -> impl Iterator<Item = &AttributePath> {
        self.entries.iter().map(|(path, _)| path)
    }

    /// What all paths have.
    pub fn values(&self) -> impl Iterator<Item = &T> {
        self.entries.iter().map(|(_, value)| value)
    }

    /// The same, to be changed.
    pub fn values_mut(&mut self) -> impl Iterator<Item = &mut T> {
        self.entries.iter_mut().map(|(_, value)| value)
    }
}

/// The order of paths; steps that are shared are not looked at.
fn order(path: &AttributePath, steps: &[PathStep]) -> Ordering {
    if std::ptr::eq(path.steps(), steps) { Ordering::Equal } else { path.steps().cmp(steps) }
}

impl<T> PathMap<T> {
    /// A map of entries that are in the order of their paths already, no path twice.
    pub fn from_sorted(entries: Vec<(AttributePath, T)>) -> Self {
        debug_assert!(entries.is_sorted_by(|(left, _), (right, _)| left < right), "entries are sorted");
        Self { entries }
    }
}

impl<T> Default for PathMap<T> {
    fn default() -> Self {
        Self { entries: Vec::new() }
    }
}

impl<T> From<Vec<(AttributePath, T)>> for PathMap<T> {
    /// Sorts the entries; of several with one path the last counts.
    fn from(mut entries: Vec<(AttributePath, T)>) -> Self {
        if !entries.is_sorted_by(|(left, _), (right, _)| left < right) {
            entries.sort_by(|(left, _), (right, _)| left.cmp(right));
            entries.dedup_by(|later, earlier| {
                let is_same = later.0 == earlier.0;
                if is_same {
                    std::mem::swap(later, earlier);
                }
                is_same
            });
        }
        Self { entries }
    }
}

impl<T> FromIterator<(AttributePath, T)> for PathMap<T> {
    fn from_iter<I: IntoIterator<Item = (AttributePath, T)>>(entries: I) -> Self {
        entries.into_iter().collect::<Vec<_>>().into()
    }
}

/// The entries of a [`PathMap`], from the first path to the last.
#[derive(Clone, Debug)]
pub struct PathEntries<'m, T> {
    entries: std::slice::Iter<'m, (AttributePath, T)>,
}

impl<T> Default for PathEntries<'_, T> {
    fn default() -> Self {
        Self { entries: [].iter() }
    }
}

impl<'m, T> Iterator for PathEntries<'m, T> {
    type Item = (&'m AttributePath, &'m T);

    fn next(&mut self) -> Option<Self::Item> {
        self.entries.next().map(|(path, value)| (path, value))
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        self.entries.size_hint()
    }
}

impl<'m, T> IntoIterator for &'m PathMap<T> {
    type Item = (&'m AttributePath, &'m T);
    type IntoIter = PathEntries<'m, T>;

    fn into_iter(self) -> PathEntries<'m, T> {
        self.iter()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn path(text: &str) -> AttributePath {
        text.parse().expect("a path")
    }

    #[test]
    fn entries_come_in_the_order_of_their_paths_and_the_last_of_a_path_counts() {
        let map: PathMap<i32> = [("b", 1), ("a[1]", 2), ("b", 3), ("a[0].c", 4), ("b", 5), ("a", 6)]
            .map(|(text, value)| (path(text), value))
            .into_iter()
            .collect();
        let entries: Vec<(String, i32)> = map.iter().map(|(path, value)| (path.to_string(), *value)).collect();
        let expected = [("a", 6), ("a[0].c", 4), ("a[1]", 2), ("b", 5)];
        assert_eq!(entries, expected.map(|(text, value)| (text.to_owned(), value)));
    }

    #[test]
    fn an_entry_is_found_by_path_and_by_steps() {
        let mut map = PathMap::new();
        assert_eq!(map.insert(path("b"), 1), None);
        assert_eq!(map.insert(path("a.c"), 2), None);
        assert_eq!(map.insert(path("b"), 3), Some(1));
        assert_eq!(map.get(&path("a.c")), Some(&2));
        assert_eq!(map.get(&path("b.c").steps()[..1]), Some(&3));
        assert_eq!(map.get(&path("a")), None);
        assert_eq!(map.len(), 2);
        map.below_mut(&path("a")).for_each(|value| *value += 10);
        assert_eq!((map.get(&path("a.c")), map.get(&path("b"))), (Some(&12), Some(&3)));
        map.retain(|_, value| *value != 3);
        assert_eq!((map.get(&path("a.c")), map.get(&path("b"))), (Some(&12), None));
    }
}

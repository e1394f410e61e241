//! Person ids in one text: 8 bytes per person besides the id's own bytes.

use std::ops::Index;

use rayon::prelude::*;

/// A list of person ids, numbered from 0.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct PersonIds {
    text: String,
    /// End of each id in `text`. 32 bits would not do: ten million ids can exceed 4 GiB.
    ends: Vec<usize>,
}

impl PersonIds {
    /// Appends an id.
    pub fn push(&mut self, id: &str) {
        self.push_parts(id, "");
    }

    /// Appends an id in two parts.
    pub(super) fn push_parts(&mut self, first: &str, second: &str) {
        self.text.push_str(first);
        self.text.push_str(second);
        self.ends.push(self.text.len());
    }

    /// Appends all ids of another list.
    pub(super) fn append(&mut self, other: &PersonIds) {
        let start = self.text.len();
        self.text.push_str(&other.text);
        self.ends.extend(other.ends.iter().map(|end| start + end));
    }

    /// Returns the number of ids.
    pub fn len(&self) -> usize {
        self.ends.len()
    }

    /// Returns true if the list has no id.
    pub fn is_empty(&self) -> bool {
        self.ends.is_empty()
    }

    /// Returns the id at an index, if it exists.
    pub fn get(&self, index: usize) -> Option<&str> {
        (index < self.len()).then(|| &self[index])
    }

    /// Returns the ids in order.
    pub fn iter(&self) -> impl ExactSizeIterator<Item = &str> {
        (0..self.len()).map(|index| &self[index])
    }

    /// Returns the ids in order, for several threads.
    pub fn par_iter(&self) -> impl IndexedParallelIterator<Item = &str> {
        (0..self.len()).into_par_iter().map(|index| &self[index])
    }

    /// Returns the index of an id. The list must be in byte order.
    pub fn find_index(&self, id: &str) -> Option<u32> {
        let (mut low, mut high) = (0, self.len());
        while low < high {
            let middle = low + (high - low) / 2;
            match self[middle].cmp(id) {
                std::cmp::Ordering::Less => low = middle + 1,
                std::cmp::Ordering::Equal => return Some(middle as u32),
                std::cmp::Ordering::Greater => high = middle,
            }
        }
        None
    }
}

impl Index<usize> for PersonIds {
    type Output = str;

    fn index(&self, index: usize) -> &str {
        let start = if index == 0 { 0 } else { self.ends[index - 1] };
        &self.text[start..self.ends[index]]
    }
}

impl<T: AsRef<str>> FromIterator<T> for PersonIds {
    fn from_iter<I: IntoIterator<Item = T>>(ids: I) -> PersonIds {
        let mut list = PersonIds::default();
        list.extend(ids);
        list
    }
}

impl<T: AsRef<str>> Extend<T> for PersonIds {
    fn extend<I: IntoIterator<Item = T>>(&mut self, ids: I) {
        ids.into_iter().for_each(|id| self.push(id.as_ref()));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_are_found_by_index_and_by_text() {
        let ids: PersonIds = ["", "ada", "adam", "bob", "é"].into_iter().collect();
        assert_eq!(ids.iter().collect::<Vec<_>>(), ["", "ada", "adam", "bob", "é"]);
        assert_eq!((&ids[0], &ids[4], ids.get(4), ids.get(5)), ("", "é", Some("é"), None));
        for (index, id) in ids.iter().enumerate() {
            assert_eq!(ids.find_index(id), Some(index as u32));
        }
        assert_eq!((ids.find_index("ad"), ids.find_index("z")), (None, None));
        assert_eq!(PersonIds::default().find_index(""), None);
    }

    #[test]
    fn an_appended_list_continues_the_text() {
        let mut ids: PersonIds = ["ada", "bob"].into_iter().collect();
        ids.append(&["eve", "", "zoe"].into_iter().collect());
        assert_eq!(ids, ["ada", "bob", "eve", "", "zoe"].into_iter().collect());
    }
}

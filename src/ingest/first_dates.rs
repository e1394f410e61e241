//! First load date of each account with a valid row, collected while files are read.

use clout_base::day::Day;
use clout_model::accounts::NO_NODE;
use clout_topics::rows::ActivityRows;
use serde::{Deserialize, Serialize};

use super::interner::MergedNumbers;

/// Load date of a number without a row.
const NEVER: Day = Day(i32::MAX);

/// First load dates by the number that one reader assigned. Encoded as numbers of days.
#[derive(Clone, Default, Serialize, Deserialize)]
#[serde(from = "Vec<i32>", into = "Vec<i32>")]
pub(super) struct FirstDates(Vec<Day>);

impl From<Vec<i32>> for FirstDates {
    fn from(days: Vec<i32>) -> FirstDates {
        FirstDates(days.into_iter().map(Day).collect())
    }
}

impl From<FirstDates> for Vec<i32> {
    fn from(dates: FirstDates) -> Vec<i32> {
        dates.0.into_iter().map(|date| date.0).collect()
    }
}

impl FirstDates {
    /// Adds the valid rows of a file. All numbers of the reader are below `bound`.
    pub(super) fn add_rows(&mut self, rows: &ActivityRows, load_date: Day, bound: usize) {
        self.0.resize(self.0.len().max(bound), NEVER);
        let accounts = rows.actors.iter().chain(&rows.targets);
        for number in accounts.filter(|number| **number != NO_NODE) {
            let first = &mut self.0[*number as usize];
            *first = load_date.min(*first);
        }
    }
}

/// Joins the dates of all readers, by provisional number below `bound`. `numbers` has the provisional numbers of each
/// reader, none if they are its own.
pub(super) fn join_first_dates(
    readers: &[FirstDates],
    numbers: &[Option<MergedNumbers>],
    bound: usize,
) -> Vec<Option<Day>> {
    let mut joined = vec![NEVER; bound];
    for (dates, numbers) in readers.iter().zip(numbers) {
        for (own, date) in (0..).zip(&dates.0).filter(|(_, date)| **date != NEVER) {
            let number = numbers.as_ref().map_or(own, |numbers| numbers.get(own));
            let first = &mut joined[number as usize];
            *first = (*first).min(*date);
        }
    }
    let known = |date: Day| (date != NEVER).then_some(date);
    joined.into_iter().map(known).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ingest::interner::{IdInterner, IdTables};
    use arrow::array::StringViewArray;

    #[test]
    fn the_first_load_date_of_all_readers_counts() {
        let ids = |names: &[&str]| StringViewArray::from_iter_values(names);
        let mut readers = Vec::new();
        let mut first_dates = Vec::new();
        let given: [&[(&str, i32)]; 2] = [&[("ada", 12), ("bob", 11), ("ada", 13)], &[("eve", 9), ("ada", 10)]];
        for rows in given {
            let (mut tables, mut dates) = (IdTables::default(), FirstDates::default());
            for (name, day) in rows {
                let mut numbers = Vec::new();
                tables.intern_texts(&ids(&[name]), &mut numbers);
                let rows = ActivityRows {
                    actors: numbers,
                    targets: vec![NO_NODE],
                    ..ActivityRows::default()
                };
                dates.add_rows(&rows, Day(*day), tables.number_bound());
            }
            readers.push(tables);
            first_dates.push(dates);
        }
        let (interner, numbers) = IdInterner::merge(readers);
        let joined = join_first_dates(&first_dates, &numbers, interner.number_bound());
        for (name, day) in [("ada", Some(10)), ("bob", Some(11)), ("eve", Some(9))] {
            assert_eq!(joined[interner.intern_one(name) as usize], day.map(Day));
        }
        assert_eq!(joined.iter().flatten().count(), 3);
    }
}

//! Lists of texts of every Arrow list type, iterated row by row.
//!
//! Every list type is converted once per batch to one type, so that a row needs no allocation.

use std::sync::Arc;

use arrow::array::{Array, AsArray, LargeListArray};
use arrow::compute::cast;
use arrow::datatypes::{DataType, Field, FieldRef};

use super::admission::RefusalReason;

/// Column of lists of texts: a `LargeList` of `Utf8View`. The offsets of 64 bits hold those of every list type, so
/// that the conversion cannot overflow.
pub struct TextLists(LargeListArray);

fn item_field() -> FieldRef {
    Arc::new(Field::new_list_field(DataType::Utf8View, true))
}

impl TextLists {
    /// Returns a column of empty lists.
    pub(super) fn empty(rows: usize) -> TextLists {
        TextLists(LargeListArray::new_null(item_field(), rows))
    }

    /// Converts a column of a type that [`InputType::TextList`](super::input_columns::InputType) accepts.
    pub(super) fn from_column(column: &dyn Array) -> std::result::Result<TextLists, RefusalReason> {
        let data_type = column.data_type();
        // Arrow would convert a text to a list of one text.
        if !data_type.is_list() && !data_type.is_null() {
            return Err(format!("{data_type} is not a list of texts"));
        }
        let lists = cast(column, &DataType::LargeList(item_field())).map_err(|error| error.to_string())?;
        Ok(TextLists(lists.as_list().clone()))
    }

    /// Calls `take` with the texts of a row, in order, without nulls.
    pub fn for_each_text(&self, row: usize, take: &mut dyn FnMut(&str)) {
        self.row_texts(row).for_each(take);
    }

    /// Iterates over the texts of a row, in order, without nulls.
    pub fn row_texts(&self, row: usize) -> impl Iterator<Item = &str> {
        let items = self.0.values().as_string_view();
        let offsets = self.0.value_offsets();
        // A null list may have any offsets.
        let span = match self.0.is_null(row) {
            true => 0..0,
            false => offsets[row] as usize..offsets[row + 1] as usize,
        };
        span.filter(|item| items.is_valid(*item)).map(|item| items.value(item))
    }
}

#[cfg(test)]
#[path = "text_lists_tests.rs"]
mod tests;

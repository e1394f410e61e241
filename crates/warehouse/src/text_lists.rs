//! Lists of texts of every Arrow list type, iterated row by row.
//!
//! Every list type is converted once per batch to one type, so that a row needs no allocation.

use std::sync::Arc;

use arrow::array::{Array, AsArray, LargeListArray};
use arrow::compute::cast;
use arrow::datatypes::{DataType, Field, FieldRef};

use super::admission::RefusalReason;
use super::utf8_columns::to_lossy_texts;

/// Column of lists of texts: a `LargeList` of `Utf8View`. The offsets of 64 bits hold those of every list type, so
/// that the conversion cannot overflow.
pub struct TextLists(LargeListArray);

fn item_field(data_type: DataType) -> FieldRef {
    Arc::new(Field::new_list_field(data_type, true))
}

impl TextLists {
    /// Returns a column of empty lists.
    pub(super) fn empty(rows: usize) -> TextLists {
        TextLists(LargeListArray::new_null(item_field(DataType::Utf8View), rows))
    }

    /// Converts a column of a type that [`InputType::TextList`](super::input_columns::InputType) accepts, or of lists
    /// of bytes. Bytes that are not UTF-8 become replacement characters: a broken tag is no reason to lose its row.
    pub(super) fn from_column(column: &dyn Array) -> std::result::Result<TextLists, RefusalReason> {
        let data_type = column.data_type();
        // Arrow would convert a text to a list of one text.
        if !data_type.is_list() && !data_type.is_null() {
            return Err(format!("{data_type} is not a list of texts"));
        }
        let item_type = match data_type {
            DataType::List(item) if !item.data_type().is_string() && !item.data_type().is_null() => item.data_type(),
            _ => &DataType::Utf8View,
        };
        let lists =
            cast(column, &DataType::LargeList(item_field(item_type.clone()))).map_err(|error| error.to_string())?;
        let (_, offsets, items, nulls) = lists.as_list::<i64>().clone().into_parts();
        let texts = Arc::new(to_lossy_texts(&items)?);
        let lists = LargeListArray::try_new(item_field(DataType::Utf8View), offsets, texts, nulls);
        Ok(TextLists(lists.map_err(|error| error.to_string())?))
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

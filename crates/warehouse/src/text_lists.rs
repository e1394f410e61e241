//! Lists of texts of every Arrow list type, iterated row by row.
//!
//! The list types differ in the encoding of each row's start and end; the items are one column of texts. Both
//! are converted once per batch, so that a row needs no allocation.

use std::ops::Range;

use arrow::array::{
    Array, ArrayRef, AsArray, GenericListArray, GenericListViewArray, OffsetSizeTrait, StringViewArray,
};
use arrow::compute::cast;
use arrow::datatypes::DataType;

use super::admission::RefusalReason;

/// Column of lists of texts.
pub struct TextLists {
    items: StringViewArray,
    /// Index range of the items of each row; empty for a null list.
    spans: Vec<Range<usize>>,
}

impl TextLists {
    /// Returns a column of empty lists.
    pub(super) fn empty(rows: usize) -> TextLists {
        TextLists {
            items: StringViewArray::new_null(0),
            spans: vec![0..0; rows],
        }
    }

    /// Converts a column of a type that [`Holds::TextList`](super::input_columns::InputType) admits.
    pub(super) fn from_column(column: &dyn Array) -> std::result::Result<TextLists, RefusalReason> {
        let (items, spans) = match column.data_type() {
            DataType::Null => return Ok(TextLists::empty(column.len())),
            DataType::List(_) => of_offsets(column.as_list::<i32>()),
            DataType::LargeList(_) => of_offsets(column.as_list::<i64>()),
            DataType::ListView(_) => of_views(column.as_list_view::<i32>()),
            DataType::LargeListView(_) => of_views(column.as_list_view::<i64>()),
            DataType::FixedSizeList(_, length) => {
                let lists = column.as_fixed_size_list();
                let length = usize::try_from(*length).unwrap_or(0);
                let start = |row| usize::try_from(lists.value_offset(row)).unwrap_or(0);
                let span = |row| start(row)..start(row) + length;
                (lists.values(), spans(column, span))
            }
            other => return Err(format!("{other} is not a list of texts")),
        };
        Ok(TextLists {
            items: texts(items)?,
            spans,
        })
    }

    /// Calls `take` with the texts of a row, in order, without nulls.
    pub fn for_each_text(&self, row: usize, take: &mut dyn FnMut(&str)) {
        self.row_texts(row).for_each(take);
    }

    /// Iterates over the texts of a row, in order, without nulls.
    pub fn row_texts(&self, row: usize) -> impl Iterator<Item = &str> {
        let is_present = |item: &usize| self.items.is_valid(*item);
        self.spans[row]
            .clone()
            .filter(is_present)
            .map(|item| self.items.value(item))
    }
}

fn texts(items: &ArrayRef) -> std::result::Result<StringViewArray, RefusalReason> {
    let views = cast(items, &DataType::Utf8View).map_err(|error| error.to_string())?;
    Ok(views.as_string_view().clone())
}

/// Returns the range of items of each row. A null list may have any offsets, so its range is empty.
fn spans(column: &dyn Array, span: impl Fn(usize) -> Range<usize>) -> Vec<Range<usize>> {
    let of_row = |row| if column.is_null(row) { 0..0 } else { span(row) };
    (0..column.len()).map(of_row).collect()
}

fn of_offsets<O: OffsetSizeTrait>(lists: &GenericListArray<O>) -> (&ArrayRef, Vec<Range<usize>>) {
    let offsets = lists.value_offsets();
    let span = |row: usize| offsets[row].as_usize()..offsets[row + 1].as_usize();
    (lists.values(), spans(lists, span))
}

fn of_views<O: OffsetSizeTrait>(lists: &GenericListViewArray<O>) -> (&ArrayRef, Vec<Range<usize>>) {
    let span = |row: usize| {
        let start = lists.value_offsets()[row].as_usize();
        start..start + lists.value_sizes()[row].as_usize()
    };
    (lists.values(), spans(lists, span))
}

#[cfg(test)]
#[path = "text_lists_tests.rs"]
mod tests;

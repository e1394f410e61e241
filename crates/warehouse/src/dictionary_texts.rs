//! Columns of texts that are stored as indexes into a dictionary. Each distinct text is checked once.

use std::collections::BTreeMap;
use std::sync::Arc;

use arrow::array::{Array, ArrayRef, AsArray, BinaryViewArray, Int32Array, StringViewArray};
use arrow::compute::take;
use arrow::datatypes::Int32Type;

use super::admission::RefusalReason;
use super::utf8_columns::to_texts;

/// Column of texts of a batch.
#[derive(Clone)]
pub enum TextColumn {
    /// One text per row.
    Values(StringViewArray),
    /// One index into `values` per row. Batches with the same dictionary share the pointer.
    Dictionary {
        /// Index by row.
        keys: Int32Array,
        /// Distinct texts; null if not UTF-8.
        values: Arc<StringViewArray>,
    },
}

impl TextColumn {
    /// Returns one text per row.
    pub(super) fn to_values(&self) -> Result<StringViewArray, RefusalReason> {
        match self {
            TextColumn::Values(texts) => Ok(texts.clone()),
            TextColumn::Dictionary { keys, values } => {
                let texts = take(values.as_ref(), keys, None).map_err(|error| error.to_string())?;
                Ok(texts.as_string_view().clone())
            }
        }
    }
}

/// Latest dictionary of each column of a file, by index of the column.
#[derive(Default)]
pub(super) struct CheckedDictionaries(BTreeMap<usize, CheckedDictionary>);

struct CheckedDictionary {
    /// Values as decoded. While they are kept, no other dictionary can have their address.
    decoded: ArrayRef,
    texts: Arc<StringViewArray>,
}

impl CheckedDictionaries {
    /// Converts a decoded dictionary of bytes to texts; calls `report` with each row that is not UTF-8.
    pub(super) fn check(
        &mut self,
        column: usize,
        array: &ArrayRef,
        report: &mut dyn FnMut(usize),
    ) -> Result<TextColumn, RefusalReason> {
        let dictionary = array.as_dictionary::<Int32Type>();
        let values = self.texts(column, dictionary.values())?;
        let keys = dictionary.keys();
        if values.null_count() > 0 {
            let is_fault = |key: Option<i32>| key.is_some_and(|key| values.is_null(key as usize));
            let rows = keys.iter().enumerate();
            rows.filter(|(_, key)| is_fault(*key)).for_each(|(row, _)| report(row));
        }
        Ok(TextColumn::Dictionary {
            keys: keys.clone(),
            values,
        })
    }

    fn texts(&mut self, column: usize, decoded: &ArrayRef) -> Result<Arc<StringViewArray>, RefusalReason> {
        let known = self.0.get(&column);
        if let Some(known) = known.filter(|known| known.decoded.to_data().ptr_eq(&decoded.to_data())) {
            return Ok(known.texts.clone());
        }
        let bytes = decoded.as_binary_opt::<i32>();
        let bytes = bytes.ok_or_else(|| format!("{} is not a dictionary of bytes", decoded.data_type()))?;
        let views: ArrayRef = Arc::new(BinaryViewArray::from(bytes));
        let texts = Arc::new(to_texts(&views, &mut |_| ())?);
        let checked = CheckedDictionary {
            decoded: decoded.clone(),
            texts: texts.clone(),
        };
        self.0.insert(column, checked);
        Ok(texts)
    }
}

#[cfg(test)]
#[path = "dictionary_texts_tests.rs"]
mod tests;

//! Codes of the texts of a column: each distinct value of a dictionary is looked up once.

use std::sync::Arc;

use arrow::array::{Array, StringViewArray};
use clout_warehouse::input_batches::TextColumn;

/// Codes of the latest dictionary of a column.
pub struct CodedColumn<T> {
    values: Option<Arc<StringViewArray>>,
    codes: Vec<T>,
}

impl<T> Default for CodedColumn<T> {
    fn default() -> Self {
        CodedColumn {
            values: None,
            codes: Vec::new(),
        }
    }
}

impl<T: Copy> CodedColumn<T> {
    /// Replaces `codes` by those of the rows of a column. `append` appends the codes of texts; null has the code `null`.
    pub fn read(
        &mut self,
        column: &TextColumn,
        null: T,
        mut append: impl FnMut(&StringViewArray, &mut Vec<T>),
        codes: &mut Vec<T>,
    ) {
        codes.clear();
        let (keys, values) = match column {
            TextColumn::Values(texts) => return append(texts, codes),
            TextColumn::Dictionary { keys, values } => (keys, values),
        };
        if !self.values.as_ref().is_some_and(|known| Arc::ptr_eq(known, values)) {
            self.codes.clear();
            append(values, &mut self.codes);
            self.values = Some(values.clone());
        }
        match keys.null_count() {
            0 => codes.extend(keys.values().iter().map(|key| self.codes[*key as usize])),
            _ => codes.extend(keys.iter().map(|key| key.map_or(null, |key| self.codes[key as usize]))),
        }
    }
}

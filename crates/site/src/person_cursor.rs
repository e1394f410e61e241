//! Reads a published table person by person, in step with other tables.

use arrow::array::{RecordBatch, StringArray};
use serde_json::Value;

use super::json_values::row_to_json;
use clout_base::error::Result;
use clout_warehouse::manifest::Manifest;
use clout_warehouse::published_columns::string_column;
use clout_warehouse::snapshots;
use clout_warehouse::store::Store;

/// Cursor over a table sorted by person. Persons must be requested in ascending order.
pub(crate) struct PersonCursor<'a> {
    batches: Box<dyn Iterator<Item = Result<RecordBatch>> + 'a>,
    current: Option<(RecordBatch, StringArray)>,
    row: usize,
}

impl<'a> PersonCursor<'a> {
    /// Opens a table. The first column must be `person_id`.
    pub(crate) fn open(
        store: &'a Store,
        manifest: &'a Manifest,
        table: &str,
        columns: &'a [&'a str],
    ) -> Result<PersonCursor<'a>> {
        Ok(PersonCursor {
            batches: Box::new(snapshots::stream_table(store, manifest, table, Some(columns))?),
            current: None,
            row: 0,
        })
    }

    /// Returns the person at the cursor; none at the end of the table.
    pub(crate) fn current_person(&mut self) -> Result<Option<&str>> {
        while self
            .current
            .as_ref()
            .is_none_or(|(batch, _)| self.row >= batch.num_rows())
        {
            let Some(batch) = self.batches.next().transpose()? else {
                self.current = None;
                return Ok(None);
            };
            let ids = string_column(&batch, "person_id")?.clone();
            self.current = Some((batch, ids));
            self.row = 0;
        }
        Ok(self.current.as_ref().map(|(_, ids)| ids.value(self.row)))
    }

    /// Returns the row at the cursor without its `person_id`, and advances the cursor.
    pub(crate) fn take_row(&mut self) -> Result<Vec<Value>> {
        let row = match &self.current {
            Some((batch, _)) if self.row < batch.num_rows() => row_to_json(&batch.columns()[1..], self.row)?,
            _ => Vec::new(),
        };
        self.row += 1;
        Ok(row)
    }

    /// Returns all rows of a person and skips the rows of earlier persons.
    pub(crate) fn read_person(&mut self, person: &str) -> Result<Vec<Vec<Value>>> {
        let mut found = Vec::new();
        while let Some(current) = self.current_person()? {
            match current.as_bytes().cmp(person.as_bytes()) {
                std::cmp::Ordering::Less => self.row += 1,
                std::cmp::Ordering::Equal => found.push(self.take_row()?),
                std::cmp::Ordering::Greater => break,
            }
        }
        Ok(found)
    }
}

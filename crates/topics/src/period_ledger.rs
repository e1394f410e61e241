//! A ledger of integer sums by period and key, which knows the periods that a run changed.

use polars::prelude::*;

use super::frames::{collect, columns, empty_table, read_i32, retain_rows, union_all};
use clout_base::error::Result;

/// Columns of a ledger. The first is `period`, so that a night changes the end of the table only.
#[derive(Clone, Debug)]
pub(super) struct LedgerColumns<const K: usize, const S: usize> {
    /// Key after the period.
    pub(super) key: [(&'static str, DataType); K],
    /// Sums, in units or counts.
    pub(super) sums: [&'static str; S],
}

impl<const K: usize, const S: usize> LedgerColumns<K, S> {
    /// Returns a ledger without rows.
    pub(super) fn empty_ledger(&self) -> PeriodLedger {
        let sums = self.sums.iter().map(|name| (*name, DataType::Int64));
        let columns = std::iter::once(("period", DataType::Int32)).chain(self.key.iter().cloned());
        PeriodLedger {
            table: empty_table(&columns.chain(sums).collect::<Vec<_>>()),
            changed_from: i32::MIN,
        }
    }

    /// Sums rows by period and key.
    pub(super) fn sum_rows(&self, rows: LazyFrame) -> LazyFrame {
        let key: Vec<Expr> = self.key_names().into_iter().map(col).collect();
        rows.group_by(key).agg(columns(self.sums).map(Expr::sum))
    }

    fn key_names(&self) -> Vec<PlSmallStr> {
        let key = self.key.iter().map(|(name, _)| *name);
        std::iter::once("period")
            .chain(key)
            .map(PlSmallStr::from_static)
            .collect()
    }
}

/// Sums by period and key.
#[derive(Clone, Debug)]
pub struct PeriodLedger {
    /// Rows, sorted by the key, which begins with the period.
    pub table: DataFrame,
    /// First period that differs from the stored ledger. Earlier ones may have been dropped.
    changed_from: i32,
}

impl PeriodLedger {
    /// Replaces the rows by the stored periods, in order.
    ///
    /// # Errors
    /// Returns an internal error if the periods have other columns.
    pub fn load_periods(&mut self, periods: Vec<DataFrame>) -> Result<()> {
        let empty = self.table.slice(0, 0);
        self.table = collect(union_all([empty].into_iter().chain(periods).map(IntoLazy::lazy))?)?;
        self.changed_from = i32::MAX;
        Ok(())
    }

    /// Returns the rows of each period, in order.
    ///
    /// # Errors
    /// Returns an internal error if the table has no periods.
    pub fn split_periods(&self) -> Result<Vec<(i32, DataFrame)>> {
        let periods = read_i32(&self.table, "period")?;
        let mut start = 0;
        let rows = periods.chunk_by(|a, b| a == b).map(|same| {
            let rows = self.table.slice(start, same.len());
            start += same.len() as i64;
            (same[0], rows)
        });
        Ok(rows.collect())
    }

    /// Returns true if the rows of a period differ from the stored ones.
    pub fn is_changed(&self, period: i32) -> bool {
        period >= self.changed_from
    }

    /// Adds the sums of new rows, and drops the periods before `first_kept`. Only periods with new rows are computed.
    pub(super) fn merge<const K: usize, const S: usize>(
        &mut self,
        new: &[DataFrame],
        of: &LedgerColumns<K, S>,
        first_kept: i32,
    ) -> Result<()> {
        let no_rows = self.table.slice(0, 0);
        let new = union_all(new.iter().map(|table| table.clone().lazy()).chain([no_rows.lazy()]))?;
        let new = collect(new.filter(col("period").gt_eq(lit(first_kept))))?;
        let first_new = read_i32(&new, "period")?.iter().min().copied().unwrap_or(i32::MAX);
        let periods = read_i32(&self.table, "period")?;
        let kept = periods.partition_point(|period| *period < first_kept);
        let same = periods.partition_point(|period| *period < first_new).max(kept);
        let before = self.table.slice(kept as i64, same - kept);
        let after = self.table.slice(same as i64, periods.len() - same);
        let changed = of.sum_rows(union_all([after.lazy(), new.lazy()])?);
        let changed = changed.sort(of.key_names(), SortMultipleOptions::default());
        self.table = collect(union_all([before.lazy(), changed])?)?;
        self.changed_from = self.changed_from.min(first_new);
        Ok(())
    }

    /// Keeps the rows that `is_kept` marks.
    pub(super) fn retain(&mut self, is_kept: &[bool]) -> Result<()> {
        let periods = read_i32(&self.table, "period")?;
        let dropped = is_kept.iter().position(|is_kept| !is_kept);
        let Some(first) = dropped.map(|row| periods[row]) else {
            return Ok(());
        };
        self.table = retain_rows(&self.table, is_kept)?;
        self.changed_from = self.changed_from.min(first);
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::frames::{build_column, build_table, read_i64};
    use proptest::prelude::*;

    const OF: LedgerColumns<1, 1> = LedgerColumns {
        key: [("account", DataType::UInt32)],
        sums: ["worth"],
    };

    fn load(periods: Vec<DataFrame>) -> PeriodLedger {
        let mut ledger = OF.empty_ledger();
        ledger.load_periods(periods).unwrap();
        ledger
    }

    fn table(rows: &[(i32, u32, i64)]) -> DataFrame {
        let columns = vec![
            build_column("period", rows.iter().map(|row| row.0)),
            build_column("account", rows.iter().map(|row| row.1)),
            build_column("worth", rows.iter().map(|row| row.2)),
        ];
        build_table(columns).unwrap()
    }

    fn rows(ledger: &PeriodLedger) -> Vec<(i32, u32, i64)> {
        let accounts = ledger
            .table
            .column("account")
            .unwrap()
            .u32()
            .unwrap()
            .cont_slice()
            .unwrap();
        let worth = read_i64(&ledger.table, "worth").unwrap();
        let periods = read_i32(&ledger.table, "period").unwrap().iter();
        periods
            .zip(accounts)
            .zip(worth)
            .map(|((p, a), w)| (*p, *a, *w))
            .collect()
    }

    #[test]
    fn new_rows_are_added_and_old_periods_are_dropped() {
        let mut ledger = load(vec![table(&[(1, 7, 4), (2, 7, 4)])]);
        ledger
            .merge(&[table(&[(3, 5, 1), (3, 7, 2)]), table(&[(3, 5, 9)])], &OF, 2)
            .unwrap();
        assert_eq!(rows(&ledger), [(2, 7, 4), (3, 5, 10), (3, 7, 2)]);
        assert!(ledger.is_changed(3) && !ledger.is_changed(2));
        ledger.retain(&[true, true, false]).unwrap();
        assert_eq!(rows(&ledger), [(2, 7, 4), (3, 5, 10)]);
        ledger.retain(&[false, true]).unwrap();
        assert!(ledger.is_changed(2));
        let periods = ledger.split_periods().unwrap();
        assert_eq!(
            periods
                .iter()
                .map(|(period, rows)| (*period, rows.height()))
                .collect::<Vec<_>>(),
            [(3, 1)]
        );
    }

    proptest! {
        #[test]
        fn night_by_night_equals_all_at_once(all in prop::collection::vec((0_i32..6, 0_u32..4, -9_i64..9), 0..40)) {
            let mut at_once = OF.empty_ledger();
            at_once.merge(&[table(&all)], &OF, 0).unwrap();
            let mut nightly = OF.empty_ledger();
            for night in all.chunks(7) {
                let stored = nightly.split_periods().unwrap().into_iter().map(|(_, rows)| rows).collect();
                nightly = load(stored);
                nightly.merge(&[table(night)], &OF, 0).unwrap();
            }
            prop_assert_eq!(rows(&nightly), rows(&at_once));
        }
    }
}

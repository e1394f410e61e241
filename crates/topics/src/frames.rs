//! Runs Polars queries over tables of topics, and reads their columns.
//!
//! No query sums floating-point numbers: Polars adds in the order in which its threads finish. Sums are over integers
//! ([`super::fixed_point`]), which have the same result in any order. A table of the state or
//! of the output is sorted by a key that is unique in it, so that its rows have one order; the others have none.

use polars::prelude::*;

use clout_base::error::{Error, Result};

/// Converts an error of Polars. Queries are fixed, so an error is a fault of the program.
pub fn query_failed(error: PolarsError) -> Error {
    Error::internal("a table of topics cannot be computed").with_source(error)
}

/// Computes a table with the in-memory engine. Each column has one chunk.
///
/// # Errors
/// Returns an internal error if the query does not fit the tables.
pub fn collect(query: LazyFrame) -> Result<DataFrame> {
    let mut table = query.collect().map_err(query_failed)?;
    table.rechunk_mut();
    Ok(table)
}

/// Builds a table from columns of one length.
///
/// # Errors
/// Returns an internal error if the lengths differ.
pub fn build_table(columns: Vec<Column>) -> Result<DataFrame> {
    let height = columns.first().map_or(0, Column::len);
    DataFrame::new(height, columns).map_err(query_failed)
}

/// Builds a column.
pub fn build_column<T>(name: &str, values: impl IntoIterator<Item = T>) -> Column
where
    Series: NamedFrom<Vec<T>, [T]>,
{
    Series::new(name.into(), values.into_iter().collect::<Vec<T>>()).into_column()
}

/// Adds a column to a table, or replaces the one of its name.
///
/// # Errors
/// Returns an internal error if the length differs.
pub fn add_column(table: &mut DataFrame, column: Column) -> Result<()> {
    table.with_column(column).map_err(query_failed)?;
    Ok(())
}

/// Returns a table without rows, with the given columns.
pub fn empty_table(columns: &[(&str, DataType)]) -> DataFrame {
    let fields = columns
        .iter()
        .map(|(name, kind)| Field::new((*name).into(), kind.clone()));
    DataFrame::empty_with_schema(&fields.collect::<Schema>())
}

/// Returns the rows of all tables, which have the same columns.
///
/// # Errors
/// Returns an internal error if the columns differ.
pub fn union_all(tables: impl IntoIterator<Item = LazyFrame>) -> Result<LazyFrame> {
    let tables: Vec<LazyFrame> = tables.into_iter().collect();
    concat(tables, UnionArgs::default()).map_err(query_failed)
}

/// Returns an expression for each column.
pub fn columns<const N: usize>(names: [&str; N]) -> [Expr; N] {
    names.map(col)
}

/// Returns a column of one number. A bare literal would take the smallest type that holds it.
pub fn constant_i64(value: i64) -> Expr {
    lit(value).cast(DataType::Int64)
}

/// Returns a column of one number.
pub fn constant_u32(value: u32) -> Expr {
    lit(value).cast(DataType::UInt32)
}

/// Returns the rows of `left` with the columns of the `right` row of equal `keys`. Rows without one are left out.
pub fn join_on<const N: usize>(left: LazyFrame, right: LazyFrame, keys: [&str; N]) -> LazyFrame {
    left.join(right, columns(keys), columns(keys), JoinArgs::new(JoinType::Inner))
}

/// Returns the rows of `left` that have a row of equal `keys` in `right`.
pub fn semi_join<const N: usize>(left: LazyFrame, right: LazyFrame, keys: [&str; N]) -> LazyFrame {
    left.join(right, columns(keys), columns(keys), JoinArgs::new(JoinType::Semi))
}

/// Returns the rows of `left` that have no row of equal `keys` in `right`.
pub fn anti_join<const N: usize>(left: LazyFrame, right: LazyFrame, keys: [&str; N]) -> LazyFrame {
    left.join(right, columns(keys), columns(keys), JoinArgs::new(JoinType::Anti))
}

/// Order of a column of a sort.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Order {
    /// The least value first.
    Ascending(&'static str),
    /// The greatest value first.
    Descending(&'static str),
}

/// Sorts by columns, each in its order.
pub fn sort_in_order(table: LazyFrame, orders: &[Order]) -> LazyFrame {
    let name = |order: &Order| match order {
        Order::Ascending(name) | Order::Descending(name) => PlSmallStr::from_static(name),
    };
    let is_descending = orders.iter().map(|order| matches!(order, Order::Descending(_)));
    let options = SortMultipleOptions::default().with_order_descending_multi(is_descending.collect::<Vec<bool>>());
    table.sort(orders.iter().map(name).collect::<Vec<PlSmallStr>>(), options)
}

/// Keeps the first row of each key of a sorted table.
pub fn keep_first<const N: usize>(sorted: LazyFrame, keys: [&str; N]) -> LazyFrame {
    sorted.unique_stable_generic(Some(columns(keys).to_vec()), UniqueKeepStrategy::First)
}

/// Keeps the rows that `is_kept` marks.
///
/// # Errors
/// Returns an internal error if the lengths differ.
pub fn retain_rows(table: &DataFrame, is_kept: &[bool]) -> Result<DataFrame> {
    if !is_kept.contains(&false) {
        return Ok(table.clone());
    }
    let is_kept: BooleanChunked = is_kept.iter().copied().collect();
    let mut kept = table.filter(&is_kept).map_err(query_failed)?;
    kept.rechunk_mut();
    Ok(kept)
}

/// Sorts by columns, ascending.
pub fn sort_by<const N: usize>(table: LazyFrame, names: [&str; N]) -> LazyFrame {
    table.sort(names, SortMultipleOptions::default())
}

/// Keeps the first `count` rows of each key of a table that is sorted by `keys`, and then by the order of choice.
pub fn take_first<const N: usize>(sorted: LazyFrame, keys: [&str; N], count: i64) -> LazyFrame {
    let differs = |key: &str| col(key).neq_missing(col(key).shift(lit(count)));
    let is_first = keys.iter().map(|key| differs(key)).reduce(Expr::or);
    sorted.filter(is_first.unwrap_or(lit(true)))
}

macro_rules! column_reader {
    ($name:ident, $method:ident, $type:ty) => {
        /// Returns the values of a column without nulls.
        ///
        /// # Errors
        /// Returns an internal error if the table has no such column.
        pub fn $name<'a>(table: &'a DataFrame, name: &str) -> Result<&'a [$type]> {
            let column = table
                .column(name)
                .and_then(Column::$method)
                .map_err(query_failed)?;
            match column.is_empty() {
                true => Ok(&[]),
                false => column.cont_slice().map_err(query_failed),
            }
        }
    };
}

column_reader!(read_u32, u32, u32);
column_reader!(read_i32, i32, i32);
column_reader!(read_i64, i64, i64);
column_reader!(read_f64, f64, f64);

/// Returns the texts of a column without nulls.
///
/// # Errors
/// Returns an internal error if the table has no such column.
pub fn read_texts<'a>(table: &'a DataFrame, name: &str) -> Result<Vec<&'a str>> {
    let column = table.column(name).and_then(Column::str).map_err(query_failed)?;
    Ok(column.iter().map(Option::unwrap_or_default).collect())
}

/// Returns the flags of a column without nulls.
///
/// # Errors
/// Returns an internal error if the table has no such column.
pub fn read_flags(table: &DataFrame, name: &str) -> Result<Vec<bool>> {
    let column = table.column(name).and_then(Column::bool).map_err(query_failed)?;
    Ok(column.iter().map(Option::unwrap_or_default).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_rows_of_each_key_are_taken() {
        let table = build_table(vec![
            build_column("key", vec![1_u32, 1, 1, 2, 3, 3]),
            build_column("value", vec![9_i64, 8, 7, 6, 5, 4]),
        ]);
        let first = collect(take_first(table.unwrap().lazy(), ["key"], 2)).unwrap();
        assert_eq!(read_u32(&first, "key").unwrap(), [1, 1, 2, 3, 3]);
        assert_eq!(read_i64(&first, "value").unwrap(), [9, 8, 6, 5, 4]);
        let first = collect(take_first(first.lazy(), ["key"], 1)).unwrap();
        assert_eq!(read_i64(&first, "value").unwrap(), [9, 6, 5]);
    }
}

use super::*;

#[test]
fn every_grain_is_made_of_columns_of_its_table() {
    for table in ALL.iter().copied().flatten() {
        for name in table.grain.iter().chain(table.bloom_column.iter()) {
            assert!(table.columns.iter().any(|c| c.name == *name), "{}.{name}", table.name);
        }
    }
}

#[test]
fn no_published_column_is_unsigned() {
    for table in ALL.iter().copied().flatten() {
        for field in table.build_arrow_schema().fields() {
            assert!(
                !field.data_type().is_unsigned_integer(),
                "{}.{}",
                table.name,
                field.name()
            );
        }
    }
}

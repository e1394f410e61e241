//! Validates SQL: allows one query over published tables, and nothing that reads or writes elsewhere.
//!
//! Polars SQL has functions that open files (`read_parquet('…')`) and statements that change its tables. This module
//! parses the text as Polars does and rejects both.

use std::collections::BTreeSet;
use std::ops::ControlFlow;

use sqlparser::ast::{ObjectName, Query, Statement, TableFactor, Visit, Visitor};
use sqlparser::dialect::GenericDialect;
use sqlparser::parser::{Parser, ParserOptions};

use clout_base::error::{Error, Result};

/// An allowed statement.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum SqlRequest {
    /// A query, with the table names in it; some may be its own CTEs.
    Query(BTreeSet<String>),
    /// SHOW TABLES.
    Tables,
    /// SHOW COLUMNS FROM a table.
    Columns(String),
}

/// Parses and validates a SQL text. `is_table` returns true for the names of published tables.
///
/// # Errors
///
/// `Usage` if the SQL is invalid, has several statements, or reads anything but published tables.
pub(super) fn parse_request(sql: &str, is_table: impl Fn(&str) -> bool) -> Result<SqlRequest> {
    let usage_error =
        |error: sqlparser::parser::ParserError| Error::usage(format!("the SQL cannot be parsed: {error}"));
    // Same dialect and options as Polars, so that both parse the text alike.
    let options = ParserOptions {
        trailing_commas: true,
        ..ParserOptions::default()
    };
    let parser = Parser::new(&GenericDialect).with_options(options);
    let statements = parser
        .try_with_sql(sql)
        .and_then(|mut parser| parser.parse_statements())
        .map_err(usage_error)?;
    let [statement] = &statements[..] else {
        return Err(Error::usage(format!(
            "expected one query: the SQL has {} statements",
            statements.len()
        )));
    };
    match statement {
        Statement::ShowTables { .. } => return Ok(SqlRequest::Tables),
        Statement::ShowColumns { show_options, .. } => {
            let parent = show_options
                .show_in
                .as_ref()
                .and_then(|show_in| show_in.parent_name.as_ref());
            let name = parent.and_then(only_part);
            let missing = || Error::usage("SHOW COLUMNS needs a table, for instance: SHOW COLUMNS FROM scores");
            return name
                .map(|name| SqlRequest::Columns(name.to_owned()))
                .ok_or_else(missing);
        }
        Statement::Query(_) => {}
        _ => return Err(no_query(statement)),
    }
    let mut names = Names {
        is_table,
        found: BTreeSet::new(),
    };
    match statement.visit(&mut names) {
        ControlFlow::Break(message) => Err(Error::usage(message)),
        ControlFlow::Continue(()) => Ok(SqlRequest::Query(names.found)),
    }
}

fn no_query(statement: &Statement) -> Error {
    let words: Vec<String> = statement.to_string().split(' ').take(2).map(str::to_owned).collect();
    Error::usage(format!(
        "'{}' is not a query: published tables are read-only (use SELECT, WITH, SHOW TABLES or SHOW COLUMNS FROM)",
        words.join(" ")
    ))
}

/// Returns the only part of a name; `None` for a dotted name.
fn only_part(name: &ObjectName) -> Option<&str> {
    match &name.0[..] {
        [part] => Some(part.as_ident()?.value.as_str()),
        _ => None,
    }
}

/// Visitor that collects table names and stops at the first disallowed construct.
struct Names<F> {
    is_table: F,
    found: BTreeSet<String>,
}

impl<F: Fn(&str) -> bool> Names<F> {
    /// Rejects a CTE or alias named like a published table. Polars would use the published table instead.
    fn expect_own(&self, name: &str) -> ControlFlow<String> {
        match (self.is_table)(name) {
            true => ControlFlow::Break(format!(
                "'{name}' is a published table: the CTE or alias needs another name"
            )),
            false => ControlFlow::Continue(()),
        }
    }
}

impl<F: Fn(&str) -> bool> Visitor for Names<F> {
    type Break = String;

    fn pre_visit_query(&mut self, query: &Query) -> ControlFlow<String> {
        let own = query.with.iter().flat_map(|with| &with.cte_tables);
        for table in own {
            self.expect_own(&table.alias.name.value)?;
        }
        ControlFlow::Continue(())
    }

    fn pre_visit_table_factor(&mut self, factor: &TableFactor) -> ControlFlow<String> {
        match factor {
            TableFactor::Table { name, args: None, .. } => match only_part(name) {
                Some(name) => {
                    self.found.insert(name.to_owned());
                    ControlFlow::Continue(())
                }
                None => ControlFlow::Break(format!("'{name}' is not a table: table names have one part")),
            },
            TableFactor::Derived { alias, .. } => match alias {
                Some(alias) => self.expect_own(&alias.name.value),
                None => ControlFlow::Continue(()),
            },
            TableFactor::NestedJoin { .. } | TableFactor::UNNEST { .. } => ControlFlow::Continue(()),
            _ => ControlFlow::Break(format!(
                "'{factor}' is not allowed: a query can read published tables, but no files and no table functions"
            )),
        }
    }
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;
    use clout_base::error::ErrorKind;

    fn is_table(name: &str) -> bool {
        ["scores", "influences"].contains(&name)
    }

    fn check(sql: &str, expected: &[&str]) {
        let names = expected.iter().map(|name| (*name).to_owned()).collect();
        assert_eq!(parse_request(sql, is_table).unwrap(), SqlRequest::Query(names), "{sql}");
    }

    #[test]
    fn tables_are_found_anywhere_in_a_query() {
        check("SELECT * FROM scores", &["scores"]);
        check("SELECT 1", &[]);
        check(
            "WITH best AS (SELECT * FROM scores) SELECT * FROM best JOIN influences i USING (person_id)",
            &["best", "influences", "scores"],
        );
        check(
            "SELECT 1 FROM (SELECT 1 FROM scores) s WHERE 1 IN (SELECT 1 FROM influences)",
            &["influences", "scores"],
        );
        check("SELECT 1 FROM scores UNION ALL SELECT 1 FROM b", &["b", "scores"]);
        assert_eq!(parse_request("SHOW TABLES", is_table).unwrap(), SqlRequest::Tables);
        let columns = parse_request("SHOW COLUMNS FROM scores", is_table).unwrap();
        assert_eq!(columns, SqlRequest::Columns("scores".to_owned()));
    }

    #[rstest]
    #[case("SELECT * FROM read_parquet('/etc/passwd')", "no files")]
    #[case("SELECT * FROM READ_PARQUET('x')", "no files")]
    #[case("SELECT * FROM scores JOIN read_parquet('x') USING (person_id)", "no files")]
    #[case("SELECT 1 WHERE 1 IN (SELECT 1 FROM read_parquet('x'))", "no files")]
    #[case("SELECT (SELECT 1 FROM read_parquet('x'))", "no files")]
    #[case("SELECT 1 UNION SELECT 1 FROM read_parquet('x')", "no files")]
    #[case("WITH read_parquet AS (SELECT 1) SELECT * FROM read_parquet('x')", "no files")]
    #[case("SELECT * FROM TABLE(read_parquet('x'))", "no files")]
    #[case("SELECT * FROM LATERAL read_parquet('x')", "no files")]
    #[case("CREATE TABLE x AS SELECT * FROM scores", "is not a query")]
    #[case("DROP TABLE scores", "'DROP TABLE' is not a query")]
    #[case("DELETE FROM scores", "is not a query")]
    #[case("TRUNCATE scores", "is not a query")]
    #[case("EXPLAIN SELECT 1", "is not a query")]
    #[case("COPY scores TO 'x'", "is not a query")]
    #[case("SELECT 1; SELECT 2", "2 statements")]
    #[case("", "0 statements")]
    #[case("SELEC 1", "cannot be parsed")]
    #[case("SHOW COLUMNS", "needs a table")]
    #[case("SELECT * FROM main.scores", "one part")]
    #[case("WITH scores AS (SELECT 1) SELECT * FROM scores", "needs another name")]
    #[case("SELECT * FROM (SELECT 1 FROM scores) AS influences", "needs another name")]
    fn anything_else_is_refused(#[case] sql: &str, #[case] says: &str) {
        let error = parse_request(sql, is_table).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Usage);
        assert!(error.to_string().contains(says), "{error}");
    }
}

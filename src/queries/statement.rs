//! What a SQL text may say: one query over published tables, and nothing that reads or writes elsewhere.
//!
//! Polars' SQL knows functions that open files (`read_parquet('…')`) and statements that change its tables.
//! The text is parsed here first, as Polars parses it, and refused if it has any of them.

use std::collections::BTreeSet;
use std::ops::ControlFlow;

use sqlparser::ast::{ObjectName, Query, Statement, TableFactor, Visit, Visitor};
use sqlparser::dialect::GenericDialect;
use sqlparser::parser::{Parser, ParserOptions};

use clout_base::error::{Error, Result};

/// A statement that may be asked.
#[derive(Debug, PartialEq, Eq)]
pub enum Asked {
    /// A query that names these tables, or names of its own.
    Query(BTreeSet<String>),
    /// Which tables there are.
    Tables,
    /// Which columns a table has.
    Columns(String),
}

/// Reads a SQL text. `is_table` says which names are those of published tables.
pub fn parse(sql: &str, is_table: impl Fn(&str) -> bool) -> Result<Asked> {
    let refused = |error: sqlparser::parser::ParserError| Error::usage(format!("the SQL cannot be read: {error}"));
    // The dialect and options of Polars: both must understand the same.
    let options = ParserOptions {
        trailing_commas: true,
        ..ParserOptions::default()
    };
    let parser = Parser::new(&GenericDialect).with_options(options);
    let statements = parser
        .try_with_sql(sql)
        .and_then(|mut parser| parser.parse_statements())
        .map_err(refused)?;
    let [statement] = &statements[..] else {
        return Err(Error::usage(format!(
            "one query at a time: the SQL has {} statements",
            statements.len()
        )));
    };
    match statement {
        Statement::ShowTables { .. } => return Ok(Asked::Tables),
        Statement::ShowColumns { show_options, .. } => {
            let place = show_options
                .show_in
                .as_ref()
                .and_then(|place| place.parent_name.as_ref());
            let name = place.and_then(only_part);
            let missing = || Error::usage("SHOW COLUMNS of what? For instance: SHOW COLUMNS FROM scores");
            return name.map(|name| Asked::Columns(name.to_owned())).ok_or_else(missing);
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
        ControlFlow::Continue(()) => Ok(Asked::Query(names.found)),
    }
}

fn no_query(statement: &Statement) -> Error {
    let words: Vec<String> = statement.to_string().split(' ').take(2).map(str::to_owned).collect();
    Error::usage(format!(
        "'{}' is no query: published tables are only read (SELECT, WITH, SHOW TABLES, SHOW COLUMNS FROM)",
        words.join(" ")
    ))
}

/// A name that has one part.
fn only_part(name: &ObjectName) -> Option<&str> {
    match &name.0[..] {
        [part] => Some(part.as_ident()?.value.as_str()),
        _ => None,
    }
}

/// Collects the tables that a query names, and stops at what it may not have.
struct Names<F> {
    is_table: F,
    found: BTreeSet<String>,
}

impl<F: Fn(&str) -> bool> Names<F> {
    /// Polars looks for a table first and for a name of the query's own second, so such a name would not be seen.
    fn expect_own(&self, name: &str) -> ControlFlow<String> {
        match (self.is_table)(name) {
            true => ControlFlow::Break(format!(
                "'{name}' is a published table, so the query's own table needs another name"
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
                None => ControlFlow::Break(format!("'{name}' is no table: names have one part here")),
            },
            TableFactor::Derived { alias, .. } => match alias {
                Some(alias) => self.expect_own(&alias.name.value),
                None => ControlFlow::Continue(()),
            },
            TableFactor::NestedJoin { .. } | TableFactor::UNNEST { .. } => ControlFlow::Continue(()),
            _ => ControlFlow::Break(format!(
                "'{factor}' is not allowed: a query reads published tables, no files and no table functions"
            )),
        }
    }
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;
    use clout_base::error::Kind;

    fn is_table(name: &str) -> bool {
        ["scores", "influences"].contains(&name)
    }

    fn check(sql: &str, expected: &[&str]) {
        let names = expected.iter().map(|name| (*name).to_owned()).collect();
        assert_eq!(parse(sql, is_table).unwrap(), Asked::Query(names), "{sql}");
    }

    #[test]
    fn a_query_names_its_tables_wherever_they_stand() {
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
        assert_eq!(parse("SHOW TABLES", is_table).unwrap(), Asked::Tables);
        let columns = parse("SHOW COLUMNS FROM scores", is_table).unwrap();
        assert_eq!(columns, Asked::Columns("scores".to_owned()));
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
    #[case("CREATE TABLE x AS SELECT * FROM scores", "is no query")]
    #[case("DROP TABLE scores", "'DROP TABLE' is no query")]
    #[case("DELETE FROM scores", "is no query")]
    #[case("TRUNCATE scores", "is no query")]
    #[case("EXPLAIN SELECT 1", "is no query")]
    #[case("COPY scores TO 'x'", "is no query")]
    #[case("SELECT 1; SELECT 2", "2 statements")]
    #[case("", "0 statements")]
    #[case("SELEC 1", "cannot be read")]
    #[case("SHOW COLUMNS", "of what?")]
    #[case("SELECT * FROM main.scores", "one part")]
    #[case("WITH scores AS (SELECT 1) SELECT * FROM scores", "needs another name")]
    #[case("SELECT * FROM (SELECT 1 FROM scores) AS influences", "needs another name")]
    fn anything_else_is_refused(#[case] sql: &str, #[case] says: &str) {
        let error = parse(sql, is_table).unwrap_err();
        assert_eq!(error.kind(), Kind::Usage);
        assert!(error.to_string().contains(says), "{error}");
    }
}

//! Matching of the contract's columns with the columns of a file, with all faults at once.

use super::column_shape::ColumnShape;
use super::footer::{Footer, LeafFormat, PLAIN_BYTES, SchemaNode, hinted_time_unit};
use super::input_columns::{InputColumn, InputType};

/// Least similarity, from 0 to 1, at which another name is offered for a missing column.
const MIN_SIMILARITY: f64 = 0.65;
/// Maximum number of names in a message.
const MAX_NAMES: usize = 10;

/// Reason for refusing a file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refusal {
    /// Sentence for the producer of the file.
    pub reason: String,
    /// Columns of the contract with what was found; empty if the columns are not the reason.
    pub columns: Vec<ColumnComparison>,
}

impl From<String> for Refusal {
    fn from(reason: String) -> Refusal {
        Refusal {
            reason,
            columns: Vec::new(),
        }
    }
}

/// One column of the contract beside what a file has.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct ColumnComparison {
    /// Name in the contract.
    pub column: &'static str,
    /// Expected type.
    pub expected: String,
    /// Found type, or similar names if the column is missing; `None` if nothing similar exists.
    pub found: Option<String>,
    /// Fault in one or two words; `None` for a good column.
    pub fault: Option<&'static str>,
}

/// Optional column that a file lacks although it has a column of a similar name.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct SimilarColumn {
    /// Name in the contract.
    pub column: &'static str,
    /// Similar name in the file.
    pub found: String,
}

/// Column of the contract found in a file.
#[derive(Clone, Debug)]
pub(crate) struct MatchedColumn {
    /// Column of the contract.
    pub(crate) column: InputColumn,
    /// Index among the root columns of the file.
    pub(crate) root: usize,
    /// Schema tree of the root column.
    pub(crate) node: SchemaNode,
    /// Shape of the root column.
    pub(crate) shape: ColumnShape,
}

/// Columns of the contract found in a file, and similar names of those that were not.
pub(crate) struct MatchedColumns {
    /// Found columns.
    pub(crate) found: Vec<MatchedColumn>,
    /// Missing optional columns with a similar name in the file.
    pub(crate) similar_columns: Vec<SimilarColumn>,
}

/// Result of looking for a name.
enum NameMatch {
    Found(usize),
    Missing,
    /// Several columns fit equally well.
    Ambiguous(Vec<usize>),
}

/// Finds the `columns` in a file, and refuses the file with all their faults at once.
pub(crate) fn match_columns(footer: &Footer, columns: &[InputColumn]) -> Result<MatchedColumns, Refusal> {
    let matching = Matching { footer };
    let names: Vec<NameMatch> = columns.iter().map(|column| matching.find(column.name)).collect();
    let is_taken = |root: usize| {
        names
            .iter()
            .any(|name| matches!(name, NameMatch::Found(found) if *found == root))
    };
    let free: Vec<&str> = (0..footer.columns.len())
        .filter(|root| !is_taken(*root))
        .map(|root| footer.columns[root].name.as_str())
        .collect();
    let mut matched = MatchedColumns {
        found: Vec::new(),
        similar_columns: Vec::new(),
    };
    let mut comparisons = Vec::new();
    let mut faults = FaultTexts::default();
    for (column, name) in columns.iter().zip(&names) {
        let (found, fault) = match name {
            NameMatch::Found(root) => {
                let found = matching.read(column, *root)?;
                let described = found.shape.describe();
                let fault = match column.input_type.accepts(&found.shape.arrow_type()) {
                    true => None,
                    false => Some(faults.add_mistyped(column, &footer.columns[*root].name, &found.shape)),
                };
                matched.found.push(found);
                (Some(described), fault)
            }
            NameMatch::Missing => {
                let similar = most_similar(column.name, &free);
                if let (false, Some(similar)) = (column.is_required, similar) {
                    matched.similar_columns.push(SimilarColumn {
                        column: column.name,
                        found: similar.to_owned(),
                    });
                }
                let fault = column
                    .is_required
                    .then(|| faults.add_missing(column.name, similar, &free));
                (similar.map(|similar| format!("`{similar}`")), fault)
            }
            NameMatch::Ambiguous(roots)
                if !column.is_required && footer.columns[roots[0]].name.as_str() != column.name =>
            {
                let names = roots.iter().map(|root| footer.columns[*root].name.as_str());
                matched.similar_columns.extend(names.clone().map(|found| SimilarColumn {
                    column: column.name,
                    found: found.to_owned(),
                }));
                (Some(quote_names(names)), None)
            }
            NameMatch::Ambiguous(roots) => {
                let names = quote_names(roots.iter().map(|root| footer.columns[*root].name.as_str()));
                let fault = faults.add_ambiguous(column.name, &names);
                (Some(names), Some(fault))
            }
        };
        comparisons.push(ColumnComparison {
            column: column.name,
            expected: describe_expected(column),
            found,
            fault,
        });
    }
    match faults.into_reason() {
        Some(reason) => Err(Refusal {
            reason,
            columns: comparisons,
        }),
        None => Ok(matched),
    }
}

fn describe_expected(column: &InputColumn) -> String {
    let required = if column.is_required { ", required" } else { "" };
    format!("{}{required}", column.input_type.describe())
}

struct Matching<'a, 'b> {
    footer: &'a Footer<'b>,
}

impl Matching<'_, '_> {
    /// Finds a column by its exact name, or else by its name in any case.
    fn find(&self, name: &str) -> NameMatch {
        let among = |is_same: &dyn Fn(&str) -> bool| -> Vec<usize> {
            let roots = self.footer.columns.iter().enumerate();
            roots
                .filter(|(_, root)| is_same(&root.name))
                .map(|(index, _)| index)
                .collect()
        };
        let mut roots = among(&|found| found == name);
        if roots.is_empty() {
            roots = among(&|found| found.eq_ignore_ascii_case(name));
        }
        match roots.as_slice() {
            [] => NameMatch::Missing,
            [root] => NameMatch::Found(*root),
            _ => NameMatch::Ambiguous(roots),
        }
    }

    fn read(&self, column: &InputColumn, root: usize) -> Result<MatchedColumn, Refusal> {
        let found = &self.footer.columns[root];
        let unreadable = |fault| format!("column {} cannot be read: {fault}", found.name);
        let mut node = found.read_tree().map_err(|fault| unreadable(fault.to_string()))?;
        let mut shape = ColumnShape::of(&node);
        let plain_integer = ColumnShape::Value(LeafFormat::Int64 { is_signed: true });
        if column.input_type == InputType::Instant && shape == plain_integer {
            let unit = self
                .footer
                .arrow_schema
                .and_then(|hint| hinted_time_unit(hint, &found.name));
            if let Some(unit) = unit {
                shape = ColumnShape::Value(LeafFormat::Time(unit));
            }
        }
        // arrow-rs finds columns by name, and the name of the contract is unique.
        column.name.clone_into(&mut node.name);
        Ok(MatchedColumn {
            column: *column,
            root,
            node,
            shape,
        })
    }
}

/// Sentences on the faults of the columns, by kind.
#[derive(Default)]
struct FaultTexts {
    missing: Vec<String>,
    others: Vec<String>,
}

impl FaultTexts {
    fn add_missing(&mut self, name: &str, similar: Option<&str>, free: &[&str]) -> &'static str {
        let found = match similar {
            Some(similar) => format!(" (found `{similar}`)"),
            None if free.is_empty() => String::new(),
            None => format!(" (found {})", quote_names(free.iter().copied())),
        };
        self.missing.push(format!("{name}{found}"));
        "missing"
    }

    fn add_mistyped(&mut self, column: &InputColumn, name: &str, shape: &ColumnShape) -> &'static str {
        let fix = match shape.format() {
            Some(LeafFormat::Other(PLAIN_BYTES)) => "; write it with the logical type STRING",
            _ => "",
        };
        self.others.push(format!(
            "column {name} is {}, expected {}{fix}",
            shape.describe(),
            column.input_type.describe()
        ));
        "wrong type"
    }

    fn add_ambiguous(&mut self, name: &str, names: &str) -> &'static str {
        self.others
            .push(format!("it has more than one column {name}: {names}; keep one of them"));
        "ambiguous"
    }

    fn into_reason(self) -> Option<String> {
        let plural = if self.missing.len() > 1 { "s" } else { "" };
        let missing = format!("it lacks the required column{plural} {}", self.missing.join(", "));
        let missing = (!self.missing.is_empty()).then_some(missing);
        let faults: Vec<String> = missing.into_iter().chain(self.others).collect();
        (!faults.is_empty()).then(|| faults.join("; "))
    }
}

/// Lists the first names in backquotes.
fn quote_names<'a>(names: impl ExactSizeIterator<Item = &'a str>) -> String {
    let more = names.len().saturating_sub(MAX_NAMES);
    let shown: Vec<String> = names.take(MAX_NAMES).map(|name| format!("`{name}`")).collect();
    match more {
        0 => shown.join(", "),
        more => format!("{} and {more} more", shown.join(", ")),
    }
}

/// Returns the most similar name, if it is similar enough.
fn most_similar<'a>(name: &str, names: &[&'a str]) -> Option<&'a str> {
    let similarity = |found: &str| strsim::normalized_damerau_levenshtein(name, &found.to_ascii_lowercase());
    names
        .iter()
        .filter(|found| found.len() <= 2 * name.len())
        .map(|found| (similarity(found), *found))
        .filter(|(similarity, _)| *similarity >= MIN_SIMILARITY)
        .max_by(|a, b| a.0.total_cmp(&b.0))
        .map(|(_, found)| found)
}

#[cfg(test)]
#[path = "column_matching_tests.rs"]
mod tests;

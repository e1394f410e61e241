//! Tests of names and types: every fault of a file at once, with the most similar name.

use super::*;
use crate::input_columns::columns_of_table;
use crate::testing::{Values, activities, activities_with, admit, parquet_file, texts};

fn renamed(pairs: &[(&'static str, &'static str)]) -> Vec<u8> {
    let columns = activities().into_iter().map(|(field, values)| {
        let mut field = field.to_owned();
        for (from, to) in pairs {
            field = field.replace(from, to);
        }
        (field, values)
    });
    let columns: Vec<(String, Values)> = columns.collect();
    let columns: Vec<(&str, Values)> = columns
        .iter()
        .map(|(field, values)| (field.as_str(), values.clone()))
        .collect();
    parquet_file(&columns)
}

fn refusal(file: &[u8]) -> Refusal {
    admit(file, &[], columns_of_table("activities")).unwrap_err()
}

#[test]
fn names_match_in_any_case_if_exactly_one_does() {
    let upper = renamed(&[
        ("activity_id", "ACTIVITY_ID"),
        ("actor_id", "Actor_Id"),
        ("target_id", "TARGET_ID"),
    ]);
    let admitted = admit(&upper, &["target_id", "actor_id"], columns_of_table("activities")).unwrap();
    assert!(admitted.has_column(0) && admitted.has_column(1));
    assert_eq!(admitted.similar_columns, []);
    // An exact name decides between columns that differ in case.
    let exact = parquet_file(&activities_with(
        "optional binary actor_id (UTF8)",
        texts(&["a", "b", "c"]),
    ));
    assert!(admit(&exact, &["actor_id"], columns_of_table("activities")).is_ok());
    let mut columns = activities();
    columns.push((
        "optional int64 ACTOR_ID (TIMESTAMP_MICROS)",
        Values::Int64(vec![None; 3]),
    ));
    assert!(admit(&parquet_file(&columns), &["actor_id"], columns_of_table("activities")).is_ok());
}

#[test]
fn columns_that_differ_only_in_case_are_refused_by_name() {
    let mut columns = activities();
    columns.retain(|(field, _)| !field.contains("actor_id"));
    columns.push(("optional binary Actor_Id (UTF8)", texts(&["a", "b", "c"])));
    columns.push(("optional binary ACTOR_ID (UTF8)", texts(&["a", "b", "c"])));
    let refusal = refusal(&parquet_file(&columns));
    assert_eq!(
        refusal.reason,
        "it has more than one column actor_id: `Actor_Id`, `ACTOR_ID`; keep one of them"
    );
    let target = refusal
        .columns
        .iter()
        .find(|column| column.column == "actor_id")
        .unwrap();
    assert_eq!(target.fault, Some("ambiguous"));
}

#[test]
fn all_missing_and_mistyped_columns_are_named_at_once_with_similar_names() {
    let columns = [
        ("optional binary activityid (UTF8)", texts(&["1"])),
        ("optional binary occured_at (UTF8)", texts(&["x"])),
        ("optional binary actor_id", texts(&["a"])),
        ("optional binary kind (UTF8)", texts(&["like"])),
        ("optional int64 target_id (TIMESTAMP_MICROS)", Values::Int64(vec![None])),
    ];
    let refusal = refusal(&parquet_file(&columns));
    assert_eq!(
        refusal.reason,
        "it lacks the required columns activity_id (found `activityid`), occurred_at (found `occured_at`), verb (found \
         `activityid`, `occured_at`, `kind`); column actor_id is BYTE_ARRAY without annotation, expected a string or an \
         integer; write it with the logical type STRING; column target_id is TIMESTAMP, expected a string or an integer"
    );
    let rows: Vec<(&str, &str, Option<&str>, Option<&str>)> = refusal
        .columns
        .iter()
        .map(|column| {
            (
                column.column,
                column.expected.as_str(),
                column.found.as_deref(),
                column.fault,
            )
        })
        .collect();
    assert_eq!(
        rows,
        [
            (
                "activity_id",
                "a string or an integer, required",
                Some("`activityid`"),
                Some("missing")
            ),
            (
                "occurred_at",
                "a timestamp, required",
                Some("`occured_at`"),
                Some("missing")
            ),
            (
                "actor_id",
                "a string or an integer, required",
                Some("BYTE_ARRAY without annotation"),
                Some("wrong type")
            ),
            ("verb", "a string, required", None, Some("missing")),
            ("object_id", "a string or an integer", None, None),
            (
                "target_id",
                "a string or an integer",
                Some("TIMESTAMP"),
                Some("wrong type")
            ),
            ("text", "a string", None, None),
            ("tags", "a list of strings", None, None),
        ]
    );
}

#[test]
fn a_missing_optional_column_with_a_similar_name_is_a_near_miss() {
    let columns = columns_of_table("activities");
    for found in ["targetid", "TargetId", "target", "taget_id"] {
        let admitted = admit(&renamed(&[("target_id", found)]), &["target_id"], columns).unwrap();
        let expected = SimilarColumn {
            column: "target_id",
            found: found.to_owned(),
        };
        assert_eq!(
            (admitted.similar_columns.as_slice(), admitted.has_column(0)),
            (&[expected][..], false)
        );
    }
    for unlike in ["credited", "id", "t"] {
        let admitted = admit(&renamed(&[("target_id", unlike)]), &["target_id"], columns).unwrap();
        assert_eq!(admitted.similar_columns, [], "{unlike}");
    }
}

#[test]
fn a_file_of_one_wrong_column_lists_it() {
    let file = parquet_file(&[("optional binary user_id (UTF8)", texts(&["twitter:ada"]))]);
    let refusal = admit(&file, &[], columns_of_table("opt_outs")).unwrap_err();
    assert_eq!(
        refusal.reason,
        "it lacks the required column person_id (found `user_id`)"
    );
}

#[test]
fn long_lists_of_names_are_cut() {
    let fields: Vec<String> = (0..30)
        .map(|column| format!("optional binary c{column} (UTF8)"))
        .collect();
    let columns: Vec<(&str, Values)> = fields.iter().map(|field| (field.as_str(), texts(&["x"]))).collect();
    let reason = admit(&parquet_file(&columns), &[], columns_of_table("opt_outs"))
        .unwrap_err()
        .reason;
    assert!(reason.ends_with("`c9` and 20 more)"), "{reason}");
}

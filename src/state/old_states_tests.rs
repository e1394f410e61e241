use super::super::RunState;
use super::super::testing::Nights;
use super::*;

/// Publishes a date as far as states are concerned.
fn publish(nights: &Nights, date: Day) {
    let manifest = serde_json::json!({
        "version": 1, "snapshot_date": date, "model_version": "m", "run_id": "r", "commit_id": "commit",
        "parameters": {}, "converged": true, "residual": 0.0, "inputs": [], "tables": {}, "timings": {},
    });
    let key = format!("snapshots/{date}/manifest.json");
    nights
        .store
        .put(&key, manifest.to_string().into_bytes().into())
        .unwrap();
}

/// Saves three dates, each from the files of the one before; returns the dates and the folder of the last.
fn three_dates(nights: &Nights) -> (Vec<Day>, String) {
    let mut state = RunState::empty(&nights.networks);
    let (mut dates, mut prefix) = (Vec::new(), String::new());
    for date in 0..3 {
        nights.add_date(&mut state, date);
        prefix = nights.save(&mut state);
        dates.push(state.as_of.unwrap());
        publish(nights, dates[dates.len() - 1]);
        state = nights.load(&prefix);
    }
    (dates, prefix)
}

#[test]
fn files_that_a_kept_state_names_stay_and_others_go() {
    let nights = Nights::new();
    let (dates, prefix) = three_dates(&nights);
    assert!(delete_old_states(&nights.store, &dates, 1, dates[2], "commit").unwrap() > 0);
    let first = nights.files(&state_folder(dates[0], "commit"));
    assert!(first.contains(&"pairs-00000.seg".to_owned()) && !first.contains(&"state.json".to_owned()));
    nights.load(&prefix);
}

#[test]
fn a_backfill_deletes_nothing_that_a_newer_state_names() {
    let nights = Nights::new();
    let (dates, prefix) = three_dates(&nights);
    delete_old_states(&nights.store, &dates, 1, dates[0], "commit").unwrap();
    nights.load(&prefix);
}

#[test]
fn without_the_newest_state_nothing_is_deleted() {
    let nights = Nights::new();
    let (dates, prefix) = three_dates(&nights);
    nights.store.delete(&format!("{prefix}/state.json")).unwrap();
    assert_eq!(
        delete_old_states(&nights.store, &dates, 1, dates[0], "commit").unwrap(),
        0
    );
}

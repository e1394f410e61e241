//! Tests of writes that appear complete or not at all, and of the sweep of killed runs.

use super::*;

fn writer() -> (tempfile::TempDir, LocalWriter) {
    let root = tempfile::tempdir().unwrap();
    let writer = LocalWriter::new(root.path());
    (root, writer)
}

fn key(root: &Path, name: &str) -> Key {
    Key::from_absolute_path(root.join(name)).unwrap()
}

/// Lists the staged files of a root.
fn staged(root: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(root.join(STAGING)).into_iter().flatten();
    entries.map(|entry| entry.unwrap().path()).collect()
}

#[test]
fn a_file_is_created_once_and_replaced_at_will() {
    let (root, writer) = writer();
    let at = key(root.path(), "t/x");
    writer.write(&at, b"one", WriteMode::Create).unwrap();
    assert!(writer.write(&at, b"two", WriteMode::Create).unwrap_err().is_conflict());
    assert_eq!(fs::read(root.path().join("t/x")).unwrap(), b"one");
    writer.write(&at, b"three", WriteMode::Replace).unwrap();
    assert_eq!(fs::read(root.path().join("t/x")).unwrap(), b"three");
    assert!(staged(root.path()).is_empty());
    assert_eq!(fs::read_dir(root.path().join("t")).unwrap().count(), 1);
    drop(writer);
    assert!(!root.path().join("work").exists(), "an empty staging folder is deleted");
}

#[test]
fn of_concurrent_creates_one_succeeds_with_its_bytes() {
    let (root, first) = writer();
    let second = LocalWriter::new(root.path());
    let at = key(root.path(), "x");
    let won: Vec<usize> = std::thread::scope(|scope| {
        let writers = [&first, &second];
        let create = |nth: usize| {
            let (writer, at) = (writers[nth % writers.len()], &at);
            scope.spawn(move || {
                let body = nth.to_string().repeat(10_000);
                writer
                    .write(at, body.as_bytes(), WriteMode::Create)
                    .is_ok()
                    .then_some(nth)
            })
        };
        let threads: Vec<_> = (0..8).map(create).collect();
        threads
            .into_iter()
            .filter_map(|thread| thread.join().unwrap())
            .collect()
    });
    let [winner] = won[..] else { panic!("{won:?}") };
    assert_eq!(
        fs::read_to_string(root.path().join("x")).unwrap(),
        winner.to_string().repeat(10_000)
    );
    assert!(staged(root.path()).is_empty());
}

#[test]
fn the_files_of_a_killed_run_are_swept_and_those_of_a_live_one_stay() {
    let (root, live) = writer();
    live.write(&key(root.path(), "x"), b"1", WriteMode::Create).unwrap();
    let unfinished = root.path().join(STAGING).join("unfinished");
    fs::write(&unfinished, b"half").unwrap();
    LocalWriter::new(root.path()).sweep();
    assert!(unfinished.exists(), "its writer lives");
    drop(live);
    assert!(unfinished.exists());
    let next = LocalWriter::new(root.path());
    next.sweep();
    assert!(staged(root.path()).is_empty());
    drop(next);
    assert!(!root.path().join("work").exists());
}

#[test]
fn a_sweep_creates_no_folder() {
    let (root, writer) = writer();
    writer.sweep();
    drop(writer);
    assert_eq!(fs::read_dir(root.path()).unwrap().count(), 0);
}

#[test]
fn unfinished_files_of_earlier_versions_are_deleted() {
    let (root, writer) = writer();
    let folder = root.path().join("t");
    fs::create_dir(&folder).unwrap();
    for name in [
        "part-1.parquet",
        "part-1.parquet#1",
        "part-2.parquet#12",
        "note#a",
        "#",
        "x#",
    ] {
        fs::write(folder.join(name), b"").unwrap();
    }
    writer.delete_unfinished(&key(root.path(), "t")).unwrap();
    let mut left: Vec<_> = fs::read_dir(&folder)
        .unwrap()
        .map(|entry| entry.unwrap().file_name())
        .collect();
    left.sort();
    assert_eq!(left, ["#", "note#a", "part-1.parquet", "x#"]);
    writer.delete_unfinished(&key(root.path(), "missing")).unwrap();
}

#[test]
fn a_missing_root_is_created_and_a_file_in_its_place_is_an_error() {
    let root = tempfile::tempdir().unwrap();
    let missing = root.path().join("not/yet");
    LocalWriter::new(&missing)
        .write(&key(&missing, "x"), b"1", WriteMode::Replace)
        .unwrap();
    assert_eq!(fs::read(missing.join("x")).unwrap(), b"1");
    let file = root.path().join("file");
    fs::write(&file, b"").unwrap();
    let failure = LocalWriter::new(&file).write(&key(&file, "x"), b"1", WriteMode::Create);
    assert!(!failure.unwrap_err().is_conflict());
}

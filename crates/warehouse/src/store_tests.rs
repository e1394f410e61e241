//! Tests of a store over a folder and over memory; the test suite covers cloud stores.

use std::fs;

use super::*;
use crate::faulty_store::FaultyStore;
use clout_base::error::ErrorKind;

fn folder() -> (tempfile::TempDir, Store) {
    let folder = tempfile::tempdir().unwrap();
    let store = Store::open(folder.path().to_str().unwrap(), &StoreOptions::default()).unwrap();
    (folder, store)
}

fn keys(listing: &ObjectListing) -> Vec<&str> {
    listing.objects.iter().map(|object| object.key.as_str()).collect()
}

/// Lists the folders below the root, without the one that holds the staging folder while a local root is written to.
fn folders(store: &Store) -> Vec<String> {
    let mut names = store.list_folders("").unwrap();
    names.retain(|name| name != "work");
    names
}

#[test]
fn objects_are_created_read_written_over_and_deleted() {
    let (_folder, local) = folder();
    for store in [local, FaultyStore::open_with_faults([])] {
        assert_eq!(store.get("a/b").unwrap(), None);
        assert_eq!(store.head("a/b").unwrap(), None);
        assert_eq!(store.create("a/b", "one".into()).unwrap(), CreateOutcome::New);
        assert_eq!(store.create("a/b", "two".into()).unwrap(), CreateOutcome::Exists);
        assert_eq!(store.get("a/b").unwrap().unwrap(), "one");
        store.put("a/b", "three".into()).unwrap();
        let head = store.head("a/b").unwrap().unwrap();
        assert_eq!((head.key.as_str(), head.size), ("a/b", 5));
        assert!(head.etag.is_some());
        assert_eq!(store.get_ranges("a/b", &[0..2, 3..5]).unwrap(), ["th", "ee"]);
        store.delete("a/b").unwrap();
        store.delete("a/b").unwrap();
        assert_eq!(store.get("a/b").unwrap(), None);
    }
}

#[test]
fn a_missing_folder_is_empty_until_the_first_write() {
    let folder = tempfile::tempdir().unwrap();
    let root = folder.path().join("not/yet");
    let store = Store::open(root.to_str().unwrap(), &StoreOptions::default()).unwrap();
    assert!(store.list("").unwrap().objects.is_empty());
    assert!(store.list_folders("").unwrap().is_empty());
    assert!(!root.exists());
    store.put("x", "1".into()).unwrap();
    assert_eq!(fs::read(root.join("x")).unwrap(), b"1");
}

#[test]
fn listings_are_recursive_sorted_and_relative_to_the_root() {
    let (_folder, local) = folder();
    for store in [local, FaultyStore::open_with_faults([])] {
        for key in ["b/2", "b/1/x", "b0/no", "a"] {
            store.put(key, "1".into()).unwrap();
        }
        assert_eq!(keys(&store.list("b").unwrap()), ["b/1/x", "b/2"]);
        assert_eq!(keys(&store.list("").unwrap()), ["a", "b/1/x", "b/2", "b0/no"]);
        assert_eq!(folders(&store), ["b", "b0"]);
        assert_eq!(store.list_folders("b").unwrap(), ["1"]);
        assert!(store.list("nothing").unwrap().objects.is_empty());
    }
}

#[test]
fn odd_keys_are_never_encoded() {
    let (folder, store) = folder();
    let odd = [
        "network=a%20b/ü",
        "network=a b/c+d=e",
        "network=a%2Fb/#x",
        "q?x/~&'",
        "[a]/{b}*",
        "back\\slash",
    ];
    for key in odd {
        assert_eq!(store.create(key, key.into()).unwrap(), CreateOutcome::New);
        assert_eq!(fs::read(folder.path().join(key)).unwrap(), key.as_bytes(), "{key}");
        assert_eq!(store.get(key).unwrap().unwrap(), key);
    }
    let mut expected = odd.to_vec();
    expected.sort();
    assert_eq!(keys(&store.list("").unwrap()), expected);
    assert_eq!(
        folders(&store),
        ["[a]", "network=a b", "network=a%20b", "network=a%2Fb", "q?x"]
    );
}

#[cfg(unix)]
#[test]
fn a_name_that_is_no_valid_key_is_reported_and_the_listing_continues() {
    use std::os::unix::ffi::OsStrExt;

    let (folder, store) = folder();
    let latin1 = std::ffi::OsStr::from_bytes(b"caf\xe9");
    for name in [latin1, std::ffi::OsStr::new("line\nbreak")] {
        fs::create_dir(folder.path().join(name)).unwrap();
        fs::write(folder.path().join(name).join("x"), "1").unwrap();
    }
    store.put("a/x", "1".into()).unwrap();
    store.put("z/x", "1".into()).unwrap();
    let listing = store.list("").unwrap();
    assert_eq!(keys(&listing), ["a/x", "z/x"]);
    let mut odd = listing.invalid_keys;
    odd.sort();
    assert_eq!(odd, ["caf%E9/x", "line\\nbreak/x"]);
    assert_eq!(store.list_folders("").unwrap(), ["a", "z"]);
}

#[test]
fn a_key_cannot_leave_the_root() {
    let (_folder, store) = folder();
    for key in ["../x", "a/../../x", "a//b"] {
        assert_eq!(store.get(key).unwrap_err().kind(), ErrorKind::Internal, "{key}");
    }
}

#[test]
fn calls_come_from_any_thread() {
    use rayon::prelude::*;

    let (_folder, store) = folder();
    (0..64)
        .into_par_iter()
        .for_each(|i| store.put(&format!("k/{i}"), "1".into()).unwrap());
    assert_eq!(store.list("k").unwrap().objects.len(), 64);
}

#[test]
fn a_store_without_responses_is_abandoned() {
    // This socket accepts connections and never responds.
    let silent = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let endpoint = format!("http://{}", silent.local_addr().unwrap());
    let environment = [
        ("AWS_ENDPOINT_URL", endpoint.as_str()),
        ("AWS_ACCESS_KEY_ID", "k"),
        ("AWS_SECRET_ACCESS_KEY", "SECRET"),
    ];
    let options = StoreOptions {
        environment: environment
            .map(|(name, value)| (name.to_owned(), value.to_owned()))
            .to_vec(),
        retry_timeout_seconds: 0.5,
        max_retries: 1,
        request_timeout_seconds: 0.2,
    };
    let store = Store::open("s3://bucket/root", &options).unwrap();
    let error = store.get("key").unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Storage);
    let text = error.to_string();
    assert!(
        text.contains("'key' in s3://bucket/root") && !text.contains("SECRET"),
        "{text}"
    );
}

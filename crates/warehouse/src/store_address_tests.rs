//! Tests of accepted and refused addresses.

use super::*;
use clout_base::error::ErrorKind;

fn refusal(address: &str) -> String {
    match open_address(address, &StoreOptions::default()) {
        Ok(_) => panic!("{address} was opened"),
        Err(error) => {
            assert_eq!(error.kind(), ErrorKind::Usage, "{address}");
            error.to_string()
        }
    }
}

#[test]
fn unknown_schemes_are_refused_with_the_supported_ones() {
    for address in [
        "ftp://host/x",
        "http://host/x",
        "memory:///x",
        "",
        "s3://",
        "file://host/x",
    ] {
        let text = refusal(address);
        assert!(text.contains("s3://bucket/prefix"), "{address}: {text}");
    }
}

#[test]
fn secrets_in_a_url_are_refused_and_not_repeated() {
    for address in [
        "s3://KEY:SECRET@bucket/x",
        "s3://SECRET@bucket/x",
        "az://c/x?sig=SECRET",
    ] {
        assert!(!refusal(address).contains("SECRET"), "{address}");
    }
}

#[test]
fn clouds_open_without_a_request() {
    let mut options = StoreOptions::default();
    for (name, value) in [
        ("AWS_ENDPOINT_URL", "http://127.0.0.1:9"),
        ("AZURE_STORAGE_ACCOUNT_NAME", "someone"),
        ("AZURE_STORAGE_ACCOUNT_KEY", "a2V5"),
        ("GOOGLE_SKIP_SIGNATURE", "true"),
    ] {
        options.environment.push((name.to_owned(), value.to_owned()));
    }
    for address in ["s3://bucket/a b/c", "gs://bucket/a%20b/c", "az://container/a b/c/"] {
        let opened = open_address(address, &options).unwrap();
        assert_eq!(opened.root.as_ref(), "a b/c", "{address}");
    }
}

#[test]
fn a_relative_folder_is_below_the_current_one() {
    let opened = open_address("a/./b/../c", &StoreOptions::default()).unwrap();
    assert!(opened.root.as_ref().ends_with("a/c"), "{}", opened.root);
    let opened = open_address("file:///tmp/a%20b", &StoreOptions::default()).unwrap();
    assert_eq!(opened.root.as_ref(), "tmp/a b");
}

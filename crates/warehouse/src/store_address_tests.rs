//! Tests of accepted and refused addresses.

use super::*;
use clout_base::error::ErrorKind;
use rstest::rstest;

fn refusal(address: &str) -> String {
    match open_address(address, &cloud_options()) {
        Ok(_) => panic!("{address} was opened"),
        Err(error) => {
            assert_eq!(error.kind(), ErrorKind::Usage, "{address}");
            error.to_string()
        }
    }
}

/// Returns options with which each cloud opens.
fn cloud_options() -> StoreOptions {
    let variables = [
        ("AWS_ENDPOINT_URL", "http://127.0.0.1:9"),
        ("AZURE_STORAGE_ACCOUNT_NAME", "someone"),
        ("AZURE_STORAGE_ACCOUNT_KEY", "a2V5"),
        ("GOOGLE_SKIP_SIGNATURE", "true"),
    ];
    StoreOptions {
        environment: variables
            .map(|(name, value)| (name.to_owned(), value.to_owned()))
            .to_vec(),
        ..StoreOptions::default()
    }
}

#[test]
fn unknown_schemes_are_refused_with_the_supported_ones() {
    for address in [
        "ftp://host/x",
        "http://host/x",
        "memory:///x",
        "",
        " ",
        "s3://",
        "file://host/x",
        "hdfs://namenode:8020/x",
        "dbfs:/x",
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
        "s3:/KEY:SECRET@bucket/x",
        "s3:KEY:SECRET@bucket/x",
        " s3://KEY:SECRET@bucket/x",
        "s3//KEY:SECRET@bucket/x",
        "s3://$KEY:SECRET@bucket/x",
        "az:/c/x?sig=SECRET",
        "user:SECRET@host:/x",
    ] {
        assert!(!refusal(address).contains("SECRET"), "{address}");
    }
}

#[rstest]
#[case("s3:/bucket/clout", "did you mean 's3://bucket/clout'?")]
#[case("s3:bucket/clout", "did you mean 's3://bucket/clout'?")]
#[case("s3:\\\\bucket\\clout", "did you mean 's3://bucket/clout'?")]
#[case("s3:///bucket/clout", "did you mean 's3://bucket/clout'?")]
#[case("s3:://bucket/clout", "did you mean 's3://bucket/clout'?")]
#[case("s3//bucket/clout", "did you mean 's3://bucket/clout'?")]
#[case("S3:/bucket", "did you mean 's3://bucket'?")]
#[case("s3n://bucket/clout", "did you mean 's3://bucket/clout'?")]
#[case("gs:/bucket/x", "did you mean 'gs://bucket/x'?")]
#[case("gcs://bucket/x", "did you mean 'gs://bucket/x'?")]
#[case("az:/container/x", "did you mean 'az://container/x'?")]
#[case("abfs:/container/x", "did you mean 'abfs://container/x'?")]
#[case("file:data/x", "did you mean 'file:///data/x'?")]
#[case("file://data/x", "did you mean 'file:///data/x'?")]
#[case("file//data/x", "did you mean 'file:///data/x'?")]
#[case(" s3://bucket/x", "did you mean 's3://bucket/x'?")]
#[case("data/x ", "did you mean 'data/x'?")]
#[case("/data/x\n", "did you mean '/data/x'?")]
#[case("'s3://bucket/x'", "did you mean 's3://bucket/x'?")]
#[case("s3://bucket/a//b", "did you mean 's3://bucket/a/b'?")]
#[case("s3://bucket//a", "did you mean 's3://bucket/a'?")]
#[case("s3://bucket/a//", "did you mean 's3://bucket/a'?")]
#[case("s3://minio:9000/bucket", "AWS_ENDPOINT_URL")]
#[case("http://minio:9000/bucket", "AWS_ENDPOINT_URL")]
#[case("https://minio/bucket", "AWS_ENDPOINT_URL")]
#[case("s4:/bucket", "without a known scheme")]
#[case("host:/data", "without a known scheme")]
#[case("$DATA/x", "'$DATA'")]
#[case("${DATA}/x", "'${DATA}'")]
#[case("$(pwd)/x", "'$(pwd)'")]
#[case("/data/$USER/x", "'$USER'")]
#[case("s3://bucket/${ENV}/x", "'${ENV}'")]
#[case("s3://$BUCKET/x", "'$BUCKET'")]
#[case("%DATA%\\x", "'%DATA%'")]
#[case("%DATA%/x", "'%DATA%'")]
#[case("~", "full path")]
#[case("~/x", "full path")]
#[case("~user/x", "full path")]
#[case("s3://bucket/a%00b", "the prefix is invalid")]
#[cfg_attr(not(windows), case("C:\\data\\x", "a path of Windows"))]
#[cfg_attr(not(windows), case("c:/data", "a path of Windows"))]
#[cfg_attr(not(windows), case("\\\\server\\share", "a path of Windows"))]
#[cfg_attr(not(windows), case("file:///C:/data", "a path of Windows"))]
fn a_mistyped_root_is_refused_with_a_suggestion(#[case] address: &str, #[case] expected: &str) {
    let text = refusal(address);
    assert!(text.contains(expected), "{address}: {text}");
}

/// Every spelling of a row opens the same root.
#[rstest]
#[case("/tmp/a b", &["/tmp/a b/", "//tmp//a b//", "/tmp/./a b/.", "/tmp/x/../a b", "file:///tmp/a%20b", "file:/tmp/a%20b/",
    "FILE:///tmp/a b", "file://localhost/tmp/a b", "file:///tmp/x/%2e%2e/a b", "file:////tmp/a b"])]
#[case("s3://bucket/a b/c", &["s3://bucket/a b/c/", "s3://bucket/a%20b/c", "S3://bucket/a b/c", "s3a://bucket/a b/c",
    "s3://bucket/a b/./c", "s3://bucket/a b/x/../c", "s3://bucket/a b/%2E/c", "s3://bucket/a%20b%2Fc"])]
#[case("s3://bucket", &["s3://bucket/", "s3://bucket/.", "s3://bucket/x/.."])]
#[case("gs://bucket/a b", &["gs://bucket/a%20b/", "GS://bucket/a b"])]
#[case("az://container/a b", &["az://container/a%20b/", "abfs://container/a b", "azure://container/a b"])]
fn spellings_of_one_root(#[case] root: &str, #[case] spellings: &[&str]) {
    let options = cloud_options();
    let opened = open_address(root, &options).unwrap();
    for spelling in spellings {
        let other = open_address(spelling, &options).unwrap();
        assert_eq!(other.root, opened.root, "{spelling}");
        let bucket = |opened: &OpenedStore| opened.objects.to_string();
        assert_eq!(bucket(&other), bucket(&opened), "{spelling}");
    }
}

#[test]
fn a_folder_with_an_odd_name_is_used_after_a_dot() {
    for (address, name) in [
        ("./~x", "~x"),
        ("./s3:/x", "s3:/x"),
        ("./s3://x", "s3:/x"),
        ("./$DATA/x", "$DATA/x"),
        ("../%DATA%", "%DATA%"),
        ("s3/bucket", "s3/bucket"),
        ("backup:old", "backup:old"),
        ("100$/x", "100$/x"),
        ("50%/x", "50%/x"),
        ("./C:", "C:"),
        ("file:///tmp/%24DATA", "$DATA"),
        ("file:///tmp/%7Ex", "~x"),
    ] {
        let opened = open_address(address, &StoreOptions::default()).unwrap();
        let path = LocalFileSystem::new().path_to_filesystem(&opened.root).unwrap();
        assert!(path.ends_with(name), "{address}: {}", path.display());
    }
}

#[test]
fn clouds_open_without_a_request() {
    let options = cloud_options();
    for address in ["s3://bucket/a b/c", "gs://bucket/a%20b/c", "az://container/a b/c/"] {
        let opened = open_address(address, &options).unwrap();
        assert_eq!(opened.root.as_ref(), "a b/c", "{address}");
    }
}

#[test]
fn a_relative_folder_is_below_the_current_one() {
    let opened = open_address("a/./b/../c", &StoreOptions::default()).unwrap();
    assert!(opened.root.as_ref().ends_with("a/c"), "{}", opened.root);
}

#[test]
fn waits_fit_into_a_short_retry_timeout() {
    let short = StoreOptions {
        retry_timeout_seconds: 1.0,
        ..StoreOptions::default()
    };
    let repeats = short.repeats().unwrap();
    assert_eq!(repeats.first_wait, Duration::from_millis(1));
    assert_eq!(repeats.longest_wait, Duration::from_millis(100));
    let usual = StoreOptions::default().repeats().unwrap();
    assert_eq!(usual.first_wait, Duration::from_millis(100));
    assert_eq!(usual.longest_wait, Duration::from_secs(15));
}

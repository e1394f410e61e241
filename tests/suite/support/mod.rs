//! What the tests stand on: made-up warehouses, the real binary, its tables, an S3 server and a slow
//! reference of the whole model.

pub mod browser;
pub mod clout;
pub mod columns;
pub mod days;
pub mod explain;
pub mod hostile;
pub mod prose;
pub mod published;
pub mod read_back;
pub mod reference;
pub mod reference_pages;
pub mod rust_text;
pub mod s3;
pub mod tables;
pub mod topics;
pub mod warehouse;

/// The repository.
pub fn repository() -> std::path::PathBuf {
    std::path::PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

/// The made-up warehouse that is part of the repository.
pub fn sample_data() -> std::path::PathBuf {
    repository().join("sample_data")
}

/// Real data beside the repository, or where `CLOUT_SHARED_DATA` or `CLOUT_DATA` says; none where it is
/// not there.
pub fn shared_data() -> Option<std::path::PathBuf> {
    let named = ["CLOUT_SHARED_DATA", "CLOUT_DATA"].iter().find_map(std::env::var_os);
    let place = named.map_or_else(|| repository().join("../shared/data"), Into::into);
    if place.is_dir() {
        return Some(place);
    }
    println!("skipped: no ../shared/data");
    None
}

/// Every file below a folder, relative to it, sorted; none where it is not there.
pub fn files_below(root: &std::path::Path) -> Vec<String> {
    let mut found = Vec::new();
    let mut folders = vec![root.to_owned()];
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder).into_iter().flatten() {
            let path = entry.expect("an entry").path();
            match path.is_dir() {
                true => folders.push(path),
                false => {
                    let below = path.strip_prefix(root).expect("a path below the root");
                    found.push(below.to_str().expect("a path of UTF-8").to_owned());
                }
            }
        }
    }
    found.sort();
    found
}

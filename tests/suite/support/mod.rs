//! Provides the tests with made-up warehouses, the real binary, its tables, an S3 server and a slow reference of the
//! whole model.

pub mod browser;
pub mod clout;
pub mod columns;
pub mod command_output;
pub mod daily_site;
pub mod days;
pub mod explain;
pub mod faults;
pub mod hostile;
pub mod library_run;
pub mod other_process;
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

/// Returns the folder of the repository.
pub fn repository() -> std::path::PathBuf {
    std::path::PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

/// Returns the folder of the generated warehouse in the repository.
pub fn sample_data() -> std::path::PathBuf {
    repository().join("sample_data")
}

/// Returns the folder of real data, beside the repository or named by `CLOUT_SHARED_DATA` or `CLOUT_DATA`; none if it
/// is missing.
pub fn shared_data() -> Option<std::path::PathBuf> {
    let named = ["CLOUT_SHARED_DATA", "CLOUT_DATA"].iter().find_map(std::env::var_os);
    let folder = named.map_or_else(|| repository().join("../shared/data"), Into::into);
    if folder.is_dir() {
        return Some(folder);
    }
    println!("skipped: no ../shared/data");
    None
}

/// Lists each file below a folder, relative to it, sorted; none if the folder is missing.
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

//! A warehouse that delivers every day, with nine published nights and a tenth delivery that a test breaks and repairs.

use std::path::{Path, PathBuf};
use std::sync::OnceLock;

use super::clout::{CommandOutput, Site, clout, path, run};
use super::tables::Snapshot;
use super::warehouse::Warehouse;

/// The date that a test breaks.
pub const LAST: &str = "2026-03-10";
/// A threshold that the small networks reach.
pub const SMALL: [&str; 2] = ["--set", "checks.min_rows=20"];
/// Rows of twitter a day.
pub const ROWS: usize = 40;

fn daily() -> Warehouse {
    let claims: String = (0..20)
        .map(|person| format!("person{person}=twitter:fan{person} "))
        .collect();
    (1..=10)
        .fold(Warehouse::default(), |all, number| {
            let date = format!("2026-03-{number:02}");
            let rows = |network: &str, count: usize| {
                (0..count)
                    .map(|row| {
                        format!(
                            "{network}{number}-{row} 10:{row:02} fan{row} like o{row}#coffee star{}\n",
                            row % 3
                        )
                    })
                    .collect::<String>()
            };
            all.activities("twitter", &date, &rows("t", ROWS))
                .activities("facebook", &date, &rows("f", 30))
        })
        .accounts("twitter", "2026-03-01", "fan0 fan1 star0")
        .identities("2026-03-01", &claims)
        .identities(LAST, &claims)
        .opt_outs("2026-03-02", "person19")
        .opt_outs(LAST, "person18")
        .topics("coffee Coffee")
}

/// A copy of the template: input, and an output with the nights up to the day before [`LAST`].
pub struct DailySite(Site);

/// Returns the template, written once.
fn template() -> &'static Site {
    static TEMPLATE: OnceLock<Site> = OnceLock::new();
    TEMPLATE.get_or_init(|| {
        let site = Site::new(&daily());
        let (input, output) = (path(&site.input()), path(&site.output()));
        let dates = ["--from", "2026-03-08", "--to", "2026-03-09"];
        let backfill = [&["backfill", "--input", &input, "--output", &output], &dates[..]].concat();
        clout(&backfill).exits(0);
        copy_folder(&site.output(), &site.output_named("undisturbed"));
        run(&site.input(), &site.output_named("undisturbed"), &["--as-of", LAST]).exits(0);
        site
    })
}

impl DailySite {
    /// Copies the template.
    pub fn new() -> DailySite {
        let from = template();
        let site = Site::empty();
        copy_folder(&from.input(), &site.input());
        copy_folder(&from.output(), &site.output());
        DailySite(site)
    }

    /// Returns the input root.
    pub fn input(&self) -> PathBuf {
        self.0.input()
    }

    /// Returns the output root.
    pub fn output(&self) -> PathBuf {
        self.0.output()
    }

    /// Returns the folder of a table's partition of [`LAST`].
    pub fn folder(&self, table: &str) -> PathBuf {
        self.input().join(format!("{table}/date={LAST}"))
    }

    /// Runs [`LAST`].
    pub fn run(&self, arguments: &[&str]) -> CommandOutput {
        self.0.run(&[&["--as-of", LAST], arguments].concat())
    }

    /// Runs `clout check`.
    pub fn check(&self, arguments: &[&str]) -> CommandOutput {
        let input = path(&self.input());
        clout(&[&["check", "--input", &input, "--as-of", LAST], arguments].concat())
    }

    /// Puts the template's input back.
    pub fn repair(&self) {
        std::fs::remove_dir_all(self.input()).unwrap();
        copy_folder(&template().input(), &self.input());
    }

    /// Checks that [`LAST`] is not published, not even in part.
    #[track_caller]
    pub fn expect_nothing_published(&self) {
        let root = self.output();
        assert!(!root.join(format!("snapshots/{LAST}")).exists());
        for table in super::tables::TABLES {
            assert!(!root.join(format!("{table}/snapshot_date={LAST}")).exists(), "{table}");
        }
    }

    /// Checks that [`LAST`] is published with the bytes of a night that nothing disturbed.
    #[track_caller]
    pub fn expect_undisturbed(&self) {
        self.expect_undisturbed_but(&[]);
    }

    /// Checks the same for all tables but some.
    #[track_caller]
    pub fn expect_undisturbed_but(&self, left_out: &[&str]) {
        let hashes = Snapshot::read(&self.output(), LAST).hashes(left_out);
        let undisturbed = template().output_named("undisturbed");
        assert_eq!(hashes, Snapshot::read(&undisturbed, LAST).hashes(left_out));
    }
}

/// Copies a folder with all its files.
pub fn copy_folder(from: &Path, to: &Path) {
    std::fs::create_dir_all(to).unwrap();
    for entry in std::fs::read_dir(from).unwrap() {
        let entry = entry.unwrap();
        let target = to.join(entry.file_name());
        match entry.file_type().unwrap().is_dir() {
            true => copy_folder(&entry.path(), &target),
            false => drop(std::fs::copy(entry.path(), target).unwrap()),
        }
    }
}

/// Returns the only file of a folder.
pub fn only_file(folder: &Path) -> PathBuf {
    let mut entries = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    let file = entries.next().unwrap();
    assert!(entries.next().is_none(), "one file in {}", folder.display());
    file
}

/// Cuts the only file of a folder.
pub fn truncate_file(folder: &Path) {
    let file = only_file(folder);
    let bytes = std::fs::read(&file).unwrap();
    std::fs::write(file, &bytes[..bytes.len() / 2]).unwrap();
}

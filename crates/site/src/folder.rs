//! Output folder of a report, replaced atomically: a reader sees the old report or the new one, never a mix.
//!
//! All files except `index.html` are in a subfolder named after the snapshot. The new subfolder is written beside the
//! old one. Then `index.html`, which refers to it, is put in place by a rename, and the old subfolder is deleted. An
//! interrupted run leaves the old report unchanged, or a folder without `index.html`; the next run cleans up.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use serde_json::Value;

use super::text;
use clout_base::error::{Error, ErrorKind, Result};

/// Prefix of the subfolder names.
pub(crate) const SUBFOLDER_PREFIX: &str = "night-";
/// Marker file that identifies a report folder. It is written before all other files.
const MARK: &str = "clout-report.json";
const MARK_TEXT: &str = "{\"clout_report\": 1}\n";
const INDEX: &str = "index.html";
const NEXT_INDEX: &str = "index.html.next";

/// Writer for one report.
#[derive(Debug)]
pub(crate) struct ReportFolder {
    root: PathBuf,
    name: String,
    files: u64,
    bytes: u64,
}

impl ReportFolder {
    /// Checks that a report may be written to a folder: it is absent, empty, or holds an earlier report.
    pub(crate) fn check_target(root: &Path) -> Result<()> {
        let shown = root.display();
        if root.to_string_lossy().contains("://") {
            return Err(Error::usage(format!(
                "--to {shown}: a report is written to a local folder; copy it from there to the server"
            )));
        }
        let mut entries = match fs::read_dir(root) {
            Ok(entries) => entries,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(()),
            Err(error) => {
                return Err(Error::usage(format!("--to {shown}: cannot read this folder")).with_source(error));
            }
        };
        let is_report = fs::read_to_string(root.join(MARK)).is_ok_and(|text| text == MARK_TEXT);
        if is_report || entries.next().is_none() {
            return Ok(());
        }
        Err(Error::usage(format!(
            "--to {shown}: the folder is not empty and not a Clout report; nothing was written. Choose an empty folder"
        )))
    }

    /// Starts a report in a folder that passed [`ReportFolder::check_target`].
    pub(crate) fn create(root: &Path, name: &str) -> Result<ReportFolder> {
        let mut folder = ReportFolder {
            root: root.to_owned(),
            name: name.to_owned(),
            files: 0,
            bytes: 0,
        };
        folder.write(Path::new(MARK), MARK_TEXT.as_bytes())?;
        Ok(folder)
    }

    /// Name of the subfolder for this report.
    pub(crate) fn name(&self) -> &str {
        &self.name
    }

    /// Number of files written so far.
    pub(crate) fn file_count(&self) -> u64 {
        self.files
    }

    /// Total size of the files written so far, in bytes.
    pub(crate) fn byte_count(&self) -> u64 {
        self.bytes
    }

    /// Writes a file into the subfolder. The path is a fixed name, never derived from an id.
    pub(crate) fn write_file(&mut self, path: &str, content: &[u8]) -> Result<()> {
        let path = Path::new(&self.name).join(path);
        self.write(&path, content)
    }

    /// Writes a script that passes one value to a function of the page.
    pub(crate) fn write_script(&mut self, path: &str, function: &str, value: &Value) -> Result<()> {
        self.write_file(
            path,
            format!("clout.{function}({});\n", text::to_script_json(value)).as_bytes(),
        )
    }

    /// Writes `index.html`, which activates the report, and deletes earlier subfolders. Returns the path of the page.
    pub(crate) fn publish(&mut self, html: &str) -> Result<PathBuf> {
        self.write(Path::new(NEXT_INDEX), html.as_bytes())?;
        let index = self.root.join(INDEX);
        fs::rename(self.root.join(NEXT_INDEX), &index).map_err(|error| write_error(&index, error))?;
        self.delete_earlier().map_err(|error| write_error(&self.root, error))?;
        Ok(index)
    }

    fn write(&mut self, path: &Path, content: &[u8]) -> Result<()> {
        let path = self.root.join(path);
        if let Some(folder) = path.parent() {
            fs::create_dir_all(folder).map_err(|error| write_error(folder, error))?;
        }
        fs::write(&path, content).map_err(|error| write_error(&path, error))?;
        self.files += 1;
        self.bytes += content.len() as u64;
        Ok(())
    }

    fn delete_earlier(&self) -> io::Result<()> {
        for entry in fs::read_dir(&self.root)? {
            let entry = entry?;
            let name = entry.file_name();
            let is_earlier =
                name.to_string_lossy().starts_with(SUBFOLDER_PREFIX) && name.to_string_lossy() != *self.name;
            if is_earlier && entry.file_type()?.is_dir() {
                fs::remove_dir_all(entry.path())?;
            }
        }
        Ok(())
    }
}

fn write_error(path: &Path, error: io::Error) -> Error {
    Error::new(ErrorKind::Storage, format!("cannot write {}", path.display())).with_source(error)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(root: &Path) -> Vec<String> {
        let entries = fs::read_dir(root).unwrap();
        let mut names: Vec<String> = entries
            .map(|entry| entry.unwrap().file_name().into_string().unwrap())
            .collect();
        names.sort();
        names
    }

    #[test]
    fn a_new_report_replaces_the_old_one() {
        let root = tempfile::tempdir().unwrap();
        for (name, html) in [("night-a", "first"), ("night-b", "second"), ("night-b", "second")] {
            ReportFolder::check_target(root.path()).unwrap();
            let mut folder = ReportFolder::create(root.path(), name).unwrap();
            folder.write_file("people/00000.js", b"x").unwrap();
            let index = folder.publish(html).unwrap();
            assert_eq!(fs::read_to_string(index).unwrap(), html);
            assert_eq!(
                (folder.file_count(), folder.byte_count()),
                (3, 20 + html.len() as u64 + 1)
            );
            assert_eq!(names(root.path()), [MARK, INDEX, name]);
        }
    }

    #[test]
    fn an_unfinished_report_has_no_index_and_the_next_run_deletes_it() {
        let root = tempfile::tempdir().unwrap();
        let mut killed = ReportFolder::create(root.path(), "night-a").unwrap();
        killed.write_file("plan.js", b"x").unwrap();
        assert!(!root.path().join(INDEX).exists());
        ReportFolder::check_target(root.path()).unwrap();
        ReportFolder::create(root.path(), "night-b")
            .unwrap()
            .publish("page")
            .unwrap();
        assert_eq!(names(root.path()), [MARK, INDEX], "night-b wrote no file of its own");
    }

    #[test]
    fn a_folder_with_other_files_is_refused() {
        let root = tempfile::tempdir().unwrap();
        ReportFolder::check_target(root.path()).unwrap();
        ReportFolder::check_target(&root.path().join("absent")).unwrap();
        let file = root.path().join("thesis.txt");
        fs::write(&file, "years of work").unwrap();
        for path in [root.path(), &file, Path::new("s3://bucket/report")] {
            assert_eq!(
                ReportFolder::check_target(path).unwrap_err().kind(),
                ErrorKind::Usage,
                "{}",
                path.display()
            );
        }
        fs::write(root.path().join(MARK), "{\"another\": \"program\"}").unwrap();
        assert!(ReportFolder::check_target(root.path()).is_err());
    }
}

//! Finds the state files that no kept state needs.

use std::collections::HashSet;

use crate::index::StateIndex;
use clout_base::day::Day;

/// Returns the keys, out of all `keys` below `state/`, that the winner of `published` may delete.
///
/// These are files of earlier dates that no index in `kept` names. Everything in the folder of a kept index stays, and
/// so does every file of `published` and of later dates: another run may be about to publish it. Keys in no known form
/// stay, too.
pub fn list_obsolete(keys: &[String], kept: &[StateIndex], published: Day) -> Vec<String> {
    let named: HashSet<&str> = kept
        .iter()
        .flat_map(StateIndex::files)
        .map(|file| file.path.as_str())
        .collect();
    let folders: HashSet<&str> = kept.iter().map(|index| index.folder.trim_end_matches('/')).collect();
    let is_obsolete = |key: &&String| {
        let Some((date, folder)) = parse_key(key) else {
            return false;
        };
        date < published && !folders.contains(folder) && !named.contains(key.as_str())
    };
    keys.iter().filter(is_obsolete).cloned().collect()
}

/// Returns date and folder of a key `state/<date>/<commit id>/<file>`.
fn parse_key(key: &str) -> Option<(Day, &str)> {
    let (date, rest) = key.strip_prefix("state/")?.split_once('/')?;
    let (commit_id, file) = rest.split_once('/')?;
    let end = key.len() - file.len() - 1;
    let is_complete = !commit_id.is_empty() && !file.is_empty();
    Some((date.parse().ok()?, &key[..end])).filter(|_| is_complete)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::index::{FileEntry, NamedFile};

    fn index(folder: &str, paths: &[&str]) -> StateIndex {
        let mut index = StateIndex::new(folder.to_owned());
        let table = |path: &&str| NamedFile {
            name: (*path).to_owned(),
            file: FileEntry {
                path: (*path).to_owned(),
                size: 0,
                head_size: 0,
                checksum: String::new(),
                rows: 0,
                first_key: 0,
                last_key: 0,
            },
        };
        index.tables = paths.iter().map(table).collect();
        index
    }

    #[test]
    fn only_unnamed_files_of_earlier_dates_are_obsolete() {
        let keys = [
            "state/2026-10-30/old/base.seg",
            "state/2026-10-30/old/named.seg",
            "state/2026-10-30/old/state.json",
            "state/2026-10-31/kept/state.json",
            "state/2026-10-31/kept/topics.arrow",
            "state/2026-10-31/keptish/pairs.seg",
            "state/2026-11-01/winner/state.json",
            "state/2026-11-01/other/pairs.seg",
            "state/2026-11-02/later/pairs.seg",
            "state/notes.txt",
            "state/2026-10-30/notes.txt",
            "state/october/old/base.seg",
            "scores/2026-10-30/old/base.seg",
        ];
        let keys: Vec<String> = keys.map(str::to_owned).into();
        let kept = [
            index("state/2026-10-31/kept", &["state/2026-10-30/old/named.seg"]),
            index("state/2026-11-01/winner/", &["state/2026-10-31/kept/pairs.seg"]),
        ];
        let published = "2026-11-01".parse().unwrap();
        let expected = [
            "state/2026-10-30/old/base.seg",
            "state/2026-10-30/old/state.json",
            "state/2026-10-31/keptish/pairs.seg",
        ];
        assert_eq!(list_obsolete(&keys, &kept, published), expected);
        assert_eq!(list_obsolete(&keys, &kept, Day(0)), Vec::<String>::new());
    }
}

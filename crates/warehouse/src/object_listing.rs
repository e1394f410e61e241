//! Listings of objects and folders; keys that cannot be represented are reported instead of ending the
//! listing.

use super::invalid_keys;
use super::store::{Store, StoredObject};
use super::store_failure::StoreFailure;
use clout_base::error::Result;

/// Objects below a prefix.
#[derive(Clone, Debug, Default)]
pub struct ObjectListing {
    /// Objects, sorted by key.
    pub objects: Vec<StoredObject>,
    /// Names that are no valid keys (an empty segment, a control character, not UTF-8), relative to the root,
    /// in printable form.
    pub invalid_keys: Vec<String>,
}

impl Store {
    /// Lists all objects below a prefix (a folder's name, or "" for the root). A missing prefix gives an
    /// empty listing.
    ///
    /// # Errors
    /// Returns an error if the store fails.
    pub fn list(&self, prefix: &str) -> Result<ObjectListing> {
        let path = self.full_path("list", prefix)?;
        let opened = &*self.opened;
        let objects = &*opened.objects;
        let found = if opened.local.is_some() {
            invalid_keys::list_local_folder(objects, &path).map_err(StoreFailure::Store)
        } else {
            let plain = async || Ok(invalid_keys::list_until_invalid_key(objects, &path).await?);
            match (self.repeat_until_deadline(0, plain), &opened.pages) {
                (Err(StoreFailure::Store(object_store::Error::InvalidPath { .. })), Some(pages)) => {
                    let paged = async || Ok(invalid_keys::list_past_invalid_keys(&**pages, &path).await?);
                    self.repeat_until_deadline(0, paged)
                }
                (plain, _) => plain,
            }
        };
        let found = found.map_err(|failure| self.to_error(failure, "list", prefix))?;
        let objects = found.objects.iter().map(|meta| self.to_object(meta));
        let mut objects: Vec<StoredObject> = objects.filter(|object| !object.key.is_empty()).collect();
        objects.sort_by(|a, b| a.key.cmp(&b.key));
        let odd = found
            .odd
            .iter()
            .map(|name| printable(name, opened.root.as_ref()))
            .collect();
        Ok(ObjectListing {
            objects,
            invalid_keys: odd,
        })
    }

    /// Lists the names of the folders directly below a prefix, sorted. In a local root, an empty folder
    /// counts.
    ///
    /// # Errors
    /// Returns an error if the store fails.
    pub fn list_folders(&self, prefix: &str) -> Result<Vec<String>> {
        let path = self.full_path("list", prefix)?;
        let objects = &self.opened.objects;
        match self.repeat_until_deadline(0, async || Ok(objects.list_with_delimiter(Some(&path)).await?)) {
            Ok(listed) => {
                let names = listed.common_prefixes.iter().filter_map(|path| path.filename());
                let mut names: Vec<String> = names.map(str::to_owned).collect();
                names.sort();
                Ok(names)
            }
            Err(StoreFailure::Store(object_store::Error::InvalidPath { .. })) => self.folders_of_objects(prefix),
            Err(failure) => Err(self.to_error(failure, "list", prefix)),
        }
    }

    /// Derives the folders from all objects below the prefix: slow, but it works with invalid names.
    fn folders_of_objects(&self, prefix: &str) -> Result<Vec<String>> {
        let start = if prefix.is_empty() {
            0
        } else {
            prefix.trim_end_matches('/').len() + 1
        };
        let listing = self.list(prefix)?;
        let below = listing.objects.iter().filter_map(|object| object.key.get(start..));
        let mut names: Vec<String> = below
            .filter_map(|key| Some(key.split_once('/')?.0.to_owned()))
            .collect();
        names.sort();
        names.dedup();
        Ok(names)
    }
}

/// Returns an invalid name relative to the root, with control characters escaped.
fn printable(name: &str, root: &str) -> String {
    let name = name.trim_start_matches('/');
    let below = name.strip_prefix(root).unwrap_or(name);
    below.trim_start_matches('/').escape_debug().to_string()
}

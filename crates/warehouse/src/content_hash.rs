//! SHA-256 of the content of input files.

use rayon::prelude::*;
use sha2::{Digest, Sha256};

use super::encoded_part::to_hex;
use super::request_pool::run_requests;
use super::store::{Store, StoredObject};
use clout_base::error::Result;

/// Bytes per read.
const CHUNK_BYTES: u64 = 8 << 20;

/// Computes the SHA-256 of each object in hex, in their order, many at a time.
///
/// # Errors
/// Returns an error if the store fails or an object is deleted during the read.
pub fn hash_objects(store: &Store, objects: &[&StoredObject]) -> Result<Vec<String>> {
    let hash = |object: &&StoredObject| hash_object(store, object);
    run_requests(objects.len(), || objects.par_iter().with_max_len(1).map(hash).collect())
}

fn hash_object(store: &Store, object: &StoredObject) -> Result<String> {
    let mut hasher = Sha256::new();
    let mut start = 0;
    while start < object.size {
        let end = (start + CHUNK_BYTES).min(object.size);
        for bytes in store.get_ranges(&object.key, std::slice::from_ref(&(start..end)))? {
            hasher.update(&bytes);
        }
        start = end;
    }
    Ok(to_hex(&hasher.finalize()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::StoreOptions;

    #[test]
    fn the_hash_is_that_of_the_whole_content() {
        let folder = tempfile::tempdir().unwrap();
        let store = Store::open(folder.path().to_str().unwrap(), &StoreOptions::default()).unwrap();
        let content: Vec<u8> = (0..CHUNK_BYTES + 77).map(|byte| byte as u8).collect();
        std::fs::write(folder.path().join("big"), &content).unwrap();
        std::fs::write(folder.path().join("empty"), b"").unwrap();
        let objects = store.list("").unwrap().objects;
        let hashes = hash_objects(&store, &objects.iter().collect::<Vec<_>>()).unwrap();
        let expected = |bytes: &[u8]| to_hex(&Sha256::digest(bytes));
        assert_eq!(hashes, [expected(&content), expected(b"")]);
    }
}

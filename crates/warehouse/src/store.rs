//! Access to object storage: one root, and keys relative to it.
//!
//! Calls block and may come from any thread outside a runtime; one small runtime serves the whole process.
//! Every call ends: requests have a time limit and a bounded number of retries, and the call as a whole has a
//! deadline. (A local folder is an exception: a hung disk cannot be interrupted.) Keys are never encoded:
//! `network=a%20b` and `network=a b` are two partitions.

use serde::{Deserialize, Serialize};
use std::ops::Range;
use std::sync::{Arc, OnceLock};
use std::time::Duration;

use bytes::Bytes;
use object_store::path::Path;
use object_store::{GetOptions, GetRange, GetResult, ObjectMeta, ObjectStore, ObjectStoreExt, PutMode};
use object_store::{OBJECT_STORE_COALESCE_DEFAULT, coalesce_ranges};
use tokio::runtime::Runtime;

use super::local_writes::WriteMode;
use super::store_address::{self, OpenedStore};
use super::store_calls::Repeats;
use super::store_failure::StoreFailure;
use clout_base::error::{Error, Result};

pub use super::object_listing::ObjectListing;
pub use super::store_address::StoreOptions;

/// Size in bytes above which a body uses the client with the longer time limit.
const LARGE_BODY_BYTES: usize = 32 << 20;

/// Root in object storage. Clones share connections.
#[derive(Clone)]
pub struct Store {
    pub(super) opened: Arc<OpenedStore>,
    url: Arc<str>,
    pub(super) deadline: Duration,
    pub(super) repeats: Repeats,
    pub(super) runtime: &'static Runtime,
}

/// Object below the root.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct StoredObject {
    /// Key relative to the root.
    pub key: String,
    /// Size in bytes.
    pub size: u64,
    /// Version of the content, as named by the store; the format differs between stores.
    pub etag: Option<String>,
}

/// Response to a create. The client retries after a lost response, so `Exists` may mean our own write, or
/// (HTTP 409) that nothing was written: read the object back to find out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CreateOutcome {
    /// The object did not exist and now has these bytes.
    New,
    /// The object exists, or seemed to exist.
    Exists,
}

impl Store {
    /// Opens a root: a local folder, `file://`, `s3://`, `gs://`, `az://` or another address of these stores.
    /// Makes no request. A local folder need not exist; the first write creates it.
    ///
    /// # Errors
    /// Returns a usage error for an unsupported address.
    pub fn open(url: &str, options: &StoreOptions) -> Result<Store> {
        let opened = store_address::open_address(url, options)?;
        Store::over(opened, url, options)
    }

    /// Opens a root in the given store, for tests.
    pub fn from_object_store(objects: Arc<dyn ObjectStore>, url: &str) -> Result<Store> {
        let uploads = objects.clone();
        let opened = OpenedStore {
            objects,
            uploads,
            pages: None,
            local: None,
            root: Path::ROOT,
        };
        Store::over(opened, url, &StoreOptions::default())
    }

    fn over(opened: OpenedStore, url: &str, options: &StoreOptions) -> Result<Store> {
        Ok(Store {
            opened: Arc::new(opened),
            url: url.into(),
            deadline: options.deadline()?,
            repeats: options.repeats()?,
            runtime: runtime()?,
        })
    }

    /// Returns the root as given. It contains no secret: such addresses are refused.
    pub fn url(&self) -> &str {
        &self.url
    }

    /// Reads size and etag of an object, or `None` if it does not exist.
    ///
    /// # Errors
    /// Returns an error if the store fails.
    pub fn head(&self, key: &str) -> Result<Option<StoredObject>> {
        let path = self.full_path("look up", key)?;
        let objects = &self.opened.objects;
        match self.repeat_until_deadline(0, async || Ok(objects.head(&path).await?)) {
            Ok(meta) => Ok(Some(self.to_object(&meta))),
            Err(failure) if failure.is_not_found() => Ok(None),
            Err(failure) => Err(self.to_error(failure, "look up", key)),
        }
    }

    /// Reads a whole object, or `None` if it does not exist. For large objects, prefer ranges: each is a
    /// request with its own time limit.
    ///
    /// # Errors
    /// Returns an error if the store fails.
    pub fn get(&self, key: &str) -> Result<Option<Bytes>> {
        let path = self.full_path("read", key)?;
        let objects = &self.opened.objects;
        match self.repeat_until_deadline(0, async || read_body(objects.get(&path).await?).await) {
            Ok(bytes) => Ok(Some(bytes)),
            Err(failure) if failure.is_not_found() => Ok(None),
            Err(failure) => Err(self.to_error(failure, "read", key)),
        }
    }

    /// Reads ranges of an object.
    ///
    /// # Errors
    /// Returns an error if the object does not exist or the store fails.
    pub fn get_ranges(&self, key: &str, ranges: &[Range<u64>]) -> Result<Vec<Bytes>> {
        let path = self.full_path("read", key)?;
        let length = ranges.iter().map(|range| range.end.saturating_sub(range.start)).sum();
        let (objects, repeats) = (&self.opened.objects, self.repeats);
        let read = if self.opened.local.is_some() {
            self.run_until_deadline(length, async { Ok(objects.get_ranges(&path, ranges).await?) })
        } else {
            let fetch = |range: Range<u64>| {
                let (objects, path) = (objects.clone(), path.clone());
                repeats.run(move || fetch_range(objects.clone(), path.clone(), range.clone()))
            };
            self.run_until_deadline(length, coalesce_ranges(ranges, fetch, OBJECT_STORE_COALESCE_DEFAULT))
        };
        read.map_err(|failure| self.to_error(failure, "read", key))
    }

    /// Creates an object unless it exists, in one request (S3 accepts up to 5 GB). After `Exists` or an
    /// error, the current content is unknown.
    ///
    /// # Errors
    /// Returns an error if the store fails.
    pub fn create(&self, key: &str, body: Bytes) -> Result<CreateOutcome> {
        match self.send(key, body, WriteMode::Create)? {
            Ok(()) => Ok(CreateOutcome::New),
            Err(failure) if failure.is_conflict() => Ok(CreateOutcome::Exists),
            Err(failure) => Err(self.to_error(failure, "create", key)),
        }
    }

    /// Writes an object and replaces an existing one.
    ///
    /// # Errors
    /// Returns an error if the store fails.
    pub fn put(&self, key: &str, body: Bytes) -> Result<()> {
        self.send(key, body, WriteMode::Replace)?
            .map_err(|failure| self.to_error(failure, "write", key))
    }

    fn send(&self, key: &str, body: Bytes, mode: WriteMode) -> Result<std::result::Result<(), StoreFailure>> {
        let path = self.full_path("write", key)?;
        if let Some(local) = &self.opened.local {
            return Ok(local.write(&path, &body, mode));
        }
        let length = body.len();
        let is_large = length > LARGE_BODY_BYTES;
        let objects = if is_large {
            &self.opened.uploads
        } else {
            &self.opened.objects
        };
        let put = async |mode: PutMode| Ok(objects.put_opts(&path, body.clone().into(), mode.into()).await?);
        let outcome = match mode {
            WriteMode::Create => self.run_until_deadline(length as u64, put(PutMode::Create)),
            WriteMode::Replace => self.repeat_until_deadline(length as u64, async || put(PutMode::Overwrite).await),
        };
        Ok(outcome.map(|_| ()))
    }

    /// Deletes an object. A missing object is not an error.
    ///
    /// # Errors
    /// Returns an error if the store fails.
    pub fn delete(&self, key: &str) -> Result<()> {
        let path = self.full_path("delete", key)?;
        let objects = &self.opened.objects;
        match self.repeat_until_deadline(0, async || Ok(objects.delete(&path).await?)) {
            Ok(()) => Ok(()),
            Err(failure) if failure.is_not_found() => Ok(()),
            Err(failure) => Err(self.to_error(failure, "delete", key)),
        }
    }

    /// Returns the key's full path in the store.
    pub(super) fn full_path(&self, action: &str, key: &str) -> Result<Path> {
        let full = match self.opened.root.as_ref() {
            "" => key.to_owned(),
            root => format!("{root}/{key}"),
        };
        Path::parse(&full)
            .map_err(|_| Error::internal(format!("cannot {action} '{}': invalid key", key.escape_debug())))
    }

    pub(super) fn to_object(&self, meta: &ObjectMeta) -> StoredObject {
        let full = meta.location.as_ref();
        let key = full.strip_prefix(self.opened.root.as_ref()).unwrap_or(full);
        StoredObject {
            key: key.trim_start_matches('/').to_owned(),
            size: meta.size,
            etag: meta.e_tag.clone(),
        }
    }

    /// Deletes the unfinished files that killed runs left in the staging folder of a local root, unless another process
    /// writes below this root.
    pub fn sweep_staging(&self) {
        if let Some(local) = &self.opened.local {
            local.sweep();
        }
    }

    /// Deletes the unfinished files that killed runs of earlier versions left directly in a folder of a local root.
    ///
    /// # Errors
    /// Returns an error if a file cannot be deleted.
    pub(super) fn delete_unfinished(&self, folder: &str) -> Result<()> {
        let Some(local) = &self.opened.local else {
            return Ok(());
        };
        let path = self.full_path("tidy", folder)?;
        local
            .delete_unfinished(&path)
            .map_err(|failure| self.to_error(failure, "tidy", folder))
    }

    pub(super) fn to_error(&self, failure: StoreFailure, action: &str, key: &str) -> Error {
        failure.into_error(action, key, &self.url)
    }
}

/// Reads a body. A body of another length than announced is a failure.
async fn read_body(answer: GetResult) -> std::result::Result<Bytes, StoreFailure> {
    let announced = answer.range.end.saturating_sub(answer.range.start);
    let bytes = answer.bytes().await?;
    let arrived = bytes.len() as u64;
    match arrived == announced {
        true => Ok(bytes),
        false => Err(StoreFailure::Length { announced, arrived }),
    }
}

/// Fetches one range. `object_store` would return a part of it if the object has become shorter.
async fn fetch_range(
    objects: Arc<dyn ObjectStore>,
    path: Path,
    range: Range<u64>,
) -> std::result::Result<Bytes, StoreFailure> {
    let options = GetOptions::new().with_range(Some(GetRange::Bounded(range.clone())));
    let answer = objects.get_opts(&path, options).await?;
    match answer.range == range {
        true => read_body(answer).await,
        false => Err(StoreFailure::Shorter(answer.meta.size)),
    }
}

/// Returns the shared runtime for requests.
fn runtime() -> Result<&'static Runtime> {
    static RUNTIME: OnceLock<Runtime> = OnceLock::new();
    if let Some(runtime) = RUNTIME.get() {
        return Ok(runtime);
    }
    let mut builder = tokio::runtime::Builder::new_multi_thread();
    builder.worker_threads(2).thread_name("clout-store").enable_all();
    let built = builder
        .build()
        .map_err(|error| Error::internal("cannot start threads for storage").with_source(error))?;
    Ok(RUNTIME.get_or_init(|| built))
}

#[cfg(test)]
#[path = "store_tests.rs"]
mod tests;

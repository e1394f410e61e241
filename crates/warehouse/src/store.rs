//! Access to object storage: one root, and keys relative to it.
//!
//! Calls block and may come from any thread outside a runtime; one small runtime serves the whole process.
//! Every call ends: requests have a time limit and a bounded number of retries, and the call as a whole has a
//! deadline. (A local folder is an exception: a hung disk cannot be interrupted.) Keys are never encoded:
//! `network=a%20b` and `network=a b` are two partitions.

use std::ops::Range;
use std::sync::{Arc, OnceLock};
use std::time::Duration;

use bytes::Bytes;
use object_store::path::Path;
use object_store::{ObjectMeta, ObjectStore, ObjectStoreExt, PutMode, PutOptions};
use tokio::runtime::Runtime;

use super::store_address::{self, OpenedStore};
use super::store_failure::StoreFailure;
use clout_base::error::{Error, Result};

pub use super::object_listing::ObjectListing;
pub use super::store_address::StoreOptions;

/// Size in bytes above which a body uses the client with the longer time limit.
const LARGE_BODY_BYTES: usize = 32 << 20;

/// Slowest supported link for large bodies, in bytes per second.
const SLOWEST_BYTES_PER_SECOND: u64 = 1 << 20;

/// Root in object storage. Clones share connections.
#[derive(Clone)]
pub struct Store {
    pub(super) opened: Arc<OpenedStore>,
    url: Arc<str>,
    deadline: Duration,
    runtime: &'static Runtime,
}

/// Object below the root.
#[derive(Clone, Debug, PartialEq, Eq)]
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
            is_local: false,
            root: Path::ROOT,
        };
        Store::over(opened, url, &StoreOptions::default())
    }

    fn over(opened: OpenedStore, url: &str, options: &StoreOptions) -> Result<Store> {
        Ok(Store {
            opened: Arc::new(opened),
            url: url.into(),
            deadline: options.deadline()?,
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
        match self.run_until_deadline(0, self.opened.objects.head(&path)) {
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
        match self.run_until_deadline(0, async { objects.get(&path).await?.bytes().await }) {
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
        self.run_until_deadline(length, self.opened.objects.get_ranges(&path, ranges))
            .map_err(|failure| self.to_error(failure, "read", key))
    }

    /// Creates an object unless it exists, in one request (S3 accepts up to 5 GB). After `Exists` or an
    /// error, the current content is unknown.
    ///
    /// # Errors
    /// Returns an error if the store fails.
    pub fn create(&self, key: &str, body: Bytes) -> Result<CreateOutcome> {
        match self.send(key, body, PutMode::Create)? {
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
        self.send(key, body, PutMode::Overwrite)?
            .map_err(|failure| self.to_error(failure, "write", key))
    }

    fn send(&self, key: &str, body: Bytes, mode: PutMode) -> Result<std::result::Result<(), StoreFailure>> {
        let path = self.full_path("write", key)?;
        let length = body.len();
        let is_large = length > LARGE_BODY_BYTES;
        let objects = if is_large {
            &self.opened.uploads
        } else {
            &self.opened.objects
        };
        let call = objects.put_opts(&path, body.into(), PutOptions::from(mode));
        Ok(self.run_until_deadline(length as u64, call).map(|_| ()))
    }

    /// Deletes an object. A missing object is not an error.
    ///
    /// # Errors
    /// Returns an error if the store fails.
    pub fn delete(&self, key: &str) -> Result<()> {
        let path = self.full_path("delete", key)?;
        match self.run_until_deadline(0, self.opened.objects.delete(&path)) {
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

    /// Runs a call to its end or its deadline; `length` bytes of body extend the deadline.
    pub(super) fn run_until_deadline<T>(
        &self,
        length: u64,
        call: impl Future<Output = object_store::Result<T>>,
    ) -> std::result::Result<T, StoreFailure> {
        let limit = self.deadline + Duration::from_secs(length / SLOWEST_BYTES_PER_SECOND);
        // The timer must be created inside the runtime.
        let bounded = async { tokio::time::timeout(limit, call).await };
        match self.runtime.block_on(bounded) {
            Ok(answer) => answer.map_err(StoreFailure::Store),
            Err(_) => Err(StoreFailure::Deadline(limit)),
        }
    }

    pub(super) fn to_error(&self, failure: StoreFailure, action: &str, key: &str) -> Error {
        failure.into_error(action, key, &self.url)
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

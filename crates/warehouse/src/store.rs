//! The only door to object storage: one root, and keys relative to it.
//!
//! Calls block and may come from any thread that is not a runtime's own; behind them stands one
//! small runtime for the whole process. Every call ends: requests have a time limit and are
//! tried again a bounded number of times, and the call as a whole has a deadline. (A folder of
//! this machine has none: a hung disk cannot be left.) Keys are taken as they are, never
//! encoded: `network=a%20b` and `network=a b` are two partitions.

use std::ops::Range;
use std::sync::{Arc, OnceLock};
use std::time::Duration;

use bytes::Bytes;
use object_store::path::Path;
use object_store::{ObjectMeta, ObjectStore, ObjectStoreExt, PutMode, PutOptions};
use tokio::runtime::Runtime;

use super::address::{self, Opened};
use super::failure::Failure;
use clout_base::error::{Error, Result};

pub use super::address::StoreOptions;
pub use super::listing::Listing;

/// Bodies above this go through the client that waits longer for a request.
const LARGE_BODY_BYTES: usize = 32 << 20;

/// The slowest link that large bodies are given time for.
const SLOWEST_BYTES_PER_SECOND: u64 = 1 << 20;

/// A root in object storage. Clones share their connections.
#[derive(Clone)]
pub struct Store {
    pub(super) opened: Arc<Opened>,
    url: Arc<str>,
    deadline: Duration,
    runtime: &'static Runtime,
}

/// An object below the root.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Object {
    /// The key relative to the root.
    pub key: String,
    /// Size in bytes.
    pub size: u64,
    /// What the store calls this version of its content; differs from store to store.
    pub etag: Option<String>,
}

/// What a create-only put found. After a lost answer the store's client asks again, so
/// `Exists` may mean our own write, or (HTTP 409) that nothing landed: read back to know.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Created {
    /// Nothing was there; now these bytes are.
    New,
    /// Something is there, or seemed to be.
    Exists,
}

impl Store {
    /// Opens a root: a folder, `file://`, `s3://`, `gs://`, `az://` or another address of these.
    /// No request is made; a folder need not exist, and is made by the first write.
    pub fn open(url: &str, options: &StoreOptions) -> Result<Store> {
        let opened = address::open(url, options)?;
        Store::over(opened, url, options)
    }

    /// A root in a store that the caller brings, for tests.
    pub fn from_object_store(objects: Arc<dyn ObjectStore>, url: &str) -> Result<Store> {
        let uploads = objects.clone();
        let opened = Opened {
            objects,
            uploads,
            pages: None,
            is_local: false,
            root: Path::ROOT,
        };
        Store::over(opened, url, &StoreOptions::default())
    }

    fn over(opened: Opened, url: &str, options: &StoreOptions) -> Result<Store> {
        Ok(Store {
            opened: Arc::new(opened),
            url: url.into(),
            deadline: options.deadline()?,
            runtime: runtime()?,
        })
    }

    /// The root as it was given; an address with a secret in it was never opened.
    pub fn url(&self) -> &str {
        &self.url
    }

    /// Size and etag of an object, if it is there.
    pub fn head(&self, key: &str) -> Result<Option<Object>> {
        let path = self.path("look up", key)?;
        match self.wait(0, self.opened.objects.head(&path)) {
            Ok(meta) => Ok(Some(self.object(&meta))),
            Err(failure) if failure.is_absence() => Ok(None),
            Err(failure) => Err(self.error(failure, "look up", key)),
        }
    }

    /// A whole object, if it is there. For large ones, prefer ranges: each is a request with a
    /// time limit of its own.
    pub fn get(&self, key: &str) -> Result<Option<Bytes>> {
        let path = self.path("read", key)?;
        let objects = &self.opened.objects;
        match self.wait(0, async { objects.get(&path).await?.bytes().await }) {
            Ok(bytes) => Ok(Some(bytes)),
            Err(failure) if failure.is_absence() => Ok(None),
            Err(failure) => Err(self.error(failure, "read", key)),
        }
    }

    /// Parts of an object, which must be there.
    pub fn get_ranges(&self, key: &str, ranges: &[Range<u64>]) -> Result<Vec<Bytes>> {
        let path = self.path("read", key)?;
        let length = ranges.iter().map(|range| range.end.saturating_sub(range.start)).sum();
        self.wait(length, self.opened.objects.get_ranges(&path, ranges))
            .map_err(|failure| self.error(failure, "read", key))
    }

    /// Writes an object if nothing is there. One request (S3 takes 5 GB in one); `Exists` and
    /// errors both leave open what is there now.
    pub fn create(&self, key: &str, body: Bytes) -> Result<Created> {
        match self.send(key, body, PutMode::Create)? {
            Ok(()) => Ok(Created::New),
            Err(failure) if failure.is_taken() => Ok(Created::Exists),
            Err(failure) => Err(self.error(failure, "create", key)),
        }
    }

    /// Writes an object over whatever is there.
    pub fn put(&self, key: &str, body: Bytes) -> Result<()> {
        self.send(key, body, PutMode::Overwrite)?
            .map_err(|failure| self.error(failure, "write", key))
    }

    fn send(&self, key: &str, body: Bytes, mode: PutMode) -> Result<std::result::Result<(), Failure>> {
        let path = self.path("write", key)?;
        let length = body.len();
        let is_large = length > LARGE_BODY_BYTES;
        let objects = if is_large {
            &self.opened.uploads
        } else {
            &self.opened.objects
        };
        let call = objects.put_opts(&path, body.into(), PutOptions::from(mode));
        Ok(self.wait(length as u64, call).map(|_| ()))
    }

    /// Deletes an object; one that is not there is fine.
    pub fn delete(&self, key: &str) -> Result<()> {
        let path = self.path("delete", key)?;
        match self.wait(0, self.opened.objects.delete(&path)) {
            Ok(()) => Ok(()),
            Err(failure) if failure.is_absence() => Ok(()),
            Err(failure) => Err(self.error(failure, "delete", key)),
        }
    }

    /// The key's full path in the store.
    pub(super) fn path(&self, action: &str, key: &str) -> Result<Path> {
        let full = match self.opened.root.as_ref() {
            "" => key.to_owned(),
            root => format!("{root}/{key}"),
        };
        Path::parse(&full).map_err(|_| Error::internal(format!("cannot {action} '{}': not a key", key.escape_debug())))
    }

    pub(super) fn object(&self, meta: &ObjectMeta) -> Object {
        let full = meta.location.as_ref();
        let key = full.strip_prefix(self.opened.root.as_ref()).unwrap_or(full);
        Object {
            key: key.trim_start_matches('/').to_owned(),
            size: meta.size,
            etag: meta.e_tag.clone(),
        }
    }

    /// Runs a call to its end or its deadline; `length` bytes of body earn it more time.
    pub(super) fn wait<T>(
        &self,
        length: u64,
        call: impl Future<Output = object_store::Result<T>>,
    ) -> std::result::Result<T, Failure> {
        let limit = self.deadline + Duration::from_secs(length / SLOWEST_BYTES_PER_SECOND);
        // The timer must be made inside the runtime.
        let bounded = async { tokio::time::timeout(limit, call).await };
        match self.runtime.block_on(bounded) {
            Ok(answer) => answer.map_err(Failure::Store),
            Err(_) => Err(Failure::Deadline(limit)),
        }
    }

    pub(super) fn error(&self, failure: Failure, action: &str, key: &str) -> Error {
        failure.into_error(action, key, &self.url)
    }
}

/// The process's one runtime for requests.
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

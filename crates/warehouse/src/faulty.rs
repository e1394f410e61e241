//! A store that misbehaves the way real ones do, for tests of publishing.

use std::collections::VecDeque;
use std::fmt;
use std::pin::Pin;
use std::sync::{Arc, Mutex};

use bytes::Bytes;
use futures::stream::BoxStream;
use object_store::memory::InMemory;
use object_store::path::Path;
use object_store::*;

use super::store::Store;

/// What happens to one put of a record: a manifest, or a draw of a perk.
pub(super) enum Fault {
    /// The write lands, the answer is lost: the client sees an error.
    FailsAfterLanding,
    /// The write lands, the answer is lost, the retry is told that the key is taken.
    TakenAfterLanding,
    /// HTTP 409 from two writes at once: "taken", though nothing landed.
    TakenWithoutLanding,
    /// Nothing lands: the client sees an error.
    FailsWithoutLanding,
    /// Another's bytes land first.
    OthersLand(Bytes),
}

/// An in-memory store with a list of faults to come.
#[derive(Clone)]
pub(super) struct Faulty {
    inner: Arc<InMemory>,
    faults: Arc<Mutex<VecDeque<Fault>>>,
    ignores_conditions: bool,
}

type Answer<'a, T> = Pin<Box<dyn Future<Output = Result<T>> + Send + 'a>>;

impl Faulty {
    /// A root over an empty store that will have these faults, in order.
    pub(super) fn store(faults: impl IntoIterator<Item = Fault>) -> Store {
        Faulty::open(faults.into_iter().collect(), false)
    }

    /// A root over an empty store that takes every create for a plain put.
    pub(super) fn without_conditions() -> Store {
        Faulty::open(VecDeque::new(), true)
    }

    fn open(faults: VecDeque<Fault>, ignores_conditions: bool) -> Store {
        let (inner, faults) = (Arc::new(InMemory::new()), Arc::new(Mutex::new(faults)));
        let faulty = Faulty {
            inner,
            faults,
            ignores_conditions,
        };
        Store::from_object_store(Arc::new(faulty), "memory://test").unwrap()
    }

    async fn put(&self, location: &Path, payload: PutPayload, opts: PutOptions) -> Result<PutResult> {
        let is_record = location.as_ref().ends_with(".json");
        let fault = is_record.then(|| self.faults.lock().unwrap().pop_front()).flatten();
        let lost = || Error::Generic {
            store: "Faulty",
            source: "503 Service Unavailable".into(),
        };
        let taken = || Error::AlreadyExists {
            path: location.to_string(),
            source: "409 Conflict".into(),
        };
        match fault {
            None if self.ignores_conditions => self.inner.put(location, payload).await,
            None => self.inner.put_opts(location, payload, opts).await,
            Some(Fault::FailsAfterLanding) => {
                self.inner.put_opts(location, payload, opts).await?;
                Err(lost())
            }
            Some(Fault::TakenAfterLanding) => {
                self.inner.put_opts(location, payload, opts).await?;
                Err(taken())
            }
            Some(Fault::TakenWithoutLanding) => Err(taken()),
            Some(Fault::FailsWithoutLanding) => Err(lost()),
            Some(Fault::OthersLand(bytes)) => {
                self.inner
                    .put_opts(location, bytes.into(), PutOptions::default())
                    .await?;
                self.inner.put_opts(location, payload, opts).await
            }
        }
    }
}

impl fmt::Display for Faulty {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Faulty")
    }
}

impl fmt::Debug for Faulty {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Faulty")
    }
}

// The signatures that `async_trait` writes.
impl ObjectStore for Faulty {
    fn put_opts<'a, 'b, 'c>(
        &'a self,
        location: &'b Path,
        payload: PutPayload,
        opts: PutOptions,
    ) -> Answer<'c, PutResult>
    where
        'a: 'c,
        'b: 'c,
    {
        Box::pin(self.put(location, payload, opts))
    }

    fn put_multipart_opts<'a, 'b, 'c>(
        &'a self,
        location: &'b Path,
        opts: PutMultipartOptions,
    ) -> Answer<'c, Box<dyn MultipartUpload>>
    where
        'a: 'c,
        'b: 'c,
    {
        self.inner.put_multipart_opts(location, opts)
    }

    fn get_opts<'a, 'b, 'c>(&'a self, location: &'b Path, options: GetOptions) -> Answer<'c, GetResult>
    where
        'a: 'c,
        'b: 'c,
    {
        self.inner.get_opts(location, options)
    }

    fn delete_stream(&self, locations: BoxStream<'static, Result<Path>>) -> BoxStream<'static, Result<Path>> {
        self.inner.delete_stream(locations)
    }

    fn list(&self, prefix: Option<&Path>) -> BoxStream<'static, Result<ObjectMeta>> {
        self.inner.list(prefix)
    }

    fn list_with_delimiter<'a, 'b, 'c>(&'a self, prefix: Option<&'b Path>) -> Answer<'c, ListResult>
    where
        'a: 'c,
        'b: 'c,
    {
        self.inner.list_with_delimiter(prefix)
    }

    fn copy_opts<'a, 'b, 'd, 'c>(&'a self, from: &'b Path, to: &'d Path, options: CopyOptions) -> Answer<'c, ()>
    where
        'a: 'c,
        'b: 'c,
        'd: 'c,
    {
        self.inner.copy_opts(from, to, options)
    }
}

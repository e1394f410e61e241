//! Listings that continue past invalid keys.
//!
//! `object_store` aborts a listing at the first key that it cannot represent: an empty segment (`a//b`), a
//! control character, a name that is not UTF-8. Dumps contain such names, and the valid files beside them
//! must count, so an invalid key is skipped and reported.

use futures::{FutureExt, StreamExt};
use object_store::list::{PaginatedListOptions, PaginatedListStore};
use object_store::path::{Error as PathError, Path};
use object_store::{Error, ObjectMeta, ObjectStore};

/// Keys per page, the maximum of S3.
const PAGE_KEYS: usize = 1000;

/// Objects below a prefix, and keys that could not be represented.
#[derive(Debug, Default)]
pub(super) struct FoundObjects {
    pub(super) objects: Vec<ObjectMeta>,
    pub(super) odd: Vec<String>,
}

impl FoundObjects {
    /// Adds an object or an invalid key. Returns any other error.
    fn take(&mut self, entry: Result<ObjectMeta, Error>) -> Result<(), Error> {
        match entry {
            Ok(object) => self.objects.push(object),
            Err(Error::InvalidPath { source }) => self.odd.push(odd_key(source)),
            Err(error) => return Err(error),
        }
        Ok(())
    }
}

/// Lists a local folder. Must be called outside the runtime: there, the local store's stream is a plain
/// iterator that is always ready and continues after an invalid name. Inside, it would end at that name.
pub(super) fn list_local_folder(store: &dyn ObjectStore, prefix: &Path) -> Result<FoundObjects, Error> {
    let mut found = FoundObjects::default();
    let mut stream = store.list(Some(prefix));
    loop {
        match stream.next().now_or_never() {
            Some(Some(entry)) => found.take(entry)?,
            Some(None) => return Ok(found),
            None => {
                let source = "folders must be listed outside an async runtime".into();
                return Err(Error::Generic {
                    store: "LocalFileSystem",
                    source,
                });
            }
        }
    }
}

/// Lists any store, up to the first invalid name.
pub(super) async fn list_until_invalid_key(store: &dyn ObjectStore, prefix: &Path) -> Result<FoundObjects, Error> {
    let mut found = FoundObjects::default();
    let mut stream = store.list(Some(prefix));
    while let Some(entry) = stream.next().await {
        found.objects.push(entry?);
    }
    Ok(found)
}

/// Lists a cloud page by page. A page with an invalid key returns an error that names the key but no other
/// keys of the page. So pages shrink until the invalid key is alone, and the listing continues after it. Each
/// invalid key costs about ten requests.
pub(super) async fn list_past_invalid_keys(
    store: &dyn PaginatedListStore,
    prefix: &Path,
) -> Result<FoundObjects, Error> {
    let mut found = FoundObjects::default();
    let folder = Some(format!("{prefix}/")).filter(|folder| folder != "/");
    let (mut size, mut offset, mut page_token) = (PAGE_KEYS, None::<String>, None::<String>);
    loop {
        let options = PaginatedListOptions {
            offset: offset.clone(),
            max_keys: Some(size),
            page_token: page_token.clone(),
            ..PaginatedListOptions::default()
        };
        match store.list_paginated(folder.as_deref(), options).await {
            Ok(page) => {
                found.objects.extend(page.result.objects);
                if page.page_token.is_none() {
                    return Ok(found);
                }
                page_token = page.page_token;
                size = (size * 2).min(PAGE_KEYS);
            }
            Err(Error::InvalidPath { .. }) if size > 1 => size /= 2,
            Err(Error::InvalidPath { source }) => {
                let key = odd_key(source);
                offset = Some(key.clone());
                page_token = None;
                found.odd.push(key);
            }
            Err(error) => return Err(error),
        }
    }
}

/// Extracts the key from the error that refused it.
fn odd_key(error: PathError) -> String {
    match error {
        PathError::EmptySegment { path }
        | PathError::BadSegment { path, .. }
        | PathError::NonUnicode { path, .. }
        | PathError::PrefixMismatch { path, .. } => path,
        PathError::Canonicalize { path, .. } | PathError::InvalidPath { path } => path.display().to_string(),
        other => other.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use std::pin::Pin;

    use object_store::ListResult;
    use object_store::list::PaginatedListResult;

    use super::*;

    /// Bucket with these keys, listed in the manner of S3.
    struct Bucket(Vec<String>);

    impl PaginatedListStore for Bucket {
        fn list_paginated<'a, 'b, 'c>(
            &'a self,
            prefix: Option<&'b str>,
            options: PaginatedListOptions,
        ) -> Pin<Box<dyn Future<Output = Result<PaginatedListResult, Error>> + Send + 'c>>
        where
            'a: 'c,
            'b: 'c,
        {
            let prefix = prefix.unwrap_or_default().to_owned();
            let after = options.page_token.or(options.offset).unwrap_or_default();
            let size = options.max_keys.unwrap();
            let page = move || {
                let mut rest = self.0.iter().filter(|key| key.starts_with(&prefix) && **key > after);
                let keys: Vec<&String> = rest.by_ref().take(size).collect();
                let object = |key: &&String| {
                    let location = Path::parse(key)?;
                    let meta = ObjectMeta {
                        location,
                        last_modified: Default::default(),
                        size: 1,
                        e_tag: None,
                        version: None,
                    };
                    Ok::<_, Error>(meta)
                };
                let objects = keys.iter().map(object).collect::<Result<_, _>>()?;
                let page_token = rest.next().and(keys.last()).map(|key| key.to_string());
                let result = ListResult {
                    objects,
                    common_prefixes: Vec::new(),
                };
                Ok(PaginatedListResult { result, page_token })
            };
            Box::pin(std::future::ready(page()))
        }
    }

    #[test]
    fn odd_keys_are_skipped_at_any_position() {
        let mut keys: Vec<String> = (0..2500).map(|i| format!("in/{i:04}")).collect();
        let odd = ["in//x", "in//y", "in/0007//", "in/1200\n", "in/1999/../z", "in/9//9"];
        keys.extend(odd.map(str::to_owned));
        keys.push("other/1".to_owned());
        keys.sort();
        let prefix = Path::parse("in").unwrap();
        let found = list_past_invalid_keys(&Bucket(keys), &prefix)
            .now_or_never()
            .unwrap()
            .unwrap();
        assert_eq!(found.odd, odd);
        assert_eq!(found.objects.len(), 2500);
    }
}

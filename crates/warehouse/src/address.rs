//! From a root's address to an object store: schemes, credentials, retries and time limits.

use std::path::{Component, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use object_store::aws::AmazonS3Builder;
use object_store::azure::MicrosoftAzureBuilder;
use object_store::gcp::GoogleCloudStorageBuilder;
use object_store::list::PaginatedListStore;
use object_store::local::LocalFileSystem;
use object_store::path::Path;
use object_store::{ClientOptions, ObjectStore, ObjectStoreScheme, RetryConfig};
use url::Url;

use clout_base::error::{Error, Result};

/// What a root may be, for messages.
const SUPPORTED: &str = "a folder, file://, s3://bucket/prefix, gs://bucket/prefix, or az://container/prefix";

/// Time that one request with a large body may take; the usual limit is for small ones.
const LARGE_REQUEST_SECONDS: f64 = 600.0;

/// How a store is reached: credentials as the environment gave them, and how patient to be.
#[derive(Clone, Debug)]
pub struct StoreOptions {
    /// `AWS_*`, `GOOGLE_*` and `AZURE_*` variables, as the command line found them.
    pub environment: Vec<(String, String)>,
    /// A failed request is tried again until this many seconds after its first try.
    pub retry_timeout_seconds: f64,
    /// A failed request is tried again at most this often.
    pub max_retries: usize,
    /// One request, its answer included, may take this long. A call's deadline is the
    /// sum of this and `retry_timeout_seconds`.
    pub request_timeout_seconds: f64,
}

impl Default for StoreOptions {
    /// No credentials; ten tries within three minutes, each of at most a minute.
    fn default() -> Self {
        StoreOptions {
            environment: Vec::new(),
            retry_timeout_seconds: 180.0,
            max_retries: 10,
            request_timeout_seconds: 60.0,
        }
    }
}

impl StoreOptions {
    /// The longest that a call may take, without what its body needs.
    pub(super) fn deadline(&self) -> Result<Duration> {
        seconds(self.retry_timeout_seconds + self.request_timeout_seconds)
    }

    fn retry(&self) -> Result<RetryConfig> {
        Ok(RetryConfig {
            max_retries: self.max_retries,
            retry_timeout: seconds(self.retry_timeout_seconds)?,
            ..RetryConfig::default()
        })
    }

    /// An endpoint that is written with http:// is meant so.
    fn has_http_endpoint(&self) -> bool {
        let mut variables = self.environment.iter();
        variables.any(|(name, value)| name.contains("ENDPOINT") && value.starts_with("http://"))
    }
}

fn seconds(value: f64) -> Result<Duration> {
    Duration::try_from_secs_f64(value).map_err(|_| Error::usage(format!("{value} is not a number of seconds")))
}

/// A store that was reached, and where in it the root lies.
pub(super) struct Opened {
    /// For everything but large bodies.
    pub(super) objects: Arc<dyn ObjectStore>,
    /// The same store, patient enough for large bodies.
    pub(super) uploads: Arc<dyn ObjectStore>,
    /// Page-wise listing, where the store has it.
    pub(super) pages: Option<Arc<dyn PaginatedListStore>>,
    /// Whether this is a folder of this machine.
    pub(super) is_local: bool,
    /// The root's own key.
    pub(super) root: Path,
}

/// A client of one cloud: `$limit` seconds a request, and the environment's settings on top.
macro_rules! built {
    ($builder:ty, $prefix:literal, $url:expr, $options:expr, $limit:expr) => {{
        // Google hands out a machine's credentials over plain HTTP, inside the machine.
        let is_http_fine = $options.has_http_endpoint() || $prefix == "GOOGLE_";
        let client = ClientOptions::new()
            .with_timeout(seconds($limit)?)
            .with_allow_http(is_http_fine);
        let mut builder = <$builder>::new()
            .with_url($url.as_str())
            .with_retry($options.retry()?)
            .with_client_options(client);
        for (name, value) in &$options.environment {
            let key = name.to_ascii_lowercase().parse();
            if let (true, Ok(key)) = (name.starts_with($prefix), key) {
                builder = builder.with_config(key, value);
            }
        }
        let failed = |error| Error::usage(format!("cannot open {}: {error}", $url));
        builder.build().map_err(failed)
    }};
}

/// Opens what `address` names; nothing is read or written yet.
pub(super) fn open(address: &str, options: &StoreOptions) -> Result<Opened> {
    let unsupported = |why: String| Error::usage(format!("cannot use this root: {why}; expected {SUPPORTED}"));
    if address.is_empty() {
        return Err(unsupported("it is empty".to_owned()));
    }
    if !address.contains("://") && !address.starts_with("file:") {
        return open_folder(std::path::Path::new(address));
    }
    let url = Url::parse(address).map_err(|error| unsupported(format!("its URL does not parse ({error})")))?;
    // A secret in a URL ends up in logs and manifests, so it is refused before it is shown anywhere.
    let is_user_given = !url.username().is_empty() && matches!(url.scheme(), "s3" | "s3a" | "gs");
    if is_user_given || url.password().is_some() || url.query().is_some() || url.fragment().is_some() {
        let why = "a URL with a user, '?' or '#' in it; credentials come from AWS_*, GOOGLE_* or AZURE_* variables";
        return Err(unsupported(why.to_owned()));
    }
    let (scheme, root) =
        ObjectStoreScheme::parse(&url).map_err(|_| unsupported(format!("'{}://' is not known", url.scheme())))?;
    match scheme {
        ObjectStoreScheme::Local => {
            let path = url
                .to_file_path()
                .map_err(|()| unsupported("not a folder of this machine".to_owned()))?;
            open_folder(&path)
        }
        ObjectStoreScheme::AmazonS3 => {
            let build = |limit| built!(AmazonS3Builder, "AWS_", &url, options, limit);
            open_cloud(root, options, build)
        }
        ObjectStoreScheme::GoogleCloudStorage => {
            let build = |limit| built!(GoogleCloudStorageBuilder, "GOOGLE_", &url, options, limit);
            open_cloud(root, options, build)
        }
        ObjectStoreScheme::MicrosoftAzure => {
            let build = |limit| built!(MicrosoftAzureBuilder, "AZURE_", &url, options, limit);
            open_cloud(root, options, build)
        }
        _ => Err(unsupported(format!("'{}://' cannot be written to", url.scheme()))),
    }
}

/// Two clients of one bucket, which differ in how long a request may take.
fn open_cloud<S: ObjectStore + PaginatedListStore>(
    root: Path,
    options: &StoreOptions,
    build: impl Fn(f64) -> Result<S>,
) -> Result<Opened> {
    let objects = Arc::new(build(options.request_timeout_seconds)?);
    let uploads = build(options.request_timeout_seconds.max(LARGE_REQUEST_SECONDS))?;
    Ok(Opened {
        objects: objects.clone(),
        uploads: Arc::new(uploads),
        pages: Some(objects),
        is_local: false,
        root,
    })
}

/// A folder of this machine, which need not exist yet.
fn open_folder(path: &std::path::Path) -> Result<Opened> {
    let absolute =
        absolute(path).map_err(|error| Error::usage(format!("cannot find {}", path.display())).with_source(error))?;
    let root = Path::from_absolute_path(&absolute)
        .map_err(|error| Error::usage(format!("cannot use {}", path.display())).with_source(error))?;
    let objects: Arc<dyn ObjectStore> = Arc::new(LocalFileSystem::new().with_automatic_cleanup(true));
    Ok(Opened {
        uploads: objects.clone(),
        objects,
        pages: None,
        is_local: true,
        root,
    })
}

/// The path from `/` on, without `.` and `..`. What exists is resolved before `..` steps out of
/// it, so that a link is left the way the shell would leave it.
fn absolute(path: &std::path::Path) -> std::io::Result<PathBuf> {
    let mut clean = PathBuf::new();
    for component in std::path::absolute(path)?.components() {
        if component == Component::ParentDir {
            clean = clean.canonicalize().unwrap_or(clean);
            clean.pop();
        } else {
            clean.push(component);
        }
    }
    Ok(clean)
}

#[cfg(test)]
#[path = "address_tests.rs"]
mod tests;

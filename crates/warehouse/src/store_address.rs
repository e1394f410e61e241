//! Opening an object store from a root's address: schemes, credentials, retries and time limits.

use std::path::{Component, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use object_store::aws::AmazonS3Builder;
use object_store::azure::MicrosoftAzureBuilder;
use object_store::gcp::GoogleCloudStorageBuilder;
use object_store::list::PaginatedListStore;
use object_store::local::LocalFileSystem;
use object_store::path::Path;
use object_store::{BackoffConfig, ClientOptions, ObjectStore, ObjectStoreScheme, RetryConfig};
use url::Url;

use super::local_writes::LocalWriter;
use super::root_spelling;
use super::store_calls::Repeats;
use clout_base::error::{Error, Result};

/// Supported roots, for error messages.
const SUPPORTED: &str = "a folder, file://, s3://bucket/prefix, gs://bucket/prefix, or az://container/prefix";

/// Time limit of one request with a large body, in seconds; the configured limit is for small bodies.
const LARGE_REQUEST_SECONDS: f64 = 600.0;

/// Connection options: credentials from the environment, retries and time limits.
#[derive(Clone, Debug)]
pub struct StoreOptions {
    /// `AWS_*`, `GOOGLE_*` and `AZURE_*` variables, as read by the command line.
    pub environment: Vec<(String, String)>,
    /// Seconds after the first try of a request in which a retry may begin.
    pub retry_timeout_seconds: f64,
    /// Maximum retries of one request.
    pub max_retries: usize,
    /// Time limit of one request including its response, in seconds. A call's deadline is the sum of this and
    /// `retry_timeout_seconds`.
    pub request_timeout_seconds: f64,
}

impl Default for StoreOptions {
    /// Returns options without credentials: ten retries within three minutes, at most one minute per request.
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
    /// Returns the deadline of a call, without the time for its body.
    pub(super) fn deadline(&self) -> Result<Duration> {
        seconds(self.retry_timeout_seconds + self.request_timeout_seconds)
    }

    fn retry(&self) -> Result<RetryConfig> {
        let repeats = self.repeats()?;
        Ok(RetryConfig {
            backoff: BackoffConfig {
                init_backoff: repeats.first_wait,
                max_backoff: repeats.longest_wait,
                ..BackoffConfig::default()
            },
            max_retries: self.max_retries,
            retry_timeout: seconds(self.retry_timeout_seconds)?,
        })
    }

    /// Returns the rule for repeating a call. The waits of `object_store` hold, or a share of a short retry timeout:
    /// otherwise few retries would fit into it.
    pub(super) fn repeats(&self) -> Result<Repeats> {
        let (usual, timeout) = (BackoffConfig::default(), seconds(self.retry_timeout_seconds)?);
        Ok(Repeats {
            max: self.max_retries,
            first_wait: usual.init_backoff.min(timeout / 1000),
            longest_wait: usual.max_backoff.min(timeout / 10),
        })
    }

    /// Returns true if an endpoint begins with http://: the user then accepts plain HTTP.
    fn has_http_endpoint(&self) -> bool {
        let mut variables = self.environment.iter();
        variables.any(|(name, value)| name.contains("ENDPOINT") && value.starts_with("http://"))
    }
}

fn seconds(value: f64) -> Result<Duration> {
    Duration::try_from_secs_f64(value).map_err(|_| Error::usage(format!("{value} is not a number of seconds")))
}

/// Open store, and the root's location in it.
pub(super) struct OpenedStore {
    /// Client for all requests except large bodies.
    pub(super) objects: Arc<dyn ObjectStore>,
    /// Client of the same store with a longer time limit, for large bodies.
    pub(super) uploads: Arc<dyn ObjectStore>,
    /// Paginated listing, if the store supports it.
    pub(super) pages: Option<Arc<dyn PaginatedListStore>>,
    /// Writer of files, if the root is a local folder.
    pub(super) local: Option<LocalWriter>,
    /// Key of the root itself.
    pub(super) root: Path,
}

/// Builds a client of one cloud with a time limit of `$limit` seconds per request and the environment's
/// settings.
macro_rules! built {
    ($builder:ty, $prefix:literal, $url:expr, $options:expr, $limit:expr) => {{
        // Google serves a machine's credentials over plain HTTP, within the machine.
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

/// Opens the store of `address` without any request.
pub(super) fn open_address(address: &str, options: &StoreOptions) -> Result<OpenedStore> {
    let unsupported = |why: String| {
        let stop = if why.ends_with('?') { "" } else { "." };
        Error::usage(format!("cannot use this root: {why}{stop} Expected {SUPPORTED}"))
    };
    if let Some(mistake) = root_spelling::find_mistake(address) {
        return Err(unsupported(mistake));
    }
    if root_spelling::split_scheme(address).is_none() {
        return open_folder(std::path::Path::new(address));
    }
    let url = Url::parse(address).map_err(|error| unsupported(format!("the URL is invalid ({error})")))?;
    // Secrets in a URL would reach logs and manifests, so such a URL is refused and never shown.
    let is_user_given = !url.username().is_empty() && matches!(url.scheme(), "s3" | "s3a" | "gs");
    if is_user_given || url.password().is_some() || url.query().is_some() || url.fragment().is_some() {
        let why = "the URL contains a user, '?' or '#'; set credentials in AWS_*, GOOGLE_* or AZURE_* variables";
        return Err(unsupported(why.to_owned()));
    }
    if let Some(mistake) = root_spelling::find_url_mistake(&url) {
        return Err(unsupported(mistake));
    }
    let (scheme, root) = ObjectStoreScheme::parse(&url).map_err(|error| {
        unsupported(match root_spelling::is_supported(url.scheme()) {
            true => format!("the prefix is invalid ({error})"),
            false => format!("the scheme '{}://' is unknown", url.scheme()),
        })
    })?;
    match scheme {
        ObjectStoreScheme::Local => {
            let path = url
                .to_file_path()
                .map_err(|()| unsupported("the URL is not a local folder".to_owned()))?;
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
        _ => Err(unsupported(format!(
            "the scheme '{}://' does not support writes",
            url.scheme()
        ))),
    }
}

/// Opens two clients of one bucket with different time limits per request.
fn open_cloud<S: ObjectStore + PaginatedListStore>(
    root: Path,
    options: &StoreOptions,
    build: impl Fn(f64) -> Result<S>,
) -> Result<OpenedStore> {
    let objects = Arc::new(build(options.request_timeout_seconds)?);
    let uploads = build(options.request_timeout_seconds.max(LARGE_REQUEST_SECONDS))?;
    Ok(OpenedStore {
        objects: objects.clone(),
        uploads: Arc::new(uploads),
        pages: Some(objects),
        local: None,
        root,
    })
}

/// Opens a local folder, which need not exist yet.
fn open_folder(path: &std::path::Path) -> Result<OpenedStore> {
    let absolute = absolute(path)
        .map_err(|error| Error::usage(format!("cannot resolve the path {}", path.display())).with_source(error))?;
    let root = Path::from_absolute_path(&absolute)
        .map_err(|error| Error::usage(format!("cannot use the path {}", path.display())).with_source(error))?;
    let objects: Arc<dyn ObjectStore> = Arc::new(LocalFileSystem::new().with_automatic_cleanup(true));
    Ok(OpenedStore {
        uploads: objects.clone(),
        objects,
        pages: None,
        local: Some(LocalWriter::new(&absolute)),
        root,
    })
}

/// Returns the absolute path without `.` and `..`. An existing prefix is resolved before `..` leaves it, so
/// links behave as in a shell.
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
#[path = "store_address_tests.rs"]
mod tests;

//! Mistakes in the spelling of a root. A mistyped URL must not become a local folder by mistake.
//!
//! Folders with such names can still be used: after `./`, or percent-encoded in a `file://` URL.

use url::Url;

/// Schemes of stores, and the spelling that Clout supports; none for stores that it cannot use.
const SCHEMES: [(&str, Option<&str>); 18] = [
    ("s3", Some("s3")),
    ("s3a", Some("s3a")),
    ("s3n", Some("s3")),
    ("gs", Some("gs")),
    ("gcs", Some("gs")),
    ("az", Some("az")),
    ("azure", Some("azure")),
    ("adl", Some("adl")),
    ("abfs", Some("abfs")),
    ("abfss", Some("abfss")),
    ("file", Some("file")),
    ("wasb", None),
    ("wasbs", None),
    ("hdfs", None),
    ("dbfs", None),
    ("ftp", None),
    ("http", None),
    ("https", None),
];

/// Advice for a store behind an endpoint of its own.
const ENDPOINT: &str = "for a store with an endpoint of its own, write s3://bucket/prefix and set AWS_ENDPOINT_URL to \
    the endpoint";

/// Splits an address with a scheme at its first colon. A scheme begins with a letter and has at least two characters.
pub(super) fn split_scheme(address: &str) -> Option<(&str, &str)> {
    let (scheme, rest) = address.split_once(':')?;
    let mut bytes = scheme.bytes();
    let is_scheme = bytes.next()?.is_ascii_alphabetic()
        && scheme.len() > 1
        && bytes.all(|byte| byte.is_ascii_alphanumeric() || b"+-.".contains(&byte));
    let is_url = rest.starts_with("//") || find_scheme(scheme).is_some();
    (is_scheme && is_url).then_some((scheme, rest))
}

/// Returns true for a scheme that Clout supports.
pub(super) fn is_supported(scheme: &str) -> bool {
    find_scheme(scheme).flatten() == Some(scheme)
}

/// Returns the supported spelling of a known scheme.
fn find_scheme(scheme: &str) -> Option<Option<&'static str>> {
    let is_it = |(name, _): &&(&str, _)| name.eq_ignore_ascii_case(scheme);
    SCHEMES.iter().find(is_it).map(|(_, supported)| *supported)
}

/// Returns the mistake in an address, with a suggestion, or `None` if the address is a folder or a URL.
pub(super) fn find_mistake(address: &str) -> Option<String> {
    if address.trim().is_empty() {
        return Some("the address is empty".to_owned());
    }
    if address.trim() != address {
        return Some(format!(
            "it begins or ends with a blank{}",
            did_you_mean(address.trim())
        ));
    }
    if ["./", "../"].iter().any(|start| address.starts_with(start)) {
        return None;
    }
    let first = address.split(['/', '\\']).next().unwrap_or(address);
    if address.starts_with(['\'', '"']) && address.ends_with(['\'', '"']) {
        let inner = address.trim_matches(['\'', '"']);
        return Some(format!("the quotes are part of it{}", did_you_mean(inner)));
    }
    if first.starts_with('~') {
        return Some(format!(
            "'{first}' is expanded by a shell only; write the full path of the folder (./{first} is a folder of that name)"
        ));
    }
    if let Some(variable) = find_variable(address) {
        // A name beside a user may be a secret.
        let name = if variable.contains('@') { "" } else { variable };
        return Some(format!(
            "a variable was not replaced: '{name}'. Write its value (in a URL, %24 is a dollar sign)"
        ));
    }
    if cfg!(not(windows)) && is_windows_path(address) {
        return Some("it is a path of Windows".to_owned());
    }
    find_scheme_mistake(address, first)
}

/// Finds a scheme with a wrong number of slashes or without its colon.
fn find_scheme_mistake(address: &str, first: &str) -> Option<String> {
    if let Some((scheme, rest)) = split_scheme(address) {
        let is_plain_file = scheme.eq_ignore_ascii_case("file") && rest.starts_with('/');
        if is_plain_file || (rest.starts_with("//") && !rest.starts_with("///")) {
            return None;
        }
        return Some(format!("it is no URL{}", suggest_url(scheme, rest)));
    }
    if let Some((scheme, rest)) = address.split_once("//")
        && find_scheme(scheme).is_some()
    {
        return Some(format!("the colon of the URL is missing{}", suggest_url(scheme, rest)));
    }
    let is_host = first.len() > 1 && first.ends_with(':');
    is_host
        .then(|| "it begins like a URL, but without a known scheme (write ./ before the name of a folder)".to_owned())
}

/// Returns the mistake in a URL that is well formed, or `None`.
pub(super) fn find_url_mistake(url: &Url) -> Option<String> {
    let (scheme, host) = (url.scheme(), url.host_str().unwrap_or_default());
    let path = url.path();
    match find_scheme(scheme) {
        Some(Some("file")) if !host.is_empty() => {
            return Some(format!(
                "'{host}' is the name of a host{}",
                did_you_mean(&format!("file:///{host}{path}"))
            ));
        }
        Some(Some("file")) => {
            let path = path.trim_start_matches('/');
            return is_windows_path(path)
                .then(|| "it is a path of Windows".to_owned())
                .filter(|_| cfg!(not(windows)));
        }
        Some(Some(supported)) if supported != scheme => {
            return Some(format!(
                "the scheme '{scheme}://' is unknown{}",
                did_you_mean(&format!("{supported}://{host}{path}"))
            ));
        }
        Some(Some(_)) if host.is_empty() => return Some("the name of the bucket or container is missing".to_owned()),
        Some(None) if scheme.starts_with("http") && !is_cloud_host(host) => {
            return Some(format!("it is the address of a web server; {ENDPOINT}"));
        }
        _ => {}
    }
    if url.port().is_some() && scheme != "http" {
        return Some(format!("a bucket has no port; {ENDPOINT}"));
    }
    let prefix = path.strip_prefix('/').unwrap_or(path);
    let prefix = prefix.strip_suffix('/').unwrap_or(prefix);
    if !prefix.is_empty() && prefix.split('/').any(str::is_empty) {
        let names: Vec<&str> = prefix.split('/').filter(|name| !name.is_empty()).collect();
        return Some(format!(
            "the prefix has an empty name between two slashes{}",
            did_you_mean(&format!("{scheme}://{host}/{}", names.join("/")))
        ));
    }
    None
}

/// Returns true for the hosts of buckets with an https address that `object_store` understands.
fn is_cloud_host(host: &str) -> bool {
    const HOSTS: [&str; 5] = [
        "amazonaws.com",
        "r2.cloudflarestorage.com",
        "core.windows.net",
        "fabric.microsoft.com",
        "googleapis.com",
    ];
    HOSTS.iter().any(|suffix| host.ends_with(suffix))
}

/// Finds a variable of a shell or of Windows that was not replaced, such as `$DATA`, `${DATA}` or `%DATA%`.
fn find_variable(address: &str) -> Option<&str> {
    let is_name = |name: &str| {
        let mut bytes = name.bytes();
        bytes
            .next()
            .is_some_and(|byte| byte.is_ascii_alphabetic() || byte == b'_')
            && bytes.all(|byte| byte.is_ascii_alphanumeric() || byte == b'_')
    };
    let is_variable = |segment: &&str| {
        let after_dollar = segment.split_once('$').map_or("", |(_, rest)| rest);
        let is_shell = after_dollar.starts_with(|c: char| c.is_ascii_alphabetic() || "_{(".contains(c));
        let inner = segment.strip_prefix('%').and_then(|rest| rest.strip_suffix('%'));
        is_shell || inner.is_some_and(is_name)
    };
    address.split(['/', '\\']).find(is_variable)
}

/// Returns true for `C:`, `C:\x`, `C:/x` and `\\server\share`.
fn is_windows_path(address: &str) -> bool {
    let bytes = address.as_bytes();
    let has_drive = bytes.len() > 1 && bytes[0].is_ascii_alphabetic() && bytes[1] == b':';
    address.starts_with("\\\\") || (has_drive && matches!(bytes.get(2), None | Some(b'/' | b'\\')))
}

/// Suggests the URL that was probably meant.
fn suggest_url(scheme: &str, rest: &str) -> String {
    let rest = rest.trim_start_matches(['/', '\\', ':']).replace('\\', "/");
    match find_scheme(scheme).flatten() {
        Some("file") => did_you_mean(&format!("file:///{rest}")),
        Some(supported) => did_you_mean(&format!("{supported}://{rest}")),
        None => String::new(),
    }
}

/// Formats a suggestion. An address with a user or a query can contain a secret and is not repeated.
fn did_you_mean(address: &str) -> String {
    match address.contains(['@', '?']) {
        true => String::new(),
        false => format!("; did you mean '{address}'?"),
    }
}

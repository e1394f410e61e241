//! Checks of an output store with probes below `state/`, which are deleted afterwards.

use bytes::Bytes;

use super::store::{CreateOutcome, Store};
use clout_base::error::{Error, ErrorKind, Result};

/// One check of the store.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StoreCheck {
    /// Short name of the check.
    pub name: &'static str,
    /// Kind of the failure; none if the check passed.
    pub failure: Option<ErrorKind>,
    /// Observation and, for a failed check, the required action.
    pub detail: String,
}

/// Check that returns its observation, or an error that names the missing property.
type Step<'a> = Box<dyn Fn() -> Result<String> + 'a>;

/// Number of concurrent creates of one key; exactly one must succeed.
const RACERS: usize = 4;

/// Checks all properties that publishing needs, in order. Checks that cannot pass after a failed one are
/// skipped. `nonce` makes the keys of the probes unique to this call.
pub fn check_store(store: &Store, nonce: &str) -> Vec<StoreCheck> {
    let probe = format!("state/.doctor-{nonce}");
    let race = format!("state/.doctor-{nonce}-race");
    let steps: [(&'static str, Step); 4] = [
        ("reachable", Box::new(|| reach(store))),
        ("writable", Box::new(|| write(store, &probe))),
        ("create-only put", Box::new(|| create_twice(store, &probe))),
        ("racing creates", Box::new(|| create_at_once(store, &race))),
    ];
    let mut checks = Vec::new();
    for (name, step) in steps {
        let (failure, detail) = match step() {
            Ok(seen) => (None, seen),
            Err(error) => (Some(error.kind()), error.to_string()),
        };
        checks.push(StoreCheck { name, failure, detail });
        if failure.is_some() && name == "reachable" {
            return checks;
        }
        if failure.is_some() && name == "writable" {
            break;
        }
    }
    checks.extend([&probe, &race].into_iter().filter_map(|key| left_behind(store, key)));
    checks
}

/// Deletes a probe. Returns a failed check if the deletion fails.
fn left_behind(store: &Store, key: &str) -> Option<StoreCheck> {
    store.delete(key).err().map(|error| StoreCheck {
        name: "tidy",
        failure: Some(error.kind()),
        detail: format!("delete the probe '{key}' by hand: {error}"),
    })
}

fn reach(store: &Store) -> Result<String> {
    let folders = store.list_folders("")?.len();
    Ok(format!("{} was listed: {folders} folders", store.url()))
}

fn write(store: &Store, key: &str) -> Result<String> {
    let body = Bytes::from_static(b"clout doctor");
    store.put(key, body.clone())?;
    match store.get(key)? {
        Some(read) if read == body => {}
        _ => {
            return Err(unfit(
                "a probe did not read back as written: this store is not consistent",
            ));
        }
    }
    store.delete(key)?;
    match store.head(key)? {
        None => Ok("a probe was written, read back and deleted".to_owned()),
        Some(_) => Err(unfit(
            "a deleted probe still exists: turn off caching or versioned views of this root",
        )),
    }
}

fn create_twice(store: &Store, key: &str) -> Result<String> {
    let first = Bytes::from_static(b"first");
    if store.create(key, first.clone())? != CreateOutcome::New {
        let message = "the create of a new key reported an existing key: run `clout doctor` again";
        return Err(Error::new(ErrorKind::Storage, message));
    }
    let second = store.create(key, Bytes::from_static(b"second"))?;
    if second == CreateOutcome::New || store.get(key)? != Some(first) {
        return Err(unfit(
            "a second create overwrote the first: this store ignores conditional puts, so two concurrent \
             runs could publish one date twice. Use a store that supports If-None-Match, or make \
             sure that only one run writes to this root at a time",
        ));
    }
    Ok("a second create was refused and the first content was kept".to_owned())
}

fn create_at_once(store: &Store, key: &str) -> Result<String> {
    let bodies: Vec<Bytes> = (0..RACERS).map(|racer| Bytes::from(format!("racer {racer}"))).collect();
    let answers: Vec<Result<CreateOutcome>> = std::thread::scope(|scope| {
        let start = |body: &Bytes| {
            let body = body.clone();
            scope.spawn(move || store.create(key, body))
        };
        let racers: Vec<_> = bodies.iter().map(start).collect();
        let panicked = || Err(Error::internal("a concurrent create panicked"));
        racers
            .into_iter()
            .map(|racer| racer.join().unwrap_or_else(|_| panicked()))
            .collect()
    });
    let answers = answers.into_iter().collect::<Result<Vec<CreateOutcome>>>()?;
    let winners = answers.iter().filter(|answer| **answer == CreateOutcome::New).count();
    if winners != 1 {
        return Err(unfit(&format!(
            "{winners} of {RACERS} concurrent creates of one key succeeded: conditional puts of this store are \
             not atomic. Make sure that only one run writes to this root at a time"
        )));
    }
    let winner = answers.iter().position(|answer| *answer == CreateOutcome::New);
    if store.get(key)?.as_ref() != winner.and_then(|winner| bodies.get(winner)) {
        return Err(unfit(
            "the content of the successful create was lost: do not publish to this store",
        ));
    }
    Ok(format!("exactly one of {RACERS} concurrent creates succeeded"))
}

/// Returns the error of a store that lacks a property for good, so that no repetition helps.
fn unfit(why: &str) -> Error {
    Error::usage(why)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::faulty_store::FaultyStore;
    use crate::store::StoreOptions;

    /// Returns the failed checks.
    fn failed(checks: &[StoreCheck]) -> Vec<(&'static str, ErrorKind)> {
        checks
            .iter()
            .filter_map(|check| Some((check.name, check.failure?)))
            .collect()
    }

    #[test]
    fn a_fit_store_passes_and_keeps_no_probe() {
        let folder = tempfile::tempdir().unwrap();
        let local = Store::open(folder.path().to_str().unwrap(), &StoreOptions::default()).unwrap();
        for store in [local, FaultyStore::open_with_faults([])] {
            let checks = check_store(&store, "n1");
            assert_eq!(failed(&checks), [], "{checks:?}");
            assert_eq!(checks.len(), 4);
            assert!(store.list("").unwrap().objects.is_empty());
        }
    }

    #[test]
    fn a_store_that_ignores_conditions_fails_the_checks() {
        let checks = check_store(&FaultyStore::open_unconditional(), "n1");
        let expected = [
            ("create-only put", ErrorKind::Usage),
            ("racing creates", ErrorKind::Usage),
        ];
        assert_eq!(failed(&checks), expected);
        assert!(checks[2].detail.contains("If-None-Match"), "{}", checks[2].detail);
    }

    #[test]
    fn a_root_that_is_a_file_is_not_writable() {
        let file = tempfile::NamedTempFile::new().unwrap();
        let store = Store::open(file.path().to_str().unwrap(), &StoreOptions::default()).unwrap();
        let expected = ("writable", ErrorKind::Usage);
        assert_eq!(failed(&check_store(&store, "n1")).first(), Some(&expected));
    }
}

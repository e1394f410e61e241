//! Conversion of decoder panics into refusals, without the panic message on the terminal.
//!
//! Parquet decoders index by values from the file, and a hostile file can cause a panic. Such a panic must
//! cost the file, not the run.

use std::cell::Cell;
use std::panic::{self, AssertUnwindSafe};
use std::sync::Once;

thread_local! {
    static IS_DECODING: Cell<bool> = const { Cell::new(false) };
}

static QUIET_HOOK: Once = Once::new();

/// Runs `decode`. A panic inside it becomes the refusal `otherwise`.
pub fn catch_panic<T, E: From<String>>(otherwise: &str, decode: impl FnOnce() -> Result<T, E>) -> Result<T, E> {
    QUIET_HOOK.call_once(|| {
        let report = panic::take_hook();
        panic::set_hook(Box::new(move |info| {
            if !IS_DECODING.get() {
                report(info);
            }
        }));
    });
    let was_decoding = IS_DECODING.replace(true);
    let outcome = panic::catch_unwind(AssertUnwindSafe(decode));
    IS_DECODING.set(was_decoding);
    outcome.unwrap_or_else(|_| Err(otherwise.to_owned().into()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_panic_becomes_a_refusal() {
        let outcome: Result<(), String> = catch_panic("a page cannot be decoded", || panic!("index out of bounds"));
        assert_eq!(outcome, Err("a page cannot be decoded".to_owned()));
        assert_eq!(catch_panic::<_, String>("x", || Ok(3)), Ok(3));
    }
}

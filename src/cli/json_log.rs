//! Log lines as flat JSON objects. All lines begin with the same keys, so that a log pipeline can index them.

use std::fmt;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};

use serde_json::{Map, Value};
use tracing::field::{Field, Visit};
use tracing::{Event, Level, Subscriber};
use tracing_subscriber::fmt::format::Writer;
use tracing_subscriber::fmt::{FmtContext, FormatEvent, FormatFields};
use tracing_subscriber::registry::LookupSpan;

use super::options::now_micros;
use clout_base::day::{Day, format_instant};

/// Run, date and stage of the next log line. A static, because the log is one per process and dependencies write to it
/// from any thread.
static CONTEXT: Mutex<LogContext> = Mutex::new(LogContext::new());

/// True if the log consists of JSON lines.
static IS_ACTIVE: AtomicBool = AtomicBool::new(false);

#[derive(Clone)]
struct LogContext {
    run_id: Option<String>,
    snapshot_date: Option<Day>,
    stage: Option<String>,
}

impl LogContext {
    const fn new() -> LogContext {
        LogContext {
            run_id: None,
            snapshot_date: None,
            stage: None,
        }
    }
}

fn lock_context() -> MutexGuard<'static, LogContext> {
    CONTEXT.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Sets the run of the following lines. Their date and stage are unknown at first.
pub(super) fn begin_run(run_id: &str) {
    *lock_context() = LogContext {
        run_id: Some(run_id.to_owned()),
        ..LogContext::new()
    };
}

/// Sets the snapshot date of the following lines.
pub(super) fn set_snapshot_date(date: Day) {
    lock_context().snapshot_date = Some(date);
}

/// Sets the stage of the following lines.
pub(super) fn set_stage(name: &str) {
    lock_context().stage = Some(name.to_owned());
}

/// Makes the log consist of JSON lines, reports of panics included.
pub(super) fn activate() {
    IS_ACTIVE.store(true, Ordering::Relaxed);
    std::panic::set_hook(Box::new(|panic| {
        eprintln!("{}", format_line(Level::ERROR, &panic.to_string(), Map::new()));
    }));
}

/// Returns true if the log consists of JSON lines.
pub(super) fn is_active() -> bool {
    IS_ACTIVE.load(Ordering::Relaxed)
}

/// Formats one line. The common keys win over fields of the same name.
pub(super) fn format_line(level: Level, message: &str, fields: Map<String, Value>) -> String {
    let context = lock_context().clone();
    let common = [
        ("time", format_instant(now_micros()).into()),
        ("level", level.as_str().into()),
        ("run_id", context.run_id.into()),
        ("snapshot_date", context.snapshot_date.map(|day| day.to_string()).into()),
        ("stage", context.stage.into()),
        ("message", message.into()),
    ];
    let mut line: Map<String, Value> = common.into_iter().map(|(key, value)| (key.to_owned(), value)).collect();
    for (name, value) in fields {
        line.entry(name).or_insert(value);
    }
    Value::Object(line).to_string()
}

/// Formats events as JSON lines.
pub(super) struct JsonLines;

impl<S, N> FormatEvent<S, N> for JsonLines
where
    S: Subscriber + for<'a> LookupSpan<'a>,
    N: for<'a> FormatFields<'a> + 'static,
{
    fn format_event(&self, _: &FmtContext<'_, S, N>, mut writer: Writer<'_>, event: &Event<'_>) -> fmt::Result {
        let mut fields = EventFields::default();
        event.record(&mut fields);
        let line = format_line(*event.metadata().level(), &fields.message, fields.others);
        writeln!(writer, "{line}")
    }
}

/// Message and other fields of an event. Numbers stay numbers.
#[derive(Default)]
struct EventFields {
    message: String,
    others: Map<String, Value>,
}

impl EventFields {
    fn insert(&mut self, field: &Field, value: Value) {
        // Fields `log.*` hold the source location of an event of the crate `log`.
        if !field.name().starts_with("log.") {
            self.others.insert(field.name().to_owned(), value);
        }
    }
}

impl Visit for EventFields {
    fn record_f64(&mut self, field: &Field, value: f64) {
        self.insert(field, value.into());
    }

    fn record_i64(&mut self, field: &Field, value: i64) {
        self.insert(field, value.into());
    }

    fn record_u64(&mut self, field: &Field, value: u64) {
        self.insert(field, value.into());
    }

    fn record_bool(&mut self, field: &Field, value: bool) {
        self.insert(field, value.into());
    }

    fn record_str(&mut self, field: &Field, value: &str) {
        match field.name() {
            "message" => self.message = value.to_owned(),
            _ => self.insert(field, value.into()),
        }
    }

    fn record_debug(&mut self, field: &Field, value: &dyn fmt::Debug) {
        self.record_str(field, &format!("{value:?}"));
    }
}

#[cfg(test)]
mod tests {
    use std::io::Write;
    use std::sync::Arc;

    use super::*;

    #[derive(Clone, Default)]
    struct Buffer(Arc<Mutex<Vec<u8>>>);

    impl Write for Buffer {
        fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
            self.0.lock().unwrap().extend_from_slice(bytes);
            Ok(bytes.len())
        }

        fn flush(&mut self) -> std::io::Result<()> {
            Ok(())
        }
    }

    /// Logs through a subscriber of its own and parses the lines.
    fn log(write: impl FnOnce()) -> Vec<Value> {
        let buffer = Buffer::default();
        let writer = buffer.clone();
        let subscriber = tracing_subscriber::fmt()
            .event_format(JsonLines)
            .with_writer(move || writer.clone())
            .finish();
        tracing::subscriber::with_default(subscriber, write);
        let text = String::from_utf8(buffer.0.lock().unwrap().clone()).unwrap();
        text.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
    }

    #[test]
    fn fields_are_flat_and_keep_their_types() {
        let lines = log(|| {
            tracing::info!(
                seconds = 0.25,
                files = 3_u64,
                change = -1_i64,
                is_last = true,
                name = "a",
                "two\nlines"
            );
        });
        let line = &lines[0];
        assert_eq!(line["message"], "two\nlines");
        assert_eq!(line["level"], "INFO");
        let fields = ["seconds", "files", "change", "is_last", "name"].map(|key| line[key].to_string());
        assert_eq!(fields, ["0.25", "3", "-1", "true", "\"a\""]);
    }

    #[test]
    fn a_field_of_a_dependency_cannot_replace_a_common_key() {
        let lines = log(|| tracing::warn!(time = "never", level = 9, stage = "its own", "late"));
        assert_eq!(
            (&lines[0]["level"], &lines[0]["message"]),
            (&"WARN".into(), &"late".into())
        );
        assert_ne!(lines[0]["time"], "never");
        assert_ne!(lines[0]["stage"], "its own");
    }
}

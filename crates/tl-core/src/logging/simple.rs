//! The look of `simple_logger`, with the names of our threads.

use log::{Log, Metadata, Record};
use simple_logger::SimpleLogger;

use super::error::InitError;
use crate::with_current_name;

/// Sets up the [`simple_logger`](https://docs.rs/simple_logger) crate instead of our own logger,
/// with thread names, if you want its look:
///
/// ```text
/// 2026-03-01T12:00:00.123Z INFO  [my_program@Thread-1] Starting
/// ```
///
/// Every level is logged, unless `RUST_LOG` names a level, as in `RUST_LOG=info`. The name after
/// the `@` is the one that [`current_name`](crate::current_name) gives: `simple_logger`'s own
/// `with_threads` shows the name that the standard library has, which is `main` for the main
/// thread, `?` for a thread without a name, and does not follow a change.
///
/// The writer is `simple_logger`'s: the lines go to standard output in UTC, with colours, several
/// allocations and writes each, and a closed standard output is a panic.
/// [`BasicConfig`](super::BasicConfig) has none of that.
///
/// # Errors
///
/// [`InitError::AlreadyInitialized`] if the process has a logger already, which stays as it is.
///
/// # Examples
///
/// ```
/// tl_core::logging::simple()?;
/// log::info!("Starting");
/// # Ok::<(), tl_core::logging::InitError>(())
/// ```
pub fn simple() -> Result<(), InitError> {
    let logger = SimpleLogger::new().env();
    let max_level = logger.max_level();
    log::set_boxed_logger(Box::new(WithThreadNames(logger)))
        .map_err(|_| InitError::AlreadyInitialized)?;
    log::set_max_level(max_level);
    Ok(())
}

/// Puts the thread's name where `simple_logger` puts it, behind the target.
struct WithThreadNames(SimpleLogger);

impl Log for WithThreadNames {
    fn enabled(&self, metadata: &Metadata<'_>) -> bool {
        self.0.enabled(metadata)
    }

    fn log(&self, record: &Record<'_>) {
        if self.enabled(record.metadata()) {
            let target = with_current_name(|name| format!("{}@{name}", record.target()));
            let named = Record::builder()
                .metadata(
                    Metadata::builder()
                        .level(record.level())
                        .target(&target)
                        .build(),
                )
                .args(*record.args())
                .build();
            self.0.log(&named);
        }
    }

    fn flush(&self) {
        self.0.flush();
    }
}

//! Standard output, where whoever reads it may stop reading: then there is nothing more to say, and no error.

use std::io::{self, ErrorKind, Write};
use std::ops::ControlFlow;

/// Writes a line; `Break` where nobody reads any more.
///
/// # Errors
/// Where it cannot be written, as on a full disk.
pub(super) fn line(text: &str) -> io::Result<ControlFlow<()>> {
    let mut stdout = io::stdout().lock();
    match writeln!(stdout, "{text}").and_then(|()| stdout.flush()) {
        Ok(()) => Ok(ControlFlow::Continue(())),
        Err(error) if error.kind() == ErrorKind::BrokenPipe => Ok(ControlFlow::Break(())),
        Err(error) => Err(error),
    }
}

/// Writes a remark to standard error, which may be closed.
pub(super) fn remark(line: &str) {
    let _ = writeln!(io::stderr(), "{line}");
}

/// `println!` that returns an error instead of panicking, and goes on where nobody reads any more.
macro_rules! say {
    ($($text:tt)*) => {
        {
            let _ = $crate::commands::say::line(&format!($($text)*))?;
        }
    };
}

pub(super) use say;

//! The signals by which a person or a service manager stops a gate.

use std::io;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;
use std::thread;

use signal_hook::consts::{SIGINT, SIGTERM};
use signal_hook::flag;
use signal_hook::iterator::Signals;

/// The exit status of a program that a second Ctrl-C ended at once.
const INTERRUPTED: i32 = 130;

/// Calls `stop` at the first Ctrl-C or SIGTERM. A second one ends the process at once, for a gate that cannot stop:
/// every admission that it announced is durable by then.
///
/// # Errors
/// Where the system takes no handler, or gives no thread.
pub fn on_stop_signal(stop: impl FnOnce() + Send + 'static) -> io::Result<()> {
    let asked = Arc::new(AtomicBool::new(false));
    for signal in [SIGINT, SIGTERM] {
        // In this order: the first signal passes the conditional exit and arms it.
        flag::register_conditional_shutdown(signal, INTERRUPTED, Arc::clone(&asked))?;
        flag::register(signal, Arc::clone(&asked))?;
    }
    let mut signals = Signals::new([SIGINT, SIGTERM])?;
    let body = move || {
        if signals.forever().next().is_some() {
            stop();
        }
    };
    thread::Builder::new().name("signals".to_owned()).spawn(body)?;
    Ok(())
}

//! What a service manager is told (sd_notify(3)): outside of one, nothing.

use std::time::Duration;

use sd_notify::NotifyState;

use crate::runner::Heart;

/// The least time between two signs of life: a manager's period of less is nonsense, and must not keep a gate busy.
const BEAT_MIN: Duration = Duration::from_millis(50);

/// The program does its work now. `words` are shown by `systemctl status`.
pub(super) fn ready(words: &str) {
    tell(&[NotifyState::Ready, NotifyState::Status(words)]);
}

/// The program was told to end, and does.
#[cfg(feature = "server")]
pub(super) fn stopping() {
    tell(&[NotifyState::Stopping]);
}

/// The program is alive.
pub(super) fn alive() {
    tell(&[NotifyState::Watchdog]);
}

/// The sign of life of a gate's decider, where somebody wants to hear it.
pub(super) fn heart() -> Option<Heart> {
    beat_every().map(|every| Heart::new(every, alive))
}

/// How often to say so, where somebody wants to hear it: twice in the manager's period (sd_watchdog_enabled(3)).
pub(super) fn beat_every() -> Option<Duration> {
    let period = sd_notify::watchdog_enabled()?;
    Some((period / 2).max(BEAT_MIN))
}

fn tell(states: &[NotifyState<'_>]) {
    // A manager that does not listen is none.
    let _ = sd_notify::notify(states);
}

//! What is wrong with a gate, in words that say what to do about it.

use super::{Camera, Disk, Health};
use crate::domain::time::{ClockState, Now, UnixMillis};

/// A gate that says nothing for so long has lost its network or its power: four heartbeats of 30 s.
const SILENT_MS: u64 = 120_000;
/// A list that old no longer knows of tickets sold or withdrawn in the meantime, though the gate is in contact.
const LIST_OLD_MS: u64 = 15 * 60_000;
/// Check-ins that wait for so long are not on their way, but stuck.
const BACKLOG_OLD_MS: u64 = 5 * 60_000;
/// A clock that may be off by more cannot judge a minute's window.
const CLOCK_WIDTH_MS_MAX: u64 = 30_000;
/// Room for a few days of a busy gate, at half a kilobyte a check-in and its share of the write-ahead log.
pub const DISK_BYTES_MIN: u64 = 256 << 20;
/// Below this share of a large disk, something fills it up: in hundredths.
const DISK_PERCENT_MIN: u64 = 3;

/// What is known of a gate.
#[derive(Debug, Clone, Copy)]
pub struct Look<'a> {
    /// The server's time.
    pub now: UnixMillis,
    /// When the gate was last heard of.
    pub seen: Option<UnixMillis>,
    /// What it last said, and when that came.
    pub last: Option<(UnixMillis, &'a Health)>,
    /// What it said some minutes before that.
    pub before: Option<&'a Health>,
}

/// What to mend, the worst first; nothing where all is well.
#[must_use]
pub fn mend(look: &Look<'_>) -> Vec<String> {
    let mut words = Vec::new();
    words.extend(silent(look));
    let Some((received, health)) = look.last else {
        return words;
    };
    if health.contradictions > 0 {
        words.push(format!(
            "{} check-ins contradict others: a device was cloned, or lies; find out which, and revoke it",
            health.contradictions
        ));
    }
    words.extend(health.disk.as_ref().and_then(disk));
    words.extend(clock(&health.now));
    words.extend(backlog(health, look.before));
    words.extend(list(received, health));
    if health.camera == Camera::Failed {
        words.push("the camera gives no pictures: unplug it and plug it in again".to_owned());
    }
    words
}

fn silent(look: &Look<'_>) -> Option<String> {
    let Some(seen) = look.seen else {
        return Some("never heard of: enrol it, then `wicket sync` on it".to_owned());
    };
    let ago_ms = look.now.since(seen);
    (ago_ms > SILENT_MS).then(|| format!("silent for {}: look at its network and its power", span(ago_ms)))
}

fn disk(disk: &Disk) -> Option<String> {
    if !disk.writable {
        return Some("its disk cannot be written to, so it admits nobody: use another gate".to_owned());
    }
    let share = disk.free_bytes.saturating_mul(100) < disk.total_bytes.saturating_mul(DISK_PERCENT_MIN);
    (disk.free_bytes < DISK_BYTES_MIN || share).then(|| {
        format!(
            "its disk is nearly full ({} MB left): free some space",
            disk.free_bytes >> 20
        )
    })
}

fn clock(now: &Now) -> Option<String> {
    if now.state == ClockState::Unsure {
        return Some("its clock is unsure: let it sync, or set its clock".to_owned());
    }
    let width_ms = now.latest.map(|latest| latest.since(now.best))?;
    (width_ms > CLOCK_WIDTH_MS_MAX)
        .then(|| format!("its clock may be off by {}: let it sync", span(width_ms)))
}

/// Held against the gate's own clock, which made both times.
fn backlog(health: &Health, before: Option<&Health>) -> Option<String> {
    let waits_ms = health.now.best.since(health.unsent_since?);
    let growing = before.is_some_and(|before| before.unsent > 0 && before.unsent < health.unsent);
    if waits_ms <= BACKLOG_OLD_MS && !growing {
        return None;
    }
    let grows = if growing {
        "backlog growing"
    } else {
        "backlog stuck"
    };
    Some(format!(
        "{grows}: {} check-ins wait, the oldest for {}; look at what its `wicket sync` says",
        health.unsent,
        span(waits_ms)
    ))
}

/// How old the list was when the gate spoke: what came later, silence tells.
fn list(received: UnixMillis, health: &Health) -> Option<String> {
    let Some(list) = health.list else {
        return Some("it has no list yet: `wicket sync` on it".to_owned());
    };
    let old_ms = received.since(list.as_of.millis());
    (old_ms > LIST_OLD_MS).then(|| format!("its list is {} old: `wicket sync` on it", span(old_ms)))
}

/// A stretch of time in the largest unit that fits.
fn span(ms: u64) -> String {
    match ms / 1000 {
        seconds @ 0..120 => format!("{seconds} s"),
        seconds @ 120..7_200 => format!("{} min", seconds / 60),
        seconds @ 7_200..172_800 => format!("{} h", seconds / 3_600),
        seconds => format!("{} days", seconds / 86_400),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::health::Dataset;
    use crate::domain::time::UnixSeconds;

    const NOW: UnixMillis = UnixMillis(1_795_000_000_000);

    fn well() -> Health {
        Health {
            version: "0.1.0".to_owned(),
            now: Now::exactly(NOW.seconds()),
            uptime_s: 60,
            unsent: 0,
            unsent_since: None,
            last_scan: None,
            disk: Some(Disk {
                free_bytes: 4 << 30,
                total_bytes: 16 << 30,
                writable: true,
            }),
            camera: Camera::None,
            list: Some(Dataset {
                as_of: NOW.seconds(),
                version: 7,
                tickets: 100,
            }),
            contradictions: 0,
            peers: 0,
        }
    }

    fn words(health: &Health) -> Vec<String> {
        mend(&Look {
            now: NOW,
            seen: Some(NOW),
            last: Some((NOW, health)),
            before: None,
        })
    }

    /// Whether exactly one thing is wrong, said so.
    fn says(health: &Health, what: &str) -> bool {
        let words = words(health);
        words.len() == 1 && words[0].contains(what)
    }

    #[test]
    fn a_gate_that_is_well_needs_nothing() {
        assert_eq!(words(&well()), Vec::<String>::new());
    }

    #[test]
    fn silence_counts_from_two_minutes_on() {
        for (ago_ms, silent) in [(SILENT_MS, false), (SILENT_MS + 1, true)] {
            let look = Look {
                now: NOW,
                seen: Some(NOW.minus(ago_ms)),
                last: None,
                before: None,
            };
            assert_eq!(!mend(&look).is_empty(), silent, "{ago_ms}");
        }
        let never = Look {
            now: NOW,
            seen: None,
            last: None,
            before: None,
        };
        assert!(mend(&never)[0].contains("never heard of"));
    }

    #[test]
    fn a_disk_is_judged_by_room_share_and_whether_it_can_be_written() {
        let with = |free_bytes, total_bytes, writable| Health {
            disk: Some(Disk {
                free_bytes,
                total_bytes,
                writable,
            }),
            ..well()
        };
        assert_eq!(
            words(&with(DISK_BYTES_MIN, DISK_BYTES_MIN * 2, true)),
            Vec::<String>::new()
        );
        assert!(says(
            &with(DISK_BYTES_MIN - 1, DISK_BYTES_MIN * 2, true),
            "nearly full"
        ));
        assert!(says(&with(29 << 30, 1000 << 30, true), "nearly full"));
        assert_eq!(words(&with(30 << 30, 1000 << 30, true)), Vec::<String>::new());
        assert!(says(&with(4 << 30, 16 << 30, false), "cannot be written"));
    }

    #[test]
    fn an_unsure_or_wide_clock_is_told() {
        let mut health = well();
        health.now.latest = Some(NOW.plus(CLOCK_WIDTH_MS_MAX));
        assert_eq!(words(&health), Vec::<String>::new());
        health.now.latest = Some(NOW.plus(CLOCK_WIDTH_MS_MAX + 1));
        assert!(says(&health, "may be off by 30 s"));
        health.now.latest = None;
        health.now.state = ClockState::Unsure;
        assert!(says(&health, "clock is unsure"));
    }

    #[test]
    fn a_backlog_counts_when_it_is_old_or_grows() {
        let waiting = |unsent, for_ms| Health {
            unsent,
            unsent_since: Some(NOW.minus(for_ms)),
            ..well()
        };
        assert_eq!(words(&waiting(3, BACKLOG_OLD_MS)), Vec::<String>::new());
        assert!(says(
            &waiting(3, BACKLOG_OLD_MS + 1),
            "backlog stuck: 3 check-ins"
        ));
        let (now, before) = (waiting(3, 1000), waiting(2, 1000));
        let look = |before| {
            mend(&Look {
                now: NOW,
                seen: Some(NOW),
                last: Some((NOW, &now)),
                before: Some(before),
            })
        };
        assert!(look(&before)[0].contains("backlog growing"));
        assert_eq!(look(&now), Vec::<String>::new());
    }

    #[test]
    fn an_old_or_missing_list_is_told() {
        let with = |list| Health { list, ..well() };
        let aged = |seconds| {
            with(Some(Dataset {
                as_of: UnixSeconds(NOW.seconds().0 - seconds),
                version: 7,
                tickets: 1,
            }))
        };
        assert_eq!(words(&aged(LIST_OLD_MS / 1000)), Vec::<String>::new());
        assert!(says(&aged(LIST_OLD_MS / 1000 + 1), "list is 15 min old"));
        assert!(says(&with(None), "no list yet"));
    }

    #[test]
    fn contradictions_and_a_dead_camera_are_told() {
        let contradicted = Health {
            contradictions: 2,
            ..well()
        };
        assert!(says(&contradicted, "2 check-ins contradict"));
        let blind = Health {
            camera: Camera::Failed,
            ..well()
        };
        assert!(says(&blind, "camera"));
    }
}

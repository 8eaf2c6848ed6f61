//! What a gate may believe of the time: a pure estimate from what its clocks read.

use serde::{Deserialize, Serialize};

use super::time::{ClockState, Now, UnixMillis};

/// A quartz oscillator's drift budget, in parts per million: boards are specified within 50, heat included 100.
const DRIFT_PPM: u64 = 100;
/// How long a confirmation counts as recent, in milliseconds: 10 minutes of drift are 60 ms.
const RECENT_MS: u64 = 10 * 60 * 1000;
/// Two sources that differ by more than this, in milliseconds, cannot both be believed.
const DISAGREEMENT_MS_MAX: u64 = 5 * 60 * 1000;

/// The server's signed time, seen in some boot of this machine.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Sighting {
    /// The boot in which it was seen.
    pub boot_id: String,
    /// Milliseconds since that boot, suspended time included, halfway through the request.
    pub boottime_ms: u64,
    /// The server's time then.
    pub server_ms: UnixMillis,
    /// Half of the round trip: how far the truth may lie to either side.
    pub half_width_ms: u64,
}

/// What the clocks of this machine read at one moment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reading {
    /// The boot that this is.
    pub boot_id: String,
    /// Milliseconds since boot, suspended time included.
    pub boottime_ms: u64,
    /// The wall clock, whatever it is worth.
    pub wall_ms: UnixMillis,
    /// The wall clock's largest error in milliseconds, where the kernel says that NTP disciplines it.
    pub ntp_error_ms: Option<u64>,
}

/// What a gate was told of the time.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Sightings {
    /// The server's signed word.
    pub sighting: Option<Sighting>,
    /// What a control code told, in the same form: a person's word, which is never as good as recent.
    pub told: Option<Sighting>,
}

/// The estimate, best source first: the server's signed time of this boot, then NTP, then a control code's; without any the
/// time is only known to lie after `floor`, the highest time that the gate has ever durably seen.
#[must_use]
pub fn estimate(reading: &Reading, known: &Sightings, floor: UnixMillis) -> Now {
    let sighted = known
        .sighting
        .as_ref()
        .and_then(|sighting| holdover(reading, sighting));
    let held = sighted.or_else(|| {
        let told = holdover(reading, known.told.as_ref()?)?;
        Some(Now {
            state: ClockState::Holdover,
            ..told
        })
    });
    let ntp = reading
        .ntp_error_ms
        .map(|error| around(reading.wall_ms, error, ClockState::Synced));
    let believed = match (held, ntp) {
        (Some(held), Some(ntp)) if disagree(&held, &ntp) => None,
        (Some(held), _) if held.state == ClockState::Synced => Some(held),
        (held, ntp) => ntp.or(held),
    };
    believed
        .and_then(|now| above(now, floor))
        .unwrap_or_else(|| unsure(reading, floor))
}

/// What is left of an estimate above the floor: a source that says that it is before is wrong.
fn above(now: Now, floor: UnixMillis) -> Option<Now> {
    let possible = now.latest.is_none_or(|latest| latest >= floor);
    possible.then(|| Now {
        earliest: now.earliest.max(floor),
        best: now.best.max(floor),
        ..now
    })
}

fn holdover(reading: &Reading, sighting: &Sighting) -> Option<Now> {
    // The monotonic clock starts anew at boot, so a sighting of another boot says nothing about now.
    let age = reading.boottime_ms.checked_sub(sighting.boottime_ms)?;
    // A machine that does not tell its boots apart has an empty id.
    let same_boot = !reading.boot_id.is_empty() && reading.boot_id == sighting.boot_id;
    same_boot.then(|| {
        let drift = age.saturating_mul(DRIFT_PPM).div_ceil(1_000_000);
        let state = if age <= RECENT_MS {
            ClockState::Synced
        } else {
            ClockState::Holdover
        };
        around(
            sighting.server_ms.plus(age),
            sighting.half_width_ms.saturating_add(drift),
            state,
        )
    })
}

fn around(best: UnixMillis, half_width_ms: u64, state: ClockState) -> Now {
    Now {
        earliest: best.minus(half_width_ms),
        latest: Some(best.plus(half_width_ms)),
        best,
        state,
    }
}

fn disagree(one: &Now, other: &Now) -> bool {
    one.best.0.abs_diff(other.best.0) > DISAGREEMENT_MS_MAX
}

fn unsure(reading: &Reading, floor: UnixMillis) -> Now {
    let best = reading.wall_ms.max(floor);
    Now {
        earliest: floor,
        latest: None,
        best,
        state: ClockState::Unsure,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SERVER: UnixMillis = UnixMillis(1_795_000_000_000);
    const FLOOR: UnixMillis = UnixMillis(1_794_000_000_000);

    fn reading(boottime_ms: u64) -> Reading {
        Reading {
            boot_id: "this".into(),
            boottime_ms,
            wall_ms: UnixMillis(0),
            ntp_error_ms: None,
        }
    }

    fn sighting(boot_id: &str) -> Sighting {
        Sighting {
            boot_id: boot_id.into(),
            boottime_ms: 5_000,
            server_ms: SERVER,
            half_width_ms: 20,
        }
    }

    fn sighted(boot_id: &str) -> Sightings {
        Sightings {
            sighting: Some(sighting(boot_id)),
            told: None,
        }
    }

    #[test]
    fn what_a_person_told_counts_where_nothing_better_is_known() {
        let told = Sightings {
            sighting: Some(sighting("before")),
            told: Some(sighting("this")),
        };
        let now = estimate(&reading(6_000), &told, FLOOR);
        assert_eq!((now.best, now.state), (SERVER.plus(1_000), ClockState::Holdover));
        let ntp = Reading {
            wall_ms: SERVER.plus(90_000),
            ntp_error_ms: Some(40),
            ..reading(6_000)
        };
        assert_eq!(estimate(&ntp, &told, FLOOR).best, SERVER.plus(90_000));
        let below = estimate(&reading(6_000), &told, SERVER.plus(2_000));
        assert_eq!(below.state, ClockState::Unsure, "never below the floor");
        let both = Sightings {
            sighting: Some(Sighting {
                server_ms: SERVER.plus(7),
                ..sighting("this")
            }),
            ..told
        };
        assert_eq!(estimate(&reading(5_000), &both, FLOOR).best, SERVER.plus(7));
    }

    #[test]
    fn a_sighting_of_this_boot_carries_on_whatever_the_wall_clock_says() {
        let now = estimate(&reading(6_000), &sighted("this"), FLOOR);
        assert_eq!(now.best, SERVER.plus(1_000));
        assert_eq!(now.state, ClockState::Synced);
        assert_eq!(
            (now.earliest, now.latest),
            (now.best.minus(21), Some(now.best.plus(21)))
        );
    }

    #[test]
    fn holdover_widens_by_the_drift_budget() {
        let day = 24 * 60 * 60 * 1000;
        let now = estimate(&reading(5_000 + day), &sighted("this"), FLOOR);
        assert_eq!(now.state, ClockState::Holdover);
        assert_eq!(now.latest, Some(SERVER.plus(day + 20 + 8_640)));
    }

    #[test]
    fn a_sighting_of_another_boot_leaves_only_the_floor() {
        let now = estimate(&reading(6_000), &sighted("before"), FLOOR);
        assert_eq!(
            now,
            Now {
                earliest: FLOOR,
                latest: None,
                best: FLOOR,
                state: ClockState::Unsure
            }
        );
    }

    #[test]
    fn boots_that_cannot_be_told_apart_are_not_one_boot() {
        let nameless = Reading {
            boot_id: String::new(),
            ..reading(6_000)
        };
        assert_eq!(estimate(&nameless, &sighted(""), FLOOR).state, ClockState::Unsure);
    }

    #[test]
    fn a_wall_clock_ahead_of_the_floor_is_shown_but_proves_nothing() {
        let wall_ms = FLOOR.plus(1);
        let now = estimate(
            &Reading {
                wall_ms,
                ..reading(0)
            },
            &Sightings::default(),
            FLOOR,
        );
        assert_eq!((now.best, now.earliest, now.latest), (wall_ms, FLOOR, None));
    }

    #[test]
    fn ntp_counts_where_the_server_was_not_heard_lately() {
        let ntp = Reading {
            wall_ms: SERVER,
            ntp_error_ms: Some(40),
            ..reading(0)
        };
        let now = estimate(&ntp, &Sightings::default(), FLOOR);
        assert_eq!(
            (now.best, now.latest, now.state),
            (SERVER, Some(SERVER.plus(40)), ClockState::Synced)
        );
    }

    #[test]
    fn a_source_below_the_floor_is_not_believed() {
        for (below, state) in [(40, ClockState::Synced), (41, ClockState::Unsure)] {
            let ntp = Reading {
                wall_ms: FLOOR.minus(below),
                ntp_error_ms: Some(40),
                ..reading(0)
            };
            let now = estimate(&ntp, &Sightings::default(), FLOOR);
            assert_eq!(
                (now.state, now.earliest, now.best),
                (state, FLOOR, FLOOR),
                "{below} ms"
            );
        }
    }

    #[test]
    fn ntp_that_steps_over_five_minutes_away_from_holdover_leaves_neither_believed() {
        for (apart, state) in [(300_000, ClockState::Synced), (300_001, ClockState::Unsure)] {
            let wall_ms = SERVER.plus(1_000 + apart);
            let ntp = Reading {
                wall_ms,
                ntp_error_ms: Some(40),
                ..reading(6_000)
            };
            assert_eq!(estimate(&ntp, &sighted("this"), FLOOR).state, state, "{apart} ms");
        }
    }
}

//! The four sounds of a gate, as tones. Made here, so that there is no file to lose and each can be told from the others by
//! ear: going up, low and twice, three alike, and a long to and fro.

/// Samples a second: what every sound device takes.
pub const SAMPLE_RATE: u32 = 48_000;
/// A tone swells and fades in so many samples (5 ms): cut edges click.
const EDGE_SAMPLES: usize = SAMPLE_RATE as usize / 200;
/// The loudest sample of a tone with its overtone; below 1, so that two sounds at once are not cut off.
const PEAK: f32 = 0.7;
/// The share of the overtone, an octave above: a bare sine is lost in a crowd.
const OVERTONE: f32 = 0.3;

/// A sound.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Sound {
    /// An admission.
    Admit,
    /// A refusal.
    Deny,
    /// Staff are asked.
    Ask,
    /// Something does not work.
    Fault,
}

/// A tone, or where `hz` is 0 a silence.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Tone {
    /// Its pitch.
    pub hz: u16,
    /// Its length in milliseconds.
    pub ms: u16,
}

const fn tone(hz: u16, ms: u16) -> Tone {
    Tone { hz, ms }
}

const ADMIT: [Tone; 2] = [tone(880, 90), tone(1320, 160)];
const DENY: [Tone; 3] = [tone(220, 220), tone(0, 80), tone(220, 320)];
const ASK: [Tone; 5] = [
    tone(660, 100),
    tone(0, 80),
    tone(660, 100),
    tone(0, 80),
    tone(660, 100),
];
const FAULT: [Tone; 6] = [
    tone(494, 200),
    tone(330, 200),
    tone(494, 200),
    tone(330, 200),
    tone(494, 200),
    tone(330, 200),
];

impl Sound {
    /// Every sound.
    pub const ALL: [Self; 4] = [Self::Admit, Self::Deny, Self::Ask, Self::Fault];

    /// The tones that it is made of, one after the other.
    #[must_use]
    pub fn tones(self) -> &'static [Tone] {
        match self {
            Self::Admit => &ADMIT,
            Self::Deny => &DENY,
            Self::Ask => &ASK,
            Self::Fault => &FAULT,
        }
    }

    /// The sound as samples between -1 and 1, [`SAMPLE_RATE`] a second, one channel. `volume` in percent.
    #[must_use]
    pub fn samples(self, volume: u8) -> Vec<f32> {
        // The ear hears loudness by the square, roughly.
        let share = f32::from(volume.min(100)) / 100.0;
        self.tones()
            .iter()
            .flat_map(|tone| tone.samples(share * share))
            .collect()
    }
}

impl Tone {
    fn samples(self, loudness: f32) -> impl Iterator<Item = f32> {
        let count = SAMPLE_RATE as usize * usize::from(self.ms) / 1000;
        let step = std::f32::consts::TAU * f32::from(self.hz) / SAMPLE_RATE as f32;
        (0..count).map(move |place| {
            let edge = place.min(count - 1 - place).min(EDGE_SAMPLES) as f32 / EDGE_SAMPLES as f32;
            let turn = step * place as f32;
            let wave = (turn.sin() + OVERTONE * (2.0 * turn).sin()) / (1.0 + OVERTONE);
            PEAK * loudness * edge * wave
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_sound_is_told_from_the_others_by_its_pitch_or_its_rhythm() {
        for one in Sound::ALL {
            for other in Sound::ALL.into_iter().filter(|other| *other != one) {
                let (a, b) = (one.tones(), other.tones());
                let first = (f32::from(a[0].hz) / f32::from(b[0].hz)).log2().abs();
                // A quarter of an octave at the start, or another number of tones.
                assert!(first > 0.25 || a.len() != b.len(), "{one:?} and {other:?}");
            }
        }
    }

    #[test]
    fn a_sound_is_as_long_as_its_tones_swells_fades_and_is_never_cut_off() {
        for sound in Sound::ALL {
            let samples = sound.samples(100);
            let ms: usize = sound.tones().iter().map(|tone| usize::from(tone.ms)).sum();
            assert_eq!(samples.len(), SAMPLE_RATE as usize * ms / 1000);
            assert!((200..=1500).contains(&ms), "{sound:?}");
            assert_eq!((samples[0], *samples.last().unwrap()), (0.0, 0.0));
            let peak = samples
                .iter()
                .fold(0.0_f32, |peak, sample| peak.max(sample.abs()));
            assert!((0.4..=PEAK).contains(&peak), "{sound:?}: {peak}");
        }
    }

    #[test]
    fn louder_is_louder_and_nothing_is_silent() {
        let peak = |volume| {
            let samples = Sound::Admit.samples(volume);
            samples
                .iter()
                .fold(0.0_f32, |peak, sample| peak.max(sample.abs()))
        };
        assert_eq!(peak(0), 0.0);
        assert!(peak(30) < peak(60) && peak(60) < peak(100));
        assert_eq!(peak(100), peak(250));
    }

    #[test]
    fn the_pitch_is_that_of_the_table() {
        let samples = Sound::Deny.samples(100);
        let tone = &samples[..SAMPLE_RATE as usize * 220 / 1000];
        let rises = tone
            .windows(2)
            .filter(|pair| pair[0] <= 0.0 && pair[1] > 0.0)
            .count();
        // 220 Hz for 220 ms.
        assert!((47..=50).contains(&rises), "{rises}");
    }
}

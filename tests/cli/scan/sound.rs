//! What a gate plays, captured by ALSA's file plugin: there is no sound device here, and none is needed.

use std::fs;
use std::io::Write;
use std::path::Path;

use wicket::device::sounds::Sound;

use super::Trial;
use super::live::{port, scan, started};

/// ALSA's configuration for a machine whose only device writes to a file: one channel, 16 bits, 48,000 samples a second.
fn alsa(file: &Path) -> String {
    format!(
        "</usr/share/alsa/alsa.conf>\n\
         pcm.!default {{ type plug slave {{ pcm captured format S16_LE rate 48000 channels 1 }} }}\n\
         pcm.captured {{ type file format raw file \"{}\" slave.pcm null }}\n\
         ctl.!default {{ type hw card 0 }}\n",
        file.display()
    )
}

/// The samples that were written so far, between -1 and 1.
fn captured(file: &Path) -> Vec<f32> {
    let bytes = fs::read(file).unwrap_or_default();
    bytes
        .chunks_exact(2)
        .map(|pair| f32::from(i16::from_le_bytes([pair[0], pair[1]])) / 32_768.0)
        .collect()
}

/// What was captured from the first sample that is not silent, once there is as much as `length`.
fn sounded(file: &Path, length: usize) -> Vec<f32> {
    loop {
        let samples = captured(file);
        if let Some(start) = samples.iter().position(|sample| sample.abs() > 0.001)
            && samples.len() >= start + length
        {
            return samples[start..start + length].to_vec();
        }
        std::thread::yield_now();
    }
}

/// How alike two sounds are, 1 for the same: the best correlation within a few milliseconds, since the first samples of a
/// tone are nearly silent.
fn likeness(heard: &[f32], wanted: &[f32]) -> f32 {
    let energy = |samples: &[f32]| samples.iter().map(|sample| sample * sample).sum::<f32>().sqrt();
    (0..480)
        .map(|lag| {
            let wanted = &wanted[lag..];
            let heard = &heard[..wanted.len()];
            let product: f32 = heard.iter().zip(wanted).map(|(a, b)| a * b).sum();
            product / (energy(heard) * energy(wanted)).max(f32::MIN_POSITIVE)
        })
        .fold(0.0, f32::max)
}

/// What is heard of a guest who shows this code, where the event's rules are these.
fn heard_of(trial: &Trial, rules: &str, code: &str, length: usize) -> Vec<f32> {
    let (file, asoundrc) = (trial.path("captured.raw"), trial.path("asound.conf"));
    fs::write(&asoundrc, alsa(&file)).unwrap();
    let (mut scanner, name) = port();
    let config =
        format!("[camera]\nenabled = false\n[sound]\nvolume = 100\n[[scanner]]\nserial = \"{name}\"\n");
    let mut command = scan(trial, &config);
    let book = trial.path("rules.json");
    fs::write(&book, rules).unwrap();
    command
        .arg("--rules")
        .arg(&book)
        .env("ALSA_CONFIG_PATH", &asoundrc);
    let (_gate, mut verdicts) = started(&mut command, &name);
    scanner.write_all(format!("{code}\r").as_bytes()).unwrap();
    verdicts.next().unwrap().unwrap();
    sounded(&file, length)
}

#[test]
fn what_is_played_is_the_sound_of_the_verdict_and_no_other() {
    let trial = Trial::new();
    let plain = r#"{"event":"spring-26"}"#;
    let asks = r#"{"event":"spring-26","types":{"adult":{"prompt":"confirm"}}}"#;
    for (rules, code, sound) in [
        (plain, trial.code(1), Sound::Admit),
        (plain, "no ticket".to_owned(), Sound::Deny),
        (asks, trial.code(2), Sound::Ask),
    ] {
        let wanted = sound.samples(100);
        assert_is(&heard_of(&trial, rules, &code, wanted.len()), sound);
        fs::remove_file(trial.path("captured.raw")).unwrap();
    }
}

#[test]
fn a_relay_that_cannot_be_had_sounds_as_a_fault() {
    let trial = Trial::new();
    let (file, asoundrc) = (trial.path("captured.raw"), trial.path("asound.conf"));
    fs::write(&asoundrc, alsa(&file)).unwrap();
    let (_scanner, name) = port();
    let config = format!(
        "[camera]\nenabled = false\n[sound]\nvolume = 100\n[signals]\ngpiochip = \"/dev/no-gpiochip\"\n\
         relay = {{ line = 17 }}\n[[scanner]]\nserial = \"{name}\"\n"
    );
    let mut command = scan(&trial, &config);
    command.env("ALSA_CONFIG_PATH", &asoundrc);
    let _gate = started(&mut command, &name);
    let length = Sound::Fault.samples(100).len();
    assert_is(&sounded(&file, length), Sound::Fault);
}

/// That this was heard, and no other.
#[track_caller]
fn assert_is(heard: &[f32], sound: Sound) {
    let wanted = sound.samples(100);
    let alike = likeness(heard, &wanted);
    assert!(alike > 0.95, "{sound:?}: {alike}");
    for other in Sound::ALL.into_iter().filter(|other| *other != sound) {
        let mut other = other.samples(100);
        other.resize(wanted.len(), 0.0);
        let alike = likeness(heard, &other);
        assert!(alike < 0.6, "{sound:?} sounds like another: {alike}");
    }
}

#[test]
fn a_machine_without_a_sound_device_is_silent_and_scans() {
    let trial = Trial::new();
    let asoundrc = trial.path("asound.conf");
    fs::write(
        &asoundrc,
        "</usr/share/alsa/alsa.conf>\npcm.!default { type hw card 99 }\n",
    )
    .unwrap();
    let (mut scanner, name) = port();
    let config = format!("[camera]\nenabled = false\n[[scanner]]\nserial = \"{name}\"\n");
    let mut command = scan(&trial, &config);
    command.env("ALSA_CONFIG_PATH", &asoundrc);
    let (_gate, mut verdicts) = started(&mut command, &name);
    scanner
        .write_all(format!("{}\r", trial.code(1)).as_bytes())
        .unwrap();
    assert!(verdicts.next().unwrap().unwrap().contains("\"admit\""));
}

//! Plays sounds. A gate without a sound device is silent, and that is no fault.

use std::io;
use std::num::NonZero;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU8, Ordering};
use std::sync::mpsc::{self, Receiver, SyncSender};
use std::thread;
use std::time::{Duration, Instant};

use rodio::buffer::SamplesBuffer;
use rodio::cpal;
use rodio::cpal::DeviceId;
use rodio::cpal::traits::HostTrait;
use rodio::{DeviceSinkBuilder, MixerDeviceSink};

use super::sounds::{SAMPLE_RATE, Sound};

/// Sounds that may wait: more than one would be heard long after its guest.
const SOUNDS_MAX: usize = 2;
/// How long a device that could not be opened is left alone: ALSA says at length on standard error that there is none.
const REOPEN: Duration = Duration::from_secs(60);

/// A way to the thread that plays.
#[derive(Debug, Clone)]
pub struct Speaker {
    sounds: SyncSender<Sound>,
    volume: Arc<AtomicU8>,
}

impl Speaker {
    /// Plays on the device of this name, or on the system's own choice, from a thread of its own. `volume` in percent.
    ///
    /// # Errors
    /// Where the system gives no thread.
    pub fn start(device: Option<String>, volume: u8) -> io::Result<Self> {
        let (sounds, wanted) = mpsc::sync_channel(SOUNDS_MAX);
        let volume = Arc::new(AtomicU8::new(volume));
        let shared = Arc::clone(&volume);
        let body = move || play_all(&wanted, device.as_deref(), &shared);
        thread::Builder::new().name("sound".to_owned()).spawn(body)?;
        Ok(Self { sounds, volume })
    }

    /// Plays a sound, and returns at once.
    pub fn play(&self, sound: Sound) {
        // One that comes while others wait is not missed.
        let _ = self.sounds.try_send(sound);
    }

    /// Sounds are so loud from now on, in percent.
    pub fn set_volume(&self, volume: u8) {
        self.volume.store(volume, Ordering::Release);
    }
}

/// A device that plays, or the time at which it failed to.
enum Output {
    Open(MixerDeviceSink, Arc<AtomicBool>),
    Failed(Instant),
}

fn play_all(wanted: &Receiver<Sound>, device: Option<&str>, volume: &AtomicU8) {
    // Opened before the first sound is wanted, so that this one comes in time too.
    let mut output = open(device);
    for sound in wanted {
        let again = match &output {
            Output::Open(_, broken) => broken.load(Ordering::Acquire),
            Output::Failed(since) => since.elapsed() >= REOPEN,
        };
        if again {
            output = open(device);
        }
        if let Output::Open(sink, _) = &output {
            let samples = sound.samples(volume.load(Ordering::Acquire));
            sink.mixer()
                .add(SamplesBuffer::new(NonZero::<u16>::MIN, rate(), samples));
        }
    }
}

#[expect(
    clippy::disallowed_methods,
    reason = "a device that failed is left alone for a while"
)]
fn open(device: Option<&str>) -> Output {
    let broken = Arc::new(AtomicBool::new(false));
    let noticed = Arc::clone(&broken);
    let opened = builder(device).and_then(|builder| {
        let watched = builder.with_error_callback(move |_| noticed.store(true, Ordering::Release));
        watched.open_stream().ok()
    });
    match opened {
        Some(mut sink) => {
            sink.log_on_drop(false);
            Output::Open(sink, broken)
        }
        None => Output::Failed(Instant::now()),
    }
}

fn builder(device: Option<&str>) -> Option<DeviceSinkBuilder> {
    let Some(name) = device else {
        return DeviceSinkBuilder::from_default_device().ok();
    };
    let host = cpal::default_host();
    let device = host.device_by_id(&DeviceId::new(host.id(), name))?;
    DeviceSinkBuilder::from_device(device).ok()
}

fn rate() -> NonZero<u32> {
    NonZero::new(SAMPLE_RATE).unwrap_or(NonZero::<u32>::MIN)
}

//! From a frame's arrival to the relay, with reading, a durable commit and all threads of a gate, in one run: 2,000 guests at
//! 720p. The camera and the relay are simulated: drawn frames that come one by one, and a line that notes when it was switched.
//!
//! What a gate adds is what is left of the time to the relay without the reading and the commit; it must be less than 1 ms for
//! ninety-nine guests in a hundred.

use std::error::Error;
use std::sync::mpsc::{Receiver, sync_channel};

use ed25519_dalek::SigningKey;
use wicket::device::clock::FixedClock;
use wicket::device::frame_source::{CameraError, FrameSource, Given, Picture};
use wicket::device::signals::SimulatedSignals;
use wicket::domain::admission::Direction;
use wicket::domain::gate::{Config, Passage};
use wicket::domain::ids::{EventId, StreamId, TicketId};
use wicket::domain::rules::Rulebook;
use wicket::domain::ticket::qr::{ErrorCorrection, Matrix};
use wicket::domain::ticket::{Claims, Keyring, Trust, issue, jwk};
use wicket::domain::time::UnixSeconds;
use wicket::ledger::{Opening, SqliteLedger};
use wicket::runner::{CameraPlan, Decider, Feed, Notice, Orders, Timing, Turnstile, watch_camera};
use wicket::vision::PixelFormat;

/// Guests that count: twenty stand behind a p99.
const GUESTS: u64 = 2_000;
/// Guests before the first that counts.
const WARM_UP: u64 = 50;
const WIDTH: usize = 1280;
const HEIGHT: usize = 720;
/// Pixels of a module: a code that fills half of the frame's height.
const MODULE_PX: u32 = 6;
const AT: UnixSeconds = UnixSeconds(1_795_000_000);
/// So short that no pulse outlasts its guest by much.
const PULSE_MS: u32 = 20;

type Outcome<T> = Result<T, Box<dyn Error>>;

fn main() -> Outcome<()> {
    let disk = tempfile::tempdir_in(env!("CARGO_TARGET_TMPDIR"))?;
    let opening = Opening {
        signature_only: true,
        ..Opening::default()
    };
    let ledger = SqliteLedger::open(disk.path(), StreamId::new([1; 16]), &opening)?;
    let (feed, intake) = Feed::new();
    let turnstile = Turnstile::start(
        Box::new(SimulatedSignals::new(|_, _| Ok(()))),
        PULSE_MS,
        feed.clone(),
    )?;
    let (next, asked) = sync_channel(1);
    watch_camera(feed, plan(asked))?;
    next.send(())?;
    let mut timings = Vec::new();
    let mut watcher = |notice: Notice<'_>| {
        if let Notice::Verdict(told) = notice {
            timings.push(told.timing);
            // After the last guest nobody waits for the next.
            let _ = next.send(());
        }
        Ok(())
    };
    let decider = Decider::new(orders()?, Box::new(ledger), None).opening(turnstile, Passage::Unseen);
    decider.run(&intake, &mut watcher)?;
    report(timings.get(WARM_UP as usize..).unwrap_or_default());
    Ok(())
}

fn plan(asked: Receiver<()>) -> CameraPlan {
    let mut camera = Some(DrawnCamera { asked, guest: 0 });
    CameraPlan {
        open: Box::new(move || {
            let camera = camera.take().ok_or(CameraError::None)?;
            Ok(Box::new(camera) as Box<dyn FrameSource>)
        }),
        is_replay: true,
        ends_gate: true,
        preview: None,
    }
}

/// A simulated camera, which shows a guest's ticket when the verdict on the one before was told.
struct DrawnCamera {
    asked: Receiver<()>,
    guest: u64,
}

impl FrameSource for DrawnCamera {
    fn next(&mut self, picture: &mut Picture) -> Result<Given, CameraError> {
        if self.guest == WARM_UP + GUESTS || self.asked.recv().is_err() {
            return Ok(Given::End);
        }
        draw(self.guest, picture).map_err(|error| CameraError::Driver(error.to_string()))?;
        self.guest += 1;
        Ok(Given::Picture)
    }
}

fn draw(guest: u64, picture: &mut Picture) -> Outcome<()> {
    let code = Matrix::new(&ticket(guest)?, ErrorCorrection::M)?.to_luma(MODULE_PX)?;
    picture.format = PixelFormat::Grey;
    (picture.width, picture.height, picture.stride) = (WIDTH, HEIGHT, WIDTH);
    picture.bytes.clear();
    picture.bytes.resize(WIDTH * HEIGHT, 96);
    let (left, top) = (
        (WIDTH - code.width() as usize) / 2,
        (HEIGHT - code.height() as usize) / 2,
    );
    for (row, pixels) in code.rows().enumerate() {
        let start = (top + row) * WIDTH + left;
        for (pixel, drawn) in picture.bytes.iter_mut().skip(start).zip(pixels) {
            *pixel = drawn.0[0] / 2 + 40;
        }
    }
    picture.index = guest;
    Ok(())
}

fn event() -> Outcome<EventId> {
    Ok("spring-26".parse()?)
}

fn issuer() -> jwk::PrivateJwk {
    jwk::PrivateJwk {
        kid: Some("k1".into()),
        key: SigningKey::from_bytes(&[7; 32]),
    }
}

fn ticket(guest: u64) -> Outcome<String> {
    let claims = Claims {
        event: event()?,
        ticket_type: "adult".parse()?,
        ticket: TicketId::new(&guest.to_be_bytes())?,
        valid_from: None,
        valid_until: AT.plus(3600),
        admits: 1,
        issued_at: None,
        holder: None,
    };
    Ok(issue(&claims, "k1", &issuer().key)?)
}

fn orders() -> Outcome<Orders> {
    let jwks = serde_json::json!({"keys": [issuer().to_public_value()]});
    let mut trust = Trust::default();
    trust.insert(event()?, Keyring::from_jwks(&jwks.to_string())?);
    Ok(Orders {
        config: Config {
            gate: "north".parse()?,
            direction: Direction::Entry,
            trust,
            rules: Rulebook::defaults(event()?),
            earlier_streams: Vec::new(),
            passage: Passage::Unseen,
            operator: None,
            closed: false,
        },
        clock: Box::new(FixedClock(AT)),
        list_version: 0,
    })
}

fn report(timings: &[Timing]) {
    let admitted: Vec<_> = timings
        .iter()
        .filter_map(|timing| Some((timing, steps(timing)?)))
        .collect();
    println!(
        "{} guests of {GUESTS} admitted; microseconds: median, p99, most",
        admitted.len()
    );
    type Step = fn(&(&Timing, Steps)) -> u64;
    let steps: [(&str, Step); 5] = [
        ("reading", |(timing, _)| timing.read_us),
        ("commit", |(_, steps)| steps.commit_us),
        ("frame -> relay", |(_, steps)| steps.relay_us),
        ("frame -> relay, without reading and commit", |(_, steps)| {
            steps.added_us
        }),
        ("relay -> told", |(timing, steps)| {
            timing.told_us.saturating_sub(steps.relay_us)
        }),
    ];
    for (name, step) in steps {
        let mut times: Vec<u64> = admitted.iter().map(step).collect();
        times.sort_unstable();
        let at = |share: usize| {
            times
                .get(times.len().saturating_sub(1) * share / 100)
                .copied()
                .unwrap_or(0)
        };
        println!("{name:<44} {:>8} {:>8} {:>8}", at(50), at(99), at(100));
    }
}

/// The steps of a guest who was let in.
struct Steps {
    commit_us: u64,
    relay_us: u64,
    added_us: u64,
}

fn steps(timing: &Timing) -> Option<Steps> {
    let commit_us = timing.recorded_us?.saturating_sub(timing.handed_us?);
    let relay_us = timing.opened_us?;
    Some(Steps {
        commit_us,
        relay_us,
        added_us: relay_us.saturating_sub(timing.read_us + commit_us),
    })
}

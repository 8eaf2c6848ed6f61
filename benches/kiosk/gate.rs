//! The gate: its threads as in the program, and what each admission took.

use std::sync::mpsc::Receiver;
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use wicket::device::clock::FixedClock;
use wicket::device::signals::SimulatedSignals;
use wicket::domain::admission::Direction;
use wicket::domain::gate::{Config, Outcome, Passage};
use wicket::domain::ids::StreamId;
use wicket::domain::rules::Rulebook;
use wicket::domain::ticket::{Keyring, Trust};
use wicket::kiosk::{Event, Handle, Preview};
use wicket::ledger::{Ledger, Opening, SqliteLedger};
use wicket::runner::{self, Decider, Feed, Fetched, Latest, Notice, Orders, Timing, Turnstile, watch_camera};
use wicket::vision::LumaFrame;

use super::venue::{AT, Listed, Venue};
use super::{GUESTS, WARM_UP, camera, screen, spawn};

/// So short that no pulse outlasts its guest by much.
const PULSE_MS: u32 = 20;
/// How long the preview waits for a picture before it looks whether there is a camera.
const PREVIEW_WAIT: Duration = Duration::from_secs(1);

/// A guest who was let in.
pub(super) struct Told {
    /// When the frame arrived.
    pub(super) arrived: Instant,
    pub(super) timing: Timing,
}

/// Starts the gate on a thread of its own. It closes the window when the last guest was judged.
pub(super) fn start(venue: &Venue, asked: Receiver<()>, window: Handle) -> JoinHandle<Vec<Told>> {
    let opening = Opening::default();
    let mut ledger = SqliteLedger::open(&venue.data(), StreamId::new([2; 16]), &opening).unwrap();
    let orders = orders(&mut ledger);
    let (feed, intake) = Feed::new();
    let signals = Box::new(SimulatedSignals::new(|_, _| Ok(())));
    let turnstile = Turnstile::start(signals, PULSE_MS, feed.clone()).unwrap();
    let (newest, pictures) = Latest::pair();
    watch_camera(feed, camera::plan(codes(venue), asked, newest)).unwrap();
    let previewed = window.clone();
    spawn("preview", move || preview(&pictures, &previewed));
    spawn("gate", move || {
        let mut all = Vec::new();
        let mut watcher = |notice: Notice<'_>| {
            if let Notice::Verdict(told) = notice {
                let announcement = told.announcement;
                if announcement.verdict == Outcome::Admit {
                    let told_after = Duration::from_micros(told.timing.told_us);
                    all.push(Told {
                        arrived: Instant::now() - told_after,
                        timing: told.timing,
                    });
                }
                assert!(window.tell(Event::Verdict(Box::new(announcement.clone()))));
                screen::mark_verdict();
            }
            Ok(())
        };
        assert!(window.tell(Event::Ready));
        let decider = Decider::new(orders, Box::new(ledger), None).opening(turnstile, Passage::Unseen);
        decider.run(&intake, &mut watcher).unwrap();
        window.close();
        all
    })
}

/// Of each two the first is let in.
fn codes(venue: &Venue) -> Vec<String> {
    let guests = 0..u64::try_from(WARM_UP + GUESTS).unwrap();
    let code = |listed, guest| venue.code(&Venue::claims(Venue::ticket(listed, guest)));
    guests
        .flat_map(|guest| [code(Listed::Valid, guest), code(Listed::Revoked, guest)])
        .collect()
}

fn orders(ledger: &mut SqliteLedger) -> Orders {
    let event: wicket::domain::ids::EventId = "spring-26".parse().unwrap();
    let keys = ledger.documents().unwrap().keyring.unwrap();
    let mut trust = Trust::default();
    trust.insert(event.clone(), Keyring::from_jwks(&keys).unwrap());
    Orders {
        config: Config {
            gate: "north".parse().unwrap(),
            direction: Direction::Entry,
            trust,
            rules: Rulebook::defaults(event),
            earlier_streams: ledger.earlier_streams().unwrap(),
            passage: Passage::Unseen,
            operator: None,
            closed: false,
        },
        clock: Box::new(FixedClock(AT)),
        list_version: ledger.live_list().unwrap().unwrap().cursor.sequence,
    }
}

/// As the program does it.
fn preview(pictures: &Latest<runner::Preview>, window: &Handle) {
    loop {
        let picture = match pictures.fetch(PREVIEW_WAIT) {
            Fetched::Newest(picture) => picture,
            Fetched::Nothing => continue,
            Fetched::Closed => return,
        };
        let frame = LumaFrame::packed(picture.width, picture.height, &picture.luma).unwrap();
        window.preview(Preview::of(&frame));
        pictures.give_back(picture);
    }
}

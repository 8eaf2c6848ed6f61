//! How long the screen takes: a full repaint, and a verdict from the moment it is known until it is drawn. Both in one run,
//! without a display, so that they compare.
#![expect(
    clippy::disallowed_methods,
    clippy::unwrap_used,
    reason = "a bench measures time, and one that fails should say where"
)]

use std::rc::Rc;
use std::time::{Duration, Instant};

use slint::platform::software_renderer::{MinimalSoftwareWindow, RepaintBufferType};
use slint::platform::{Platform, WindowAdapter};
use slint::{PhysicalSize, PlatformError, Rgb8Pixel};
use wicket::domain::admission::Direction;
use wicket::domain::gate::{Announcement, Outcome};
use wicket::domain::time::{ClockState, Moment};
use wicket::domain::verdict::Reason;
use wicket::kiosk::{Beginning, CameraSight, Event, Figures, Languages, Link, Preview, Screen, View};
use wicket::vision::LumaFrame;

/// Scans, as the bar for the latency asks.
const SCANS: u64 = 2_000;
/// A seven-inch screen.
const SIZE: (u32, u32) = (1024, 600);
/// A camera's frame.
const FRAME: (usize, usize) = (1280, 720);
/// Longer than any verdict stands.
const BETWEEN_MS: u64 = 10_000;

struct InMemory(Rc<MinimalSoftwareWindow>);

impl Platform for InMemory {
    fn create_window_adapter(&self) -> Result<Rc<dyn WindowAdapter>, PlatformError> {
        Ok(self.0.clone())
    }
}

fn main() {
    let window = MinimalSoftwareWindow::new(RepaintBufferType::NewBuffer);
    slint::platform::set_platform(Box::new(InMemory(window.clone()))).unwrap();
    let view = View::new(|_| {}).unwrap();
    view.window().show().unwrap();
    window.set_size(PhysicalSize::new(SIZE.0, SIZE.1));
    let mut buffer = vec![Rgb8Pixel::default(); (SIZE.0 * SIZE.1) as usize];
    let mut paint = || {
        slint::platform::update_timers_and_animations();
        window.draw_if_needed(|renderer| {
            renderer.render(&mut buffer, SIZE.0 as usize);
        });
    };
    let grey = vec![96; FRAME.0 * FRAME.1];
    let frame = LumaFrame::packed(FRAME.0, FRAME.1, &grey).unwrap();
    let mut screen = screen();
    screen.handle(Event::Ready, Moment(0));
    let (mut repaints, mut previews, mut verdicts) = (Vec::new(), Vec::new(), Vec::new());
    for scan in 0..SCANS {
        let at = Moment(scan * BETWEEN_MS);
        view.draw(screen.model(at).unwrap());
        paint();
        previews.push(timed(|| {
            view.preview(Some(&Preview::of(&frame)));
            paint();
        }));
        repaints.push(timed(|| {
            window.request_redraw();
            paint();
        }));
        verdicts.push(timed(|| {
            screen.handle(Event::Verdict(Box::new(verdict(scan))), at);
            view.draw(screen.model(at).unwrap());
            paint();
        }));
    }
    let full = tell("a full repaint", &mut repaints);
    tell("a camera's picture shown", &mut previews);
    let shown = tell("a verdict known to drawn", &mut verdicts);
    println!(
        "a verdict takes {:.2} full repaints at the 99th percentile; the bar is 2",
        shown / full
    );
}

fn timed(work: impl FnOnce()) -> Duration {
    let start = Instant::now();
    work();
    start.elapsed()
}

/// Prints the median and the 99th percentile, and returns the latter in milliseconds.
fn tell(what: &str, times: &mut [Duration]) -> f64 {
    times.sort();
    let at = |share: f64| {
        let place = (times.len() as f64 * share) as usize;
        times.get(place.min(times.len() - 1)).unwrap().as_secs_f64() * 1000.0
    };
    println!(
        "{what}: median {:.2} ms, 99th percentile {:.2} ms",
        at(0.5),
        at(0.99)
    );
    at(0.99)
}

fn screen() -> Screen {
    let beginning = Beginning {
        languages: Languages::embedded().unwrap(),
        language: "zh".to_owned(),
        figures: Figures {
            event: Some("spring-26".parse().unwrap()),
            device: None,
            gate: "north".parse().unwrap(),
            gates: Vec::new(),
            direction: Direction::Entry,
            unsent: 0,
            list_age_s: Some(60),
            signatures_only: false,
            clock: ClockState::Synced,
            time_zone: "Asia/Shanghai".to_owned().try_into().unwrap(),
        },
        link: Link::Server,
        camera: CameraSight::Working,
        volume: 80,
        brightness: 100,
    };
    Screen::new(beginning, Moment(0))
}

/// Admitted and refused in turn.
fn verdict(scan: u64) -> Announcement {
    let refused = scan % 2 == 1;
    Announcement {
        text: String::new(),
        ticket: None,
        kind: Direction::Entry,
        verdict: if refused { Outcome::Deny } else { Outcome::Admit },
        reason: refused.then_some(Reason::AlreadyUsed),
        fact: None,
        entry: (!refused).then_some(1),
        persons: (!refused).then_some(1),
        prompt: None,
        flags: Vec::new(),
        gate: "north".parse().unwrap(),
        left: None,
        note: None,
        homes: Vec::new(),
    }
}

//! The real program with its window on a virtual screen, a camera and a scanner that the test plays, and a list of 100,000 tickets.

use std::process::Child;

use super::display::{Display, Ended, HEIGHT, WIDTH};
use super::staged_camera::StagedCamera;
use super::staged_scanner::StagedScanner;
use super::venue::{AT, Venue};
use super::watched::Screen;
use crate::cli::wicket;

/// What the camera gives in a second at the most.
const FPS: u32 = 60;

/// A gate at its place. It can be started again and again.
pub(super) struct Kiosk {
    pub(super) venue: Venue,
    pub(super) screen: Screen,
    pub(super) scanner: StagedScanner,
    display: Display,
}

impl Kiosk {
    pub(super) fn new() -> Self {
        let venue = Venue::new();
        let display = Display::start();
        let kiosk = Self {
            screen: Screen::watch(&display.name),
            scanner: StagedScanner::at(&venue.path("scanner")),
            display,
            venue,
        };
        kiosk.configure();
        kiosk
    }

    /// What it is to see when it starts, and from then on: for one start.
    pub(super) fn camera(&self) -> StagedCamera {
        StagedCamera::start(&self.venue.path("camera"))
    }

    /// Starts it; its camera plays already.
    pub(super) fn start(&self) -> Ended {
        let started = wicket()
            .args(["kiosk", "--no-neighbours", "--at", &AT.to_string(), "--config"])
            .arg(self.venue.path("gate.toml"))
            .arg("--data")
            .arg(self.venue.data())
            .env("DISPLAY", &self.display.name)
            .env("SLINT_BACKEND", "winit-software")
            .spawn();
        Ended(started.unwrap())
    }

    fn configure(&self) {
        let text = format!(
            "[camera]\nreplay = {:?}\nrepeat = true\nfps = {FPS}\n[[scanner]]\nserial = {:?}\n\
             [sound]\nenabled = false\n[screen]\nsize = \"{WIDTH}x{HEIGHT}\"\n",
            self.venue.path("camera"),
            self.venue.path("scanner"),
        );
        std::fs::write(self.venue.path("gate.toml"), text).unwrap();
    }
}

/// Asks a kiosk to end, as a service manager does; whether it ended well.
pub(super) fn ends_well(mut kiosk: Ended) -> bool {
    stop(&kiosk.0);
    kiosk.0.wait().unwrap().success()
}

fn stop(kiosk: &Child) {
    let id = rustix::process::Pid::from_child(kiosk);
    rustix::process::kill_process(id, rustix::process::Signal::TERM).unwrap();
}

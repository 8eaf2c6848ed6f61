//! The lane: guests come one after the other, each once the screen has told of the one before.

use std::sync::Arc;

use wicket::domain::ids::TicketId;

use super::guest::{Fate, Guest, ROUND, unwelcome, welcome};
use super::staff::{self, READY};
use super::tally::Tally;
use crate::kiosk::appliance::Kiosk;
use crate::kiosk::picture::Frame;
use crate::kiosk::staged_camera::StagedCamera;
use crate::kiosk::venue::{Listed, Venue};
use crate::kiosk::watched::{ADMIT, ASK, DENY};

pub(super) struct Lane {
    pub(super) kiosk: Kiosk,
    pub(super) camera: StagedCamera,
    pub(super) wall: Arc<Frame>,
    pub(super) night: Arc<Frame>,
    /// What no code is read in, in turn.
    unreadable: Vec<Arc<Frame>>,
    pub(super) tally: Tally,
    welcome: u64,
    unwelcome: u64,
}

impl Lane {
    pub(super) fn new(kiosk: Kiosk, camera: StagedCamera) -> Self {
        let torn = kiosk.venue.code(&Venue::claims(Venue::ticket(Listed::Valid, 0)));
        let night = Arc::new(Frame::of_night());
        let others = [Frame::of_noise(1), Frame::of_torn_code(&torn), Frame::cut_off()];
        let unreadable = others.into_iter().map(Arc::new).chain([Arc::clone(&night)]);
        Self {
            kiosk,
            camera,
            wall: Arc::new(Frame::of_wall()),
            unreadable: unreadable.collect(),
            night,
            tally: Tally::default(),
            welcome: 0,
            unwelcome: 0,
        }
    }

    pub(super) fn frames(&self) -> usize {
        self.camera.frames()
    }

    /// The gate starts, staff choose a PIN, and somebody plugs the scanner in.
    pub(super) fn open(&mut self) {
        self.camera.see(&self.wall);
        self.kiosk.screen.wait_for_part("ready", READY);
        staff::choose_pin(&self.kiosk.screen);
        self.scanner_is_plugged_in();
    }

    /// A guest for each reason to refuse one, and as many who are let in between. The last one can be let in by hand.
    pub(super) fn guests(&mut self) {
        for _ in 0..ROUND {
            let guest = self.next_welcome();
            self.comes(&guest);
            let guest = unwelcome(&self.kiosk.venue, self.unwelcome);
            self.unwelcome += 1;
            self.comes(&guest);
        }
    }

    pub(super) fn next_welcome(&mut self) -> Guest {
        let guest = welcome(&self.kiosk.venue, self.welcome);
        self.welcome += 1;
        guest
    }

    /// The ticket that was refused at the end of a round.
    pub(super) fn last_refused(&self) -> TicketId {
        Venue::ticket(Listed::Used, self.unwelcome - 1)
    }

    /// Shows a code to the camera or the scanner.
    pub(super) fn show(&mut self, guest: &Guest) {
        if guest.scanner {
            self.kiosk.scanner.read(guest.code.as_bytes());
        } else {
            self.camera.see(&Arc::new(Frame::of_code(&guest.code)));
        }
    }

    /// One guest, from the code to the verdict on the screen.
    fn comes(&mut self, guest: &Guest) {
        self.show(guest);
        let screen = &self.kiosk.screen;
        match guest.fate {
            Fate::Admitted(_) => screen.wait_for(ADMIT),
            Fate::Refused(_) => screen.wait_for(DENY),
            Fate::Asked(_) => {
                screen.wait_for(ASK);
                staff::let_in_two(screen);
                screen.wait_for(ADMIT);
            }
        }
        self.leaves(guest);
    }

    /// A guest who was told; then frames in which there is no code.
    pub(super) fn leaves(&mut self, guest: &Guest) {
        self.tally.note(guest.fate);
        let from = usize::try_from(self.welcome).unwrap() % self.unreadable.len();
        for frame in self.unreadable.iter().cycle().skip(from).take(2) {
            self.camera.see(frame);
        }
        self.camera.see(&self.wall);
    }

    /// The gate has ended: what the screen told is compared with its store.
    pub(super) fn close(self) {
        self.camera.end();
        self.tally.compare(&self.kiosk.venue);
    }
}

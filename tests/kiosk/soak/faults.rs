//! Everything that goes wrong at a gate, and right again.

use rusqlite::Connection;

use super::guest::{Fate, Guest};
use super::lane::Lane;
use super::staff::{self, READY, WARNING};
use crate::kiosk::watched::{ADMIT, DENY, FAULT};

impl Lane {
    /// Each fault once, after a round of guests.
    pub(super) fn all_faults(&mut self) {
        self.last_one_is_let_in_by_hand();
        self.camera_stands_still();
        self.camera_is_pulled_out();
        self.camera_is_covered();
        self.scanner_is_pulled_out();
        self.store_is_held();
    }

    /// A supervisor lets in who was refused, and takes it back.
    fn last_one_is_let_in_by_hand(&mut self) {
        self.kiosk.screen.wait_for_end_of(DENY);
        staff::override_and_undo(&self.kiosk.screen);
        self.tally.note_taken_back(self.last_refused());
    }

    fn camera_stands_still(&mut self) {
        self.camera.stall();
        self.kiosk.screen.wait_for(FAULT);
        self.camera.see(&self.wall);
        self.kiosk.screen.wait_for_part("ready", READY);
    }

    fn camera_is_pulled_out(&mut self) {
        self.camera.vanish(&self.wall);
        self.kiosk.screen.wait_for(FAULT);
        self.camera.come_back(&self.wall);
        self.kiosk.screen.wait_for_part("ready", READY);
    }

    fn camera_is_covered(&mut self) {
        self.camera.see(&self.night);
        self.kiosk.screen.wait_for_part("camera-dark", WARNING);
        self.camera.see(&self.wall);
        self.kiosk.screen.wait_for_other_part("camera-dark", WARNING);
    }

    fn scanner_is_pulled_out(&mut self) {
        self.kiosk.scanner.pull_out();
        self.scanner_is_plugged_in();
    }

    pub(super) fn scanner_is_plugged_in(&mut self) {
        self.kiosk.screen.wait_for_part("scanner-lost", WARNING);
        self.kiosk.scanner.plug_in();
        self.kiosk.screen.wait_for_other_part("scanner-lost", WARNING);
    }

    /// Another program holds the store's lock, so that nothing can be recorded and nobody enters. Whoever still stands there
    /// when it lets go is let in.
    fn store_is_held(&mut self) {
        let other = Connection::open(self.kiosk.venue.data().join("gate.db")).unwrap();
        other.execute_batch("BEGIN IMMEDIATE").unwrap();
        let guest = self.next_before_camera();
        self.show(&guest);
        self.kiosk.screen.wait_for(FAULT);
        other.execute_batch("ROLLBACK").unwrap();
        self.kiosk.screen.wait_for(ADMIT);
        self.leaves(&guest);
    }

    /// Somebody who may enter without a question, and whose code stays in view.
    fn next_before_camera(&mut self) -> Guest {
        loop {
            let guest = self.next_welcome();
            if !guest.scanner && matches!(guest.fate, Fate::Admitted(_)) {
                return guest;
            }
        }
    }
}

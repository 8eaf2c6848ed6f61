//! What staff do at the screen, touch by touch.

use crate::kiosk::watched::{ADMIT, Area, Screen};

/// The buttons of the ready page, which stay where they are whatever is said above them.
pub(super) const READY: Area = Area {
    left: 456,
    top: 384,
    width: 328,
    height: 80,
};
/// The warning on it.
pub(super) const WARNING: Area = Area {
    left: 456,
    top: 304,
    width: 328,
    height: 66,
};
/// The keys of the PIN's page.
const KEYS: Area = Area {
    left: 16,
    top: 150,
    width: 570,
    height: 310,
};
/// The buttons of the staff pages' menu.
const MENU: Area = Area {
    left: 16,
    top: 144,
    width: 768,
    height: 272,
};
/// What a staff page is called, and the way back from it.
const TITLE: Area = Area {
    left: 16,
    top: 64,
    width: 420,
    height: 40,
};
const STAFF: (i16, i16) = (720, 440);
/// On every staff page, in the same place: back, and from the menu out.
const BACK: (i16, i16) = (80, 97);
const OVERRIDE: (i16, i16) = (302, 280);
const UNDO: (i16, i16) = (498, 280);
/// One of the reasons to let somebody in all the same.
const OVERRIDE_NOW: (i16, i16) = (302, 330);
const UNDO_NOW: (i16, i16) = (400, 187);
/// The second of the five numbers of a group, and the word to let them in.
const TWO: (i16, i16) = (244, 292);
const LET_IN: (i16, i16) = (592, 380);
/// How many of a group staff let in.
pub(super) const LET_IN_PERSONS: u8 = 2;

/// Lets in two of the group that the screen asks for.
pub(super) fn let_in_two(screen: &Screen) {
    screen.touch(TWO);
    screen.touch(LET_IN);
}

/// Chooses the PIN, on the pages as they are before anybody did, and leaves.
pub(super) fn choose_pin(screen: &Screen) {
    screen.wait_for_part("ready", READY);
    screen.touch(STAFF);
    screen.wait_for_part("staff-pin-new", KEYS);
    // Chosen, and typed again.
    for _ in 0..2 {
        type_pin(screen);
    }
    leave_menu(screen);
}

/// Lets in whom the gate refused last, and takes it back.
pub(super) fn override_and_undo(screen: &Screen) {
    screen.wait_for_part("ready", READY);
    screen.touch(STAFF);
    screen.wait_for_part("staff-pin", KEYS);
    type_pin(screen);
    screen.wait_for_part("staff-menu", MENU);
    screen.touch(OVERRIDE);
    screen.touch(OVERRIDE_NOW);
    screen.wait_for(ADMIT);
    screen.wait_for_end_of(ADMIT);
    screen.wait_for_part("staff-override", TITLE);
    screen.touch(BACK);
    screen.wait_for_part("staff-menu", MENU);
    screen.touch(UNDO);
    screen.touch(UNDO_NOW);
    screen.touch(BACK);
    leave_menu(screen);
}

/// Types 1234 and OK, at points that are on these keys in all pages of the PIN.
fn type_pin(screen: &Screen) {
    for key in [(108, 195), (302, 195), (498, 195), (108, 274), (498, 430)] {
        screen.touch(key);
    }
}

fn leave_menu(screen: &Screen) {
    screen.wait_for_part("staff-menu", MENU);
    screen.touch(BACK);
    screen.wait_for_part("ready", READY);
}

//! A sheet once more, for another date.

use super::Sheet;
use crate::domain::ids::EventId;
use crate::domain::rules::EntryWindow;
use crate::domain::time::UnixSeconds;

impl Sheet {
    /// The same for another event, so many seconds later (or earlier): its sessions, sales, validities and entry windows move,
    /// all else stays.
    #[must_use]
    pub fn copied(&self, event: &EventId, later_s: i64) -> Self {
        let mut copy = self.clone();
        copy.admission.event = event.clone();
        let shift = |at: &mut UnixSeconds| at.0 = at.0.saturating_add_signed(later_s);
        for session in copy.sessions.values_mut() {
            shift(&mut session.begins);
            shift(&mut session.ends);
            session.doors.iter_mut().for_each(shift);
        }
        for offer in copy.offers.values_mut() {
            let times = [
                &mut offer.sale.from,
                &mut offer.sale.until,
                &mut offer.valid_from,
                &mut offer.valid_until,
            ];
            times.into_iter().flatten().for_each(shift);
        }
        for window in copy
            .admission
            .types
            .values_mut()
            .flat_map(|rules| &mut rules.windows)
        {
            if let EntryWindow::Absolute { from, until } = window {
                shift(from);
                shift(until);
            }
        }
        copy
    }
}

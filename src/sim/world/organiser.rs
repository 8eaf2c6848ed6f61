//! What the organiser does on the server, and the server's own life.

use std::collections::BTreeSet;

use super::{Backup, ServerList, World};
use crate::domain::admission::{Status, TicketRow};
use crate::domain::checkin::{Fact, FactRef};
use crate::domain::conflict::CaseState;
use crate::domain::ids::TicketId;
use crate::server::db::{CaseFilter, DbError, LogRead};
use crate::sim::breaks::Break;
use crate::sim::checks::conflicts::{Issued, Standing};
use crate::sim::checks::{Facts, Violation, listed::Dated};
use crate::sim::machine::{Outage, RawReply};
use crate::sim::venue::{KINDS, Kind};
use crate::sync::Request;
use crate::wire::{Change, Cursor, LogPage};

/// Answers that a server gives before it commits, where it is broken so.
const UNCOMMITTED_MAX: usize = 3;

impl World {
    pub(super) fn sell(&mut self, kind: usize) {
        self.issue(KINDS[kind % KINDS.len()], None);
    }

    pub(super) fn revoke(&mut self, ticket: usize) {
        let id = self.venue.tickets[ticket % self.venue.tickets.len()].id;
        self.withdraw(id);
    }

    /// The old ticket is withdrawn and the new one stands in its place.
    pub(super) fn reissue(&mut self, ticket: usize) {
        let old = self.venue.tickets[ticket % self.venue.tickets.len()].clone();
        if self.withdraw(old.id) {
            self.issue(old.kind, Some(old.id));
        }
    }

    /// A request reaches the server; none where it goes down over it.
    pub(super) fn serve(&mut self, request: &Request) -> Option<RawReply> {
        if self.broken == Some(Break::AckBeforeCommit) {
            let before = self.server.disk.disk().image(0);
            self.server_seen.uncommitted.push(before);
            if self.server_seen.uncommitted.len() > UNCOMMITTED_MAX {
                self.server_seen.uncommitted.remove(0);
            }
        }
        let reply = self.server.answer(request, self.time.now());
        (!self.server_goes_down()).then_some(reply)
    }

    /// What the origin holds.
    pub(super) fn origin(&mut self) -> Facts {
        self.origin_facts()
            .into_iter()
            .map(|fact| (fact.id, fact.draft))
            .collect()
    }

    pub(super) fn origin_facts(&mut self) -> Vec<Fact> {
        let event = self.venue.event.clone();
        self.server.admin().facts(&event).unwrap_or_default()
    }

    /// The tickets' rows as the server has them.
    pub(super) fn server_rows(&mut self) -> Vec<Dated> {
        let page = self.server_page().map(|page| page.changes).unwrap_or_default();
        let rows = page.into_iter().filter_map(|(change, what)| match what {
            Change::Ticket(row) => Some(Dated { change, row }),
            _ => None,
        });
        rows.collect()
    }

    /// The same, under the log that they are in.
    pub(super) fn server_list(&mut self) -> Option<ServerList> {
        let event = self.venue.event.clone();
        let log = self.server.admin().log_head(&event).ok()?.log;
        let rows = self.server_rows();
        Some(ServerList { log, rows })
    }

    /// The tickets as the server has them, with what the simulator knows of their times.
    pub(super) fn issued(&mut self) -> Issued {
        let rows = self.server_rows();
        let standing = |dated: Dated| {
            let printed = self
                .venue
                .tickets
                .iter()
                .find(|ticket| ticket.id == dated.row.ticket);
            let revoked = self.server_seen.revoked.get(&dated.row.ticket).copied();
            let standing = Standing {
                kind: printed.expect("a printed ticket").kind,
                replaces: dated.row.replaces,
                revoked: revoked.filter(|_| dated.row.status == Status::Revoked),
            };
            (dated.row.ticket, standing)
        };
        rows.into_iter().map(standing).collect()
    }

    /// The admissions that the server's open cases call wrong.
    pub(super) fn listed_conflicts(&mut self) -> BTreeSet<FactRef> {
        let event = self.venue.event.clone();
        let filter = CaseFilter {
            state: Some(CaseState::Open),
            gate: None,
            after: None,
            limit: usize::MAX,
        };
        let cases = self
            .server
            .admin()
            .cases(&event, &filter)
            .expect("with the power on");
        let findings = cases.into_iter().flat_map(|case| case.findings);
        findings.map(|finding| finding.denied.fact.id).collect()
    }

    fn server_page(&mut self) -> Option<LogPage> {
        let (event, now) = (self.venue.event.clone(), self.time.now().seconds());
        let admin = self.server.admin();
        let log = admin.log_head(&event).ok()?.log;
        let start = Cursor {
            chain: Cursor::chain_start(&log),
            sequence: 0,
            log,
        };
        match admin.log_page(&event, &start, now) {
            Ok(LogRead::Page(page)) => Some(page),
            _ => None,
        }
    }

    pub(super) fn plan_server_outage(&mut self, how: Outage, after: u64) {
        self.server_seen.outage = Some(how);
        self.server.disk.disk().cut_after(after);
    }

    pub(super) fn server_goes_down(&self) -> bool {
        !self.server.disk.disk().is_powered()
    }

    pub(super) fn back_up_server(&mut self) {
        let disk = self.server.disk.disk().image(0);
        self.server_seen.backup = Some(Backup {
            disk,
            kept: self.server_seen.kept.clone(),
            revoked: self.server_seen.revoked.clone(),
        });
    }

    /// The server goes on from its backup. What only it held since is gone; what gates were told it holds counts again
    /// once they have heard from it.
    pub(super) fn restore_server(&mut self) -> Result<(), Violation> {
        let Some(Backup { disk, kept, revoked }) = self.server_seen.backup.take() else {
            return Ok(());
        };
        self.tally.server_restored += 1;
        let before = self.origin();
        self.server_seen.kept = kept;
        self.server_seen.revoked = revoked;
        self.server_comes_back(disk);
        let log = self.chance.bytes();
        self.server.admin().restored(|| log).expect("with the power on");
        let after = self.origin();
        let lost = before.into_keys().filter(|id| !after.contains_key(id)).collect();
        self.excuse(lost, None)?;
        for seen in &mut self.seen {
            seen.heard = false;
            if let Some(run) = &mut seen.run {
                run.facts = None;
            }
        }
        Ok(())
    }

    /// Where the server's disk went down: it finds what is left there.
    pub(super) fn server_outage(&mut self) -> Result<(), Violation> {
        if !self.server_goes_down() {
            return Ok(());
        }
        let outage = self.server_seen.outage.take().unwrap_or(Outage::Power);
        self.note(|| format!("    the server goes down: {outage:?}"));
        self.tally.server_outages += 1;
        let uncommitted = std::mem::take(&mut self.server_seen.uncommitted);
        let disk = match (uncommitted.into_iter().next(), outage) {
            (Some(before), _) => before,
            (None, Outage::Kill) => self.server.disk.disk().after_kill(),
            (None, Outage::Power) => self.server.disk.disk().after_cut(&mut self.chance),
        };
        self.server_comes_back(disk);
        self.organisers_word()
    }

    fn server_comes_back(&mut self, disk: crate::sim::disk::Disk) {
        self.server.go_down(disk);
        for seen in &mut self.seen {
            seen.moved = true;
        }
        if self.broken == Some(Break::ServerNoFsync) {
            self.server.disk.disk().drop_syncs();
        }
        if let Err(error) = self.server.start() {
            panic!("the server does not start: {error:?}");
        }
    }

    /// What the organiser was told is kept is there after an outage.
    fn organisers_word(&mut self) -> Result<(), Violation> {
        let rows = self.server_rows();
        // What it was in the midst of took place, or did not.
        self.server_seen.revoked.retain(|id, _| {
            let mut of_id = rows.iter().filter(|dated| dated.row.ticket == *id);
            of_id.any(|dated| dated.row.status == Status::Revoked)
        });
        let kept = |row: &&TicketRow| rows.iter().any(|dated| dated.row == **row);
        match self.server_seen.kept.iter().find(|row| !kept(row)) {
            None => Ok(()),
            Some(lost) => Err(Violation::new("organiser", format!("the server forgot {lost:?}"))),
        }
    }

    fn issue(&mut self, kind: Kind, replaces: Option<TicketId>) {
        let now = self.time.now();
        let row = self.venue.print(kind, now, replaces).row.clone();
        let event = self.venue.event.clone();
        let sold = self
            .server
            .admin()
            .add_tickets(&event, std::slice::from_ref(&row), now);
        if self.organiser_was_told(sold) {
            self.server_seen.kept.push(row);
        }
    }

    fn withdraw(&mut self, id: TicketId) -> bool {
        let (event, now) = (self.venue.event.clone(), self.time.now());
        let done = self
            .server
            .admin()
            .set_ticket_status(&event, &id, Status::Revoked, now);
        let told = self.organiser_was_told(done);
        let rows = &mut self.server_seen.kept;
        for row in rows.iter_mut().filter(|row| told && row.ticket == id) {
            row.status = Status::Revoked;
        }
        if told || self.server_goes_down() {
            self.server_seen.revoked.entry(id).or_insert(now);
        }
        // Whether it took place nobody knows where the server went down over it.
        if !told && !self.server.disk.disk().is_powered() {
            self.server_seen.kept.retain(|row| row.ticket != id);
        }
        told
    }

    /// Whether the server said that it is done. A restored one may not know the ticket any more, and one that goes down says nothing.
    fn organiser_was_told(&mut self, done: Result<(), DbError>) -> bool {
        match done {
            Ok(()) => true,
            Err(DbError::Refused(_)) => false,
            Err(error) => {
                assert!(self.server_goes_down(), "with the power on: {error:?}");
                false
            }
        }
    }
}

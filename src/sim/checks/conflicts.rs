//! The conflicts that the server lists are those that happened, by a model of its own.

use std::collections::{BTreeMap, BTreeSet};

use super::Violation;
use super::rules::has_room;
use crate::domain::checkin::{Fact, FactRef, Kind as FactKind};
use crate::domain::ids::TicketId;
use crate::domain::time::UnixMillis;
use crate::sim::venue::Kind;

/// What the server has of a ticket in the end.
#[derive(Debug, Clone, Copy)]
pub(in crate::sim) struct Standing {
    pub(in crate::sim) kind: Kind,
    /// The ticket that it stands in the place of.
    pub(in crate::sim) replaces: Option<TicketId>,
    /// Since when it is revoked.
    pub(in crate::sim) revoked: Option<UnixMillis>,
}

/// The tickets on the server.
pub(in crate::sim) type Issued = BTreeMap<TicketId, Standing>;

/// `listed` are the admissions that the server's open cases call wrong.
pub(in crate::sim) fn conflicts(
    listed: &BTreeSet<FactRef>,
    origin: &[Fact],
    issued: &Issued,
) -> Result<(), Violation> {
    let happened = happened(origin, issued);
    if happened == *listed {
        return Ok(());
    }
    let missing: Vec<_> = happened.difference(listed).collect();
    let invented: Vec<_> = listed.difference(&happened).collect();
    let what = format!("the server's cases lack {missing:?} and invent {invented:?}");
    Err(Violation::new("conflicts", what))
}

/// The admissions that should not have been, in the order of the fold.
fn happened(origin: &[Fact], issued: &Issued) -> BTreeSet<FactRef> {
    let mut facts = origin.to_vec();
    facts.sort_by(|a, b| a.sort_key().cmp(&b.sort_key()));
    let mut wrong = BTreeSet::new();
    for (at, fact) in facts.iter().enumerate() {
        let (FactKind::Entry, Some(ticket)) = (fact.draft.kind, fact.draft.ticket) else {
            continue;
        };
        let Some(standing) = issued.get(&ticket) else {
            wrong.insert(fact.id);
            continue;
        };
        let root = first_issue(ticket, issued);
        let of_chain = |before: &&Fact| {
            let ticket = before.draft.ticket;
            ticket.is_some_and(|ticket| first_issue(ticket, issued) == root)
        };
        let before: Vec<Fact> = facts[..at].iter().filter(of_chain).cloned().collect();
        let came = UnixMillis(fact.draft.order);
        let revoked = standing.revoked.is_some_and(|since| since <= came);
        if revoked || !has_room(standing.kind, fact.draft.now.best, &before) {
            wrong.insert(fact.id);
        }
    }
    wrong
}

fn first_issue(ticket: TicketId, issued: &Issued) -> TicketId {
    match issued.get(&ticket).and_then(|standing| standing.replaces) {
        Some(older) => first_issue(older, issued),
        None => ticket,
    }
}

#[cfg(test)]
mod tests {
    use super::super::samples::{fact, id, ticket};
    use super::*;

    fn issued(kind: Kind, revoked: Option<UnixMillis>) -> Issued {
        let standing = Standing {
            kind,
            replaces: None,
            revoked,
        };
        Issued::from([(ticket(1), standing)])
    }

    #[test]
    fn a_second_entry_is_a_conflict_and_must_be_listed_as_nothing_else_may() {
        let entries = [fact(2, 1, FactKind::Entry, 5), fact(1, 1, FactKind::Entry, 0)];
        let issued = issued(Kind::Single, None);
        let check = |listed: &[FactRef]| conflicts(&listed.iter().copied().collect(), &entries, &issued);
        assert_eq!(check(&[id(2, 1)]), Ok(()));
        assert!(check(&[]).is_err(), "missing");
        assert!(check(&[id(1, 1)]).is_err(), "the first came in by right");
        assert!(check(&[id(1, 1), id(2, 1)]).is_err(), "invented");
    }

    #[test]
    fn an_entry_after_the_revocation_or_without_a_ticket_is_a_conflict() {
        let entry = [fact(1, 1, FactKind::Entry, 5)];
        let at = entry[0].draft.now.best;
        let wrong = BTreeSet::from([entry[0].id]);
        assert_eq!(happened(&entry, &issued(Kind::Single, Some(at))), wrong);
        assert_eq!(
            happened(&entry, &issued(Kind::Single, Some(at.plus(1)))),
            BTreeSet::new()
        );
        assert_eq!(happened(&entry, &Issued::new()), wrong);
    }

    #[test]
    fn what_stands_in_the_place_of_another_shares_its_history() {
        let mut issued = issued(Kind::Single, None);
        let newer = Standing {
            kind: Kind::Single,
            replaces: Some(ticket(1)),
            revoked: None,
        };
        issued.insert(ticket(2), newer);
        let mut second = fact(2, 1, FactKind::Entry, 5);
        second.draft.ticket = Some(ticket(2));
        let facts = [fact(1, 1, FactKind::Entry, 0), second];
        assert_eq!(happened(&facts, &issued), BTreeSet::from([id(2, 1)]));
    }
}

//! How full zones were: persons inside, in the order in which the fold puts all that happened.

use std::collections::BTreeMap;

use super::{FactRef, History};
use crate::domain::ids::{TicketId, ZoneId};
use crate::domain::rules::Rulebook;
use crate::domain::time::UnixMillis;

/// Persons that a ticket can have inside at the most, where the list does not say.
const ADMITS_MAX: u8 = 99;

/// A change in how many persons of a ticket are inside a zone.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct Move {
    order: u64,
    fact: FactRef,
    ticket: TicketId,
    at: UnixMillis,
    inside: u32,
}

/// The most persons who were inside each zone with a capacity at a time.
pub(super) fn most_inside(
    histories: &BTreeMap<TicketId, History>,
    rules: &Rulebook,
) -> BTreeMap<ZoneId, u64> {
    let limited = rules.zones.iter().filter(|(_, zone)| zone.capacity.is_some());
    limited
        .map(|(zone, _)| (zone.clone(), most_inside_of(zone, histories, rules)))
        .collect()
}

fn most_inside_of(zone: &ZoneId, histories: &BTreeMap<TicketId, History>, rules: &Rulebook) -> u64 {
    let mut moves = Vec::new();
    for (ticket, history) in histories {
        moves.extend(moves_of(*ticket, history, zone, rules));
    }
    moves.sort_unstable();
    let (mut inside, mut total, mut most) = (BTreeMap::new(), 0_u64, 0);
    let mut since = UnixMillis(0);
    for moved in moves {
        let day = rules.inside_since(zone, moved.at);
        if day > since {
            // The night has emptied the zone.
            (since, total) = (day, 0);
            inside.clear();
        }
        let before = inside.insert(moved.ticket, moved.inside).unwrap_or(0);
        total = (total + u64::from(moved.inside)).saturating_sub(u64::from(before));
        most = most.max(total);
    }
    most
}

/// A ticket's moves in and out of a zone. Each day counts by itself, as who is inside does.
fn moves_of(ticket: TicketId, history: &History, zone: &ZoneId, rules: &Rulebook) -> Vec<Move> {
    let (mut moves, mut inside, mut since) = (Vec::new(), 0, UnixMillis(0));
    history.clone().replay(|step| {
        let at = step.fact.at();
        let day = rules.inside_since(zone, at);
        if day > since {
            (since, inside) = (day, 0);
        }
        let after = step.inside_after(inside, zone, ADMITS_MAX);
        if after != inside {
            inside = after;
            let (order, fact) = (step.fact.draft.order, step.fact.id);
            moves.push(Move {
                order,
                fact,
                ticket,
                at,
                inside,
            });
        }
    });
    moves
}

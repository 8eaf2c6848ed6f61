//! Persons inside zones, counted once from the facts and then kept up in memory: a scan that asks costs no
//! more at the end of a day than at its beginning, and recording writes nothing for it.

use std::collections::{HashMap, HashSet};

use rusqlite::{Connection, Result};

use super::list::{self, ListNumber, State};
use super::{facts, rows};
use crate::domain::checkin::{Draft, Fact};
use crate::domain::ids::{TicketId, ZoneId};
use crate::domain::time::UnixMillis;
use crate::ledger::occupancy::{is_general, persons_inside};

/// The counts of the zones that were asked for.
#[derive(Debug, Default)]
pub(super) struct Counts {
    zones: HashMap<ZoneId, Count>,
}

/// One zone's count.
#[derive(Debug)]
struct Count {
    since: UnixMillis,
    /// Up to where facts of others are in it.
    merged: Merged,
    /// Tickets with facts recorded here that are not in it.
    recorded: Vec<TicketId>,
    /// Persons inside, by the smallest id of each chain.
    chains: HashMap<TicketId, u32>,
    total: u32,
}

/// How much came from elsewhere.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Merged {
    segment: i64,
    joined: i64,
}

impl Counts {
    /// Takes note of a fact recorded here.
    pub(super) fn note(&mut self, draft: &Draft) {
        match draft.ticket {
            Some(ticket) if !is_general(&draft.kind) => {
                self.zones
                    .values_mut()
                    .for_each(|count| count.recorded.push(ticket));
            }
            _ => self.zones.clear(),
        }
    }

    /// Persons inside a zone.
    pub(super) fn inside(
        &mut self,
        connection: &Connection,
        zone: &ZoneId,
        since: UnixMillis,
    ) -> Result<u32> {
        let merged = merged(connection)?;
        if let Some(count) = self.zones.get_mut(zone)
            && count.since == since
            && count.merged.joined == merged.joined
            && count.catch_up(connection, zone, merged)?
        {
            return Ok(count.total);
        }
        let count = recount(connection, zone, since, merged)?;
        let total = count.total;
        self.zones.insert(zone.clone(), count);
        Ok(total)
    }
}

impl Count {
    /// Counts again the chains of which facts came in; `false` where one came in that bears on every ticket.
    fn catch_up(&mut self, connection: &Connection, zone: &ZoneId, merged: Merged) -> Result<bool> {
        let arrived = if merged == self.merged {
            Vec::new()
        } else {
            arrived_after(connection, self.merged.segment)?
        };
        self.merged = merged;
        let mut tickets: HashSet<TicketId> = self.recorded.drain(..).collect();
        for ticket in arrived {
            let Some(ticket) = ticket else {
                return Ok(false);
            };
            tickets.insert(ticket);
        }
        let live = live(connection)?;
        for ticket in tickets {
            let chain = chain(connection, live, &ticket)?;
            let facts = facts::of_chain(connection, &chain)?;
            self.set(key(&chain, ticket), persons_inside(facts, zone, self.since));
        }
        Ok(true)
    }

    fn set(&mut self, chain: TicketId, inside: u32) {
        let before = self.chains.insert(chain, inside).unwrap_or(0);
        self.total = self.total.saturating_sub(before).saturating_add(inside);
    }
}

fn recount(connection: &Connection, zone: &ZoneId, since: UnixMillis, merged: Merged) -> Result<Count> {
    let live = live(connection)?;
    let chained: HashSet<TicketId> = match live {
        Some(list) => list::chained(connection, list)?.into_iter().collect(),
        None => HashSet::new(),
    };
    let mut by_ticket: HashMap<TicketId, Vec<Fact>> = HashMap::new();
    facts::since(connection, since, |fact| {
        if let Some(ticket) = fact.draft.ticket {
            by_ticket.entry(ticket).or_default().push(fact);
        }
    })?;
    let general = facts::general(connection)?;
    let mut by_chain: HashMap<TicketId, Vec<Fact>> = HashMap::new();
    for (ticket, facts) in by_ticket {
        let key = match chained.contains(&ticket) {
            true => key(&chain(connection, live, &ticket)?, ticket),
            false => ticket,
        };
        let chain = by_chain.entry(key);
        chain.or_insert_with(|| general.clone()).extend(facts);
    }
    let mut count = Count {
        since,
        merged,
        recorded: Vec::new(),
        chains: HashMap::new(),
        total: 0,
    };
    for (chain, facts) in by_chain {
        count.set(chain, persons_inside(facts, zone, since));
    }
    Ok(count)
}

fn live(connection: &Connection) -> Result<Option<ListNumber>> {
    Ok(list::head(connection, State::Live)?.map(|head| head.number))
}

fn chain(connection: &Connection, live: Option<ListNumber>, ticket: &TicketId) -> Result<Vec<TicketId>> {
    match live {
        Some(list) => list::chain(connection, list, ticket),
        None => Ok(vec![*ticket]),
    }
}

/// What a chain goes by: the same from whichever of its tickets one comes.
fn key(chain: &[TicketId], member: TicketId) -> TicketId {
    chain.iter().copied().fold(member, TicketId::min)
}

fn merged(connection: &Connection) -> Result<Merged> {
    let merged = rows::first(
        connection,
        "SELECT (SELECT MAX(id) FROM segment), times FROM joined",
        [],
        |row| {
            Ok(Merged {
                segment: row.get::<_, Option<i64>>(0)?.unwrap_or(0),
                joined: row.get(1)?,
            })
        },
    )?;
    merged.ok_or(rusqlite::Error::QueryReturnedNoRows)
}

/// The tickets of facts that came from elsewhere after a segment; none for what bears on every ticket.
fn arrived_after(connection: &Connection, segment: i64) -> Result<Vec<Option<TicketId>>> {
    rows::all(
        connection,
        // CROSS JOIN keeps the order of the two: the few new segments first, never every fact.
        "SELECT f.ticket FROM segment g CROSS JOIN fact f \
         ON f.stream = g.stream AND f.sequence BETWEEN g.first AND g.last \
         WHERE g.id > ?1 AND NOT g.sealed_here",
        [segment],
        |row| rows::optional_ticket(row, 0),
    )
}

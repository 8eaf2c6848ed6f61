//! What gates and server hold, read from their stores.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use wicket::domain::admission::{Listing, TicketRow};
use wicket::domain::checkin::{Draft, FactRef};
use wicket::domain::ids::{Sequence, StreamId, TicketId};
use wicket::ledger::Ledger;
use wicket::wire::from_cbor;

use super::gate::{Gate, attach};
use crate::sync::Server;

/// A ticket's row on a list, by its id.
pub(super) type List = BTreeMap<TicketId, TicketRow>;
pub(super) type Facts = BTreeMap<FactRef, Draft>;

/// All that counts, at one moment.
#[derive(Debug, Clone, Default)]
pub(super) struct Seen {
    pub(super) gates: Vec<GateSeen>,
    pub(super) server: ServerSeen,
}

#[derive(Debug, Clone, Default)]
pub(super) struct GateSeen {
    pub(super) name: String,
    /// Whom it showed green.
    pub(super) admitted: BTreeSet<TicketId>,
    pub(super) own: Facts,
    pub(super) others: Facts,
    /// How far it believes each of its streams to be held.
    pub(super) marks: BTreeMap<StreamId, Sequence>,
    /// The segments, its own and others', that it believes to be held.
    pub(super) at_origin: BTreeSet<[u8; 32]>,
    pub(super) list: List,
    /// Tickets on its list, by its own count.
    pub(super) listed: u64,
}

#[derive(Debug, Clone, Default)]
pub(super) struct ServerSeen {
    pub(super) facts: Facts,
    /// The place in a stream of each segment that it keeps: its first fact and its last.
    pub(super) segments: Vec<(StreamId, Sequence, Sequence)>,
    pub(super) hashes: BTreeSet<[u8; 32]>,
    pub(super) list: List,
}

impl Seen {
    pub(super) fn of(server: &Server, gates: &[Gate]) -> Self {
        let server = ServerSeen::of(&server.database());
        Self {
            gates: gates.iter().map(|gate| gate.seen(&server)).collect(),
            server,
        }
    }
}

impl GateSeen {
    /// Looks at the store in a gate's folder; `tickets` are those to look for on its list.
    pub(super) fn of(name: &str, folder: &Path, admitted: &BTreeSet<TicketId>, tickets: &List) -> Self {
        let mut ledger = attach(folder);
        let database = rusqlite::Connection::open(folder.join("gate.db")).unwrap();
        let own = "SELECT id, acknowledged FROM stream WHERE own";
        let marks = read(&database, own, |row| Ok((stream(row)?, Sequence(row.get(1)?))));
        let marks: BTreeMap<_, _> = marks.into_iter().collect();
        let at_origin = read(&database, "SELECT hash FROM segment WHERE at_origin", |row| {
            row.get(0)
        });
        let facts = ledger
            .facts()
            .unwrap()
            .into_iter()
            .map(|fact| (fact.id, fact.draft));
        let (own, others) = facts.partition(|(id, _)| marks.contains_key(&id.stream));
        let row = |ticket: &TicketId| match ledger.look_up(ticket).unwrap().listing {
            Listing::Listed(row) => Some((*ticket, row)),
            _ => None,
        };
        Self {
            name: name.to_owned(),
            admitted: admitted.clone(),
            own,
            others,
            marks,
            at_origin: at_origin.into_iter().collect(),
            list: tickets.keys().filter_map(row).collect(),
            listed: ledger.status().unwrap().tickets,
        }
    }
}

impl ServerSeen {
    /// Looks at the server's database, whether it runs or not.
    fn of(database: &rusqlite::Connection) -> Self {
        let facts = read(database, "SELECT stream, seq, draft FROM facts", |row| {
            let id = FactRef {
                stream: stream(row)?,
                sequence: Sequence(row.get(1)?),
            };
            let draft: Vec<u8> = row.get(2)?;
            Ok((id, from_cbor(&draft).unwrap()))
        });
        let segments = read(database, "SELECT stream, first, last FROM segments", |row| {
            Ok((stream(row)?, Sequence(row.get(1)?), Sequence(row.get(2)?)))
        });
        let hashes = read(database, "SELECT hash FROM segments", |row| row.get(0));
        let rows: Vec<TicketRow> = read(database, "SELECT row FROM tickets", |row| {
            let row: Vec<u8> = row.get(0)?;
            Ok(from_cbor(&row).unwrap())
        });
        Self {
            facts: facts.into_iter().collect(),
            segments,
            hashes: hashes.into_iter().collect(),
            list: rows.into_iter().map(|row| (row.ticket, row)).collect(),
        }
    }

    /// How far it holds a stream without a gap.
    pub(super) fn holds(&self, stream: StreamId) -> Sequence {
        let mut holds = Sequence(0);
        while self.facts.contains_key(&FactRef {
            stream,
            sequence: holds.next(),
        }) {
            holds = holds.next();
        }
        holds
    }
}

fn stream(row: &rusqlite::Row<'_>) -> rusqlite::Result<StreamId> {
    row.get(0).map(StreamId::new)
}

fn read<T>(
    database: &rusqlite::Connection,
    query: &str,
    row: impl Fn(&rusqlite::Row<'_>) -> rusqlite::Result<T>,
) -> Vec<T> {
    let mut statement = database.prepare(query).unwrap();
    let rows = statement.query_map([], row).unwrap();
    rows.collect::<Result<_, _>>().unwrap()
}

//! One run of uploads: each segment is offered once, in batches that fit a request.

use std::collections::{BTreeMap, BTreeSet};

use crate::domain::ids::{Sequence, StreamId};

/// Segments in a request: those of a gate that synced every minute of a long day, at a few facts each.
const SEGMENTS_MAX: usize = 500;

/// What the outbox knows of a sealed segment.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Parcel {
    /// The stream.
    pub stream: StreamId,
    /// The sequence of its first fact.
    pub first: Sequence,
    /// The sequence of its last fact.
    pub last: Sequence,
    /// Its size in bytes.
    pub bytes: usize,
}

impl Parcel {
    /// Facts in it.
    #[must_use]
    pub fn facts(&self) -> usize {
        let facts = self.last.0.saturating_sub(self.first.0).saturating_add(1);
        usize::try_from(facts).unwrap_or(usize::MAX)
    }
}

/// A stream of this gate's own, and the server's last word on it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct StreamMark {
    /// The stream.
    pub stream: StreamId,
    /// How far the server said that it holds it.
    pub acknowledged: Sequence,
}

/// What was offered in this run, and what the server refused. A segment that it cannot take stays unacknowledged, and
/// must neither be sent again and again nor hold up those behind it.
#[derive(Debug, Clone)]
pub struct Session {
    facts_max: usize,
    bytes_max: usize,
    /// The last sequence of each segment that was offered and is not acknowledged, by its place.
    offered: BTreeMap<(StreamId, Sequence), Sequence>,
    /// The first sequence of the first refused segment of each stream.
    refused: BTreeMap<StreamId, Sequence>,
    fell_back: BTreeSet<StreamId>,
}

impl Session {
    /// A run whose requests hold at most so many facts and bytes.
    #[must_use]
    pub fn new(facts_max: usize, bytes_max: usize) -> Self {
        Self {
            facts_max,
            bytes_max,
            offered: BTreeMap::new(),
            refused: BTreeMap::new(),
            fell_back: BTreeSet::new(),
        }
    }

    /// How many unacknowledged segments to look at, so that those already offered do not hide the rest.
    #[must_use]
    pub fn look_at(&self) -> usize {
        self.offered.len().saturating_add(SEGMENTS_MAX)
    }

    /// The places in `waiting` of the next batch; none when each was offered. One segment goes at any size.
    pub fn next(&mut self, waiting: &[Parcel]) -> Vec<usize> {
        let (mut facts, mut bytes) = (0_usize, 0_usize);
        let fresh = waiting
            .iter()
            .enumerate()
            .filter(|(_, parcel)| !self.offered.contains_key(&(parcel.stream, parcel.first)));
        let batch: Vec<(usize, Parcel)> = fresh
            .take_while(|(_, parcel)| {
                let alone = facts == 0;
                facts = facts.saturating_add(parcel.facts());
                bytes = bytes.saturating_add(parcel.bytes);
                alone || (facts <= self.facts_max && bytes <= self.bytes_max)
            })
            .map(|(place, parcel)| (place, *parcel))
            .collect();
        let offered = batch
            .iter()
            .map(|(_, parcel)| ((parcel.stream, parcel.first), parcel.last));
        self.offered.extend(offered);
        batch.into_iter().map(|(place, _)| place).collect()
    }

    /// Notes that the server cannot take a segment.
    pub fn refuse(&mut self, parcel: &Parcel) {
        let first = self.refused.entry(parcel.stream).or_insert(parcel.first);
        *first = parcel.first.min(*first);
    }

    /// What to believe of the server's word that it holds a stream: not that it holds what it refused, though it may
    /// hold other facts in that place. `before` is its last word; where it fell back, the server was restored, and
    /// what it lost is offered again, once in a run.
    pub fn believe(&mut self, stream: StreamId, word: Sequence, before: Sequence) -> Sequence {
        let holds = match self.refused.get(&stream) {
            Some(refused) => word.min(Sequence(refused.0.saturating_sub(1))),
            None => word,
        };
        let lost = word < before && self.fell_back.insert(stream);
        self.offered
            .retain(|(offered, _), last| *offered != stream || (*last > holds && !lost));
        holds
    }
}

/// The streams that the server once acknowledged and now does not name among those that it holds: a restored
/// server lost them whole.
#[must_use]
pub fn forgotten(acknowledged: &BTreeMap<StreamId, Sequence>, held: &BTreeSet<StreamId>) -> Vec<StreamId> {
    let lost = |(stream, acknowledged): &(&StreamId, &Sequence)| {
        **acknowledged > Sequence(0) && !held.contains(stream)
    };
    acknowledged
        .iter()
        .filter(lost)
        .map(|(stream, _)| *stream)
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn stream(seed: u8) -> StreamId {
        StreamId::new([seed; 16])
    }

    fn parcel(first: u64, last: u64) -> Parcel {
        Parcel {
            stream: stream(1),
            first: Sequence(first),
            last: Sequence(last),
            bytes: 100,
        }
    }

    #[test]
    fn batches_fill_up_to_the_limits_and_each_segment_goes_once() {
        let waiting = [parcel(1, 4), parcel(5, 8), parcel(9, 10), parcel(11, 11)];
        let mut by_facts = Session::new(8, 1_000);
        assert_eq!(by_facts.next(&waiting), [0, 1]);
        assert_eq!(by_facts.next(&waiting), [2, 3]);
        assert!(by_facts.next(&waiting).is_empty());
        let mut by_bytes = Session::new(100, 250);
        assert_eq!(by_bytes.next(&waiting), [0, 1]);
    }

    #[test]
    fn a_segment_beyond_the_limits_goes_alone_instead_of_never() {
        let waiting = [parcel(1, 50), parcel(51, 52)];
        let mut session = Session::new(8, 1_000);
        assert_eq!(session.next(&waiting), [0]);
        assert_eq!(session.next(&waiting), [1]);
    }

    #[test]
    fn refused_segments_neither_hide_those_behind_them_nor_count_as_held() {
        let mut session = Session::new(8, 1_000);
        session.next(&[parcel(1, 8)]);
        session.refuse(&parcel(1, 8));
        assert_eq!(session.look_at(), 1 + SEGMENTS_MAX);
        assert_eq!(session.next(&[parcel(1, 8), parcel(9, 9)]), [1]);
        assert_eq!(session.believe(stream(1), Sequence(9), Sequence(0)), Sequence(0));
        assert!(session.next(&[parcel(1, 8), parcel(9, 9)]).is_empty());
    }

    #[test]
    fn what_is_acknowledged_is_forgotten() {
        let mut session = Session::new(8, 1_000);
        session.next(&[parcel(1, 4), parcel(5, 8)]);
        assert_eq!(session.believe(stream(1), Sequence(4), Sequence(0)), Sequence(4));
        assert_eq!(session.look_at(), 1 + SEGMENTS_MAX);
    }

    #[test]
    fn what_a_restored_server_lost_is_offered_again_once() {
        let waiting = [parcel(1, 4), parcel(5, 8)];
        let mut session = Session::new(100, 1_000);
        for offered in [&[0, 1][..], &[0, 1], &[]] {
            assert_eq!(session.next(&waiting), offered);
            assert_eq!(session.believe(stream(1), Sequence(0), Sequence(8)), Sequence(0));
        }
    }

    #[test]
    fn a_stream_that_was_acknowledged_and_is_not_named_was_forgotten() {
        let acknowledged = [(1, 3), (2, 0), (3, 1)].map(|(seed, to)| (stream(seed), Sequence(to)));
        let held = BTreeSet::from([stream(3)]);
        assert_eq!(forgotten(&BTreeMap::from(acknowledged), &held), [stream(1)]);
    }
}

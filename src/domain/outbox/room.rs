//! How much one request may carry.

/// Room for segments of facts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Room {
    /// Segments.
    pub segments: usize,
    /// Facts in them.
    pub facts: usize,
    /// Their bytes.
    pub bytes: usize,
}

impl Room {
    /// The room that is left once a segment of so many facts and bytes is in; none where it does not fit.
    #[must_use]
    pub fn take(self, facts: usize, bytes: usize) -> Option<Self> {
        Some(Self {
            segments: self.segments.checked_sub(1)?,
            facts: self.facts.checked_sub(facts)?,
            bytes: self.bytes.checked_sub(bytes)?,
        })
    }

    /// How many of these segments, each with its facts and bytes, fit from the first on. One always does: a segment that
    /// is larger than the room goes alone instead of never.
    pub fn fill(self, segments: impl IntoIterator<Item = (usize, usize)>) -> usize {
        let mut left = Some(self);
        let fitting = segments.into_iter().take_while(|(facts, bytes)| {
            left = left.and_then(|room| room.take(*facts, *bytes));
            left.is_some()
        });
        fitting.count().max(1)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const ROOM: Room = Room {
        segments: 3,
        facts: 8,
        bytes: 100,
    };

    #[test]
    fn each_bound_holds_by_itself() {
        for (segment, fit) in [((1, 1), 3), ((4, 1), 2), ((1, 50), 2), ((1, 51), 1)] {
            assert_eq!(ROOM.fill([segment; 5]), fit, "{segment:?}");
        }
    }

    #[test]
    fn a_segment_beyond_the_room_goes_alone_instead_of_never() {
        assert_eq!(ROOM.fill([(50, 1), (1, 1)]), 1);
        assert_eq!(ROOM.fill([(1, 1), (50, 1)]), 1);
    }
}

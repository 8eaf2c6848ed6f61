//! One neighbour, without its socket: messages in, what to do out. Time and the store's state are arguments.
//!
//! Both sides say what they hold, and each hands over what the other lacks, batch by batch: the next one goes when the
//! receiver says what it holds now. What a gate records itself goes to every neighbour at once. What it got from others goes
//! only to a neighbour that still lacks it two beats later, so that in a room where all see each other nothing travels twice.

use std::collections::BTreeMap;

use crate::domain::ids::{DeviceId, StreamId};
use crate::domain::time::Moment;
use crate::ledger::SealedSegment;
use crate::wire::exchange::{HAVE_MAX, Hello, Message, PROTOCOL, SEGMENTS_MAX};
use crate::wire::upload::Held;

/// How often a side says what changed, or that it is there, in milliseconds.
const BEAT_MS: u64 = 2_000;
/// After so long without a word a neighbour is gone, in milliseconds: two of its beats may be late.
const SILENCE_MS_MAX: u64 = 6_000;

/// What to do for a neighbour.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Effect {
    /// Send it a message.
    Send(Message),
    /// Keep these segments, if they are believed.
    Keep(Vec<Vec<u8>>),
    /// Then say what is held: see [`Session::tell`].
    Tell,
    /// Read what it lacks, by [`Session::theirs`], for [`Session::offer`].
    Offer,
}

/// Why a neighbour is not talked to any longer.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub(super) enum Fault {
    #[error("it speaks version {0} of the exchange, and this gate version {PROTOCOL}: update both")]
    Protocol(u16),
    #[error("it serves another event")]
    Event,
    #[error("it calls itself {0}, but its key is of another device")]
    Device(DeviceId),
    #[error("it speaks out of turn")]
    Turn,
    #[error("it sends more at once than was agreed")]
    TooMuch,
    #[error("it has been silent for {SILENCE_MS_MAX} ms")]
    Silent,
}

/// What is known of one neighbour.
#[derive(Debug)]
pub(super) struct Session {
    own: Hello,
    /// Whose key it showed.
    device: DeviceId,
    greeted: bool,
    /// How far it holds streams: by its own word, and what was sent to it since. None before its first word.
    theirs: Option<BTreeMap<StreamId, Held>>,
    /// What it was told of this gate's streams.
    told: BTreeMap<StreamId, Held>,
    /// What it was told since the last beat.
    fresh: Vec<Held>,
    /// What it was told two beats ago: by now it has said that it holds that too, were it to come from elsewhere.
    settled: BTreeMap<StreamId, Held>,
    /// Whether a batch is on its way whose answer is not here yet.
    waits: bool,
    heard: Moment,
    beat: Moment,
}

impl Session {
    /// A connection that has just begun, with the device whose key it showed.
    pub(super) fn new(own: Hello, device: DeviceId, now: Moment) -> Self {
        Self {
            own,
            device,
            greeted: false,
            theirs: None,
            told: BTreeMap::new(),
            fresh: Vec::new(),
            settled: BTreeMap::new(),
            waits: false,
            heard: now,
            beat: now,
        }
    }

    pub(super) fn device(&self) -> &DeviceId {
        &self.device
    }

    /// Whether it has said who it is.
    pub(super) fn is_met(&self) -> bool {
        self.greeted
    }

    /// The first words, given all that is held.
    pub(super) fn greet(&mut self, held: &[Held]) -> [Effect; 2] {
        [
            Effect::Send(Message::Hello(self.own.clone())),
            self.tell_all(held),
        ]
    }

    /// A message came.
    ///
    /// # Errors
    /// [`Fault`] where it must not; then the connection ends.
    pub(super) fn hear(&mut self, message: Message, now: Moment) -> Result<Vec<Effect>, Fault> {
        self.heard = now;
        match message {
            Message::Hello(hello) => self.meet(hello).map(|()| Vec::new()),
            _ if !self.greeted => Err(Fault::Turn),
            Message::Have { held, whole } => self.learn(held, whole),
            Message::Segments { segments, answer } => keep(segments, answer),
            Message::Beat => Ok(Vec::new()),
        }
    }

    /// How far it holds streams, as far as this gate knows; none before its first word.
    pub(super) fn theirs(&self) -> Option<Vec<Held>> {
        Some(self.theirs.as_ref()?.values().copied().collect())
    }

    /// A batch of what it lacks.
    pub(super) fn offer(&mut self, batch: &[SealedSegment]) -> Option<Effect> {
        if batch.is_empty() || self.waits {
            return None;
        }
        self.waits = true;
        self.send(batch, true)
    }

    /// What this gate has just recorded. Before its first word a neighbour is offered that with the rest.
    pub(super) fn push(&mut self, recorded: &[SealedSegment]) -> Option<Effect> {
        let theirs = self.theirs.as_ref()?;
        let new: Vec<_> = recorded
            .iter()
            .filter(|segment| {
                theirs
                    .get(&segment.stream)
                    .is_none_or(|held| held.holds < segment.last)
            })
            .cloned()
            .collect();
        if new.is_empty() {
            None
        } else {
            self.send(&new, false)
        }
    }

    /// Says what changed since it was last told; as an answer also that nothing did.
    pub(super) fn tell(&mut self, held: &[Held]) -> Effect {
        let changed: Vec<Held> = held
            .iter()
            .filter(|held| self.told.get(&held.stream) != Some(*held))
            .copied()
            .collect();
        if changed.len() > HAVE_MAX {
            return self.tell_all(held);
        }
        self.told.extend(changed.iter().map(|held| (held.stream, *held)));
        self.fresh.extend_from_slice(&changed);
        Effect::Send(Message::Have {
            held: changed,
            whole: false,
        })
    }

    /// Says all that is held: at first, and where segments that were not believed may be believed now.
    pub(super) fn tell_all(&mut self, held: &[Held]) -> Effect {
        let held: Vec<Held> = held.iter().take(HAVE_MAX).copied().collect();
        self.told = held.iter().map(|held| (held.stream, *held)).collect();
        self.fresh.clone_from(&held);
        Effect::Send(Message::Have { held, whole: true })
    }

    /// Time passes, and this is all that is held.
    ///
    /// # Errors
    /// [`Fault::Silent`] where nothing was heard for too long.
    pub(super) fn tick(&mut self, held: &[Held], now: Moment) -> Result<Vec<Effect>, Fault> {
        if now.since(self.heard) >= SILENCE_MS_MAX {
            return Err(Fault::Silent);
        }
        if now.since(self.beat) < BEAT_MS {
            return Ok(Vec::new());
        }
        self.beat = now;
        let behind = !self.waits && self.lacks_what_is_settled();
        let fresh = std::mem::take(&mut self.fresh);
        self.settled
            .extend(fresh.into_iter().map(|held| (held.stream, held)));
        let word = match self.tell(held) {
            Effect::Send(Message::Have { held, whole: false }) if held.is_empty() => {
                Effect::Send(Message::Beat)
            }
            word => word,
        };
        Ok(std::iter::once(word)
            .chain(behind.then_some(Effect::Offer))
            .collect())
    }

    fn meet(&mut self, hello: Hello) -> Result<(), Fault> {
        if self.greeted {
            return Err(Fault::Turn);
        }
        if hello.protocol != PROTOCOL {
            return Err(Fault::Protocol(hello.protocol));
        }
        if hello.event != self.own.event {
            return Err(Fault::Event);
        }
        if hello.device != self.device {
            return Err(Fault::Device(hello.device));
        }
        self.greeted = true;
        Ok(())
    }

    fn learn(&mut self, held: Vec<Held>, whole: bool) -> Result<Vec<Effect>, Fault> {
        let theirs = self.theirs.get_or_insert_default();
        if whole {
            theirs.clear();
        }
        theirs.extend(held.into_iter().map(|held| (held.stream, held)));
        if theirs.len() > HAVE_MAX {
            return Err(Fault::TooMuch);
        }
        // The answer to a batch, or the first word: on with what it lacks. In between, the beat looks after that.
        let goes_on = std::mem::take(&mut self.waits) || whole;
        Ok(goes_on.then_some(Effect::Offer).into_iter().collect())
    }

    fn send(&mut self, batch: &[SealedSegment], answer: bool) -> Option<Effect> {
        let theirs = self.theirs.as_mut()?;
        for segment in batch {
            // What was sent is not sent again on this connection, even where the neighbour keeps it out: once it would take
            // it, it says all that it holds.
            let held = theirs.entry(segment.stream).or_insert(Held {
                stream: segment.stream,
                holds: segment.last,
                tip: None,
            });
            held.holds = held.holds.max(segment.last);
        }
        Some(Effect::Send(Message::Segments {
            segments: batch.iter().map(|segment| segment.bytes.clone().into()).collect(),
            answer,
        }))
    }

    fn lacks_what_is_settled(&self) -> bool {
        let Some(theirs) = &self.theirs else {
            return false;
        };
        let lacks = |own: &Held| theirs.get(&own.stream).is_none_or(|held| held.holds < own.holds);
        self.settled.values().any(lacks)
    }
}

fn keep(segments: Vec<minicbor::bytes::ByteVec>, answer: bool) -> Result<Vec<Effect>, Fault> {
    if segments.len() > SEGMENTS_MAX {
        return Err(Fault::TooMuch);
    }
    let segments = segments.into_iter().map(Vec::from).collect();
    Ok(std::iter::once(Effect::Keep(segments))
        .chain(answer.then_some(Effect::Tell))
        .collect())
}

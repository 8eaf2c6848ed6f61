//! What a network, and what stands in it, can do to one exchange of a request and its answer.

use wicket::sim::chance::Chance;

/// What happens to one exchange. A place in a message is a byte, counted round its length: any number fits.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Fault {
    /// Nothing: the exchange goes through.
    Clear,
    /// The connection ends as soon as it begins.
    DroppedAtAccept,
    /// The request breaks off there.
    CutRequest(u64),
    /// The answer breaks off there; at 0 it is lost whole.
    CutAnswer(u64),
    /// The request goes no further than there, and the connection stays.
    StalledRequest(u64),
    /// The answer goes no further than there, and the connection stays.
    StalledAnswer(u64),
    /// Both travel byte by byte.
    Trickled,
    /// A byte of the request is another.
    CorruptRequest(u64, u8),
    /// A byte of the answer is another.
    CorruptAnswer(u64, u8),
    /// Somebody else answers; the request goes nowhere.
    Instead(Stranger),
    /// An earlier answer of the same kind comes again, and the request goes nowhere.
    Replayed,
    /// The server's answer to another gate's request of the same kind comes, after this one was answered too.
    Swapped,
    /// The body ends there, and its length says so: whole HTTP around a torn message.
    TornBody(u64),
    /// The request arrives twice; the first answer comes, or the second.
    Doubled {
        /// Which of the two.
        second: bool,
    },
    /// The sender sees a dead connection, and the request arrives after a later one.
    Late,
    /// The server is killed, and starts again.
    Killed(Moment),
    /// What the server signed is signed by another key.
    Forged,
    /// Whoever has the server's key calls an upload held that never reached it: no network can, so this is here to show
    /// that it would not go unseen.
    Betrayed,
}

/// When the server is killed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Moment {
    /// Before it hears of the request.
    Before,
    /// When it has so many bytes of it.
    Within(u64),
    /// When it has all of it, and may be at work.
    AtWork,
    /// After its answer left it, which comes through.
    Answered,
}

/// Who answers in the server's place, or so it seems.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Stranger {
    /// 500 in HTML.
    Failed,
    /// A proxy's 502.
    BadGateway,
    /// 429, with a time to come back or without.
    TooMany(Option<u64>),
    /// 503 with a time to come back.
    Unavailable(u64),
    /// 200 and a login page.
    Portal,
    /// Off to a login page.
    Redirect,
    /// Our media type and bytes without end.
    Endless,
    /// A head that is larger than any.
    HugeHead,
    /// More headers than any.
    ManyHeaders,
    /// Not HTTP.
    Noise,
}

impl Stranger {
    pub(super) const ALL: [Self; 11] = [
        Self::Failed,
        Self::BadGateway,
        Self::TooMany(None),
        Self::TooMany(Some(1)),
        Self::Unavailable(1),
        Self::Portal,
        Self::Redirect,
        Self::Endless,
        Self::HugeHead,
        Self::ManyHeaders,
        Self::Noise,
    ];
}

impl Fault {
    /// Any fault at all.
    pub(super) fn any(chance: &mut Chance) -> Self {
        let at = chance.below(1 << 20);
        match chance.below(16) {
            0 => Self::DroppedAtAccept,
            1 => Self::CutRequest(at),
            2 => Self::CutAnswer(at),
            // Each costs a test the whole of a client's patience.
            3 if chance.eighths(1) => Self::StalledRequest(at),
            3 if chance.eighths(1) => Self::StalledAnswer(at),
            3 | 4 => Self::Trickled,
            5 => Self::CorruptRequest(at, flip(chance)),
            6 | 7 => Self::CorruptAnswer(at, flip(chance)),
            8 | 9 => Self::Instead(*chance.pick(&Stranger::ALL)),
            10 => Self::Replayed,
            11 => Self::Swapped,
            12 => Self::TornBody(at),
            13 => Self::Doubled {
                second: chance.eighths(4),
            },
            14 => Self::Late,
            _ => Self::Killed(match chance.below(4) {
                0 => Moment::Before,
                1 => Moment::Within(at),
                2 => Moment::AtWork,
                _ => Moment::Answered,
            }),
        }
    }
}

/// What a byte is changed by: anything but nothing.
fn flip(chance: &mut Chance) -> u8 {
    u8::try_from(1 + chance.below(255)).unwrap()
}

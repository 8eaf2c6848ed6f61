//! How the simulated WeChat Pay misbehaves: by a script, or by a seed.

use std::collections::VecDeque;

/// What becomes of one request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Whim {
    /// It is done, and answered.
    Honest,
    /// Not heard: 429 with this code.
    TooOften(&'static str),
    /// Not heard: 500.
    Broken,
    /// Done, and answered by 500 all the same.
    DoneAndBroken,
    /// Done; the answer carries no signature.
    Unsigned,
    /// Done; the signature is another message's.
    WrongSignature,
    /// Done; the signature is a probe's.
    Probe,
    /// Done; the answer is of six minutes ago.
    Old,
    /// Done; the answer names a key that nobody has.
    StrangeKey,
    /// Done; rightly signed, with another sum.
    WrongAmount,
    /// Done; rightly signed, about another payment.
    Another,
    /// Done; the answer has no end.
    Endless,
    /// Done; the connection breaks off in the answer.
    Cut,
    /// Not heard: something on the way answers.
    Proxy,
}

/// What becomes of a notification.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Fate {
    /// It is sent so many milliseconds later, and again until it is taken.
    After(u64),
    /// It is never sent.
    Lost,
    /// It is sent at once and so many milliseconds later, taken or not.
    Twice(u64),
}

/// Numbers from a seed: SplitMix64.
#[derive(Debug, Clone)]
pub(crate) struct Random(u64);

impl Random {
    pub(crate) fn new(seed: u64) -> Self {
        Self(seed)
    }

    pub(crate) fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mixed = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    fn below(&mut self, bound: u64) -> u64 {
        self.next() % bound
    }
}

/// What is to happen next.
#[derive(Debug, Default)]
pub(crate) struct Plan {
    whims: VecDeque<Whim>,
    fates: VecDeque<Fate>,
    seeded: Option<(Random, u64)>,
}

/// Whims that a caller must get over. A wrong sum is not among them: a person must look.
const PASSING: &[Whim] = &[
    Whim::TooOften("RATELIMIT_EXCEEDED"),
    Whim::TooOften("RATELIMIT_EXCEED"),
    Whim::TooOften("FREQUENCY_LIMITED"),
    Whim::Broken,
    Whim::DoneAndBroken,
    Whim::Unsigned,
    Whim::WrongSignature,
    Whim::Probe,
    Whim::Old,
    Whim::StrangeKey,
    Whim::Cut,
    Whim::Proxy,
];
/// The longest that a seeded notification is late.
const LATE_MS: u64 = 10 * 60 * 1000;

impl Plan {
    /// The next request's whim, after those that are planned already.
    pub(crate) fn whim(&mut self, whim: Whim) {
        self.whims.push_back(whim);
    }

    /// The next notification's fate, after those that are planned already.
    pub(crate) fn fate(&mut self, fate: Fate) {
        self.fates.push_back(fate);
    }

    /// What is not planned is by a seed: so many of a thousand requests and notifications go wrong.
    pub(crate) fn seed(&mut self, seed: u64, permille: u64) {
        self.seeded = Some((Random::new(seed), permille));
    }

    pub(super) fn next_whim(&mut self) -> Whim {
        if let Some(planned) = self.whims.pop_front() {
            return planned;
        }
        let Some(random) = self.mishap() else {
            return Whim::Honest;
        };
        PASSING[usize::try_from(random.below(PASSING.len() as u64)).unwrap()]
    }

    pub(super) fn next_fate(&mut self) -> Fate {
        if let Some(planned) = self.fates.pop_front() {
            return planned;
        }
        let Some(random) = self.mishap() else {
            return Fate::After(0);
        };
        match random.below(3) {
            0 => Fate::Lost,
            1 => Fate::Twice(random.below(LATE_MS)),
            _ => Fate::After(random.below(LATE_MS)),
        }
    }

    /// Where the seed will have something go wrong: what else is drawn.
    fn mishap(&mut self) -> Option<&mut Random> {
        let (random, permille) = self.seeded.as_mut()?;
        (random.below(1000) < *permille).then_some(random)
    }
}

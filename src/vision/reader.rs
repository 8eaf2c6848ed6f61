//! The order of the passes, and what is remembered from frame to frame.

use std::any::Any;
use std::panic::{AssertUnwindSafe, catch_unwind};

use super::budget::{Budget, Meter};
use super::code::Code;
use super::frame::LumaFrame;
use super::memory::Memory;
use super::pass::{Outcome, Pass, Unread};
use super::plane::Plane;
use super::trace::PassTrace;

/// The size, in pixels, at which a frame is looked at first. A code that fills a third of it has modules of two pixels
/// and more, and a quarter of the pixels cost a quarter of the time.
const FIRST_PIXELS: usize = 300_000;
/// What counts as noise: see [`super::noise::level`]. Below six, noise makes finders; above eight, blur unmakes them.
const NOISE_FACTOR: f32 = 7.0;
/// For what was smoothed, and is nearly without noise.
const NOISE_FACTOR_LEAST: f32 = 2.0;
/// For symbols whose contrast is little more than the noise.
const NOISE_FACTOR_LOW: f32 = 5.0;

/// A frame whose surest finder is less sure than this shows no code: what chance makes has up to 3.2, a true one that
/// is blurred 3.7 and more.
const FINDER_QUALITY_RESCUED: f32 = 3.7;

/// The reader gave up on a frame in a way that its author did not foresee. The next frame is read as if nothing
/// had happened.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("the code reader failed on this image: {0}")]
pub struct ReaderPanicked(String);

/// What a frame shows.
#[derive(Debug, Clone)]
pub struct Reading {
    /// The codes, the largest first. A code is found once.
    pub codes: Vec<Code>,
    /// What was done to find them, pass by pass.
    pub passes: Vec<PassTrace>,
}

/// The codes in a picture, the largest first, within a budget of work.
///
/// # Errors
/// [`ReaderPanicked`] where the reader panicked.
pub fn read(frame: &LumaFrame<'_>, budget: Budget) -> Result<Vec<Code>, ReaderPanicked> {
    Ok(explain(frame, budget)?.codes)
}

/// As [`read`], with what was done.
///
/// # Errors
/// [`ReaderPanicked`] where the reader panicked.
pub fn explain(frame: &LumaFrame<'_>, budget: Budget) -> Result<Reading, ReaderPanicked> {
    guarded(|| {
        let mut sight = Sight::new(frame, budget);
        let [first, second] = usual(frame);
        let passes = [first, second].into_iter().chain(rescues(frame));
        for pass in passes {
            if sight.look(pass) {
                break;
            }
        }
        sight.reading()
    })
}

/// Reads the frames of a camera one after the other. What is seen in one helps with the next: a frame that nothing is
/// read from gets one rescue pass, another one each time, and a symbol that is found and not read is remembered.
#[derive(Debug, Default)]
pub struct Reader {
    memory: Memory,
    frames_without: usize,
}

impl Reader {
    /// A reader that has seen nothing.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Forgets what was seen: somebody else stands before the camera.
    pub fn forget(&mut self) {
        *self = Self::default();
    }

    /// The codes in the next frame, the largest first, within a budget of work.
    ///
    /// # Errors
    /// [`ReaderPanicked`] where the reader panicked; it has then forgotten what was seen.
    pub fn read(&mut self, frame: &LumaFrame<'_>, budget: Budget) -> Result<Vec<Code>, ReaderPanicked> {
        let codes = guarded(|| self.look(frame, budget));
        if codes.is_err() {
            self.forget();
        }
        codes
    }

    fn look(&mut self, frame: &LumaFrame<'_>, budget: Budget) -> Vec<Code> {
        let mut sight = Sight::new(frame, budget);
        let found = usual(frame).into_iter().any(|pass| sight.look(pass)) || self.rescue(frame, &mut sight);
        if found {
            self.forget();
            return sight.reading().codes;
        }
        self.frames_without += 1;
        let Some(unread) = sight.unread.take() else {
            self.memory.nothing();
            return Vec::new();
        };
        let Some(symbol) = self.memory.add(&unread) else {
            return Vec::new();
        };
        self.forget();
        vec![symbol.code(unread.corners)]
    }
}

impl Reader {
    /// One pass more where something is seen that may be part of a code; another one each time.
    fn rescue(&self, frame: &LumaFrame<'_>, sight: &mut Sight<'_>) -> bool {
        let rescues = rescues(frame);
        let rescue = rescues.get(self.frames_without % rescues.len());
        match rescue {
            Some(&rescue) if sight.surest >= FINDER_QUALITY_RESCUED => sight.look(rescue),
            _ => false,
        }
    }
}

/// The passes that every frame gets: first at the size that costs little, then at the next larger one (or, for a small
/// picture, at half its size).
fn usual(frame: &LumaFrame<'_>) -> [Pass; 2] {
    let first = first_halvings(frame);
    let second = first.checked_sub(1).unwrap_or(1);
    [first, second].map(|halvings| Pass {
        halvings,
        smooth: false,
        noise_factor: NOISE_FACTOR,
    })
}

/// The passes for what the usual ones miss: large modules that are not evenly filled, texture, and little contrast.
fn rescues(frame: &LumaFrame<'_>) -> [Pass; 3] {
    let first = first_halvings(frame);
    let second = first.saturating_sub(1);
    let pass = |halvings, smooth, noise_factor| Pass {
        halvings,
        smooth,
        noise_factor,
    };
    [
        pass(first, false, NOISE_FACTOR_LOW),
        pass(first.max(1) + 1, true, NOISE_FACTOR_LEAST),
        pass(second, true, NOISE_FACTOR),
    ]
}

fn first_halvings(frame: &LumaFrame<'_>) -> usize {
    let pixels = frame.width() * frame.height();
    (0..)
        .find(|halvings| pixels >> (2 * halvings) <= FIRST_PIXELS)
        .unwrap_or(0)
}

/// A frame, the smaller copies of it that were made, and what was seen in it.
struct Sight<'a> {
    frame: LumaFrame<'a>,
    meter: Meter,
    halves: Vec<Plane>,
    codes: Vec<Code>,
    unread: Option<Unread>,
    /// The quality of the surest finder.
    surest: f32,
    passes: Vec<PassTrace>,
}

impl<'a> Sight<'a> {
    fn new(frame: &LumaFrame<'a>, budget: Budget) -> Self {
        Self {
            frame: *frame,
            meter: Meter::new(budget),
            halves: Vec::new(),
            codes: Vec::new(),
            unread: None,
            surest: 0.0,
            passes: Vec::new(),
        }
    }

    /// Looks once more; whether a code was read.
    fn look(&mut self, pass: Pass) -> bool {
        let Some(outcome) = self.outcome(pass) else {
            return false;
        };
        self.surest = self.surest.max(outcome.surest);
        self.passes.push(outcome.trace);
        let score = |unread: &Option<Unread>| unread.as_ref().map_or(-1.0, |unread| unread.grid.score);
        if score(&outcome.unread) > score(&self.unread) {
            self.unread = outcome.unread;
        }
        self.codes = outcome.codes;
        !self.codes.is_empty()
    }

    fn outcome(&mut self, pass: Pass) -> Option<Outcome> {
        self.halve(pass.halvings)?;
        let plane = match pass.halvings.checked_sub(1) {
            None => self.frame,
            Some(index) => self.halves.get(index)?.frame()?,
        };
        if !pass.smooth {
            return Some(pass.run(&plane, &mut self.meter));
        }
        if !self
            .meter
            .take(plane.width() * plane.height() / SMOOTHED_PER_UNIT)
        {
            return None;
        }
        let smooth = Plane::smooth(&plane);
        Some(pass.run(&smooth.frame()?, &mut self.meter))
    }

    /// Makes the halves that a pass needs; none where the frame is too small, or too much work was done.
    fn halve(&mut self, halvings: usize) -> Option<()> {
        while self.halves.len() < halvings {
            let last = match self.halves.last() {
                None => self.frame,
                Some(plane) => plane.frame()?,
            };
            if !self.meter.take(last.width() * last.height() / HALVED_PER_UNIT) {
                return None;
            }
            self.halves.push(Plane::half(&last)?);
        }
        Some(())
    }

    fn reading(mut self) -> Reading {
        self.codes.sort_by(|a, b| b.area().total_cmp(&a.area()));
        Reading {
            codes: self.codes,
            passes: self.passes,
        }
    }
}

/// How many pixels are halved, and smoothed, for a unit of work.
const HALVED_PER_UNIT: usize = 10;
const SMOOTHED_PER_UNIT: usize = 3;

/// Nothing that the closure borrows is looked at again after a panic but to be emptied.
fn guarded<T>(work: impl FnOnce() -> T) -> Result<T, ReaderPanicked> {
    catch_unwind(AssertUnwindSafe(work)).map_err(|panic| ReaderPanicked(message(panic.as_ref())))
}

fn message(panic: &(dyn Any + Send)) -> String {
    let fixed = panic.downcast_ref::<&str>().map(|text| (*text).to_owned());
    fixed
        .or_else(|| panic.downcast_ref::<String>().cloned())
        .unwrap_or_else(|| "no message".to_owned())
}

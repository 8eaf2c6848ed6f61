//! The order of the passes, and what is remembered from frame to frame.

use std::any::Any;
use std::panic::{AssertUnwindSafe, catch_unwind};

use super::budget::{Budget, Meter};
use super::code::Code;
use super::frame::LumaFrame;
use super::memory::Memory;
use super::pass::{self, Outcome, Pass, Unread};
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

/// The largest modules that are looked for at the smaller size of the usual two, in pixels: the smallest symbol is then
/// as high as the frame. At the larger size half of that: what is larger is seen at the smaller one, for a quarter of the
/// work.
const MODULE_PX_MAX: f32 = 24.0;
const MODULE_PX_MAX_FINE: f32 = 12.0;

/// A frame whose surest finder is less sure than this shows no code: what chance makes seldom has more, a true one that
/// is blurred 3.7 and more as a rule.
pub(super) const FINDER_QUALITY_RESCUED: f32 = 3.7;

/// A symbol that so many frames in a row show, and none can be read from, is one that its holder should hold still. Fewer
/// are unread of any code that is brought up.
const FRAMES_UNREAD_MIN: u32 = 3;

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
        usual(frame)
            .into_iter()
            .chain(rescues(frame))
            .any(|pass| sight.look(pass));
        sight.reading()
    })
}

/// Reads the frames of a camera one after the other. What is seen in one helps with the next: a frame that nothing is
/// read from gets one rescue pass, another one each time, and a symbol that is found and not read is remembered.
#[derive(Debug, Default)]
pub struct Reader {
    memory: Memory,
    frames_without: usize,
    /// Frames in a row that showed a symbol, and gave no text.
    frames_unread: u32,
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

    /// Whether a symbol has been in view for a few frames that none of them, nor all together, could be read from.
    #[must_use]
    pub fn is_reading(&self) -> bool {
        self.frames_unread >= FRAMES_UNREAD_MIN
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
            self.frames_unread = 0;
            self.memory.nothing();
            return Vec::new();
        };
        self.frames_unread = self.frames_unread.saturating_add(1);
        if !sight.meter.take(pass::symbol_units(&unread.grid)) {
            return Vec::new();
        }
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
        module_px_max: if halvings >= first.max(1) {
            MODULE_PX_MAX
        } else {
            MODULE_PX_MAX_FINE
        },
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
        module_px_max: MODULE_PX_MAX_FINE,
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

#[cfg(test)]
mod tests {
    use std::panic::panic_any;

    use proptest::prelude::*;
    use qrcode::EcLevel;

    use super::super::drawn::{Picture, Pose, Print, Scene, mirrored};
    use super::super::frame::SIDE_PX_MAX;
    use super::super::geometry::{Homography, Point};
    use super::*;

    fn print(data: &[u8]) -> Print {
        Print::with(3, EcLevel::M, data)
    }

    fn map(print: &Print, x: f32, y: f32, module_px: f32) -> Homography {
        Pose::facing(Point::new(x, y), module_px).map(print.side())
    }

    /// A code in the middle of a frame.
    fn shown(data: &[u8]) -> Scene {
        let print = print(data);
        Scene::blank(220, 200).print(&print, &map(&print, 110.0, 100.0, 4.0))
    }

    fn texts(codes: &[Code]) -> Vec<&str> {
        codes.iter().map(|code| code.text.as_deref().unwrap()).collect()
    }

    fn still(picture: &Picture) -> Vec<Code> {
        read(&picture.frame(), Budget::STILL).unwrap()
    }

    #[test]
    fn two_codes_are_found_once_each_and_the_larger_comes_first() {
        let (left, right) = (print(b"LEFT"), print(b"RIGHT"));
        for (sizes, expected) in [((3.0, 6.0), ["RIGHT", "LEFT"]), ((6.0, 3.0), ["LEFT", "RIGHT"])] {
            let scene = Scene::blank(480, 240)
                .print(&left, &map(&left, 120.0, 120.0, sizes.0))
                .print(&right, &map(&right, 360.0, 120.0, sizes.1));
            assert_eq!(texts(&still(&scene.taken())), expected);
        }
    }

    #[test]
    fn corners_lie_at_the_edges_of_the_code() {
        let print = print(b"TKT1:EDGE");
        for turn in [0.0, 25.0, 90.0, 180.0, 250.0] {
            let pose = Pose {
                turn,
                ..Pose::facing(Point::new(160.0, 160.0), 7.0)
            };
            let map = pose.map(print.side());
            let codes = still(&Scene::blank(320, 320).print(&print, &map).taken());
            assert_corners(&codes[0], &map);
            let map = mirrored(&map);
            let codes = still(&Scene::blank(320, 320).print(&print, &map).taken());
            assert_corners(&codes[0], &map);
        }
    }

    /// Within half a module, of seven pixels.
    #[track_caller]
    fn assert_corners(code: &Code, map: &Homography) {
        let corners = [(0.0, 0.0), (29.0, 0.0), (29.0, 29.0), (0.0, 29.0)];
        for (found, (x, y)) in code.corners.iter().zip(corners) {
            let away = (Point::new(found.0, found.1) - map.apply(Point::new(x, y))).length();
            assert!(away < 0.5 * 7.0, "({x}, {y}): {away} px off");
        }
    }

    #[test]
    fn bytes_come_through_unchanged_whether_text_or_not() {
        for data in [&b"plain"[..], "Grüße 今度".as_bytes(), &[0, 0xff, 0xfe, 0x80, 7]] {
            let codes = still(&shown(data).taken());
            assert_eq!(codes[0].bytes, data);
            assert_eq!(codes[0].text.as_deref(), std::str::from_utf8(data).ok());
        }
    }

    #[test]
    fn an_inverted_code_is_read() {
        assert_eq!(texts(&still(&shown(b"NIGHT").inverted().taken())), ["NIGHT"]);
    }

    #[test]
    fn a_code_is_read_in_poor_light_noise_and_blur() {
        for (told, scene) in [
            ("dim", shown(b"HARD").dimmed_to(0.2)),
            ("noisy", shown(b"HARD").noisy(15.0, 1)),
            ("blurred", shown(b"HARD").unfocused(3.0)),
            ("moved", shown(b"HARD").moved(Point::new(5.0, 2.0))),
            ("glare", shown(b"HARD").glare(Point::new(120.0, 110.0), 12.0)),
        ] {
            assert_eq!(texts(&still(&scene.taken())), ["HARD"], "{told}");
        }
    }

    #[test]
    fn a_frame_without_a_code_has_none() {
        for grey in [0.0, 128.0, 255.0] {
            let flat = Scene::blank(64, 48).each(|_, _| grey).taken();
            assert_eq!(still(&flat), []);
            assert_eq!(Reader::new().read(&flat.frame(), Budget::LIVE), Ok(Vec::new()));
        }
    }

    #[test]
    fn frames_of_any_shape_are_looked_at() {
        for (width, height) in [(1, 1), (1, 2), (2, 1), (7, 7), (1, SIDE_PX_MAX), (SIDE_PX_MAX, 1)] {
            for odd in [215.0, 0.0] {
                let scene = Scene::blank(width, height).each(|at, light| {
                    if ((at.x + at.y) as usize).is_multiple_of(2) {
                        light
                    } else {
                        odd
                    }
                });
                let picture = scene.taken();
                let told = format!("{width} x {height}");
                assert_eq!(read(&picture.frame(), Budget::STILL), Ok(Vec::new()), "{told}");
                let mut reader = Reader::new();
                for _ in 0..4 {
                    assert_eq!(
                        reader.read(&picture.frame(), Budget::LIVE),
                        Ok(Vec::new()),
                        "{told}"
                    );
                }
            }
        }
    }

    #[test]
    fn without_a_budget_nothing_is_read() {
        let picture = shown(b"LATER").taken();
        let mut reader = Reader::new();
        for units in [0, 1, 100, 10_000] {
            let budget = Budget::of_units(units);
            assert_eq!(read(&picture.frame(), budget), Ok(Vec::new()));
            assert_eq!(reader.read(&picture.frame(), budget), Ok(Vec::new()));
        }
        assert_eq!(
            texts(&reader.read(&picture.frame(), Budget::LIVE).unwrap()),
            ["LATER"]
        );
    }

    #[test]
    fn the_same_frame_gives_the_same() {
        let picture = shown(b"AGAIN").noisy(12.0, 3).unfocused(1.0).taken();
        let (first, second) = (still(&picture), still(&picture));
        assert_eq!(texts(&first), ["AGAIN"]);
        assert_eq!(first, second);
        let live = || Reader::new().read(&picture.frame(), Budget::LIVE).unwrap();
        assert_eq!(live(), live());
    }

    #[test]
    fn a_panic_is_a_value_and_the_next_frame_is_read() {
        let picture = shown(b"NEXT").taken();
        let mut reader = Reader::new();
        let failed: Result<Vec<Code>, _> = guarded(|| {
            reader.look(&picture.frame(), Budget::of_units(50_000));
            panic!("index {} out of range", 7)
        });
        assert_eq!(failed, Err(ReaderPanicked("index 7 out of range".to_owned())));
        assert_eq!(
            texts(&reader.read(&picture.frame(), Budget::LIVE).unwrap()),
            ["NEXT"]
        );
    }

    #[test]
    fn a_panic_without_words_is_a_value_too() {
        let fixed: Result<(), _> = guarded(|| panic!("fixed"));
        assert_eq!(fixed, Err(ReaderPanicked("fixed".to_owned())));
        let nothing: Result<(), _> = guarded(|| panic_any(7));
        assert_eq!(nothing, Err(ReaderPanicked("no message".to_owned())));
    }

    #[test]
    fn a_code_that_no_frame_gives_is_read_from_several() {
        let scene = shown(b"TKT1:IN THE DARK").each(|_, light| 100.0 + 0.2 * light);
        let frames: Vec<_> = (0..12)
            .map(|seed| scene.clone().noisy(16.0, 1000 * seed).taken())
            .collect();
        let alone = |picture: &Picture| Reader::new().read(&picture.frame(), Budget::LIVE).unwrap();
        let mut reader = Reader::new();
        let mut hidden = frames
            .iter()
            .filter(|picture| alone(picture).is_empty())
            .peekable();
        assert!(hidden.peek().is_some());
        let read = hidden.find_map(|picture| {
            let codes = reader.read(&picture.frame(), Budget::LIVE).unwrap();
            (!codes.is_empty()).then_some(codes)
        });
        assert_eq!(texts(&read.unwrap()), ["TKT1:IN THE DARK"]);
    }

    #[test]
    fn a_symbol_that_stays_unread_is_told_of_until_it_is_read_or_gone() {
        // A sticker hides what the code says, and none of what it is found by.
        let covers = |at: Point| (80.0..132.0).contains(&at.x) && (80.0..132.0).contains(&at.y);
        let sticker = |at, light| if covers(at) { 255.0 } else { light };
        let hidden = |seed| shown(b"FIRST").each(sticker).noisy(4.0, seed).taken();
        let mut reader = Reader::new();
        let mut told = Vec::new();
        for seed in 0..FRAMES_UNREAD_MIN {
            told.push(reader.is_reading());
            let codes = reader
                .read(&hidden(u64::from(seed)).frame(), Budget::LIVE)
                .unwrap();
            assert_eq!(codes, []);
        }
        told.push(reader.is_reading());
        assert_eq!(told, [false, false, false, true]);
        let mut gone = reader;
        gone.read(&Scene::blank(220, 200).taken().frame(), Budget::LIVE)
            .unwrap();
        assert!(!gone.is_reading());
        gone.read(&shown(b"FIRST").taken().frame(), Budget::LIVE).unwrap();
        assert!(!gone.is_reading());
    }

    #[test]
    fn the_next_guest_is_read_whatever_was_seen_before() {
        let mut reader = Reader::new();
        for seed in 0..3 {
            let hidden = shown(b"FIRST").unfocused(7.0).noisy(10.0, seed).taken();
            reader.read(&hidden.frame(), Budget::LIVE).unwrap();
        }
        let next = shown(b"SECOND").taken();
        for _ in 0..2 {
            assert_eq!(
                texts(&reader.read(&next.frame(), Budget::LIVE).unwrap()),
                ["SECOND"]
            );
        }
        reader.forget();
        assert_eq!(
            texts(&reader.read(&next.frame(), Budget::LIVE).unwrap()),
            ["SECOND"]
        );
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(40))]

        #[test]
        fn no_frame_makes_the_reader_panic(
            (width, height) in (1..60_usize, 1..60_usize),
            pixels in proptest::collection::vec(any::<u8>(), 60 * 60),
        ) {
            let frame = LumaFrame::packed(width, height, &pixels).unwrap();
            prop_assert_eq!(read(&frame, Budget::STILL), Ok(Vec::new()));
        }
    }
}

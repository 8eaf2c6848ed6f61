//! Whether a camera works, told from when its pictures come and how they look. Noticed within two seconds, whatever
//! is wrong, by whoever calls [`CameraWatch::tick`] four times a second.

use super::Camera;
use crate::domain::time::Moment;

/// Without a picture for so long, a camera stands still: even a slow one gives one a second.
const STALLED_MS: u64 = 1500;
/// So long dark: a hand or a bag before the lens is not worth a word.
const DARK_MS: u64 = 1500;
/// So long the same picture to the last bit, which no sensor's noise allows.
const FROZEN_MS: u64 = 1500;
/// As many at least, so that a slow camera's two alike are not taken for that.
const FROZEN_FRAMES: u32 = 3;
/// Darker than this on the average, of 255. A black picture of limited range has 16.
const DARK_MEAN_MAX: u8 = 32;
/// Between the darkest and the brightest point: a night's street lamp is more.
const DARK_SPREAD_MAX: u8 = 24;

/// How a camera does.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum CameraState {
    /// It is being opened, or has given no picture yet.
    Starting,
    /// Pictures come.
    Working,
    /// It is there, and no pictures come.
    Stalled,
    /// It is not there, or cannot be opened.
    Lost,
    /// Its pictures are black: a lens cap, a cut cable, a sensor that died.
    Dark,
    /// Its pictures are all the same one.
    Frozen,
}

impl CameraState {
    /// The state as a heartbeat tells it.
    #[must_use]
    pub fn health(self) -> Camera {
        match self {
            Self::Working => Camera::Working,
            Self::Starting | Self::Stalled | Self::Lost | Self::Dark | Self::Frozen => Camera::Failed,
        }
    }
}

/// What is looked at in a picture.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PictureLook {
    /// The average brightness.
    pub mean: u8,
    /// From the darkest to the brightest point.
    pub spread: u8,
    /// Equal where the points are; of others, almost never.
    pub print: u64,
}

impl PictureLook {
    /// A look at some points of a picture, the same ones each time. Without points it is black.
    #[must_use]
    pub fn of(points: impl IntoIterator<Item = u8>) -> Self {
        let (mut sum, mut count) = (0_u64, 0_u64);
        let (mut darkest, mut brightest) = (u8::MAX, 0);
        let mut print = FNV_OFFSET;
        for point in points {
            sum += u64::from(point);
            count += 1;
            darkest = darkest.min(point);
            brightest = brightest.max(point);
            print = (print ^ u64::from(point)).wrapping_mul(FNV_PRIME);
        }
        Self {
            mean: u8::try_from(sum / count.max(1)).unwrap_or(u8::MAX),
            spread: brightest.saturating_sub(darkest),
            print,
        }
    }

    fn is_dark(&self) -> bool {
        self.mean <= DARK_MEAN_MAX && self.spread <= DARK_SPREAD_MAX
    }
}

/// FNV-1a (draft-eastlake-fnv), which is short: nobody forges pictures against it.
const FNV_OFFSET: u64 = 0xcbf2_9ce4_8422_2325;
const FNV_PRIME: u64 = 0x0100_0000_01b3;

/// Watches one camera.
#[derive(Debug, Clone)]
pub struct CameraWatch {
    state: CameraState,
    /// Whether the same picture again and again is no fault: a replay may hold one.
    may_repeat: bool,
    last: Moment,
    dark_since: Option<Moment>,
    same: Option<Same>,
}

/// Pictures that are one and the same.
#[derive(Debug, Clone, Copy)]
struct Same {
    print: u64,
    since: Moment,
    frames: u32,
}

impl CameraWatch {
    /// A camera that is opened at `at`. `may_repeat` for a replay, whose pictures may well be the same.
    #[must_use]
    pub fn new(at: Moment, may_repeat: bool) -> Self {
        Self {
            state: CameraState::Starting,
            may_repeat,
            last: at,
            dark_since: None,
            same: None,
        }
    }

    /// How the camera does.
    #[must_use]
    pub fn state(&self) -> CameraState {
        self.state
    }

    /// A picture came. The new state, where it is another.
    pub fn picture(&mut self, look: &PictureLook, at: Moment) -> Option<CameraState> {
        self.last = at;
        self.dark_since = look.is_dark().then(|| self.dark_since.unwrap_or(at));
        let same = self.same.filter(|same| same.print == look.print);
        let same = same.unwrap_or(Same {
            print: look.print,
            since: at,
            frames: 0,
        });
        let frames = same.frames.saturating_add(1);
        self.same = Some(Same { frames, ..same });
        self.change(self.judged(same.since, frames, at))
    }

    /// Time went by. The new state, where it is another.
    pub fn tick(&mut self, at: Moment) -> Option<CameraState> {
        let silent = at.since(self.last) >= STALLED_MS;
        match self.state {
            _ if !silent => None,
            CameraState::Lost => None,
            _ => self.change(CameraState::Stalled),
        }
    }

    /// The camera is gone, or cannot be opened. The new state, where it is another.
    pub fn lost(&mut self, at: Moment) -> Option<CameraState> {
        self.last = at;
        self.dark_since = None;
        self.same = None;
        self.change(CameraState::Lost)
    }

    fn judged(&self, same_since: Moment, frames: u32, at: Moment) -> CameraState {
        let over = |since: Moment, most: u64| at.since(since) >= most;
        if self.dark_since.is_some_and(|since| over(since, DARK_MS)) {
            return CameraState::Dark;
        }
        if !self.may_repeat && frames >= FROZEN_FRAMES && over(same_since, FROZEN_MS) {
            return CameraState::Frozen;
        }
        CameraState::Working
    }

    fn change(&mut self, state: CameraState) -> Option<CameraState> {
        let is_new = self.state != state;
        self.state = state;
        is_new.then_some(state)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOTICED_MS: u64 = 2000;

    fn look(mean: u8, spread: u8, print: u64) -> PictureLook {
        PictureLook { mean, spread, print }
    }

    fn watch() -> CameraWatch {
        let mut watch = CameraWatch::new(Moment(0), false);
        assert_eq!(
            watch.picture(&look(90, 200, 0), Moment(100)),
            Some(CameraState::Working)
        );
        watch
    }

    /// When the state changes, with a picture each 33 ms as `look` says, and ticks between.
    fn first_change(
        watch: &mut CameraWatch,
        look: impl Fn(u64) -> Option<PictureLook>,
    ) -> Option<(u64, CameraState)> {
        (1..200).map(|number| 100 + 33 * number).find_map(|at| {
            let change = match look(at) {
                Some(look) => watch.picture(&look, Moment(at)),
                None => watch.tick(Moment(at)),
            };
            change.map(|state| (at - 100, state))
        })
    }

    #[test]
    fn what_is_wrong_is_noticed_within_two_seconds() {
        for (state, wrong) in [
            (CameraState::Stalled, None),
            (CameraState::Dark, Some(look(16, 3, 0))),
            (CameraState::Frozen, Some(look(90, 200, 7))),
        ] {
            // Black pictures differ by their noise.
            let as_it_comes = |at| {
                wrong.map(|look| {
                    if look.mean < 32 {
                        PictureLook { print: at, ..look }
                    } else {
                        look
                    }
                })
            };
            let (after, found) = first_change(&mut watch(), as_it_comes).unwrap();
            assert_eq!(found, state);
            assert!((1500..NOTICED_MS).contains(&after), "{state:?} after {after} ms");
        }
    }

    #[test]
    fn a_camera_that_never_gives_a_picture_is_noticed_too() {
        let mut watch = CameraWatch::new(Moment(0), false);
        assert_eq!(watch.tick(Moment(1499)), None);
        assert_eq!(watch.tick(Moment(1500)), Some(CameraState::Stalled));
        assert_eq!(watch.tick(Moment(9000)), None, "told once");
    }

    #[test]
    fn a_working_camera_stays_so() {
        let alive = |at| Some(look(90, 200, at));
        assert_eq!(first_change(&mut watch(), alive), None);
        let night = |at| Some(look(20, 25, at));
        assert_eq!(first_change(&mut watch(), night), None, "a lamp in the dark");
        let fog = |at| Some(look(33, 0, at));
        assert_eq!(first_change(&mut watch(), fog), None);
    }

    #[test]
    fn a_short_while_of_it_is_no_fault() {
        let hand = |at| {
            Some(if (300..1700).contains(&at) {
                look(16, 3, at)
            } else {
                look(90, 200, at)
            })
        };
        assert_eq!(first_change(&mut watch(), hand), None);
        let hiccup = |at| (!(300..1700).contains(&at)).then(|| look(90, 200, at));
        assert_eq!(first_change(&mut watch(), hiccup), None);
    }

    #[test]
    fn the_next_good_picture_ends_it() {
        for wrong in [None, Some(look(16, 3, 0))] {
            let mut watch = watch();
            first_change(&mut watch, |_| wrong).unwrap();
            assert_eq!(
                watch.picture(&look(90, 200, 1), Moment(9000)),
                Some(CameraState::Working)
            );
        }
    }

    #[test]
    fn a_lost_camera_stays_lost_until_a_picture_comes() {
        let mut watch = watch();
        assert_eq!(watch.lost(Moment(200)), Some(CameraState::Lost));
        assert_eq!(watch.lost(Moment(300)), None);
        assert_eq!(watch.tick(Moment(60_000)), None);
        assert_eq!(
            watch.picture(&look(90, 200, 0), Moment(60_100)),
            Some(CameraState::Working)
        );
    }

    #[test]
    fn a_replay_may_show_one_picture_for_ever() {
        let mut watch = CameraWatch::new(Moment(0), true);
        watch.picture(&look(90, 200, 0), Moment(100));
        assert_eq!(first_change(&mut watch, |_| Some(look(90, 200, 0))), None);
    }

    #[test]
    fn a_slow_camera_whose_two_pictures_are_alike_is_not_frozen() {
        let mut watch = watch();
        for at in [1100, 2100] {
            assert_eq!(watch.picture(&look(90, 200, at / 1200), Moment(at)), None, "{at}");
        }
    }

    #[test]
    fn a_look_tells_brightness_and_change() {
        let one = PictureLook::of([0, 100, 200]);
        assert_eq!((one.mean, one.spread), (100, 200));
        assert_ne!(one.print, PictureLook::of([0, 100, 201]).print);
        assert_ne!(one.print, PictureLook::of([100, 0, 200]).print);
        assert!(PictureLook::of([]).is_dark());
    }
}

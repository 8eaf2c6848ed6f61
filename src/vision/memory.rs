//! What several frames know together of one symbol that none of them could be read from. A symbol does not change
//! from frame to frame; noise does, and so does glare and the way a hand shakes.

use super::attempt::{self, Symbol};
use super::geometry::Point;
use super::pass::Unread;
use super::symbol::Version;

/// Modules of two frames must agree like this to be of one symbol; the patterns that all symbols have are left out. Those
/// of two unlike texts agree by less than 0.1, those of one that each frame shows half wrong by 0.3 and more. Two tickets
/// of one series may agree like one: they are told apart by what lies between them, in time and in place.
const AGREEMENT_MIN: f32 = 0.25;
/// So many frames without the symbol, and it is gone: nobody changes phones within two frames.
const FRAMES_ABSENT_MAX: u32 = 1;
/// The middle of a symbol moves less than this share of its side from frame to frame.
const MOVED_SHARE_MAX: f32 = 0.5;
/// Certainty beyond this is not more certain, so that one frame cannot outvote many.
const VOTE_MAX: f32 = 1.5;

/// The votes of the frames so far on a symbol's modules.
#[derive(Debug, Default)]
pub(super) struct Memory {
    symbol: Option<Remembered>,
}

#[derive(Debug)]
struct Remembered {
    version: Version,
    dark: bool,
    votes: Vec<f32>,
    corners: [(f32, f32); 4],
    absent: u32,
}

impl Memory {
    /// A frame in which nothing was found.
    pub(super) fn nothing(&mut self) {
        if let Some(symbol) = &mut self.symbol {
            symbol.absent += 1;
            if symbol.absent > FRAMES_ABSENT_MAX {
                self.symbol = None;
            }
        }
    }

    /// Adds what a frame shows of a symbol, and reads what all frames together show of it.
    pub(super) fn add(&mut self, unread: &Unread) -> Option<Symbol> {
        let votes: Vec<f32> = unread
            .modules
            .iter()
            .map(|value| value.clamp(-VOTE_MAX, VOTE_MAX))
            .collect();
        let version = unread.grid.layout.version();
        match &mut self.symbol {
            Some(symbol) if symbol.is(version, unread) && symbol.agrees(unread, &votes) => {
                symbol.absent = 0;
                symbol.corners = unread.corners;
                for (sum, vote) in symbol.votes.iter_mut().zip(&votes) {
                    *sum += vote;
                }
                attempt::read_modules(&unread.grid.layout, &symbol.votes)
            }
            _ => {
                self.symbol = Some(Remembered {
                    version,
                    dark: unread.grid.dark,
                    votes,
                    corners: unread.corners,
                    absent: 0,
                });
                None
            }
        }
    }
}

impl Remembered {
    /// Whether it may be the same by its size and place.
    fn is(&self, version: Version, unread: &Unread) -> bool {
        let middle = |corners: [(f32, f32); 4]| {
            let [a, _, c, _] = corners.map(|(x, y)| Point::new(x, y));
            (a + c) * 0.5
        };
        let [a, b, ..] = unread.corners.map(|(x, y)| Point::new(x, y));
        let moved = (middle(self.corners) - middle(unread.corners)).length();
        (self.version, self.dark) == (version, unread.grid.dark)
            && moved <= MOVED_SHARE_MAX * (b - a).length()
    }

    /// Whether the modules that are not the same in every symbol are alike.
    fn agrees(&self, unread: &Unread, votes: &[f32]) -> bool {
        let side = unread.grid.layout.side();
        let mut own = votes.to_vec();
        for (x, y, _) in unread.grid.layout.known() {
            if let Some(vote) = own.get_mut(y * side + x) {
                *vote = 0.0;
            }
        }
        let dot = |a: &[f32], b: &[f32]| a.iter().zip(b).map(|(a, b)| a * b).sum::<f32>();
        let masked = |(sum, own): (&f32, &f32)| if *own == 0.0 { 0.0 } else { *sum };
        let sums: Vec<f32> = self.votes.iter().zip(&own).map(masked).collect();
        let lengths = (dot(&sums, &sums) * dot(&own, &own)).sqrt();
        dot(&sums, &own) > AGREEMENT_MIN * lengths
    }
}

#[cfg(test)]
mod tests {
    use super::super::drawn::{Dice, Print};
    use super::super::geometry::Homography;
    use super::super::grid::Grid;
    use super::super::warp::Warp;
    use super::*;

    /// How much noise there is where each module is 1: none of five such frames can be read.
    const NOISE: f32 = 1.8;

    /// What a frame shows of a symbol, with noise.
    fn seen(print: &Print, noise: f32, seed: u64) -> Unread {
        let mut dice = Dice(seed);
        let soft = |dark: bool| (if dark { 1.0 } else { -1.0 }) + noise * (2.0 * dice.share() - 1.0);
        Unread {
            grid: Grid {
                layout: print.layout.clone(),
                warp: Warp::flat(Homography([1.0, 0.0, 0.0, 0.0, 1.0, 0.0, 0.0, 0.0])),
                dark: true,
                score: 0.5,
            },
            modules: print.modules().map(soft).collect(),
            corners: [(0.0, 0.0); 4],
        }
    }

    fn alone(unread: &Unread) -> bool {
        attempt::read_modules(&unread.grid.layout, &unread.modules).is_some()
    }

    fn text(symbol: Option<Symbol>) -> Option<String> {
        symbol?.decoded.text
    }

    #[test]
    fn a_symbol_that_no_frame_gives_is_read_from_five() {
        let print = Print::of(4, 55);
        let frames: Vec<_> = (0..5).map(|seed| seen(&print, NOISE, seed)).collect();
        assert!(!frames.iter().any(alone));
        let mut memory = Memory::default();
        let read = frames.iter().find_map(|frame| text(memory.add(frame)));
        assert_eq!(read, Some(print.text));
    }

    #[test]
    fn one_frame_that_is_wrong_and_sure_does_not_outvote_the_others() {
        let print = Print::of(4, 55);
        let mut memory = Memory::default();
        for seed in 0..3 {
            memory.add(&seen(&print, NOISE, seed));
        }
        let mut sure = seen(&print, 0.0, 9);
        for value in sure.modules.iter_mut().step_by(6) {
            *value *= -100.0;
        }
        memory.add(&sure);
        let read = (3..7).find_map(|seed| text(memory.add(&seen(&print, NOISE, seed))));
        assert_eq!(read, Some(print.text));
    }

    /// In how many frames of noise a symbol is read, after some others; none if never.
    fn frames_after(before: impl FnOnce(&mut Memory), print: &Print) -> Option<u64> {
        let mut memory = Memory::default();
        before(&mut memory);
        (10..20)
            .position(|seed| memory.add(&seen(print, NOISE, seed)).is_some())
            .map(|at| at as u64)
    }

    #[test]
    fn another_symbol_starts_anew() {
        let print = Print::of(4, 55);
        let anew = frames_after(|_| {}, &print);
        assert!(anew.is_some_and(|frames| frames >= 2), "{anew:?}");
        let other = Print::of(4, 54);
        for other in [other, Print::of(5, 60)] {
            let after = frames_after(
                |memory| {
                    memory.add(&seen(&print, NOISE, 1));
                    memory.add(&seen(&print, NOISE, 2));
                    memory.add(&seen(&other, NOISE, 3));
                },
                &print,
            );
            assert_eq!(after, anew);
        }
        let known = frames_after(
            |memory| {
                memory.add(&seen(&print, NOISE, 1));
                memory.add(&seen(&print, NOISE, 2));
            },
            &print,
        );
        assert!(known < anew, "{known:?}");
    }

    #[test]
    fn an_inverted_symbol_is_another() {
        let print = Print::of(4, 55);
        let anew = frames_after(|_| {}, &print);
        let after = frames_after(
            |memory| {
                for seed in 1..3 {
                    let mut inverted = seen(&print, NOISE, seed);
                    inverted.grid.dark = false;
                    memory.add(&inverted);
                }
            },
            &print,
        );
        assert_eq!(after, anew);
    }

    #[test]
    fn a_symbol_is_remembered_as_long_as_the_limit_and_no_longer() {
        let print = Print::of(4, 55);
        let after = |absent: u32| {
            let before = |memory: &mut Memory| {
                memory.add(&seen(&print, NOISE, 1));
                memory.add(&seen(&print, NOISE, 2));
                (0..absent).for_each(|_| memory.nothing());
            };
            frames_after(before, &print)
        };
        assert_eq!(after(FRAMES_ABSENT_MAX), after(0));
        assert_eq!(after(FRAMES_ABSENT_MAX + 1), frames_after(|_| {}, &print));
        assert_ne!(after(0), after(FRAMES_ABSENT_MAX + 1));
    }

    #[test]
    fn being_seen_again_starts_the_count_of_absence_anew() {
        let print = Print::of(4, 55);
        let mut memory = Memory::default();
        memory.add(&seen(&print, NOISE, 1));
        for seed in 2..4 {
            (0..FRAMES_ABSENT_MAX).for_each(|_| memory.nothing());
            memory.add(&seen(&print, NOISE, seed));
        }
        (0..FRAMES_ABSENT_MAX).for_each(|_| memory.nothing());
        assert!(memory.symbol.is_some());
        memory.nothing();
        assert!(memory.symbol.is_none());
    }
}

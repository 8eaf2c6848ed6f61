//! What several frames know together of one symbol that none of them could be read from. A symbol does not change
//! from frame to frame; noise does, and so does glare and the way a hand shakes.

use super::attempt::{self, Symbol};
use super::pass::Unread;
use super::symbol::Version;

/// Modules of two frames must agree like this to be of one symbol. Those of two symbols agree by less than 0.1 but for
/// their finders, which are left out; those of one that each frame shows half wrong, by 0.3 and more.
const AGREEMENT_MIN: f32 = 0.25;
/// So many frames without the symbol, and it is gone: a tenth of a second.
const FRAMES_ABSENT_MAX: u32 = 3;
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
            Some(symbol) if symbol.is(version, unread.grid.dark) && symbol.agrees(unread, &votes) => {
                symbol.absent = 0;
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
                    absent: 0,
                });
                None
            }
        }
    }
}

impl Remembered {
    fn is(&self, version: Version, dark: bool) -> bool {
        (self.version, self.dark) == (version, dark)
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

//! The light around each module of a symbol: its mean and its spread.

/// How many modules to each side count: enough that about half of them are dark, and few enough to follow glare.
const REACH_MODULES: usize = 4;
/// A spread is no less than this share of the mean of all: where glare left nothing to see, noise is not made to look
/// like modules.
const SPREAD_SHARE_MIN: f32 = 0.1;

/// Values of a square, each compared with those around it.
#[derive(Debug)]
pub(super) struct Neighbourhood {
    means: Vec<f32>,
    scales: Vec<f32>,
}

impl Neighbourhood {
    /// Of values row by row, `side` a row.
    pub(super) fn of(values: &[f32], side: usize) -> Self {
        let squares: Vec<f32> = values.iter().map(|value| value * value).collect();
        let means = box_means(values, side);
        let spreads: Vec<f32> = box_means(&squares, side)
            .iter()
            .zip(&means)
            .map(|(square, mean)| (square - mean * mean).max(0.0).sqrt())
            .collect();
        let overall = spreads.iter().sum::<f32>() / spreads.len().max(1) as f32;
        let least = (overall * SPREAD_SHARE_MIN).max(f32::MIN_POSITIVE);
        let scales = spreads.iter().map(|spread| 1.0 / (spread + least)).collect();
        Self { means, scales }
    }

    /// The mean around a place, and what makes values there of one size with those elsewhere.
    pub(super) fn at(&self, index: usize) -> Option<(f32, f32)> {
        Some((*self.means.get(index)?, *self.scales.get(index)?))
    }
}

/// The mean of the values around each, in a square.
fn box_means(values: &[f32], side: usize) -> Vec<f32> {
    let across: Vec<f32> = values.chunks(side).flat_map(line_means).collect();
    let down: Vec<f32> = transposed(&across, side)
        .chunks(side)
        .flat_map(line_means)
        .collect();
    transposed(&down, side)
}

fn line_means(line: &[f32]) -> Vec<f32> {
    let mean = |at: usize| {
        let around = at.saturating_sub(REACH_MODULES)..(at + REACH_MODULES + 1).min(line.len());
        let count = around.len() as f32;
        line.get(around).unwrap_or_default().iter().sum::<f32>() / count
    };
    (0..line.len()).map(mean).collect()
}

/// Values with rows and columns exchanged.
pub(super) fn transposed(values: &[f32], side: usize) -> Vec<f32> {
    (0..side)
        .flat_map(|x| values.iter().skip(x).step_by(side).copied())
        .collect()
}

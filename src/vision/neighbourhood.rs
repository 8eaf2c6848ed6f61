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

#[cfg(test)]
mod tests {
    use super::*;

    const SIDE: usize = 25;

    fn square(value: impl Fn(usize, usize) -> f32) -> Vec<f32> {
        (0..SIDE * SIDE)
            .map(|index| value(index % SIDE, index / SIDE))
            .collect()
    }

    fn compared(values: &[f32]) -> Vec<f32> {
        let around = Neighbourhood::of(values, SIDE);
        let compare = |(index, value): (usize, &f32)| {
            let (mean, scale) = around.at(index).unwrap();
            (value - mean) * scale
        };
        values.iter().enumerate().map(compare).collect()
    }

    #[test]
    fn modules_are_of_one_size_whatever_the_light() {
        let dark = |x: usize, y: usize| (x / 2 + y / 2).is_multiple_of(2);
        // Three times as bright at the right as at the left.
        let light = |x: usize| 1.0 + 2.0 * x as f32 / SIDE as f32;
        let values = square(|x, y| light(x) * if dark(x, y) { 20.0 } else { 80.0 });
        for (index, value) in compared(&values).into_iter().enumerate() {
            let (x, y) = (index % SIDE, index / SIDE);
            assert_eq!(value < 0.0, dark(x, y), "{x} {y}");
            assert!((0.4..1.8).contains(&value.abs()), "{x} {y}: {value}");
        }
    }

    #[test]
    fn what_shows_next_to_nothing_is_not_made_to_look_like_modules() {
        // The left half has modules, the right half the noise of a glare.
        let values = square(|x, y| {
            let odd = (x + y).is_multiple_of(2);
            let height = if x < SIDE / 2 { 50.0 } else { 0.2 };
            if odd { height } else { -height }
        });
        let compared = compared(&values);
        assert!(compared[0].abs() > 0.8);
        assert!(compared[SIDE - 1].abs() < 0.1, "{}", compared[SIDE - 1]);
    }

    #[test]
    fn a_flat_square_gives_nothing_and_no_infinities() {
        for flat in [0.0, 7.0] {
            assert!(compared(&square(|_, _| flat)).iter().all(|value| *value == 0.0));
        }
    }

    #[test]
    fn there_is_nothing_around_a_place_outside() {
        assert_eq!(Neighbourhood::of(&square(|_, _| 1.0), SIDE).at(SIDE * SIDE), None);
    }

    #[test]
    fn rows_and_columns_change_places() {
        assert_eq!(transposed(&[1.0, 2.0, 3.0, 4.0], 2), [1.0, 3.0, 2.0, 4.0]);
    }
}

//! Smaller and smoother copies of a frame.

use super::frame::LumaFrame;

/// A picture of brightness that the reader made.
#[derive(Debug)]
pub(super) struct Plane {
    width: usize,
    height: usize,
    pixels: Vec<u8>,
}

impl Plane {
    /// The frame at half its size: each pixel the mean of four. A last odd row or column is left out. None for a
    /// frame of a single row or column.
    pub(super) fn half(frame: &LumaFrame<'_>) -> Option<Self> {
        let (width, height) = (frame.width() / 2, frame.height() / 2);
        if width == 0 || height == 0 {
            return None;
        }
        let mut pixels = Vec::with_capacity(width * height);
        for y in 0..height {
            let (upper, lower) = (frame.row(2 * y), frame.row(2 * y + 1));
            let pairs = upper.chunks_exact(2).zip(lower.chunks_exact(2));
            pixels.extend(pairs.map(|(upper, lower)| match (upper, lower) {
                (&[a, b], &[c, d]) => mean([a, b, c, d]),
                _ => 0,
            }));
        }
        Some(Self {
            width,
            height,
            pixels,
        })
    }

    /// The frame with each pixel the weighted mean of three by three, the middle one counting four times and those
    /// beside it twice: noise and the texture of a print go, modules stay.
    pub(super) fn smooth(frame: &LumaFrame<'_>) -> Self {
        let (width, height) = (frame.width(), frame.height());
        let mut pixels = Vec::with_capacity(width * height);
        let mut columns = vec![0_u16; width];
        for y in 0..height {
            let rows = [y.saturating_sub(1), y, (y + 1).min(height - 1)].map(|y| frame.row(y));
            weigh_columns(rows, &mut columns);
            weigh_row(&columns, &mut pixels);
        }
        Self {
            width,
            height,
            pixels,
        }
    }

    /// The plane as a frame. None only for a plane without pixels, which is not made.
    pub(super) fn frame(&self) -> Option<LumaFrame<'_>> {
        LumaFrame::packed(self.width, self.height, &self.pixels).ok()
    }
}

fn mean(pixels: [u8; 4]) -> u8 {
    let sum: u16 = pixels.into_iter().map(u16::from).sum();
    // Four bytes and two fit ten bits.
    ((sum + 2) >> 2) as u8
}

fn weigh_columns([above, row, below]: [&[u8]; 3], columns: &mut [u16]) {
    for (((column, &above), &middle), &below) in columns.iter_mut().zip(above).zip(row).zip(below) {
        *column = u16::from(above) + 2 * u16::from(middle) + u16::from(below);
    }
}

fn weigh_row(columns: &[u16], pixels: &mut Vec<u8>) {
    // Sixteen times a byte fits, and a sixteenth of that is a byte again.
    let weigh = |left: u16, middle: u16, right: u16| ((left + 2 * middle + right + 8) >> 4) as u8;
    let (Some(&first), Some(&last)) = (columns.first(), columns.last()) else {
        return;
    };
    let second = columns.get(1).copied().unwrap_or(first);
    pixels.push(weigh(first, first, second));
    pixels.extend(columns.windows(3).map(|three| match three {
        &[left, middle, right] => weigh(left, middle, right),
        _ => 0,
    }));
    if let [.., before, _] = columns {
        pixels.push(weigh(*before, last, last));
    }
}

#[cfg(test)]
mod tests {
    use super::super::drawn::{Dice, Scene};
    use super::*;

    /// Columns, rows and pixels.
    fn halved(width: usize, height: usize, pixels: &[u8]) -> Option<(usize, usize, Vec<u8>)> {
        let half = Plane::half(&LumaFrame::packed(width, height, pixels).unwrap())?;
        Some((half.width, half.height, half.pixels))
    }

    #[test]
    fn a_half_is_the_rounded_mean_of_four() {
        assert_eq!(halved(2, 2, &[0, 1, 0, 1]), Some((1, 1, vec![1])));
        assert_eq!(halved(2, 2, &[0, 0, 0, 1]), Some((1, 1, vec![0])));
        assert_eq!(halved(2, 2, &[255; 4]), Some((1, 1, vec![255])));
        let rows = [10, 20, 90, 90, 30, 40, 90, 90];
        assert_eq!(halved(4, 2, &rows), Some((2, 1, vec![25, 90])));
    }

    #[test]
    fn an_odd_row_and_column_are_left_out_of_a_half() {
        let rows = [10, 20, 99, 30, 40, 99, 99, 99, 99];
        assert_eq!(halved(3, 3, &rows), Some((1, 1, vec![25])));
    }

    #[test]
    fn there_is_no_half_of_a_single_row_or_column() {
        for (width, height) in [(1, 1), (1, 5), (5, 1)] {
            assert_eq!(halved(width, height, &vec![7; width * height]), None);
        }
    }

    #[test]
    fn a_half_of_rows_that_lie_apart_is_that_of_packed_ones() {
        let apart = [1, 2, 3, 4, 0, 0, 5, 6, 7, 8];
        let frame = LumaFrame::new(4, 2, 6, &apart).unwrap();
        let half = Plane::half(&frame).unwrap();
        assert_eq!(Some((2, 1, half.pixels)), halved(4, 2, &[1, 2, 3, 4, 5, 6, 7, 8]));
    }

    #[test]
    fn a_smooth_copy_has_the_same_size_and_keeps_what_is_flat() {
        for (width, height) in [(1, 1), (2, 1), (1, 2), (2, 2), (3, 1), (1, 3), (3, 5), (64, 2)] {
            let pixels = vec![113; width * height];
            let smooth = Plane::smooth(&LumaFrame::packed(width, height, &pixels).unwrap());
            assert_eq!((smooth.width, smooth.height), (width, height));
            assert_eq!(smooth.pixels, pixels, "{width} x {height}");
        }
    }

    #[test]
    fn smoothing_weighs_sixteenths() {
        let mut pixels = [0; 25];
        pixels[12] = 160;
        let smooth = Plane::smooth(&LumaFrame::packed(5, 5, &pixels).unwrap());
        let expected = [
            [0, 0, 0, 0, 0],
            [0, 10, 20, 10, 0],
            [0, 20, 40, 20, 0],
            [0, 10, 20, 10, 0],
            [0, 0, 0, 0, 0],
        ];
        assert_eq!(smooth.pixels, expected.as_flattened());
    }

    #[test]
    fn smoothing_keeps_the_mean_and_takes_the_noise() {
        let mut dice = Dice(1);
        let noisy = Scene::blank(64, 64).each(|_, _| 255.0 * dice.share()).taken();
        let frame = noisy.frame();
        let smooth = Plane::smooth(&frame);
        let smooth = smooth.frame().unwrap();
        let pixels = |frame: &LumaFrame<'_>| -> Vec<f32> {
            (0..64)
                .flat_map(|y| frame.row(y))
                .map(|value| f32::from(*value))
                .collect()
        };
        let mean = |values: &[f32]| values.iter().sum::<f32>() / values.len() as f32;
        let spread = |values: &[f32]| {
            let mean = mean(values);
            (values.iter().map(|value| (value - mean).powi(2)).sum::<f32>() / values.len() as f32).sqrt()
        };
        let (before, after) = (pixels(&frame), pixels(&smooth));
        assert!((mean(&before) - mean(&after)).abs() < 1.0);
        // The weights' squares add up to 36 / 256.
        assert!((spread(&after) / spread(&before) - 0.375).abs() < 0.04);
    }
}

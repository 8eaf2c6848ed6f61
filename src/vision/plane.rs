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

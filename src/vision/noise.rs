//! How much of what changes from pixel to pixel is noise.

use super::frame::LumaFrame;

/// Every so many rows are looked at.
const ROWS_STEP: usize = 8;
/// The quarter of the differences between neighbours that is smallest tells of even surfaces, also where a code fills
/// most of the frame.
const QUARTER: u32 = 4;
/// The least change that is not noise, whatever the frame: cameras round.
const FLOOR: f32 = 2.0;

/// The change that noise alone makes between pixels that are near each other: `factor` times the difference that a
/// quarter of all neighbours stay below, which for normal noise is 0.45 of its standard deviation.
pub(super) fn level(frame: &LumaFrame<'_>, factor: f32) -> u8 {
    let mut counts = [0_u32; 256];
    for y in (0..frame.height()).step_by(ROWS_STEP) {
        let row = frame.row(y);
        for (left, right) in row.iter().zip(row.iter().skip(1)) {
            if let Some(count) = counts.get_mut(usize::from(left.abs_diff(*right))) {
                *count += 1;
            }
        }
    }
    // Saturates at 255.
    (factor * quartile(&counts) + FLOOR) as u8
}

/// The difference that a quarter stays below, with what it is between whole steps.
fn quartile(counts: &[u32; 256]) -> f32 {
    let wanted = counts.iter().sum::<u32>() / QUARTER;
    let mut below = 0;
    for (difference, &count) in counts.iter().enumerate() {
        if below + count > wanted {
            return difference as f32 + (wanted - below) as f32 / count as f32;
        }
        below += count;
    }
    0.0
}

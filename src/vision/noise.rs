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

#[cfg(test)]
mod tests {
    use super::super::drawn::{Pose, Print, Scene};
    use super::super::geometry::Point;
    use super::*;

    const FACTOR: f32 = 7.0;

    fn level_of(scene: &Scene) -> f32 {
        f32::from(level(&scene.taken().frame(), FACTOR))
    }

    /// What normal noise should give. Half a step more, for a whole difference spans all up to the next.
    fn expected(sigma: f32) -> f32 {
        FLOOR + FACTOR * (0.45 * sigma + 0.5)
    }

    fn filled() -> Scene {
        let print = Print::of(7, 150);
        let map = Pose::facing(Point::new(96.0, 96.0), 4.2).map(print.side());
        Scene::blank(192, 192).print(&print, &map)
    }

    #[test]
    fn a_frame_without_noise_has_the_floor_and_what_rounding_may_hide() {
        let most = FLOOR + FACTOR / 2.0;
        assert!((FLOOR..most).contains(&level_of(&Scene::blank(64, 64))));
        assert!((FLOOR..most).contains(&level_of(&filled())));
    }

    #[test]
    fn a_frame_of_a_single_column_has_the_floor() {
        for (width, height) in [(1, 1), (1, 64)] {
            assert_eq!(level_of(&Scene::blank(width, height)), FLOOR);
        }
    }

    #[test]
    fn it_grows_with_the_noise() {
        for sigma in [3.0, 6.0, 12.0] {
            let found = level_of(&Scene::blank(192, 192).noisy(sigma, 1));
            assert!((found / expected(sigma) - 1.0).abs() < 0.15, "{sigma}: {found}");
        }
    }

    #[test]
    fn a_code_that_fills_the_frame_is_not_taken_for_noise() {
        for sigma in [3.0, 6.0, 12.0] {
            let found = level_of(&filled().noisy(sigma, 2));
            assert!((found / expected(sigma) - 1.0).abs() < 0.5, "{sigma}: {found}");
        }
    }

    #[test]
    fn a_frame_of_nothing_but_the_largest_changes_has_the_highest() {
        let stripes = [0, 255].repeat(32);
        assert_eq!(
            level(&LumaFrame::packed(64, 1, &stripes).unwrap(), FACTOR),
            u8::MAX
        );
    }

    #[test]
    fn it_saturates() {
        assert_eq!(
            level(&Scene::blank(64, 64).noisy(20.0, 3).taken().frame(), 1e6),
            255
        );
    }
}

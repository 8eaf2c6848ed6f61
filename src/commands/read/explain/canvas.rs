//! Shapes on a picture. What lies outside is left out.

use image::{Rgb, RgbImage};

/// What each colour stands for.
pub(super) const READ: Rgb<u8> = Rgb([0, 200, 70]);
pub(super) const UNREAD: Rgb<u8> = Rgb([255, 160, 0]);
pub(super) const FINDER: Rgb<u8> = Rgb([50, 140, 255]);
/// A finder that may well be chance.
pub(super) const FINDER_DOUBTFUL: Rgb<u8> = Rgb([150, 170, 200]);
/// A module that is printed light and seen dark, and the other way round.
pub(super) const SEEN_DARK: Rgb<u8> = Rgb([255, 120, 120]);
pub(super) const SEEN_LIGHT: Rgb<u8> = Rgb([150, 0, 0]);
pub(super) const DARK: Rgb<u8> = Rgb([0, 0, 0]);
pub(super) const LIGHT: Rgb<u8> = Rgb([255, 255, 255]);
pub(super) const EVEN: Rgb<u8> = Rgb([128, 128, 128]);
/// Around and between what is shown.
pub(super) const GROUND: Rgb<u8> = Rgb([40, 44, 52]);

/// The most points of a line: beyond, it leaves every picture, and what is left of it may have gaps.
const LINE_POINTS_MAX: f32 = 10_000.0;

/// A closed line through corners, in pixels.
pub(super) fn outline(image: &mut RgbImage, corners: [(f32, f32); 4], width: u32, colour: Rgb<u8>) {
    let [a, b, c, d] = corners;
    for (from, to) in [(a, b), (b, c), (c, d), (d, a)] {
        line(image, from, to, width, colour);
    }
}

/// A square around a middle.
pub(super) fn dot(image: &mut RgbImage, (x, y): (f32, f32), width: u32, colour: Rgb<u8>) {
    // Saturates; what is no number lands in the corner, where nothing is to be seen of it but a dot.
    let start = |middle: f32| (middle - width as f32 / 2.0).round() as i32;
    fill(image, (start(x), start(y)), width, colour);
}

/// A square from its upper left corner.
pub(super) fn fill(image: &mut RgbImage, (left, top): (i32, i32), side: u32, colour: Rgb<u8>) {
    let inside = |start: i32, end: u32| {
        let from = i64::from(start).max(0);
        let to = (i64::from(start) + i64::from(side)).min(i64::from(end));
        // From 0 to what a picture has.
        (from..to).map(|place| place as u32)
    };
    for y in inside(top, image.height()) {
        for x in inside(left, image.width()) {
            image.put_pixel(x, y, colour);
        }
    }
}

fn line(image: &mut RgbImage, from: (f32, f32), to: (f32, f32), width: u32, colour: Rgb<u8>) {
    let (dx, dy) = (to.0 - from.0, to.1 - from.1);
    let points = dx.abs().max(dy.abs()).ceil().clamp(1.0, LINE_POINTS_MAX);
    for point in 0..=points as u32 {
        let share = point as f32 / points;
        dot(image, (from.0 + dx * share, from.1 + dy * share), width, colour);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn painted(image: &RgbImage) -> Vec<(u32, u32)> {
        let pixels = image.enumerate_pixels();
        pixels
            .filter(|(_, _, colour)| **colour == READ)
            .map(|(x, y, _)| (x, y))
            .collect()
    }

    #[test]
    fn an_outline_is_a_closed_line() {
        let mut image = RgbImage::new(5, 5);
        outline(
            &mut image,
            [(1.5, 1.5), (3.5, 1.5), (3.5, 3.5), (1.5, 3.5)],
            1,
            READ,
        );
        let ring = [(1, 1), (2, 1), (3, 1), (1, 2), (3, 2), (1, 3), (2, 3), (3, 3)];
        assert_eq!(painted(&image), ring);
    }

    #[test]
    fn what_lies_outside_is_left_out_however_far() {
        let mut image = RgbImage::new(4, 3);
        fill(&mut image, (-1, -1), 2, READ);
        fill(&mut image, (3, 2), u32::MAX, READ);
        fill(&mut image, (i32::MAX, i32::MIN), 9, READ);
        line(&mut image, (1e30, 1e30), (2e30, f32::INFINITY), 3, READ);
        assert_eq!(painted(&image), [(0, 0), (3, 2)]);
    }
}

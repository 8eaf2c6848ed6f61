//! The README's picture: four scenes side by side.

use slint::{Rgb8Pixel, SharedPixelBuffer};

use super::headless::Headless;
use super::pictures::{below, differs, guest_with_code};
use super::scenes::{played, scenes};

/// Width and height of one scene.
const SCENE: (u32, u32) = (800, 480);
/// Between them.
const GAP: u32 = 16;

#[test]
fn the_readme_shows_the_screen_as_it_is() {
    let headless = Headless::new(SCENE);
    headless.preview(Some(&guest_with_code()));
    let places = [
        ("ready", "en", 0, 0),
        ("admit", "zh", 1, 0),
        ("deny-already-used", "en", 0, 1),
        ("ask-group", "zh", 1, 1),
    ];
    let mut picture = SharedPixelBuffer::<Rgb8Pixel>::new(2 * SCENE.0 + GAP, 2 * SCENE.1 + GAP);
    picture.make_mut_slice().fill(Rgb8Pixel::new(255, 255, 255));
    for (name, language, column, row) in places {
        let scenes = scenes();
        let scene = scenes.iter().find(|scene| scene.name == name).unwrap();
        headless.draw(&played(scene, language), scene.at);
        paste(
            &mut picture,
            &headless.picture(),
            column * (SCENE.0 + GAP),
            row * (SCENE.1 + GAP),
        );
    }
    let why = differs(&below("assets/kiosk.png"), "kiosk.png", &picture);
    assert!(
        why.is_none(),
        "{why:?}: look at target/kiosk/kiosk.png, then `make screenshot`"
    );
}

fn paste(
    onto: &mut SharedPixelBuffer<Rgb8Pixel>,
    picture: &SharedPixelBuffer<Rgb8Pixel>,
    left: u32,
    top: u32,
) {
    let stride = usize::try_from(onto.width()).unwrap();
    let start = usize::try_from(top * onto.width() + left).unwrap();
    let width = usize::try_from(picture.width()).unwrap();
    let rows = onto.make_mut_slice()[start..].chunks_mut(stride);
    for (row, pixels) in rows.zip(picture.as_slice().chunks(width)) {
        row[..width].copy_from_slice(pixels);
    }
}

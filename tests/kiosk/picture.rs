//! Frames as a camera would take them: drawn, not taken.

/// Width and height of a frame.
const SIZE: (u32, u32) = (1280, 720);
/// The largest that a module is drawn.
const MODULE_PX_MAX: u32 = 6;
/// Modules of the quiet zone, on both sides.
const QUIET: u32 = 8;

/// A frame as the bytes of a PGM file.
#[derive(Debug, Clone)]
pub(super) struct Frame(pub(super) Vec<u8>);

impl Frame {
    /// A code in the middle of a wall.
    pub(super) fn of_code(text: &str) -> Self {
        Self::of(drawn(text))
    }

    /// A code of which a hand covers the half with two of the finders.
    pub(super) fn of_torn_code(text: &str) -> Self {
        let mut frame = drawn(text);
        let half = image::GrayImage::from_pixel(SIZE.0 / 2, SIZE.1, image::Luma([60]));
        image::imageops::replace(&mut frame, &half, 0, 0);
        Self::of(frame)
    }

    /// An empty lane: a wall in uneven light.
    pub(super) fn of_wall() -> Self {
        Self::of(wall())
    }

    /// What a covered lens gives.
    pub(super) fn of_night() -> Self {
        Self::of(image::GrayImage::new(SIZE.0, SIZE.1))
    }

    /// What a bad cable gives: each pixel anything (xorshift).
    pub(super) fn of_noise(seed: u32) -> Self {
        let mut state = seed | 1;
        Self::of(image::GrayImage::from_fn(SIZE.0, SIZE.1, |_, _| {
            state ^= state << 13;
            state ^= state >> 17;
            state ^= state << 5;
            image::Luma([state.to_le_bytes()[0]])
        }))
    }

    /// A file whose second half never came.
    pub(super) fn cut_off() -> Self {
        let Self(mut bytes) = Self::of_wall();
        bytes.truncate(bytes.len() / 2);
        Self(bytes)
    }

    fn of(frame: image::GrayImage) -> Self {
        let header = format!("P5 {} {} 255\n", SIZE.0, SIZE.1);
        Self([header.into_bytes(), frame.into_raw()].concat())
    }
}

fn wall() -> image::GrayImage {
    image::GrayImage::from_fn(SIZE.0, SIZE.1, |x, y| {
        image::Luma([u8::try_from(90 + x / 40 - y / 24).unwrap()])
    })
}

fn drawn(text: &str) -> image::GrayImage {
    let code = qrcode::QrCode::with_error_correction_level(text, qrcode::EcLevel::L).unwrap();
    let modules = u32::try_from(code.width()).unwrap() + QUIET;
    let module = (SIZE.1 / modules).min(MODULE_PX_MAX);
    let drawn = code
        .render::<image::Luma<u8>>()
        .module_dimensions(module, module)
        .build();
    let mut frame = wall();
    let (left, top) = ((SIZE.0 - drawn.width()) / 2, (SIZE.1 - drawn.height()) / 2);
    image::imageops::replace(&mut frame, &drawn, i64::from(left), i64::from(top));
    frame
}

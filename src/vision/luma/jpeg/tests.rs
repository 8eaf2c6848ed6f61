//! Each vector is one scene of 101 x 67 pixels, in the coding that its name says.

use image::RgbImage;
use proptest::prelude::*;

use super::*;

/// How far a pixel may lie from the brightness of `image`'s colours: two conversions round, and each clips what colours
/// overshoot.
const LUMA_ERROR_MAX: f32 = 3.0;

macro_rules! vector {
    ($name:literal) => {
        (
            $name,
            include_bytes!(concat!("../../../../tests/vectors/jpeg/", $name, ".jpg")).as_slice(),
        )
    };
}

const COLOUR: &[u8] = vector!("420").1;

fn decoded(bytes: &[u8]) -> Result<(usize, usize, Vec<u8>), JpegError> {
    decoded_over(Vec::new(), bytes)
}

fn decoded_over(mut pixels: Vec<u8>, bytes: &[u8]) -> Result<(usize, usize, Vec<u8>), JpegError> {
    let jpeg = Jpeg::parse(bytes)?;
    jpeg.decode_luma(&mut pixels)?;
    Ok((jpeg.width(), jpeg.height(), pixels))
}

/// The brightness that JFIF derives colours from, of `image`'s colours.
fn by_way_of_colour(bytes: &[u8]) -> RgbImage {
    image::load_from_memory_with_format(bytes, image::ImageFormat::Jpeg)
        .unwrap()
        .into_rgb8()
}

fn assert_near(name: &str, bytes: &[u8]) {
    let (width, height, pixels) = decoded(bytes).unwrap();
    let colours = by_way_of_colour(bytes);
    assert_eq!(
        (width, height),
        (colours.width() as usize, colours.height() as usize)
    );
    assert_eq!(pixels.len(), width * height, "{name}");
    for (luma, image::Rgb([r, g, b])) in pixels.iter().zip(colours.pixels()) {
        let expected = 0.299 * f32::from(*r) + 0.587 * f32::from(*g) + 0.114 * f32::from(*b);
        assert!(
            (f32::from(*luma) - expected).abs() <= LUMA_ERROR_MAX,
            "{name}: {luma} is not {expected}"
        );
    }
}

/// The image as many cameras send it.
fn without_tables(bytes: &[u8]) -> Vec<u8> {
    let mut kept = Vec::new();
    let mut rest = bytes;
    while let Some(at) = rest.windows(2).position(|pair| pair == [0xff, 0xc4]) {
        kept.extend(&rest[..at]);
        let length = usize::from(u16::from_be_bytes([rest[at + 2], rest[at + 3]]));
        rest = &rest[at + 2 + length..];
    }
    kept.extend(rest);
    assert!(kept.len() < bytes.len());
    kept
}

#[test]
fn brightness_is_that_of_the_colours_in_every_sampling() {
    let vectors = [
        vector!("grey"),
        vector!("444"),
        vector!("422"),
        vector!("420"),
        vector!("440"),
        vector!("411"),
        vector!("restart_420"),
        vector!("progressive_420"),
        vector!("progressive_422"),
        vector!("one_pixel"),
    ];
    for (name, bytes) in vectors {
        assert_near(name, bytes);
    }
}

#[test]
fn a_scan_a_component_is_refused() {
    // The decoder leaves rows out of it without a word, and no camera sends it.
    assert_eq!(decoded(vector!("scans_420").1), Err(JpegError::Unsupported));
}

#[test]
fn standard_tables_stand_in_for_missing_ones() {
    for (name, bytes) in [vector!("grey"), vector!("422"), vector!("420")] {
        assert!(decoded(&without_tables(bytes)) == decoded(bytes), "{name}");
    }
}

#[test]
fn what_follows_the_end_changes_nothing() {
    let mut followed = COLOUR.to_vec();
    followed.extend([0; 4096]);
    followed.extend(COLOUR);
    assert!(decoded(&followed) == decoded(COLOUR));
}

#[test]
fn an_image_cut_above_its_last_blocks_is_refused_and_one_without_its_end_marker_is_read() {
    for (name, bytes) in [vector!("grey"), vector!("422"), vector!("420")] {
        let endless = &bytes[..bytes.len() - 2];
        assert!(decoded(endless) == decoded(bytes), "{name}");
        for cut in 0..bytes.len() * 3 / 4 {
            assert!(decoded(&bytes[..cut]).is_err(), "{name} cut after {cut}");
        }
    }
}

#[test]
fn nothing_of_an_earlier_frame_shows_where_data_are_missing() {
    // A second scan begins where the first should go on: the decoder stops there without an error.
    let scan = COLOUR.windows(2).position(|pair| pair == [0xff, 0xda]).unwrap();
    let length = usize::from(u16::from_be_bytes([COLOUR[scan + 2], COLOUR[scan + 3]]));
    let data = scan + 2 + length;
    let broken = [&COLOUR[..data + 40], &COLOUR[scan..data], &[0xff, 0xd9]].concat();
    let alone = decoded(&broken).unwrap();
    for earlier in [0, 255] {
        assert!(decoded_over(vec![earlier; 100_000], &broken).unwrap() == alone);
    }
}

#[test]
fn an_image_without_brightness_of_its_own_is_refused() {
    for (name, bytes) in [vector!("rgb"), vector!("luma_halved")] {
        assert_eq!(decoded(bytes), Err(JpegError::NoLuma), "{name}");
    }
}

#[test]
fn a_size_beyond_every_camera_takes_no_memory() {
    let mut huge = COLOUR.to_vec();
    let frame = COLOUR.windows(2).position(|pair| pair == [0xff, 0xc0]).unwrap();
    huge[frame + 5..frame + 9].fill(0xff);
    let mut pixels = Vec::new();
    let refused = Jpeg::parse(&huge).unwrap().decode_luma(&mut pixels);
    assert_eq!(
        refused,
        Err(JpegError::Size {
            width: 65_535,
            height: 65_535
        })
    );
    assert_eq!(pixels.capacity(), 0);
}

proptest! {
    #[test]
    fn damage_anywhere_is_an_error_or_a_frame_of_its_size(
        at in prop::collection::vec((0..COLOUR.len(), any::<u8>()), 1..6),
        cut in 0..COLOUR.len(),
    ) {
        let mut damaged = COLOUR[..COLOUR.len() - cut / 4].to_vec();
        for (at, byte) in at {
            if let Some(place) = damaged.get_mut(at) {
                *place = byte;
            }
        }
        if let Ok(jpeg) = Jpeg::parse(&damaged) {
            // Anything larger takes seconds to fill, and is filled alike.
            prop_assume!(jpeg.width() * jpeg.height() < 1 << 20);
            let mut pixels = Vec::new();
            if jpeg.decode_luma(&mut pixels).is_ok() {
                prop_assert_eq!(pixels.len(), jpeg.width() * jpeg.height());
            }
        }
    }
}

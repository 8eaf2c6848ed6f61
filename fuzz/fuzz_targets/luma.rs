//! Any buffer of any camera: it is a frame of the agreed size or an error, and reading it never panics.
//!
//!     cargo +nightly fuzz run luma
//!
//! An input is the format's place in `FORMATS`, then width, height and stride in two bytes each, low byte first, then the
//! buffer.

#![no_main]

use libfuzzer_sys::fuzz_target;
use wicket::vision::{Budget, LumaBuffer, PixelFormat, RawFrame, read};

const FORMATS: [PixelFormat; 5] = [
    PixelFormat::Grey,
    PixelFormat::Nv12,
    PixelFormat::Yuyv,
    PixelFormat::Uyvy,
    PixelFormat::Mjpeg,
];
/// Above it reading takes longer than finding anything is worth.
const PIXELS_MAX: usize = 1 << 18;

fuzz_target!(|input: &[u8]| {
    let Some((&[format, width_low, width_high, height_low, height_high, stride_low, stride_high], bytes)) =
        input.split_first_chunk()
    else {
        return;
    };
    let number = |low, high| usize::from(u16::from_le_bytes([low, high]));
    let raw = RawFrame {
        format: FORMATS[usize::from(format) % FORMATS.len()],
        width: number(width_low, width_high),
        height: number(height_low, height_high),
        stride: number(stride_low, stride_high),
        bytes,
    };
    if raw.width * raw.height > PIXELS_MAX {
        return;
    }
    // An earlier frame must not matter.
    let mut buffer = LumaBuffer::default();
    let first = buffer.luma(&raw).map(|frame| (frame.width(), frame.height()));
    if let Ok(size) = first {
        assert_eq!(size, (raw.width, raw.height));
        let again = buffer.luma(&raw).unwrap();
        for code in read(&again, Budget::STILL).unwrap() {
            assert!(code.area().is_finite(), "{code:?}");
        }
    }
});

//! The reader behind the seam: rqrr.

use std::any::Any;
use std::panic::{AssertUnwindSafe, catch_unwind};

use rqrr::PreparedImage;

use super::code::Code;
use super::frame::LumaFrame;

/// The reader gave up on a frame in a way that its author did not foresee. The next frame is read as if nothing
/// had happened: a reader keeps no state.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("the code reader failed on this image: {0}")]
pub struct ReaderPanicked(String);

/// The codes in a frame, the largest first. A code is found once.
///
/// # Errors
/// [`ReaderPanicked`] where the reader panicked and found nothing else in the frame.
pub fn read(frame: &LumaFrame<'_>) -> Result<Vec<Code>, ReaderPanicked> {
    read_with(frame, rqrr_codes)
}

fn read_with(
    frame: &LumaFrame<'_>,
    reader: impl FnOnce(&LumaFrame<'_>) -> Result<Vec<Code>, ReaderPanicked>,
) -> Result<Vec<Code>, ReaderPanicked> {
    let mut codes = guarded(|| reader(frame))??;
    codes.sort_by(|a, b| b.area().total_cmp(&a.area()));
    Ok(codes)
}

/// Each code is guarded on its own too, so that one that panics does not hide the others.
fn rqrr_codes(frame: &LumaFrame<'_>) -> Result<Vec<Code>, ReaderPanicked> {
    let mut image =
        PreparedImage::prepare_from_greyscale(frame.width(), frame.height(), |x, y| frame.at(x, y));
    let mut codes = Vec::new();
    let mut panicked = None;
    for grid in image.detect_grids() {
        let mut bytes = Vec::new();
        match guarded(|| grid.decode_to(&mut bytes)) {
            Ok(Ok(_)) => codes.push(Code::new(bytes, grid.bounds.map(corner))),
            Ok(Err(_unreadable)) => {}
            Err(panic) => panicked = Some(panic),
        }
    }
    match panicked {
        Some(panic) if codes.is_empty() => Err(panic),
        _ => Ok(codes),
    }
}

fn corner(point: rqrr::Point) -> (f32, f32) {
    // Sides have at most 8,192 pixels, which an f32 holds exactly.
    (point.x as f32, point.y as f32)
}

/// Nothing that the closure borrows is looked at again after a panic, so a broken invariant cannot be seen.
fn guarded<T>(work: impl FnOnce() -> T) -> Result<T, ReaderPanicked> {
    catch_unwind(AssertUnwindSafe(work)).map_err(|panic| ReaderPanicked(message(panic.as_ref())))
}

fn message(panic: &(dyn Any + Send)) -> String {
    let fixed = panic.downcast_ref::<&str>().map(|text| (*text).to_owned());
    fixed
        .or_else(|| panic.downcast_ref::<String>().cloned())
        .unwrap_or_else(|| "no message".to_owned())
}

#[cfg(test)]
mod tests {
    use qrcode::QrCode;

    use super::*;

    /// Codes side by side, each `module_px` pixels a module.
    fn picture(codes: &[(&[u8], usize)]) -> (usize, usize, Vec<u8>) {
        let codes: Vec<_> = codes
            .iter()
            .map(|(data, module_px)| (QrCode::new(data).unwrap(), *module_px))
            .collect();
        let side = |(code, module_px): &(QrCode, usize)| (code.width() + 8) * module_px;
        let (width, height) = (
            codes.iter().map(side).sum(),
            codes.iter().map(side).max().unwrap(),
        );
        let mut pixels = vec![255; width * height];
        let mut left = 0;
        for code in &codes {
            let (qr, module_px) = code;
            for y in 0..qr.width() * module_px {
                for x in 0..qr.width() * module_px {
                    if qr[(x / module_px, y / module_px)] == qrcode::Color::Dark {
                        pixels[(y + 4 * module_px) * width + left + 4 * module_px + x] = 0;
                    }
                }
            }
            left += side(code);
        }
        (width, height, pixels)
    }

    fn read_picture(codes: &[(&[u8], usize)]) -> Vec<Code> {
        let (width, height, pixels) = picture(codes);
        read(&LumaFrame::packed(width, height, &pixels).unwrap()).unwrap()
    }

    #[test]
    fn the_larger_code_comes_first() {
        for sizes in [(3, 6), (6, 3)] {
            let codes = read_picture(&[(b"LEFT", sizes.0), (b"RIGHT", sizes.1)]);
            let texts: Vec<_> = codes.iter().map(|code| code.text.as_deref().unwrap()).collect();
            let expected = if sizes.0 > sizes.1 {
                ["LEFT", "RIGHT"]
            } else {
                ["RIGHT", "LEFT"]
            };
            assert_eq!(texts, expected);
        }
    }

    #[test]
    fn corners_lie_at_the_edges_of_the_code() {
        let codes = read_picture(&[(b"TKT1:EDGE", 8)]);
        let modules = QrCode::new(b"TKT1:EDGE").unwrap().width() as f32;
        let (near, far) = (4.0 * 8.0, (4.0 + modules) * 8.0);
        for (corner, expected) in
            codes[0]
                .corners
                .iter()
                .zip([(near, near), (far, near), (far, far), (near, far)])
        {
            // The reader's own bounds are a module too wide.
            assert!(
                (corner.0 - expected.0).abs() <= 12.0,
                "{corner:?} is not {expected:?}"
            );
            assert!(
                (corner.1 - expected.1).abs() <= 12.0,
                "{corner:?} is not {expected:?}"
            );
        }
    }

    #[test]
    fn bytes_come_through_unchanged_whether_text_or_not() {
        for data in [&b"plain"[..], "Grüße 今度".as_bytes(), &[0, 0xff, 0xfe, 0x80, 7]] {
            let codes = read_picture(&[(data, 4)]);
            assert_eq!(codes[0].bytes, data);
            assert_eq!(codes[0].text.as_deref(), std::str::from_utf8(data).ok());
        }
    }

    #[test]
    fn a_frame_without_a_code_has_none() {
        for grey in [0, 128, 255] {
            let pixels = vec![grey; 64 * 48];
            assert_eq!(read(&LumaFrame::packed(64, 48, &pixels).unwrap()), Ok(Vec::new()));
        }
    }

    #[test]
    fn a_panic_in_a_reader_is_a_value_and_the_next_frame_is_read() {
        let (width, height, pixels) = picture(&[(b"NEXT", 4)]);
        let frame = LumaFrame::packed(width, height, &pixels).unwrap();
        let failed = read_with(&frame, |_| panic!("index {} out of range", 7));
        assert_eq!(failed, Err(ReaderPanicked("index 7 out of range".to_owned())));
        assert_eq!(read(&frame).unwrap()[0].text.as_deref(), Some("NEXT"));
    }
}

use proptest::prelude::*;

use super::*;

const JPEG: &[u8] = include_bytes!("../../../tests/vectors/jpeg/420.jpg");

fn raw(format: PixelFormat, width: usize, height: usize, stride: usize, bytes: &[u8]) -> RawFrame<'_> {
    RawFrame {
        format,
        width,
        height,
        stride,
        bytes,
    }
}

fn pixels(frame: &LumaFrame<'_>) -> Vec<Vec<u8>> {
    let row = |y| (0..frame.width()).map(|x| frame.at(x, y)).collect();
    (0..frame.height()).map(row).collect()
}

fn luma(raw: &RawFrame<'_>) -> Result<Vec<Vec<u8>>, LumaError> {
    LumaBuffer::default().luma(raw).map(|frame| pixels(&frame))
}

#[test]
fn a_plane_is_borrowed_as_it_is() {
    let planes = [
        PixelFormat::Grey,
        PixelFormat::Nv12,
        PixelFormat::Nv21,
        PixelFormat::Yu12,
        PixelFormat::Yv12,
    ];
    for format in planes {
        // Three pixels and a byte of padding a row, then colour.
        let bytes = [1, 2, 3, 99, 4, 5, 6, 99, 128, 128, 128, 128];
        let mut buffer = LumaBuffer::default();
        let frame = buffer.luma(&raw(format, 3, 2, 4, &bytes)).unwrap();
        assert_eq!(pixels(&frame), [[1, 2, 3], [4, 5, 6]], "{format}");
        assert_eq!(buffer.pixels.capacity(), 0, "{format} was copied");
    }
}

#[test]
fn every_second_byte_is_taken_whatever_the_padding() {
    let first = [1, 90, 2, 91, 3, 92, 9, 93, 77, 77, 4, 90, 5, 91, 6, 92, 9, 93];
    for format in [PixelFormat::Yuyv, PixelFormat::Yvyu] {
        let rows = luma(&raw(format, 3, 2, 10, &first));
        assert_eq!(rows, Ok(vec![vec![1, 2, 3], vec![4, 5, 6]]), "{format}");
    }
    let second = [90, 1, 91, 2, 92, 3, 93, 9, 77, 77, 90, 4, 91, 5, 92, 6, 93, 9];
    for format in [PixelFormat::Uyvy, PixelFormat::Vyuy] {
        let rows = luma(&raw(format, 3, 2, 10, &second));
        assert_eq!(rows, Ok(vec![vec![1, 2, 3], vec![4, 5, 6]]), "{format}");
    }
}

#[test]
fn one_pixel_is_a_frame_in_every_format() {
    let jpeg = include_bytes!("../../../tests/vectors/jpeg/one_pixel.jpg");
    let frames = [
        raw(PixelFormat::Grey, 1, 1, 1, &[90]),
        raw(PixelFormat::Nv12, 1, 1, 1, &[90]),
        raw(PixelFormat::Yuyv, 1, 1, 4, &[90, 0, 0, 0]),
        raw(PixelFormat::Yuyv, 1, 1, 2, &[90, 0]),
        raw(PixelFormat::Uyvy, 1, 1, 4, &[0, 90, 0, 0]),
        raw(PixelFormat::Mjpeg, 1, 1, 0, jpeg),
    ];
    for frame in frames {
        assert_eq!(luma(&frame), Ok(vec![vec![90]]), "{}", frame.format);
    }
}

#[test]
fn a_row_may_be_as_long_as_a_side_in_pixels_whatever_its_bytes() {
    let bytes = [7, 0].repeat(SIDE_PX_MAX);
    let rows = luma(&raw(PixelFormat::Yuyv, SIDE_PX_MAX, 1, 2 * SIDE_PX_MAX, &bytes));
    assert_eq!(rows, Ok(vec![vec![7; SIDE_PX_MAX]]));
}

#[test]
fn a_buffer_serves_frames_of_any_size_one_after_the_other() {
    let mut buffer = LumaBuffer::default();
    for (width, height) in [(4, 2), (1, 3), (101, 67), (2, 2)] {
        let bytes = if width == 101 {
            JPEG.to_vec()
        } else {
            [5, 0].repeat(width * height)
        };
        let format = if width == 101 {
            PixelFormat::Mjpeg
        } else {
            PixelFormat::Yuyv
        };
        let frame = buffer
            .luma(&raw(format, width, height, 2 * width, &bytes))
            .unwrap();
        assert_eq!((frame.width(), frame.height()), (width, height));
        assert!(width == 101 || pixels(&frame).concat().iter().all(|luma| *luma == 5));
    }
}

#[test]
fn too_few_bytes_and_rows_that_overlap_are_refused() {
    let refused = |format, width, height, stride, bytes: usize| {
        let error = luma(&raw(format, width, height, stride, &vec![0; bytes]));
        assert!(
            matches!(error, Err(LumaError::Bytes { .. })),
            "{format} {width} x {height}: {error:?}"
        );
    };
    for (format, row_bytes) in [
        (PixelFormat::Grey, 4),
        (PixelFormat::Nv12, 4),
        (PixelFormat::Yuyv, 8),
        (PixelFormat::Uyvy, 8),
    ] {
        assert!(luma(&raw(format, 4, 3, row_bytes, &vec![0; 3 * row_bytes])).is_ok());
        refused(format, 4, 3, row_bytes, 3 * row_bytes - 1);
        refused(format, 4, 3, row_bytes - 1, 100);
        refused(format, 4, 3, 0, 100);
        refused(format, 4, 3, usize::MAX, 100);
    }
}

#[test]
fn a_lost_frame_an_impossible_size_and_another_size_are_told_apart() {
    assert_eq!(
        luma(&raw(PixelFormat::Mjpeg, 101, 67, 0, &[])),
        Err(LumaError::Empty)
    );
    assert_eq!(luma(&raw(PixelFormat::Grey, 2, 2, 2, &[])), Err(LumaError::Empty));
    for (width, height) in [(0, 5), (5, 0), (SIDE_PX_MAX + 1, 5), (65_535, 65_535)] {
        for format in [PixelFormat::Grey, PixelFormat::Yuyv, PixelFormat::Mjpeg] {
            let expected = LumaError::Size(FrameError::Size { width, height });
            assert_eq!(luma(&raw(format, width, height, width, JPEG)), Err(expected));
        }
    }
    let other = luma(&raw(PixelFormat::Mjpeg, 640, 480, 0, JPEG));
    let expected = LumaError::OtherSize {
        width: 640,
        height: 480,
        found_width: 101,
        found_height: 67,
    };
    assert_eq!(other, Err(expected));
    let zeros = luma(&raw(PixelFormat::Mjpeg, 101, 67, 0, &[0; 5000]));
    assert_eq!(zeros, Err(LumaError::Jpeg(JpegError::NotAJpeg)));
}

#[test]
fn every_refusal_says_what_to_do_next() {
    for frame in [
        raw(PixelFormat::Mjpeg, 101, 67, 0, &[]),
        raw(PixelFormat::Mjpeg, 101, 67, 0, &[0; 9]),
        raw(PixelFormat::Mjpeg, 1, 1, 0, JPEG),
        raw(PixelFormat::Mjpeg, 101, 67, 0, &JPEG[..2000]),
        raw(PixelFormat::Grey, 0, 1, 1, JPEG),
        raw(PixelFormat::Yuyv, 4000, 1, 8000, JPEG),
    ] {
        let text = luma(&frame).unwrap_err().to_string();
        assert!(
            text.contains("take the next one") || text.contains("set the camera"),
            "{text}"
        );
    }
}

fn any_format() -> impl Strategy<Value = PixelFormat> {
    prop::sample::select(vec![
        PixelFormat::Grey,
        PixelFormat::Yu12,
        PixelFormat::Yuyv,
        PixelFormat::Uyvy,
        PixelFormat::Mjpeg,
    ])
}

proptest! {
    #[test]
    fn any_bytes_of_any_declared_size_are_a_frame_of_that_size_or_an_error(
        format in any_format(),
        width in prop_oneof![0..40_usize, any::<usize>()],
        height in prop_oneof![0..40_usize, any::<usize>()],
        stride in prop_oneof![0..90_usize, any::<usize>()],
        bytes in prop::collection::vec(any::<u8>(), 0..2000),
    ) {
        let mut buffer = LumaBuffer::default();
        if let Ok(frame) = buffer.luma(&raw(format, width, height, stride, &bytes)) {
            prop_assert_eq!((frame.width(), frame.height()), (width, height));
        }
    }
}

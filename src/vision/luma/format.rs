//! The pixel formats of cameras whose brightness can be had without a trip through colour.

use std::fmt;

/// How a camera lays out a frame. Names and codes are those of V4L2
/// (<https://docs.kernel.org/userspace-api/media/v4l/pixfmt.html>).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PixelFormat {
    /// A byte a pixel.
    Grey,
    /// A plane of brightness, then one of colour, Cb first.
    Nv12,
    /// A plane of brightness, then one of colour, Cr first.
    Nv21,
    /// A plane of brightness, then one of Cb and one of Cr.
    Yu12,
    /// A plane of brightness, then one of Cr and one of Cb.
    Yv12,
    /// Two pixels in four bytes: Y Cb Y Cr.
    Yuyv,
    /// Two pixels in four bytes: Y Cr Y Cb.
    Yvyu,
    /// Two pixels in four bytes: Cb Y Cr Y.
    Uyvy,
    /// Two pixels in four bytes: Cr Y Cb Y.
    Vyuy,
    /// A JPEG image a frame.
    Mjpeg,
}

/// Where the brightness lies, which is all that tells the formats apart here.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Layout {
    /// In the rows that the buffer begins with, a byte a pixel.
    Plane,
    /// In the first byte of each pair.
    FirstOfPair,
    /// In the second byte of each pair.
    SecondOfPair,
    /// In the first component of a JPEG image.
    Jpeg,
}

const FOURCCS: [(&[u8; 4], PixelFormat); 11] = [
    (b"GREY", PixelFormat::Grey),
    (b"NV12", PixelFormat::Nv12),
    (b"NV21", PixelFormat::Nv21),
    (b"YU12", PixelFormat::Yu12),
    (b"YV12", PixelFormat::Yv12),
    (b"YUYV", PixelFormat::Yuyv),
    (b"YVYU", PixelFormat::Yvyu),
    (b"UYVY", PixelFormat::Uyvy),
    (b"VYUY", PixelFormat::Vyuy),
    (b"MJPG", PixelFormat::Mjpeg),
    // What some drivers call the same.
    (b"JPEG", PixelFormat::Mjpeg),
];

impl PixelFormat {
    /// The format of a V4L2 code; `None` where it is not read.
    #[must_use]
    pub fn from_fourcc(fourcc: [u8; 4]) -> Option<Self> {
        let known = FOURCCS.iter().find(|(code, _)| **code == fourcc);
        known.map(|(_, format)| *format)
    }

    pub(super) fn layout(self) -> Layout {
        match self {
            Self::Grey | Self::Nv12 | Self::Nv21 | Self::Yu12 | Self::Yv12 => Layout::Plane,
            Self::Yuyv | Self::Yvyu => Layout::FirstOfPair,
            Self::Uyvy | Self::Vyuy => Layout::SecondOfPair,
            Self::Mjpeg => Layout::Jpeg,
        }
    }
}

impl fmt::Display for PixelFormat {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(match self {
            Self::Grey => "GREY",
            Self::Nv12 => "NV12",
            Self::Nv21 => "NV21",
            Self::Yu12 => "YU12",
            Self::Yv12 => "YV12",
            Self::Yuyv => "YUYV",
            Self::Yvyu => "YVYU",
            Self::Uyvy => "UYVY",
            Self::Vyuy => "VYUY",
            Self::Mjpeg => "MJPG",
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_format_is_shown_by_the_code_it_is_known_by() {
        for (code, format) in FOURCCS.iter().filter(|(code, _)| *code != b"JPEG") {
            assert_eq!(format.to_string().as_bytes(), *code);
            assert_eq!(PixelFormat::from_fourcc(**code), Some(*format));
        }
        assert_eq!(PixelFormat::from_fourcc(*b"JPEG"), Some(PixelFormat::Mjpeg));
    }

    #[test]
    fn other_formats_are_not_read() {
        for code in [*b"H264", *b"RGB3", *b"grey", [0; 4]] {
            assert_eq!(PixelFormat::from_fourcc(code), None);
        }
    }
}

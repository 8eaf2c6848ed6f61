//! Which of the formats that a camera offers to take. Pure.

use crate::vision::PixelFormat;

/// A rate that is as good as the one that was wanted: cameras say 29.97 for 30.
const RATE_SLACK: f64 = 0.9;

/// What is wanted of a camera.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Wanted {
    /// Pixels in a row.
    pub(super) width: u32,
    /// Rows.
    pub(super) height: u32,
    /// Frames a second.
    pub(super) fps: u32,
}

/// A format that a camera offers at a size.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Offer {
    /// Its code.
    pub(super) fourcc: [u8; 4],
    /// Pixels in a row.
    pub(super) width: u32,
    /// Rows.
    pub(super) height: u32,
    /// The most frames a second; 0 where the camera does not say.
    pub(super) fps_max: f64,
}

/// The offer to take: the nearest size, then one that is quick enough, then the format that costs least to read. None where
/// nothing can be read.
pub(super) fn choose(offers: &[Offer], wanted: &Wanted) -> Option<Offer> {
    let readable = offers.iter().filter(|offer| cost(offer.fourcc).is_some());
    let key = |offer: &&Offer| {
        let pixels = |width: u32, height: u32| u64::from(width) * u64::from(height);
        let other = offer.width.abs_diff(wanted.width) + offer.height.abs_diff(wanted.height);
        let apart = pixels(offer.width, offer.height).abs_diff(pixels(wanted.width, wanted.height));
        let slow = offer.fps_max > 0.0 && offer.fps_max < f64::from(wanted.fps) * RATE_SLACK;
        (apart, other, slow, cost(offer.fourcc))
    };
    readable.min_by_key(key).copied()
}

/// Brightness as it comes before brightness that must be picked out, and both before what must be decoded.
fn cost(fourcc: [u8; 4]) -> Option<u8> {
    Some(match PixelFormat::from_fourcc(fourcc)? {
        PixelFormat::Grey => 0,
        PixelFormat::Nv12 | PixelFormat::Nv21 | PixelFormat::Yu12 | PixelFormat::Yv12 => 1,
        PixelFormat::Yuyv | PixelFormat::Yvyu | PixelFormat::Uyvy | PixelFormat::Vyuy => 2,
        PixelFormat::Mjpeg => 3,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    const WANTED: Wanted = Wanted {
        width: 1280,
        height: 720,
        fps: 30,
    };

    fn offer(fourcc: &[u8; 4], width: u32, height: u32, fps_max: f64) -> Offer {
        Offer {
            fourcc: *fourcc,
            width,
            height,
            fps_max,
        }
    }

    fn chosen(offers: &[Offer]) -> Option<(String, u32)> {
        let offer = choose(offers, &WANTED)?;
        Some((String::from_utf8_lossy(&offer.fourcc).into_owned(), offer.width))
    }

    #[test]
    fn a_usb_camera_that_is_slow_without_compression_is_read_compressed() {
        let usb = [
            offer(b"YUYV", 640, 480, 30.0),
            offer(b"YUYV", 1280, 720, 10.0),
            offer(b"MJPG", 1280, 720, 29.97),
            offer(b"MJPG", 1920, 1080, 30.0),
        ];
        assert_eq!(chosen(&usb), Some(("MJPG".to_owned(), 1280)));
        assert_eq!(
            chosen(&usb[..2]),
            Some(("YUYV".to_owned(), 1280)),
            "slow before small"
        );
    }

    #[test]
    fn what_costs_least_is_taken_among_those_that_are_quick_enough() {
        let all = [b"MJPG", b"YUYV", b"NV12", b"GREY"].map(|fourcc| offer(fourcc, 1280, 720, 60.0));
        assert_eq!(chosen(&all), Some(("GREY".to_owned(), 1280)));
        assert_eq!(chosen(&all[..3]), Some(("NV12".to_owned(), 1280)));
        assert_eq!(chosen(&all[..2]), Some(("YUYV".to_owned(), 1280)));
        let unsaid = [offer(b"YUYV", 1280, 720, 0.0), offer(b"MJPG", 1280, 720, 30.0)];
        assert_eq!(chosen(&unsaid), Some(("YUYV".to_owned(), 1280)));
    }

    #[test]
    fn the_nearest_size_is_taken_where_there_is_no_such_one() {
        let others = [
            offer(b"GREY", 640, 400, 120.0),
            offer(b"GREY", 1280, 800, 120.0),
            offer(b"GREY", 2592, 1944, 5.0),
        ];
        assert_eq!(chosen(&others), Some(("GREY".to_owned(), 1280)));
    }

    #[test]
    fn a_camera_that_offers_nothing_readable_is_not_taken() {
        assert_eq!(
            chosen(&[offer(b"H264", 1280, 720, 30.0), offer(b"BGR3", 1280, 720, 30.0)]),
            None
        );
        assert_eq!(chosen(&[]), None);
    }
}

//! What a JPEG file says of itself before anything is decoded: a walk over its markers.
//!
//! Markers, segments and scans are those of ITU-T T.81, annex B.

use super::JpegError;

/// What the markers of an image say.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Layout {
    pub(super) width: usize,
    pub(super) height: usize,
    /// The first component has as many samples as any other.
    pub(super) first_is_finest: bool,
    /// Each scan has every component, or the image is progressive.
    pub(super) is_interleaved: bool,
    pub(super) has_huffman_tables: bool,
    /// Where the image's end marker ends; `None` where there is none.
    pub(super) end: Option<usize>,
}

const SOI: u8 = 0xd8;
const EOI: u8 = 0xd9;
const SOS: u8 = 0xda;
const DHT: u8 = 0xc4;
/// DHT, JPG and DAC lie among the start-of-frame markers and are none.
const NOT_FRAMES: [u8; 3] = [DHT, 0xc8, 0xcc];

struct Walk<'a> {
    rest: &'a [u8],
    frame: Option<Frame>,
    has_huffman_tables: bool,
    /// The components of the first scan; `None` before it.
    scan_components: Option<u8>,
}

struct Frame {
    width: usize,
    height: usize,
    components: u8,
    is_progressive: bool,
    first_is_finest: bool,
}

/// Walks from the image's start to its end marker. Thumbnails inside of segments, and whatever cameras and telephones put
/// behind the end, are not looked at.
pub(super) fn layout(bytes: &[u8]) -> Result<Layout, JpegError> {
    let rest = bytes.strip_prefix(&[0xff, SOI]).ok_or(JpegError::NotAJpeg)?;
    let mut walk = Walk {
        rest,
        frame: None,
        has_huffman_tables: false,
        scan_components: None,
    };
    let whole = walk.reach_end()?;
    let (Some(frame), Some(in_scan)) = (walk.frame, walk.scan_components) else {
        return Err(JpegError::CutOff);
    };
    Ok(Layout {
        width: frame.width,
        height: frame.height,
        first_is_finest: frame.first_is_finest,
        is_interleaved: frame.is_progressive || in_scan == frame.components,
        has_huffman_tables: walk.has_huffman_tables,
        end: whole.then(|| bytes.len() - walk.rest.len()),
    })
}

impl<'a> Walk<'a> {
    /// Whether the end marker was met before the bytes' end.
    fn reach_end(&mut self) -> Result<bool, JpegError> {
        while let Some(marker) = self.next_marker() {
            if marker == EOI {
                return Ok(true);
            }
            let Some(segment) = self.segment() else {
                return Ok(false);
            };
            match marker {
                SOS => self.scan_components = self.scan_components.or(segment.first().copied()),
                DHT => self.has_huffman_tables = true,
                0xc0..=0xcf if !NOT_FRAMES.contains(&marker) => self.start_of_frame(marker, segment)?,
                _ => {}
            }
        }
        Ok(false)
    }

    /// The next marker that has a segment or ends the image. Coded data holds 0xff only before a zero or a restart
    /// marker, and what else lies before a marker is skipped, as decoders do.
    fn next_marker(&mut self) -> Option<u8> {
        loop {
            let fill = self.rest.iter().position(|byte| *byte == 0xff)?;
            self.rest = self.rest.get(fill..)?;
            let code = self.rest.iter().position(|byte| *byte != 0xff)?;
            let (marker, rest) = self.rest.get(code..)?.split_first()?;
            self.rest = rest;
            if !matches!(marker, 0x00 | 0x01 | 0xd0..=SOI) {
                return Some(*marker);
            }
        }
    }

    /// A segment without its length; `None` where the bytes end before it.
    fn segment(&mut self) -> Option<&'a [u8]> {
        let (length, _) = self.rest.split_first_chunk::<2>()?;
        let (segment, rest) = self.rest.split_at_checked(u16::from_be_bytes(*length).into())?;
        self.rest = rest;
        // Its length counts itself, so that less than two is damage.
        segment.get(2..)
    }

    fn start_of_frame(&mut self, marker: u8, segment: &[u8]) -> Result<(), JpegError> {
        if marker > 0xc2 {
            return Err(JpegError::Unsupported);
        }
        let frame = frame(marker == 0xc2, segment).ok_or(JpegError::CutOff)?;
        self.frame.get_or_insert(frame);
        Ok(())
    }
}

/// The size, and whether the first component is sampled as finely as the others; `None` for a damaged header.
fn frame(is_progressive: bool, segment: &[u8]) -> Option<Frame> {
    let ([_precision, height_high, height_low, width_high, width_low, count], components) =
        segment.split_first_chunk::<6>()?;
    let (components, _) = components.as_chunks::<3>();
    let sampling = |[_id, sampling, _table]: &[u8; 3]| (sampling >> 4, sampling & 0xf);
    let first = components.first().map(sampling)?;
    let finest = components
        .iter()
        .map(sampling)
        .fold(first, |finest, each| (finest.0.max(each.0), finest.1.max(each.1)));
    Some(Frame {
        width: u16::from_be_bytes([*width_high, *width_low]).into(),
        height: u16::from_be_bytes([*height_high, *height_low]).into(),
        components: *count,
        is_progressive,
        first_is_finest: first == finest,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    const COLOUR: &[u8] = include_bytes!("../../../../tests/vectors/jpeg/420.jpg");

    #[test]
    fn a_header_tells_size_tables_and_end() {
        let expected = Layout {
            width: 101,
            height: 67,
            first_is_finest: true,
            is_interleaved: true,
            has_huffman_tables: true,
            end: Some(COLOUR.len()),
        };
        assert_eq!(layout(COLOUR), Ok(expected));
        let mut followed = COLOUR.to_vec();
        followed.extend(b"MOTION\xff\xd8\xff\xda\x00\x03 video \xff\xd9");
        assert_eq!(
            layout(&followed),
            Ok(expected),
            "what follows is no part of the image"
        );
    }

    #[test]
    fn an_end_inside_of_a_segment_is_not_the_images_own() {
        let mut thumbnail = vec![0xff, SOI, 0xff, 0xe1, 0, 8, 0xff, SOI, 0xff, EOI, 0xff, EOI];
        thumbnail.extend(&COLOUR[2..]);
        let end = layout(&thumbnail).map(|layout| layout.end);
        assert_eq!(end, Ok(Some(thumbnail.len())));
    }

    #[test]
    fn an_image_without_its_end_has_none_wherever_it_was_cut() {
        for bytes in 0..COLOUR.len() {
            match layout(&COLOUR[..bytes]) {
                Ok(layout) => assert_eq!(layout.end, None, "{bytes}"),
                Err(error) => {
                    let expected = if bytes < 2 {
                        JpegError::NotAJpeg
                    } else {
                        JpegError::CutOff
                    };
                    assert_eq!(error, expected, "{bytes}");
                }
            }
        }
    }

    #[test]
    fn kinds_of_jpeg_that_no_camera_sends_are_named() {
        let mut arithmetic = COLOUR.to_vec();
        let at = COLOUR.windows(2).position(|pair| pair == [0xff, 0xc0]).unwrap();
        arithmetic[at + 1] = 0xc9;
        assert_eq!(layout(&arithmetic), Err(JpegError::Unsupported));
    }
}

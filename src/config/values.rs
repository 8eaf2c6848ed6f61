//! Values with a range or a shape, each parsed once.

use std::path::{Path, PathBuf};

use serde::Deserialize;

/// The longest side of a picture or a screen, in pixels: what the code reader takes.
const SIDE_PX_MAX: u32 = 8192;
/// The shortest: less shows no ticket, and no screen has less.
const SIDE_PX_MIN: u32 = 120;

/// Why a value is refused: what would be right.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ValueError {
    /// A number out of its range.
    #[error("{found} is out of range: give {wanted}")]
    Range {
        /// What was given.
        found: u64,
        /// The range and its unit.
        wanted: &'static str,
    },
    /// No size.
    #[error("{0:?} is no size: give width and height in pixels from 120 to 8192, such as \"1280x720\"")]
    Size(String),
    /// No language.
    #[error("{0:?} is no language: give a tag such as \"en\" or \"zh\"")]
    Language(String),
    /// A path that depends on where the program is started.
    #[error("{0:?} is no whole path: begin it with /")]
    Path(String),
    /// No baud rate that serial ports know.
    #[error("{0} is no speed of a serial port: give 1200, 2400, 4800, 9600, 19200, 38400, 57600 or 115200")]
    Baud(u32),
    /// A scanner that is none or two.
    #[error(
        "a scanner is either hid = PATH, perhaps with a layout, or serial = PATH, perhaps with a baud rate"
    )]
    Scanner,
    /// A turn that screens do not make.
    #[error("{0} is no rotation: give 0, 90, 180 or 270 degrees")]
    Rotation(u16),
}

/// A number with a range. The range's words are what people read.
macro_rules! ranged {
    ($(#[$doc:meta])* $name:ident($inner:ty) in $range:expr, $wanted:literal) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Deserialize)]
        #[serde(try_from = "u64")]
        pub struct $name(pub(super) $inner);

        impl $name {
            /// The number.
            #[must_use]
            pub fn get(self) -> $inner {
                self.0
            }
        }

        impl TryFrom<u64> for $name {
            type Error = ValueError;

            fn try_from(found: u64) -> Result<Self, ValueError> {
                let number = <$inner>::try_from(found).ok().filter(|number| $range.contains(number));
                number.map(Self).ok_or(ValueError::Range { found, wanted: $wanted })
            }
        }
    };
}

ranged!(
    /// Frames a second that are asked of a camera, or that a replay gives.
    Fps(u32) in (1..=240), "1 to 240 frames a second"
);
ranged!(
    /// How long the relay is held, in milliseconds: long enough for a lock to draw, short enough to close behind a guest.
    PulseMs(u32) in (20..=30_000), "20 to 30000 ms"
);
ranged!(
    /// How long an input must rest before it counts, in milliseconds. Nobody passes two times in a second.
    DebounceMs(u32) in (0..=1_000), "0 to 1000 ms"
);
ranged!(
    /// A line's number on its chip.
    LineOffset(u32) in (0..=1_023), "0 to 1023, a line's number on its chip"
);
ranged!(
    /// Loudness in percent.
    Volume(u8) in (0..=100), "0 to 100 percent"
);

/// A serial port's speed in bits a second.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(try_from = "u32")]
pub struct Baud(u32);

impl Baud {
    /// What scanners come set to.
    pub(super) const DEFAULT: Self = Self(9600);

    /// Bits a second.
    #[must_use]
    pub fn get(self) -> u32 {
        self.0
    }
}

impl TryFrom<u32> for Baud {
    type Error = ValueError;

    fn try_from(rate: u32) -> Result<Self, ValueError> {
        match rate {
            1200 | 2400 | 4800 | 9600 | 19_200 | 38_400 | 57_600 | 115_200 => Ok(Self(rate)),
            _ => Err(ValueError::Baud(rate)),
        }
    }
}

/// A picture's or a screen's size in pixels, as `1280x720`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(try_from = "String")]
pub struct PixelSize {
    width: u32,
    height: u32,
}

impl PixelSize {
    /// What the reader is tuned for.
    pub(super) const HD: Self = Self {
        width: 1280,
        height: 720,
    };

    /// Pixels in a row.
    #[must_use]
    pub fn width(self) -> u32 {
        self.width
    }

    /// Rows.
    #[must_use]
    pub fn height(self) -> u32 {
        self.height
    }
}

impl TryFrom<String> for PixelSize {
    type Error = ValueError;

    fn try_from(text: String) -> Result<Self, ValueError> {
        let side = |side: &str| -> Option<u32> {
            let side = side.parse().ok()?;
            (SIDE_PX_MIN..=SIDE_PX_MAX).contains(&side).then_some(side)
        };
        let sides = text
            .split_once('x')
            .and_then(|(width, height)| side(width).zip(side(height)));
        match sides {
            Some((width, height)) => Ok(Self { width, height }),
            None => Err(ValueError::Size(text)),
        }
    }
}

/// A path that means the same wherever the program is started.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(try_from = "String")]
pub struct AbsolutePath(PathBuf);

impl AbsolutePath {
    /// The path.
    #[must_use]
    pub fn as_path(&self) -> &Path {
        &self.0
    }
}

impl TryFrom<String> for AbsolutePath {
    type Error = ValueError;

    fn try_from(text: String) -> Result<Self, ValueError> {
        let path = Path::new(&text);
        if path.is_absolute() {
            Ok(Self(path.to_owned()))
        } else {
            Err(ValueError::Path(text))
        }
    }
}

//! Hardware and its like, one file each.

#[cfg(feature = "kiosk")]
pub mod backlight;
#[cfg(feature = "camera")]
pub mod camera;
pub mod camera_live_replay;
pub mod camera_replay;
pub mod clock;
pub mod disk;
pub mod frame_source;
#[cfg(feature = "gate")]
pub mod gpio;
pub mod image_file;
pub mod network;
pub mod new_file;
#[cfg(feature = "gate")]
pub mod scanner_hid;
pub mod scanner_line;
#[cfg(feature = "gate")]
pub mod scanner_serial;
pub mod signals;
pub mod sounds;
#[cfg(feature = "sound")]
pub mod speaker;
pub mod stop_signal;

//! Hardware and its like, one file each.

pub mod camera_live_replay;
pub mod camera_replay;
pub mod clock;
pub mod disk;
pub mod frame_source;
pub mod image_file;
pub mod network;
pub mod new_file;
pub mod scanner_line;
pub mod signals;
pub mod stop_signal;

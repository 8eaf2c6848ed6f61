//! From a luma frame to the texts of the QR codes in it. Pure: pixels in, values out, no state between frames.

mod code;
mod frame;
mod reader;

pub use code::Code;
pub use frame::{FrameError, LumaFrame, SIDE_PX_MAX};
pub use reader::{ReaderPanicked, read};

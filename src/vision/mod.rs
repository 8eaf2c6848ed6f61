//! From a luma frame to the texts of the QR codes in it. Pure: pixels in, values out, no state between frames.

mod code;
mod frame;
mod luma;
mod reader;
#[cfg_attr(
    not(test),
    expect(dead_code, reason = "what finds and samples symbols is still to come")
)]
#[expect(
    unused_imports,
    reason = "the names are for what finds and samples symbols, which is still to come"
)]
mod symbol;

pub use code::Code;
pub use frame::{FrameError, LumaFrame, SIDE_PX_MAX};
pub use luma::{Jpeg, JpegError, LumaBuffer, LumaError, PixelFormat, RawFrame};
pub use reader::{ReaderPanicked, read};

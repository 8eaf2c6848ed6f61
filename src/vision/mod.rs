//! From a luma frame to the texts of the QR codes in it. Pure: pixels in, values out.

mod align;
mod attempt;
mod bend;
mod budget;
mod code;
mod corner;
mod finder;
mod frame;
mod geometry;
mod grid;
mod linear;
mod luma;
mod measure;
mod memory;
mod neighbourhood;
mod noise;
mod pass;
mod plane;
mod profile;
mod reader;
mod soft;
mod symbol;
mod trace;
mod view;
mod warp;

pub use budget::Budget;
pub use code::Code;
pub use frame::{FrameError, LumaFrame, SIDE_PX_MAX};
pub use luma::{Jpeg, JpegError, LumaBuffer, LumaError, PixelFormat, RawFrame};
pub use reader::{Reader, ReaderPanicked, Reading, explain, read};
pub use trace::{PassTrace, ReadTrace, SymbolTrace};

//! From a luma frame to the texts of the QR codes in it. Pure: pixels in, values out.

mod align;
mod attempt;
mod bend;
mod budget;
mod code;
mod corner;
#[cfg(test)]
mod drawn;
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
mod pass_view;
mod plane;
mod profile;
mod reader;
mod soft;
mod symbol;
mod symbol_view;
mod trace;
mod view;
mod warp;

pub use budget::Budget;
pub use code::Code;
pub use frame::{FrameError, LumaFrame, SIDE_PX_MAX};
pub use luma::{Jpeg, JpegError, LumaBuffer, LumaError, PixelFormat, RawFrame};
pub use pass_view::{PassView, Run};
pub use reader::{Reader, ReaderPanicked, Reading, explain, read};
pub use symbol_view::{Module, SymbolView};
pub use trace::{FinderTrace, PassTrace, ReadTrace, SymbolTrace};

//! From a luma frame to the texts of the QR codes in it. Pure: pixels in, values out; what a frame may cost is told
//! as a [`Budget`] of work, so that the same frame gives the same on every machine.
//!
//! # How a code is read
//!
//! 1. **Finders** (`profile`, `finder`). Along every fourth row, edges are taken half way between a local minimum and
//!    the next maximum. There is no threshold: light that falls off, glare and blur change how high an edge is and leave
//!    it in place. Five runs as 1:1:3:1:1, and as much down and across, are a finder; both polarities are seen at once,
//!    so that inverted codes cost nothing. What counts as noise is measured in the frame (`noise`).
//! 2. **Corners** (`corner`): three finders that may be one symbol's, the likeliest first. Most are turned down for six
//!    microseconds by how their finders look (`grid`).
//! 3. **Grid** (`measure`, `grid`, `align`, `warp`, `bend`). The sizes of the finders along both arms give the version
//!    and the tilt; alternating rows choose among versions, or, where blur takes them away, the version as it is written;
//!    alignment patterns better the map one after the other. A symbol that is not flat is followed from pattern to
//!    pattern.
//! 4. **Modules** (`soft`). First as they are seen, against the light around them. Where that cannot be decoded, with
//!    the blur undone: an equaliser is trained by least squares on the symbol's known modules and brought to bear on the
//!    others. This is what reads a phone that is moved, or too near: without it 81 of the 100 stills are read instead
//!    of 88, and the median deciding frame is 3 instead of 2.
//! 5. **Codewords** (`symbol`): errors, guesses at the least sure bits and erasures, within a bound on the chance that
//!    noise is read as a text; then the segments and their charset.
//!
//! # The passes
//!
//! | pass | why there | costs, of a 720p frame | reads |
//! |---|---|---|---|
//! | half size | a quarter of the work, and noise goes; modules of two pixels and more | 0.4 ms, 0.9 with a code | 84 of 88 stills, 114 of 117 photos |
//! | full size | small modules | 0.7 ms | 3 stills, 1 photo more |
//! | half size, less counts as noise | little contrast, strong blur | 0.5 to 3 ms | 1 still, frames of 2 sequences |
//! | quarter size, smoothed | prints that are hollow or coarse, noise | 0.3 ms | 1 photo |
//! | full size, smoothed | texture and noise | 1 to 3 ms | 1 photo, frames of 1 sequence |
//!
//! (Sizes are chosen by the frame: a small picture begins at its full size.) A frame of a camera gets the first two, and
//! where those show a likely finder one of the others, another one each time ([`Reader`]); a picture by itself gets all
//! ([`read`]). A symbol that is found and not read is remembered, and its modules are voted on by the frames
//! (`memory`): on the shared sequences this decides no frame sooner, on noise that differs from frame to frame it does.
//!
//! # Why no other reader
//!
//! Compared on the same frames in one run by `make bench-readers`: zxing-cpp reads 75 of the stills with all its tries in
//! 2.7 to 3.9 ms, rxing 66, rqrr 28; this one 88 in 1.0 ms. zxing-cpp would have been the choice otherwise, at the price
//! of C++ that parses what strangers hold before a camera; nothing here is unsafe.

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

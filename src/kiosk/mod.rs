//! The gate's screen: a pure model of what it shows, and the window that draws it.

mod model;
mod pin;
mod preview;
mod view;
mod window;
mod words;

pub use model::*;
pub use pin::{PIN_SETTING, PinError, PinRecord, SALT_BYTES};
pub use preview::Preview;
pub use view::View;
pub use window::{Handle, Window, WindowError};
pub use words::{Language, LanguageError, Languages};

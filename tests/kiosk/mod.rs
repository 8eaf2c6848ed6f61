//! The kiosk's screen: its pages as pictures, and what touching them does.

mod fonts;
mod headless;
mod pictures;
mod scenes;
mod screenshot;
mod touch;
mod trial;
mod window;

//! A screen without a display: its pages as pictures, and what touching them does. And the whole gate on a virtual display.

mod appliance;
mod display;
mod fonts;
mod headless;
mod picture;
mod pictures;
mod restart;
mod scenes;
mod screenshot;
mod soak;
mod staged_camera;
mod staged_scanner;
mod touch;
mod trial;
mod venue;
mod vitals;
mod watched;
mod window;

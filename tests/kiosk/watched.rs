//! What is on a virtual screen, and a finger that touches it.

use image::{RgbImage, imageops};
use slint::SharedPixelBuffer;
use x11rb::connection::Connection;
use x11rb::protocol::damage::{ConnectionExt as _, ReportLevel};
use x11rb::protocol::xproto::{
    BUTTON_PRESS_EVENT, BUTTON_RELEASE_EVENT, ConnectionExt as _, ImageFormat, MOTION_NOTIFY_EVENT,
};
use x11rb::protocol::xtest::ConnectionExt as _;
use x11rb::rust_connection::RustConnection;

use super::display::{HEIGHT, WIDTH};
use super::pictures::{below, off, reduced};

/// The colours of verdicts, as `ui/gate/theme.slint` has them.
pub(super) const ADMIT: [u8; 3] = [0x0a, 0x7a, 0x3c];
pub(super) const DENY: [u8; 3] = [0xb7, 0x1c, 0x1c];
pub(super) const ASK: [u8; 3] = [0xff, 0xb3, 0x00];
pub(super) const FAULT: [u8; 3] = [0x4a, 0x2a, 0x6b];
/// Where a verdict has nothing but its colour: the left margin, below the gate's name and above what is for staff.
const MARGIN: Area = Area {
    left: 4,
    top: 60,
    width: 8,
    height: 160,
};

/// A part of the screen, in pixels.
#[derive(Debug, Clone, Copy)]
pub(super) struct Area {
    pub(super) left: u16,
    pub(super) top: u16,
    pub(super) width: u16,
    pub(super) height: u16,
}

/// What is on the display. Whatever is waited for and never comes runs into the runner's time limit.
pub(super) struct Screen {
    connection: RustConnection,
    root: u32,
    damage: u32,
}

impl Screen {
    pub(super) fn watch(display: &str) -> Self {
        let (connection, number) = x11rb::connect(Some(display)).unwrap();
        let root = connection.setup().roots[number].root;
        connection.damage_query_version(1, 1).unwrap().reply().unwrap();
        let damage = connection.generate_id().unwrap();
        connection
            .damage_create(damage, root, ReportLevel::NON_EMPTY)
            .unwrap()
            .check()
            .unwrap();
        Self {
            connection,
            root,
            damage,
        }
    }

    /// Waits until a verdict of this colour is shown.
    pub(super) fn wait_for(&self, colour: [u8; 3]) {
        self.wait_until(|screen| screen.is_all(colour));
    }

    /// Waits until no verdict of this colour is shown.
    pub(super) fn wait_for_end_of(&self, colour: [u8; 3]) {
        self.wait_until(|screen| !screen.is_all(colour));
    }

    /// Waits until a part of the screen is as in the approved picture of this name.
    pub(super) fn wait_for_part(&self, name: &str, area: Area) {
        let wanted = approved(name, area);
        self.wait_until(|screen| screen.shows(&wanted, area));
    }

    /// Waits until it is not.
    pub(super) fn wait_for_other_part(&self, name: &str, area: Area) {
        let unwanted = approved(name, area);
        self.wait_until(|screen| !screen.shows(&unwanted, area));
    }

    /// Touches a point for a moment.
    pub(super) fn touch(&self, (x, y): (i16, i16)) {
        let finger = |event, button| {
            let sent = self
                .connection
                .xtest_fake_input(event, button, 0, self.root, x, y, 0);
            sent.unwrap().check().unwrap();
        };
        finger(MOTION_NOTIFY_EVENT, 0);
        finger(BUTTON_PRESS_EVENT, 1);
        finger(BUTTON_RELEASE_EVENT, 1);
    }

    fn wait_until(&self, is_so: impl Fn(&Self) -> bool) {
        while !is_so(self) {
            self.connection.wait_for_event().unwrap();
            let subtracted = self
                .connection
                .damage_subtract(self.damage, x11rb::NONE, x11rb::NONE);
            subtracted.unwrap().check().unwrap();
        }
    }

    fn is_all(&self, colour: [u8; 3]) -> bool {
        self.picture(MARGIN).pixels().all(|pixel| pixel.0 == colour)
    }

    fn shows(&self, wanted: &RgbImage, area: Area) -> bool {
        let picture = self.picture(area);
        let (width, height) = picture.dimensions();
        let pixels = SharedPixelBuffer::clone_from_slice(picture.as_raw().as_slice(), width, height);
        off(wanted, &reduced(&pixels)).is_none()
    }

    fn picture(&self, area: Area) -> RgbImage {
        let (left, top) = (area.left.cast_signed(), area.top.cast_signed());
        let image = self
            .connection
            .get_image(
                ImageFormat::Z_PIXMAP,
                self.root,
                left,
                top,
                area.width,
                area.height,
                u32::MAX,
            )
            .unwrap()
            .reply()
            .unwrap();
        let pixels = image.data.chunks_exact(4);
        let colours: Vec<u8> = pixels.flat_map(|pixel| [pixel[2], pixel[1], pixel[0]]).collect();
        RgbImage::from_raw(area.width.into(), area.height.into(), colours).unwrap()
    }
}

/// A part of an approved picture: they are kept at half the size.
fn approved(name: &str, area: Area) -> RgbImage {
    let path = below("tests/kiosk/approved").join(format!("{WIDTH}x{HEIGHT}-en/{name}.png"));
    let whole = image::open(path).unwrap().into_rgb8();
    let half = |pixels: u16| u32::from(pixels / 2);
    let part = imageops::crop_imm(
        &whole,
        half(area.left),
        half(area.top),
        half(area.width),
        half(area.height),
    );
    part.to_image()
}

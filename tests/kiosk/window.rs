//! The whole gate in a real window: frames in, the verdict on the screen, the check-in in the store. The screen is X's own
//! virtual one, the camera a replay.

use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

use x11rb::connection::Connection;
use x11rb::protocol::damage::{ConnectionExt as _, ReportLevel};
use x11rb::protocol::xproto::{ConnectionExt as _, ImageFormat};
use x11rb::rust_connection::RustConnection;

use super::trial::Trial;
use crate::cli::wicket;

const WIDTH: u16 = 800;
const HEIGHT: u16 = 480;
/// The green of an admission, as `ui/gate/theme.slint` has it.
const GREEN: [u8; 3] = [0x0a, 0x7a, 0x3c];
/// The red of a refusal.
#[cfg(feature = "server")]
const RED: [u8; 3] = [0xb7, 0x1c, 0x1c];

#[test]
fn a_ticket_before_the_camera_turns_the_screen_green_and_is_in_the_store() {
    let display = Display::start();
    let trial = Trial::new();
    let frames = trial.path("frames");
    std::fs::create_dir(&frames).unwrap();
    // Twice: what a camera sees lasts.
    for name in ["1.png", "2.png"] {
        draw(&trial.code(), &frames.join(name));
    }
    let screen = Screen::watch(&display.name);
    let mut kiosk = Ended(start(&trial, &frames, &display.name));
    screen.wait_for(GREEN);
    stop(&kiosk.0);
    assert!(kiosk.0.wait().unwrap().success());
    assert_eq!(trial.facts(), 1);
}

/// The frames show nothing but the code, which is no ticket: so it is refused once the gate that it made works.
#[cfg(feature = "server")]
#[test]
fn a_gate_that_is_shown_its_enrolment_code_becomes_one_and_works() {
    let server = crate::sync::Server::with_tickets(1);
    let display = Display::start();
    let trial = Trial::new();
    let frames = trial.path("frames");
    std::fs::create_dir(&frames).unwrap();
    draw(&server.code("pi-1").to_text(), &frames.join("1.png"));
    let screen = Screen::watch(&display.name);
    let config = configured(&trial, &frames, "repeat = true\n");
    let mut kiosk = Ended(
        kiosk(&config, &display.name)
            .arg("--data")
            .arg(trial.path("gate"))
            .spawn()
            .unwrap(),
    );
    screen.wait_for(RED);
    stop(&kiosk.0);
    assert!(kiosk.0.wait().unwrap().success());
    let listed = server.admin(&["device", "list", "--event", crate::sync::EVENT]);
    assert!(listed.contains("pi-1") && listed.contains("active"), "{listed}");
}

/// A display that ends with the test.
struct Display {
    _server: Ended,
    name: String,
}

/// A process that does not outlive the test.
struct Ended(Child);

impl Drop for Ended {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

impl Display {
    fn start() -> Self {
        let size = format!("{WIDTH}x{HEIGHT}x24");
        let mut server = Command::new("Xvfb")
            .args(["-displayfd", "1", "-screen", "0", &size, "-nolisten", "tcp"])
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .unwrap_or_else(|error| panic!("Xvfb cannot be started ({error}): `make test` installs it"));
        let mut number = String::new();
        let said = server.stdout.take().unwrap();
        BufReader::new(said).read_line(&mut number).unwrap();
        Self {
            _server: Ended(server),
            name: format!(":{}", number.trim()),
        }
    }
}

/// What is on the display.
struct Screen {
    connection: RustConnection,
    root: u32,
    damage: u32,
}

impl Screen {
    fn watch(display: &str) -> Self {
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

    /// Waits until a third of the screen has this colour. A screen that never gets it runs into the runner's time limit.
    fn wait_for(&self, colour: [u8; 3]) {
        while self.share(colour) < 0.33 {
            self.connection.wait_for_event().unwrap();
            let subtracted = self
                .connection
                .damage_subtract(self.damage, x11rb::NONE, x11rb::NONE);
            subtracted.unwrap().check().unwrap();
        }
    }

    fn share(&self, [red, green, blue]: [u8; 3]) -> f64 {
        let image = self
            .connection
            .get_image(ImageFormat::Z_PIXMAP, self.root, 0, 0, WIDTH, HEIGHT, u32::MAX)
            .unwrap()
            .reply()
            .unwrap();
        let pixels = image.data.chunks_exact(4);
        let hits = pixels.filter(|pixel| pixel[..3] == [blue, green, red]).count();
        hits as f64 / (f64::from(WIDTH) * f64::from(HEIGHT))
    }
}

fn start(trial: &Trial, frames: &Path, display: &str) -> Child {
    kiosk(&configured(trial, frames, ""), display)
        .args(trial.as_a_gate())
        .spawn()
        .unwrap()
}

/// The settings of a gate whose camera is a folder of frames.
fn configured(trial: &Trial, frames: &Path, of_camera: &str) -> PathBuf {
    let config = trial.path("gate.toml");
    let text = format!(
        "[gate]\nname = \"north\"\n[camera]\nreplay = {frames:?}\nfps = 5\n{of_camera}[sound]\nenabled = false\n\
         [screen]\nsize = \"{WIDTH}x{HEIGHT}\"\n"
    );
    std::fs::write(&config, text).unwrap();
    config
}

fn kiosk(config: &Path, display: &str) -> Command {
    let mut command = wicket();
    command
        .args(["kiosk", "--config"])
        .arg(config)
        .env("DISPLAY", display)
        .env("SLINT_BACKEND", "winit-software");
    command
}

fn stop(kiosk: &Child) {
    let id = rustix::process::Pid::from_child(kiosk);
    rustix::process::kill_process(id, rustix::process::Signal::TERM).unwrap();
}

/// A frame with a code in its middle.
fn draw(code: &str, path: &Path) {
    let code = qrcode::QrCode::new(code).unwrap();
    let drawn = code.render::<image::Luma<u8>>().module_dimensions(6, 6).build();
    let mut frame = image::GrayImage::from_pixel(1280, 720, image::Luma([90]));
    let (left, top) = ((1280 - drawn.width()) / 2, (720 - drawn.height()) / 2);
    image::imageops::replace(&mut frame, &drawn, i64::from(left), i64::from(top));
    frame.save(path).unwrap();
}

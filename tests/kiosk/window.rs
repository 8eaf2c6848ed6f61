//! The whole gate in a real window: frames in, the verdict on the screen, the check-in in the store. The screen is X's own
//! virtual one, the camera a replay.

use std::path::{Path, PathBuf};
use std::process::{Child, Command};

use super::appliance::ends_well;
use super::display::{Display, Ended, HEIGHT, WIDTH};
use super::picture::Frame;
use super::trial::Trial;
#[cfg(feature = "server")]
use super::watched::DENY;
use super::watched::{ADMIT, Screen};
use crate::cli::wicket;

#[test]
fn a_ticket_before_the_camera_turns_the_screen_green_and_is_in_the_store() {
    let display = Display::start();
    let trial = Trial::new();
    let frames = trial.path("frames");
    std::fs::create_dir(&frames).unwrap();
    // Twice: what a camera sees lasts.
    for name in ["1.pgm", "2.pgm"] {
        std::fs::write(frames.join(name), Frame::of_code(&trial.code()).0).unwrap();
    }
    let screen = Screen::watch(&display.name);
    let kiosk = Ended(start(&trial, &frames, &display.name));
    screen.wait_for(ADMIT);
    assert!(ends_well(kiosk));
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
    let code = Frame::of_code(&server.code("pi-1").to_text());
    std::fs::write(frames.join("1.pgm"), code.0).unwrap();
    let screen = Screen::watch(&display.name);
    let config = configured(&trial, &frames, "repeat = true\n");
    let kiosk = Ended(
        kiosk(&config, &display.name)
            .arg("--data")
            .arg(trial.path("gate"))
            .spawn()
            .unwrap(),
    );
    screen.wait_for(DENY);
    assert!(ends_well(kiosk));
    let listed = server.admin(&["device", "list", "--event", crate::sync::EVENT]);
    assert!(listed.contains("pi-1") && listed.contains("active"), "{listed}");
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

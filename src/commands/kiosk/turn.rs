//! The picture is turned as the settings say.

use super::again::begin_again;
use super::desk::Refusal;
use crate::commands::say;
use crate::config::Rotation;

/// What the toolkit is told a turn by on a bare console, in degrees clockwise. It reads it when it opens the screen.
const TURN: &str = "SLINT_KMS_ROTATION";
/// How the toolkit's ways to draw on a bare console begin.
const CONSOLE: &str = "linuxkms";

/// What the surroundings say of the screen.
#[derive(Debug, Clone, clap::Args)]
pub(super) struct Surroundings {
    /// The turn of the picture.
    #[arg(long, hide = true, env = TURN)]
    turn: Option<String>,
    /// The desktop's display.
    #[arg(long, hide = true, env = "DISPLAY")]
    display: Option<String>,
    /// How the toolkit draws.
    #[arg(long, hide = true, env = "SLINT_BACKEND")]
    backend: Option<String>,
}

/// What is to be done about a turn.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Turn {
    /// Nothing.
    Done,
    /// Begin again, and say so to the toolkit.
    Begin,
    /// It is the desktop's to turn its screen.
    Desktops,
}

/// Turns the picture. A toolkit that has to be told by the environment is told by a new beginning: this one's environment
/// cannot be changed safely.
pub(super) fn turn(surroundings: &Surroundings, rotation: Rotation) -> Result<(), Refusal> {
    match surroundings.needed(rotation) {
        Turn::Done => Ok(()),
        Turn::Begin => Err(begin_again(&[(TURN, rotation.degrees().to_string())]).into()),
        Turn::Desktops => {
            say::remark(
                "wicket: rotation under [screen] turns the picture on a bare console only: turn the desktop's screen itself, \
                 such as with xrandr",
            );
            Ok(())
        }
    }
}

impl Surroundings {
    fn needed(&self, rotation: Rotation) -> Turn {
        let console = self
            .backend
            .as_ref()
            .map_or(self.display.is_none(), |backend| backend.starts_with(CONSOLE));
        match (rotation, console, &self.turn) {
            (Rotation::None, ..) => Turn::Done,
            (_, false, _) => Turn::Desktops,
            // Who says so by hand is heard, and so is this program before it began again.
            (_, true, Some(_)) => Turn::Done,
            (_, true, None) => Turn::Begin,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_turn_is_made_once_on_a_console_and_never_on_a_desktop() {
        let surroundings = |turn: &str, display: &str, backend: &str| {
            let [turn, display, backend] =
                [turn, display, backend].map(|text| Some(text.to_owned()).filter(|text| !text.is_empty()));
            Surroundings {
                turn,
                display,
                backend,
            }
        };
        for (turn, display, backend, needed) in [
            ("", "", "", Turn::Begin),
            ("", "", "linuxkms-software", Turn::Begin),
            ("", ":0", "linuxkms-software", Turn::Begin),
            ("90", "", "", Turn::Done),
            ("", ":0", "", Turn::Desktops),
            ("", "", "winit-software", Turn::Desktops),
        ] {
            let surroundings = surroundings(turn, display, backend);
            assert_eq!(surroundings.needed(Rotation::Quarter), needed, "{surroundings:?}");
            assert_eq!(
                surroundings.needed(Rotation::None),
                Turn::Done,
                "{surroundings:?}"
            );
        }
    }
}

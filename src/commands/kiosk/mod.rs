//! `wicket kiosk`: a gate with a screen.

mod again;
mod choices;
mod control;
mod desk;
mod diagnostics;
mod enrolling;
mod figures;
mod found;
mod hands;
mod levels;
mod machine;
mod news;
mod pin;
mod route;
mod scans;
mod sight;
mod stick;
mod turn;

use std::path::PathBuf;
use std::process::ExitCode;
use std::sync::mpsc;

use self::choices::Choices;
use self::desk::Refusal;
use self::diagnostics::Diagnostics;
use self::figures::Figuring;
use self::hands::Hands;
use self::levels::Levels;
use self::machine::Machine;
use self::route::{Route, WISHES_MAX};
use self::sight::shown_on;
use self::turn::{Surroundings, turn};
use super::gate::{GateArgs, Setup, SetupError, keep_in_touch};
use super::{Outcome, config_file};
use crate::config::Settings;
use crate::domain::ids::{GateId, OperatorId};
use crate::domain::rules::EventTimeZone;
use crate::domain::time::ClockState;
use crate::kiosk::{Beginning, CameraSight, Figures, Languages, Link, Screen, Window};
use crate::runner::{CommandDesk, Feed, Hardware, LaneSetting, SharedCamera};

/// Who does something by hand at the screen, where nobody gave a name: whoever knows its PIN.
const OPERATOR: &str = "screen";
/// The brightness that a screen has where nobody chose one, in percent.
const BRIGHTNESS: u8 = 100;

/// Run a gate with a screen: its camera, scanners, relay and sounds as --config says.
///
/// The window is drawn without a GPU. On a desktop with X11 it opens there; on a bare console set
/// SLINT_BACKEND=linuxkms-software. Staff pages are behind a PIN, which whoever opens them first chooses.
/// A gate that is not enrolled waits for its enrolment code before the camera or a scanner, and shows the six digits to compare.
/// Control codes (`wicket control`) are read while their own page shows six digits: Staff, then Control code.
///
/// Exit status 0 where it was told to stop, 2 for errors.
#[derive(Debug, Clone, clap::Args)]
pub(super) struct Args {
    /// The gate's hardware, screen and place. What is given on the command line besides wins over the file. See
    /// assets/config/gate.toml.
    #[arg(long, value_name = "FILE")]
    config: PathBuf,
    #[command(flatten)]
    gate: GateArgs,
    #[command(flatten)]
    surroundings: Surroundings,
}

pub(super) fn run(args: &Args) -> Outcome {
    let settings = config_file::read(&args.config)?;
    let gate = args.gate.filled(&settings);
    let Some(folder) = gate.data.clone() else {
        return Err("a gate with a screen keeps its check-ins: give --data with a folder too".into());
    };
    turn(&args.surroundings, settings.screen.rotation)?;
    let mut setup = match Setup::from(&gate) {
        Err(SetupError::NotEnrolled { .. } | SetupError::NotSynced { .. }) => {
            enrolling::run(&settings, &folder)?;
            return Ok(ExitCode::SUCCESS);
        }
        setup => setup?,
    };
    let choices = Choices::load(setup.ledger.as_mut())?;
    end_test(&mut setup, &choices)?;
    let lane = args.gate.kept_lane(&mut setup)?;
    let config = setup.orders.config.clone();
    let mut figuring = Figuring::open(folder.clone(), config, gate.keys.is_some())?;
    let beginning = beginning(&settings, &choices, figuring.figures()?)?;
    let levels = Levels::start(&settings, &beginning)?;

    let (feed, intake) = Feed::new();
    let (commands, taken) = CommandDesk::new(&feed);
    let (wishes, wanted) = mpsc::sync_channel(WISHES_MAX);
    let nobody: OperatorId = OPERATOR.parse()?;
    let mut route = Route {
        gate: commands,
        desk: wishes,
        operator: nobody.clone(),
        nobody,
    };
    let window = Window::new(
        |at| Screen::new(beginning, at),
        move |command| route.hand_on(command),
    )?;
    window.fit(settings.screen.size.map(|size| (size.width(), size.height())));

    let camera = SharedCamera::default();
    let touch = keep_in_touch(&args.gate, &setup, &camera)?;
    let hand = Hands {
        screen: window.handle(),
        feed,
    };
    hand.stop_on_signal()?;
    hand.figure(figuring, touch.contact)?;
    let hardware = Hardware::start(&settings, &hand.feed, Some(shown_on(window.handle())?), false)?;
    let diagnostics = Diagnostics {
        folder,
        settings,
        camera: camera.clone(),
        missing: hardware.missing.clone(),
    };
    hand.serve_staff(diagnostics, levels.clone(), wanted)?;
    let machine = Machine {
        hardware,
        setup,
        lane,
        reach: touch.reach,
        camera,
        levels,
    };
    let gate = machine.start(hand.clone(), intake, taken)?;
    window.run()?;
    hand.feed.stop();
    let ended = gate.join();
    ended.unwrap_or_else(|_| Err("the gate's thread panicked: start it again".into()))?;
    Ok(ExitCode::SUCCESS)
}

/// What the screen starts with where there is no event yet.
fn unenrolled(settings: &Settings) -> Result<Beginning, Refusal> {
    let figures = Figures {
        event: None,
        device: None,
        gate: settings.gate.name.clone().unwrap_or_else(GateId::unnamed),
        gates: Vec::new(),
        direction: settings.gate.direction,
        unsent: 0,
        list_age_s: None,
        signatures_only: false,
        clock: ClockState::Unsure,
        time_zone: EventTimeZone::default(),
    };
    Ok(Beginning {
        link: Link::Never,
        ..beginning(settings, &Choices::default(), figures)?
    })
}

/// A test that a restart cut off is over, and the gate is used as before it.
fn end_test(setup: &mut Setup, choices: &Choices) -> Result<(), Refusal> {
    let Some(direction) = choices.back_to else {
        return Ok(());
    };
    let ledger = setup.ledger.as_mut();
    let lane = LaneSetting {
        direction: Some(direction),
        ..LaneSetting::kept(ledger)?
    };
    lane.keep(ledger)?;
    Choices::change(ledger, |choices| choices.back_to = None)
}

/// What the screen starts with: staff's choices, and the configuration where they made none.
fn beginning(settings: &Settings, choices: &Choices, figures: Figures) -> Result<Beginning, Refusal> {
    let language = settings.gate.language.as_str().to_owned();
    Ok(Beginning {
        languages: Languages::embedded()?,
        language: choices.language.clone().unwrap_or(language),
        figures,
        link: Link::None,
        camera: match settings.camera.enabled {
            true => CameraSight::Working,
            false => CameraSight::None,
        },
        volume: choices.volume.unwrap_or(settings.sound.volume.get()),
        brightness: choices.brightness.unwrap_or(BRIGHTNESS),
    })
}

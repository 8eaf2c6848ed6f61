//! A whole gate without a screen: frames come as a camera's, a relay is pulsed (a simulated line: this is no test of GPIO
//! hardware), the check-in is in the store, and the verdict is told.

use std::path::Path;
use std::sync::mpsc::channel;

use wicket::device::camera_live_replay::LiveReplay;
use wicket::device::camera_replay::Replay;
use wicket::device::frame_source::{CameraError, FrameSource, Given, Picture};
use wicket::device::signals::{Output, SimulatedSignals};
use wicket::device::sounds::Sound;
use wicket::domain::health::{Camera, CameraState};
use wicket::runner::{
    CameraPlan, DeviceNews, Feed, Fetched, Latest, News, OpenCamera, Reporter, SharedCamera, Turnstile,
    watch_camera,
};

use super::*;

/// As quick as a replay may be: the tests wait for frames, not for time.
const FPS: u32 = 240;

fn frames(folder: &str) -> std::path::PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("tests/frames")
        .join(folder)
}

fn opener(folder: &str) -> OpenCamera {
    let mut source = Some(LiveReplay::new(
        Replay::open(&frames(folder)).unwrap(),
        FPS,
        false,
    ));
    Box::new(move || Ok(Box::new(source.take().unwrap_or_default()) as Box<dyn FrameSource>))
}

fn plan(open: OpenCamera) -> CameraPlan {
    CameraPlan {
        open,
        is_replay: true,
        ends_gate: true,
        preview: None,
    }
}

/// A gate that trusts the issuer of the recorded frames.
fn recorded_gate(ledger: Box<dyn Ledger>) -> Decider {
    let jwks = std::fs::read_to_string(frames("keys.jwks")).unwrap();
    let mut trust = Trust::default();
    trust.insert(event(), Keyring::from_jwks(&jwks).unwrap());
    let config = Config {
        trust,
        ..config(Direction::Entry)
    };
    Decider::new(orders(config), ledger, None)
}

#[test]
fn a_guest_before_the_camera_is_recorded_then_let_through_then_told() {
    let folder = tempfile::tempdir().unwrap();
    let ledger = SqliteLedger::open(folder.path(), STREAM, &signature_only()).unwrap();
    let mut beside = SqliteLedger::attach(folder.path(), &signature_only()).unwrap();
    let (happened, all) = channel();
    let (switched, played) = (happened.clone(), happened.clone());
    let signals = SimulatedSignals::new(move |output, on| {
        // What the store holds when the relay is switched on is durable.
        let facts = beside.facts().unwrap().len();
        switched
            .send(format!("{output:?} {on}, {facts} recorded"))
            .unwrap();
        Ok(())
    });
    let (feed, intake) = Feed::new();
    let turnstile = Turnstile::start(Box::new(signals), 20, feed.clone()).unwrap();
    watch_camera(feed, plan(opener("sequences/guest"))).unwrap();
    let mut watcher = |notice: Notice<'_>| {
        if let Notice::Verdict(told) = notice {
            let timing = told.timing;
            let opened = timing.opened_us.unwrap();
            assert!(timing.read_us <= timing.taken_us && timing.taken_us <= timing.handed_us.unwrap());
            assert!(timing.handed_us <= timing.recorded_us && timing.recorded_us.unwrap() <= opened);
            assert!(opened <= timing.told_us);
            happened.send(format!("{:?}", told.announcement.verdict)).unwrap();
        }
        Ok(())
    };
    let decider = recorded_gate(Box::new(ledger))
        .opening(turnstile, Passage::Unseen)
        .sounding(Box::new(move |sound| {
            played.send(format!("{sound:?} sounds")).unwrap()
        }));
    decider.run(&intake, &mut watcher).unwrap();
    drop(happened);
    // Switched off again by another thread, some time later.
    let (off, on): (Vec<_>, Vec<_>) = all.iter().partition(|step| step.contains("false"));
    let expected = [
        "Relay true, 1 recorded",
        "Admit sounds",
        "Lamp(Admit) true, 1 recorded",
        "Admit",
    ];
    assert_eq!(on, expected);
    assert!(off.contains(&"Relay false, 1 recorded".to_owned()), "{off:?}");
}

#[test]
fn a_refused_guest_sees_a_lamp_and_no_gate_opens() {
    let (switched, switches) = channel();
    let signals = SimulatedSignals::new(move |output, on| {
        switched.send((output, on)).unwrap();
        Ok(())
    });
    let (feed, intake) = Feed::new();
    let turnstile = Turnstile::start(Box::new(signals), 20, feed.clone()).unwrap();
    watch_camera(feed, plan(opener("stills"))).unwrap();
    let mut reasons = Vec::new();
    let mut watcher = |notice: Notice<'_>| {
        if let Notice::Verdict(told) = notice {
            reasons.push((told.announcement.verdict, told.announcement.reason));
        }
        Ok(())
    };
    let decider = recorded_gate(in_memory()).opening(turnstile, Passage::Unseen);
    decider.run(&intake, &mut watcher).unwrap();
    let opened = switches
        .iter()
        .filter(|switch| *switch == (Output::Relay, true))
        .count();
    let admitted = reasons
        .iter()
        .filter(|(verdict, _)| *verdict == Outcome::Admit)
        .count();
    // Newest wins: a frame that comes while another is read may be dropped, as with a camera.
    assert!(admitted <= 1 && opened == admitted, "{reasons:?}");
    assert!(
        reasons
            .iter()
            .all(|(verdict, reason)| (*verdict == Outcome::Admit) != reason.is_some())
    );
}

/// A camera that gives one picture and is unplugged when it is told to: a simulation, since none can be unplugged here.
struct UnpluggedCamera {
    unplug: Option<Receiver<()>>,
    given: bool,
}

impl UnpluggedCamera {
    fn boxed(unplug: Option<Receiver<()>>) -> Box<dyn FrameSource> {
        Box::new(Self { unplug, given: false })
    }
}

impl FrameSource for UnpluggedCamera {
    fn next(&mut self, picture: &mut Picture) -> Result<Given, CameraError> {
        if std::mem::replace(&mut self.given, true) {
            // Without a word it is unplugged at once.
            let _ = self.unplug.as_ref().map(Receiver::recv);
            return Err(CameraError::Lost {
                device: "/dev/video0".into(),
                source: io::ErrorKind::NotConnected.into(),
            });
        }
        (picture.width, picture.height, picture.stride) = (64, 64, 64);
        picture.bytes.clear();
        picture
            .bytes
            .extend((0..64 * 64).map(|place: usize| (place % 251) as u8));
        Ok(Given::Picture)
    }
}

#[test]
fn a_camera_that_is_unplugged_is_told_and_comes_back_by_itself() {
    let (unplug, unplugged) = channel();
    let (mut opened, mut unplugged) = (0, Some(unplugged));
    let open: OpenCamera = Box::new(move || {
        opened += 1;
        match opened {
            2 => Err(CameraError::None),
            _ => Ok(UnpluggedCamera::boxed(unplugged.take())),
        }
    });
    let (feed, intake) = Feed::new();
    watch_camera(feed, plan(open)).unwrap();
    let camera = SharedCamera::default();
    let (mut states, mut warnings, asked) = (Vec::new(), 0, camera.clone());
    let mut watcher = |notice: Notice<'_>| {
        match notice {
            Notice::Device(DeviceNews::Camera(state)) => states.push((*state, asked.get())),
            Notice::Warning(_) => warnings += 1,
            _ => {}
        }
        match states.len() {
            // It may be gone already, and then so is its end.
            1 => _ = unplug.send(()),
            3 => return Err(io::ErrorKind::BrokenPipe.into()),
            _ => {}
        }
        Ok(())
    };
    recorded_gate(in_memory())
        .watching(camera)
        .run(&intake, &mut watcher)
        .unwrap();
    let expected = [
        (CameraState::Working, Camera::Working),
        (CameraState::Lost, Camera::Failed),
        (CameraState::Working, Camera::Working),
    ];
    assert_eq!(states, expected);
    assert!(warnings >= 1, "why it is gone is told once");
}

#[test]
fn a_camera_whose_driver_panics_is_opened_again() {
    struct Panicking;
    impl FrameSource for Panicking {
        fn next(&mut self, _: &mut Picture) -> Result<Given, CameraError> {
            panic!("a driver's assertion")
        }
    }
    let mut opened = 0;
    let open: OpenCamera = Box::new(move || {
        opened += 1;
        match opened {
            1 => Ok(Box::new(Panicking) as Box<dyn FrameSource>),
            _ => Ok(UnpluggedCamera::boxed(None)),
        }
    });
    let (feed, intake) = Feed::new();
    watch_camera(feed, plan(open)).unwrap();
    let states: Vec<_> = intake
        .iter()
        .filter_map(|intake| match intake {
            Intake::Device(DeviceNews::Camera(state)) => Some(state),
            _ => None,
        })
        .take(2)
        .collect();
    assert_eq!(states, [CameraState::Lost, CameraState::Working]);
}

#[test]
fn the_preview_is_the_newest_frame_with_the_codes_in_it() {
    let (put, fetch) = Latest::pair();
    let (feed, intake) = Feed::new();
    let with_preview = CameraPlan {
        preview: Some(put),
        ..plan(opener("sequences/guest"))
    };
    watch_camera(feed, with_preview).unwrap();
    let codes = intake.iter().filter_map(|intake| match intake {
        Intake::Seen(Seen {
            sight: Sight::Codes(codes),
            ..
        }) => Some(codes.len()),
        _ => None,
    });
    let last = codes.last().unwrap();
    let Fetched::Newest(preview) = fetch.fetch(std::time::Duration::ZERO) else {
        panic!("no preview");
    };
    assert_eq!(preview.luma.len(), preview.width * preview.height);
    assert_eq!(preview.codes.len(), last);
}

#[test]
fn a_screen_hears_the_same_as_a_watcher_and_a_gate_ends_with_its_screen() {
    let (woken, wakes) = channel();
    let (mut reporter, news) = Reporter::new(move || woken.send(()).unwrap());
    let decider = Decider::new(orders(config(Direction::Entry)), in_memory(), None);
    let lines = queued(vec![line(0, Some(code(1))), line(1, Some(code(1)))]);
    decider.run(&lines, &mut |notice| reporter.tell(&notice)).unwrap();
    drop(reporter);
    let told: Vec<_> = news.iter().collect();
    assert_eq!((told.len(), wakes.iter().count()), (2, 2));
    let [News::Verdict { announcement, .. }, News::Verdict { .. }] = &told[..] else {
        panic!("{told:?}")
    };
    assert_eq!(announcement.verdict, Outcome::Admit);
    let (mut reporter, news) = Reporter::new(|| {});
    drop(news);
    let decider = Decider::new(orders(config(Direction::Entry)), in_memory(), None);
    let ended = decider.run(&queued(vec![line(0, Some(code(1)))]), &mut |notice| {
        reporter.tell(&notice)
    });
    assert!(ended.is_ok());
}

#[test]
fn hardware_that_is_amiss_from_the_start_is_told_and_heard_first() {
    let (played, sounds) = channel();
    let decider = Decider::new(orders(config(Direction::Entry)), in_memory(), None)
        .telling(vec![DeviceNews::Signals(Some("line 17 is taken".into()))])
        .sounding(Box::new(move |sound| played.send(sound).unwrap()));
    let mut told = Vec::new();
    let mut watcher = |notice: Notice<'_>| {
        told.push(format!("{notice:?}"));
        Ok(())
    };
    decider
        .run(&queued(vec![line(0, Some(code(1)))]), &mut watcher)
        .unwrap();
    assert!(told[0].contains("line 17 is taken"), "{told:?}");
    assert_eq!(sounds.iter().collect::<Vec<_>>(), [Sound::Fault, Sound::Admit]);
}

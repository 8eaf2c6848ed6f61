//! The screen: the program's window on a platform that draws into memory, and notes when a verdict had been drawn.

use std::cell::{Cell, RefCell};
use std::rc::Rc;
use std::sync::mpsc::{Receiver, Sender, SyncSender, channel};
use std::time::{Duration, Instant};

use slint::platform::software_renderer::{MinimalSoftwareWindow, RepaintBufferType};
use slint::platform::{EventLoopProxy, Platform, WindowAdapter};
use slint::{EventLoopError, PlatformError, Rgb8Pixel};
use wicket::domain::admission::Direction;
use wicket::domain::time::ClockState;
use wicket::kiosk::{Beginning, CameraSight, Figures, Languages, Link, Screen, Window};

/// A seven-inch screen, in pixels.
const SIZE: (u32, u32) = (1024, 600);
/// How long the loop waits where no timer is set.
const LOOK: Duration = Duration::from_secs(1);

thread_local! {
    /// Whether the window has heard of a verdict that was not drawn yet.
    static HEARD: Cell<bool> = const { Cell::new(false) };
}

/// A verdict on the screen.
#[derive(Debug, Clone, Copy)]
pub(super) struct Seen {
    /// When all of it had been drawn.
    pub(super) at: Instant,
    /// What a full repaint of it takes.
    pub(super) repaint: Duration,
}

/// Says in the window's own thread that it has heard of a verdict by now.
pub(super) fn mark_verdict() {
    slint::invoke_from_event_loop(|| HEARD.set(true)).unwrap();
}

/// A screen in memory.
#[derive(Clone)]
pub(super) struct InMemory {
    window: Rc<MinimalSoftwareWindow>,
    seen: Rc<RefCell<Vec<Seen>>>,
    next: SyncSender<()>,
}

/// What other threads want of the loop.
enum Wanted {
    Call(Box<dyn FnOnce() + Send>),
    Quit,
}

struct Loop {
    screen: InMemory,
    wanted: Receiver<Wanted>,
    sender: Sender<Wanted>,
}

struct Proxy(Sender<Wanted>);

impl InMemory {
    /// `next` is told each time when a verdict was drawn.
    pub(super) fn new(next: SyncSender<()>) -> Self {
        Self {
            window: MinimalSoftwareWindow::new(RepaintBufferType::NewBuffer),
            seen: Rc::default(),
            next,
        }
    }

    /// The verdicts, in their order.
    pub(super) fn seen(&self) -> Vec<Seen> {
        self.seen.take()
    }

    fn draw(&self, buffer: &mut [Rgb8Pixel]) -> bool {
        self.window.draw_if_needed(|renderer| {
            renderer.render(buffer, SIZE.0 as usize);
        })
    }

    /// The verdict has been drawn: times a full repaint of the same.
    fn note(&self, at: Instant, buffer: &mut [Rgb8Pixel]) {
        let start = Instant::now();
        self.window.request_redraw();
        self.draw(buffer);
        let repaint = start.elapsed();
        self.seen.borrow_mut().push(Seen { at, repaint });
        // After the last guest nobody waits for the next.
        let _ = self.next.send(());
    }
}

impl Platform for Loop {
    fn create_window_adapter(&self) -> Result<Rc<dyn WindowAdapter>, PlatformError> {
        Ok(self.screen.window.clone())
    }

    fn new_event_loop_proxy(&self) -> Option<Box<dyn EventLoopProxy>> {
        Some(Box::new(Proxy(self.sender.clone())))
    }

    fn run_event_loop(&self) -> Result<(), PlatformError> {
        let mut buffer = vec![Rgb8Pixel::default(); (SIZE.0 * SIZE.1) as usize];
        let mut drawn_at = Instant::now();
        loop {
            slint::platform::update_timers_and_animations();
            if self.screen.draw(&mut buffer) {
                drawn_at = Instant::now();
            }
            if HEARD.replace(false) {
                self.screen.note(drawn_at, &mut buffer);
            }
            let wait = slint::platform::duration_until_next_timer_update().unwrap_or(LOOK);
            let first = self.wanted.recv_timeout(wait).ok();
            for wanted in first.into_iter().chain(self.wanted.try_iter()) {
                match wanted {
                    Wanted::Call(call) => call(),
                    Wanted::Quit => return Ok(()),
                }
            }
        }
    }
}

impl EventLoopProxy for Proxy {
    fn quit_event_loop(&self) -> Result<(), EventLoopError> {
        self.0
            .send(Wanted::Quit)
            .map_err(|_| EventLoopError::EventLoopTerminated)
    }

    fn invoke_from_event_loop(&self, call: Box<dyn FnOnce() + Send>) -> Result<(), EventLoopError> {
        self.0
            .send(Wanted::Call(call))
            .map_err(|_| EventLoopError::EventLoopTerminated)
    }
}

/// The program's window on this screen.
pub(super) fn window(screen: &InMemory) -> Window {
    let (sender, wanted) = channel();
    let platform = Loop {
        screen: screen.clone(),
        wanted,
        sender,
    };
    slint::platform::set_platform(Box::new(platform)).unwrap();
    let beginning = beginning();
    let window = Window::new(|at| Screen::new(beginning, at), |_| None).unwrap();
    window.fit(Some(SIZE));
    window
}

fn beginning() -> Beginning {
    Beginning {
        languages: Languages::embedded().unwrap(),
        language: "zh".to_owned(),
        figures: Figures {
            event: Some("spring-26".parse().unwrap()),
            device: None,
            gate: "north".parse().unwrap(),
            gates: Vec::new(),
            direction: Direction::Entry,
            unsent: 0,
            list_age_s: Some(60),
            signatures_only: false,
            clock: ClockState::Synced,
            time_zone: "Asia/Shanghai".to_owned().try_into().unwrap(),
        },
        link: Link::Server,
        camera: CameraSight::Working,
        volume: 80,
        brightness: 100,
    }
}

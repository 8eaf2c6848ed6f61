//! The window on the main thread: what other threads tell it of is handled there, and drawn.

use std::cell::RefCell;
use std::rc::Rc;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{self, Receiver, SyncSender, TrySendError};
use std::time::{Duration, Instant};

use slint::{ComponentHandle, PlatformError, Timer, TimerMode};

use super::model::{Command, Event, Screen, StaffAnswer};
use super::preview::{Newest, Preview};
use super::view::{App, View};
use crate::domain::time::Moment;

/// Events that wait for the screen. A gate tells of a few in a second; whoever tells of more waits.
const EVENTS_MAX: usize = 64;
/// How often the screen looks at the time by itself: verdicts end, and spans grow, to within this.
const LOOK: Duration = Duration::from_millis(200);

/// Why there is no screen.
#[derive(Debug, thiserror::Error)]
pub enum WindowError {
    /// The platform has none.
    #[error(
        "there is no screen to draw on: connect one, or set SLINT_BACKEND to linuxkms-software on a bare console, winit-software on a desktop"
    )]
    Platform(#[from] PlatformError),
}

/// The screen's window. It lives on the thread that made it.
pub struct Window {
    inner: Rc<Inner>,
    handle: Handle,
}

/// How other threads reach the window.
#[derive(Clone)]
pub struct Handle {
    events: SyncSender<Event>,
    newest: Newest,
    app: slint::Weak<App>,
    /// It is to close, also where that is said before it is shown: the event loop forgets what came before it began.
    closes: Arc<AtomicBool>,
}

/// Hands on what the screen wants done, without blocking. What cannot even be handed on is answered at once.
type Carrier = dyn FnMut(Command) -> Option<StaffAnswer>;

struct Inner {
    screen: RefCell<Screen>,
    view: View,
    since: Instant,
    events: Receiver<Event>,
    newest: Newest,
    command: RefCell<Box<Carrier>>,
}

impl Window {
    /// A window that shows a screen. `command` hands on what the screen wants done, without blocking, and says at once what
    /// cannot be handed on.
    ///
    /// # Errors
    /// [`WindowError`] where there is no screen.
    pub fn new(
        screen: impl FnOnce(Moment) -> Screen,
        command: impl FnMut(Command) -> Option<StaffAnswer> + 'static,
    ) -> Result<Self, WindowError> {
        let (sender, events) = mpsc::sync_channel(EVENTS_MAX);
        let newest = Newest::default();
        let touched: Rc<RefCell<Option<std::rc::Weak<Inner>>>> = Rc::default();
        let hears = Rc::clone(&touched);
        let view = View::new(move |action| {
            let inner = hears.borrow().as_ref().and_then(std::rc::Weak::upgrade);
            inner
                .into_iter()
                .for_each(|inner| inner.handle(Event::Touched(action.clone())));
        })?;
        let app = view.app().as_weak();
        let inner = Rc::new(Inner {
            screen: RefCell::new(screen(Moment::default())),
            view,
            since: now(),
            events,
            newest: newest.clone(),
            command: RefCell::new(Box::new(command)),
        });
        touched.replace(Some(Rc::downgrade(&inner)));
        let wakes = Rc::downgrade(&inner);
        inner.view.app().on_wake(move || {
            wakes.upgrade().into_iter().for_each(|inner| inner.wake());
        });
        inner.draw();
        let handle = Handle {
            events: sender,
            newest,
            app,
            closes: Arc::default(),
        };
        Ok(Self { inner, handle })
    }

    /// How other threads reach it.
    #[must_use]
    pub fn handle(&self) -> Handle {
        self.handle.clone()
    }

    /// Makes it so large in pixels, width first; none: as the screen is.
    pub fn fit(&self, size: Option<(u32, u32)>) {
        let window = self.inner.view.window();
        match size {
            Some((width, height)) => window.set_size(slint::PhysicalSize::new(width, height)),
            None => window.set_fullscreen(true),
        }
    }

    /// What is drawn.
    #[must_use]
    pub fn view(&self) -> &View {
        &self.inner.view
    }

    /// Shows the window until it is closed, or [`Handle::close`] is called.
    ///
    /// # Errors
    /// [`WindowError`] where the platform fails.
    pub fn run(&self) -> Result<(), WindowError> {
        let inner = Rc::downgrade(&self.inner);
        let closes = Arc::clone(&self.handle.closes);
        let look = Timer::default();
        look.start(TimerMode::Repeated, LOOK, move || {
            if closes.load(Ordering::Relaxed) {
                let _ = slint::quit_event_loop();
            }
            inner.upgrade().into_iter().for_each(|inner| inner.draw());
        });
        self.inner.view.app().run()?;
        Ok(())
    }
}

impl Handle {
    /// Tells the screen of something; waits where it has much to hear. `false` where there is no screen any more.
    #[must_use]
    pub fn tell(&self, event: Event) -> bool {
        self.events.send(event).is_ok() && self.wake()
    }

    /// As [`Self::tell`] from the screen's own thread, or where nobody can wait: what finds no room is dropped.
    pub fn offer(&self, event: Event) {
        match self.events.try_send(event) {
            Ok(()) | Err(TrySendError::Full(_)) => drop(self.wake()),
            Err(TrySendError::Disconnected(_)) => {}
        }
    }

    /// Leaves the camera's newest picture; an older one that was not drawn is dropped.
    pub fn preview(&self, preview: Preview) {
        if self.newest.leave(preview) {
            self.wake();
        }
    }

    /// Closes the window.
    pub fn close(&self) {
        self.closes.store(true, Ordering::Relaxed);
        // Without an event loop there is nothing to close yet.
        let _ = slint::quit_event_loop();
    }

    fn wake(&self) -> bool {
        self.app.upgrade_in_event_loop(|app| app.invoke_wake()).is_ok()
    }
}

impl Inner {
    fn wake(&self) {
        self.newest
            .take()
            .into_iter()
            .for_each(|preview| self.view.preview(Some(&preview)));
        let mut heard = false;
        while let Ok(event) = self.events.try_recv() {
            heard = true;
            self.take(event);
        }
        if heard {
            self.draw();
        }
    }

    fn handle(&self, event: Event) {
        self.take(event);
        self.draw();
    }

    fn take(&self, event: Event) {
        let commands = self.screen.borrow_mut().handle(event, self.moment());
        let mut command = self.command.borrow_mut();
        let answers: Vec<_> = commands.into_iter().filter_map(&mut **command).collect();
        let mut screen = self.screen.borrow_mut();
        for answer in answers {
            screen.handle(Event::Answered(answer), self.moment());
        }
    }

    fn draw(&self) {
        let model = self.screen.borrow().model(self.moment());
        model.into_iter().for_each(|model| self.view.draw(model));
    }

    fn moment(&self) -> Moment {
        Moment(u64::try_from(self.since.elapsed().as_millis()).unwrap_or(u64::MAX))
    }
}

#[expect(
    clippy::disallowed_methods,
    reason = "the window reads the monotonic clock for the whole screen"
)]
fn now() -> Instant {
    Instant::now()
}

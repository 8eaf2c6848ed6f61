//! A screen without a display: the toolkit's own software renderer, drawing into memory.

use std::cell::RefCell;
use std::rc::Rc;

use slint::platform::software_renderer::{MinimalSoftwareWindow, RepaintBufferType};
use slint::platform::{Platform, PointerEventButton, WindowAdapter, WindowEvent};
use slint::{LogicalPosition, PhysicalSize, PlatformError, Rgb8Pixel, SharedPixelBuffer};
use wicket::domain::time::Moment;
use wicket::kiosk::{Action, Command, Event, Preview, Screen, View};

/// Width and height in pixels.
pub(super) type Size = (u32, u32);

/// A view of a screen, and what was touched on it.
pub(super) struct Headless {
    window: Rc<MinimalSoftwareWindow>,
    view: View,
    touched: Rc<RefCell<Vec<Action>>>,
    size: Size,
}

struct InMemory(Rc<MinimalSoftwareWindow>);

impl Platform for InMemory {
    fn create_window_adapter(&self) -> Result<Rc<dyn WindowAdapter>, PlatformError> {
        Ok(self.0.clone())
    }
}

impl Headless {
    /// The test's only window: the platform is the thread's, and each test has a thread of its own.
    pub(super) fn new(size: Size) -> Self {
        let window = MinimalSoftwareWindow::new(RepaintBufferType::NewBuffer);
        slint::platform::set_platform(Box::new(InMemory(window.clone()))).unwrap();
        let touched: Rc<RefCell<Vec<Action>>> = Rc::default();
        let hears = Rc::clone(&touched);
        let view = View::new(move |action| hears.borrow_mut().push(action)).unwrap();
        view.window().show().unwrap();
        window.set_size(PhysicalSize::new(size.0, size.1));
        Self {
            window,
            view,
            touched,
            size,
        }
    }

    pub(super) fn draw(&self, screen: &Screen, at: Moment) {
        self.view.draw(screen.model(at).unwrap());
    }

    pub(super) fn preview(&self, preview: Option<&Preview>) {
        self.view.preview(preview);
    }

    /// All of the screen as it is now.
    pub(super) fn picture(&self) -> SharedPixelBuffer<Rgb8Pixel> {
        slint::platform::update_timers_and_animations();
        let mut buffer = SharedPixelBuffer::<Rgb8Pixel>::new(self.size.0, self.size.1);
        let width = usize::try_from(self.size.0).unwrap();
        // Twice: what a page measures of itself while it is drawn counts from the next time on.
        for _ in 0..2 {
            self.window.request_redraw();
            self.window.draw_if_needed(|renderer| {
                renderer.render(buffer.make_mut_slice(), width);
            });
        }
        buffer
    }

    /// Touches a point, and what the screen makes of it.
    pub(super) fn touch(&self, screen: &mut Screen, (x, y): (f32, f32), at: Moment) -> Vec<Command> {
        self.draw(screen, at);
        self.picture();
        let position = LogicalPosition::new(x, y);
        let button = PointerEventButton::Left;
        self.view
            .window()
            .dispatch_event(WindowEvent::PointerMoved { position });
        self.view
            .window()
            .dispatch_event(WindowEvent::PointerPressed { position, button });
        self.view
            .window()
            .dispatch_event(WindowEvent::PointerReleased { position, button });
        let touched = self.touched.take();
        let handle = |action| screen.handle(Event::Touched(action), at);
        touched.into_iter().flat_map(handle).collect()
    }
}

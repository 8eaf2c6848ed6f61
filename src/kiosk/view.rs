//! The only file that knows the toolkit's values: it draws a [`ScreenModel`], and says what was touched.

use std::cell::RefCell;
use std::rc::Rc;

use slint::{
    ComponentHandle, Image, ModelRc, PlatformError, Rgb8Pixel, SharedPixelBuffer, SharedString, VecModel,
};

use super::model::{self, Action, ScreenModel};
use super::preview::Preview;

/// The code that the toolkit's compiler makes of `ui/gate`.
#[expect(
    unreachable_pub,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::todo,
    clippy::unwrap_used,
    reason = "the compiler writes for the top of a program, and knows when there is a value"
)]
mod ui {
    slint::include_modules!();
}

pub(super) use ui::App;

/// The window's content.
pub struct View {
    app: App,
    drawn: Rc<RefCell<Option<ScreenModel>>>,
}

impl View {
    /// A view in a window of its own, on the platform of this thread. `touched` hears what a finger does.
    ///
    /// # Errors
    /// Where the platform has no screen for it.
    pub fn new(touched: impl Fn(Action) + 'static) -> Result<Self, PlatformError> {
        let app = App::new()?;
        let drawn: Rc<RefCell<Option<ScreenModel>>> = Rc::default();
        let heard = Rc::clone(&drawn);
        let touched = Rc::new(move |find: &dyn Fn(&ScreenModel) -> Option<Action>| {
            // Found first and told then: what is told of draws anew.
            let action = heard.borrow().as_ref().and_then(find);
            action.into_iter().for_each(&touched);
        });
        listen(&app, &touched);
        Ok(Self { app, drawn })
    }

    /// Draws what differs from what was drawn last.
    pub fn draw(&self, model: ScreenModel) {
        let before = self.drawn.replace(Some(model.clone()));
        let before = before.as_ref();
        if before.map(|before| &before.status) != Some(&model.status) {
            draw_status(&self.app.global::<ui::Status>(), &model.status);
        }
        if before.map(|before| &before.lane) != Some(&model.lane) {
            draw_lane(&self.app.global::<ui::Lane>(), &model.lane);
        }
        if before.map(|before| &before.panel) != Some(&model.panel) {
            draw_panel(&self.app.global::<ui::Panel>(), model.panel.as_ref());
        }
    }

    /// Shows the camera's newest picture; none where there is no picture.
    pub fn preview(&self, preview: Option<&Preview>) {
        let lane = self.app.global::<ui::Lane>();
        lane.set_has_preview(preview.is_some());
        preview
            .into_iter()
            .for_each(|preview| lane.set_preview(image(preview)));
    }

    pub(super) fn app(&self) -> &App {
        &self.app
    }

    /// The window itself.
    #[must_use]
    pub fn window(&self) -> &slint::Window {
        self.app.window()
    }
}

fn listen(app: &App, touched: &Rc<impl Fn(&dyn Fn(&ScreenModel) -> Option<Action>) + 'static>) {
    let lane = app.global::<ui::Lane>();
    let hears = Rc::clone(touched);
    lane.on_choose(move |index| {
        hears(&|model| nth(&model.lane.choices, index).map(|choice| choice.action.clone()))
    });
    let hears = Rc::clone(touched);
    lane.on_number(move |index| {
        hears(&|model| nth(&model.lane.numbers, index).map(|choice| choice.action.clone()))
    });
    let panel = app.global::<ui::Panel>();
    let hears = Rc::clone(touched);
    panel.on_choose(move |index| {
        hears(&|model| nth(&model.panel.as_ref()?.choices, index).map(|choice| choice.action.clone()));
    });
    let hears = Rc::clone(touched);
    panel.on_choose_row(move |index| hears(&|model| nth(&model.panel.as_ref()?.leads, index).cloned()));
    let hears = Rc::clone(touched);
    panel.on_key(move |index| {
        hears(&|model| nth(&model.panel.as_ref()?.keys, index).map(|key| key.action.clone()));
    });
    let hears = Rc::clone(touched);
    panel.on_go_back(move || hears(&|model| Some(model.panel.as_ref()?.back.action.clone())));
}

fn nth<T>(items: &[T], index: i32) -> Option<&T> {
    items.get(usize::try_from(index).ok()?)
}

fn draw_status(ui: &ui::Status<'_>, status: &model::Status) {
    ui.set_gate(text(&status.gate));
    ui.set_direction(text(&status.direction));
    ui.set_event(text(&status.event));
    ui.set_link(pill(&status.link));
    ui.set_unsent(pill(&status.unsent));
    ui.set_clock(pill(&status.clock));
    ui.set_list(pill(&status.list));
}

fn draw_lane(ui: &ui::Lane<'_>, lane: &model::Lane) {
    ui.set_ready(lane.ready);
    ui.set_reading(lane.reading);
    ui.set_camera(lane.camera);
    ui.set_tone(tone(lane.tone));
    ui.set_icon(icon(lane.icon));
    ui.set_title(text(&lane.title));
    ui.set_guest(text(&lane.guest));
    ui.set_guest_too(text(&lane.guest_too));
    ui.set_staff(list(&lane.staff, |line| text(line)));
    ui.set_counts(list(&lane.counts, |count| text(count)));
    ui.set_numbers(list(&lane.numbers, choice));
    ui.set_choices(list(&lane.choices, choice));
    ui.set_notice(text(&lane.notice));
}

fn draw_panel(ui: &ui::Panel<'_>, panel: Option<&model::Panel>) {
    ui.set_open(panel.is_some());
    let Some(panel) = panel else {
        return;
    };
    ui.set_title(text(&panel.title));
    ui.set_note(text(&panel.note));
    ui.set_light(light(panel.light));
    ui.set_figure(text(&panel.figure));
    ui.set_rows(list(&panel.rows, row));
    ui.set_rows_lead(!panel.leads.is_empty());
    ui.set_typed(text(&panel.typed));
    ui.set_keys(list(&panel.keys, |key| text(&key.label)));
    ui.set_choices(list(&panel.choices, choice));
    ui.set_back(text(&panel.back.label));
}

fn text(text: &str) -> SharedString {
    text.into()
}

fn list<T, U: Clone + 'static>(items: &[T], draw: impl Fn(&T) -> U) -> ModelRc<U> {
    ModelRc::new(VecModel::from(items.iter().map(draw).collect::<Vec<_>>()))
}

fn pill(pill: &model::Pill) -> ui::Pill {
    ui::Pill {
        text: text(&pill.text),
        light: light(pill.light),
    }
}

fn choice(choice: &model::Choice) -> ui::Choice {
    ui::Choice {
        label: text(&choice.label),
        tone: tone(choice.tone),
        selected: choice.selected,
    }
}

fn row(row: &model::Row) -> ui::Row {
    ui::Row {
        label: text(&row.label),
        value: text(&row.value),
        mend: text(&row.mend),
        light: light(row.light),
    }
}

fn light(light: model::Light) -> ui::Light {
    match light {
        model::Light::Good => ui::Light::Good,
        model::Light::Poor => ui::Light::Poor,
        model::Light::Bad => ui::Light::Bad,
    }
}

fn tone(tone: model::Tone) -> ui::Tone {
    match tone {
        model::Tone::Neutral => ui::Tone::Neutral,
        model::Tone::Admit => ui::Tone::Admit,
        model::Tone::Deny => ui::Tone::Deny,
        model::Tone::Ask => ui::Tone::Ask,
        model::Tone::Fault => ui::Tone::Fault,
    }
}

fn icon(icon: model::Icon) -> ui::Icon {
    match icon {
        model::Icon::None => ui::Icon::None,
        model::Icon::Tick => ui::Icon::Tick,
        model::Icon::Cross => ui::Icon::Cross,
        model::Icon::Question => ui::Icon::Question,
        model::Icon::Card => ui::Icon::Card,
        model::Icon::Group => ui::Icon::Group,
        model::Icon::Warning => ui::Icon::Warning,
        model::Icon::Clock => ui::Icon::Clock,
        model::Icon::Camera => ui::Icon::Camera,
        model::Icon::Wait => ui::Icon::Wait,
    }
}

fn image(preview: &Preview) -> Image {
    let size = [preview.width(), preview.height()].map(|side| u32::try_from(side).unwrap_or_default());
    let mut buffer = SharedPixelBuffer::<Rgb8Pixel>::new(size[0], size[1]);
    let pixels = buffer.make_mut_slice().iter_mut().zip(preview.pixels());
    pixels.for_each(|(pixel, &grey)| *pixel = Rgb8Pixel::new(grey, grey, grey));
    Image::from_rgb8(buffer)
}

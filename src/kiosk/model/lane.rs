//! What guests see: ready, or a verdict over the whole screen.

use super::action::Action;

/// What a colour says. Each has an icon of its own outline as well.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Tone {
    /// Nothing was decided.
    Neutral,
    /// Let through.
    Admit,
    /// Refused.
    Deny,
    /// Staff decide.
    Ask,
    /// The gate itself has a fault.
    Fault,
}

/// A picture beside the words.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Icon {
    /// None.
    None,
    /// A tick in a circle.
    Tick,
    /// A cross in an octagon.
    Cross,
    /// A question mark in a diamond.
    Question,
    /// An identity card.
    Card,
    /// Several persons.
    Group,
    /// An exclamation mark in a triangle.
    Warning,
    /// A clock.
    Clock,
    /// A camera, crossed out.
    Camera,
    /// An hourglass.
    Wait,
}

/// Something to touch.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Choice {
    /// Its words.
    pub label: String,
    /// Its colour.
    pub tone: Tone,
    /// Whether it is the one that counts now.
    pub selected: bool,
    /// What touching it does.
    pub action: Action,
}

/// What guests see.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Lane {
    /// Ready for a code: the camera's picture is shown. Otherwise the words have the whole screen.
    pub ready: bool,
    /// A code is in view that is not read yet.
    pub reading: bool,
    /// There is a camera, so that a picture can be shown.
    pub camera: bool,
    /// The colour.
    pub tone: Tone,
    /// The picture.
    pub icon: Icon,
    /// A few words in large letters.
    pub title: String,
    /// What the guest is told.
    pub guest: String,
    /// The same in the next language.
    pub guest_too: String,
    /// What staff are told, a sentence each, the most important first.
    pub staff: Vec<String>,
    /// Persons, entries: a few words each.
    pub counts: Vec<String>,
    /// How many of a group: numbers to choose from.
    pub numbers: Vec<Choice>,
    /// What staff may answer, or do on the ready page.
    pub choices: Vec<Choice>,
    /// A word of warning on the ready page; empty where there is none.
    pub notice: String,
}

impl Lane {
    /// Words on a coloured screen, and nothing to touch.
    pub(super) fn words(tone: Tone, icon: Icon, title: &str, guest: &str) -> Self {
        Self {
            ready: false,
            reading: false,
            camera: false,
            tone,
            icon,
            title: title.to_owned(),
            guest: guest.to_owned(),
            guest_too: String::new(),
            staff: Vec::new(),
            counts: Vec::new(),
            numbers: Vec::new(),
            choices: Vec::new(),
            notice: String::new(),
        }
    }
}

impl Choice {
    pub(super) fn new(label: &str, tone: Tone, action: Action) -> Self {
        Self {
            label: label.to_owned(),
            tone,
            selected: false,
            action,
        }
    }

    pub(super) fn selected(self, selected: bool) -> Self {
        Self { selected, ..self }
    }
}

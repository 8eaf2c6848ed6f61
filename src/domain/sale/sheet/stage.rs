//! How far an event is.

use serde::{Deserialize, Serialize};

/// How far an event is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum EventStage {
    /// Its organiser writes it; nobody else sees it.
    #[default]
    Draft,
    /// Guests see it, and cannot buy yet.
    Published,
    /// Guests buy.
    OnSale,
    /// Nothing is sold any more; tickets are taken back and admitted.
    Closed,
    /// It is over: nothing changes any more.
    Archived,
}

/// A step that is none.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("an event that is {from} cannot become {to}")]
pub struct NoWay {
    /// How far it is.
    pub from: EventStage,
    /// How far it was to be.
    pub to: EventStage,
}

impl EventStage {
    /// All of them, in their order.
    pub const ALL: [Self; 5] = [
        Self::Draft,
        Self::Published,
        Self::OnSale,
        Self::Closed,
        Self::Archived,
    ];

    /// Its name.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Draft => "draft",
            Self::Published => "published",
            Self::OnSale => "on-sale",
            Self::Closed => "closed",
            Self::Archived => "archived",
        }
    }

    /// The stage of that name.
    #[must_use]
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|stage| stage.as_str() == name)
    }

    /// The stage `to`, where the way there is open: on from one to any later one, back from the sale to its announcement, and
    /// from a closed sale to an open one. What guests have seen is no draft again, and what is archived stays so.
    ///
    /// # Errors
    /// [`NoWay`].
    pub fn step(self, to: Self) -> Result<Self, NoWay> {
        let open = match (self, to) {
            (Self::Archived, _) => false,
            (Self::OnSale, Self::Published) | (Self::Closed, Self::OnSale) => true,
            _ => (self as u8) < (to as u8),
        };
        if open || self == to {
            Ok(to)
        } else {
            Err(NoWay { from: self, to })
        }
    }
}

impl std::fmt::Display for EventStage {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.as_str())
    }
}

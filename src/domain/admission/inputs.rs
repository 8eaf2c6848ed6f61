//! All that admission looks at: nothing else can change a verdict.

use std::str::FromStr;

use serde::{Deserialize, Serialize};

use super::Listing;
use crate::domain::checkin::History;
use crate::domain::ids::{GateId, StreamId, TicketType};
use crate::domain::rules::{GateSite, Rulebook};
use crate::domain::ticket::{Claims, Defect, Verified};
use crate::domain::time::{Now, UnixSeconds};
use crate::domain::verdict::{Prompt, Reason};

/// All that admission looks at.
#[derive(Debug, Clone, Copy)]
pub struct Inputs<'a> {
    /// What the guest showed.
    pub shown: &'a Shown,
    /// What the list says of the ticket.
    pub listing: &'a Listing,
    /// What happened to the ticket.
    pub history: &'a History,
    /// Where it is shown.
    pub lane: &'a Lane,
    /// What the event demands.
    pub rules: &'a Rulebook,
    /// Who is in the zone behind the gate; none where nobody counted.
    pub occupancy: Option<Occupancy>,
    /// How the gate stands to the others.
    pub reach: Reach,
    /// Whether the server holds an open conflict case on the ticket: staff are told, and nothing hangs on it.
    pub conflict: bool,
    /// When it is shown.
    pub now: &'a Now,
    /// What is wanted.
    pub request: &'a Request,
}

/// A code whose issuer's signature holds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Shown {
    /// What the issuer signed.
    pub claims: Claims,
    /// Whether the ticket counts only when listed, as after a key leak.
    pub list_only: bool,
    /// When the live code was made, where it is one.
    pub presented_at: Option<UnixSeconds>,
    /// What is wrong with the holder's proof: it keeps people out, and is noted where they leave.
    pub defect: Option<Reason>,
}

/// A gate's place, and the streams that tell a restart.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Lane {
    /// The gate.
    pub gate: GateId,
    /// The zones that it joins.
    pub site: GateSite,
    /// The streams of this device's earlier starts; empty where nothing is known of them.
    pub earlier_streams: Vec<StreamId>,
}

/// Persons in a zone.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Occupancy {
    /// Persons inside, by the facts known.
    pub inside: u32,
    /// Whether the other gates' facts arrive as they happen; otherwise the count is a hint.
    pub live: bool,
}

/// How a gate stands to the others.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum Reach {
    /// It may not know of the others' check-ins until later. So it is unless somebody knows better.
    #[default]
    Apart,
    /// Check-ins reach the others, and theirs this one, as they happen.
    Together,
}

/// Which way a gate is used.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Direction {
    /// Guests enter.
    #[default]
    Entry,
    /// Guests leave.
    Exit,
    /// Nobody moves: staff look at what an entry would give.
    Check,
}

/// Why a text is no direction.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a gate is used for entry, exit or check")]
pub struct DirectionError;

impl Direction {
    /// The direction's name.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Entry => "entry",
            Self::Exit => "exit",
            Self::Check => "check",
        }
    }
}

impl FromStr for Direction {
    type Err = DirectionError;

    fn from_str(text: &str) -> Result<Self, DirectionError> {
        let all = [Self::Entry, Self::Exit, Self::Check];
        all.into_iter()
            .find(|direction| direction.as_str() == text)
            .ok_or(DirectionError)
    }
}

/// What is wanted, and what staff have said to it so far.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Request {
    /// Which way.
    pub direction: Direction,
    /// How many of a group, as chosen on screen.
    pub persons: Option<u8>,
    /// What staff have confirmed.
    pub confirmed: Vec<Prompt>,
    /// Whether it has happened, and is judged again: nobody can be asked any more, nor a group be offered fewer.
    pub past: bool,
}

/// The ticket as it counts: the list's row wins over the claims.
#[derive(Debug, Clone, Copy)]
pub(super) struct Subject<'a> {
    pub(super) ticket_type: &'a TicketType,
    pub(super) admits: u8,
    pub(super) valid_from: Option<UnixSeconds>,
    pub(super) valid_until: UnixSeconds,
}

impl<'a> Subject<'a> {
    pub(super) fn of(inputs: &Inputs<'a>) -> Self {
        match inputs.listing {
            Listing::Listed(row) => Self {
                ticket_type: &row.ticket_type,
                admits: row.admits,
                valid_from: row.valid_from,
                valid_until: row.valid_until,
            },
            Listing::Unlisted { .. } | Listing::Incomplete | Listing::NoList => {
                let claims = &inputs.shown.claims;
                Self {
                    ticket_type: &claims.ticket_type,
                    admits: claims.admits,
                    valid_from: claims.valid_from,
                    valid_until: claims.valid_until,
                }
            }
        }
    }
}

impl<'a> Inputs<'a> {
    /// The ticket's type as it counts: the list's row wins over the claims.
    #[must_use]
    pub fn ticket_type(&self) -> &'a TicketType {
        Subject::of(self).ticket_type
    }
}

impl From<Verified> for Shown {
    fn from(verified: Verified) -> Self {
        Self {
            claims: verified.claims,
            list_only: verified.list_only,
            presented_at: verified.presented_at,
            defect: None,
        }
    }
}

impl TryFrom<Defect> for Shown {
    type Error = Reason;

    /// What a code proves that has a defect beyond the issuer's signature; otherwise only the reason is left.
    fn try_from(defect: Defect) -> Result<Self, Reason> {
        let claims = defect.claims.ok_or(defect.reason)?;
        Ok(Self {
            claims: *claims,
            list_only: false,
            presented_at: None,
            defect: Some(defect.reason),
        })
    }
}

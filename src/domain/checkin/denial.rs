//! Refusals: counted and kept for a while, but no part of a ticket's history.

use minicbor::{Decode, Encode};
use serde::{Deserialize, Serialize};

use crate::domain::ids::{GateId, TicketId};
use crate::domain::time::Now;
use crate::domain::verdict::Reason;

/// A refusal, kept in a bounded ring. It takes no sequence.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Encode, Decode)]
pub struct Denial {
    /// When, by the gate's idea of the time.
    #[n(0)]
    pub now: Now,
    /// Where.
    #[n(1)]
    pub gate: GateId,
    /// The ticket, only where its signature held.
    #[n(2)]
    pub ticket: Option<TicketId>,
    /// Why.
    #[n(3)]
    pub reason: Reason,
    /// How often within the seconds in which a repeat is counted and not kept again; at least 1.
    #[n(4)]
    pub times: u32,
}

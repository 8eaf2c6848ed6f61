//! How a case goes on: opened by what is found, closed by a person, or by itself where nothing is left of it.

use minicbor::{Decode, Encode};
use serde::{Deserialize, Serialize};

use super::Finding;

/// How a case stands.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, Encode, Decode,
)]
#[serde(rename_all = "lowercase")]
#[cbor(index_only)]
pub enum CaseState {
    /// Somebody should look.
    #[n(0)]
    Open,
    /// Somebody has looked, and left a note.
    #[n(1)]
    Resolved,
    /// Nothing is left of it: what was found was given back or recorded in error.
    #[n(2)]
    Withdrawn,
}

/// A case as it was last judged. In one that was withdrawn, what was found last.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Judged {
    /// How it stands.
    pub state: CaseState,
    /// What was found.
    pub findings: Vec<Finding>,
}

/// What becomes of a chain's case (none: there is none yet) by what is found now; none where nothing changes.
#[must_use]
pub fn next(before: Option<&Judged>, found: &[Finding]) -> Option<Judged> {
    let opens = match before {
        None => !found.is_empty(),
        Some(Judged { state, findings }) => match state {
            CaseState::Open => !found.is_empty() && found != findings,
            CaseState::Withdrawn => !found.is_empty(),
            CaseState::Resolved => is_worse(found, findings),
        },
    };
    if opens {
        let findings = found.to_vec();
        return Some(Judged {
            state: CaseState::Open,
            findings,
        });
    }
    let open = before.filter(|case| case.state == CaseState::Open && found.is_empty())?;
    Some(Judged {
        state: CaseState::Withdrawn,
        findings: open.findings.clone(),
    })
}

/// Whether an admission is found that was not before: one that a person has not looked at.
fn is_worse(found: &[Finding], before: &[Finding]) -> bool {
    let known = |finding: &Finding| before.iter().any(|known| known.denied == finding.denied);
    !found.iter().all(known)
}

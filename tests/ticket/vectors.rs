//! `tests/vectors/tickets.jsonl`: codes minted with other libraries, each with what a gate must say.

use serde::Deserialize;
use serde_json::{Value, json};
use wicket::domain::ticket::{
    FRESHNESS_AHEAD_S, FRESHNESS_BACK_S, Freshness, Keyring, Trust, Verified, freshness, inspect, verify,
};
use wicket::domain::time::{Now, UnixSeconds};
use wicket::domain::verdict::Reason;

pub(crate) const JSONL: &str = include_str!("../vectors/tickets.jsonl");
pub(crate) const JWKS: &str = include_str!("../vectors/tickets.jwks");

#[derive(Deserialize)]
pub(crate) struct Vector {
    pub(crate) name: String,
    pub(crate) text: String,
    pub(crate) now: u64,
    expect: Value,
    claims: Option<Value>,
}

impl Vector {
    pub(crate) fn all() -> Vec<Self> {
        let all: Vec<Self> = JSONL
            .lines()
            .map(|line| serde_json::from_str(line).unwrap())
            .collect();
        assert_eq!(all.len(), 49);
        all
    }

    /// Compares an answer of the form that `wicket ticket verify` prints.
    pub(crate) fn assert_answered(&self, answer: &Value) {
        let expected = match &self.claims {
            Some(claims) => vec![json!({ "ok": true, "claims": claims })],
            None => self
                .reasons()
                .map(|reason| json!({ "ok": false, "reason": reason }))
                .collect(),
        };
        assert!(
            expected.contains(answer),
            "{}: {answer}, not {expected:?}",
            self.name
        );
    }

    fn reasons(&self) -> impl Iterator<Item = &Value> {
        self.expect.as_array().unwrap().iter()
    }
}

fn trust() -> Trust {
    let mut trust = Trust::default();
    trust.insert("spring-26".parse().unwrap(), Keyring::from_jwks(JWKS).unwrap());
    trust
}

fn judge(vector: &Vector, trust: &Trust) -> Result<Verified, Reason> {
    let verified = verify(&vector.text, trust).map_err(|defect| defect.reason)?;
    let now = Now::exactly(UnixSeconds(vector.now));
    match verified
        .presented_at
        .map(|at| freshness(at, &now, FRESHNESS_BACK_S, FRESHNESS_AHEAD_S))
    {
        None | Some(Freshness::Fresh) => Ok(verified),
        Some(Freshness::Stale) => Err(Reason::StaleCode),
        Some(Freshness::Future) => Err(Reason::FutureCode),
        Some(Freshness::CannotTell) => panic!("the time is exact"),
    }
}

fn as_answer(judged: Result<Verified, Reason>) -> Value {
    let Verified {
        claims, presented_at, ..
    } = match judged {
        Ok(verified) => verified,
        Err(reason) => return json!({ "ok": false, "reason": reason.code() }),
    };
    json!({ "ok": true, "claims": {
        "event": claims.event,
        "type": claims.ticket_type,
        "ticket": claims.ticket,
        "valid_from": claims.valid_from,
        "valid_until": claims.valid_until,
        "admits": claims.admits,
        "holder_bound": claims.holder_bound(),
        "presented_at": presented_at,
    }})
}

#[test]
fn every_published_vector_is_answered_as_expected() {
    let trust = trust();
    for vector in Vector::all() {
        vector.assert_answered(&as_answer(judge(&vector, &trust)));
    }
}

#[test]
fn what_verifies_can_be_inspected_and_has_one_text() {
    let trust = trust();
    let mut verified = 0;
    for vector in Vector::all() {
        if let Ok(good) = verify(&vector.text, &trust) {
            let inspected = inspect(&vector.text).unwrap();
            assert_eq!(inspected.claims, good.claims, "{}", vector.name);
            assert!(vector.text.trim().ends_with(&inspected.text), "{}", vector.name);
            verified += 1;
        }
    }
    assert!(verified >= 17, "{verified}");
}

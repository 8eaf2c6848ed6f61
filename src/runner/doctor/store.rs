//! What the gate holds: its store, its keys, its list, its time; and whether the server hears it.

use super::Patient;
use crate::domain::health::{Finding, Part, Vitals};
use crate::domain::ticket::{KeyStatus, Keyring};
use crate::domain::time::{ClockState, Now};
use crate::ledger::{
    ENROLMENT_SETTING, Enrolment, Ledger, LedgerError, Pulse, SqliteLedger, WIPE_ORDER_SETTING,
};
use crate::runner::{vitals, with_causes};

/// A list that old, in milliseconds, no longer knows of what was sold or withdrawn today.
const LIST_OLD_MS: u64 = 24 * 60 * 60 * 1000;

pub(super) fn examine(ledger: &mut SqliteLedger, patient: &Patient<'_>) -> Vec<Finding> {
    let mut findings = vec![of_database(ledger)];
    let rest = of_contents(ledger, patient);
    findings.extend(rest.unwrap_or_else(|error| {
        vec![Finding::broken(
            Part::Database,
            with_causes(&error),
            "look at the disk; where it is well, enrol into a new folder and keep this one for the organiser",
        )]
    }));
    findings
}

fn of_database(ledger: &SqliteLedger) -> Finding {
    match ledger.check() {
        Ok(()) => Finding::well(Part::Database, "the store is sound"),
        Err(error) => Finding::broken(
            Part::Database,
            with_causes(&error),
            "stop using this gate: its folder goes to the organiser, and a new one is enrolled",
        ),
    }
}

fn of_contents(ledger: &mut SqliteLedger, patient: &Patient<'_>) -> Result<Vec<Finding>, LedgerError> {
    let vitals = vitals(patient.folder, ledger)?;
    let pulse = ledger.pulse()?;
    let mut findings = vec![of_clock(&vitals.now), of_backlog(&pulse)];
    if ledger.setting(WIPE_ORDER_SETTING)?.is_some() {
        findings.push(Finding::broken(
            Part::Keys,
            "the server had this gate forget its event",
            "use another gate, and hand this one to the organiser with its folder",
        ));
        return Ok(findings);
    }
    findings.push(of_keys(ledger)?);
    findings.push(of_list(ledger, &pulse, &vitals.now)?);
    findings.push(of_server(ledger, patient, &vitals)?);
    Ok(findings)
}

fn of_clock(now: &Now) -> Finding {
    let width_ms = now.latest.map(|latest| latest.since(now.earliest) / 2);
    match (now.state, width_ms) {
        (ClockState::Unsure, _) | (_, None) => Finding::poor(
            Part::Clock,
            "the clock is unsure of the time",
            "let the gate sync, or show it a code of `wicket control set-clock`",
        ),
        (ClockState::Synced, Some(ms)) => {
            Finding::well(Part::Clock, format!("within {ms} ms of the true time"))
        }
        (ClockState::Holdover, Some(ms)) => {
            let found = format!("within {ms} ms of the true time, by the clock since the last word of it");
            Finding::well(Part::Clock, found)
        }
    }
}

fn of_backlog(pulse: &Pulse) -> Finding {
    if pulse.contradictions > 0 {
        return Finding::poor(
            Part::Database,
            format!("{} check-ins contradict others", pulse.contradictions),
            "a device was cloned, or lies: find out which, and have the organiser revoke it",
        );
    }
    Finding::well(
        Part::Database,
        format!("{} check-ins wait to be sent", pulse.unsent),
    )
}

fn of_keys(ledger: &mut dyn Ledger) -> Result<Finding, LedgerError> {
    if ledger.setting(ENROLMENT_SETTING)?.is_none() {
        let mend =
            "enrol it with `wicket enrol CODE`; the organiser prints the code with `wicket admin device add`";
        return Ok(Finding::broken(Part::Keys, "this gate is not enrolled", mend));
    }
    let documents = ledger.documents()?;
    let Some(keyring) = documents.keyring.as_deref().map(Keyring::from_jwks) else {
        return Ok(Finding::broken(
            Part::Keys,
            "the gate knows no ticket keys yet",
            "`wicket sync`",
        ));
    };
    let keyring = match keyring {
        Ok(keyring) => keyring,
        Err(error) => return Ok(Finding::broken(Part::Keys, with_causes(&error), "`wicket sync`")),
    };
    let good = keyring
        .keys()
        .iter()
        .filter(|key| key.status != KeyStatus::Revoked);
    let (good, control) = (good.count(), documents.control_keyring.is_some());
    if good == 0 {
        let mend = "have the organiser add a key (`wicket admin key add`), and sync";
        return Ok(Finding::broken(Part::Keys, "no ticket key counts", mend));
    }
    let control = if control {
        "control codes are obeyed"
    } else {
        "no control codes are obeyed"
    };
    Ok(Finding::well(
        Part::Keys,
        format!("{good} ticket keys count; {control}"),
    ))
}

fn of_list(ledger: &mut dyn Ledger, pulse: &Pulse, now: &Now) -> Result<Finding, LedgerError> {
    let Some(live) = ledger.live_list()? else {
        return Ok(Finding::broken(
            Part::Dataset,
            "the gate has no list yet",
            "`wicket sync`",
        ));
    };
    let old_ms = now.best.since(live.as_of.millis());
    let found = format!("{} tickets, {} min old", pulse.tickets, old_ms / 60_000);
    Ok(if old_ms > LIST_OLD_MS {
        Finding::poor(
            Part::Dataset,
            found,
            "`wicket sync`, or `wicket import` from a stick",
        )
    } else {
        Finding::well(Part::Dataset, found)
    })
}

fn of_server(
    ledger: &mut dyn Ledger,
    patient: &Patient<'_>,
    vitals: &Vitals,
) -> Result<Finding, LedgerError> {
    let enrolment = ledger.setting(ENROLMENT_SETTING)?;
    let enrolment = enrolment.and_then(|json| serde_json::from_slice::<Enrolment>(&json).ok());
    let Some(Enrolment { server, .. }) = enrolment else {
        return Ok(Finding::absent(Part::Server, "none: this gate is not enrolled"));
    };
    Ok(match (patient.contact)(ledger, vitals) {
        Ok(()) => Finding::well(Part::Server, format!("{server} answers, and knows this gate")),
        Err(error) => Finding::poor(
            Part::Server,
            with_causes(error.as_ref()),
            "the gate works without it; look at the network before the event, and sync",
        ),
    })
}

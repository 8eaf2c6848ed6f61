//! From arguments and data folder to what a gate needs.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use super::{GateArgs, Mode};
use crate::commands::random::{self, NoRandomness};
use crate::device::clock::{Clock, FixedClock, SystemClock};
use crate::domain::clock::Sighting;
use crate::domain::gate::{Config, Passage};
use crate::domain::ids::{EventId, GateId, StreamId};
use crate::domain::rules::{Rulebook, RulesError};
use crate::domain::ticket::{Keyring, KeyringError, Trust};
use crate::domain::time::{UnixMillis, UnixSeconds};
use crate::ledger::{
    CLOCK_SIGHTING_SETTING, ENROLMENT_SETTING, Enrolment, Ledger, LedgerError, MemoryLedger, Opening,
    RELAY_SETTING, SqliteLedger, TOLD_TIME_SETTING, WIPE_ORDER_SETTING,
};
use crate::runner::{Orders, Reread};

/// The gate's folder where none is named, as of the other subcommands.
const DATA_DEFAULT: &str = "gate-data";
/// The most bytes of a keyring or rulebook file: a hundred times those of a large event.
const DOCUMENT_BYTES_MAX: u64 = 4 << 20;

/// What a gate needs.
pub(in crate::commands) struct Setup {
    pub(in crate::commands) orders: Orders,
    pub(in crate::commands) ledger: Box<dyn Ledger>,
    /// How to follow what a sync brings; none for a gate that works on signatures alone.
    pub(in crate::commands) reread: Option<Reread>,
    /// Whether check-ins outlive the process.
    pub(in crate::commands) kept: bool,
    /// The folder of a gate that has a server.
    pub(in crate::commands) enrolled: Option<PathBuf>,
}

/// Why a gate cannot be set up, in words that say what to do next.
#[derive(Debug, thiserror::Error)]
pub(in crate::commands) enum SetupError {
    #[error(
        "{} is not enrolled: run `wicket enrol CODE` on it, or give --keys and --event for a gate that works on \
         signatures alone", folder.display()
    )]
    NotEnrolled { folder: PathBuf },
    #[error(
        "{} is enrolled for the event {event}: leave out --keys and --event, or give another folder", folder.display()
    )]
    Enrolled { folder: PathBuf, event: EventId },
    #[error("{} is a relay's: run `wicket serve --upstream` on it, and enrol the gate in a folder of its own", folder.display())]
    Relay { folder: PathBuf },
    #[error("{} has no list yet: run `wicket sync` first", folder.display())]
    NotSynced { folder: PathBuf },
    #[error(
        "the server revoked this device and had it forget the event, so it admits nobody; its check-ins are still in \
         {}: run `wicket sync` to hand them over for rescue, and give the folder to the organiser", folder.display()
    )]
    Wiped { folder: PathBuf },
    #[error("the setting {name} in {} is damaged: enrol again into a new folder", folder.display())]
    Setting {
        name: &'static str,
        folder: PathBuf,
        source: serde_json::Error,
    },
    #[error("cannot read {}; check the path and its permissions", path.display())]
    Unreadable { path: PathBuf, source: io::Error },
    #[error("{} is larger than {DOCUMENT_BYTES_MAX} bytes, so it is not what was meant; check the path", path.display())]
    TooLarge { path: PathBuf },
    #[error("{}", path.display())]
    Keys { path: PathBuf, source: KeyringError },
    #[error("{}", path.display())]
    Rules { path: PathBuf, source: RulesError },
    #[error("the rules are those of the event {found}, not of {wanted}; give that event's rules")]
    OtherEvent { found: EventId, wanted: EventId },
    #[error(transparent)]
    Ledger(#[from] LedgerError),
    #[error(transparent)]
    Random(#[from] NoRandomness),
}

impl Setup {
    pub(in crate::commands) fn from(args: &GateArgs) -> Result<Self, SetupError> {
        match (&args.keys, &args.event, &args.data) {
            (Some(keys), Some(event), data) => signature_only(args, keys, event, data.as_deref()),
            (_, _, data) => enrolled(args, data.as_deref().unwrap_or(Path::new(DATA_DEFAULT))),
        }
    }
}

fn signature_only(
    args: &GateArgs,
    keys: &Path,
    event: &EventId,
    data: Option<&Path>,
) -> Result<Setup, SetupError> {
    let keyring = Keyring::from_jwks(&document(keys)?).map_err(|source| SetupError::Keys {
        path: keys.to_owned(),
        source,
    })?;
    let rules = match &args.rules {
        Some(path) => rulebook(path, &document(path)?, event)?,
        None => Rulebook::defaults(event.clone()),
    };
    let stream = fresh_stream()?;
    let mut ledger: Box<dyn Ledger> = match data {
        Some(folder) => Box::new(SqliteLedger::open(folder, stream, &opening(true))?),
        None => Box::new(MemoryLedger::signature_only(stream)),
    };
    if let Some(folder) = data
        && let Some(Enrolment { event, .. }) = setting(ledger.as_mut(), folder, ENROLMENT_SETTING)?
    {
        let folder = folder.to_owned();
        return Err(SetupError::Enrolled { folder, event });
    }
    let gate = args.gate.clone().unwrap_or_else(GateId::unnamed);
    Ok(Setup {
        orders: Orders {
            config: config(args, gate, keyring, rules, ledger.as_mut())?,
            clock: clock(args.at, None, None, UnixMillis(0)),
            list_version: 0,
        },
        ledger,
        reread: None,
        kept: data.is_some(),
        enrolled: None,
    })
}

fn enrolled(args: &GateArgs, folder: &Path) -> Result<Setup, SetupError> {
    let not_enrolled = || SetupError::NotEnrolled {
        folder: folder.to_owned(),
    };
    // Opening makes what is missing, and a mistyped path should leave no folder behind.
    if !folder.exists() {
        return Err(not_enrolled());
    }
    let mut ledger = SqliteLedger::open(folder, fresh_stream()?, &opening(false))?;
    let enrolment: Enrolment = setting(&mut ledger, folder, ENROLMENT_SETTING)?.ok_or_else(not_enrolled)?;
    if ledger.setting(RELAY_SETTING)?.is_some() {
        let folder = folder.to_owned();
        return Err(SetupError::Relay { folder });
    }
    // The first answer only sets the mark from which writes of others count: before the orders are read, so that none
    // falls in between.
    ledger.written_by_others()?;
    if ledger.setting(WIPE_ORDER_SETTING)?.is_some() {
        return Err(SetupError::Wiped {
            folder: folder.to_owned(),
        });
    }
    let at_start = orders(args, folder, &enrolment, &mut ledger)?;
    let (args, folder) = (args.clone(), folder.to_owned());
    Ok(Setup {
        enrolled: Some(folder.clone()),
        orders: at_start,
        ledger: Box::new(ledger),
        reread: Some(Box::new(move |ledger| {
            Ok(orders(&args, &folder, &enrolment, ledger)?)
        })),
        kept: true,
    })
}

/// What the store holds for the gate to go by, as the last sync left it.
fn orders(
    args: &GateArgs,
    folder: &Path,
    enrolment: &Enrolment,
    ledger: &mut dyn Ledger,
) -> Result<Orders, SetupError> {
    if ledger.setting(WIPE_ORDER_SETTING)?.is_some() {
        return closed(args, enrolment, ledger);
    }
    let sighting: Option<Sighting> = setting(ledger, folder, CLOCK_SIGHTING_SETTING)?;
    let told: Option<Sighting> = setting(ledger, folder, TOLD_TIME_SETTING)?;
    let documents = ledger.documents()?;
    let keys = documents.keyring.ok_or_else(|| SetupError::NotSynced {
        folder: folder.to_owned(),
    })?;
    let keyring = Keyring::from_jwks(&keys).map_err(|source| SetupError::Keys {
        path: folder.to_owned(),
        source,
    })?;
    let rules = match documents.rulebook {
        Some(json) => rulebook(folder, &json, &enrolment.event)?,
        None => Rulebook::defaults(enrolment.event.clone()),
    };
    let live = ledger.live_list()?;
    let as_of = live.as_ref().map_or(UnixMillis(0), |live| live.as_of.millis());
    let seen = sighting
        .as_ref()
        .map_or(UnixMillis(0), |sighting| sighting.server_ms);
    let gate = args.gate.clone().unwrap_or_else(|| enrolment.gate.clone());
    Ok(Orders {
        config: config(args, gate, keyring, rules, ledger)?,
        clock: clock(args.at, sighting, told, as_of.max(seen)),
        list_version: live.map_or(0, |live| live.cursor.sequence),
    })
}

/// What is left to go by once the server had the gate forget its event: nothing.
fn closed(args: &GateArgs, enrolment: &Enrolment, ledger: &mut dyn Ledger) -> Result<Orders, SetupError> {
    let gate = args.gate.clone().unwrap_or_else(|| enrolment.gate.clone());
    let rules = Rulebook::defaults(enrolment.event.clone());
    let config = config(args, gate, Keyring::default(), rules, ledger)?;
    Ok(Orders {
        config: Config {
            closed: true,
            ..config
        },
        clock: clock(args.at, None, None, UnixMillis(0)),
        list_version: 0,
    })
}

fn opening(signature_only: bool) -> Opening {
    Opening {
        signature_only,
        ..Opening::default()
    }
}

fn config(
    args: &GateArgs,
    gate: GateId,
    keyring: Keyring,
    rules: Rulebook,
    ledger: &mut dyn Ledger,
) -> Result<Config, LedgerError> {
    let mut trust = Trust::default();
    trust.insert(rules.event.clone(), keyring);
    Ok(Config {
        gate,
        direction: args.mode.unwrap_or(Mode::Entry).into(),
        trust,
        rules,
        earlier_streams: ledger.earlier_streams()?,
        // A gate without a screen has no turnstile to listen to either.
        passage: Passage::Unseen,
        operator: None,
        closed: false,
    })
}

fn clock(
    at: Option<u64>,
    sighting: Option<Sighting>,
    told: Option<Sighting>,
    floor: UnixMillis,
) -> Box<dyn Clock> {
    match at {
        Some(at) => Box::new(FixedClock(UnixSeconds(at))),
        None => Box::new(SystemClock::new(sighting, floor).told(told)),
    }
}

fn rulebook(path: &Path, json: &str, event: &EventId) -> Result<Rulebook, SetupError> {
    let rules = Rulebook::from_json(json).map_err(|source| SetupError::Rules {
        path: path.to_owned(),
        source,
    })?;
    if rules.event == *event {
        Ok(rules)
    } else {
        Err(SetupError::OtherEvent {
            found: rules.event,
            wanted: event.clone(),
        })
    }
}

fn setting<T: serde::de::DeserializeOwned>(
    ledger: &mut dyn Ledger,
    folder: &Path,
    name: &'static str,
) -> Result<Option<T>, SetupError> {
    let Some(bytes) = ledger.setting(name)? else {
        return Ok(None);
    };
    serde_json::from_slice(&bytes)
        .map(Some)
        .map_err(|source| SetupError::Setting {
            name,
            folder: folder.to_owned(),
            source,
        })
}

fn document(path: &Path) -> Result<String, SetupError> {
    let unreadable = |source| SetupError::Unreadable {
        path: path.to_owned(),
        source,
    };
    if fs::metadata(path).map_err(unreadable)?.len() > DOCUMENT_BYTES_MAX {
        return Err(SetupError::TooLarge {
            path: path.to_owned(),
        });
    }
    fs::read_to_string(path).map_err(unreadable)
}

/// Each start of a gate records under a stream of its own.
fn fresh_stream() -> Result<StreamId, SetupError> {
    Ok(StreamId::new(random::bytes()?))
}

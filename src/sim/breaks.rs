//! Ways to break the product, each as a wrapper around sound code, so that a run can show that it would notice.

use std::io::Cursor;

use ed25519_dalek::SigningKey;

use crate::domain::admission::{Known, TicketRow};
use crate::domain::checkin::{Denial, Draft, Fact};
use crate::domain::control::UsedCode;
use crate::domain::ids::{DeviceId, StreamId, TicketId, ZoneId};
use crate::domain::label::{Label, Sought};
use crate::domain::outbox::Room;
use crate::domain::ticket::CheckCode;
use crate::domain::time::UnixMillis;
use crate::ledger::{
    Building, DEVICE_KEY_SETTING, EventDocuments, KeptSegment, Ledger, LedgerError, LedgerStatus, LiveList,
    Pulse, SealedSegment, SqliteLedger, SyncClaim, Unsealed,
};
use crate::sync::bundle::{self, ImportError};
use crate::wire::bundle::{Bundle, Item};
use crate::wire::upload::{Held, Receipt};
use crate::wire::{Cursor as Place, LogPage, Segment, SnapshotPage};

/// What is broken.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub enum Break {
    /// Gates' disks say that they synced and did not: what a store without fsync leaves there.
    NoFsync,
    /// The server's disk does so.
    ServerNoFsync,
    /// The server answers an upload before the facts are committed.
    AckBeforeCommit,
    /// A gate commits the cursor of a page before the page's rows.
    CursorFirst,
    /// A gate keeps a fact again that it holds already.
    DedupeDropped,
    /// A gate believes its wall clock.
    ClockTrusted,
    /// A gate takes what is on a stick without a look at who signed it.
    UnsignedStick,
}

/// The store as a gate's processes use it.
pub(super) fn ledger(sound: SqliteLedger, broken: Option<Break>) -> Box<dyn Ledger> {
    match broken {
        Some(broken @ (Break::CursorFirst | Break::DedupeDropped)) => Box::new(Broken { sound, broken }),
        _ => Box::new(sound),
    }
}

/// What is on a stick comes into a gate's store.
pub(super) fn import(
    ledger: &mut dyn Ledger,
    file: Cursor<&[u8]>,
    broken: Option<Break>,
) -> Result<(), ImportError> {
    match broken {
        Some(Break::UnsignedStick) => import_unsigned(ledger, file),
        _ => bundle::import(ledger, file).map(drop),
    }
}

fn import_unsigned(ledger: &mut dyn Ledger, file: Cursor<&[u8]>) -> Result<(), ImportError> {
    let secret = ledger.setting(DEVICE_KEY_SETTING)?.expect("enrolled");
    let key = SigningKey::from_bytes(&secret.try_into().expect("a key"));
    let mut bundle = Bundle::open(file)?;
    let mut items = bundle.items(&key)?;
    while let Some(item) = items.next_item()? {
        if let Item::Segment(bytes) = item
            && let Ok(segment) = Segment::unverified(&bytes)
        {
            ledger.merge(&[(bytes.into(), segment)])?;
        }
    }
    Ok(())
}

struct Broken {
    sound: SqliteLedger,
    broken: Break,
}

impl Broken {
    fn cursor_first(&mut self, page: &LogPage, segments: &[(Vec<u8>, Segment)]) -> Result<(), LedgerError> {
        let cursor = LogPage {
            changes: Vec::new(),
            ..page.clone()
        };
        self.sound.apply(&cursor, &[])?;
        // Above the cursor, or they would count as applied.
        let number = page.to.sequence.saturating_add(1);
        let changes = page.changes.iter().map(|(_, change)| (number, change.clone()));
        let rows = LogPage {
            from: page.to.sequence,
            changes: changes.collect(),
            ..page.clone()
        };
        self.sound.apply(&rows, segments)
    }

    /// Those that are held already come under another name.
    fn doubled(&mut self, segments: &[(Vec<u8>, Segment)]) -> Result<Vec<(Vec<u8>, Segment)>, LedgerError> {
        let held = self.sound.facts()?;
        let double = |(bytes, segment): &(Vec<u8>, Segment)| {
            let mut segment = segment.clone();
            if segment.facts().any(|fact| held.contains(&fact)) {
                segment.stream = StreamId::new(segment.stream.as_bytes().map(|byte| !byte));
            }
            (bytes.clone(), segment)
        };
        Ok(segments.iter().map(double).collect())
    }
}

/// Methods that are as sound as those of the store inside.
macro_rules! pass_on {
    ($(fn $name:ident(&mut self $(, $argument:ident: $type:ty)*) -> $result:ty;)*) => {
        $(fn $name(&mut self $(, $argument: $type)*) -> Result<$result, LedgerError> {
            self.sound.$name($($argument),*)
        })*
    };
}

impl Ledger for Broken {
    fn apply(&mut self, page: &LogPage, segments: &[(Vec<u8>, Segment)]) -> Result<(), LedgerError> {
        match self.broken {
            Break::CursorFirst if page.to.sequence > page.from => self.cursor_first(page, segments),
            Break::DedupeDropped => {
                let segments = self.doubled(segments)?;
                self.sound.apply(page, &segments)
            }
            _ => self.sound.apply(page, segments),
        }
    }

    fn apply_snapshot(
        &mut self,
        page: &SnapshotPage,
        tickets: &[TicketRow],
        segments: &[(Vec<u8>, Segment)],
    ) -> Result<(), LedgerError> {
        match self.broken {
            Break::DedupeDropped => {
                let segments = self.doubled(segments)?;
                self.sound.apply_snapshot(page, tickets, &segments)
            }
            _ => self.sound.apply_snapshot(page, tickets, segments),
        }
    }

    pass_on! {
        fn look_up(&mut self, ticket: &TicketId) -> Known;
        fn occupancy(&mut self, zone: &ZoneId, since: UnixMillis) -> u32;
        fn record(&mut self, draft: &Draft) -> Fact;
        fn earlier_streams(&mut self) -> Vec<StreamId>;
        fn note_denials(&mut self, denials: &[Denial]) -> ();
        fn denials(&mut self, limit: usize) -> Vec<Denial>;
        fn documents(&mut self) -> EventDocuments;
        fn cursor(&mut self) -> Option<Place>;
        fn building(&mut self) -> Option<Building>;
        fn clear_dropped(&mut self) -> bool;
        fn unsealed(&mut self, limit: usize) -> Option<Unsealed>;
        fn keep_segment(&mut self, segment: &SealedSegment) -> bool;
        fn claim_sync(&mut self) -> SyncClaim;
        fn merge(&mut self, segments: &[(Vec<u8>, Segment)]) -> ();
        fn unacknowledged(&mut self, after: u64, room: &Room) -> Vec<KeptSegment>;
        fn kept_after(&mut self, after: u64, room: &Room) -> Vec<KeptSegment>;
        fn newest_place(&mut self) -> u64;
        fn held(&mut self) -> Vec<Held>;
        fn beyond(&mut self, have: &[Held], room: &Room) -> Vec<SealedSegment>;
        fn take_receipt(&mut self, receipt: &Receipt, whole: bool) -> bool;
        fn live_list(&mut self) -> Option<LiveList>;
        fn written_by_others(&mut self) -> bool;
        fn facts(&mut self) -> Vec<Fact>;
        fn setting(&mut self, name: &str) -> Option<Vec<u8>>;
        fn set_setting(&mut self, name: &str, value: &[u8]) -> ();
        fn use_control_code(&mut self, code: &UsedCode) -> bool;
        fn device_key(&mut self, device: &DeviceId) -> Option<[u8; 32]>;
        fn with_check_code(&mut self, code: CheckCode) -> Vec<TicketId>;
        fn labelled(&mut self, sought: &Sought, limit: usize) -> Vec<Label>;
        fn label(&mut self, ticket: &TicketId) -> Option<Label>;
        fn active_devices(&mut self) -> Vec<(DeviceId, [u8; 32])>;
        fn status(&mut self) -> LedgerStatus;
        fn wipe(&mut self, order: &[u8]) -> ();
        fn pulse(&mut self) -> Pulse;
    }
}

//! Notifications of the simulated WeChat Pay: late, twice, lost, or again until they are taken.

use axum::http::HeaderMap;
use serde_json::json;

use super::whim::Fate;
use super::world::World;

/// When a notification that was not taken comes again, in milliseconds after it came.
const AGAIN_MS: &[u64] = &[
    15_000, 15_000, 30_000, 180_000, 600_000, 1_200_000, 1_800_000, 1_800_000, 1_800_000, 3_600_000,
    10_800_000, 10_800_000, 10_800_000, 21_600_000, 21_600_000,
];

/// What it tells of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    Paid,
    Refunded,
    RefundAbnormal,
    RefundClosed,
    /// Something that no seller of tickets knows.
    Other,
}

impl Kind {
    fn names(self) -> (&'static str, &'static str) {
        match self {
            Self::Paid => ("TRANSACTION.SUCCESS", "transaction"),
            Self::Refunded => ("REFUND.SUCCESS", "refund"),
            Self::RefundAbnormal => ("REFUND.ABNORMAL", "refund"),
            Self::RefundClosed => ("REFUND.CLOSED", "refund"),
            Self::Other => ("PAYSCORE.USER_OPEN_SERVICE", "payscore"),
        }
    }
}

#[derive(Debug, Clone)]
struct Waiting {
    number: u64,
    kind: Kind,
    plain: String,
    due_ms: u64,
    tries: usize,
}

/// What waits to be sent.
#[derive(Debug, Default)]
pub(crate) struct Notices {
    waiting: Vec<Waiting>,
    made: u64,
}

/// A notification on its way.
#[derive(Debug, Clone)]
pub(crate) struct Notice {
    pub(crate) number: u64,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Vec<u8>,
}

impl Notices {
    /// Has something told.
    pub(crate) fn push(&mut self, kind: Kind, plain: String, now_ms: u64, fate: Fate) {
        let dues = match fate {
            Fate::Lost => vec![],
            Fate::After(ms) => vec![now_ms + ms],
            Fate::Twice(ms) => vec![now_ms, now_ms + ms],
        };
        for due_ms in dues {
            self.made += 1;
            self.waiting.push(Waiting {
                number: self.made,
                kind,
                plain: plain.clone(),
                due_ms,
                tries: 0,
            });
        }
    }
}

impl World {
    /// What is to be sent by now, the first due first. Each waits until [`Self::taken`] says what became of it.
    pub(crate) fn due(&mut self) -> Vec<Notice> {
        self.settle_refunds();
        let now_ms = self.now_ms();
        let mut due: Vec<Waiting> = self
            .notices
            .waiting
            .iter()
            .filter(|waiting| waiting.due_ms <= now_ms)
            .cloned()
            .collect();
        due.sort_by_key(|waiting| (waiting.due_ms, waiting.number));
        due.into_iter().map(|waiting| self.notice(&waiting)).collect()
    }

    /// What a notification was answered by: it is done with, or comes again.
    pub(crate) fn taken(&mut self, number: u64, status: u16) {
        let now_ms = self.now_ms();
        self.notices.waiting.retain_mut(|waiting| {
            if waiting.number != number {
                return true;
            }
            let again = AGAIN_MS
                .get(waiting.tries)
                .filter(|_| !matches!(status, 200 | 204));
            waiting.tries += 1;
            waiting.due_ms = now_ms + again.copied().unwrap_or_default();
            again.is_some()
        });
    }

    fn notice(&mut self, waiting: &Waiting) -> Notice {
        let (event_type, also) = waiting.kind.names();
        let resource = self.sealing.seal(waiting.plain.as_bytes(), also);
        let body = json!({
            "id": format!("EV-{:020}", waiting.number),
            "create_time": "2026-11-23T16:00:00+08:00",
            "resource_type": "encrypt-resource",
            "event_type": event_type,
            "summary": "支付成功",
            "resource": resource,
        });
        let body = serde_json::to_vec(&body).unwrap();
        let at_s = self.now_ms() / 1000;
        let by_certificate = self.by_certificate;
        Notice {
            number: waiting.number,
            headers: self.sealing.headers(at_s, &body, by_certificate),
            body,
        }
    }
}

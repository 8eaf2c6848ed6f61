//! A relay's way to the origin: each signed word is checked, and given with the bytes in which it came.

use minicbor::bytes::ByteVec;

use super::client::{Client, Word};
use super::error::SyncError;
use super::http::{Http, Listening};
use super::uplink::{Method, Uplink};
use super::{Givens, down, time, up};
use crate::domain::clock::Sighting;
use crate::ledger::Building;
use crate::wire::heartbeat::Heartbeats;
use crate::wire::limits::{MESSAGE_BYTES_MAX, ORDERS_BYTES_MAX};
use crate::wire::order::{Order, Orders};
use crate::wire::upload::{ItemAnswer, Receipt, Upload};
use crate::wire::{Cursor, LogPage, SnapshotPage, from_cbor, to_cbor};

/// The origin, as a relay asks it.
#[derive(Debug)]
pub struct Origin<U> {
    client: Client<U>,
    seen: Option<Sighting>,
}

/// The page that is due of a snapshot.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PageDue {
    /// Of which.
    pub of: Cursor,
    /// Its number, from 0.
    pub page: u32,
    /// How many the snapshot has.
    pub pages: u32,
}

/// What came of segments that were handed over.
#[derive(Debug)]
pub struct HandedOver {
    /// An answer for each, in order.
    pub items: Vec<ItemAnswer>,
    /// The origin's word on what it holds.
    pub receipts: Vec<Word<Receipt>>,
}

impl<U: Uplink> Origin<U> {
    /// The origin at the end of a client's uplink.
    #[must_use]
    pub fn new(client: Client<U>) -> Self {
        Self { client, seen: None }
    }

    /// Asks for the time, by which the age of pages is judged from then on.
    ///
    /// # Errors
    /// [`SyncError`] where no answer of the origin's came.
    pub async fn sight(&mut self, givens: &Givens<'_>) -> Result<(), SyncError> {
        self.seen = time::ask(&mut self.client, givens).await?;
        Ok(())
    }

    /// The page of the log behind a cursor; none where the cursor does not fit.
    ///
    /// # Errors
    /// [`SyncError`] where no answer of the origin's came.
    pub async fn log_page(&mut self, after: &Cursor) -> Result<Option<Word<LogPage>>, SyncError> {
        down::log_page(&mut self.client, after, self.seen.as_ref()).await
    }

    /// The page that is due of a snapshot, or the first of one that reaches at least as far as `least`; none where the origin
    /// has that snapshot no more.
    ///
    /// # Errors
    /// [`SyncError`] where no answer of the origin's came.
    pub async fn snapshot_page(
        &mut self,
        due: Option<&PageDue>,
        least: Option<u64>,
    ) -> Result<Option<Word<SnapshotPage>>, SyncError> {
        let going_on = due.map(|due| Building {
            to: due.of.clone(),
            next: due.page,
            pages: due.pages,
        });
        down::snapshot_page(&mut self.client, going_on.as_ref(), least).await
    }

    /// Hands segments over, as many as an upload holds.
    ///
    /// # Errors
    /// [`SyncError`] where no answer of the origin's came.
    pub async fn hand_over(&mut self, segments: Vec<ByteVec>) -> Result<HandedOver, SyncError> {
        let upload = Upload { segments, have: None };
        let answer = up::ask(&mut self.client, &upload).await?;
        Ok(HandedOver {
            receipts: up::receipts(&self.client, answer.receipts)?,
            items: answer.items,
        })
    }

    /// The origin's orders to devices, for those of them that come by.
    ///
    /// # Errors
    /// [`SyncError`] where no answer of the origin's came.
    pub async fn orders(&mut self) -> Result<Vec<Word<Order>>, SyncError> {
        let answer = self.client.get("/sync/v1/orders", ORDERS_BYTES_MAX).await?;
        let orders: Orders = from_cbor(&answer.body).map_err(|error| self.client.not_believed(error))?;
        let open = |bytes: ByteVec| {
            let said = Order::open(&bytes, &self.client.enrolment.server_key.0)
                .map_err(|error| self.client.not_believed(error))?;
            let bytes = bytes.into();
            Ok(Word { said, bytes })
        };
        orders.orders.into_iter().map(open).collect()
    }

    /// Hands over what gates say of their health, as many as a request holds.
    ///
    /// # Errors
    /// [`SyncError`] where no answer of the origin's came.
    pub async fn hand_over_heartbeats(&mut self, beats: Vec<ByteVec>) -> Result<(), SyncError> {
        let message = to_cbor(&Heartbeats { beats });
        self.client
            .post("/sync/v1/heartbeat", &message, MESSAGE_BYTES_MAX)
            .await?;
        Ok(())
    }
}

impl Origin<Http> {
    /// Opens the stream that tells of news.
    ///
    /// # Errors
    /// [`SyncError`] where the origin cannot be reached, or will not.
    pub async fn listen(&mut self) -> Result<Listening, SyncError> {
        let path = "/sync/v1/live";
        let authorization = self.client.sign(Method::Get, path, b"");
        self.client.uplink().listen(path, authorization).await
    }
}

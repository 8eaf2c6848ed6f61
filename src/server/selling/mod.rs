//! What is still to be done about orders outside of their transactions: opened, asked, closed and refunded at payment providers.
//!
//! The outbox is in the data, read off the orders themselves, so any process on it may do any of it, and whatever crashes comes
//! again. What a provider answers becomes an event of the order ([`outcome`]), and is nothing before that is committed.

mod outcome;
mod pace;
mod till;
mod worker;

use std::sync::Arc;

use tokio::sync::Notify;

use super::answer::Refused;
use super::clock::Clock;
use super::database::Database;
use super::db::{Changed, Seed};
use super::heads::News;
use super::pay::{Counter, Givens, PaymentProvider, Providers};
use super::random;
use crate::domain::sale::order::Event;
use crate::domain::sale::{OrderNumber, PaymentNumber, PaymentStanding};
use till::DataTill;

pub(super) use worker::run;

/// What sells: the orders, and who takes their money.
#[derive(Debug, Clone)]
pub(super) struct Selling {
    pub(super) db: Database,
    pub(super) providers: Providers,
    pub(super) clock: Clock,
    trial: Arc<Counter>,
    news: News,
    /// Something new may be due.
    woken: Arc<Notify>,
}

impl Selling {
    /// With these providers, and the box office; with the one for trials where `takes_trials`.
    pub(super) fn new(
        db: Database,
        wechat: Option<Arc<dyn PaymentProvider>>,
        takes_trials: bool,
        clock: Clock,
        news: News,
    ) -> Self {
        let till = || Arc::new(DataTill(db.clone()));
        let trial = Arc::new(Counter::test(till(), Givens::system()));
        let box_office = Arc::new(Counter::manual(till(), Givens::system()));
        let mut providers = Providers::default().with(box_office);
        if takes_trials {
            providers = providers.with(Arc::clone(&trial) as Arc<dyn PaymentProvider>);
        }
        if let Some(wechat) = wechat {
            providers = providers.with(wechat);
        }
        Self {
            db,
            providers,
            clock,
            trial,
            news,
            woken: Arc::default(),
        }
    }

    /// A guest pressed the button of a trial's payment.
    pub(super) async fn press(&self, payment: PaymentNumber) -> Result<PaymentStanding, Refused> {
        let pressed = self.trial.press(payment).await;
        pressed.map_err(|error| Refused::failed(&error.to_string()))
    }

    /// Has something happen to an order.
    pub(super) async fn change(&self, number: OrderNumber, event: Event) -> Result<Changed, Refused> {
        let (seed, now) = (Seed(random::bytes()?), self.clock.now());
        let changed = self
            .db
            .run(move |db| db.change_order(number, &event, &seed, now))
            .await?;
        self.wake();
        Ok(changed)
    }

    /// Something was written: calls may be due, and tickets may be on the list or off it.
    pub(super) fn wake(&self) {
        self.woken.notify_one();
        self.news.tell();
    }
}

//! The providers that are the server itself.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use axum::http::HeaderMap;
use jiff::civil::date;
use tokio::runtime::{Builder, Runtime};
use wicket::domain::sale::{Method, Opened, PaymentStanding, Provider, RefundStanding};
use wicket::domain::time::{UnixMillis, UnixSeconds};
use wicket::server::pay::till::MemoryTill;
use wicket::server::pay::{
    CallError, Closing, Counter, HandOver, Ours, PaymentProvider, Providers, TEST_PAGE, reconcile,
};

use super::fake::START_MS;
use super::shop::{givens, payment, prepay, refund, refund_number};

struct Desk {
    runtime: Runtime,
    clock: Arc<AtomicU64>,
    counter: Counter,
}

fn desk(counter: fn(Arc<MemoryTill>, Arc<AtomicU64>) -> Counter) -> Desk {
    let clock = Arc::new(AtomicU64::new(START_MS));
    Desk {
        runtime: Builder::new_current_thread().build().unwrap(),
        counter: counter(Arc::default(), Arc::clone(&clock)),
        clock,
    }
}

fn trials() -> Desk {
    desk(|till, clock| Counter::test(till, givens(&clock)))
}

fn box_office() -> Desk {
    desk(|till, clock| Counter::manual(till, givens(&clock)))
}

impl Desk {
    fn run<T>(&self, asked: impl Future<Output = T>) -> T {
        self.runtime.block_on(asked)
    }

    fn query(&self) -> PaymentStanding {
        self.run(self.counter.query(&payment(1))).unwrap()
    }
}

#[test]
fn a_trials_payment_is_paid_when_the_guest_presses_the_button() {
    let desk = trials();
    assert_eq!(desk.query(), PaymentStanding::Unknown);
    let opened = desk.run(desk.counter.open(&prepay(1, Method::Native))).unwrap();
    assert_eq!(opened, Opened::Url(format!("{TEST_PAGE}/{}", payment(1))));
    let handed = desk.counter.hand_over(&opened, UnixSeconds(0), "");
    assert!(matches!(handed, Ok(HandOver::Page { .. })));
    assert_eq!(desk.query(), PaymentStanding::Unpaid);
    let pressed = desk.run(desk.counter.press(payment(1))).unwrap();
    let PaymentStanding::Paid(charge) = &pressed else {
        panic!("{pressed:?}");
    };
    assert!(charge.transaction.0.starts_with("test:"));
    assert_eq!(desk.query(), pressed);
    assert_eq!(
        desk.run(desk.counter.close(&payment(1))),
        Ok(Closing::AlreadyPaid)
    );
}

#[test]
fn a_trials_payment_that_was_closed_or_came_too_late_is_not_paid() {
    let closed = trials();
    closed
        .run(closed.counter.open(&prepay(1, Method::Native)))
        .unwrap();
    assert_eq!(closed.run(closed.counter.close(&payment(1))), Ok(Closing::Closed));
    let late = trials();
    late.run(late.counter.open(&prepay(1, Method::Native))).unwrap();
    late.clock.fetch_add(900_000, Ordering::Relaxed);
    for desk in [closed, late] {
        let pressed = desk.run(desk.counter.press(payment(1)));
        assert_eq!(pressed, Ok(PaymentStanding::Closed));
    }
}

#[test]
fn the_box_office_is_paid_at_once_and_gives_back_at_once() {
    let desk = box_office();
    let asked = prepay(1, Method::BoxOffice);
    let opened = desk.run(desk.counter.open(&asked)).unwrap();
    assert_eq!(opened, Opened::Code(payment(1).to_string()));
    assert!(matches!(desk.query(), PaymentStanding::Paid(charge) if charge.total == asked.total));
    let ask = refund(1, 19_000);
    let done = RefundStanding::Done {
        at: Some(UnixMillis(START_MS)),
    };
    assert_eq!(desk.run(desk.counter.refund(&ask)), Ok(done.clone()));
    desk.clock.fetch_add(1000, Ordering::Relaxed);
    assert_eq!(desk.run(desk.counter.refund(&ask)), Ok(done.clone()));
    assert_eq!(desk.run(desk.counter.query_refund(&refund_number(1))), Ok(done));
    assert_eq!(
        desk.run(desk.counter.query_refund(&refund_number(2))),
        Ok(RefundStanding::Unknown)
    );
}

#[test]
fn a_number_that_comes_again_with_something_else_is_refused() {
    let desk = box_office();
    let asked = prepay(1, Method::BoxOffice);
    desk.run(desk.counter.open(&asked)).unwrap();
    let mut other = asked.clone();
    other.total.0 += 1;
    assert!(matches!(
        desk.run(desk.counter.open(&other)),
        Err(CallError::Never { .. })
    ));
    assert!(desk.run(desk.counter.open(&asked)).is_ok());
    desk.run(desk.counter.refund(&refund(1, 19_000))).unwrap();
    for ask in [refund(1, 18_000), refund(2, 19_001)] {
        assert!(matches!(
            desk.run(desk.counter.refund(&ask)),
            Err(CallError::Never { .. })
        ));
    }
}

#[test]
fn a_counters_bill_has_what_was_taken_and_given_back_on_its_day() {
    let desk = box_office();
    desk.run(desk.counter.open(&prepay(1, Method::BoxOffice)))
        .unwrap();
    desk.clock.fetch_add(86_400_000, Ordering::Relaxed);
    desk.run(desk.counter.refund(&refund(1, 19_000))).unwrap();
    let PaymentStanding::Paid(charge) = desk.query() else {
        panic!("not paid");
    };
    let bill = |day| desk.run(desk.counter.bill(date(2026, 11, day))).unwrap();
    let first = Ours {
        charges: vec![(payment(1), charge)],
        refunds: Vec::new(),
    };
    assert_eq!(reconcile(&bill(23), &first), []);
    let second = Ours {
        charges: Vec::new(),
        refunds: vec![(refund_number(1), refund(1, 19_000).amount)],
    };
    assert_eq!(reconcile(&bill(24), &second), []);
    assert_eq!(reconcile(&bill(25), &Ours::default()), []);
}

#[test]
fn nobody_is_believed_who_tells_of_a_counters_payments() {
    let desk = trials();
    let told = desk
        .counter
        .notification(&HeaderMap::new(), b"{}", UnixMillis(START_MS));
    assert!(told.is_err());
}

#[test]
fn a_server_has_one_provider_of_a_kind() {
    let (trials, box_office) = (trials().counter, box_office().counter);
    let providers = Providers::default()
        .with(Arc::new(trials))
        .with(Arc::new(box_office));
    assert_eq!(providers.iter().count(), 2);
    let manual = providers.get(Provider::Manual).unwrap();
    assert_eq!(manual.kind(), Provider::Manual);
    assert!(providers.get(Provider::WeChat).is_none());
}

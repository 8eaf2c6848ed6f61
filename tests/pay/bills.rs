//! The daily bill.

use jiff::civil::date;
use wicket::domain::sale::{Method, PaymentStanding, RefundStanding};
use wicket::server::pay::{Bill, CallError, Ours, PaymentProvider, reconcile};

use super::fake::Whim;
use super::shop::{Shop, payment, prepay, refund};

const DAY: jiff::civil::Date = date(2026, 11, 23);

#[test]
fn a_days_bill_agrees_with_what_was_sold_and_given_back() {
    let shop = Shop::open();
    let mut ours = Ours::default();
    for count in 1..=3 {
        shop.sell(&prepay(count, Method::Native));
        let Ok(PaymentStanding::Paid(charge)) = shop.query(payment(count)) else {
            panic!("not paid");
        };
        ours.charges.push((payment(count), charge));
    }
    let ask = refund(1, 19_050);
    shop.ask(shop.wechat.refund(&ask)).unwrap();
    shop.fake.pass(60_000);
    let standing = shop.ask(shop.wechat.query_refund(&ask.refund));
    assert!(matches!(standing, Ok(RefundStanding::Done { .. })));
    ours.refunds.push((ask.refund, ask.amount));
    let bill = shop.ask(shop.wechat.bill(DAY)).unwrap();
    assert_eq!((bill.charges.len(), bill.refunds.len()), (3, 1));
    assert_eq!(reconcile(&bill, &ours), []);
    ours.charges.pop();
    assert_eq!(reconcile(&bill, &ours).len(), 1);
}

#[test]
fn a_day_without_trade_has_an_empty_bill() {
    let shop = Shop::open();
    assert_eq!(shop.ask(shop.wechat.bill(DAY)), Ok(Bill::default()));
}

#[test]
fn a_file_with_another_hash_is_not_used() {
    let shop = Shop::open();
    shop.sell(&prepay(1, Method::Native));
    shop.fake.world().bill_lies = true;
    let forged = shop.ask(shop.wechat.bill(DAY)).unwrap_err();
    assert!(matches!(forged, CallError::Forged { .. }), "{forged:?}");
}

#[test]
fn a_hash_that_is_not_signed_is_none() {
    let shop = Shop::open();
    shop.sell(&prepay(1, Method::Native));
    shop.fake.world().plan.whim(Whim::Unsigned);
    let forged = shop.ask(shop.wechat.bill(DAY)).unwrap_err();
    assert!(matches!(forged, CallError::Forged { .. }), "{forged:?}");
    assert_eq!(shop.fake.world().heard.last().unwrap().method, "GET");
}

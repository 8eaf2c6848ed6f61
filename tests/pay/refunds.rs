//! Refunds.

use wicket::domain::sale::{Method, RefundStanding};
use wicket::server::pay::{CallError, Notification, PaymentProvider};

use super::fake::{Money, Whim};
use super::shop::{Shop, prepay, refund, refund_number};

fn sold() -> Shop {
    let shop = Shop::open();
    shop.sell(&prepay(1, Method::Native));
    shop
}

#[test]
fn a_refund_that_is_taken_on_is_done_later() {
    let shop = sold();
    let ask = refund(1, 19_000);
    assert_eq!(
        shop.ask(shop.wechat.query_refund(&ask.refund)),
        Ok(RefundStanding::Unknown)
    );
    assert_eq!(shop.ask(shop.wechat.refund(&ask)), Ok(RefundStanding::Processing));
    shop.fake.pass(60_000);
    let done = shop.ask(shop.wechat.query_refund(&ask.refund));
    assert_eq!(done, Ok(RefundStanding::Done { at: Some(shop.now()) }));
}

#[test]
fn a_refund_asked_for_again_gives_nothing_twice() {
    let shop = sold();
    let ask = refund(1, 19_000);
    shop.fake.world().plan.whim(Whim::DoneAndBroken);
    let again = shop.ask(shop.wechat.refund(&ask)).unwrap_err();
    assert!(matches!(again, CallError::Again { .. }), "{again:?}");
    shop.ask(shop.wechat.refund(&ask)).unwrap();
    shop.fake.pass(60_000);
    shop.ask(shop.wechat.query_refund(&ask.refund)).unwrap();
    assert_eq!(
        shop.fake.world().money(),
        Money {
            taken: 38_000,
            refunded: 19_000
        }
    );
}

#[test]
fn another_sum_under_a_refunds_number_is_refused() {
    let shop = sold();
    shop.ask(shop.wechat.refund(&refund(1, 19_000))).unwrap();
    for ask in [refund(1, 18_000), refund(2, 19_001)] {
        let never = shop.ask(shop.wechat.refund(&ask)).unwrap_err();
        assert!(matches!(never, CallError::Never { .. }), "{never:?}");
    }
    shop.fake.world().plan.whim(Whim::WrongAmount);
    let never = shop.ask(shop.wechat.refund(&refund(3, 100))).unwrap_err();
    assert!(matches!(never, CallError::Never { .. }), "{never:?}");
}

#[test]
fn what_was_not_paid_is_not_refunded() {
    let shop = Shop::open();
    let never = shop.ask(shop.wechat.refund(&refund(1, 1))).unwrap_err();
    assert!(matches!(never, CallError::Never { .. }), "{never:?}");
}

#[test]
fn a_refund_that_no_account_takes_is_paid_to_the_merchants_card() {
    let shop = sold();
    shop.fake.world().refund_ends = "ABNORMAL";
    shop.ask(shop.wechat.refund(&refund(1, 19_000))).unwrap();
    shop.fake.pass(60_000);
    let standing = shop.ask(shop.wechat.query_refund(&refund_number(1))).unwrap();
    assert!(matches!(standing, RefundStanding::Failed(_)), "{standing:?}");
    shop.fake.world().refund_ends = "SUCCESS";
    let to_card = |count| {
        shop.fake
            .runtime
            .block_on(shop.wechat.to_merchant_card(&refund_number(count)))
    };
    assert_eq!(to_card(1), Ok(RefundStanding::Processing));
    assert_eq!(to_card(2), Ok(RefundStanding::Unknown));
    shop.fake.pass(60_000);
    let standing = shop.ask(shop.wechat.query_refund(&refund_number(1)));
    assert!(
        matches!(standing, Ok(RefundStanding::Done { .. })),
        "{standing:?}"
    );
}

#[test]
fn every_end_of_a_refund_is_notified() {
    for (ends, done) in [("SUCCESS", true), ("ABNORMAL", false), ("CLOSED", false)] {
        let shop = sold();
        let paid = shop.fake.world().due()[0].number;
        shop.fake.world().taken(paid, 204);
        shop.fake.world().refund_ends = ends;
        shop.ask(shop.wechat.refund(&refund(1, 19_000))).unwrap();
        shop.fake.pass(60_000);
        let notices = shop.fake.world().due();
        assert_eq!(notices.len(), 1, "{ends}");
        let Ok(Notification::Refund { refund, standing }) = shop.hear(&notices[0]) else {
            panic!("{ends}: no refund");
        };
        assert_eq!(refund, refund_number(1));
        assert_eq!(matches!(standing, RefundStanding::Done { .. }), done, "{ends}");
        assert_eq!(matches!(standing, RefundStanding::Failed(_)), !done, "{ends}");
    }
}

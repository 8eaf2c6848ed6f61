//! Certificate mode.

use wicket::domain::sale::{Method, PaymentStanding};
use wicket::server::pay::wechat::Options;
use wicket::server::pay::{CallError, Notification, NotifyError, PaymentProvider};

use super::fake::CERTIFICATE_SERIAL;
use super::shop::{Shop, payment, prepay};

fn by_certificate(options: &mut Options) {
    options.platform_certificates = true;
    options.public_key = None;
    options.public_key_id = None;
}

fn fetches(shop: &Shop) -> usize {
    let world = shop.fake.world();
    world
        .heard
        .iter()
        .filter(|request| request.path == "/v3/certificates")
        .count()
}

#[test]
fn an_unknown_certificate_is_fetched_once_and_then_held() {
    let shop = Shop::with(by_certificate);
    shop.fake.world().by_certificate = true;
    shop.sell(&prepay(1, Method::Native));
    assert!(matches!(shop.query(payment(1)), Ok(PaymentStanding::Paid(_))));
    assert_eq!(fetches(&shop), 1);
    let heard = shop.fake.world().heard.clone();
    assert!(!heard[0].headers.contains_key("wechatpay-serial"));
    let notice = shop.fake.world().due().remove(0);
    assert!(matches!(shop.hear(&notice), Ok(Notification::Paid { .. })));
}

#[test]
fn a_notification_by_an_unknown_certificate_has_it_fetched_beside() {
    let shop = Shop::with(by_certificate);
    shop.fake.world().by_certificate = true;
    // The payment is there without a call that would have fetched it.
    let other = Shop::open();
    other.sell(&prepay(1, Method::Native));
    other.fake.world().by_certificate = true;
    let notice = other.fake.world().due().remove(0);
    assert_eq!(
        shop.hear(&notice),
        Err(NotifyError::UnknownKey(CERTIFICATE_SERIAL.to_owned()))
    );
    let held = async {
        while shop.hear(&notice).is_err() {
            tokio::task::yield_now().await;
        }
    };
    shop.fake.runtime.block_on(async {
        tokio::select! {
            never = shop.wechat.upkeep() => match never {},
            () = held => {}
        }
    });
    assert!(matches!(shop.hear(&notice), Ok(Notification::Paid { .. })));
}

#[test]
fn both_modes_hold_while_a_merchant_changes() {
    let shop = Shop::with(|options| options.platform_certificates = true);
    shop.sell(&prepay(1, Method::Native));
    assert_eq!(fetches(&shop), 0);
    shop.fake.world().by_certificate = true;
    assert!(shop.query(payment(1)).is_ok());
    shop.fake.world().by_certificate = false;
    assert!(shop.query(payment(1)).is_ok());
    assert_eq!(fetches(&shop), 1);
}

#[test]
fn a_certificate_that_ended_or_is_told_as_another_is_not_held() {
    for (ends, told_as) in [
        ("2026-11-23T16:00:00+08:00", CERTIFICATE_SERIAL),
        ("2031-11-23T00:00:00+08:00", "D7CE59D1F522D702"),
    ] {
        let shop = Shop::with(by_certificate);
        shop.fake.world().certificate(ends, told_as);
        shop.fake.world().by_certificate = true;
        let forged = shop.query(payment(1));
        // A refusal of what is unknown need not be signed; a payment must be.
        assert_eq!(forged, Ok(PaymentStanding::Unknown));
        let forged = shop
            .ask(shop.wechat.open(&prepay(1, Method::Native)))
            .unwrap_err();
        assert!(
            matches!(forged, CallError::Forged { .. }),
            "{told_as}: {forged:?}"
        );
    }
}

#[test]
fn in_public_key_mode_no_certificate_is_fetched() {
    let shop = Shop::open();
    shop.fake.world().by_certificate = true;
    let forged = shop
        .ask(shop.wechat.open(&prepay(1, Method::Native)))
        .unwrap_err();
    assert!(matches!(forged, CallError::Forged { .. }), "{forged:?}");
    assert_eq!(fetches(&shop), 0);
}

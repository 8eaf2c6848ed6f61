//! Notifications: believed by their signature alone, and whatever becomes of them on their way.

use axum::http::HeaderValue;
use wicket::domain::sale::{Method, PaymentStanding};
use wicket::domain::time::UnixMillis;
use wicket::server::pay::{Notification, NotifyError, PaymentProvider};

use super::fake::{Fate, Kind, MCHID, Notice, START_MS};
use super::shop::{Shop, payment, prepay};

/// Of a payment that was made.
fn notified() -> (Shop, Notice) {
    let shop = Shop::open();
    shop.sell(&prepay(1, Method::Jsapi));
    let notice = shop.fake.world().due().remove(0);
    (shop, notice)
}

/// A notification with this in it, rightly signed and sealed.
fn saying(shop: &Shop, kind: Kind, plain: &str) -> Notice {
    let mut world = shop.fake.world();
    world
        .notices
        .push(kind, plain.to_owned(), START_MS, Fate::After(0));
    world.due().pop().unwrap()
}

#[test]
fn a_payment_is_told_of_with_all_that_the_order_must_compare() {
    let (shop, notice) = notified();
    let Ok(Notification::Paid {
        payment: number,
        charge,
    }) = shop.hear(&notice)
    else {
        panic!("not paid");
    };
    assert_eq!(number, payment(1));
    assert_eq!(shop.query(number), Ok(PaymentStanding::Paid(charge.clone())));
    assert_eq!((charge.total.0, charge.currency.as_str()), (38_000, "CNY"));
}

#[test]
fn a_notification_holds_for_less_than_five_minutes_on_either_side() {
    let (shop, notice) = notified();
    let at = |now_ms| {
        shop.wechat
            .notification(&notice.headers, &notice.body, UnixMillis(now_ms))
    };
    for (now_ms, holds) in [
        (START_MS - 300_000, false),
        (START_MS - 299_000, true),
        (START_MS + 299_999, true),
        (START_MS + 300_000, false),
    ] {
        let heard = at(now_ms);
        assert_eq!(heard.is_ok(), holds, "{now_ms}: {heard:?}");
        assert!(holds || matches!(heard, Err(NotifyError::Forged(_))));
    }
}

#[test]
fn whatever_byte_is_changed_nothing_of_it_counts() {
    let (shop, notice) = notified();
    for place in (0..notice.body.len()).step_by(7) {
        let mut changed = notice.clone();
        changed.body[place] ^= 1;
        let heard = shop.hear(&changed);
        assert!(matches!(heard, Err(NotifyError::Forged(_))), "{place}: {heard:?}");
    }
    for name in ["timestamp", "nonce", "signature"] {
        let name = format!("wechatpay-{name}");
        for value in ["", "1795420801", "AAAA"] {
            let mut changed = notice.clone();
            changed.headers.insert(
                axum::http::HeaderName::try_from(name.as_str()).unwrap(),
                HeaderValue::from_static(value),
            );
            let heard = shop.hear(&changed);
            assert!(
                matches!(heard, Err(NotifyError::Forged(_))),
                "{name} {value:?}: {heard:?}"
            );
        }
    }
}

#[test]
fn a_missing_or_doubled_header_is_no_signature() {
    let (shop, notice) = notified();
    for name in ["timestamp", "nonce", "signature", "serial"] {
        let name = format!("wechatpay-{name}");
        let mut missing = notice.clone();
        missing.headers.remove(&name);
        let mut doubled = notice.clone();
        let value = doubled.headers[&name].clone();
        doubled
            .headers
            .append(axum::http::HeaderName::try_from(name.as_str()).unwrap(), value);
        for changed in [missing, doubled] {
            let heard = shop.hear(&changed);
            assert!(matches!(heard, Err(NotifyError::Forged(_))), "{name}: {heard:?}");
        }
    }
}

#[test]
fn a_probe_is_answered_by_no_success() {
    let (shop, mut notice) = notified();
    let signature = notice.headers["wechatpay-signature"].to_str().unwrap();
    let probe = HeaderValue::try_from(format!("WECHATPAY/SIGNTEST/{signature}")).unwrap();
    notice.headers.insert("wechatpay-signature", probe);
    let refused = shop.hear(&notice).unwrap_err();
    assert!(matches!(refused, NotifyError::Forged(_)), "{refused:?}");
    assert!(refused.status() >= 400);
}

#[test]
fn a_key_that_is_not_held_and_another_kind_of_signature_are_refused() {
    let (shop, notice) = notified();
    let mut strange = notice.clone();
    strange
        .headers
        .insert("wechatpay-serial", HeaderValue::from_static("PUB_KEY_ID_1"));
    let refused = shop.hear(&strange).unwrap_err();
    assert_eq!(refused, NotifyError::UnknownKey("PUB_KEY_ID_1".to_owned()));
    assert_eq!(refused.status(), 503);
    let mut other = notice;
    other.headers.insert(
        "wechatpay-signature-type",
        HeaderValue::from_static("WECHATPAY2-SM2-WITH-SM3"),
    );
    assert!(matches!(shop.hear(&other), Err(NotifyError::Forged(_))));
}

#[test]
fn what_is_another_merchants_or_apps_is_not_ours() {
    let shop = Shop::open();
    let told = |mchid: &str, appid: &str| {
        format!(
            r#"{{"appid":"{appid}","mchid":"{mchid}","out_trade_no":"{}","transaction_id":"42","trade_state":"SUCCESS",
                "success_time":"2026-11-23T16:00:00+08:00","amount":{{"total":1,"currency":"CNY"}}}}"#,
            payment(1)
        )
    };
    for (mchid, appid) in [("1", super::fake::APPID), (MCHID, "wx0")] {
        let notice = saying(&shop, Kind::Paid, &told(mchid, appid));
        let heard = shop.hear(&notice);
        assert!(
            matches!(heard, Err(NotifyError::Strange(_))),
            "{mchid} {appid}: {heard:?}"
        );
    }
    let refund = r#"{"mchid":"1","out_refund_no":"R","refund_status":"SUCCESS"}"#;
    let notice = saying(&shop, Kind::Refunded, refund);
    assert!(matches!(shop.hear(&notice), Err(NotifyError::Strange(_))));
    let ours = saying(&shop, Kind::Paid, &told(MCHID, super::fake::APPID));
    assert!(matches!(shop.hear(&ours), Ok(Notification::Paid { .. })));
}

#[test]
fn a_success_without_its_money_is_not_understood() {
    let shop = Shop::open();
    let whole = format!(
        r#"{{"appid":"{}","mchid":"{MCHID}","out_trade_no":"{}","transaction_id":"42","trade_state":"SUCCESS","success_time":"2026-11-23T16:00:00+08:00","amount":{{"total":1}}}}"#,
        super::fake::APPID,
        payment(1)
    );
    assert!(shop.hear(&saying(&shop, Kind::Paid, &whole)).is_ok());
    for (from, to) in [
        (r#""total":1"#, ""),
        (r#""total":1"#, r#""total":-1"#),
        (r#""total":1"#, r#""total":1.5"#),
        (r#""total":1"#, r#""total":"1""#),
        (r#""transaction_id":"42","#, ""),
        ("2026-11-23T16", "yesterday, 16"),
        (r#""SUCCESS""#, r#""NOTPAY""#),
        (r#""SUCCESS""#, r#""STRANGE""#),
    ] {
        let broken = whole.replace(from, to);
        assert_ne!(broken, whole, "{from}");
        let heard = shop.hear(&saying(&shop, Kind::Paid, &broken));
        assert!(
            matches!(heard, Err(NotifyError::Strange(_))),
            "{broken}: {heard:?}"
        );
    }
}

#[test]
fn what_selling_has_no_part_in_is_taken_and_left_alone() {
    let shop = Shop::open();
    let other = saying(&shop, Kind::Other, "{}");
    assert_eq!(shop.hear(&other), Ok(Notification::Nothing));
    let foreign =
        format!(r#"{{"mchid":"{MCHID}","out_refund_no":"R20261123000001","refund_status":"SUCCESS"}}"#);
    let foreign = saying(&shop, Kind::Refunded, &foreign);
    assert_eq!(shop.hear(&foreign), Ok(Notification::Nothing));
}

#[test]
fn a_notification_comes_until_it_is_taken() {
    let (shop, first) = notified();
    shop.fake.world().taken(first.number, 500);
    assert!(shop.fake.world().due().is_empty());
    shop.fake.pass(15_000);
    let second = shop.fake.world().due().remove(0);
    assert_ne!(second.headers, first.headers);
    assert_eq!(shop.hear(&second), shop.hear(&first));
    shop.fake.world().taken(second.number, 204);
    shop.fake.pass(86_400_000);
    assert!(shop.fake.world().due().is_empty());
}

#[test]
fn notifications_are_lost_late_doubled_and_out_of_order() {
    let shop = Shop::open();
    for (count, fate) in (1..).zip([
        Fate::Lost,
        Fate::After(60_000),
        Fate::Twice(30_000),
        Fate::After(1000),
    ]) {
        shop.fake.world().plan.fate(fate);
        shop.sell(&prepay(count, Method::Native));
    }
    let mut heard = Vec::new();
    for _ in 0..70 {
        let due = shop.fake.world().due();
        for notice in due {
            shop.fake.world().taken(notice.number, 204);
            if let Ok(Notification::Paid { payment, .. }) = shop.hear(&notice) {
                heard.push(payment.count);
            }
        }
        shop.fake.pass(1000);
    }
    assert_eq!(heard, [3, 4, 3, 2]);
    // Nobody tells of the first: it is found by asking.
    assert!(matches!(shop.query(payment(1)), Ok(PaymentStanding::Paid(_))));
}

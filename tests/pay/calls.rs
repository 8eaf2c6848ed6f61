//! Opening, querying and closing payments.

use std::net::TcpListener;

use wicket::domain::sale::{Method, Opened, PaymentStanding};
use wicket::domain::time::UnixSeconds;
use wicket::server::pay::wechat::pay_message;
use wicket::server::pay::{CallError, Closing, HandOver, PaymentProvider};

use super::fake::{APPID, Pair, START_MS, Whim};
use super::shop::{Shop, payment, prepay};

const METHODS: [Method; 3] = [Method::Jsapi, Method::H5, Method::Native];

#[test]
fn a_payment_is_opened_in_each_way_and_handed_over() {
    let shop = Shop::open();
    for (count, method) in (1..).zip(METHODS) {
        let opened = shop.ask(shop.wechat.open(&prepay(count, method))).unwrap();
        let handed = shop
            .wechat
            .hand_over(&opened, UnixSeconds(START_MS / 1000), "NONCE")
            .unwrap();
        match (method, &opened, handed) {
            (Method::Jsapi, Opened::PrepayId(_), HandOver::WeChat { .. })
            | (Method::H5, Opened::Url(_), HandOver::Page { .. })
            | (Method::Native, Opened::Code(_), HandOver::Code { .. }) => {}
            other => panic!("{other:?}"),
        }
    }
}

#[test]
fn what_a_mini_program_is_handed_carries_the_merchants_signature() {
    let shop = Shop::open();
    let (opened, at) = (Opened::PrepayId("wx2016".to_owned()), UnixSeconds(1_554_208_460));
    let handed = shop.wechat.hand_over(&opened, at, "NONCE").unwrap();
    let HandOver::WeChat {
        app_id,
        time_stamp,
        nonce_str,
        package,
        sign_type,
        pay_sign,
    } = handed.clone()
    else {
        panic!("{handed:?}");
    };
    assert_eq!((app_id.as_str(), sign_type.as_str()), (APPID, "RSA"));
    assert_eq!((time_stamp.as_str(), nonce_str.as_str()), ("1554208460", "NONCE"));
    let message = pay_message(APPID, at, "NONCE", &package);
    assert!(Pair::named("merchant").signed(&message, &pay_sign));
    let json = serde_json::to_value(&handed).unwrap();
    for name in ["timeStamp", "nonceStr", "package", "signType", "paySign"] {
        assert!(json[name].is_string(), "{json}");
    }
}

#[test]
fn opening_again_opens_the_same_and_anything_else_under_its_number_is_refused() {
    let shop = Shop::open();
    let first = prepay(1, Method::Native);
    shop.ask(shop.wechat.open(&first)).unwrap();
    shop.ask(shop.wechat.open(&first)).unwrap();
    assert_eq!(shop.fake.world().opened(), [payment(1).to_string()]);
    let mut other = first.clone();
    other.total.0 += 1;
    let refused = shop.ask(shop.wechat.open(&other)).unwrap_err();
    assert!(
        matches!(&refused, CallError::Never { code, .. } if code == "INVALID_REQUEST"),
        "{refused:?}"
    );
}

#[test]
fn opening_what_is_paid_or_closed_says_to_query_it() {
    let shop = Shop::open();
    let (paid, closed) = (prepay(1, Method::Native), prepay(2, Method::Native));
    shop.sell(&paid);
    shop.ask(shop.wechat.open(&closed)).unwrap();
    shop.ask(shop.wechat.close(&closed.payment)).unwrap();
    for prepay in [paid, closed] {
        let moved = shop.ask(shop.wechat.open(&prepay)).unwrap_err();
        assert!(matches!(moved, CallError::Moved { .. }), "{moved:?}");
    }
}

#[test]
fn who_pays_must_be_named_where_the_way_of_paying_needs_it() {
    let shop = Shop::open();
    for method in [Method::Jsapi, Method::H5, Method::BoxOffice] {
        let mut prepay = prepay(1, method);
        (prepay.payer, prepay.address) = (None, None);
        let unfit = shop.ask(shop.wechat.open(&prepay)).unwrap_err();
        assert!(matches!(unfit, CallError::Never { .. }), "{method:?}: {unfit:?}");
    }
}

#[test]
fn a_payment_is_queried_through_its_life() {
    let shop = Shop::open();
    let number = payment(1);
    assert_eq!(shop.query(number), Ok(PaymentStanding::Unknown));
    shop.ask(shop.wechat.open(&prepay(1, Method::Jsapi))).unwrap();
    assert_eq!(shop.query(number), Ok(PaymentStanding::Unpaid));
    assert!(shop.fake.world().pay(&number.to_string()));
    let Ok(PaymentStanding::Paid(charge)) = shop.query(number) else {
        panic!("not paid");
    };
    assert_eq!((charge.total.0, charge.currency.as_str()), (38_000, "CNY"));
    assert_eq!(charge.payer.unwrap().0, "oUpF8uMuAJO_M2pxb1Q9zNjWeS6o");
    assert_eq!(charge.at, shop.now());
}

#[test]
fn closing_says_whether_it_was_paid_before_and_what_is_unknown_is_closed() {
    let shop = Shop::open();
    let close = |count| shop.ask(shop.wechat.close(&payment(count)));
    assert_eq!(close(3), Ok(Closing::Closed));
    shop.ask(shop.wechat.open(&prepay(1, Method::Native))).unwrap();
    assert_eq!(close(1), Ok(Closing::Closed));
    assert_eq!(close(1), Ok(Closing::Closed));
    assert_eq!(shop.query(payment(1)), Ok(PaymentStanding::Closed));
    assert!(!shop.fake.world().pay(&payment(1).to_string()));
    shop.sell(&prepay(2, Method::Native));
    assert_eq!(close(2), Ok(Closing::AlreadyPaid));
}

#[test]
fn a_refusal_for_now_is_asked_again_with_the_same_numbers() {
    let shop = Shop::open();
    let asked = prepay(1, Method::Native);
    for whim in [
        Whim::TooOften("RATELIMIT_EXCEEDED"),
        Whim::TooOften("RATELIMIT_EXCEED"),
        Whim::TooOften("FREQUENCY_LIMITED"),
        Whim::Broken,
        Whim::DoneAndBroken,
        Whim::Cut,
        Whim::Proxy,
    ] {
        shop.fake.world().plan.whim(whim);
        let again = shop.ask(shop.wechat.open(&asked)).unwrap_err();
        assert!(matches!(again, CallError::Again { .. }), "{whim:?}: {again:?}");
    }
    shop.ask(shop.wechat.open(&asked)).unwrap();
    assert_eq!(shop.fake.world().opened(), [payment(1).to_string()]);
}

#[test]
fn an_answer_that_is_not_rightly_signed_counts_as_not_heard() {
    let shop = Shop::open();
    shop.sell(&prepay(1, Method::Native));
    for whim in [
        Whim::Unsigned,
        Whim::WrongSignature,
        Whim::Probe,
        Whim::Old,
        Whim::StrangeKey,
        Whim::Another,
        Whim::Endless,
    ] {
        shop.fake.world().plan.whim(whim);
        let forged = shop.query(payment(1)).unwrap_err();
        assert!(matches!(forged, CallError::Forged { .. }), "{whim:?}: {forged:?}");
    }
}

#[test]
fn a_wrongly_signed_refusal_is_not_believed_either() {
    let shop = Shop::open();
    shop.fake.world().plan.whim(Whim::WrongSignature);
    let forged = shop.query(payment(1)).unwrap_err();
    assert!(matches!(forged, CallError::Forged { .. }), "{forged:?}");
}

#[test]
fn another_sum_is_handed_on_for_the_order_to_judge() {
    let shop = Shop::open();
    shop.sell(&prepay(1, Method::Native));
    shop.fake.world().plan.whim(Whim::WrongAmount);
    let Ok(PaymentStanding::Paid(charge)) = shop.query(payment(1)) else {
        panic!("not paid");
    };
    assert_eq!(charge.total.0, 38_001);
}

#[test]
fn settings_that_are_not_the_merchants_are_told_to_a_person() {
    let shop = Shop::with(|options| options.merchant_serial = "00".to_owned());
    let never = shop.query(payment(1)).unwrap_err();
    assert!(
        matches!(&never, CallError::Never { code, .. } if code == "SIGN_ERROR"),
        "{never:?}"
    );
}

#[test]
fn the_second_place_is_asked_where_the_first_cannot_be_reached() {
    // A port that was free a moment ago, and that nobody listens on.
    let closed = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let shop = Shop::with(|options| options.pay_hosts.insert(0, format!("http://{closed}")));
    assert_eq!(shop.query(payment(1)), Ok(PaymentStanding::Unknown));
    let nowhere = Shop::with(|options| options.pay_hosts = vec![format!("http://{closed}")]);
    let again = nowhere.query(payment(1)).unwrap_err();
    assert!(matches!(again, CallError::Again { .. }), "{again:?}");
}

#[test]
fn the_public_key_that_shall_sign_is_asked_for() {
    let shop = Shop::open();
    shop.query(payment(1)).unwrap();
    let heard = shop.fake.world().heard.clone();
    assert_eq!(heard[0].headers["wechatpay-serial"], super::fake::PUBLIC_KEY_ID);
    assert_eq!(heard[0].headers["accept"], "application/json");
    assert!(heard[0].headers.contains_key("user-agent"));
}

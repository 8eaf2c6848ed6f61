//! What holds for every payment.

use proptest::prelude::*;
use wicket::domain::sale::{
    Fen, Method, OrderNumber, PayerId, PaymentNumber, PaymentStanding, Prepay, RefundAsk, RefundNumber,
};
use wicket::domain::time::UnixSeconds;
use wicket::server::pay::PaymentProvider;

use super::fake::{Random, START_MS};
use super::shop::{Shop, prepay};

fn prepays() -> impl Strategy<Value = Prepay> {
    let method = prop_oneof![Just(Method::Jsapi), Just(Method::H5), Just(Method::Native)];
    let number = (any::<u64>(), any::<u16>());
    (
        number,
        method,
        1..1_000_000_000_u64,
        ".{1,200}",
        60..86_400_u64,
        "\\PC{1,28}",
    )
        .prop_map(
            |((order, count), method, total, description, seconds, payer)| Prepay {
                payment: PaymentNumber {
                    order: OrderNumber::new(order),
                    count,
                },
                method,
                total: Fen(total),
                description: format!("票{description}"),
                until: UnixSeconds(START_MS / 1000 + seconds),
                payer: Some(PayerId(payer)),
                address: Some("203.0.113.7".to_owned()),
            },
        )
}

#[test]
fn what_is_signed_is_what_is_sent_whatever_stands_in_it() {
    let shop = Shop::open();
    let mut config = ProptestConfig::with_cases(64);
    config.failure_persistence = None;
    proptest!(config, |(prepay in prepays(), amount in 1..1000_u64, reason in ".{0,90}")| {
        // The other side judges the signature over what came before anything else.
        let opened = shop.ask(shop.wechat.open(&prepay));
        prop_assert!(opened.is_ok(), "{opened:?}");
        let again = shop.ask(shop.wechat.open(&prepay));
        prop_assert_eq!(again, opened);
        prop_assert_eq!(shop.query(prepay.payment), Ok(PaymentStanding::Unpaid));
        shop.fake.world().pay(&prepay.payment.to_string());
        let ask = RefundAsk {
            refund: RefundNumber { order: prepay.payment.order, count: prepay.payment.count },
            payment: prepay.payment,
            amount: Fen(amount.min(prepay.total.0)),
            total: prepay.total,
            reason,
        };
        let refunded = shop.ask(shop.wechat.refund(&ask));
        prop_assert!(refunded.is_ok(), "{refunded:?}");
    });
}

#[test]
fn asking_again_comes_through_whatever_goes_wrong_for_a_while() {
    for seed in 0..8 {
        let shop = Shop::open();
        shop.fake.world().plan.seed(seed, 500);
        let mut random = Random::new(seed);
        let count = u16::try_from(1 + random.next() % 1000).unwrap();
        let asked = prepay(count, Method::Native);
        until_ok(seed, || shop.ask(shop.wechat.open(&asked)));
        assert!(shop.fake.world().pay(&asked.payment.to_string()));
        let standing = until_ok(seed, || shop.query(asked.payment));
        assert!(matches!(standing, PaymentStanding::Paid(_)), "seed {seed}");
        assert_eq!(shop.fake.world().opened().len(), 1, "seed {seed}");
    }
}

/// More than any run of bad luck here is long: one in two goes wrong.
const ASKED_MAX: usize = 64;

fn until_ok<T, E: std::fmt::Debug>(seed: u64, mut ask: impl FnMut() -> Result<T, E>) -> T {
    (0..ASKED_MAX)
        .find_map(|_| ask().ok())
        .unwrap_or_else(|| panic!("seed {seed}: no answer"))
}

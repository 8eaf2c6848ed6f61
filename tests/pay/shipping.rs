//! Word of issued tickets.

use wicket::domain::sale::{PayerId, TransactionId};
use wicket::domain::time::UnixMillis;
use wicket::server::pay::{CallError, PaymentProvider, Shipment};

use super::fake::START_MS;
use super::shop::Shop;

fn shipment() -> Shipment {
    Shipment {
        transaction: TransactionId("4200002026112300000000000001".to_owned()),
        item: "2 adults".to_owned(),
        payer: PayerId("oUpF8uMuAJO_M2pxb1Q9zNjWeS6o".to_owned()),
        at: UnixMillis(START_MS + 125),
    }
}

#[test]
fn issued_tickets_are_told_of_as_one_virtual_item() {
    let shop = Shop::open();
    shop.ask(shop.wechat.ship(&shipment())).unwrap();
    let world = shop.fake.world();
    let told = serde_json::json!({
        "order_key": {"order_number_type": 2, "transaction_id": "4200002026112300000000000001"},
        "logistics_type": 3,
        "delivery_mode": 1,
        "shipping_list": [{"item_desc": "2 adults"}],
        "upload_time": "2026-11-23T16:00:00.125+08:00",
        "payer": {"openid": "oUpF8uMuAJO_M2pxb1Q9zNjWeS6o"},
    });
    assert_eq!(world.shipped, [told]);
}

#[test]
fn a_token_is_fetched_once_and_again_where_it_is_refused() {
    let shop = Shop::open();
    shop.ask(shop.wechat.ship(&shipment())).unwrap();
    shop.ask(shop.wechat.ship(&shipment())).unwrap();
    assert_eq!(shop.fake.world().tokens, 1);
    // Another asker had it made anew.
    shop.fake.world().tokens = 2;
    shop.ask(shop.wechat.ship(&shipment())).unwrap();
    assert_eq!(shop.fake.world().tokens, 3);
    assert_eq!(shop.fake.world().shipped.len(), 3);
}

#[test]
fn a_token_that_ends_is_fetched_anew() {
    let shop = Shop::open();
    shop.ask(shop.wechat.ship(&shipment())).unwrap();
    shop.fake.pass((7200 - 300) * 1000);
    shop.ask(shop.wechat.ship(&shipment())).unwrap();
    assert_eq!(shop.fake.world().tokens, 2);
}

#[test]
fn what_was_told_before_is_well_and_what_is_refused_is_a_persons() {
    let shop = Shop::open();
    let says = |errcode| {
        shop.fake.world().app_says.push(errcode);
        shop.ask(shop.wechat.ship(&shipment()))
    };
    for told_before in [10_060_002, 10_060_023] {
        assert_eq!(says(told_before), Ok(()));
    }
    assert!(matches!(says(-1), Err(CallError::Again { .. })));
    assert!(matches!(says(45_009), Err(CallError::Again { .. })));
    let never = says(10_060_001);
    assert!(
        matches!(&never, Err(CallError::Never { code, .. }) if code == "10060001"),
        "{never:?}"
    );
}

#[test]
fn a_wrong_secret_is_told_to_a_person_and_without_one_nothing_is_told() {
    let folder = tempfile::tempdir().unwrap();
    let secret = folder.path().join("secret");
    std::fs::write(&secret, "wrong").unwrap();
    let shop = Shop::with(|options| options.app_secret = Some(secret));
    let never = shop.ask(shop.wechat.ship(&shipment()));
    assert!(
        matches!(&never, Err(CallError::Never { code, .. }) if code == "40125"),
        "{never:?}"
    );
    let silent = Shop::with(|options| options.app_secret = None);
    assert_eq!(silent.ask(silent.wechat.ship(&shipment())), Ok(()));
    assert!(silent.fake.world().heard.is_empty());
}

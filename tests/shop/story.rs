//! An order's life, and a server that is killed in the midst of it.

use reqwest::Method;
use serde_json::json;
use wicket::domain::sale::Fen;

use super::{EVENT, Shop};

#[test]
fn an_order_is_placed_paid_issued_and_given_back() {
    let shop = Shop::open(10);
    let ada = shop.buyer();
    let order = shop.order(&ada, "place", &json!({ "adult": 2 }));
    assert_eq!(shop.taken(), 2);
    shop.pay(&order, &ada, "pay");
    let issued = shop.get(&format!("/api/v1/orders/{order}"), &ada);
    assert_eq!(
        (&issued["stage"], &issued["trial"]),
        (&json!("issued"), &json!(true))
    );
    let ticket = issued["items"][0]["ticket"].as_str().unwrap().to_owned();
    assert_eq!(issued["items"][0]["check_code"].as_str().unwrap().len(), 8);

    let path = format!("/api/v1/orders/{order}/return");
    let back = shop.post(&path, &ada, "return", &json!({ "tickets": [ticket] }));
    assert_eq!(
        (&back["stage"], &back["items"][0]["state"]),
        (&json!("issued"), &json!("revoked"))
    );
    assert_eq!(shop.taken(), 1);
    shop.until(&order, &ada, |order| order["refunds"][0]["state"] == "done");
    let stored = shop.stored(&order);
    assert!(stored.balance().is_even());
    assert_eq!(stored.balance().back, Fen(10_240), "eighty in a hundred of 12800");
}

#[test]
fn a_server_that_is_killed_at_each_step_loses_nothing() {
    let mut shop = Shop::open(3);
    let ada = shop.buyer();
    let order = shop.order(&ada, "place", &json!({ "adult": 1 }));
    shop.kill();
    shop.start();
    // The answer was lost: the phone asks again.
    assert_eq!(shop.order(&ada, "place", &json!({ "adult": 1 })), order);
    let path = format!("/api/v1/orders/{order}");
    let how = json!({ "provider": "test", "method": "native" });
    shop.post(&format!("{path}/pay"), &ada, "pay", &how);
    shop.kill();
    shop.start();
    let open = shop.until(&order, &ada, |order| order["payable"]["state"] == "open");
    shop.kill();
    shop.start();
    shop.ask(
        Method::POST,
        open["pay_with"]["url"].as_str().unwrap(),
        None,
        None,
        "",
    );
    shop.kill();
    shop.start();
    shop.until(&order, &ada, |order| order["stage"] == "issued");
    shop.post(&format!("{path}/return"), &ada, "return", &json!({}));
    shop.kill();
    shop.start();
    let done = shop.until(&order, &ada, |order| order["refunds"][0]["state"] == "done");
    assert_eq!(done["stage"], "refunded");
    assert_eq!((shop.taken(), shop.stored(&order).balance().is_even()), (0, true));
}

#[test]
fn the_box_office_sells_what_is_left_and_is_cashed_up() {
    let shop = Shop::open(3);
    let ada = shop.buyer();
    shop.order(&ada, "place", &json!({ "adult": 2 }));
    let sold = shop.admin(&[
        "sell",
        "--event",
        EVENT,
        "adult=1",
        "guest=2",
        "--operator",
        "eve",
    ]);
    let codes: Vec<_> = sold.lines().collect();
    assert_eq!(codes.len(), 3);
    assert!(codes.iter().all(|line| line.contains(" TKT1:")));
    let cash = shop.admin(&["cash-up", "eve", "--json"]);
    assert_eq!(
        serde_json::from_str::<serde_json::Value>(&cash).unwrap()["taken"],
        12_800
    );
    assert_eq!(shop.taken(), 5);
}

#[test]
fn a_session_that_is_cancelled_has_its_money_back_with_its_buyers() {
    let shop = Shop::open(10);
    let (ada, bob) = (shop.buyer(), shop.buyer());
    let paid = shop.order(&ada, "place", &json!({ "adult": 2 }));
    shop.pay(&paid, &ada, "pay");
    let waits = shop.order(&bob, "place", &json!({ "adult": 1 }));
    shop.admin(&["session", "refund", "--event", EVENT, "night"]);
    let back = shop.until(&paid, &ada, |order| order["refunds"][0]["state"] == "done");
    assert_eq!(
        (&back["stage"], &back["refunds"][0]["amount"]),
        (&json!("refunded"), &json!(25_600))
    );
    assert_eq!(
        shop.get(&format!("/api/v1/orders/{waits}"), &bob)["stage"],
        "cancelled"
    );
    assert_eq!(shop.taken(), 0);
}

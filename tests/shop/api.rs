//! What buyers see of events.

use reqwest::{Method, StatusCode};
use serde_json::json;

use super::{EVENT, Shop, example};

#[test]
fn guests_see_what_is_for_them_and_how_much_is_left() {
    let shop = Shop::open(10);
    let ada = shop.buyer();
    shop.order(&ada, "place", &json!({ "adult": 2 }));
    let seen = shop.get(&format!("/api/v1/events/{EVENT}"), &ada);
    let offers = seen["offers"].as_array().unwrap();
    assert_eq!(offers.len(), 1, "what is held is nobody's business: {offers:?}");
    assert_eq!(
        (&offers[0]["type"], &offers[0]["left"]),
        (&json!("adult"), &json!(8))
    );
    assert_eq!(seen["refunds"][0]["share"], 800);
}

#[test]
fn a_draft_is_seen_by_nobody() {
    let shop = Shop::open(10);
    shop.admin(&["event", "copy", EVENT, "autumn-26", "--later", "180"]);
    for (event, status) in [("autumn-26", 404), (EVENT, 200), ("no-such", 404), ("NO", 404)] {
        let answer = shop.ask(Method::GET, &format!("/api/v1/events/{event}"), None, None, "");
        assert_eq!(answer.status, StatusCode::from_u16(status).unwrap(), "{event}");
    }
    let list = shop.ask(Method::GET, "/api/v1/events", None, None, "");
    assert_eq!(list.body["events"].as_array().unwrap().len(), 1);
    shop.admin(&["event", "stage", "autumn-26", "published"]);
    let answer = shop.ask(Method::GET, "/api/v1/events/autumn-26", None, None, "");
    assert_eq!(
        answer.body["sessions"]["night"]["begins"],
        1_900_000_000_u64 + 180 * 86_400
    );
}

#[test]
fn the_example_is_a_sheet() {
    let text = std::fs::read_to_string(example()).unwrap();
    let shop = Shop::with(&serde_json::from_str(&text).unwrap());
    let ada = shop.buyer();
    let order = shop.order(&ada, "place", &json!({ "adult-1": 1, "family-1": 1 }));
    assert_eq!(
        shop.get(&format!("/api/v1/orders/{order}"), &ada)["total"],
        50_800
    );
}

#[test]
fn the_page_of_a_trial_says_that_no_money_moves() {
    let shop = Shop::open(1);
    let ada = shop.buyer();
    let order = shop.order(&ada, "place", &json!({ "adult": 1 }));
    let how = json!({ "provider": "test", "method": "native" });
    shop.post(&format!("/api/v1/orders/{order}/pay"), &ada, "pay", &how);
    let open = shop.until(&order, &ada, |order| order["payable"]["state"] == "open");
    let url = format!(
        "http://{}{}",
        shop.address,
        open["pay_with"]["url"].as_str().unwrap()
    );
    let page =
        super::runtime().block_on(async { shop.client.get(url).send().await.unwrap().text().await.unwrap() });
    assert!(page.contains("no money moves") && page.contains("测试") && page.contains("128.00"));
}

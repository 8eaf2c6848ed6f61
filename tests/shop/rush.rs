//! A sale's opening: many more buyers than tickets, and a server that is killed in the midst of it, again and again.
//! `make test` has a tenth of the buyers and tickets of `make long`.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;

use reqwest::{Client, Method, StatusCode};
use serde_json::{Value, json};
use wicket::domain::sale::order::{Balance, Stage};
use wicket::domain::time::UnixMillis;
use wicket::server::db::Db;

use super::{EVENT, Shop, client, runtime};

/// How many times the server is killed.
const KILLS: usize = 5;
/// Buyers who ask at the same time.
const AT_ONCE: usize = 32;
/// Requests that one buyer makes at the most, those that a kill cut off too.
const REQUESTS_MAX: usize = 20_000;

#[test]
fn a_rush_with_kills_sells_each_ticket_once_and_gives_each_payer_one() {
    let (buyers, tickets) = if is_long() { (20_000, 5_000) } else { (2_000, 500) };
    let mut shop = Shop::open(tickets);
    let (next, done) = (AtomicUsize::new(0), AtomicUsize::new(0));
    let address = shop.address.clone();
    thread::scope(|scope| {
        for lane in 0..AT_ONCE {
            let (next, done, address) = (&next, &done, &address);
            scope.spawn(move || {
                let client = client();
                while next.fetch_add(1, Ordering::Relaxed) < buyers {
                    buy(&client, address, lane);
                    done.fetch_add(1, Ordering::Relaxed);
                }
            });
        }
        // Each kill after another share of the first half, in which the tickets go.
        for kill in 1..=KILLS {
            while done.load(Ordering::Relaxed) < buyers * kill / (KILLS * 2) {
                thread::yield_now();
            }
            shop.kill();
            shop.start();
        }
    });
    check(&mut shop, tickets);
}

#[expect(clippy::disallowed_methods, reason = "tests take no arguments")]
fn is_long() -> bool {
    std::env::var_os("WICKET_LONG").is_some()
}

/// One buyer: orders a ticket, and pays it where there is one. What a kill cuts off is asked again under the same key.
fn buy(client: &Client, address: &str, lane: usize) {
    let ask = |path: &str, token: &str, key: &str, body: &str| {
        for _ in 0..REQUESTS_MAX {
            let request = client
                .request(
                    if body.is_empty() {
                        Method::GET
                    } else {
                        Method::POST
                    },
                    format!("http://{address}{path}"),
                )
                .bearer_auth(token)
                .header("idempotency-key", key)
                .body(body.to_owned());
            let answer = runtime().block_on(async {
                let answer = request.send().await.ok()?;
                let status = answer.status();
                Some((status, answer.bytes().await.ok()?))
            });
            match answer {
                None | Some((StatusCode::SERVICE_UNAVAILABLE, _)) => {}
                Some((status, bytes)) => {
                    return (
                        status,
                        serde_json::from_slice::<Value>(&bytes).unwrap_or_default(),
                    );
                }
            }
        }
        panic!("no answer in lane {lane}");
    };
    let (_, account) = ask("/api/v1/accounts", "", "", "{}");
    let token = account["token"].as_str().unwrap();
    let cart = json!({ "tickets": { "adult": 1 } }).to_string();
    let (status, order) = ask(&format!("/api/v1/events/{EVENT}/orders"), token, "place", &cart);
    if status == StatusCode::CONFLICT {
        assert_eq!(order["code"], "SOLD_OUT");
        return;
    }
    assert_eq!(status, StatusCode::CREATED, "{order}");
    let path = format!("/api/v1/orders/{}", order["order"].as_str().unwrap());
    let how = json!({ "provider": "test", "method": "native" }).to_string();
    ask(&format!("{path}/pay"), token, "pay", &how);
    for _ in 0..REQUESTS_MAX {
        let (_, order) = ask(&path, token, "", "");
        if let Some(page) = order["pay_with"]["url"].as_str() {
            ask(page, token, "", "pressed");
        }
        if order["stage"] == "issued" {
            return;
        }
    }
    panic!("an order in lane {lane} never came to its ticket");
}

fn check(shop: &mut Shop, tickets: u32) {
    shop.kill();
    let mut db = Db::open(&shop.data()).unwrap();
    let event = EVENT.parse().unwrap();
    let mut before = UnixMillis(u64::MAX);
    let (mut issued, mut money) = (0, Balance::default());
    loop {
        let orders = db.orders_before(&event, before).unwrap();
        let Some(oldest) = orders.last() else {
            break;
        };
        // Orders of the oldest one's millisecond may be on the next page too: all of them are counted there.
        let page: Vec<_> = match orders.len() {
            100 => orders
                .iter()
                .filter(|order| order.placed > oldest.placed)
                .collect(),
            _ => orders.iter().collect(),
        };
        assert!(!page.is_empty(), "more than a page in one millisecond");
        for order in &page {
            assert_eq!(order.stage, Stage::Issued);
            assert!(order.balance().is_even());
            issued += order.tickets().count();
            money = money.plus(order.balance());
        }
        before = page.last().unwrap().placed;
    }
    assert_eq!(issued, tickets as usize, "each ticket is sold once");
    assert_eq!(money.taken.0, u64::from(tickets) * 12_800);
    assert!(money.is_even() && money.back.is_zero());
    let snapshot = db.snapshot(&event, UnixMillis(0).seconds()).unwrap();
    assert_eq!(
        snapshot.tickets,
        u64::from(tickets),
        "and each is on the gates' list"
    );
}

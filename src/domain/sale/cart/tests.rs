//! What may be bought, on both sides of each boundary.

use serde_json::{Value, json};

use super::*;
use crate::domain::sale::Permille;
use crate::domain::sale::voucher::Gives;
use crate::domain::time::UnixSeconds;

const NOW: UnixMillis = UnixMillis(1_794_000_000_000);

fn sheet(change: impl FnOnce(&mut Value)) -> Sheet {
    let mut sheet = json!({
        "title": { "en": "Spring" },
        "sessions": { "night-1": { "begins": 1_795_000_000, "ends": 1_795_020_000 } },
        "quotas": { "hall": { "capacity": 500 }, "guests": { "capacity": 20, "kind": "held" } },
        "offers": {
            "adult": { "title": {}, "session": "night-1", "price": 8000, "quotas": ["hall"] },
            "child": { "title": {}, "session": "night-1", "price": 3000, "quotas": ["hall"] },
            "guest": { "title": {}, "session": "night-1", "price": 0, "quotas": ["guests"] },
        },
        "admission": { "event": "spring-26" },
    });
    change(&mut sheet);
    Sheet::from_json(&sheet.to_string(), &"spring-26".parse().unwrap()).unwrap()
}

fn cart(tickets: &[(&str, u32)]) -> Cart {
    Cart {
        tickets: tickets
            .iter()
            .map(|(kind, count)| (kind.parse().unwrap(), *count))
            .collect(),
        ..Cart::default()
    }
}

struct Buyer {
    stage: EventStage,
    channel: Channel,
    has: BTreeMap<TicketType, u32>,
    voucher: Option<Voucher>,
}

impl Default for Buyer {
    fn default() -> Self {
        Self {
            stage: EventStage::OnSale,
            channel: Channel::Online,
            has: BTreeMap::new(),
            voucher: None,
        }
    }
}

impl Buyer {
    fn orders(&self, sheet: &Sheet, cart: &Cart) -> Result<Order, NoOrder> {
        let counter = Counter {
            event: &"spring-26".parse().unwrap(),
            stage: self.stage,
            sheet,
            buyer: &"ada".parse().unwrap(),
            channel: &self.channel,
            has: &self.has,
            voucher: self.voucher.as_ref(),
            now: NOW,
        };
        counter.order(cart, OrderNumber::new(1))
    }
}

fn box_office() -> Buyer {
    Buyer {
        channel: Channel::BoxOffice("eve".parse().unwrap()),
        ..Buyer::default()
    }
}

fn kind(name: &str) -> TicketType {
    name.parse().unwrap()
}

#[test]
fn an_order_has_an_item_for_each_ticket_and_holds_them_for_a_while() {
    let order = Buyer::default()
        .orders(&sheet(|_| {}), &cart(&[("adult", 2), ("child", 1)]))
        .unwrap();
    assert_eq!((order.items.len(), order.total()), (3, Fen(19_000)));
    assert_eq!(order.until, NOW.plus(900_000));
    assert_eq!(order.stock(), BTreeMap::from([("hall".parse().unwrap(), 3)]));
}

#[test]
fn an_empty_cart_makes_no_order() {
    for tickets in [&[][..], &[("adult", 0)]] {
        assert_eq!(
            Buyer::default().orders(&sheet(|_| {}), &cart(tickets)),
            Err(NoOrder::Empty)
        );
    }
}

#[test]
fn an_event_sells_while_it_is_on_sale_and_at_the_box_office_until_it_is_over() {
    for stage in EventStage::ALL {
        let sold = |buyer: Buyer| {
            Buyer { stage, ..buyer }
                .orders(&sheet(|_| {}), &cart(&[("adult", 1)]))
                .is_ok()
        };
        assert_eq!(sold(Buyer::default()), stage == EventStage::OnSale, "{stage}");
        let box_sells = matches!(stage, EventStage::OnSale | EventStage::Closed);
        assert_eq!(sold(box_office()), box_sells, "{stage}");
    }
}

#[test]
fn a_sale_begins_and_ends_to_the_second() {
    let now = NOW.seconds().0;
    for (from, until, expected) in [
        (now, now + 1, Ok(())),
        (now + 1, now + 2, Err(NoOrder::NotYet(kind("adult")))),
        (now - 1, now, Err(NoOrder::Over(kind("adult")))),
    ] {
        let sheet = sheet(|sheet| sheet["offers"]["adult"]["sale"] = json!({ "from": from, "until": until }));
        let cart = cart(&[("adult", 1)]);
        assert_eq!(Buyer::default().orders(&sheet, &cart).map(|_| ()), expected);
        assert!(box_office().orders(&sheet, &cart).is_ok());
    }
}

#[test]
fn orders_and_persons_have_their_limits_and_the_box_office_has_none() {
    let sheet = sheet(|sheet| {
        sheet["per_order_max"] = json!(4);
        sheet["per_person_max"] = json!(6);
        sheet["offers"]["child"]["per_order_max"] = json!(2);
        sheet["offers"]["child"]["per_person_max"] = json!(3);
    });
    let has = |adults, children| Buyer {
        has: BTreeMap::from([(kind("adult"), adults), (kind("child"), children)]),
        ..Buyer::default()
    };
    for (buyer, tickets, expected) in [
        (has(0, 0), cart(&[("adult", 4)]), Ok(())),
        (
            has(0, 0),
            cart(&[("adult", 5)]),
            Err(NoOrder::TooManyInOrder { max: 4 }),
        ),
        (
            has(0, 0),
            cart(&[("adult", 3), ("child", 2)]),
            Err(NoOrder::TooManyInOrder { max: 4 }),
        ),
        (
            has(0, 0),
            cart(&[("child", 3)]),
            Err(NoOrder::TooManyInOrder { max: 2 }),
        ),
        (has(2, 0), cart(&[("adult", 4)]), Ok(())),
        (
            has(3, 0),
            cart(&[("adult", 4)]),
            Err(NoOrder::TooManyForPerson { max: 6 }),
        ),
        (has(0, 1), cart(&[("child", 2)]), Ok(())),
        (
            has(0, 2),
            cart(&[("child", 2)]),
            Err(NoOrder::TooManyForPerson { max: 3 }),
        ),
        (
            has(0, 0),
            cart(&[("adult", u32::MAX)]),
            Err(NoOrder::TooManyInOrder { max: 4 }),
        ),
        (box_office(), cart(&[("adult", 100)]), Ok(())),
        (
            box_office(),
            cart(&[("adult", 101)]),
            Err(NoOrder::TooManyInOrder { max: 4 }),
        ),
    ] {
        assert_eq!(
            buyer.orders(&sheet, &tickets).map(|_| ()),
            expected,
            "{tickets:?}"
        );
    }
}

#[test]
fn what_is_held_or_locked_takes_a_voucher_or_the_box_office() {
    let sheet = sheet(|sheet| sheet["offers"]["child"]["locked"] = json!(true));
    let unlock = |types: Option<Vec<TicketType>>| Buyer {
        voucher: Some(Voucher {
            gives: Gives::Unlock,
            types,
            tickets_max: 5,
            from: None,
            until: None,
        }),
        ..Buyer::default()
    };
    for name in ["child", "guest"] {
        let mut cart = cart(&[(name, 1)]);
        assert_eq!(
            Buyer::default().orders(&sheet, &cart),
            Err(NoOrder::Locked(kind(name)))
        );
        assert!(box_office().orders(&sheet, &cart).is_ok());
        cart.voucher = Some("FRIENDS".to_owned());
        assert!(unlock(None).orders(&sheet, &cart).is_ok());
        assert_eq!(
            unlock(Some(vec![kind("adult")])).orders(&sheet, &cart),
            Err(NoOrder::NoVoucher)
        );
    }
}

#[test]
fn a_voucher_counts_in_its_time_and_for_its_types() {
    let sheet = sheet(|_| {});
    let buyer = |from, until| Buyer {
        voucher: Some(Voucher {
            gives: Gives::Share(Permille::new(250).unwrap()),
            types: Some(vec![kind("adult")]),
            tickets_max: 5,
            from,
            until,
        }),
        ..Buyer::default()
    };
    let now = NOW.seconds();
    let mut cart = cart(&[("adult", 1), ("child", 1)]);
    cart.voucher = Some("EARLY".to_owned());
    let order = buyer(Some(now), Some(now.plus(1))).orders(&sheet, &cart).unwrap();
    assert_eq!(
        order.items.iter().map(|item| item.price.0).collect::<Vec<_>>(),
        [6_000, 3_000]
    );
    for (from, until) in [
        (Some(now.plus(1)), None),
        (None, Some(now)),
        (None, Some(UnixSeconds(0))),
    ] {
        assert_eq!(buyer(from, until).orders(&sheet, &cart), Err(NoOrder::NoVoucher));
    }
    assert_eq!(
        Buyer::default().orders(&sheet, &cart),
        Err(NoOrder::NoVoucher),
        "no such voucher"
    );
}

#[test]
fn questions_are_answered_as_they_are_asked() {
    let sheet = sheet(|sheet| {
        sheet["questions"] = json!({
            "shirt": { "text": {}, "kind": { "choice": { "s": {}, "m": {} } }, "required": true },
            "diet": { "text": {} },
            "again": { "text": {}, "kind": "yes-no" },
        });
    });
    for (answers, expected) in [
        (json!({ "shirt": "m" }), Ok(())),
        (json!({ "shirt": "m", "diet": "none", "again": "yes" }), Ok(())),
        (json!({}), Err(NoOrder::Answer("shirt".to_owned()))),
        (json!({ "shirt": "xl" }), Err(NoOrder::Answer("shirt".to_owned()))),
        (
            json!({ "shirt": "m", "again": "maybe" }),
            Err(NoOrder::Answer("again".to_owned())),
        ),
        (
            json!({ "shirt": "m", "diet": "x".repeat(201) }),
            Err(NoOrder::Answer("diet".to_owned())),
        ),
        (
            json!({ "shirt": "m", "age": "7" }),
            Err(NoOrder::Answer("age".to_owned())),
        ),
    ] {
        let mut cart = cart(&[("adult", 1)]);
        cart.answers = serde_json::from_value(answers).unwrap();
        assert_eq!(Buyer::default().orders(&sheet, &cart).map(|_| ()), expected);
    }
}

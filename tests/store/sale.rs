//! What holds for orders and all that hangs on them, whatever database they are in.

use std::collections::BTreeMap;

use serde_json::json;

use wicket::domain::ids::{EventId, QuotaId};
use wicket::domain::sale::order::{Call, Cause, Channel, End, Event, Late, Order, Stage};
use wicket::domain::sale::sheet::{EventStage, Sheet};
use wicket::domain::sale::voucher::{Gives, Voucher};
use wicket::domain::sale::{
    Cart, Charge, Fen, Method, NoOrder, Opened, OrderNumber, PayerId, PaymentNumber, PaymentStanding,
    Permille, Provider, RefundNumber, RefundStanding, TransactionId,
};
use wicket::domain::ticket::jwk::PrivateJwk;
use wicket::domain::time::UnixMillis;
use wicket::server::db::{
    Changed, Db, DbError, Granted, LogRead, NewEvent, Place, Placed, Seed, Session, SheetWritten, Wish,
};
use wicket::wire::Change;

use super::Backend;

const NOW: UnixMillis = UnixMillis(1_794_000_000_000);
const EVENT: &str = "spring-26";

fn event() -> EventId {
    EVENT.parse().unwrap()
}

fn key(kid: &str) -> PrivateJwk {
    PrivateJwk {
        kid: Some(kid.into()),
        key: ed25519_dalek::SigningKey::from_bytes(&[7; 32]),
    }
}

fn sheet(change: impl FnOnce(&mut serde_json::Value)) -> Sheet {
    let mut sheet = json!({
        "title": { "en": "Spring" },
        "sessions": {
            "night-1": { "begins": 1_795_000_000, "ends": 1_795_020_000 },
            "night-2": { "begins": 1_795_086_400, "ends": 1_795_106_400 },
        },
        "quotas": { "hall": { "capacity": 3 }, "second": { "capacity": 100 } },
        "offers": {
            "adult": { "title": {}, "session": "night-1", "price": 8000, "quotas": ["hall"] },
            "child": { "title": {}, "session": "night-1", "price": 0, "quotas": ["hall"] },
            "later": { "title": {}, "session": "night-2", "price": 5000, "quotas": ["second"] },
        },
        "admission": { "event": EVENT },
    });
    change(&mut sheet);
    Sheet::from_json(&sheet.to_string(), &event()).unwrap()
}

/// An event on sale in a database that nothing else is in.
fn on_sale(backend: Backend, sheet: &Sheet) -> (super::Place, Db) {
    let super::Store { mut db, place } = backend.empty();
    let rulebook = json!({ "event": EVENT }).to_string();
    db.add_event(&NewEvent {
        event: &event(),
        log: [1; 16],
        rulebook: &rulebook,
        issuer: &key("issuer-1"),
    })
    .unwrap();
    assert_eq!(db.put_sheet(&event(), sheet).unwrap(), SheetWritten::Version(1));
    db.set_stage(&event(), EventStage::OnSale).unwrap().unwrap();
    (place, db)
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

fn seed() -> Seed {
    Seed([5; 32])
}

/// Places an order for `buyer`, whose number is `number`.
fn place(db: &mut Db, number: u64, buyer: &str, cart: &Cart) -> Placed {
    let place = Place {
        event: event(),
        buyer: buyer.parse().unwrap(),
        channel: Channel::Online,
        cart: cart.clone(),
        number: OrderNumber::new(number),
        seed: seed(),
        now: NOW,
    };
    db.place(&place).unwrap()
}

fn placed(db: &mut Db, number: u64, buyer: &str, tickets: &[(&str, u32)]) -> Order {
    match place(db, number, buyer, &cart(tickets)) {
        Placed::Order(order) => *order,
        other => panic!("no order: {other:?}"),
    }
}

fn change(db: &mut Db, number: u64, event: Event, now: UnixMillis) -> Order {
    match db
        .change_order(OrderNumber::new(number), &event, &seed(), now)
        .unwrap()
    {
        Changed::Order(order) => *order,
        other => panic!("not changed: {other:?}"),
    }
}

fn payment(number: u64) -> PaymentNumber {
    PaymentNumber {
        order: OrderNumber::new(number),
        count: 1,
    }
}

fn pay() -> Event {
    Event::Pay {
        provider: Provider::WeChat,
        method: Method::Jsapi,
        description: "tickets".to_owned(),
        payer: Some(PayerId("openid".to_owned())),
        address: None,
    }
}

fn charged(number: u64, total: u64) -> Event {
    let charge = Charge {
        transaction: TransactionId("4200".to_owned()),
        total: Fen(total),
        currency: "CNY".to_owned(),
        payer: None,
        at: NOW,
    };
    Event::Standing(payment(number), PaymentStanding::Paid(charge))
}

fn bought(db: &mut Db, number: u64, buyer: &str, tickets: &[(&str, u32)]) -> Order {
    let order = placed(db, number, buyer, tickets);
    change(db, number, pay(), NOW);
    change(db, number, charged(number, order.total().0), NOW)
}

fn taken(db: &mut Db, quota: &str) -> u32 {
    let stocks = db.on_sale(&event()).unwrap().unwrap().stocks;
    stocks[&quota.parse::<QuotaId>().unwrap()].taken
}

/// The statuses of the event's tickets, as gates would come to hold them.
fn listed(db: &mut Db) -> BTreeMap<String, String> {
    let snapshot = db.snapshot(&event(), NOW.seconds()).unwrap();
    let page = db.snapshot_page(&snapshot, 0).unwrap().unwrap();
    let rows = page.tickets().unwrap();
    rows.iter()
        .map(|row| (row.ticket.to_string(), format!("{:?}", row.status)))
        .collect()
}

pub(super) fn an_order_holds_its_tickets_and_no_more_are_held_than_there_are(backend: Backend) {
    let (_folder, mut db) = on_sale(backend, &sheet(|_| {}));
    placed(&mut db, 1, "ada", &[("adult", 2)]);
    let sold_out = Placed::SoldOut("hall".parse().unwrap());
    assert_eq!(place(&mut db, 2, "bob", &cart(&[("adult", 2)])), sold_out);
    assert_eq!(
        (taken(&mut db, "hall"), db.order(OrderNumber::new(2)).unwrap()),
        (2, None)
    );
    placed(&mut db, 2, "bob", &[("adult", 1)]);
    assert_eq!(
        place(&mut db, 3, "eve", &cart(&[("adult", 1), ("later", 1)])),
        sold_out
    );
    assert_eq!((taken(&mut db, "hall"), taken(&mut db, "second")), (3, 0));
}

pub(super) fn a_buyer_has_one_unpaid_order_at_a_time(backend: Backend) {
    let (_folder, mut db) = on_sale(backend, &sheet(|_| {}));
    placed(&mut db, 1, "ada", &[("adult", 1)]);
    assert_eq!(
        place(&mut db, 2, "ada", &cart(&[("later", 1)])),
        Placed::OneAtATime
    );
    change(&mut db, 1, Event::Cancel, NOW);
    placed(&mut db, 2, "ada", &[("later", 1)]);
    assert_eq!((taken(&mut db, "hall"), taken(&mut db, "second")), (0, 1));
}

pub(super) fn of_many_writes_in_one_transaction_each_is_whole_or_not_made(backend: Backend) {
    let (_folder, mut db) = on_sale(backend, &sheet(|_| {}));
    let placed = db.grouped(|db| {
        let orders = [("ada", 2), ("bob", 2), ("eve", 1)];
        let numbers = orders.iter().zip(1..);
        numbers
            .map(|((buyer, count), number)| place(db, number, buyer, &cart(&[("adult", *count)])))
            .collect::<Vec<_>>()
    });
    let stood: Vec<_> = placed
        .unwrap()
        .iter()
        .map(|placed| matches!(placed, Placed::Order(_)))
        .collect();
    assert_eq!((stood, taken(&mut db, "hall")), (vec![true, false, true], 3));
    let panicked = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| {
        db.grouped(|db| {
            change(db, 1, Event::Cancel, NOW);
            panic!("in the midst");
        })
    }));
    assert!(panicked.is_err());
    assert_eq!(taken(&mut db, "hall"), 3, "nothing of it happened");
    change(&mut db, 1, Event::Cancel, NOW);
    assert_eq!(taken(&mut db, "hall"), 1);
}

pub(super) fn a_number_that_is_taken_makes_no_second_order(backend: Backend) {
    let (_folder, mut db) = on_sale(backend, &sheet(|_| {}));
    placed(&mut db, 1, "ada", &[("adult", 1)]);
    assert_eq!(
        place(&mut db, 1, "bob", &cart(&[("adult", 1)])),
        Placed::OneAtATime
    );
    assert_eq!(taken(&mut db, "hall"), 1);
}

pub(super) fn the_tickets_of_a_paid_order_are_listed_and_those_taken_back_revoked(backend: Backend) {
    let (_folder, mut db) = on_sale(backend, &sheet(|_| {}));
    let order = bought(&mut db, 1, "ada", &[("adult", 2)]);
    assert_eq!(order.stage, Stage::Issued);
    let tickets: Vec<_> = order.tickets().collect();
    assert_eq!(listed(&mut db).values().collect::<Vec<_>>(), ["Valid", "Valid"]);
    let back = Event::TakeBack {
        tickets: tickets[..1].to_vec(),
        share: Permille::WHOLE,
        cause: Cause::Buyer,
    };
    change(&mut db, 1, back, NOW);
    assert_eq!(listed(&mut db)[&tickets[0].to_string()], "Revoked");
    assert_eq!(listed(&mut db)[&tickets[1].to_string()], "Valid");
    assert_eq!(taken(&mut db, "hall"), 1);
}

pub(super) fn gates_come_to_know_the_order_of_a_ticket_that_was_sold(backend: Backend) {
    let (_folder, mut db) = on_sale(backend, &sheet(|_| {}));
    let start = db.snapshot(&event(), NOW.seconds()).unwrap().to;
    let order = bought(&mut db, 1, "ada", &[("adult", 1)]);
    let LogRead::Page(page) = db.log_page(&event(), &start, NOW.seconds()).unwrap() else {
        panic!("the cursor does not fit");
    };
    let labels = page.changes.into_iter().filter_map(|(_, change)| match change {
        Change::Label(label) => Some((label.ticket, label.order.unwrap().as_str().to_owned())),
        _ => None,
    });
    assert_eq!(
        labels.collect::<Vec<_>>(),
        [(order.tickets().next().unwrap(), order.number.to_string())]
    );
}

pub(super) fn what_costs_nothing_is_issued_at_once(backend: Backend) {
    let (_folder, mut db) = on_sale(backend, &sheet(|_| {}));
    let order = placed(&mut db, 1, "ada", &[("child", 2)]);
    assert_eq!((order.stage, listed(&mut db).len()), (Stage::Issued, 2));
    assert_eq!(db.next_call().unwrap(), None);
    placed(&mut db, 2, "ada", &[("child", 1)]);
}

pub(super) fn tickets_of_a_type_that_is_gone_wait_until_it_is_back(backend: Backend) {
    let (_folder, mut db) = on_sale(backend, &sheet(|_| {}));
    placed(&mut db, 1, "ada", &[("adult", 1)]);
    let without = sheet(|sheet| {
        sheet["offers"].as_object_mut().unwrap().remove("adult");
    });
    db.put_sheet(&event(), &without).unwrap();
    change(&mut db, 1, pay(), NOW);
    let order = change(&mut db, 1, charged(1, 8_000), NOW);
    assert_eq!((order.stage, listed(&mut db).len()), (Stage::Paid, 0));
    let due = db.next_call().unwrap().unwrap();
    let calls = db.take_calls(due, 10).unwrap();
    assert_eq!(
        calls.iter().map(|due| due.call).collect::<Vec<_>>(),
        [Call::Issue]
    );
    db.put_sheet(&event(), &sheet(|_| {})).unwrap();
    let order = change(&mut db, 1, Event::IssueAgain, due);
    assert_eq!((order.stage, listed(&mut db).len()), (Stage::Issued, 1));
}

pub(super) fn a_call_is_one_workers_until_its_time_is_up(backend: Backend) {
    let (_folder, mut db) = on_sale(backend, &sheet(|_| {}));
    let order = placed(&mut db, 1, "ada", &[("adult", 1)]);
    change(&mut db, 1, pay(), NOW);
    let call =
        |calls: Vec<wicket::server::db::DueCall>| calls.into_iter().map(|due| due.call).collect::<Vec<_>>();
    assert_eq!(call(db.take_calls(NOW, 10).unwrap()), [Call::Open(payment(1))]);
    assert_eq!(call(db.take_calls(NOW, 10).unwrap()), []);
    assert_eq!(
        call(db.take_calls(NOW.plus(60_000), 10).unwrap()),
        [Call::Open(payment(1))]
    );
    let opened = Event::Opened(payment(1), Opened::PrepayId("wx".to_owned()));
    change(&mut db, 1, opened, NOW);
    assert_eq!(db.next_call().unwrap(), Some(NOW.plus(5_000)));
    assert_eq!(
        call(db.take_calls(order.until, 10).unwrap()),
        [Call::Ask(payment(1)), Call::Expire]
    );
    let order = change(&mut db, 1, Event::Time, order.until);
    assert_eq!(order.stage, Stage::Ending(End::Expired));
    assert_eq!(
        call(db.take_calls(order.until, 10).unwrap()),
        [Call::Close(payment(1))]
    );
}

pub(super) fn money_that_comes_too_late_buys_what_is_left_or_goes_back(backend: Backend) {
    for (others, stage, refunds) in [(1, Stage::Issued, 0), (3, Stage::Ended(End::Expired), 1)] {
        let (_folder, mut db) = on_sale(backend, &sheet(|_| {}));
        let order = placed(&mut db, 1, "ada", &[("adult", 2)]);
        change(&mut db, 1, pay(), NOW);
        change(&mut db, 1, Event::Time, order.until);
        change(
            &mut db,
            1,
            Event::Standing(payment(1), PaymentStanding::Closed),
            order.until,
        );
        placed(&mut db, 2, "bob", &[("adult", others)]);
        let order = change(&mut db, 1, charged(1, 16_000), order.until);
        assert_eq!((order.stage, order.refunds.len()), (stage, refunds));
        assert!(order.balance().is_even());
        let held = others + if refunds == 0 { 2 } else { 0 };
        assert_eq!(taken(&mut db, "hall"), held);
        assert_eq!(order.late, Late::Refill);
    }
}

pub(super) fn a_voucher_is_used_up_and_free_again_with_the_order(backend: Backend) {
    let (_folder, mut db) = on_sale(backend, &sheet(|_| {}));
    let voucher = Voucher {
        gives: Gives::Share(Permille::new(500).unwrap()),
        types: Some(vec!["adult".parse().unwrap()]),
        tickets_max: 2,
        from: None,
        until: None,
    };
    db.put_voucher(&event(), "EARLY", &voucher).unwrap();
    let with = |tickets| Cart {
        voucher: Some("early".to_owned()),
        ..cart(tickets)
    };
    let Placed::Order(order) = place(&mut db, 1, "ada", &with(&[("adult", 1), ("later", 1)])) else {
        panic!("no order");
    };
    assert_eq!(order.total(), Fen(9_000));
    assert_eq!(
        place(&mut db, 2, "bob", &with(&[("adult", 2)])),
        Placed::VoucherUsedUp
    );
    change(&mut db, 1, Event::Cancel, NOW);
    assert_eq!(db.voucher(&event(), "EARLY").unwrap().unwrap().1, 0);
    assert!(matches!(
        place(&mut db, 2, "bob", &with(&[("adult", 2)])),
        Placed::Order(_)
    ));
    let unknown = Cart {
        voucher: Some("none-such".to_owned()),
        ..cart(&[("adult", 1)])
    };
    assert_eq!(
        place(&mut db, 3, "eve", &unknown),
        Placed::Refused(NoOrder::NoVoucher)
    );
}

pub(super) fn a_person_gets_no_more_than_the_event_allows_in_all_orders(backend: Backend) {
    let (_folder, mut db) = on_sale(backend, &sheet(|sheet| sheet["per_person_max"] = json!(2)));
    bought(&mut db, 1, "ada", &[("adult", 1)]);
    let most = Placed::Refused(NoOrder::TooManyForPerson { max: 2 });
    assert_eq!(place(&mut db, 2, "ada", &cart(&[("adult", 2)])), most);
    placed(&mut db, 2, "ada", &[("adult", 1)]);
}

pub(super) fn a_stock_is_never_made_smaller_than_what_is_taken_of_it(backend: Backend) {
    let (_folder, mut db) = on_sale(backend, &sheet(|_| {}));
    placed(&mut db, 1, "ada", &[("adult", 2)]);
    let hall = |capacity| sheet(|sheet| sheet["quotas"]["hall"]["capacity"] = json!(capacity));
    let too_small = SheetWritten::TooSmall {
        quota: "hall".parse().unwrap(),
        taken: 2,
    };
    assert_eq!(db.put_sheet(&event(), &hall(1)).unwrap(), too_small);
    assert_eq!(
        db.on_sale(&event()).unwrap().unwrap().sheet,
        sheet(|_| {}),
        "nothing was changed"
    );
    assert_eq!(
        db.put_sheet(&event(), &hall(2)).unwrap(),
        SheetWritten::Version(2)
    );
    assert!(db.rulebook(&event()).unwrap().contains("\"version\":2"));
    db.set_stage(&event(), EventStage::Archived).unwrap().unwrap();
    assert_eq!(db.put_sheet(&event(), &hall(9)).unwrap(), SheetWritten::Archived);
    assert!(db.set_stage(&event(), EventStage::OnSale).unwrap().is_err());
}

pub(super) fn an_event_without_a_sheet_sells_nothing(backend: Backend) {
    let (_folder, mut db) = on_sale(backend, &sheet(|_| {}));
    let other: EventId = "autumn-26".parse().unwrap();
    assert!(matches!(
        db.set_stage(&other, EventStage::OnSale),
        Err(DbError::NoEvent(_))
    ));
    let rulebook = json!({ "event": "autumn-26" }).to_string();
    db.add_event(&NewEvent {
        event: &other,
        log: [2; 16],
        rulebook: &rulebook,
        issuer: &key("issuer-1"),
    })
    .unwrap();
    assert!(matches!(
        db.set_stage(&other, EventStage::OnSale),
        Err(DbError::Refused(_))
    ));
    assert_eq!(db.on_sale(&other).unwrap(), None);
}

fn wish(key: &str, asked: u8) -> Wish {
    Wish {
        session: Session([9; 32]),
        key: key.to_owned(),
        asked: [asked; 32],
        seed: seed(),
        now: NOW,
    }
}

pub(super) fn a_wish_with_the_same_key_is_granted_once(backend: Backend) {
    let (_folder, mut db) = on_sale(backend, &sheet(|_| {}));
    let (one, cart) = (OrderNumber::new(1), cart(&[("adult", 2)]));
    assert_eq!(
        db.buy(&wish("a", 1), &event(), &cart, one).unwrap(),
        Granted::NoAccount
    );
    db.add_account(&"ada".parse().unwrap(), Session([9; 32]), NOW)
        .unwrap();
    let first = db.buy(&wish("a", 1), &event(), &cart, one).unwrap();
    assert!(matches!(&first, Granted::Now(Placed::Order(order)) if order.number == one));
    // The answer was lost: the phone asks again, and the server draws another number.
    assert_eq!(
        db.buy(&wish("a", 1), &event(), &cart, OrderNumber::new(2))
            .unwrap(),
        first
    );
    assert_eq!(
        db.buy(&wish("a", 2), &event(), &cart, OrderNumber::new(2))
            .unwrap(),
        Granted::OtherQuestion
    );
    assert_eq!(taken(&mut db, "hall"), 2);

    let cancelled = db.wish(&wish("b", 3), one, &Event::Cancel).unwrap();
    assert!(
        matches!(&cancelled, Granted::Now(Changed::Order(order)) if order.stage == Stage::Ended(End::Cancelled))
    );
    assert_eq!(db.wish(&wish("b", 3), one, &Event::Cancel).unwrap(), cancelled);
    assert_eq!(db.forget_answers(NOW.plus(48 * 3_600_000)).unwrap(), 0);
    assert_eq!(db.forget_answers(NOW.plus(48 * 3_600_000 + 1)).unwrap(), 2);
}

pub(super) fn a_refused_wish_can_be_made_again_and_a_token_ends(backend: Backend) {
    let (_folder, mut db) = on_sale(backend, &sheet(|_| {}));
    db.add_account(&"ada".parse().unwrap(), Session([9; 32]), NOW)
        .unwrap();
    let cart = cart(&[("adult", 3)]);
    placed(&mut db, 7, "bob", &[("adult", 1)]);
    let sold_out = Granted::Now(Placed::SoldOut("hall".parse().unwrap()));
    assert_eq!(
        db.buy(&wish("a", 1), &event(), &cart, OrderNumber::new(1))
            .unwrap(),
        sold_out
    );
    change(&mut db, 7, Event::Cancel, NOW);
    let again = db
        .buy(&wish("a", 1), &event(), &cart, OrderNumber::new(1))
        .unwrap();
    assert!(matches!(again, Granted::Now(Placed::Order(_))));
    let over = UnixMillis(NOW.0 + wicket::server::db::SESSION_MS);
    assert_eq!(db.account(Session([9; 32]), over).unwrap(), None);
}

pub(super) fn nobody_sees_or_changes_anothers_order(backend: Backend) {
    let (_folder, mut db) = on_sale(backend, &sheet(|_| {}));
    db.add_account(&"ada".parse().unwrap(), Session([9; 32]), NOW)
        .unwrap();
    placed(&mut db, 1, "bob", &[("adult", 1)]);
    for number in [1, 2] {
        let wished = db
            .wish(&wish("a", 1), OrderNumber::new(number), &Event::Cancel)
            .unwrap();
        assert_eq!(wished, Granted::NoOrder);
    }
}

pub(super) fn a_session_that_is_cancelled_gives_all_its_money_back_step_by_step(backend: Backend) {
    let (_folder, mut db) = on_sale(backend, &sheet(|_| {}));
    let mixed = bought(&mut db, 1, "ada", &[("adult", 1), ("later", 2)]);
    placed(&mut db, 2, "bob", &[("adult", 1)]);
    bought(&mut db, 3, "eve", &[("later", 1)]);
    let night: wicket::domain::ids::SessionId = "night-1".parse().unwrap();
    let mut tickets = 0;
    let mut after = None;
    loop {
        let step = db.take_back_session(&event(), &night, after, NOW).unwrap();
        if step.orders == 0 {
            break;
        }
        tickets += step.tickets;
        after = step.after;
    }
    assert_eq!(
        (tickets, taken(&mut db, "hall"), taken(&mut db, "second")),
        (1, 0, 3)
    );
    let ada = db.order(OrderNumber::new(1)).unwrap().unwrap();
    assert_eq!((ada.balance().back, ada.stage), (Fen(8_000), Stage::Issued));
    assert_eq!(ada.tickets().count() + 1, mixed.tickets().count());
    let bob = db.order(OrderNumber::new(2)).unwrap().unwrap();
    assert_eq!(bob.stage, Stage::Ended(End::Cancelled));
    let again = db.take_back_session(&event(), &night, None, NOW).unwrap();
    assert_eq!((again.tickets, again.orders), (0, 3));
}

pub(super) fn the_box_office_is_cashed_up_by_operator(backend: Backend) {
    let (_folder, mut db) = on_sale(backend, &sheet(|_| {}));
    let eve: wicket::domain::ids::OperatorId = "eve".parse().unwrap();
    let sale = Place {
        event: event(),
        buyer: "box-office".parse().unwrap(),
        channel: Channel::BoxOffice(eve.clone()),
        cart: cart(&[("adult", 2)]),
        number: OrderNumber::new(1),
        seed: seed(),
        now: NOW,
    };
    assert!(matches!(db.place(&sale).unwrap(), Placed::Order(_)));
    let by_hand = Event::Pay {
        provider: Provider::Manual,
        method: Method::BoxOffice,
        description: "box office".to_owned(),
        payer: None,
        address: None,
    };
    change(&mut db, 1, by_hand, NOW);
    let order = change(&mut db, 1, charged(1, 16_000), NOW);
    let back = Event::TakeBack {
        tickets: order.tickets().take(1).collect(),
        share: Permille::WHOLE,
        cause: Cause::Buyer,
    };
    change(&mut db, 1, back, NOW);
    let refund = RefundNumber {
        order: OrderNumber::new(1),
        count: 1,
    };
    change(
        &mut db,
        1,
        Event::Refund(refund, RefundStanding::Done { at: None }),
        NOW,
    );
    let day = |from: u64| db_day(from);
    let (from, until) = day(NOW.0);
    let cash = db.cash_up(&eve, from, until).unwrap();
    assert_eq!(
        (cash.payments, cash.taken, cash.refunds, cash.back),
        (1, Fen(16_000), 1, Fen(8_000))
    );
    assert_eq!(
        db.cash_up(&eve, until, UnixMillis(until.0 + 1)).unwrap(),
        wicket::server::db::CashUp::default()
    );
    let rows = db.money(Provider::Manual, from, until).unwrap();
    assert_eq!(
        rows.iter().map(|row| (row.amount, row.back)).collect::<Vec<_>>(),
        [(Fen(8_000), true), (Fen(16_000), false)]
    );
    assert_eq!(db.money(Provider::WeChat, from, until).unwrap(), []);
}

fn db_day(from: u64) -> (UnixMillis, UnixMillis) {
    (UnixMillis(from), UnixMillis(from + 86_400_000))
}

pub(super) fn money_in_another_sum_is_shown_to_people_until_one_has_looked(backend: Backend) {
    let (_folder, mut db) = on_sale(backend, &sheet(|_| {}));
    placed(&mut db, 1, "ada", &[("adult", 1)]);
    change(&mut db, 1, pay(), NOW);
    change(&mut db, 1, charged(1, 7_999), NOW);
    let reviews = db.reviews().unwrap();
    assert_eq!(
        reviews.iter().map(|review| review.order).collect::<Vec<_>>(),
        [OrderNumber::new(1)]
    );
    let eve = "eve".parse().unwrap();
    assert!(db.look(reviews[0].review, &eve).unwrap());
    assert!(!db.look(reviews[0].review, &eve).unwrap());
    assert_eq!(db.reviews().unwrap(), []);
}

pub(super) fn orders_are_listed_for_their_buyer_and_for_the_organiser(backend: Backend) {
    let (_folder, mut db) = on_sale(backend, &sheet(|_| {}));
    placed(&mut db, 1, "ada", &[("adult", 1)]);
    placed(&mut db, 2, "bob", &[("adult", 1)]);
    let ada = "ada".parse().unwrap();
    assert_eq!(db.orders_of(&event(), &ada).unwrap().len(), 1);
    assert_eq!(db.orders_before(&event(), UnixMillis(u64::MAX)).unwrap().len(), 2);
    assert_eq!(db.orders_before(&event(), NOW).unwrap(), []);
    assert_eq!(db.sheets().unwrap(), [(event(), EventStage::OnSale)]);
}

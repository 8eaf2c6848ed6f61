//! The state machine by example, and by whatever can happen in any order.

use proptest::prelude::*;

use super::*;
use crate::domain::ids::TicketId;
use crate::domain::sale::{
    Charge, Fen, Method, Opened, OrderNumber, PayerId, PaymentNumber, PaymentStanding, Permille, Provider,
    RefundNumber, RefundStanding, TransactionId,
};
use crate::domain::time::UnixMillis;

const PLACED: UnixMillis = UnixMillis(1_795_000_000_000);
const HOLD_MS: u64 = 900_000;

fn item(price: u64) -> Item {
    Item {
        kind: "adult".parse().unwrap(),
        quotas: vec!["hall".parse().unwrap()],
        price: Fen(price),
        by_voucher: false,
        back: Fen::ZERO,
        state: ItemState::Ordered,
    }
}

fn order() -> Order {
    Order {
        number: OrderNumber::new(42),
        event: "spring-26".parse().unwrap(),
        buyer: "ada".parse().unwrap(),
        channel: Channel::Online,
        items: vec![item(8_000), item(5_000)],
        placed: PLACED,
        until: PLACED.plus(HOLD_MS),
        late: Late::Refill,
        resell: true,
        stage: Stage::Reserved,
        payments: Vec::new(),
        refunds: Vec::new(),
        voucher: None,
        answers: std::collections::BTreeMap::new(),
        paid_by: None,
        issued_at: None,
        issue_due: None,
        issue_tries: 0,
        tell_due: None,
        tell_tries: 0,
    }
}

fn payment(count: u16) -> PaymentNumber {
    PaymentNumber {
        order: OrderNumber::new(42),
        count,
    }
}

fn refund(count: u16) -> RefundNumber {
    RefundNumber {
        order: OrderNumber::new(42),
        count,
    }
}

fn pay(method: Method) -> Event {
    Event::Pay {
        provider: Provider::WeChat,
        method,
        description: "two tickets".to_owned(),
        payer: Some(PayerId("openid".to_owned())),
        address: None,
    }
}

fn paid(count: u16, total: u64) -> Event {
    let charge = Charge {
        transaction: TransactionId(format!("4200{count}")),
        total: Fen(total),
        currency: "CNY".to_owned(),
        payer: None,
        at: PLACED,
    };
    Event::Standing(payment(count), PaymentStanding::Paid(charge))
}

fn tickets() -> Vec<TicketId> {
    [[1; 8], [2; 8]]
        .iter()
        .map(|id| TicketId::new(id).unwrap())
        .collect()
}

fn opened(count: u16) -> Event {
    Event::Opened(payment(count), Opened::PrepayId("wx1".to_owned()))
}

/// An order to which these happened, each a second after the one before.
fn after(events: impl IntoIterator<Item = Event>) -> (Order, Vec<Effect>) {
    let mut order = order();
    let mut effects = Vec::new();
    for (second, event) in (1..).zip(events) {
        effects = order.handle(event, PLACED.plus(second * 1_000)).unwrap();
    }
    (order, effects)
}

fn calls(order: &Order) -> Vec<Call> {
    order.calls().into_iter().map(|(call, _)| call).collect()
}

#[test]
fn an_order_is_opened_paid_and_issued() {
    let (order, effects) = after([pay(Method::Jsapi), opened(1), paid(1, 13_000)]);
    assert_eq!((order.stage, effects), (Stage::Paid, vec![Effect::Issue]));
    let (order, _) = after([
        pay(Method::Jsapi),
        opened(1),
        paid(1, 13_000),
        Event::Issued(tickets()),
    ]);
    assert_eq!(order.stage, Stage::Issued);
    assert_eq!(order.tickets().collect::<Vec<_>>(), tickets());
    assert_eq!(calls(&order), []);
    assert_eq!(order.stock().values().sum::<u32>(), 2);
}

#[test]
fn a_notification_that_comes_again_changes_nothing() {
    let (once, _) = after([
        pay(Method::Jsapi),
        opened(1),
        paid(1, 13_000),
        Event::Issued(tickets()),
    ]);
    let mut twice = once.clone();
    assert_eq!(twice.handle(paid(1, 13_000), PLACED), Ok(Vec::new()));
    assert_eq!(twice, once);
}

#[test]
fn money_counts_before_the_payment_is_known_to_be_open() {
    let (order, _) = after([pay(Method::Jsapi), paid(1, 13_000)]);
    assert_eq!(order.stage, Stage::Paid);
}

#[test]
fn the_same_way_to_pay_is_one_attempt_and_another_closes_it() {
    let (order, _) = after([pay(Method::Jsapi), opened(1), pay(Method::Jsapi)]);
    assert_eq!(order.payments.len(), 1);
    let (order, _) = after([pay(Method::Jsapi), opened(1), pay(Method::Native)]);
    assert_eq!(
        calls(&order),
        [Call::Expire, Call::Close(payment(1)), Call::Open(payment(2))]
    );
}

#[test]
fn the_second_of_two_payments_goes_back() {
    let (order, _) = after([
        pay(Method::Jsapi),
        pay(Method::Native),
        paid(2, 13_000),
        paid(1, 13_000),
    ]);
    assert_eq!(order.stage, Stage::Paid);
    let refund = order.refunds.first().unwrap();
    assert_eq!(
        (refund.cause, refund.ask.payment, refund.ask.amount),
        (Cause::Twice, payment(1), Fen(13_000))
    );
    assert!(order.balance().is_even());
}

#[test]
fn another_sum_or_currency_pays_for_nothing_and_goes_back() {
    let (order, effects) = after([pay(Method::Jsapi), paid(1, 12_999)]);
    assert!(matches!(effects.as_slice(), [Effect::Review(_)]));
    assert_eq!(order.stage, Stage::Reserved);
    assert_eq!(order.balance().back, Fen(12_999));

    let Event::Standing(_, PaymentStanding::Paid(mut charge)) = paid(1, 13_000) else {
        panic!("a payment");
    };
    charge.currency = "USD".to_owned();
    let (order, _) = after([
        pay(Method::Jsapi),
        Event::Standing(payment(1), PaymentStanding::Paid(charge)),
    ]);
    assert_eq!((order.stage, order.refunds.len()), (Stage::Reserved, 1));
}

#[test]
fn an_order_ends_when_its_last_payment_is_closed_and_not_before() {
    let over = PLACED.plus(HOLD_MS);
    let (mut order, _) = after([pay(Method::Jsapi), opened(1)]);
    order.handle(Event::Time, UnixMillis(over.0 - 1)).unwrap();
    assert_eq!(order.stage, Stage::Reserved);
    order.handle(Event::Time, over).unwrap();
    assert_eq!(order.stage, Stage::Ending(End::Expired));
    assert_eq!(calls(&order), [Call::Close(payment(1))]);
    assert_eq!(
        order.stock().values().sum::<u32>(),
        2,
        "its tickets are still held"
    );
    order
        .handle(Event::Standing(payment(1), PaymentStanding::Closed), over)
        .unwrap();
    assert_eq!(order.stage, Stage::Ended(End::Expired));
    assert!(order.stock().is_empty());
}

#[test]
fn money_that_comes_while_an_order_expires_buys_its_tickets() {
    let (mut order, _) = after([pay(Method::Jsapi), opened(1)]);
    order.handle(Event::Time, order.until).unwrap();
    assert_eq!(
        order.handle(paid(1, 13_000), order.until),
        Ok(vec![Effect::Issue])
    );
    assert_eq!(order.stage, Stage::Paid);
}

#[test]
fn money_that_comes_too_late_buys_what_is_still_there_or_goes_back() {
    for (held, stage, back) in [
        (true, Stage::Paid, 0),
        (false, Stage::Ended(End::Expired), 13_000),
    ] {
        let (mut order, _) = after([pay(Method::Jsapi), opened(1)]);
        let over = order.until;
        order.handle(Event::Time, over).unwrap();
        order
            .handle(Event::Standing(payment(1), PaymentStanding::Closed), over)
            .unwrap();
        assert_eq!(order.handle(paid(1, 13_000), over), Ok(vec![Effect::TakeStock]));
        order.handle(Event::Stock(held), over).unwrap();
        assert_eq!((order.stage, order.balance().back), (stage, Fen(back)));
        assert!(order.balance().is_even());
    }
}

#[test]
fn money_for_a_cancelled_order_goes_back() {
    let (order, _) = after([pay(Method::Jsapi), opened(1), Event::Cancel, paid(1, 13_000)]);
    assert_eq!(order.stage, Stage::Ended(End::Cancelled));
    assert_eq!(order.refunds.first().unwrap().cause, Cause::Late);
    assert!(order.balance().is_even());
}

#[test]
fn what_a_provider_lost_is_closed_and_what_it_never_opens_ends() {
    let (order, _) = after([
        pay(Method::Jsapi),
        opened(1),
        Event::Standing(payment(1), PaymentStanding::Unknown),
    ]);
    assert_eq!(order.payments.first().unwrap().state, PaymentState::Closed);
    let (order, _) = after([
        pay(Method::Jsapi),
        Event::OpenRefused(payment(1), "APPID_MCHID_NOT_MATCH".to_owned()),
        Event::Cancel,
    ]);
    assert_eq!(order.stage, Stage::Ended(End::Cancelled));
}

#[test]
fn tickets_are_taken_back_one_by_one_for_a_share() {
    let (mut order, _) = after([
        pay(Method::Jsapi),
        opened(1),
        paid(1, 13_000),
        Event::Issued(tickets()),
    ]);
    let back = |tickets: &[TicketId], share| Event::TakeBack {
        tickets: tickets.to_vec(),
        share: Permille::new(share).unwrap(),
        cause: Cause::Buyer,
    };
    let now = PLACED.plus(60_000);
    let first = &tickets()[..1];
    assert_eq!(
        order.handle(back(first, 800), now),
        Ok(vec![Effect::Revoke(first.to_vec())])
    );
    assert_eq!((order.stage, order.balance().back), (Stage::Issued, Fen(6_400)));
    assert_eq!(order.handle(back(first, 800), now), Err(Wrong::NoTicket));
    order.handle(back(&[], 1000), now).unwrap();
    assert_eq!(
        (order.stage, order.balance().back),
        (Stage::Refunded, Fen(11_400))
    );
    let [one, two] = order.refunds.as_slice() else {
        panic!("two refunds");
    };
    assert!(two.due.since(one.due) >= 60_000, "one a minute");
    assert_eq!(
        order.handle(back(&[], 1000), now),
        Ok(Vec::new()),
        "once is enough"
    );
    assert!(order.balance().is_even() && order.stock().is_empty());
}

#[test]
fn a_provider_that_wants_to_know_is_told_of_issued_tickets_until_it_knows() {
    let with_payer = |event: Event| match event {
        Event::Standing(number, PaymentStanding::Paid(charge)) => {
            let payer = Some(PayerId("openid".to_owned()));
            Event::Standing(number, PaymentStanding::Paid(Charge { payer, ..charge }))
        }
        other => other,
    };
    let (mut order, _) = after([
        pay(Method::Jsapi),
        with_payer(paid(1, 13_000)),
        Event::Issued(tickets()),
    ]);
    assert_eq!(calls(&order), [Call::Tell(payment(1))]);
    order.handle(Event::TellFailed(Some(5_000)), PLACED).unwrap();
    assert_eq!(order.tell_due, Some(PLACED.plus(5_000)));
    order.handle(Event::Told, PLACED).unwrap();
    assert_eq!(calls(&order), []);
    order.handle(Event::TellFailed(None), PLACED).unwrap();
    assert_eq!(calls(&order), []);
    let (native, _) = after([
        pay(Method::Native),
        with_payer(paid(1, 13_000)),
        Event::Issued(tickets()),
    ]);
    assert_eq!(calls(&native), []);
}

#[test]
fn what_was_taken_back_is_sold_again_where_the_event_says_so() {
    for (resell, held) in [(true, 1), (false, 2)] {
        let (mut order, _) = after([
            pay(Method::Jsapi),
            opened(1),
            paid(1, 13_000),
            Event::Issued(tickets()),
        ]);
        order.resell = resell;
        let back = Event::TakeBack {
            tickets: tickets()[..1].to_vec(),
            share: Permille::WHOLE,
            cause: Cause::Buyer,
        };
        order.handle(back, PLACED).unwrap();
        assert_eq!(order.stock().values().sum::<u32>(), held);
        assert_eq!(order.bought().values().sum::<u32>(), 1);
    }
}

#[test]
fn a_refund_is_asked_for_until_it_is_done_and_a_failed_one_is_shown_to_people() {
    let events = [pay(Method::Jsapi), opened(1), Event::Cancel, paid(1, 13_000)];
    let (mut order, _) = after(events);
    let now = PLACED.plus(10_000);
    assert_eq!(calls(&order), [Call::Refund(refund(1))]);
    order
        .handle(Event::Refund(refund(1), RefundStanding::Processing), now)
        .unwrap();
    assert_eq!(order.calls(), [(Call::AskRefund(refund(1)), now.plus(60_000))]);
    let failed = order.handle(
        Event::Refund(refund(1), RefundStanding::Failed("frozen".to_owned())),
        now,
    );
    assert!(matches!(failed.unwrap().as_slice(), [Effect::Review(_)]));
    assert_eq!(calls(&order), []);
    order.handle(Event::RefundAgain(refund(1)), now).unwrap();
    assert_eq!(calls(&order), [Call::Refund(refund(1))]);
    order
        .handle(Event::Refund(refund(1), RefundStanding::Done { at: None }), now)
        .unwrap();
    order
        .handle(Event::Refund(refund(1), RefundStanding::Processing), now)
        .unwrap();
    assert_eq!(calls(&order), [], "done is done");
}

#[test]
fn waits_grow_up_to_their_bound() {
    let (mut order, _) = after([pay(Method::Jsapi)]);
    let mut waits = Vec::new();
    for _ in 0..8 {
        order
            .handle(Event::PaymentCallFailed(payment(1), None), PLACED)
            .unwrap();
        waits.push(order.payments.first().unwrap().due.since(PLACED));
    }
    assert_eq!(
        waits,
        [
            1_000,
            2_000,
            4_000,
            8_000,
            16_000,
            32_000,
            PAY_AGAIN_MS,
            PAY_AGAIN_MS
        ]
    );
    order
        .handle(Event::PaymentCallFailed(payment(1), Some(90_000)), PLACED)
        .unwrap();
    assert_eq!(
        order.payments.first().unwrap().due,
        PLACED.plus(90_000),
        "the provider asked for more"
    );
}

#[test]
fn too_many_attempts_to_pay_are_refused() {
    let mut order = order();
    for count in 0..PAYMENTS_MAX {
        let method = if count % 2 == 0 {
            Method::Jsapi
        } else {
            Method::Native
        };
        order.handle(pay(method), PLACED).unwrap();
    }
    assert_eq!(order.handle(pay(Method::H5), PLACED), Err(Wrong::TooManyPayments));
}

#[test]
fn what_costs_nothing_is_paid_at_once_and_refunded_without_money() {
    let mut free = Order {
        items: vec![item(0)],
        ..order()
    };
    assert_eq!(order().pay_nothing(), Err(Wrong::NotPaid));
    assert_eq!(free.pay_nothing(), Ok(vec![Effect::Issue]));
    let ticket = TicketId::new(&[3; 8]).unwrap();
    free.handle(Event::Issued(vec![ticket]), PLACED).unwrap();
    let back = Event::TakeBack {
        tickets: Vec::new(),
        share: Permille::WHOLE,
        cause: Cause::Organiser,
    };
    assert_eq!(free.handle(back, PLACED), Ok(vec![Effect::Revoke(vec![ticket])]));
    assert_eq!((free.stage, free.refunds.len()), (Stage::Refunded, 0));
}

fn any_event() -> impl Strategy<Value = Event> {
    let methods = prop_oneof![Just(Method::Jsapi), Just(Method::Native)];
    let which = 1..4_u16;
    prop_oneof![
        Just(Event::Time),
        methods.prop_map(pay),
        which.clone().prop_map(opened),
        which
            .clone()
            .prop_map(|count| Event::OpenRefused(payment(count), "no".to_owned())),
        (which.clone(), prop_oneof![Just(13_000), Just(13_000), Just(1)])
            .prop_map(|(count, total)| paid(count, total)),
        which
            .clone()
            .prop_map(|count| Event::Standing(payment(count), PaymentStanding::Closed)),
        which
            .clone()
            .prop_map(|count| Event::Standing(payment(count), PaymentStanding::Unpaid)),
        which
            .clone()
            .prop_map(|count| Event::Standing(payment(count), PaymentStanding::Unknown)),
        which
            .clone()
            .prop_map(|count| Event::PaymentCallFailed(payment(count), None)),
        Just(Event::Cancel),
        Just(Event::NotIssued),
        (0..3_usize, 0..=1000_u16).prop_map(|(from, share)| Event::TakeBack {
            tickets: tickets().into_iter().skip(from).take(1).collect(),
            share: Permille::new(share).unwrap(),
            cause: Cause::Buyer,
        }),
        which
            .clone()
            .prop_map(|count| Event::Refund(refund(count), RefundStanding::Processing)),
        which
            .clone()
            .prop_map(|count| Event::Refund(refund(count), RefundStanding::Unknown)),
        which
            .clone()
            .prop_map(|count| Event::Refund(refund(count), RefundStanding::Done { at: None })),
        which
            .clone()
            .prop_map(|count| Event::Refund(refund(count), RefundStanding::Failed("no".to_owned()))),
        which.prop_map(|count| Event::RefundAgain(refund(count))),
    ]
}

/// Does what the store does with the effects.
fn obey(order: &mut Order, effects: Vec<Effect>, now: UnixMillis, can: bool) {
    for effect in effects {
        let answer = match effect {
            Effect::TakeStock => Event::Stock(can),
            Effect::Issue if can => Event::Issued(tickets()),
            Effect::Issue => Event::NotIssued,
            Effect::Revoke(_) | Effect::Review(_) => continue,
        };
        let effects = order.handle(answer, now).unwrap();
        obey(order, effects, now, can);
    }
}

/// Whether a call stands for everything that is not settled.
fn nothing_is_forgotten(order: &Order) -> bool {
    let calls = calls(order);
    let payments = order.payments.iter().all(|payment| {
        !payment.state.is_open() || calls.iter().any(|call| matches!(call, Call::Open(number) | Call::Ask(number) | Call::Close(number) if *number == payment.ask.payment))
    });
    let refunds = order.refunds.iter().all(|refund| {
        matches!(refund.state, RefundState::Done | RefundState::Failed(_))
            || calls.iter().any(|call| matches!(call, Call::Refund(number) | Call::AskRefund(number) if *number == refund.ask.refund))
    });
    let stage = match order.stage {
        Stage::Reserved => calls.contains(&Call::Expire),
        Stage::Paid => calls.contains(&Call::Issue),
        Stage::Ending(_) => !calls.is_empty(),
        Stage::Ended(_) | Stage::Issued | Stage::Refunded => true,
    };
    payments && refunds && stage
}

proptest! {
    #[test]
    fn whatever_happens_money_in_is_tickets_and_refunds(
        events in proptest::collection::vec((any_event(), 0..400_000_u64, any::<bool>()), 1..60)
    ) {
        let mut order = order();
        let mut now = PLACED;
        for (event, later, can) in events {
            now = now.plus(later);
            let before = order.clone();
            match order.handle(event, now) {
                Ok(effects) => obey(&mut order, effects, now, can),
                Err(_) => prop_assert_eq!(&order, &before, "a refused event changed the order"),
            }
            prop_assert!(order.balance().is_even(), "{order:?}");
            prop_assert!(nothing_is_forgotten(&order), "{order:?}");
            for payment in &order.payments {
                let back: Fen = order.refunds.iter().filter(|refund| refund.ask.payment == payment.ask.payment)
                    .map(|refund| refund.ask.amount).sum();
                prop_assert!(back <= payment.charge().map_or(Fen::ZERO, |charge| charge.total));
            }
            let kept: Order = serde_json::from_str(&serde_json::to_string(&order).unwrap()).unwrap();
            prop_assert_eq!(&kept, &order);
        }
    }

    #[test]
    fn an_order_whose_calls_are_answered_comes_to_an_end(
        events in proptest::collection::vec((any_event(), 0..400_000_u64), 0..30)
    ) {
        let mut order = order();
        let mut now = PLACED;
        for (event, later) in events {
            now = now.plus(later);
            if let Ok(effects) = order.handle(event, now) {
                obey(&mut order, effects, now, true);
            }
        }
        for _ in 0..200 {
            let Some((call, due)) = order.calls().into_iter().min_by_key(|(_, due)| *due) else {
                return Ok(());
            };
            now = now.max(due);
            let answer = match call {
                Call::Expire => Event::Time,
                Call::Issue => Event::Issued(tickets()),
                Call::Open(number) => Event::Opened(number, Opened::PrepayId("wx".to_owned())),
                Call::Ask(number) => Event::Standing(number, PaymentStanding::Unpaid),
                Call::Close(number) => Event::Standing(number, PaymentStanding::Closed),
                Call::Tell(_) => Event::Told,
                Call::Refund(number) => Event::Refund(number, RefundStanding::Processing),
                Call::AskRefund(number) => Event::Refund(number, RefundStanding::Done { at: None }),
            };
            let effects = order.handle(answer, now).unwrap();
            obey(&mut order, effects, now, true);
        }
        prop_assert!(false, "calls without end: {order:?}");
    }
}

//! Calls as the outbox keeps them: `expire`, `open 7Q4MXK2C91ZT-1`.

use crate::domain::sale::order::Call;
use crate::domain::sale::{PaymentNumber, RefundNumber};
use std::str::FromStr;

/// A call as it is kept.
pub(super) fn written(call: Call) -> String {
    match call {
        Call::Expire => "expire".to_owned(),
        Call::Issue => "issue".to_owned(),
        Call::Open(payment) => format!("open {payment}"),
        Call::Ask(payment) => format!("ask {payment}"),
        Call::Close(payment) => format!("close {payment}"),
        Call::Refund(refund) => format!("refund {refund}"),
        Call::AskRefund(refund) => format!("ask-refund {refund}"),
        Call::Tell(payment) => format!("tell {payment}"),
    }
}

/// The call that was kept so.
pub(super) fn read(text: &str) -> Option<Call> {
    let (name, part) = text.split_once(' ').unwrap_or((text, ""));
    match name {
        "expire" => Some(Call::Expire),
        "issue" => Some(Call::Issue),
        "open" => number::<PaymentNumber>(part).map(Call::Open),
        "ask" => number::<PaymentNumber>(part).map(Call::Ask),
        "close" => number::<PaymentNumber>(part).map(Call::Close),
        "refund" => number::<RefundNumber>(part).map(Call::Refund),
        "tell" => number::<PaymentNumber>(part).map(Call::Tell),
        "ask-refund" => number::<RefundNumber>(part).map(Call::AskRefund),
        _ => None,
    }
}

fn number<T: FromStr>(text: &str) -> Option<T> {
    text.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::sale::OrderNumber;

    #[test]
    fn every_call_is_read_as_it_was_written() {
        let order = OrderNumber::new(9);
        let payment = PaymentNumber { order, count: 2 };
        let refund = RefundNumber { order, count: 3 };
        for call in [
            Call::Expire,
            Call::Issue,
            Call::Open(payment),
            Call::Ask(payment),
            Call::Close(payment),
            Call::Refund(refund),
            Call::AskRefund(refund),
            Call::Tell(payment),
        ] {
            assert_eq!(read(&written(call)), Some(call));
        }
        for wrong in ["", "open", "open 7", "bake 7Q4MXK2C91ZT-1"] {
            assert_eq!(read(wrong), None, "{wrong}");
        }
    }
}

//! What a provider's answer means for an order.

use crate::domain::sale::order::Event;
use crate::domain::sale::{Opened, PaymentNumber, PaymentStanding, RefundNumber, RefundStanding};
use crate::server::pay::{CallError, Closing};

/// What follows from an answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Follow {
    /// This happens to the order.
    Event(Event),
    /// The provider must be asked how the payment stands.
    AskPayment,
    /// The provider must be asked how the refund stands.
    AskRefund,
}

pub(super) fn opened(payment: PaymentNumber, answer: Result<Opened, CallError>) -> Follow {
    Follow::Event(match answer {
        Ok(opened) => Event::Opened(payment, opened),
        Err(CallError::Never { code, message }) => Event::OpenRefused(payment, format!("{code}: {message}")),
        Err(CallError::Moved { .. }) => return Follow::AskPayment,
        Err(error) => Event::PaymentCallFailed(payment, after(&error)),
    })
}

pub(super) fn asked(payment: PaymentNumber, answer: Result<PaymentStanding, CallError>) -> Follow {
    Follow::Event(match answer {
        Ok(standing) => Event::Standing(payment, standing),
        Err(error) => Event::PaymentCallFailed(payment, after(&error)),
    })
}

pub(super) fn closed(payment: PaymentNumber, answer: Result<Closing, CallError>) -> Follow {
    Follow::Event(match answer {
        Ok(Closing::Closed) => Event::Standing(payment, PaymentStanding::Closed),
        Ok(Closing::AlreadyPaid) | Err(CallError::Moved { .. }) => return Follow::AskPayment,
        // Even where it is refused: as long as the payment may be paid, its tickets are held.
        Err(error) => Event::PaymentCallFailed(payment, after(&error)),
    })
}

pub(super) fn refunded(refund: RefundNumber, answer: Result<RefundStanding, CallError>) -> Follow {
    Follow::Event(match answer {
        Ok(standing) => Event::Refund(refund, standing),
        Err(CallError::Never { code, message }) => {
            Event::Refund(refund, RefundStanding::Failed(format!("{code}: {message}")))
        }
        Err(CallError::Moved { .. }) => return Follow::AskRefund,
        Err(error) => Event::RefundCallFailed(refund, after(&error)),
    })
}

pub(super) fn refund_asked(refund: RefundNumber, answer: Result<RefundStanding, CallError>) -> Follow {
    Follow::Event(match answer {
        Ok(standing) => Event::Refund(refund, standing),
        Err(error) => Event::RefundCallFailed(refund, after(&error)),
    })
}

pub(super) fn told(answer: Result<(), CallError>) -> Follow {
    Follow::Event(match answer {
        Ok(()) => Event::Told,
        Err(CallError::Never { code, message }) => Event::NeverTold(format!("{code}: {message}")),
        // It was told before.
        Err(CallError::Moved { .. }) => Event::Told,
        Err(error) => Event::TellFailed(after(&error)),
    })
}

/// How long the provider wants to be left alone.
fn after(error: &CallError) -> Option<u64> {
    match error {
        CallError::Again { after_ms, .. } => *after_ms,
        CallError::Moved { .. } | CallError::Never { .. } | CallError::Forged { .. } => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::sale::OrderNumber;

    fn errors() -> [CallError; 4] {
        [
            CallError::Again {
                after_ms: Some(7),
                why: "busy".to_owned(),
            },
            CallError::Moved {
                code: "ORDERPAID".to_owned(),
                message: "paid".to_owned(),
            },
            CallError::Never {
                code: "NO_AUTH".to_owned(),
                message: "no".to_owned(),
            },
            CallError::Forged {
                why: "unsigned".to_owned(),
            },
        ]
    }

    #[test]
    fn a_payment_that_may_still_be_paid_is_never_taken_for_closed() {
        let order = OrderNumber::new(1);
        let payment = PaymentNumber { order, count: 1 };
        for error in errors() {
            let moved = matches!(error, CallError::Moved { .. });
            let wait = after(&error);
            let expected = match moved {
                true => Follow::AskPayment,
                false => Follow::Event(Event::PaymentCallFailed(payment, wait)),
            };
            assert_eq!(closed(payment, Err(error)), expected);
        }
        assert_eq!(closed(payment, Ok(Closing::AlreadyPaid)), Follow::AskPayment);
    }

    #[test]
    fn an_answer_that_is_forged_counts_as_not_heard() {
        let order = OrderNumber::new(1);
        let (payment, refund) = (
            PaymentNumber { order, count: 1 },
            RefundNumber { order, count: 1 },
        );
        let forged = || CallError::Forged {
            why: "unsigned".to_owned(),
        };
        let again = Follow::Event(Event::PaymentCallFailed(payment, None));
        assert_eq!(opened(payment, Err(forged())), again);
        assert_eq!(asked(payment, Err(forged())), again);
        let again = Follow::Event(Event::RefundCallFailed(refund, None));
        assert_eq!(refunded(refund, Err(forged())), again);
        assert_eq!(refund_asked(refund, Err(forged())), again);
    }

    #[test]
    fn a_refund_is_given_up_only_where_the_provider_refuses_it() {
        let order = OrderNumber::new(1);
        let refund = RefundNumber { order, count: 1 };
        let [again, moved, never, _] = errors();
        assert_eq!(
            refunded(refund, Err(again)),
            Follow::Event(Event::RefundCallFailed(refund, Some(7)))
        );
        assert_eq!(refunded(refund, Err(moved)), Follow::AskRefund);
        let failed = RefundStanding::Failed("NO_AUTH: no".to_owned());
        assert_eq!(
            refunded(refund, Err(never)),
            Follow::Event(Event::Refund(refund, failed))
        );
    }
}
